"""Bands, from files, NumPy and pymatgen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from . import interop
from ._native import NativeBands
from .arrays import array
from .described import Described
from .errors import ArgumentError
from .fields import Fields
from .modes import Modes
from .options import Progress
from .superconductors import Superconductors
from .transport import Transport

if TYPE_CHECKING:
    from ase import Atoms
    from pymatgen.core import Structure
    from pymatgen.electronic_structure.bandstructure import BandStructure


def read(
    path: str | os.PathLike[str],
    *,
    bxsf_units: str | None = None,
    spin_degeneracy: Literal[1, 2] | None = None,
    progress: Progress | None = None,
) -> Bands:
    """Reads bands: any file, or directory that holds one, that `bzint info` reads.

    Parameters
    ----------
    path
        Quantum ESPRESSO, VASP, Wannier90, WIEN2k, ABINIT, CASTEP, Elk, FHI-aims, BoltzTraP2, BXSF, FRMSF, native HDF5.
    bxsf_units
        Units of a BXSF or FRMSF file: wannier90, wien2k, skeaf, abinit, elk, qe:ALAT, or ENERGY,VECTORS,2pi|no2pi.
    spin_degeneracy
        Electrons that a state holds, where the file does not tell.

    Raises
    ------
    FileError
        Where the file cannot be read or holds what cannot be used.
    """
    options = {"bxsf_units": bxsf_units, "spin_degeneracy": spin_degeneracy}
    return Bands._of(NativeBands.read(path, options, progress))


class Bands(Described, Transport, Modes, Fields, Superconductors):
    """Bands on a full periodic k-grid, or a Wannier Hamiltonian.

    Parameters
    ----------
    lattice
        Rows a1 a2 a3, angstrom, shape (3, 3).
    energies
        eV; shape (bands, n1, n2, n3), or (2, bands, n1, n2, n3) for up and down. Grid point (i, j, k) is
        ((i, j, k) + shift)/n in units of the reciprocal vectors.
    velocities
        m/s, Cartesian: the shape of the energies with a last axis of 3.
    lifetimes
        Relaxation times of states, s: the shape of the energies.
    fermi_level, electrons
        eV on the energies' own scale, and electrons per cell in these bands; one of both is needed for most results.
    spin
        "unpolarized" (two electrons a state), "spinor" (one); "collinear" where there are two sets of energies.
    atoms
        Symbols with fractional positions.
    shift
        Of the grid, in grid steps.

    Raises
    ------
    BandsError, ArgumentError
        For shapes that do not fit, energies that are not finite, lattices without volume.
    """

    def __init__(
        self,
        lattice: ArrayLike,
        energies: ArrayLike,
        *,
        velocities: ArrayLike | None = None,
        lifetimes: ArrayLike | None = None,
        fermi_level: float | None = None,
        electrons: float | None = None,
        spin: Literal["unpolarized", "spinor", "collinear"] | None = None,
        atoms: Iterable[tuple[str, Sequence[float]]] = (),
        shift: Sequence[float] = (0.0, 0.0, 0.0),
        name: str = "arrays",
    ) -> None:
        e = array("energies", energies)
        if e.ndim not in (4, 5) or (e.ndim == 5 and e.shape[0] not in (1, 2)):
            problem = f"their shape is {e.shape}"
            remedy = "give (bands, n1, n2, n3), or (2, bands, n1, n2, n3) for up and down"
            raise ArgumentError(f"energies: {problem}; {remedy}", "energies", problem, remedy)
        if e.ndim == 4:
            e = e[None]
        v = None if velocities is None else array("velocities", velocities)
        tau = None if lifetimes is None else array("lifetimes", lifetimes)
        given = _given(lattice, e.shape[0], e.shape[1], fermi_level, electrons, spin, atoms, name)
        fields = [None if x is None else x.ravel() for x in (v, tau)]
        n = (e.shape[2], e.shape[3], e.shape[4])
        s = (float(shift[0]), float(shift[1]), float(shift[2]))
        self._native = NativeBands.on_grid(given, n, s, e.ravel(), *fields)

    @classmethod
    def _of(cls, native: NativeBands) -> Bands:
        made = cls.__new__(cls)
        made._native = native
        return made

    @classmethod
    def from_kpoints(
        cls,
        lattice: ArrayLike,
        k_points: ArrayLike,
        energies: ArrayLike,
        *,
        fermi_level: float | None = None,
        electrons: float | None = None,
        spin: Literal["unpolarized", "spinor", "collinear"] | None = None,
        atoms: Iterable[tuple[str, Sequence[float]]] = (),
        name: str = "arrays",
    ) -> Bands:
        """Bands on listed k-points that are a full grid, or become one by the symmetry of the atoms.

        Parameters
        ----------
        k_points
            Fractional, shape (k, 3).
        energies
            eV, shape (k, bands), or (2, k, bands) for up and down.
        """
        e = array("energies", energies)
        k = array("k_points", k_points)
        if e.ndim == 2:
            e = e[None]
        if e.ndim != 3 or k.ndim != 2 or k.shape != (e.shape[1], 3):
            problem = f"shapes {k.shape} of k-points and {np.shape(energies)} of energies"
            remedy = "give (k, 3) and (k, bands), or (2, k, bands)"
            raise ArgumentError(f"energies: {problem}; {remedy}", "energies", problem, remedy)
        given = _given(lattice, e.shape[0], e.shape[2], fermi_level, electrons, spin, atoms, name)
        flat = np.ascontiguousarray(e.transpose(1, 0, 2)).ravel()
        return cls._of(NativeBands.listed(given, k.tolist(), flat))

    @classmethod
    def from_pymatgen(cls, bands: BandStructure, *, electrons: float | None = None) -> Bands:
        """Bands of a pymatgen `BandStructure` on a uniform grid (not along lines), with its structure's symmetry."""
        return cls.from_kpoints(**interop.from_pymatgen(bands), electrons=electrons)

    def to_pymatgen(self) -> BandStructure:
        """A pymatgen `BandStructure` of the full grid."""
        return interop.to_pymatgen(self)

    @property
    def structure(self) -> Structure:
        """Lattice and atoms as a pymatgen `Structure`."""
        return interop.structure(self)

    def to_ase(self) -> Atoms:
        """Lattice and atoms as ASE's `Atoms`."""
        return interop.to_ase(self)

    @property
    def k_grid(self) -> tuple[int, int, int]:
        """Points along each axis."""
        return self._grid

    @property
    def fermi_level(self) -> float | None:
        """The file's, eV."""
        level: float | None = self._native.header["fermi_level"]
        return level

    @property
    def electrons(self) -> float | None:
        """Electrons per cell in these bands."""
        electrons: float | None = self._native.header["electrons"]
        return electrons

    @property
    def energies(self) -> np.ndarray:
        """eV, shape (spins, bands, n1, n2, n3)."""
        h = self._native.header
        return self._native.energies().reshape(h["n_spin"], h["n_band"], *self._grid)

    def __repr__(self) -> str:
        h = self._native.header
        return f"<bzint.Bands of {h['name']}: {h['format']}, {h['n_band']} {h['spin']} bands on {self._points} k-points>"


def _given(
    lattice: ArrayLike,
    n_spin: int,
    n_band: int,
    fermi_level: float | None,
    electrons: float | None,
    spin: str | None,
    atoms: Iterable[tuple[str, Sequence[float]]],
    name: str,
) -> dict[str, Any]:
    a = array("lattice", lattice)
    usual = "collinear" if n_spin == 2 else "unpolarized"
    if a.shape != (3, 3) or (n_spin == 2) != ((spin or usual) == "collinear"):
        place = "lattice" if a.shape != (3, 3) else "spin"
        problem = f"its shape is {a.shape}" if place == "lattice" else f"{spin} bands have {n_spin} sets of energies"
        remedy = "give three vectors" if place == "lattice" else "collinear bands have two, others one"
        raise ArgumentError(f"{place}: {problem}; {remedy}", place, problem, remedy)
    return {
        "name": name,
        "lattice": a.tolist(),
        "spin": spin or usual,
        "n_band": n_band,
        "fermi_level": fermi_level,
        "electrons": electrons,
        "atoms": [(str(symbol), [float(x) for x in at]) for symbol, at in atoms],
    }
