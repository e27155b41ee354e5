"""Bands, and what is computed of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from . import interop
from ._native import NativeBands
from .arrays import array
from .dataset import dataset, tell
from .errors import ArgumentError

if TYPE_CHECKING:
    from ase import Atoms
    from pymatgen.core import Structure
    from pymatgen.electronic_structure.bandstructure import BandStructure

#: Called now and then with the phase in words, the steps done and all steps (0 where nobody knows).
Progress = Callable[[str, int, int], object]
Numbers = Union[float, Iterable[float], np.ndarray]
Interpolate = Union[int, tuple[int, int, int], Literal["none"]]
Interpolator = Literal["series", "auto", "isospectral"]
Backend = Literal["auto", "cpu", "gpu"]
Velocity = Literal["file", 2, 4, 6]
Weights = Union[Literal["tetrahedra"], tuple[Literal["gaussian", "mp"], float]]
FermiLevel = Union[float, Literal["file", "electrons"]]
Impurities = Iterable[Sequence[float]]


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


class Bands:
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

    _native: NativeBands

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
        flat = [None if x is None else x.ravel() for x in (e, v, tau)]
        n = (e.shape[2], e.shape[3], e.shape[4])
        s = (float(shift[0]), float(shift[1]), float(shift[2]))
        self._native = NativeBands.on_grid(given, n, s, *flat)

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
    def name(self) -> str:
        """What they are called in messages."""
        return str(self._native.header["name"])

    @property
    def lattice(self) -> np.ndarray:
        """Rows a1 a2 a3, angstrom."""
        return np.array(self._native.header["lattice"])

    @property
    def k_grid(self) -> tuple[int, int, int]:
        """Points along each axis."""
        n = self._native.header["k_grid"]
        return (n[0], n[1], n[2])

    @property
    def fermi_level(self) -> float | None:
        """The file's, eV."""
        return self._native.header["fermi_level"]

    @property
    def electrons(self) -> float | None:
        """Electrons per cell in these bands."""
        return self._native.header["electrons"]

    @property
    def notes(self) -> list[str]:
        """What the reader assumed, one sentence each."""
        return list(self._native.header["notes"])

    @property
    def info(self) -> dict[str, Any]:
        """All that is known of them but the numbers."""
        return dict(self._native.header)

    @property
    def energies(self) -> np.ndarray:
        """eV, shape (spins, bands, n1, n2, n3)."""
        h = self._native.header
        return self._native.energies().reshape(h["n_spin"], h["n_band"], *h["k_grid"])

    def __repr__(self) -> str:
        h = self._native.header
        n = "×".join(str(x) for x in h["k_grid"])
        return f"<bzint.Bands of {h['name']}: {h['format']}, {h['n_band']} {h['spin']} bands on {n} k-points>"

    def fermi(
        self,
        *,
        tau: float | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        backend: Backend = "auto",
        threads: int | None = None,
        velocity: Velocity | None = None,
        weights: Weights = "tetrahedra",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Tensors at the Fermi level: N(E_F), <v_i v_j>, sigma/tau (sigma with `tau`), plasma frequency.

        Parameters
        ----------
        tau
            Constant relaxation time, s.
        fermi_level, electrons
            An energy in eV, "file", or "electrons"; the electrons of a cell.
        interpolate
            A denser uniform grid, n or (n1, n2, n3); "none" takes a table as it is.
        kspacing
            Likewise, by the largest distance of k-points, 1/angstrom.
        tolerance
            Refines the interpolated bands until the bar is below this share of the result.
        fit_velocities
            Interpolates through the velocities that the bands bring, too.
        interpolator
            "series", "isospectral" (right where bands touch), or "auto"; by default the series, and "auto" where refined
            transport coefficients come out with wide bars.
        scissor
            The gap that an insulator is to have, eV.
        backend, threads, velocity, weights
            How to integrate.
        progress
            Called with the phase, steps done, and all steps.

        Raises
        ------
        Error
            One of its classes; KeyboardInterrupt stops the work.
        """
        return self._computed("fermi", locals())

    def dos(
        self,
        *,
        energy: Sequence[float] | None = None,
        bins: int | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        backend: Backend = "auto",
        threads: int | None = None,
        velocity: Velocity | None = None,
        weights: Weights = "tetrahedra",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Density of states, electron count and sigma/tau per energy.

        Parameters
        ----------
        energy
            (start, stop) or (start, stop, step), eV; by default all bands.
        bins
            How many, where there is no step (1000).

        The other parameters are those of `fermi`.
        """
        return self._computed("dos", locals())

    def transport(
        self,
        *,
        temperature: Numbers = 300.0,
        doping: Numbers | None = None,
        mu: Numbers | None = None,
        mu_absolute: Numbers | None = None,
        donors: Impurities = (),
        acceptors: Impurities = (),
        tau: float | None = None,
        scattering: str | os.PathLike[str] | None = None,
        mean_free_path: float | None = None,
        lattice_thermal_conductivity: float | None = None,
        hall: bool | None = None,
        magnetoconductivity: bool = False,
        spin_resolved: bool = False,
        dimension: Literal[1, 2, 3] = 3,
        thickness: float | None = None,
        cross_section: float | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        backend: Backend = "auto",
        threads: int | None = None,
        velocity: Velocity | None = None,
        weights: Weights = "tetrahedra",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Conductivity, Seebeck, thermal conductivity, Hall … on temperature × doping or chemical potential.

        Parameters
        ----------
        temperature
            K.
        doping
            Net dopings, cm^-3 (cm^-2 of a layer, cm^-1 of a chain): positive for electrons (n-type), negative for holes.
        mu, mu_absolute
            Chemical potentials, eV, from the Fermi level or on the bands' own scale; one of these or dopings.
        donors, acceptors
            (density, depth in eV[, degeneracy]) of impurity levels.
        tau
            Constant relaxation time, s; without any coefficients are per relaxation time, as `conductivity_over_tau`.
        scattering
            A TOML file of scattering mechanisms.
        mean_free_path
            Constant mean free path, angstrom.
        lattice_thermal_conductivity
            W/(m K), for `figure_of_merit`.
        hall, magnetoconductivity, spin_resolved
            What else is computed.
        dimension, thickness, cross_section
            Of layers (2, angstrom) and chains (1, angstrom^2).

        The other parameters are those of `fermi`.
        """
        return self._computed("transport", locals())

    def optimize(
        self,
        *,
        maximise: Literal["power-factor", "zt"] = "power-factor",
        temperature: Numbers = 300.0,
        carriers: Literal["n", "p", "both"] = "both",
        component: Literal["average", "xx", "yy", "zz"] = "average",
        within: float | None = None,
        tau: float | None = None,
        scattering: str | os.PathLike[str] | None = None,
        lattice_thermal_conductivity: float | None = None,
        dimension: Literal[1, 2, 3] = 3,
        thickness: float | None = None,
        cross_section: float | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        backend: Backend = "auto",
        threads: int | None = None,
        velocity: Velocity | None = None,
        weights: Weights = "tetrahedra",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """The doping (and of several temperatures the best) of the largest power factor or zT.

        Parameters
        ----------
        maximise
            "power-factor", or "zt", which needs a relaxation time and a lattice thermal conductivity.
        carriers
            "n", "p", or each by itself.
        component
            That is made largest.
        within
            How far beyond the band edge to look, eV.

        The other parameters are those of `transport` and `fermi`.
        """
        return self._computed("optimize", locals())

    def _computed(self, kind: str, given: dict[str, Any]) -> xr.Dataset:
        given = {k: v for k, v in given.items() if k != "self"}
        progress = given.pop("progress")
        for name in ("temperature", "doping", "mu", "mu_absolute"):
            if given.get(name) is not None:
                given[name] = array(name, given[name]).ravel().tolist()
        for name in ("donors", "acceptors"):
            if name in given:
                levels = list(given[name])
                single = bool(levels) and not hasattr(levels[0], "__len__")
                given[name] = [[float(x) for x in one] for one in ([levels] if single else levels)]
        told = ", ".join(f"{k}={v!r}" for k, v in given.items() if v is not None and v != [])
        command = f"bzint.Bands.{kind}({told})"
        result, table, said = getattr(self._native, kind)(command, given, progress)
        return dataset(result, table, tell(said, stacklevel=4))


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
