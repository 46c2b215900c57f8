#!/bin/sh
# test.sh LIBRARY TARGET_FOLDER: the crate's tests against libstrata_c.so, without the
# network. 77: skipped, for the reason that is printed.
set -eu
cargo --version >/dev/null 2>&1 || { echo "skipped: there is no cargo on this machine" && exit 77; }
cd "$(dirname "$0")"
LIBSTRATA_C_DIR=$(dirname "$1")
export LIBSTRATA_C_DIR LD_LIBRARY_PATH="$LIBSTRATA_C_DIR" CARGO_TARGET_DIR="$2"
cargo test --offline --locked --quiet
cargo run --offline --locked --quiet --example frames
