"""What the lints share: the files of the repository, and how findings are told.

A lint is a function from a root folder to findings, so that the tests of the
lints can run it on a small tree made up for the purpose.
"""

import os
import pathlib
import sys

SKIPPED_FOLDERS = {".git", ".cache", "build", "__pycache__", "node_modules"}
CODE = (".cpp", ".hpp", ".c", ".h")


class Finding:
    """One broken rule: where it is, and what to do about it."""

    def __init__(self, path, line, message):
        self.path, self.line, self.message = path, line, message

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def files(root, suffixes, *folders):
    """Files with one of the suffixes, below the folders (or anywhere), sorted."""
    found = []
    for folder in folders or ["."]:
        for where, below, names in os.walk(pathlib.Path(root) / folder):
            below[:] = [name for name in below if name not in SKIPPED_FOLDERS]
            found += [pathlib.Path(where) / name for name in names if name.endswith(suffixes)]
    return sorted(set(found))


def relative(root, path):
    return path.relative_to(root).as_posix()


def lines(path):
    """Pairs of line number, from 1, and text."""
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))


def main(name, check):
    """Runs `check` on the folder given as argument; fails when it finds anything."""
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings" if findings else f"{name}: clean")
    sys.exit(1 if findings else 0)
