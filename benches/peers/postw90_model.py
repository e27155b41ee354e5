"""Input of postw90's BoltzWann for silicon from *_tb.dat: a checkpoint whose Hamiltonian is that of the file.

    python postw90_model.py TB_DAT WIN DIRECTORY POINTS

The Hamiltonian is diagonalised on its own 8^3 k-points; eigenvectors become the checkpoint's u_matrix and eigenvalues the .eig, so
postw90 arrives at the same Hamiltonian (overlaps, which BoltzWann doesn't read, are zero). Then: `postw90.x si` in DIRECTORY.
"""

import os
import re
import sys

import numpy as np
import wannierberri as wb
from scipy.io import FortranFile

tb, win, directory, points = sys.argv[1:5]
system = wb.system.System_R.from_tb_dat(tb_file=tb, berry=True)
matrices, cells, size = system.get_R_mat("Ham"), np.array(system.rvec.iRvec), system.num_wann
text = open(win).read()
kpoints = re.search(r"begin kpoints\s*\n(.*?)end kpoints", text, re.S).group(1)
kpoints = np.array(kpoints.split(), dtype=float).reshape(-1, 3)
phases = np.exp(2j * np.pi * kpoints @ cells.T)
energies, vectors = np.linalg.eigh(np.einsum("kr,rij->kij", phases, matrices))
lattice = np.array(system.real_lattice)
neighbours = 8  # of an fcc grid

os.makedirs(directory, exist_ok=True)
with open(os.path.join(directory, "si.eig"), "w") as file:
    for k, row in enumerate(energies):
        for band, energy in enumerate(row):
            file.write(f"{band + 1:5d}{k + 1:5d}{energy:18.12f}\n")
with FortranFile(os.path.join(directory, "si.chk"), "w") as file:
    integer = lambda *n: file.write_record(np.array(n, dtype=np.int32))
    fortran = lambda a: file.write_record(np.asarray(a).ravel(order="F"))
    file.write_record(np.frombuffer(b"from the tb file".ljust(33), dtype=np.uint8))
    integer(size)
    integer(0)
    integer()
    fortran(lattice)
    fortran(2 * np.pi * np.linalg.inv(lattice).T)
    integer(len(kpoints))
    integer(8, 8, 8)
    fortran(kpoints.T)
    integer(neighbours)
    integer(size)
    file.write_record(np.frombuffer(b"postwann".ljust(20), dtype=np.uint8))
    integer(0)
    fortran(np.transpose(vectors.conj(), (2, 1, 0)).astype(complex))
    fortran(np.zeros((size, size, neighbours, len(kpoints)), dtype=complex))
    fortran(np.array(system.wannier_centers_cart).T)
    fortran(np.ones(size))
settings = f"""num_wann = {size}
use_ws_distance = true
fermi_energy = 6.4819
boltzwann = true
boltz_kmesh = {points}
boltz_relax_time = 10.0
boltz_mu_min = 5.5
boltz_mu_max = 7.5
boltz_mu_step = 0.01
boltz_temp_min = 300
boltz_temp_max = 300
boltz_temp_step = 100
boltz_tdf_energy_step = 0.005
boltz_tdf_smr_fixed_en_width = 0.0
boltz_calc_also_dos = true
boltz_dos_energy_step = 0.01
boltz_dos_adpt_smr = false
boltz_dos_smr_fixed_en_width = 0.03
"""
kept = text[text.index("begin projections"):]
open(os.path.join(directory, "si.win"), "w").write(settings + kept)
