"""What the Python package costs beside the command: the same job by both, in turn, on bands that are read each time.

    python benches/python.py [--bzint target/release/bzint] [--rounds 5]

Needs the package `bzint`, built from the same sources in the same way as the command: compare release with release. Prints the shortest of
the rounds: of the command, of reading and computing in Python, and of importing the package, which a notebook does once. Seconds of the
clock, and of all processors together, which others on the machine disturb less.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
JOBS = [
    (
        "silicon, transport",
        "transport",
        "si.nscf.xml.gz",
        {"temperature": range(300, 801, 100), "doping": [1e19, 1e20], "tau": 1e-14, "interpolator": "series"},
        "-T 300:800:100 --doping 1e19,1e20 --tau 1e-14 --interpolator series",
    ),
    ("copper, transport", "transport", "cu.nscf.xml.gz", {"tolerance": 3e-3}, "--tolerance 3e-3"),
    ("copper, dos", "dos", "cu.nscf32.xml.gz", {"interpolate": 48}, "--interpolate 48"),
]


def spent(who: int) -> tuple[float, float]:
    """The clock, and the processors' time of this process or of its children, s."""
    used = resource.getrusage(who)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def since(start: tuple[float, float], who: int) -> tuple[float, float]:
    now = spent(who)
    return now[0] - start[0], now[1] - start[1]


def command(bzint: str, kind: str, file: Path, typed: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        words = [bzint, kind, str(file), "--backend", "cpu", "-q", *typed.split(), "-o", f"{folder}/out.h5"]
        start = spent(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True)
        return since(start, resource.RUSAGE_CHILDREN)


def package(kind: str, file: Path, given: dict) -> tuple[float, float]:
    import bzint

    start = spent(resource.RUSAGE_SELF)
    getattr(bzint.read(file), kind)(backend="cpu", **given)
    return since(start, resource.RUSAGE_SELF)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bzint", default=str(DATA.parent / "target" / "release" / "bzint"))
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    start = time.perf_counter()
    import bzint  # noqa: F401

    imported = time.perf_counter() - start
    print(f"{'':22} {'':10} {'command, s':>11} {'Python, s':>10} {'more':>8}")
    for name, kind, file, given, typed in JOBS:
        rounds = [
            (command(asked.bzint, kind, DATA / file, typed), package(kind, DATA / file, given))
            for _ in range(asked.rounds)
        ]
        for which, of in enumerate(["clock", "processors"]):
            ours = min(c[which] for c, _ in rounds)
            theirs = min(p[which] for _, p in rounds)
            print(f"{name if which == 0 else '':22} {of:10} {ours:11.3f} {theirs:10.3f} {100 * (theirs / ours - 1):+7.1f} %")
    print(f"import bzint: {imported:.2f} s, once ({sys.version.split()[0]})")


if __name__ == "__main__":
    main()
