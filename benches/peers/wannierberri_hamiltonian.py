"""Energies on 10^3 k-points: the Hamiltonian WannierBerri holds, with and without minimal distances, beside bzint's.

    python wannierberri_hamiltonian.py BZINT TB_DAT BANDS [MP_GRID]

BANDS is what bzint reads: a folder with *_tb.dat, and *_wsvec.dat or not. Needs h5py.
"""

import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import wannierberri as wb

bzint, tb, bands = sys.argv[1:4]
mp_grid = int(sys.argv[4]) if len(sys.argv) > 4 else 8
n = 10
with tempfile.TemporaryDirectory() as scratch:
    path = os.path.join(scratch, "bands.h5")
    subprocess.run([bzint, "convert", bands, "--interpolate", str(n), "-o", path, "-q"], check=True)
    with h5py.File(path) as file:
        ours = file["energies"][0].reshape(-1, n**3).T
points = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1).reshape(-1, 3)
for distances in (False, True):
    system = wb.system.System_R.from_tb_dat(tb_file=tb, berry=True)
    if distances:
        system.do_ws_dist(mp_grid=mp_grid)
    phases = np.exp(2j * np.pi * points @ np.array(system.rvec.iRvec).T)
    theirs = np.linalg.eigvalsh(np.einsum("kr,rij->kij", phases, system.get_R_mat("Ham")))
    off = 1e3 * (theirs - ours)
    print(f"minimal distances {distances}: largest {abs(off).max():.3g} meV, rms {np.sqrt((off**2).mean()):.3g} meV")
