"""Results as `xarray.Dataset`."""

from __future__ import annotations

import warnings
from typing import Any, Sequence

import numpy as np
import xarray as xr


class BzintWarning(UserWarning):
    """What should be looked at: a value that is hardly meant, a result that is doubtful."""


def tell(said: Sequence[tuple[bool, str]], stacklevel: int) -> list[str]:
    """Warns of what should be looked at, and gives back the notes."""
    for warning, text in said:
        if warning:
            warnings.warn(text, BzintWarning, stacklevel=stacklevel)
    return [text for warning, text in said if not warning]


def dataset(result: dict[str, Any], table: str, notes: Sequence[str]) -> xr.Dataset:
    """The dataset of a native result: `NAME`, `NAME_error`, `NAME_error_by_cause` with units and long names."""
    size: dict[str, int] = {}
    coordinates: dict[str, xr.Variable] = {}
    for name, values, unit, about in result["dimensions"]:
        values = np.asarray(values)
        size[name] = len(values)
        coordinates[name] = xr.Variable((name,), values, _attributes(unit, about))
    variables: dict[str, xr.Variable] = {}
    for name, dimensions, data, error, by_cause, unit, about in result["variables"]:
        dimensions = tuple(dimensions)
        shape = tuple(size[d] for d in dimensions)
        variables[name] = xr.Variable(dimensions, data.reshape(shape), _attributes(unit, about))
        if error is not None:
            attributes = _attributes(unit, f"error bar of {about}")
            variables[f"{name}_error"] = xr.Variable(dimensions, error.reshape(shape), attributes)
        if by_cause is not None:
            attributes = _attributes(unit, f"error bar of {about}, by cause")
            variables[f"{name}_error_by_cause"] = xr.Variable(
                (*dimensions, "cause"), by_cause.reshape(*shape, size["cause"]), attributes
            )
    used = {d for v in variables.values() for d in v.dims}
    made = xr.Dataset(
        variables,
        {name: c for name, c in coordinates.items() if name in used},
        dict(result["attributes"]),
    )
    made.attrs["table"] = table
    if notes:
        made.attrs["notes"] = "\n".join(notes)
    return made


def _attributes(unit: str, about: str) -> dict[str, str]:
    attributes = {"long_name": about}
    if unit:
        attributes["units"] = unit
    return attributes
