#!/usr/bin/env python3
"""What it costs to start a program under each allocator.

  startup.py [--with NAME=PATH,...] [--runs N] [--program PROGRAM] [--json FILE]

The program, `true` unless said otherwise, is spawned N times under each
allocator, in turns. Instructions are counted in one more run: by perf where the
machine has counters, else by callgrind, in user mode. Needs a C compiler.

Examples:
  startup.py --with glibc,strata=build/release/libstrata_malloc.so
  startup.py --with glibc,strata=build/release/libstrata_malloc.so --runs 1000 --json -
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import preloads  # pylint: disable=wrong-import-position

COLLECTED = re.compile(r"Collected\s*:\s*(\d+)")


def perf_counts(program):
    """Whether perf is there and its counter counts; in virtual machines it often does not."""
    if not shutil.which("perf"):
        return False
    return instructions_by_perf(program, "") is not None


def instructions_by_perf(program, library):
    # perf runs on the allocator as well, but counts from the program's exec on.
    done = subprocess.run(["perf", "stat", "-x", ",", "-e", "instructions:u", program],
                          env=preloads.environment(library), capture_output=True, text=True,
                          check=False)
    preloads.refuse_failed_preload(done.stderr, library)
    found = re.search(r"^(\d+),[^,]*,instructions", done.stderr, re.MULTILINE)
    return int(found[1]) if found else None


def instructions_by_callgrind(program, library):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           program], env=preloads.environment(library), capture_output=True,
                          text=True, check=False)
    preloads.refuse_failed_preload(done.stderr, library)
    found = COLLECTED.search(done.stderr)
    if not found:
        preloads.end(preloads.FAILED, f"callgrind failed on '{library or 'glibc'}':\n{done.stderr}")
    return int(found[1])


def count_instructions(program, allocators):
    """The way they were counted, and a number for each allocator; none without a way."""
    if perf_counts(program):
        way, counter = "perf", instructions_by_perf
    elif shutil.which("valgrind"):
        way, counter = "callgrind", instructions_by_callgrind
    else:
        return None, dict.fromkeys(allocators)
    return way, {name: counter(program, library) for name, library in allocators.items()}


def spawn_all(program, allocators, runs):
    """Lists of time, faults and peak by allocator; and the peak of what spawned them."""
    with tempfile.TemporaryDirectory() as folder:
        spawner = pathlib.Path(folder, "spawn")
        preloads.build(HERE / "spawn.c", spawner, "-static")
        done = subprocess.run([str(spawner), str(runs), program, *allocators.values()],
                              env=preloads.environment(""), capture_output=True, text=True,
                              check=False)
    for library in allocators.values():
        preloads.refuse_failed_preload(done.stderr, library)
    if done.returncode != 0:
        preloads.end(preloads.FAILED, done.stderr.strip())
    rows = [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
    names = list(allocators)
    found = {name: [row[1:] for row in rows if row[0] == index]
             for index, name in enumerate(names)}
    return found, rows[0][3]


def summary(runs, instructions):
    times = sorted(run[0] / 1000 for run in runs)
    quarters = statistics.quantiles(times, n=4) if len(times) > 1 else times * 3
    return {"instructions_count": instructions,
            "wall_median_us": statistics.median(times),
            "wall_lower_quartile_us": quarters[0],
            "wall_upper_quartile_us": quarters[2],
            "page_faults_median_count": statistics.median(run[1] for run in runs),
            "peak_median_kib": statistics.median(run[2] for run in runs)}


def table(way, figures):
    def instructions(one):
        return "-" if one["instructions_count"] is None else f"{one['instructions_count']:,}"

    rows = [["", *figures],
            [f"instructions ({way or 'no counter'})", *map(instructions, figures.values())],
            ["wall time, median, us", *(f"{one['wall_median_us']:.0f}"
                                        for one in figures.values())],
            ["wall time, quartiles, us", *(f"{one['wall_lower_quartile_us']:.0f} to "
                                           f"{one['wall_upper_quartile_us']:.0f}"
                                           for one in figures.values())],
            ["page faults, median", *(f"{one['page_faults_median_count']:.0f}"
                                      for one in figures.values())],
            ["peak memory, median, KiB", *(f"{one['peak_median_kib']:.0f}"
                                           for one in figures.values())]]
    return preloads.table(rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="allocators", default="glibc", metavar="NAME=PATH,...")
    parser.add_argument("--runs", type=int, default=200, metavar="N")
    parser.add_argument("--program", default="true", help="takes no arguments, ends with 0")
    parser.add_argument("--json", metavar="FILE", help="every run; - is stdout, without a table")
    given = parser.parse_args()
    preloads.parse_numbers("--runs", str(given.runs))
    found = shutil.which(given.program)
    if not found:
        preloads.end(preloads.WRONG_USAGE, f"--program '{given.program}': there is no such program")
    given.program = os.path.abspath(found)
    return given


def main():
    given = arguments()
    allocators = preloads.parse_allocators(given.allocators)
    way, instructions = count_instructions(given.program, allocators)
    runs, spawner_kib = spawn_all(given.program, allocators, given.runs)
    figures = {name: summary(runs[name], instructions[name]) for name in allocators}
    if given.json != "-":
        print(f"{given.program}, {given.runs} runs under each, in turns\n")
        print(table(way, figures))
        if any(one["peak_median_kib"] <= spawner_kib for one in figures.values()):
            print(f"\nPeaks of {spawner_kib} KiB and less may be those of the spawning program.")
    if given.json:
        document = {"kind": "strata.startup", "schema_version": 1, "program": given.program,
                    "allocators": allocators, "instructions_by": way,
                    "spawner_peak_kib": spawner_kib, "figures": figures,
                    "runs_ns_faults_kib": runs}
        preloads.write_json(given.json, json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
