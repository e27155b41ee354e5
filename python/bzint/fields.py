"""Surfaces of constant energy, orbits on them, and transport in a magnetic field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from .computed import Computed
from .options import File, InField, Numbers, OnSurface, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Fields(Computed):
    """What `bzint surface`, `orbits` and `magneto` compute."""

    @shared
    def surface(
        self, *, energy: float = 0.0, tau: float | None = None, inverse_masses: bool = False, **options: Unpack[OnSurface]
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
        """
        return self._computed("surface", locals())

    @shared
    def orbits(self, *, energy: float = 0.0, max_orbits: int = 1000, **options: Unpack[InField]) -> xr.Dataset:
        """Extremal orbits in a magnetic field: frequencies of quantum oscillations, cyclotron masses, open orbits.

        Parameters
        ----------
        energy
            Of the surface, eV from the Fermi level.
        max_orbits
            Most extremal orbits of a band in one direction.
        """
        return self._computed("orbits", locals())

    @shared
    def magneto(
        self,
        *,
        strength: Numbers = (0.0, 1.0, 2.0, 5.0, 10.0),
        temperature: Numbers | None = None,
        mu: Numbers | None = None,
        doping: Numbers | None = None,
        tau: float | None = None,
        tau_per_band: Numbers | None = None,
        scattering: File | None = None,
        spin_resolved: bool = False,
        **options: Unpack[InField],
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
        """
        return self._computed("magneto", locals())
