#!/usr/bin/env python3
"""Runs an instrument under several allocators, in turns, and prints the medians.

  under_each.py [--with NAME=PATH,...] [--runs N] [--json FILE] [--] INSTRUMENT [ARGUMENTS...]

An instrument is a program that prints its figures for `--json -`: strata_latency,
strata_idle, strata_replay. Each round runs it once under each allocator, and the
next round begins with another one, so that no allocator always follows the same.

Examples:
  under_each.py --with glibc,strata=build/release/libstrata_malloc.so \\
      --runs 5 -- build/release/bench/strata_latency --threads 2
  under_each.py --with glibc,/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 \\
      --json idle.json -- build/release/bench/strata_idle --freed-by ended
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import preloads  # pylint: disable=wrong-import-position
from preloads import FAILED, WRONG_USAGE, end  # pylint: disable=wrong-import-position


def run_once(command, name, library):
    """What the instrument found under one allocator."""
    try:
        done = subprocess.run([command[0], "--json", "-", *command[1:]],
                              env=preloads.environment(library),
                              capture_output=True, text=True, check=False)
    except OSError as error:
        end(127 if isinstance(error, FileNotFoundError) else 126,
            f"cannot run '{command[0]}': {error.strerror}")
    preloads.refuse_failed_preload(done.stderr, library)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        end(FAILED, f"under {name}, '{command[0]}' ended with {done.returncode}: {last}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        end(FAILED, f"'{command[0]}' is no instrument: its output for --json - is no JSON")


def measure(command, allocators, rounds):
    """Findings by allocator, one per round."""
    names = list(allocators)
    found = {name: [] for name in names}
    for done in range(rounds):
        for step in range(len(names)):
            name = names[(done + step) % len(names)]
            if sys.stderr.isatty():
                print(f"\r\033[Kround {done + 1} of {rounds}: {name}", end="", file=sys.stderr)
            found[name].append(run_once(command, name, allocators[name]))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return found


def median(runs, figure):
    values = [run["figures"][figure] for run in runs]
    return None if None in values else statistics.median(values)


def shown(value):
    if value is None:
        return "-"
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1000 else f"{value:.4g}"


def table(found):
    """One row per figure, one column per allocator."""
    figures = list(next(iter(found.values()))[0]["figures"])
    rows = [["median", *found]]
    rows += [[figure, *(shown(median(runs, figure)) for runs in found.values())]
             for figure in figures]
    return preloads.table(rows)


def document(command, allocators, found):
    """All that was measured, with every run."""
    return {"command": command,
            "allocators": allocators,
            "medians": {name: {figure: median(runs, figure) for figure in runs[0]["figures"]}
                        for name, runs in found.items()},
            "runs": found}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="allocators", default="glibc", metavar="NAME=PATH,...")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--json", metavar="FILE", help="every run; - is stdout, without a table")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="INSTRUMENT ...")
    given = parser.parse_args()
    if given.runs < 1:
        end(WRONG_USAGE, f"--runs {given.runs}: at least 1 is needed")

    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        end(WRONG_USAGE, "no instrument given (try --help)")

    allocators = preloads.parse_allocators(given.allocators)
    found = measure(command, allocators, given.runs)
    if given.json != "-":
        print(table(found))
    if given.json:
        text = json.dumps(document(command, allocators, found), indent=1) + "\n"
        preloads.write_json(given.json, text)


if __name__ == "__main__":
    main()
