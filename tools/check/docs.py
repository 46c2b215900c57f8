#!/usr/bin/env python3
"""Keeps the documents true.

  - Every relative link leads to a file, and its #anchor to a heading there.
  - A code block after <!-- file: PATH --> equals that file.
  - Each row of docs/coverage.md names an existing test and an existing place
    in the documents, or neither, when what it asks for does not exist yet.
"""

import re

import tree

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)"')
FENCE = re.compile(r"^\s*```")
SHOWN_FILE = re.compile(r"^<!-- file: (\S+) -->$")
ROW = re.compile(r"^\|\s*([A-Z]\d+(?:\.\d+)?)\s*\|")
TEST = re.compile(r"`([^`:]+)(?:::?([^`]+))?`")
NOTHING = {"", "-", "–", "—"}


def prose(path):
    """The lines outside of code blocks."""
    inside, kept = False, []
    for number, text in tree.lines(path):
        if FENCE.match(text):
            inside = not inside
        elif not inside:
            kept.append((number, text))
    return kept


def slug(heading):
    """The anchor that a heading gets where Markdown is shown."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(path):
    found, seen = set(), {}
    for _, text in prose(path):
        found.update(ANCHOR.findall(text))
        heading = HEADING.match(text)
        if heading:
            name = slug(heading[1])
            count = seen.get(name, 0)
            seen[name] = count + 1
            found.add(name if count == 0 else f"{name}-{count}")
    return found


def link_problem(root, path, target):
    """Why the link does not lead anywhere, or None."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return None
    file_part, _, anchor = target.partition("#")
    where = (path.parent / file_part).resolve() if file_part else path
    if not where.is_relative_to(root) or not where.exists():
        return f"dead link: {target}"
    if anchor and where.suffix == ".md" and anchor not in anchors(where):
        return f"no heading for #{anchor} in {tree.relative(root, where)}"
    return None


def check_links(root, path):
    findings = []
    for number, text in prose(path):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", text)):
            problem = link_problem(root, path, target)
            if problem:
                findings.append(tree.Finding(tree.relative(root, path), number, problem))
    return findings


def check_shown_files(root, path):
    """Code blocks that claim to be a file."""
    findings, numbered = [], tree.lines(path)
    for index, (number, text) in enumerate(numbered):
        shown = SHOWN_FILE.match(text)
        if not shown:
            continue
        block = []
        for _, line in numbered[index + 2:]:
            if FENCE.match(line):
                break
            block.append(line)
        source = root / shown[1]
        if not source.exists() or source.read_text(encoding="utf-8").splitlines() != block:
            name = tree.relative(root, path)
            findings.append(tree.Finding(name, number, f"the block differs from {shown[1]}"))
    return findings


def test_problem(root, cell):
    tests = TEST.findall(cell)
    if not tests:
        return "no test named; write `tests/path/x_test.cpp:suite.name`"
    for file_name, test_name in tests:
        source = root / file_name
        if not source.is_file():
            return f"there is no test {file_name}"
        if not test_name:
            continue
        suite, _, case = test_name.rpartition(".")
        wanted = rf"\b{re.escape(suite)}\s*,\s*{re.escape(case)}\b" if suite else re.escape(case)
        if not re.search(wanted, source.read_text(encoding="utf-8")):
            return f"there is no {test_name} in {file_name}"
    return None


def check_coverage(root):
    path = root / "docs" / "coverage.md"
    if not path.exists():
        return []
    findings = []
    for number, text in prose(path):
        row = ROW.match(text)
        if not row:
            continue
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        problem = None
        if len(cells) != 4:
            problem = "a row has four cells: row, what, test, documentation"
        elif cells[2] in NOTHING and cells[3] in NOTHING:
            continue
        elif not any("#" in target for target in LINK.findall(cells[3])):
            problem = "no link to a place in the documents"
        else:
            problem = test_problem(root, cells[2])
        if problem:
            findings.append(tree.Finding("docs/coverage.md", number, f"{row[1]}: {problem}"))
    return findings


def check(root):
    findings = []
    for path in tree.files(root, (".md",)):
        findings += check_links(root, path) + check_shown_files(root, path)
    return findings + check_coverage(root)


if __name__ == "__main__":
    tree.main("docs", check)
