"""Tensors at the Fermi level, spectra, coefficients, the best doping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import xarray as xr

from .computed import Computed
from .options import (
    AtLevel,
    AtStates,
    AtTemperatures,
    EnergyRange,
    Impurities,
    Integrated,
    shared,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Transport(Computed):
    """What `bzint fermi`, `dos`, `transport` and `optimize` compute."""

    @shared
    def fermi(self, *, tau: float | None = None, **options: Unpack[AtLevel]) -> xr.Dataset:
        """Tensors at the Fermi level: N(E_F), <v_i v_j>, sigma/tau (sigma with `tau`), plasma frequency.

        Parameters
        ----------
        tau
            Constant relaxation time, s.

        Raises
        ------
        Error
            One of its classes; KeyboardInterrupt stops the work.
        """
        return self._computed("fermi", locals())

    @shared
    def dos(self, *, energy: EnergyRange | None = None, bins: int | None = None, **options: Unpack[Integrated]) -> xr.Dataset:
        """Density of states, electron count and sigma/tau per energy.

        Parameters
        ----------
        energy
            (start, stop) or (start, stop, step), eV; by default all bands.
        bins
            How many, where there is no step (1000).
        """
        return self._computed("dos", locals())

    @shared
    def transport(
        self,
        *,
        donors: Impurities = (),
        acceptors: Impurities = (),
        mean_free_path: float | None = None,
        lattice_thermal_conductivity: float | None = None,
        hall: bool | None = None,
        magnetoconductivity: bool = False,
        spin_resolved: bool = False,
        **options: Unpack[AtStates],
    ) -> xr.Dataset:
        """Conductivity, Seebeck, thermal conductivity, Hall … on temperature × doping or chemical potential.

        Parameters
        ----------
        donors, acceptors
            (density, depth in eV[, degeneracy]) of impurity levels.
        mean_free_path
            Constant mean free path, angstrom.
        lattice_thermal_conductivity
            W/(m K), for `figure_of_merit`.
        hall, magnetoconductivity, spin_resolved
            What else is computed.
        """
        return self._computed("transport", locals())

    @shared
    def optimize(
        self,
        *,
        maximise: Literal["power-factor", "zt"] = "power-factor",
        carriers: Literal["n", "p", "both"] = "both",
        component: Literal["average", "xx", "yy", "zz"] = "average",
        within: float | None = None,
        lattice_thermal_conductivity: float | None = None,
        **options: Unpack[AtTemperatures],
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
        lattice_thermal_conductivity
            W/(m K), for zT.
        """
        return self._computed("optimize", locals())
