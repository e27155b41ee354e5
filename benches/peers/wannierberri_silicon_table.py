"""Silicon's sigma/tau at 300 K: WannierBerri's T = 0 tetrahedra folded with -df/dE, beside bzint's JSON.

    python wannierberri_silicon_table.py BZINT.json GRID.npz [GRID.npz ...]

GRID.npz come from wannierberri_converged.py, or hold Ef and sigma_over_tau (the reference's). A star marks what lies outside
bzint's bar + 0.5 %.
"""

import json
import sys

import numpy as np

rows = json.load(open(sys.argv[1]))["rows"]
mean = lambda row, key: np.trace(np.array(row["conductivity_over_tau"][key])) / 3
grids = [np.load(path) for path in sys.argv[2:]]
print("mu (eV)  bzint  bar %  ", *sys.argv[2:])
for row in rows:
    mu, value, bar = row["chemical_potential"]["value"], mean(row, "value"), mean(row, "error")
    kt = 8.617333262e-5 * row["temperature"]["value"]
    cells = []
    for grid in grids:
        energies = grid["energies" if "energies" in grid else "Ef"]
        window = 1 / (4 * kt * np.cosh(np.clip((energies - mu) / (2 * kt), -300, 300)) ** 2)
        off = np.trapezoid(grid["sigma_over_tau"] * window, energies) / value - 1
        cells.append(f"{100 * off:+8.2f}{' ' if abs(off) < bar / value + 0.005 else '*'}")
    print(f"{mu:.2f} {value:.5e} {100 * bar / value:6.2f}", *cells)
