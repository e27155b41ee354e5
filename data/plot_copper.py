"""Draws copper_dos.svg, the picture in the README: density of states and sigma/tau of copper with their error bands.

    bzint dos data/cu.nscf32.xml.gz --energy 4:20:0.08 -o cu_dos.h5
    python3 data/plot_copper.py cu_dos.h5 data/copper_dos.svg

Needs h5py, numpy and matplotlib.
"""

import sys

import h5py
import matplotlib
import numpy as np

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "bzint"
import matplotlib.pyplot as plt

FERMI_LEVEL = 14.5521

source, target = sys.argv[1:]
with h5py.File(source) as f:
    energy = f["energy"][:] - FERMI_LEVEL
    dos, dos_error = f["density_of_states"][:], f["density_of_states_error"][:]
    sigma = np.trace(f["conductivity_over_tau"][:], axis1=1, axis2=2) / 3
    sigma_error = np.trace(f["conductivity_over_tau_error"][:], axis1=1, axis2=2) / 3

figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(7.2, 4.6))
for axes, y, error, label in [
    (top, dos, dos_error, "states / (eV cell)"),
    (bottom, sigma * 1e-21, sigma_error * 1e-21, r"$\sigma/\tau$  ($10^{21}\,/\Omega\,$m$\,$s)"),
]:
    axes.fill_between(energy, y - error, y + error, step="mid", color="#e8a87c", lw=0, label="error bar")
    axes.step(energy, y, where="mid", color="#30475e", lw=0.9)
    axes.axvline(0, color="0.5", lw=0.8, ls="--")
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
top.set_title("Copper, 32³ k-points (Quantum ESPRESSO), bins of 80 meV", fontsize=10)
top.legend(frameon=False, loc="upper right")
bottom.set_xlabel(r"$E - E_F$ (eV)")
figure.tight_layout()
figure.savefig(target, metadata={"Date": None})
