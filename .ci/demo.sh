#!/bin/sh
# The Fermi surface of copper, on the CPU and on the GPU, from the band grid in data/.
set -eu
cd "$(dirname "$0")/.."
bzint="${CARGO_TARGET_DIR:-target}/release/bzint"
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT

run() {
    echo
    echo "\$ $*"
    shift
    "$bzint" "$@"
}
run bzint info data/cu16.h5
run bzint fermi data/cu16.h5 --backend cpu -o "$output/cpu.h5"
run bzint fermi data/cu16.h5 --backend gpu -o "$output/gpu.h5"
