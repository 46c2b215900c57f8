#!/bin/sh
# report.sh LIBRARY PROGRAM: the report is written however the process ends by
# itself, by the one process that may write it, and by no other.
set -u
library=$1
program=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
report=$folder/report
failures=0

run() {
  rm -f "$report"
  (LD_PRELOAD=$library STRATA_REPORT_FILE=$report "$@") >"$folder/output" 2>&1
}

expect_report() {
  if [ "$(head -c 8 "$report" 2>/dev/null)" != strata01 ]; then
    echo "failed: no report after: $*" >&2
    cat "$folder/output" >&2
    failures=$((failures + 1))
  fi
}

expect_none() {
  if [ -e "$report" ]; then
    echo "failed: a report after: $*" >&2
    failures=$((failures + 1))
  fi
}

for how in return exit _exit _Exit quick_exit; do
  run "$program" "$how"
  expect_report "$how"
  run env STRATA_REPORT_PID=1 "$program" "$how"
  expect_none "$how of another process than the one asked for"
done
for how in abort child_exit child__exit exec; do
  run "$program" "$how"
  expect_none "$how"
done
exit "$failures"
