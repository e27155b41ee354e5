"""What needs no bands and no phonons, and what takes many of them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, Union

import xarray as xr

from . import _native
from .arrays import along, diffusion_of, vectors
from .bands import Bands
from .computed import call, lists
from .dataset import dataset, tell
from .options import AlongStates, Dragged, File, Numbers, Waves, given, shared

if TYPE_CHECKING:
    from typing_extensions import Unpack

Material = Union[Bands, File]


@shared
def focusing(*, elastic: Numbers, density: float, **options: Unpack[Waves]) -> xr.Dataset:
    """Waves of elastic constants: phase and group velocities, and how they focus: what `bzint focusing` writes.

    Parameters
    ----------
    elastic
        GPa: C11,C12,C44 (cubic), C11,C12,C13,C33,C44 (hexagonal), C11,C12,C13,C33,C44,C66 (tetragonal),
        C11,C12,C13,C14,C33,C44,C66 (trigonal), C11,C22,C33,C12,C13,C23,C44,C55,C66 (orthorhombic), or all 21, row by row.
    density
        kg/m^3.
    """
    all = given(locals())
    all["direction"] = vectors("direction", all.get("direction"))
    lists(all)
    result, table, said = _native.elastic_focusing(call("focusing", all), all)
    return dataset(result, table, tell(said, stacklevel=4))


@shared
def drag(
    *,
    debye: float | None = None,
    atoms_per_electron: float | None = None,
    herring: tuple[float, float, float, float] | None = None,
    **options: Unpack[Dragged],
) -> xr.Dataset:
    """Phonon drag in a model: what `bzint drag --debye` and `--herring` write. That of phonons is `Phonons.drag`.

    Parameters
    ----------
    debye, atoms_per_electron
        Debye's solid with this temperature, K, and so many atoms for each electron (1).
    herring
        Herring's formula for semiconductors: beta, sound velocity (m/s), relaxation time (s), mobility (m^2/(V s)).
    """
    all = given(locals())
    all["diffusion"] = diffusion_of(all.get("diffusion"))
    lists(all)
    result, table, said = _native.model_drag(call("drag", all), all)
    return dataset(result, table, tell(said, stacklevel=4))


@shared
def screen(
    materials: Iterable[Material],
    *,
    lattice_thermal_conductivity: float,
    by: Literal["zt", "power-factor", "score", "share-of-bound"] = "zt",
    jobs: int = 1,
    **options: Unpack[AlongStates],
) -> xr.Dataset:
    """Many materials, the best first, each at the best of its states: what `bzint screen` writes.

    Numbers lie on `file`. A material that cannot be computed is a `BzintWarning`, and stops no other. Bars are brought below 2 %, enough to
    tell materials apart, where no `tolerance` is given. A relaxation time is needed: `tau`, `scattering`, or the bands' own.

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
    """
    all = along(locals())
    lists(all)
    progress, materials = all.pop("progress", None), all.pop("materials")
    natives = [m._native if isinstance(m, Bands) else m for m in materials]
    result, table, said = _native.screen(natives, call("screen", all), all, progress)
    return dataset(result, table, tell(said, stacklevel=4))


def bounds(
    *,
    alpha_a: Numbers | None = None,
    zt: Numbers | None = None,
    temperature: float | None = None,
    hot: float | None = None,
    cold: float | None = None,
    power: Numbers | None = None,
) -> xr.Dataset:
    """Bounds without a material: the best window and its zT by `alpha_a`, and two sides at work: what `bzint bounds` writes.

    Parameters
    ----------
    alpha_a
        alpha A: k_B^2 T/(hbar a_0 kappa_l) times the height of the transmission (decades from 1e-2 to 1e6).
    zt
        The windows that have these zT instead.
    temperature
        K: the table, `attrs["table"]`, has edges in eV, too.
    hot, cold
        Two terminals, K: power, efficiency and cooling of a channel between them.
    power
        Shares of the largest power to work at (0.01, 0.1, 0.5, 0.9, 1).
    """
    all = given(locals())
    lists(all)
    result, table, said = _native.bounds(call("bounds", all), all)
    return dataset(result, table, tell(said, stacklevel=3))


def table(files: Iterable[File], columns: Iterable[str] = ()) -> xr.Dataset:
    """Many results in one table, a row for each state of each file: what `bzint table` prints. `.to_dataframe()` makes a table of pandas.

    Parameters
    ----------
    files
        Results of any command: HDF5 files of `-o`, those of `Dataset.to_netcdf(path, engine="h5netcdf")`, or what `--json` printed.
    columns
        Quantities, names as in the file or short ones (sigma, S, zT …), a component behind a colon (S:xx); by default what tables of
        transport show.

    Raises
    ------
    FileError, ArgumentError
        For files that are no results, and columns that they do not have.
    """
    text, _ = _native.table([os.fspath(file) for file in files], list(columns))
    rows = json.loads(text)["rows"]
    made = xr.Dataset()
    for name in dict.fromkeys(name for row in rows for name in row):
        cells = [row.get(name) for row in rows]
        told = next((cell for cell in cells if isinstance(cell, dict)), None)
        if told is None:
            made[name] = ("row", cells)
            continue
        about = {"units": told["unit"], "long_name": name.replace("_", " ")}
        for column, key in ((name, "value"), (f"{name}_error", "error")):
            numbers = [math.nan if cell is None or cell[key] is None else cell[key] for cell in cells]
            made[column] = ("row", numbers, about)
    return made
