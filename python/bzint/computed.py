"""What computations on bands have in common: the call, and the dataset of what it finds."""

from __future__ import annotations

from typing import Any

import xarray as xr

from ._native import NativeBands
from .arrays import array
from .dataset import dataset, tell
from .held import Held


#: Arguments that are one number or several.
NUMBERS = ("temperature", "doping", "mu", "mu_absolute", "strength", "tau_per_band", "boundary", "gamma", "elastic", "herring")


def lists(given: dict[str, Any]) -> None:
    """Makes lists of the arguments that are one number or several."""
    for name in NUMBERS:
        if given.get(name) is not None:
            given[name] = array(name, given[name]).ravel().tolist()


def call(name: str, given: dict[str, Any]) -> str:
    """A call as it can be typed again, for the record: without what is as by default."""
    told = ", ".join(f"{k}={v!r}" for k, v in given.items() if v is not None and v is not False and v != [])
    return f"bzint.{name}({told})"


class Computed(Held):
    """Bands that something is computed of."""

    _native: NativeBands
    _grid_name = "k_grid"

    def _computed(self, kind: str, given: dict[str, Any]) -> xr.Dataset:
        given = {k: v for k, v in given.items() if k != "self"}
        progress = given.pop("progress")
        lists(given)
        for name in ("donors", "acceptors"):
            if name in given:
                levels = list(given[name])
                single = bool(levels) and not hasattr(levels[0], "__len__")
                given[name] = [[float(x) for x in one] for one in ([levels] if single else levels)]
        result, table, said = self._native.compute(kind, call(f"Bands.{kind}", given), given, progress)
        return dataset(result, table, tell(said, stacklevel=4))
