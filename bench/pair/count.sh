#!/usr/bin/env bash
# Instructions per pair of malloc and free, from two runs under callgrind that
# differ by a million pairs only, so that starting the program does not count.
#
#   bench/pair/count.sh [LIBRARY [BYTES]]
#
#   LIBRARY   what to preload; none, or empty: the system's malloc
#   BYTES     size of the blocks; 48 by default
set -euo pipefail
library=${1:+$(realpath "$1")}
cd "$(dirname "$0")"

few=100000
many=1100000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O2 -DSTRATA_PAIR_BYTES="${2:-48}" -o "$work/pair" pair.c

# count DEPTH PAIRS: prints the instructions of all, and of the loop alone.
count() {
  LD_PRELOAD=$library valgrind --tool=callgrind --callgrind-out-file="$work/out" \
    "$work/pair" "$1" "$2" 2>"$work/log" || { cat "$work/log" >&2 && exit 1; }
  callgrind_annotate --threshold=100 "$work/out" | tr -d , | awk '
    /PROGRAM TOTALS/ { all = $1 }
    /:loop_(one|many)[. ]/ { loop = $1 }
    END { print all, loop }'
}

printf '%8s %14s %12s %16s\n' depth instructions of-the-loop malloc-and-free
for depth in 1 10 100 1000; do
  read -r all_few loop_few < <(count "$depth" "$few")
  read -r all_many loop_many < <(count "$depth" "$many")
  awk -v depth="$depth" -v all=$((all_many - all_few)) -v loop=$((loop_many - loop_few)) \
    -v pairs=$((many - few)) 'BEGIN {
    printf "%8d %14.1f %12.1f %16.1f\n", depth, all / pairs, loop / pairs, (all - loop) / pairs
  }'
done
