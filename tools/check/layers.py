#!/usr/bin/env python3
"""Holds the layers apart: who may include whom.

  - A layer includes downward only, and another layer only through
    <layer>/<layer>.hpp; public headers (strata/...) may be included anywhere.
  - System headers and platform conditionals stand only in src/os. Excepted are
    the few headers that declare what the override layer defines in the C
    library's place, or the way to the originals.
  - Public headers include public headers and the standard library, never src/.
  - What is included in quotes exists.
"""

import re

import tree

SPINE = ["base", "os", "account", "region", "heap"]
BELOW = {layer: set(SPINE[:index]) for index, layer in enumerate(SPINE)}
BESIDE_HEAP = {"base", "os", "account", "region"}
BELOW["arena"] = BESIDE_HEAP
BELOW["pool"] = BESIDE_HEAP
BELOW["stack"] = BESIDE_HEAP
BELOW["adaptor"] = BESIDE_HEAP
BELOW["object"] = set(SPINE) | {"arena", "pool"}
BELOW["context"] = set(SPINE) | {"arena"}
BELOW["override"] = set(SPINE)
BELOW["c"] = set(SPINE) | {"arena", "pool", "adaptor", "context"}

# Headers of ISO C: a public C header may include them.
ISO_C = {"assert.h", "errno.h", "limits.h", "stdalign.h", "stdbool.h", "stddef.h", "stdint.h",
         "stdio.h", "stdlib.h", "string.h"}
EXCEPTED = {"public": {"valgrind/valgrind.h"},
            "override": {"dlfcn.h", "malloc.h", "sys/resource.h", "sys/syscall.h", "unistd.h"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
PLATFORM = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*"
                      r"(__linux__|__APPLE__|_WIN32|__FreeBSD__|__GLIBC__|__x86_64__|__aarch64__)")


def problem_in_layer(root, layer, quoted):
    """Why a file of `layer` must not include "quoted", or None."""
    other = quoted.split("/")[0]
    if other == "strata":
        return None if (root / "include" / quoted).exists() else "there is no such public header"
    if not (root / "src" / quoted).exists():
        return "there is no such file under src/"
    if other == layer:
        return None
    if other not in BELOW[layer]:
        return f"layer {layer} stands below {other}, or beside it"
    if quoted != f"{other}/{other}.hpp":
        return f"another layer is included through {other}/{other}.hpp"
    return None


def problem_of_system_header(layer, angled, is_c_header):
    if layer == "os" or not angled.endswith(".h"):
        return None
    if angled in EXCEPTED.get(layer, ()) or (is_c_header and angled in ISO_C):
        return None
    if angled.startswith("strata/"):
        return None
    return f"only src/os includes system headers (<{angled}>)"


def check_source(root, path):
    layer = path.relative_to(root / "src").parts[0]
    name = tree.relative(root, path)
    if layer not in BELOW:
        return [tree.Finding(name, 1, f"there is no layer {layer}")]
    findings = []
    for number, text in tree.lines(path):
        include = INCLUDE.match(text)
        if include:
            problem = (problem_in_layer(root, layer, include[1]) if include[1]
                       else problem_of_system_header(layer, include[2], False))
            if problem:
                findings.append(tree.Finding(name, number, problem))
        elif layer != "os" and PLATFORM.match(text):
            findings.append(tree.Finding(name, number, "only src/os asks for the platform"))
    return findings


def check_public(root, path):
    name = tree.relative(root, path)
    findings = []
    for number, text in tree.lines(path):
        include = INCLUDE.match(text)
        if not include:
            continue
        target = include[1] or include[2]
        if target.startswith("strata/"):
            problem = (None if (root / "include" / target).exists()
                       else "there is no such public header")
        elif include[1]:
            problem = f'a public header must not include "{target}"'
        else:
            problem = problem_of_system_header("public", target, path.suffix == ".h")
        if problem:
            findings.append(tree.Finding(name, number, problem))
    return findings


def check(root):
    findings = []
    for path in tree.files(root, tree.CODE, "src"):
        findings += check_source(root, path)
    for path in tree.files(root, tree.CODE, "include"):
        findings += check_public(root, path)
    return findings


if __name__ == "__main__":
    tree.main("layers", check)
