"""What bands are, whether their numbers can be trusted, and other formats of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union

import xarray as xr

from .computed import Computed, call, lists
from .dataset import tell
from .options import AtLevel, Converted, EnergyRange, File, Numbers, Opening, given, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: Corners of a path by their names, fractional.
Path = Union[Mapping[str, Sequence[float]], Iterable[tuple[str, Sequence[float]]]]


class Described(Computed):
    """What `bzint info`, `bands`, `validate` and `convert` tell."""

    @shared
    def info(self, *, verbose: bool = False, **options: Unpack[Opening]) -> dict[str, Any]:
        """What the bands are: lattice, symmetry, grid, gap and edges with their masses, crossings: what `bzint info --json` prints.

        Parameters
        ----------
        verbose
            What interpolations of the table predict, too.

        Returns
        -------
        dict
            Numbers with units are `{"value", "error", "unit"}`.
        """
        return self._told("info", locals())

    @shared
    def band_path(
        self, *, path: Path | None = None, points: int | None = None, energy: EnergyRange | None = None, **options: Unpack[AtLevel]
    ) -> xr.Dataset:
        """Bands along a path through the zone, interpolated: what `bzint bands` draws.

        `energies` and their bars lie on spin × band × distance (1/angstrom), the corners on `node`; the Fermi level is
        `attrs["fermi_level_ev"]`, where something tells it.

        Parameters
        ----------
        path
            Corners with their fractional coordinates, such as [("G", (0, 0, 0)), ("X", (0.5, 0, 0.5))]; by default the usual ones of cubic and
            hexagonal lattices, else halves of the reciprocal vectors.
        points
            Of the whole path (400).
        energy
            (start, stop), eV from the Fermi level: the density of states there, too.

        Raises
        ------
        ArgumentError
            For a path of one place, or a table that is to be taken as it is (`interpolate="none"`).
        """
        all = given(locals())
        if path is not None:
            corners = path.items() if isinstance(path, Mapping) else path
            all["path"] = [(str(name), [float(x) for x in k]) for name, k in corners]
        return self._computed("band_path", all)

    @shared
    def validate(
        self, *, table: bool = False, bins: int | None = None, temperature: Numbers | None = None, **options: Unpack[AtLevel]
    ) -> dict[str, Any]:
        """Whether a GPU agrees with the CPU on these bands, or whether the bars hold: what `bzint validate --json` prints.

        A GPU that disagrees is a `BzintWarning`, and `"agree"` is False.

        Parameters
        ----------
        table
            Compares results of every second k-point with those of all, instead.
        bins
            Of the spectrum that a GPU is compared on (500).
        temperature
            Of the results that are compared, K (100, 300, 600).

        Raises
        ------
        DeviceError
            Where there is no GPU to compare.
        """
        return self._told("validate", locals())

    @shared
    def convert(
        self,
        out: File,
        *,
        spin: Literal[1, 2] | None = None,
        band: int | None = None,
        output_units: str | None = None,
        fermi_level: float | None = None,
        **options: Unpack[Converted],
    ) -> str:
        """Writes the bands in another format, as `bzint convert` does, and says what was written.

        bzint's own format (.h5) is written by the command alone: HDF5's library is not in this package.

        Parameters
        ----------
        out
            A name that ends in .bxsf, .frmsf, or _hr.dat (with SEED.win: a Hamiltonian that has the energies as eigenvalues).
        spin
            Up or down, for formats without spin.
        band
            The one band to write, by its number.
        output_units
            Of .bxsf and .frmsf: wannier90 (by default), wien2k, skeaf, abinit, elk, qe:ALAT, or ENERGY,VECTORS,2pi|no2pi.
        fermi_level
            For formats that need one, eV, instead of the file's.
        """
        all = given(locals())
        progress = all.pop("progress", None)
        command = call("Bands.convert", all)
        text, said = self._native.convert(os.fspath(all.pop("out")), command, all, progress)
        tell(said, stacklevel=4)
        return text

    def _told(self, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
        all = given(arguments)
        lists(all)
        text, said = self._native.tell(kind, all, all.pop("progress", None))
        tell(said, stacklevel=5)
        told: dict[str, Any] = json.loads(text)
        return told
