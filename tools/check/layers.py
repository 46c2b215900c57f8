#!/usr/bin/env python3
"""Holds the layers apart: who may include whom.

  - A layer includes downward only, and another layer only through
    <layer>/<layer>.hpp; public headers (strata/...) may be included anywhere.
  - System headers and platform conditionals stand only in src/os. Excepted are
    the few headers that declare what the override layer defines in the C
    library's place, or the way to the originals.
  - Public headers include public headers and the standard library, never src/. Each
    lies in a folder of its layer, and includes its own and those below.
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

# Public headers: beside the layers there is what all resources have in common.
RESOURCE = {"base", "account"}
EVERY_RESOURCE = RESOURCE | {"resource"}
PUBLIC_BELOW = {
    "base": set(), "account": {"base"}, "resource": RESOURCE, "heap": EVERY_RESOURCE,
    "arena": EVERY_RESOURCE, "pool": EVERY_RESOURCE,
    "adaptor": EVERY_RESOURCE | {"arena"}, "stack": EVERY_RESOURCE | {"arena"},
    "object": EVERY_RESOURCE | {"arena", "pool", "c"},  # its header's layout is C's
    "context": EVERY_RESOURCE | {"heap", "arena"},
    "c": set(),
}

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


def problem_in_public(root, layer, target):
    """Why a public header of `layer` must not include <strata/...>, or None."""
    if not (root / "include" / target).exists():
        return "there is no such public header"
    other = target.split("/")[1]
    if layer is None or other == layer or other in PUBLIC_BELOW[layer]:
        return None
    return f"layer {layer} stands below {other}, or beside it"


def check_public(root, path):
    name = tree.relative(root, path)
    folders = path.relative_to(root / "include" / "strata").parts[:-1]
    layer = folders[0] if folders else None
    if layer is None and path.suffix != ".h":
        return [tree.Finding(name, 1, "a public header lies in the folder of its layer")]
    if layer is not None and layer not in PUBLIC_BELOW:
        return [tree.Finding(name, 1, f"there is no layer {layer}")]
    findings = []
    for number, text in tree.lines(path):
        include = INCLUDE.match(text)
        if not include:
            continue
        target = include[1] or include[2]
        if target.startswith("strata/"):
            problem = problem_in_public(root, layer, target)
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
