"""Surfaces of constant energy, orbits on them, and transport in a magnetic field."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Union

import xarray as xr

from .computed import Computed
from .options import FermiLevel, Interpolate, Interpolator, Numbers, Progress

FieldDirection = Union[str, Sequence[float]]
Scan = tuple[FieldDirection, FieldDirection]


class Fields(Computed):
    """What `bzint surface`, `orbits` and `magneto` compute."""

    def surface(
        self,
        *,
        energy: float = 0.0,
        tau: float | None = None,
        inverse_masses: bool = False,
        mesh: int | tuple[int, int, int] | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """The Fermi surface, or another of constant energy: its pockets with areas, volumes and carriers, and its mesh.

        Numbers of pockets and open sheets lie on `pocket`, largest of each band first; the mesh on `vertex` and `triangle`: `place`,
        `normal` and the properties of each vertex, `vertices` of each triangle.

        Parameters
        ----------
        energy
            Of the surface, eV from the Fermi level.
        tau
            Constant relaxation time, s, for mean free paths.
        inverse_masses
            At every vertex, too, in 1/m_e.
        mesh
            Points per axis of the grid that the surface is found on, even; by default about 64, as the cell's shape asks for.

        The other parameters are those of `fermi`.
        """
        return self._computed("surface", locals())

    def orbits(
        self,
        *,
        energy: float = 0.0,
        direction: FieldDirection | None = None,
        scan: Scan | None = None,
        angles: int = 31,
        lattice_indices: bool = False,
        angle_tolerance: float = 0.05,
        planes: float = 16.0,
        max_orbits: int = 1000,
        mesh: int | tuple[int, int, int] | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Extremal orbits in a magnetic field: frequencies of quantum oscillations, cyclotron masses, open orbits.

        Parameters
        ----------
        energy
            Of the surface, eV from the Fermi level.
        direction
            Of the field, Cartesian: "001", "1-10", or three numbers; by default z.
        scan, angles
            First and last direction, and how many there are with both ends.
        lattice_indices
            Directions are coefficients of the lattice vectors a1 a2 a3.
        angle_tolerance
            A field in general position takes the nearest lattice direction within so many degrees.
        planes
            Over the width of the zone, in which orbits are looked for.
        max_orbits
            Most extremal orbits of a band in one direction.
        mesh
            Points per axis of the grid that the surface is found on, even; by default about 64, as the cell's shape asks for.

        The other parameters are those of `fermi`.
        """
        return self._computed("orbits", locals())

    def magneto(
        self,
        *,
        strength: Numbers = (0.0, 1.0, 2.0, 5.0, 10.0),
        direction: FieldDirection | None = None,
        scan: Scan | None = None,
        angles: int = 31,
        lattice_indices: bool = False,
        angle_tolerance: float = 0.05,
        temperature: Numbers | None = None,
        mu: Numbers | None = None,
        doping: Numbers | None = None,
        tau: float | None = None,
        tau_per_band: Numbers | None = None,
        scattering: str | os.PathLike[str] | None = None,
        spin_resolved: bool = False,
        planes: float = 16.0,
        mesh: int | tuple[int, int, int] | None = None,
        fermi_level: FermiLevel | None = None,
        electrons: float | None = None,
        interpolate: Interpolate | None = None,
        kspacing: float | None = None,
        tolerance: float | None = None,
        fit_velocities: bool = False,
        interpolator: Interpolator | None = None,
        scissor: float | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Transport in any magnetic field: magnetoresistance, Hall, Seebeck, Nernst, thermal conductivity, along orbits.

        Parameters
        ----------
        strength
            Of the field, T; without a relaxation time field times relaxation time, T s, and coefficients per relaxation time.
        temperature
            K; 0 for the Fermi surface alone (the default, 300 with `doping` or `scattering`).
        mu, doping
            Chemical potentials from the Fermi level, eV, or net dopings, cm^-3 (cm^-2 of a layer): positive for electrons.
        tau, tau_per_band, scattering
            A constant relaxation time, s; one for each band that conducts; a TOML file of scattering mechanisms.
        spin_resolved
            Coefficients of up and down electrons separately, too.
        planes
            Of orbits over the width of the zone.

        The other parameters are those of `orbits` and `fermi`.
        """
        return self._computed("magneto", locals())
