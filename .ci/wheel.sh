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

wheel="$(ls "$folder"/bzint-*.whl)"
if [ "$(uname -s)" = Linux ]; then
    # The extension alone is a library, and has none beside it.
    python3 -m zipfile -e "$wheel" "$fresh/unpacked"
    libraries="$(find "$fresh/unpacked" -name '*.so*')"
    [ "$(echo "$libraries" | wc -l)" = 1 ] || { echo "there are several libraries in the wheel: $libraries" >&2; exit 1; }
    promised="$(basename "$wheel" | sed -n 's/.*manylinux_\([0-9]*\)_\([0-9]*\)_.*/\1.\2/p')"
    sh "$root/.ci/needs.sh" "$libraries" "$promised"
fi

python3 -m venv "$fresh/test"
"$fresh/test/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[test]"
cd "$fresh"
PYTHONDONTWRITEBYTECODE=1 "$fresh/test/bin/python" -m pytest -p no:cacheprovider "$root/python/tests"
echo "$wheel"
