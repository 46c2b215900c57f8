#!/usr/bin/env python3
"""Runs a program with objects from strata and from malloc, in turn, and prints for both
the median of the processor time, how far it spread, and the most memory.

usage: compare.py the-interpreter program.lisp [--rounds N] [--replace OLD NEW]...
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile


def measure(command):
    """Returns: seconds of processor time, MiB at most, what was printed."""
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, stdout=printed)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{' '.join(command)} failed")
        printed.seek(0)
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("interpreter")
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--replace", nargs=2, action="append", default=[], metavar=("OLD", "NEW"),
                        help="text of the program")
    options = parser.parse_args()
    with open(options.program) as file:
        text = file.read()
    for old, new in options.replace:
        if old not in text:
            sys.exit(f"'{old}' is not in {options.program}")
        text = text.replace(old, new)

    seconds = {"strata": [], "malloc": []}
    peak = {}
    outputs = set()
    with tempfile.NamedTemporaryFile("w", suffix=".lisp") as file:
        file.write(text)
        file.flush()
        for _ in range(options.rounds):
            for memory, times in seconds.items():
                time, peak[memory], output = measure(
                    [options.interpreter, "--memory=" + memory, file.name])
                times.append(time)
                outputs.add(output)
    if len(outputs) != 1:
        sys.exit("the outputs differ")
    for memory, times in seconds.items():
        print(f"{memory}  {statistics.median(times):.3f} s ({min(times):.3f} to {max(times):.3f})"
              f"  {peak[memory]:.1f} MiB")
    ratios = [slow / fast for fast, slow in zip(*seconds.values())]
    print(f"malloc takes {statistics.median(ratios):.2f} times as long "
          f"({min(ratios):.2f} to {max(ratios):.2f}), {peak['malloc'] / peak['strata']:.2f} times the memory")


if __name__ == "__main__":
    main()
