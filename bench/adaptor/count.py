#!/usr/bin/env python3
"""Instructions that adaptors add to a pair of allocate and deallocate.

  count.py PROGRAM [--check]

PROGRAM is adaptor_pair. Each figure is the difference of two runs under callgrind,
less what the upstream and the loop cost. With --check, fails when one is above what
is written down here. Needs valgrind; says so by 77.
"""

import argparse
import re
import shutil
import subprocess
import sys

REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")
PAIRS = 10_000

# What --check admits: as measured with g++ 12, and a little for other compilers.
MOST = {"virtual": 16, "limited": 20, "limited_any_thread": 24, "limited_over_any": 36,
        "tracked": 22, "tracked_any_thread": 24, "tagged": 38, "limited_over_tracked": 36,
        "fallback": 8, "segregator": 8, "failing": 30, "synchronized": 200}


def instructions(program, name, pairs):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, str(pairs)],
        capture_output=True, text=True, check=False)
    found = REFERENCES.search(done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"callgrind failed on '{program} {name}':\n{done.stderr}")
    return int(found[1].replace(",", ""))


def per_pair(program, name):
    few, many = (instructions(program, name, pairs) for pairs in (PAIRS, 2 * PAIRS))
    return (many - few) / PAIRS


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    if not shutil.which("valgrind"):
        print("there is no valgrind")
        return 77
    base = per_pair(chosen.program, "upstream")
    above = []
    for name, most in MOST.items():
        added = per_pair(chosen.program, name) - base
        print(f"{name:<22}{added:6.1f}")
        if added > most:
            above.append(f"{name}: {added:.1f} instructions, at most {most} are admitted")
    print("\n".join(above))
    return 1 if chosen.check and above else 0


if __name__ == "__main__":
    sys.exit(main())
