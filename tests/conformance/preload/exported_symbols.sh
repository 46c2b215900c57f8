#!/bin/sh
# exported_symbols.sh LIBRARY: the library shows exactly the symbols listed in
# exported_symbols.txt. One too many could capture a program's own function; one
# too few leaves a program with two allocators.
set -eu
here=$(dirname "$0")
LC_ALL=C
export LC_ALL
nm --dynamic --defined-only --format=posix "$1" | cut -d ' ' -f 1 | sort |
  diff -u "$here/exported_symbols.txt" - || {
  echo "exported symbols changed: '-' is the committed list, '+' the library" >&2
  exit 1
}
if readelf --dynamic "$1" | grep NEEDED | grep --quiet --extended-regexp 'stdc\+\+|libgcc_s|libm\.'; then
  echo "the library needs more than the C library" >&2
  exit 1
fi
