#!/usr/bin/env python3
"""Runs one workload twice, without and with the allocator preloaded, and
compares what a user can see: standard output, standard error, exit status.

A workload is a bash script that runs in an empty directory and starts with

    # needs: <command> (<Debian package>)     one line per program it runs
    # mask: <regular expression>              output that differs between any two
                                              runs: times, addresses, process ids

Invariants:
  - both runs see the same directory name and the same environment, LD_PRELOAD
    apart, so a difference is the allocator's;
  - the run without the allocator must succeed and print something: a workload
    that is broken proves nothing and fails;
  - the allocator must be the one that malloc is bound to, in a plain program
    and in every program the workload needs: a preload the loader ignored fails.
"""
import argparse
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

DIFF_LINES_MAX = 60
SEARCH_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


class Failure(Exception):
    """The test failed; the text says why."""


def read_header(workload):
    needs, masks = [], []
    for line in workload.read_text().splitlines():
        if not line.startswith("#"):
            break
        if match := re.fullmatch(r"# needs: (\S+) \((\S+)\)", line):
            needs.append(match.groups())
        elif match := re.fullmatch(r"# mask: (.+)", line):
            masks.append(re.compile(match.group(1)))
    return needs, masks


def find_programs(needs):
    """The path of every program needed; a missing one is a failure, never a skip."""
    paths, packages = [], []
    for command, package in needs:
        path = shutil.which(command, path=SEARCH_PATH)
        paths.append(path)
        if path is None:
            packages.append(package)
    if packages:
        raise Failure("programs are missing: apt-get install " + " ".join(packages))
    return paths


def environment(directory, preload):
    # STRATA_* passes through, so that a configuration can be tried on every program.
    result = {key: value for key, value in os.environ.items() if key.startswith("STRATA_")}
    result |= {
        "PATH": SEARCH_PATH,
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
    }
    if preload is not None:
        result["LD_PRELOAD"] = str(preload)
    return result


def check_preload_is_active(preload, programs):
    """The loader itself says where it bound malloc, and what each program loads."""
    plain = environment("/", preload)
    bound = subprocess.run(["/bin/cat", "/dev/null"], capture_output=True, text=True,
                           env=plain | {"LD_DEBUG": "bindings", "LD_BIND_NOW": "1"}, check=False)
    for symbol in ("malloc", "free"):
        if not re.search(rf"to {re.escape(str(preload))} \[0\]: normal symbol `{symbol}'",
                         bound.stderr):
            raise Failure(f"the preload is not active: {symbol} is not bound to {preload}")
    for program in programs:
        loaded = subprocess.run([program], capture_output=True, text=True, check=False,
                                env=plain | {"LD_TRACE_LOADED_OBJECTS": "1"})
        if str(preload) not in loaded.stdout:
            raise Failure(f"the preload is not active in {program}")


def run(workload, preload, root, timeout_s):
    """Exit status, standard output and standard error of one run in a fresh directory."""
    directory = root / "work"
    directory.mkdir()
    try:
        process = subprocess.Popen(["/bin/bash", "-euo", "pipefail", str(workload)], cwd=directory,
                                   env=environment(directory, preload)
                                   | {"WORKLOADS": str(workload.parent)},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            err += f"\n(killed: still running after {timeout_s} s)\n".encode()
        return process.returncode, out.decode("latin-1"), err.decode("latin-1")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def without_noise(text, masks):
    for mask in masks:
        text = mask.sub("*", text)
    return text


def differences(name, plain, preloaded, masks):
    before = without_noise(plain, masks).splitlines()
    after = without_noise(preloaded, masks).splitlines()
    lines = list(difflib.unified_diff(before, after, f"{name} without the allocator",
                                      f"{name} with the allocator", lineterm="", n=1))
    if len(lines) > DIFF_LINES_MAX:
        lines = lines[:DIFF_LINES_MAX] + [f"... {len(lines) - DIFF_LINES_MAX} more lines"]
    return lines


def compare(workload, preload, root, timeout_s):
    needs, masks = read_header(workload)
    check_preload_is_active(preload, find_programs(needs))
    plain = run(workload, None, root, timeout_s)
    if plain[0] != 0 or not plain[1]:
        raise Failure(f"the workload fails without the allocator (status {plain[0]}):\n"
                      + plain[1][-2000:] + plain[2][-2000:])
    preloaded = run(workload, preload, root, timeout_s)
    report = []
    if plain[0] != preloaded[0]:
        report.append(f"exit status: {plain[0]} without, {preloaded[0]} with the allocator")
    report += differences("stdout", plain[1], preloaded[1], masks)
    report += differences("stderr", plain[2], preloaded[2], masks)
    if report:
        raise Failure("the allocator changes the program:\n" + "\n".join(report))
    return len(plain[1].splitlines()), len(plain[2].splitlines())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preload", required=True, type=Path)
    parser.add_argument("--timeout", type=int, default=300, help="seconds for each of the two runs")
    parser.add_argument("workload", type=Path)
    arguments = parser.parse_args()
    try:
        if not arguments.preload.is_file():
            raise Failure(f"no such library: {arguments.preload}")
        with tempfile.TemporaryDirectory(prefix="strata-program-") as root:
            out, err = compare(arguments.workload.resolve(), arguments.preload.resolve(),
                               Path(root), arguments.timeout)
    except Failure as failure:
        print(f"FAILED {arguments.workload.stem}: {failure}")
        return 1
    print(f"same with and without: {out} lines of output, {err} of errors, exit status")
    return 0


if __name__ == "__main__":
    sys.exit(main())
