"""What computations on bands have in common: the call, and the dataset of what it finds."""

from __future__ import annotations

from typing import Any

import xarray as xr

from ._native import NativeBands
from .arrays import array
from .dataset import dataset, tell
from .held import Held


class Computed(Held):
    """Bands that something is computed of."""

    _native: NativeBands
    _grid_name = "k_grid"

    def _computed(self, kind: str, given: dict[str, Any]) -> xr.Dataset:
        given = {k: v for k, v in given.items() if k != "self"}
        progress = given.pop("progress")
        for name in ("temperature", "doping", "mu", "mu_absolute", "strength", "tau_per_band"):
            if given.get(name) is not None:
                given[name] = array(name, given[name]).ravel().tolist()
        for name in ("donors", "acceptors"):
            if name in given:
                levels = list(given[name])
                single = bool(levels) and not hasattr(levels[0], "__len__")
                given[name] = [[float(x) for x in one] for one in ([levels] if single else levels)]
        told = ", ".join(f"{k}={v!r}" for k, v in given.items() if v is not None and v != [])
        command = f"bzint.Bands.{kind}({told})"
        result, table, said = self._native.compute(kind, command, given, progress)
        return dataset(result, table, tell(said, stacklevel=4))
