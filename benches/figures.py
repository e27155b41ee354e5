"""The figure of docs/concepts/performance.md, measured where this runs.

    python benches/figures.py [--bzint target/release/bzint] [--rounds 3]

Nothing but Python is needed. `bars.svg` is what a bar costs: the processors' time of whole commands, which others on the machine disturb less
than the clock, and the bar that they end with, on uniform grids and by refinement. The numbers and the machine are printed, as Markdown.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "concepts" / "figures"
COPPER = ROOT / "data" / "cu.nscf.xml.gz"
#: Points per axis of copper's uniform grids; bars that refinement is to reach.
GRIDS, TOLERANCES = (32, 48, 64, 96, 128, 256), (3e-2, 1e-2, 3e-3, 1e-3, 3e-4)
#: Of black and of white paper: text, lines, and two curves that are told apart with any eyes.
STYLE = """
svg{--ink:#1b1f24;--paper:#fff;--line:#c8ccd1;--a:#0072b2;--b:#d55e00}
@media(prefers-color-scheme:dark){svg{--ink:#e4e6eb;--paper:#14171c;--line:#3a3f47;--a:#56b4e9;--b:#f0914d}}
text{font:13px sans-serif;fill:var(--ink)}.r{text-anchor:end}.m{text-anchor:middle}rect.p{fill:var(--paper)}line{stroke:var(--line)}
path{fill:none;stroke-width:2}.a{fill:var(--a)}.b{fill:var(--b)}path.a{stroke:var(--a);fill:none}path.b{stroke:var(--b);fill:none}
"""


def drawing(width: int, height: int, title: str, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">'
    return "\n".join([head, f"<title>{title}</title><style>{STYLE}</style>", f'<rect class="p" width="{width}" height="{height}"/>', *parts, "</svg>\n"])


def text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{words}</text>'


def power(exponent: int) -> str:
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Log:
    """A logarithmic axis from `at` to `to`, over whole decades."""

    def __init__(self, values: list[float], at: float, to: float) -> None:
        self.first, self.last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self.at, self.to = at, to

    def __call__(self, x: float) -> float:
        return self.at + (self.to - self.at) * (math.log10(x) - self.first) / (self.last - self.first)

    def ticks(self) -> list[tuple[float, str]]:
        return [(self(10.0**k), power(k)) for k in range(self.first, self.last + 1)]


class Linear:
    """An axis from 0 at `at` to the largest value at `to`, with whole numbers."""

    def __init__(self, values: list[float], at: float, to: float) -> None:
        self.last, self.at, self.to = math.ceil(1.05 * max(values)), at, to

    def __call__(self, x: float) -> float:
        return self.at + (self.to - self.at) * x / self.last

    def ticks(self) -> list[tuple[float, str]]:
        step = max(1, self.last // 6)
        return [(self(k), str(k)) for k in range(0, self.last + 1, step)]


def bars(curves: dict[str, list[dict]]) -> str:
    """The relative bar over the seconds, a curve for each way."""
    points = [p for curve in curves.values() for p in curve]
    x, y = Linear([p["seconds"] for p in points], 70, 600), Log([p["bar"] for p in points], 320, 30)
    parts = []
    for at, label in x.ticks():
        parts += [f'<line x1="{at:.1f}" x2="{at:.1f}" y1="30" y2="320"/>', text(at, 340, label, "m")]
    for at, label in y.ticks():
        parts += [f'<line x1="70" x2="600" y1="{at:.1f}" y2="{at:.1f}"/>', text(62, at + 5, label, "r")]
    for (name, curve), kind, side in zip(curves.items(), "ab", (1, -1)):
        at = [(x(p["seconds"]), y(p["bar"])) for p in curve]
        parts.append(f'<path class="{kind}" d="M' + "L".join(f"{a:.1f},{b:.1f}" for a, b in at) + '"/>')
        for (a, b), p in zip(at, curve):
            parts.append(f'<circle class="{kind}" cx="{a:.1f}" cy="{b:.1f}" r="4"/>')
            parts.append(text(a + 9 * side, b + (-6 if side > 0 else 16), p["label"], "" if side > 0 else "r"))
    for i, name in enumerate(curves):
        parts += [f'<rect class="{"ab"[i]}" x="{330}" y="{44 + 22 * i}" width="14" height="4"/>', text(352, 51 + 22 * i, name)]
    parts += [text(335, 364, "processors' time of the whole command, s", "m"), text(8, 18, "relative bar of σ/τ of copper")]
    return drawing(620, 376, "What a bar costs", parts)


def cost(bzint: str, options: list[str], label: str, rounds: int) -> dict:
    """The least processors' time of some rounds, and the bar."""
    words = [bzint, "fermi", str(COPPER), "--backend", "cpu", "--json", "-q", *options]
    best = math.inf
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    sigma = told["conductivity_over_tau"]
    return {"label": label, "seconds": best, "bar": sigma["error"][0][0] / sigma["value"][0][0], "value": sigma["value"][0][0]}


def machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} processors, {platform.system()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bzint", default=str(ROOT / "target" / "release" / "bzint"))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    FIGURES.mkdir(exist_ok=True)
    curves = {
        "uniform grids, --interpolate N": [cost(asked.bzint, ["--interpolate", str(n)], f"{n}³", asked.rounds) for n in GRIDS],
        "refinement, --tolerance X": [cost(asked.bzint, ["--tolerance", str(t)], f"{t:g}", asked.rounds) for t in TOLERANCES],
    }
    (FIGURES / "bars.svg").write_text(bars(curves), encoding="utf-8")
    print(machine())
    print("\n| way | s of processors | relative bar | σ/τ |\n| --- | --- | --- | --- |")
    for name, curve in curves.items():
        for p in curve:
            print(f"| {name.split(',')[0]}, {p['label']} | {p['seconds']:.3f} | {p['bar']:.2e} | {p['value']:.5e} |")


if __name__ == "__main__":
    main()
