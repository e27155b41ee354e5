"""Phonons, and what heat they carry."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import xarray as xr

from ._native import NativePhonons
from .arrays import diffusion_of, directions, vectors
from .computed import call, lists
from .dataset import dataset, tell
from .held import Held
from .options import Direction, FermiLevel, Numbers, Progress, Vector

if TYPE_CHECKING:
    from .bands import Bands


def read_phonons(path: str | os.PathLike[str], *, progress: Progress | None = None) -> Phonons:
    """Reads phonons on a grid: native HDF5, phonopy's mesh, phono3py's kappa, ShengBTE's BTE files, or the directory of such a run.

    Raises
    ------
    FileError
        Where the file cannot be read or holds what cannot be used.
    """
    return Phonons._of(NativePhonons.read(path, progress))


class Phonons(Held):
    """Frequencies of phonons on a full periodic q-grid, with lifetimes where the file has some. `read_phonons` makes them."""

    _native: NativePhonons
    _grid_name = "q_grid"

    @classmethod
    def _of(cls, native: NativePhonons) -> Phonons:
        made = cls.__new__(cls)
        made._native = native
        return made

    @property
    def q_grid(self) -> tuple[int, int, int]:
        """Points along each axis."""
        return self._grid

    def __repr__(self) -> str:
        h = self._native.header
        return f"<bzint.Phonons of {h['name']}: {h['format']}, {h['n_branch']} branches on {self._points} q-points>"

    def transport(
        self,
        *,
        temperature: Numbers | None = None,
        tau: float | None = None,
        rates: str | os.PathLike[str] | None = None,
        add: bool = False,
        boundary: Numbers | None = None,
        direction: Direction = (),
        as_in_file: bool = False,
        by_branch: bool = False,
        accumulation: bool = False,
        bins: int | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Heat capacity, lattice thermal conductivity, ballistic conductance, and their spectra: what `bzint phonon` writes.

        Parameters
        ----------
        temperature
            K; those of the file's lifetimes where none are given, else 300.
        tau
            One relaxation time for every mode, s, in the place of the file's.
        rates, add
            A TOML file of scattering rates in the place of the file's own, or added to them.
        boundary
            Distances of boundaries that scatter, too, angstrom; one result for each.
        direction
            Of ballistic transport: "x", "001", "1-10", a Cartesian vector "1,1,0", or several of them.
        as_in_file
            Sums over the modes of the file's own grid, too, as the program that wrote it does.
        by_branch, accumulation
            Each branch by itself, and the conductivity by mean free path, too.
        bins, threads
            How to integrate.
        progress
            Called with the phase, steps done, and all steps.
        """
        given = {**locals(), "direction": directions(direction)}
        return self._computed("transport", given)

    def drag(
        self,
        *,
        density: float | None = None,
        bands: Bands | None = None,
        temperature: Numbers | None = None,
        ratio: float | str | os.PathLike[str] | None = None,
        electron_rate: float | None = None,
        rates: str | os.PathLike[str] | None = None,
        fermi_temperature: float | None = None,
        diffusion: xr.Dataset | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """The thermopower of phonon drag, by momentum balance, beside that of diffusion: what `bzint drag` writes.

        Parameters
        ----------
        density, bands
            Electrons per cm^3, negative for holes; or bands, of which those that the Fermi level crosses are counted.
        temperature
            K; 1 to 300 where none are given.
        ratio
            Share of their momentum that phonons give to electrons, 0 to 1 (1); or the path of a table of K and share.
        electron_rate, rates
            Rate at which electrons scatter phonons, 1/s, in the place of a share; a TOML file of the other rates, where the phonons
            have none of their own.
        fermi_temperature, diffusion
            The diffusion part: of free electrons with this Fermi temperature, K, or results of `Bands.transport` at one level.
        fermi_level, electrons
            Of `bands`: an energy in eV, "file", or "electrons"; the electrons of a cell.
        """
        given = {**locals(), "diffusion": diffusion_of(diffusion)}
        return self._computed("drag", given, given.pop("bands"))

    def focusing(
        self,
        *,
        direction: Iterable[Vector] = (),
        axis: Vector = (0.0, 0.0, 1.0),
        temperature: float = 300.0,
        pixels: int | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """The first three branches for q -> 0: phase and group velocities, and how they focus: what `bzint focusing --phonons` writes.

        Parameters
        ----------
        direction
            Vectors along which waves run; 001, 110 and 111 where none are given.
        pixels, axis
            Along the side of a map of where heat flows, around this axis; no map and no sections where none are given.
        temperature
            Of the heat of the map, K.
        """
        given = {**locals(), "direction": vectors("direction", direction)}
        return self._computed("focusing", {**given, "temperature": float(temperature)})

    def _computed(self, kind: str, given: dict[str, Any], bands: Bands | None = None) -> xr.Dataset:
        given = {k: v for k, v in given.items() if k not in ("self", "bands")}
        progress = given.pop("progress")
        if kind != "focusing":
            lists(given)
        command = call(f"Phonons.{kind}", given)
        native = None if bands is None else bands._native
        result, table, said = self._native.compute(kind, command, given, native, progress)
        return dataset(result, table, tell(said, stacklevel=4))
