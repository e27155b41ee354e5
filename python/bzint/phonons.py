"""Phonons, and what heat they carry."""

from __future__ import annotations

import os

import xarray as xr

from ._native import NativePhonons
from .arrays import array, directions
from .dataset import dataset, tell
from .held import Held
from .options import Direction, Numbers, Progress


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
        given = {k: v for k, v in locals().items() if k not in ("self", "progress")}
        for name in ("temperature", "boundary"):
            if given[name] is not None:
                given[name] = array(name, given[name]).ravel().tolist()
        given["direction"] = directions(direction)
        told = ", ".join(f"{k}={v!r}" for k, v in given.items() if v is not None and v is not False and v != [])
        command = f"bzint.Phonons.transport({told})"
        result, table, said = self._native.transport(command, given, progress)
        return dataset(result, table, tell(said, stacklevel=3))
