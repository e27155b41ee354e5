"""What needs no bands and no phonons, and what takes many of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal, Union

import xarray as xr

from . import _native
from .arrays import diffusion_of, directions, vectors
from .bands import Bands
from .computed import call, lists
from .dataset import dataset, tell
from .options import (
    Backend,
    Direction,
    FermiLevel,
    Interpolate,
    Interpolator,
    Numbers,
    Progress,
    Vector,
    Velocity,
    Weights,
)

Material = Union[Bands, str, "os.PathLike[str]"]


def focusing(
    *,
    elastic: Numbers,
    density: float,
    direction: Iterable[Vector] = (),
    axis: Vector = (0.0, 0.0, 1.0),
    pixels: int | None = None,
) -> xr.Dataset:
    """Waves of elastic constants: phase and group velocities, and how they focus: what `bzint focusing` writes.

    Parameters
    ----------
    elastic
        GPa: C11,C12,C44 (cubic), C11,C12,C13,C33,C44 (hexagonal), C11,C12,C13,C33,C44,C66 (tetragonal),
        C11,C12,C13,C14,C33,C44,C66 (trigonal), C11,C22,C33,C12,C13,C23,C44,C55,C66 (orthorhombic), or all 21, row by row.
    density
        kg/m^3.
    direction
        Vectors along which waves run; 001, 110 and 111 where none are given.
    pixels, axis
        Along the side of a map of where energy flows, around this axis; no map and no sections where none are given.
    """
    given = {**locals(), "direction": vectors("direction", direction)}
    lists(given)
    result, table, said = _native.elastic_focusing(call("focusing", given), given)
    return dataset(result, table, tell(said, stacklevel=3))


def drag(
    *,
    debye: float | None = None,
    atoms_per_electron: float = 1.0,
    herring: tuple[float, float, float, float] | None = None,
    temperature: Numbers | None = None,
    ratio: float | str | os.PathLike[str] | None = None,
    fermi_temperature: float | None = None,
    diffusion: xr.Dataset | None = None,
) -> xr.Dataset:
    """Phonon drag in a model: what `bzint drag --debye` and `--herring` write. That of phonons is `Phonons.drag`.

    Parameters
    ----------
    debye, atoms_per_electron
        Debye's solid with this temperature, K.
    herring
        Herring's formula for semiconductors: beta, sound velocity (m/s), relaxation time (s), mobility (m^2/(V s)).
    temperature
        K; 1 to 300 where none are given.

    The other parameters are those of `Phonons.drag`.
    """
    given = {**locals(), "diffusion": diffusion_of(diffusion)}
    lists(given)
    result, table, said = _native.model_drag(call("drag", given), given)
    return dataset(result, table, tell(said, stacklevel=3))


def screen(
    materials: Iterable[Material],
    *,
    lattice_thermal_conductivity: float,
    by: Literal["zt", "power-factor", "score", "share-of-bound"] = "zt",
    temperature: Numbers = 300.0,
    doping: Numbers | None = None,
    mu: Numbers | None = None,
    mu_absolute: Numbers | None = None,
    direction: Direction = (),
    tau: float | None = None,
    scattering: str | os.PathLike[str] | None = None,
    jobs: int = 1,
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
    """Many materials, the best first, each at the best of its states: what `bzint screen` writes.

    Numbers lie on `file`. A material that cannot be computed is a `BzintWarning`, and stops no other.

    Parameters
    ----------
    materials
        Bands, or files of bands.
    lattice_thermal_conductivity
        W/(m K), of every one.
    by
        What is best.
    jobs
        So many at the same time, which share the threads.
    tolerance
        By default 0.02: enough to tell materials apart.

    The other parameters are those of `Bands.zt`.
    """
    given = {k: v for k, v in locals().items() if k not in ("materials", "progress")}
    lists(given)
    given["direction"] = directions(direction)
    all = [m._native if isinstance(m, Bands) else m for m in materials]
    result, table, said = _native.screen(all, call("screen", given), given, progress)
    return dataset(result, table, tell(said, stacklevel=3))
