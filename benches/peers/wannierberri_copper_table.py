"""Copper at its Fermi level: WannierBerri's grids beside bzint's JSON (`bzint transport ... -T 10,300 --mu-absolute E --json`).

    python wannierberri_copper_table.py BZINT.json GRID.npz [GRID.npz ...]

At T = 0 (bzint: the first row) and folded with -df/dE to the temperature of the last; per cent are WannierBerri / bzint - 1.
"""

import json
import sys

import numpy as np

rows = json.load(open(sys.argv[1]))["rows"]
mean = lambda t: np.trace(np.array(t)) / 3


def ours(row):
    sigma, hall, dos = row["conductivity_over_tau"], row["hall_coefficient"], row["density_of_states"]
    values = mean(sigma["value"]), dos["value"], hall["value"]
    return np.array(values), np.array((mean(sigma["error"]), dos["error"], hall["error"]))


cold, warm = rows[0], rows[-1]
for row in (cold, warm):
    print(f"bzint {row['temperature']['value']} K: sigma/tau, N(E), R_H", *("%.5g +- %.2g" % p for p in zip(*ours(row))))
mu, kt = warm["chemical_potential"]["value"], 8.617333262e-5 * warm["temperature"]["value"]
print("| grid | T = 0: sigma/tau | % | DOS | % | N | R_H | % | 300 K: sigma/tau | % | DOS | % | R_H | % |")
for path in sys.argv[2:]:
    grid = np.load(path)
    energies = grid["energies"]
    at = np.argmin(abs(energies - mu))
    weights = np.gradient(energies) / (4 * kt * np.cosh((energies - mu) / (2 * kt)) ** 2)
    fold = lambda name: (grid[name] * weights).sum()
    zero = grid["sigma_over_tau"][at], grid["dos"][at], grid["hall_coefficient"][at]
    hot = fold("sigma_over_tau"), fold("dos"), fold("hall_over_tau2") / fold("sigma_over_tau") ** 2
    cells = [[f"{v:.4e} | {100 * (v / o - 1):+.2f}" for v, o in zip(x, ours(row)[0])] for x, row in ((zero, cold), (hot, warm))]
    cells[0].insert(2, f"{grid['electrons'][at]:.4f}")
    print("|", path, "|", " | ".join(cells[0] + cells[1]), "|")
