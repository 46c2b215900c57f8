#!/usr/bin/env bash
# Whether clang-format would change any of our sources; --fix lets it.
set -euo pipefail
cd "$(dirname "$0")/../.."

mode=(--dry-run --Werror)
[[ ${1:-} == --fix ]] && mode=(-i)

find src include tools tests bench examples -type f \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.c' -o -name '*.h' \) -print0 |
  xargs -0 -r clang-format "${mode[@]}"
