#!/usr/bin/env python3
"""Runs clang-tidy over our sources, and only over what changed since they were clean.

  clang_tidy.py ROOT BUILD [-j JOBS]

BUILD holds compile_commands.json. A file is clean as long as its command, the
rules, the tool, the file itself and every header of ours that it reaches are
the same; what was found clean is remembered in BUILD/clang-tidy/ by a hash of
all that. Tests are left to the compilers: their macros are not our code.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import pathlib
import re
import subprocess
import sys

FOLDERS = ("src/", "tools/", "examples/")
INCLUDE = re.compile(rb'^\s*#\s*include\s*["<]([^">]+)[">]', re.MULTILINE)
# Flags of g++ that clang does not know.
FOREIGN = {"-flto=auto", "-fno-fat-lto-objects", "-Wno-restrict"}


@functools.lru_cache(maxsize=None)
def own_includes(root, path):
    """Our headers that the file includes itself."""
    found = []
    for name in INCLUDE.findall(path.read_bytes()):
        for base in (path.parent, root / "src", root / "include"):
            header = base / name.decode()
            if header.is_file() and header.is_relative_to(root):
                found.append(header.resolve())
                break
    return found


def reached(root, path):
    """The file and every header of ours that it includes, however far."""
    seen, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += own_includes(root, current)
    return sorted(seen)


def fingerprint(root, entry, common):
    digest = hashlib.sha256(common)
    digest.update(entry["command"].encode())
    for path in reached(root, pathlib.Path(entry["file"])):
        digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def entries(root, build):
    """Compile commands of our sources, one per file."""
    chosen = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"]).resolve()
        if path.is_relative_to(root) and path.relative_to(root).as_posix().startswith(FOLDERS):
            words = [word for word in entry["command"].split() if word not in FOREIGN]
            chosen[path] = entry | {"file": str(path), "command": " ".join(words)}
    return [chosen[path] for path in sorted(chosen)]


def run(entry, database):
    command = ["clang-tidy", "--quiet", "-p", str(database), entry["file"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + ("" if done.returncode == 0 else done.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    arguments = parser.parse_args()
    root, build = arguments.root.resolve(), arguments.build.resolve()

    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    rules = sorted([root / ".clang-tidy", *root.glob("*/.clang-tidy")])
    common = version + b"".join(rule.read_bytes() for rule in rules)
    memory = build / "clang-tidy"
    memory.mkdir(exist_ok=True)
    all_entries = entries(root, build)
    (memory / "compile_commands.json").write_text(json.dumps(all_entries))

    waiting = [(entry, memory / fingerprint(root, entry, common)) for entry in all_entries]
    waiting = [(entry, mark) for entry, mark in waiting if not mark.exists()]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda pair: (pair[1], *run(pair[0], memory)), waiting)
        for mark, clean, output in results:
            if clean:
                mark.touch()
            else:
                failures += 1
                print(output, flush=True)
    print(f"clang-tidy: {len(all_entries)} files, {len(waiting)} examined, {failures} not clean")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
