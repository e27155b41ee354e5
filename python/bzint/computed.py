"""What computations on bands have in common: the call, and the dataset of what it finds."""

from __future__ import annotations

from typing import Any

import xarray as xr

from ._native import NativeBands
from .arrays import array
from .dataset import dataset, tell
from .held import Held
from .options import given

#: Arguments that are one number or several.
NUMBERS = (
    "temperature",
    "doping",
    "mu",
    "mu_absolute",
    "strength",
    "tau_per_band",
    "boundary",
    "gamma",
    "elastic",
    "herring",
    "alpha_a",
    "zt",
    "power",
)


def lists(all: dict[str, Any]) -> None:
    """Makes lists of the arguments that are one number or several."""
    for name in NUMBERS:
        if all.get(name) is not None:
            all[name] = array(name, all[name]).ravel().tolist()


def call(name: str, all: dict[str, Any]) -> str:
    """A call as it can be typed again, for the record: without what is as by default."""
    told = ", ".join(f"{k}={v!r}" for k, v in all.items() if v is not None and v is not False and not (isinstance(v, (list, tuple)) and not v))
    return f"bzint.{name}({told})"


class Computed(Held):
    """Bands that something is computed of."""

    _native: NativeBands
    _grid_name = "k_grid"

    def _computed(self, kind: str, arguments: dict[str, Any]) -> xr.Dataset:
        all = given(arguments)
        progress = all.pop("progress", None)
        lists(all)
        for name in ("donors", "acceptors"):
            if name in all:
                levels = list(all[name])
                single = bool(levels) and not hasattr(levels[0], "__len__")
                all[name] = [[float(x) for x in one] for one in ([levels] if single else levels)]
        result, table, said = self._native.compute(kind, call(f"Bands.{kind}", all), all, progress)
        return dataset(result, table, tell(said, stacklevel=5))
