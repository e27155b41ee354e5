#!/bin/sh
# The Python package as a wheel for every Python from 3.10 on, with no C library in it, and its tests where the wheel alone is installed:
# in an environment made for it, away from the sources, which would hide what is missing from the wheel.
set -eu
cd "$(dirname "$0")/.."
root="$PWD"
folder="${CARGO_TARGET_DIR:-$root/target}/wheels"
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT

python3 -m venv "$fresh/build"
"$fresh/build/bin/python" -m pip install --quiet --disable-pip-version-check "maturin>=1.8,<2"
rm -f "$folder"/bzint-*.whl
"$fresh/build/bin/maturin" build --release --locked --manifest-path python/Cargo.toml --out "$folder"

python3 -m venv "$fresh/test"
wheel="$(ls "$folder"/bzint-*.whl)"
"$fresh/test/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[test]"
cd "$fresh"
PYTHONDONTWRITEBYTECODE=1 "$fresh/test/bin/python" -m pytest -p no:cacheprovider "$root/python/tests"
echo "$wheel"
