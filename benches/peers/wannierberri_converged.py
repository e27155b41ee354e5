"""WannierBerri's tetrahedra on one uniform grid: states, electrons, sigma/tau and the Hall coefficient against energy.

    python wannierberri_converged.py TB_DAT POINTS OUT.npz [--mp-grid 8] [--full] [--hall] [--energies LOW HIGH STEP]

--mp-grid N applies the minimal distances of Wannier functions (what *_wsvec.dat holds) to the Hamiltonian of an N^3
calculation; without it the plain *_tb.dat is taken, as WannierBerri does by itself, which is another Hamiltonian. --full takes
every k-point; otherwise WannierBerri keeps those irreducible under Oh, which is exact where the Hamiltonian has that symmetry.
No adaptive refinement. Values are of both spins; T = 0. R_H is the Fermi-surface form.
"""

import argparse
import resource
import time

import numpy as np
import wannierberri as wb

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("tb")
parser.add_argument("points", type=int)
parser.add_argument("out")
parser.add_argument("--mp-grid", type=int, default=0)
parser.add_argument("--full", action="store_true")
parser.add_argument("--hall", action="store_true")
parser.add_argument("--energies", type=float, nargs=3, default=(14.5551, 14.5552, 0.0001))
options = parser.parse_args()

start = time.perf_counter()
system = wb.system.System_R.from_tb_dat(tb_file=options.tb, berry=True)
if options.mp_grid:
    system.do_ws_dist(mp_grid=options.mp_grid)
if not options.full:
    system.set_pointgroup(symmetry_gen=["C4z", "C4x", "Inversion"])
low, high, step = options.energies
energies = low + step * np.arange(round((high - low) / step) + 1)
static = wb.calculators.static
own = {"external_terms": False}
calculators = {
    "dos": static.DOS(Efermi=energies, tetra=True),
    "electrons": static.CumDOS(Efermi=energies, tetra=True),
    "sigma": static.Ohmic_FermiSurf(Efermi=energies, tetra=True, kwargs_formula=own),
}
if options.hall:
    calculators["hall"] = static.Hall_classic_FermiSurf(Efermi=energies, tetra=True, kwargs_formula=own)
grid = wb.Grid(system, NK=options.points)
results = wb.run(
    system,
    grid=grid,
    calculators=calculators,
    parallel=False,
    adpt_num_iter=0,
    use_irred_kpt=not options.full,
    symmetrize=not options.full,
    fout_name=options.out.removesuffix(".npz"),
).results
seconds = time.perf_counter() - start
sigma = 2e15 * np.trace(results["sigma"].data, axis1=1, axis2=2) / 3
saved = {
    "energies": energies,
    "dos": 2 * results["dos"].data,
    "electrons": 2 * results["electrons"].data,
    "sigma_over_tau": sigma,
    "grid": grid.dense,
    "seconds": seconds,
}
if options.hall:
    saved["hall_over_tau2"] = 2e30 * np.trace(results["hall"].data, axis1=1, axis2=2) / 3
    saved["hall_coefficient"] = saved["hall_over_tau2"] / sigma**2
np.savez_compressed(options.out, **saved)
middle = len(energies) // 2
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(
    f"grid {grid.dense} = {grid.div} x FFT {grid.FFT}, minimal distances {bool(options.mp_grid)}, all points {options.full}: "
    f"{seconds:.1f} s, {peak:.0f} MB; at {energies[middle]:.4f} eV:",
    *(f"{k} {v[middle]:.6g}" for k, v in saved.items() if np.ndim(v) and k not in ("grid", "energies")),
)
