#!/bin/sh
# The Python package: built in place, with the dependencies that the other tests have, and its tests. Says what it skips.
set -eu
cd "$(dirname "$0")/.."

python=""
for candidate in .venv/bin/python python3; do
    if "$candidate" -c "import numpy, xarray, h5netcdf, pytest" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "SKIPPED: no Python with numpy, xarray, h5netcdf and pytest; the Python package is not tested" >&2
    exit 0
fi

# An extension is not linked with the interpreter that loads it.
export PYO3_BUILD_EXTENSION_MODULE=1
# What the other tests have compiled, with the features that they have.
cargo build --profile test --workspace --lib --bins --tests
target="${CARGO_TARGET_DIR:-target}/debug"
for library in "$target/libbzint_native.so" "$target/libbzint_native.dylib"; do
    if [ -f "$library" ]; then
        cp "$library" python/bzint/_native.abi3.so
    fi
done
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$PWD/python" "$python" -m pytest -p no:cacheprovider python/tests
