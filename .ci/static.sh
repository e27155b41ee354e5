#!/bin/sh
# The command as one file without libhdf5: HDF5 is built from its sources into it. Needs a C compiler and CMake 3.26 or newer, which is taken
# from PyPI where the system's is older. Runs on any Linux whose glibc is as new as is said at the end; the Vulkan loader is opened at run time.
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT

version="$(cmake --version 2>/dev/null | sed -n '1s/[^0-9]*//p')"
if [ "$(printf '3.26\n%s\n' "${version:-0}" | sort -V | head -1)" != 3.26 ]; then
    python3 -m venv "$fresh/cmake"
    "$fresh/cmake/bin/python" -m pip install --quiet --disable-pip-version-check "cmake>=3.26,<4"
    PATH="$fresh/cmake/bin:$PATH"
    export PATH
fi
cargo build --release --locked --features static-hdf5 --target-dir "$target/static"
binary="$target/static/release/bzint"
sh .ci/needs.sh "$binary"
"$binary" model simple-cubic -n 8 --fermi-level=-4 -q -o "$fresh/sc.h5"
"$binary" fermi "$fresh/sc.h5" --backend cpu -q -o "$fresh/fermi.h5" >/dev/null
"$binary" table "$fresh/fermi.h5" >/dev/null
echo "$binary"
