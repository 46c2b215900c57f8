#!/usr/bin/env bash
# no_atomic_instructions.sh <object or archive> <function>...
#
# Fails when one of the functions, named as c++filt prints them without their
# parameters, contains an atomic read-modify-write instruction, and when there is
# no such function: a check of nothing must not pass.
set -euo pipefail

file=$1
shift

# x86-64: the lock prefix, and xchg with memory, which implies it.
# AArch64: exclusive loads, and the atomics of ARMv8.1.
atomic='\block |\bxchg .*\(|\bld(a)?xr|\b(cas|swp|ldadd|ldclr|ldeor|ldset)[al]*\b'

status=0
for name in "$@"; do
  code=$(objdump -dC --no-show-raw-insn "$file" |
    awk -v name="$name" '
      /^[0-9a-f]+ <.*>:$/ { inside = index($0, "<" name "(") > 0 || index($0, " " name "(") > 0 }
      inside { print }')
  if ! grep -q '^ ' <<<"$code"; then
    echo "$name: not found in $file"
    status=1
  elif grep -E "$atomic" <<<"$code"; then
    echo "$name: contains the instructions above"
    status=1
  else
    echo "$name: $(grep -c '^ ' <<<"$code") instructions, none atomic"
  fi
done
exit $status
