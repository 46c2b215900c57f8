#!/usr/bin/env bash
# handle_code.sh <object> <function> <same by hand> [<function> <same by hand>]...
#
# Fails when the first function of a pair has more instructions than the second, and
# when there is no such function: a check of nothing must not pass.
set -euo pipefail

file=$1
shift

# The function and the parts of it that the compiler set apart as cold; padding is none.
count() {
  objdump -d --no-show-raw-insn "$file" |
    awk -v name="$1" '
      /^[0-9a-f]+ <.*>:$/ { inside = index($0, "<" name ">") > 0 || index($0, "<" name ".") > 0 }
      inside && /^ / && !/\t(nop|cs nop|data16|xchg +%ax,%ax)/ { ++found }
      END { print found + 0 }'
}

status=0
while (($# >= 2)); do
  by_handle=$(count "$1")
  by_hand=$(count "$2")
  echo "$1: $by_handle instructions; $2: $by_hand"
  if ((by_handle == 0 || by_hand == 0 || by_handle > by_hand)); then
    echo "  a handle must not cost more"
    status=1
  fi
  shift 2
done
exit $status
