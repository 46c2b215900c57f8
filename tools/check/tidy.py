#!/usr/bin/env python3
"""House style that no formatter knows; each ban names what to do instead.

  - no file above 500 lines of ours, no tab, no blank at the end of a line
  - every source file opens with a comment that says what it holds, or with the
    header that says it: x.cpp and x_test.cpp with "x.hpp"
  - every header has #pragma once, or include guards where C reads it
  - TODO and FIXME name an owner: TODO(name)
  - no code in comments, but examples, set in by three blanks
  - no dead file: each header is included, each source file is built
  - no path of somebody's machine
"""

import re

import tree

LINES_MAX = 500
TEXT = tree.CODE + (".py", ".sh", ".cmake", "CMakeLists.txt", ".md", ".json", ".in")
NO_OWNER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\()")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|Users)/\w+|\.\./shared\b")
CODE_IN_COMMENT = re.compile(
    r"^\s*// ?(?:"  # further in stand examples
    r"#\s*(?:include|if|ifdef|define|endif)\b.*"
    r"|(?:return|if|for|while|else|auto|const|void|int|bool|std::\w+)\b.*[;{]"
    r"|[\w:.>\-\[\]*]+\s*(?:=|\+=|-=)\s*[^=].*;"
    r"|[\w:.>\-]+\([^)]*\);"
    r"|\}"
    r")\s*$")
QUOTED = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')

# Files that speak about the words they ban.
EXEMPT_FROM_WORDS = {"tools/check/tidy.py", "tools/check/checks_test.py"}


def check_lines(name, numbered):
    findings = []
    for number, text in numbered:
        if "\t" in text and not name.endswith((".tsv", ".json")):
            findings.append(tree.Finding(name, number, "tab: use spaces"))
        if text != text.rstrip():
            findings.append(tree.Finding(name, number, "blank at the end of the line"))
        if name in EXEMPT_FROM_WORDS:
            continue
        if NO_OWNER.search(text):
            findings.append(tree.Finding(name, number, "open end without owner: TODO(name)"))
        if MACHINE_PATH.search(text):
            findings.append(tree.Finding(name, number, "path of one machine"))
        if name.endswith(tree.CODE) and CODE_IN_COMMENT.match(text):
            findings.append(tree.Finding(name, number, "code in a comment: delete it"))
    if len(numbered) > LINES_MAX and not name.endswith(".md"):
        findings.append(tree.Finding(name, LINES_MAX + 1, f"over {LINES_MAX} lines: find the seam"))
    return findings


def check_head(name, numbered):
    first = numbered[0][1] if numbered else ""
    findings = []
    opened = QUOTED.match(first)
    subject = name.split("/")[-1].split(".")[0].removesuffix("_test")
    speaks = opened and opened[1].split("/")[-1].split(".")[0] == subject
    if not first.startswith(("//", "/*")) and not speaks:
        findings.append(tree.Finding(name, 1, "open with a comment: what the file holds, and why"))
    guard = r"#pragma once" if name.endswith(".hpp") else r"#ifndef STRATA_\w+_H"
    if name.endswith((".hpp", ".h")) and not any(re.match(guard, text) for _, text in numbered):
        findings.append(tree.Finding(name, 1, f"no include guard ({guard})"))
    return findings


def included_names(root):
    names = set()
    for path in tree.files(root, tree.CODE):
        for _, text in tree.lines(path):
            include = QUOTED.match(text)
            if include:
                names.add(include[1])
                names.add(include[1].split("/")[-1])
    return names


def is_built(root, path):
    """Whether a CMakeLists.txt at or above the file names it, or globs its folder."""
    if tree.relative(root, path).startswith(("src/", "tests/support/")):
        return True  # globbed by layer, and tools/check/layers.py refuses unknown layers
    unit = re.match(r"tests/unit/\w+/(\w+)\.cpp", tree.relative(root, path))
    if unit:
        return unit[1].endswith("_test")
    for folder in path.relative_to(root).parents:
        lists = root / folder / "CMakeLists.txt"
        if not lists.exists():
            continue
        text = lists.read_text(encoding="utf-8")
        if path.name in text or path.stem in text or re.search(r"\*\w*" + path.suffix, text):
            return True
    return False


def check_dead(root):
    names = included_names(root)
    findings = []
    for path in tree.files(root, (".hpp",), "src", "tools", "tests", "bench"):
        name = tree.relative(root, path)
        short = name.removeprefix("src/")
        if short not in names and path.name not in names:
            findings.append(tree.Finding(name, 1, "dead: nobody includes it"))
    for path in tree.files(root, (".cpp", ".c")):
        if not is_built(root, path):
            name = tree.relative(root, path)
            findings.append(tree.Finding(name, 1, "dead: no CMakeLists.txt builds it"))
    return findings


def check(root):
    findings = []
    for path in tree.files(root, TEXT):
        name = tree.relative(root, path)
        numbered = tree.lines(path)
        findings += check_lines(name, numbered)
        if name.endswith(tree.CODE):
            findings += check_head(name, numbered)
    return findings + check_dead(root)


if __name__ == "__main__":
    tree.main("tidy", check)
