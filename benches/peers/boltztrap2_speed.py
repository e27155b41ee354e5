"""Energies and velocities of every band on about 100^3 points: BoltzTraP2's reconstruction beside bzint's whole process.

    python boltztrap2_speed.py BZINT DIRECTORY FILE [POINTS]

DIRECTORY holds a DFT run that BoltzTraP2 reads, FILE is the same run for bzint. BoltzTraP2's time is that of getBTPbands
alone, on one process (fitting and loading are not counted); bzint's is the whole process on one thread: reading, fitting,
energies and velocities on the grid for the bands' extremes, and the Fermi surface integrated. The vectors are as many as give an FFT grid of
at least POINTS (default 100) an axis.
"""

import subprocess
import sys
import time

import numpy as np
from BoltzTraP2 import dft, fite, sphere


def main():
    bzint, directory, file = sys.argv[1:4]
    points = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    data = dft.DFTData(directory)
    for multiplier in range(5, 400, 5):
        equivalences = sphere.get_equivalences(data.atoms, data.magmom, multiplier * len(data.kpoints))
        dimensions = 2 * np.max(np.abs(np.vstack(equivalences)), axis=0) + 1
        if min(dimensions) >= points:
            break
    start = time.perf_counter()
    coefficients = fite.fitde3D(data, equivalences)
    fit = time.perf_counter() - start
    lattice = data.get_lattvec()
    start = time.perf_counter()
    energies, _, _ = fite.getBTPbands(equivalences, coefficients, lattice, nworkers=1)
    theirs = time.perf_counter() - start
    evaluated = energies.size
    print(f"BoltzTraP2: {dimensions} points, {energies.shape[0]} bands: {theirs:.2f} s (fit {fit:.2f} s), "
          f"{evaluated / theirs:.2e} band k-points/s")

    grid = ",".join(str(n) for n in dimensions)
    command = [bzint, "fermi", file, "--interpolate", grid, "--threads", "1", "--backend", "cpu", "-q", "--json"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    ours = time.perf_counter() - start
    print(f"bzint: {ours:.2f} s, {evaluated / ours:.2e} band k-points/s; {theirs / ours:.1f} times faster")


if __name__ == "__main__":
    main()
