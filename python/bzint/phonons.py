"""Phonons, and what heat they carry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import xarray as xr

from ._native import NativePhonons
from .arrays import along, diffusion_of, vectors
from .computed import call, lists
from .dataset import dataset, tell
from .held import Held
from .options import DraggedElectrons, File, Numbers, OfPhonons, Progress, Waves, given, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .bands import Bands


def read_phonons(path: File, *, progress: Progress | None = None) -> Phonons:
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

    def info(self) -> dict[str, Any]:
        """What the phonons are: lattice, branches, speeds of sound, lifetimes: what `bzint info --json` prints."""
        told: dict[str, Any] = json.loads(self._native.info())
        return told

    @shared
    def transport(
        self,
        *,
        temperature: Numbers | None = None,
        tau: float | None = None,
        rates: File | None = None,
        add: bool = False,
        boundary: Numbers | None = None,
        as_in_file: bool = False,
        by_branch: bool = False,
        accumulation: bool = False,
        bins: int | None = None,
        **options: Unpack[OfPhonons],
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
        as_in_file
            Sums over the modes of the file's own grid, too, as the program that wrote it does.
        by_branch, accumulation
            Each branch by itself, and the conductivity by mean free path, too.
        bins
            Of the spectra.
        """
        return self._computed("transport", along(locals()))

    @shared
    def drag(
        self,
        *,
        density: float | None = None,
        bands: Bands | None = None,
        electron_rate: float | None = None,
        rates: File | None = None,
        progress: Progress | None = None,
        **options: Unpack[DraggedElectrons],
    ) -> xr.Dataset:
        """The thermopower of phonon drag, by momentum balance, beside that of diffusion: what `bzint drag` writes.

        Parameters
        ----------
        density, bands
            Electrons per cm^3, negative for holes; or bands, of which those that the Fermi level crosses are counted.
        electron_rate, rates
            Rate at which electrons scatter phonons, 1/s, in the place of a share; a TOML file of the other rates, where the phonons
            have none of their own.
        progress
            Called with the phase, steps done, and all steps.
        """
        all = given(locals())
        all["diffusion"] = diffusion_of(all.get("diffusion"))
        return self._computed("drag", all, all.pop("bands"))

    @shared
    def focusing(self, *, temperature: float = 300.0, progress: Progress | None = None, **options: Unpack[Waves]) -> xr.Dataset:
        """The first three branches for q -> 0: phase and group velocities, and how they focus: what `bzint focusing --phonons` writes.

        Parameters
        ----------
        temperature
            Of the heat of the map, K.
        progress
            Called with the phase, steps done, and all steps.
        """
        all = given(locals())
        return self._computed("focusing", {**all, "direction": vectors("direction", all.get("direction")), "temperature": float(temperature)})

    def _computed(self, kind: str, all: dict[str, Any], bands: Bands | None = None) -> xr.Dataset:
        progress = all.pop("progress", None)
        if kind != "focusing":
            lists(all)
        command = call(f"Phonons.{kind}", all)
        native = None if bands is None else bands._native
        result, table, said = self._native.compute(kind, command, all, native, progress)
        return dataset(result, table, tell(said, stacklevel=5))
