#!/usr/bin/env python3
"""Whether a shared library shows exactly the symbols of a committed list.

  abi.py LIBRARY LIST [--prefix P] [--needs NAME...] [--accept]

A symbol that is gone stops programs that were linked with it; one too many is a
promise, or takes the place of a program's own. `--accept` writes the list anew,
for changes that are meant. `--prefix` looks at the symbols that begin so, and
`--needs` names the only libraries that the library itself may need.
"""

import argparse
import pathlib
import re
import subprocess
import sys

HOW_TO_CHANGE = """
If this is meant, write the list anew and commit it with the change:
  {command} --accept
A symbol that is gone, or means something else, also raises STRATA_VERSION_MINOR
(from 1.0 on, _MAJOR) in include/strata/c/library.h and CMakeLists.txt, and has a
line in CHANGELOG.md."""


def exported(nm_output, prefix):
    """The defined dynamic symbols in what `nm --format=posix` says."""
    names = {line.split(" ")[0] for line in nm_output.splitlines() if line}
    return sorted(name for name in names if name.startswith(prefix))


def needed(readelf_output):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", readelf_output)


def differences(committed, found):
    """One line for each symbol that is on one side only."""
    lines = [f"gone: {name}" for name in committed if name not in set(found)]
    return lines + [f"new: {name}" for name in found if name not in set(committed)]


def unwanted(libraries, allowed):
    return [f"needs {name}; may need only {', '.join(allowed)}"
            for name in libraries if name not in allowed]


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--needs", nargs="+")
    parser.add_argument("--accept", action="store_true")
    given = parser.parse_args()

    nm_output = output_of("nm", "--dynamic", "--defined-only", "--format=posix", given.library)
    found = exported(nm_output, given.prefix)
    if given.accept:
        given.list.write_text("".join(f"{name}\n" for name in found), encoding="utf-8")
        print(f"{given.list}: {len(found)} symbols")
        return 0
    committed = given.list.read_text(encoding="utf-8").split()
    problems = differences([name for name in committed if name.startswith(given.prefix)], found)
    how = HOW_TO_CHANGE.format(command=" ".join(sys.argv)) if problems else ""
    if given.needs:
        problems += unwanted(needed(output_of("readelf", "--dynamic", given.library)), given.needs)
    for problem in problems:
        print(f"{given.library}: {problem}")
    if how:
        print(how)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
