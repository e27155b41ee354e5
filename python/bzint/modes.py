"""Modes, and what bounds zT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from .arrays import along
from .computed import Computed
from .options import AlongStates, EnergyRange, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Modes(Computed):
    """What `bzint landauer` and `zt` compute."""

    @shared
    def landauer(
        self,
        *,
        length: float | None = None,
        energy: EnergyRange | None = None,
        bins: int | None = None,
        by_band: bool = False,
        **options: Unpack[AlongStates],
    ) -> xr.Dataset:
        """Modes per area, mean free paths, and what a contact, or a device of a given length, conducts.

        Conductances lie on temperature × doping or chemical potential × direction, spectra on direction × energy.

        Parameters
        ----------
        length
            Of a device, angstrom; needs a relaxation time.
        energy
            (start, stop) or (start, stop, step) of the spectra, eV on the bands' own scale; by default 1 eV around the Fermi level or gap.
        bins
            How many energies, where there is no step (200).
        by_band
            What each band has of the modes, too.
        """
        return self._computed("landauer", along(locals()))

    @shared
    def zt(self, *, lattice_thermal_conductivity: float, length: float | None = None, **options: Unpack[AlongStates]) -> xr.Dataset:
        """zT as a functional of the bands: its window, its bounds, and how near the material comes.

        Numbers lie on temperature × doping or chemical potential × direction, the transmission of each direction's best state on
        direction × x, with x = (E - mu)/kT. A relaxation time is needed: `tau`, `scattering`, or the bands' own.

        Parameters
        ----------
        lattice_thermal_conductivity
            W/(m K).
        length
            Of a device, angstrom: its zT beside the material's, in variables that begin with `device_`.
        """
        return self._computed("zt", along(locals()))
