"""Tensors at the Fermi level, spectra, coefficients, the best doping."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import xarray as xr

from .computed import Computed
from .options import (
    Backend,
    FermiLevel,
    Impurities,
    Interpolate,
    Interpolator,
    Numbers,
    Progress,
    Velocity,
    Weights,
)


class Transport(Computed):
    """What `bzint fermi`, `dos`, `transport` and `optimize` compute."""

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
