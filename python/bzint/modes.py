"""Modes, and what bounds zT."""

from __future__ import annotations

import os
from typing import Literal

import xarray as xr

from .arrays import directions
from .computed import Computed
from .options import (
    Backend,
    Direction,
    EnergyRange,
    FermiLevel,
    Interpolate,
    Interpolator,
    Numbers,
    Progress,
    Velocity,
    Weights,
)


class Modes(Computed):
    """What `bzint landauer` and `zt` compute."""

    def landauer(
        self,
        *,
        temperature: Numbers = 300.0,
        doping: Numbers | None = None,
        mu: Numbers | None = None,
        mu_absolute: Numbers | None = None,
        direction: Direction = (),
        length: float | None = None,
        energy: EnergyRange | None = None,
        bins: int | None = None,
        by_band: bool = False,
        tau: float | None = None,
        scattering: str | os.PathLike[str] | None = None,
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
        """Modes per area, mean free paths, and what a contact, or a device of a given length, conducts.

        Conductances lie on temperature × doping or chemical potential × direction, spectra on direction × energy.

        Parameters
        ----------
        direction
            Of transport: "x", Miller indices as "001" or "1-10", a Cartesian vector as "0.5,0.5,0", or several of them; by default the
            Cartesian axes that differ.
        length
            Of a device, angstrom; needs a relaxation time.
        energy
            (start, stop) or (start, stop, step) of the spectra, eV on the bands' own scale; by default 1 eV around the Fermi level or gap.
        bins
            How many energies, where there is no step (200).
        by_band
            What each band has of the modes, too.

        The other parameters are those of `transport` and `fermi`.
        """
        return self._computed("landauer", {**locals(), "direction": directions(direction)})

    def zt(
        self,
        *,
        lattice_thermal_conductivity: float,
        temperature: Numbers = 300.0,
        doping: Numbers | None = None,
        mu: Numbers | None = None,
        mu_absolute: Numbers | None = None,
        direction: Direction = (),
        length: float | None = None,
        tau: float | None = None,
        scattering: str | os.PathLike[str] | None = None,
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
        """zT as a functional of the bands: its window, its bounds, and how near the material comes.

        Numbers lie on temperature × doping or chemical potential × direction, the transmission of each direction's best state on
        direction × x, with x = (E - mu)/kT.

        Parameters
        ----------
        lattice_thermal_conductivity
            W/(m K).
        length
            Of a device, angstrom: its zT beside the material's, in variables that begin with `device_`.

        A relaxation time is needed: `tau`, `scattering`, or the bands' own. The other parameters are those of `landauer`, `transport` and
        `fermi`.
        """
        return self._computed("zt", {**locals(), "direction": directions(direction)})
