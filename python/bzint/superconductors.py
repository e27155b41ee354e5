"""Quasiparticles of superconductors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Union

import xarray as xr

from .computed import Computed
from .options import AtLevel, File, Numbers, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: s wave (the same everywhere) or d wave with the largest gap in eV, or the path of a table.
Gap = Union[tuple[Literal["s", "d"], float], File]


class Superconductors(Computed):
    """What `bzint superconductor` computes."""

    @shared
    def superconductor(
        self,
        *,
        gap: Gap,
        tc: float | None = None,
        temperature: Numbers | None = None,
        gamma: Numbers | None = None,
        residual: tuple[float, float] | None = None,
        **options: Unpack[AtLevel],
    ) -> xr.Dataset:
        """Heat that quasiparticles carry, superfluid density, penetration depth and density of states below T_c.

        Parameters
        ----------
        gap
            At T = 0: ("s", eV), the same everywhere; ("d", eV), half of it times cos 2 pi u1 - cos 2 pi u2; or the path of an HDF5 file
            with a dataset `gap` (eV) on the bands' grid, or of an FRMSF file.
        tc
            Critical temperature, K; by default what weak coupling says of the gap.
        temperature
            K, below it; 0.05 to 0.95 of it where none are given.
        gamma
            Scattering of quasiparticles, eV, for the heat that nodes carry at T = 0.
        residual
            A measured kappa/T at T = 0 and that of the normal state, W/(K^2 m); `found.attrs["verdict"]` says which gap it speaks for.
        """
        return self._computed("superconductor", locals())
