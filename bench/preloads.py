"""What count.py, startup.py and under_each.py share: the allocators they are given, and tables.

An allocator is named as NAME=PATH, or PATH alone; glibc stands for no preload.
"""

import os
import pathlib
import subprocess
import sys

WRONG_USAGE, FAILED, CANNOT_MEASURE = 2, 1, 77


def end(code, message):
    """Ends the script with one line on stderr."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(code)


def parse_allocators(text):
    """A dictionary from names to libraries; glibc's own malloc needs none."""
    chosen = {}
    for entry in filter(None, text.split(",")):
        name, equals, path = entry.partition("=")
        if entry == "glibc":
            path = ""
        elif not equals:
            name, path = pathlib.Path(entry).name.split(".")[0], entry
        if entry != "glibc" and not os.path.isfile(path):
            end(WRONG_USAGE, f"--with '{entry}': there is no library '{path}' "
                             "(write glibc, PATH or NAME=PATH)")
        if name in chosen:
            end(WRONG_USAGE, f"--with '{entry}': the name '{name}' is taken (write NAME=PATH)")
        chosen[name] = path and os.path.abspath(path)
    if not chosen:
        end(WRONG_USAGE, "--with: no allocator given (write glibc, PATH or NAME=PATH)")
    return chosen


def parse_numbers(option, text, lowest=1):
    """Whole numbers, separated by commas."""
    try:
        numbers = [int(word) for word in text.split(",")]
    except ValueError:
        end(WRONG_USAGE, f"{option} '{text}': not whole numbers, separated by commas")
    if min(numbers) < lowest:
        end(WRONG_USAGE, f"{option} '{text}': at least {lowest} is needed")
    return numbers


def environment(library):
    """Ours, with the library preloaded, or nothing."""
    kept = {name: value for name, value in os.environ.items()
            if name != "LD_PRELOAD" and not name.startswith("STRATA_")}
    return {**kept, "LD_PRELOAD": library} if library else kept


def build(source, target, *flags):
    """Compiles one C file."""
    compiler = os.environ.get("CC", "cc")
    try:
        done = subprocess.run([compiler, "-O2", *flags, "-o", str(target), str(source)],
                              capture_output=True, text=True, check=False)
    except OSError as error:
        end(FAILED, f"cannot run the compiler '{compiler}': {error.strerror} (set CC)")
    if done.returncode != 0:
        end(FAILED, f"'{compiler}' cannot compile {source}:\n{done.stderr.strip()}")


def refuse_failed_preload(stderr, library):
    """The loader only warns; the figures would be those of glibc."""
    if "cannot be preloaded" in stderr:
        end(FAILED, f"'{library}' cannot be preloaded: {stderr.strip().splitlines()[0]}")


def table(rows):
    """Text in columns: the first to the left, the rest to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write_json(file, text):
    try:
        if file == "-":
            sys.stdout.write(text)
        else:
            pathlib.Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        end(FAILED, f"cannot write '{file}': {error.strerror}")
