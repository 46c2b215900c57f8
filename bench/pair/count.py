#!/usr/bin/env python3
"""Instructions per pair of malloc and free, by allocator, size and depth.

  count.py [--with NAME=PATH,...] [--sizes BYTES,...] [--depths N,...] [--json FILE]

Depth is how many blocks are live at once; they are freed oldest first. Each
figure is the difference of two runs under callgrind, so that starting the
program does not count. Needs valgrind and a C compiler.

Examples:
  count.py --with glibc,strata=build/release/libstrata_malloc.so
  count.py --with strata=build/release/libstrata_malloc.so --sizes 16,48,1000 --depths 1,100
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import preloads  # pylint: disable=wrong-import-position

TOTAL = re.compile(r"^\s*([\d,]+).*PROGRAM TOTALS", re.MULTILINE)
LOOP = re.compile(r"^\s*([\d,]+).*:loop[. ]", re.MULTILINE)


def number(pattern, text, what):
    found = pattern.search(text)
    if not found:
        preloads.end(preloads.FAILED, f"callgrind_annotate names no {what}")
    return int(found[1].replace(",", ""))


def count(program, library, depth, pairs):
    """Instructions of the whole run, and of the loop in it."""
    out = program.with_name("callgrind.out")
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program), str(depth),
         str(pairs)],
        env=preloads.environment(library), capture_output=True, text=True, check=False)
    preloads.refuse_failed_preload(done.stderr, library)
    if done.returncode != 0:
        preloads.end(preloads.FAILED, f"callgrind failed on '{library or 'glibc'}':\n{done.stderr}")
    text = subprocess.run(["callgrind_annotate", "--threshold=100", str(out)],
                          capture_output=True, text=True, check=True).stdout
    return number(TOTAL, text, "total"), number(LOOP, text, "loop")


def per_pair(program, library, depth, warm_up, pairs):
    # The same number of whole rounds in both runs, whatever the depth.
    warm_up, pairs = -(-warm_up // depth) * depth, -(-pairs // depth) * depth
    few = count(program, library, depth, warm_up)
    many = count(program, library, depth, warm_up + pairs)
    return {"all": (many[0] - few[0]) / pairs, "loop": (many[1] - few[1]) / pairs}


def measure(given, allocators, folder):
    figures = []
    for size in given.sizes:
        program = pathlib.Path(folder, f"pair-{size}")
        preloads.build(HERE / "pair.c", program, f"-DSTRATA_PAIR_BYTES={size}")
        for name, library in allocators.items():
            for depth in given.depths:
                found = per_pair(program, library, depth, given.warm_up, given.pairs)
                figures.append({"allocator": name, "size_bytes": size, "depth_blocks": depth,
                                "instructions_per_pair": found["all"],
                                "loop_instructions_per_pair": found["loop"]})
    return figures


def table_of(size, given, figures):
    """Allocators down, depths across; what the loop itself costs comes last."""
    def row(name, key, wanted):
        return [name, *(f"{figure[key]:.1f}" for figure in figures
                        if figure["size_bytes"] == size and figure["allocator"] == wanted)]

    names = list(dict.fromkeys(figure["allocator"] for figure in figures))
    rows = [[f"{size} bytes", *(f"depth {depth}" for depth in given.depths)]]
    rows += [row(name, "instructions_per_pair", name) for name in names]
    return preloads.table([*rows, row("(the loop)", "loop_instructions_per_pair", names[0])])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="allocators", default="glibc", metavar="NAME=PATH,...")
    parser.add_argument("--sizes", default="48", metavar="BYTES,...")
    parser.add_argument("--depths", default="1,10,100,1000", metavar="N,...")
    parser.add_argument("--warm-up", type=int, default=100_000, metavar="PAIRS")
    parser.add_argument("--pairs", type=int, default=1_000_000, help="that are counted")
    parser.add_argument("--json", metavar="FILE", help="all figures; - is stdout, without a table")
    given = parser.parse_args()
    given.sizes = preloads.parse_numbers("--sizes", given.sizes)
    given.depths = preloads.parse_numbers("--depths", given.depths)
    for option, value in (("--warm-up", given.warm_up), ("--pairs", given.pairs)):
        preloads.parse_numbers(option, str(value))
    if max(given.depths) > 10_000:
        preloads.end(preloads.WRONG_USAGE, f"--depths {max(given.depths)}: at most 10000")
    return given


def main():
    given = arguments()
    allocators = preloads.parse_allocators(given.allocators)
    if not shutil.which("valgrind"):
        preloads.end(preloads.CANNOT_MEASURE, "there is no valgrind (install it)")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(given, allocators, folder)
    if given.json != "-":
        print("Instructions per pair, loop included")
        for size in given.sizes:
            print("\n" + table_of(size, given, figures))
    if given.json:
        document = {"kind": "strata.pair", "schema_version": 1, "allocators": allocators,
                    "pairs_count": given.pairs, "figures": figures}
        preloads.write_json(given.json, json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
