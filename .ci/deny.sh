#!/bin/sh
# Licences, bans, sources and known vulnerabilities of the dependencies, by deny.toml. Says what it skips: all of it where cargo-deny is
# not installed, the advisories where their database is neither here nor to be had.
set -eu
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "SKIPPED: cargo-deny is not installed (cargo install --locked cargo-deny); licences and advisories are not checked" >&2
    exit 0
fi

cargo deny --locked check bans licenses sources

# A copy of the advisories is fetched where there is a network, else one of an earlier time is taken.
if cargo deny --locked fetch db >/dev/null 2>&1; then
    cargo deny --locked check advisories
elif [ -n "$(find "${CARGO_HOME:-$HOME/.cargo}" -path "*advisory-db*" -name FETCH_HEAD -size +0 2>/dev/null)" ]; then
    echo "note: no network, the advisories are those of an earlier time" >&2
    cargo deny --locked --offline check advisories
else
    echo "SKIPPED: no network and no copy of the advisories; known vulnerabilities are not checked" >&2
fi
