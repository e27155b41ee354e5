"""Numbers of users as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import ArgumentError
from .options import given


def array(name: str, values: Any) -> np.ndarray:
    """Real numbers, in one piece of memory; what is none is an `ArgumentError` of this name."""
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        problem, remedy = str(error), "give numbers"
        raise ArgumentError(f"{name}: {problem}; {remedy}", name, problem, remedy) from None


def directions(typed: Any) -> list[str]:
    """Names of directions, and vectors in the words of the command line; one or several of both."""
    one = [typed] if isinstance(typed, str) or _is_vector(typed) else list(typed)
    return [d if isinstance(d, str) else ",".join(repr(float(x)) for x in d) for d in one]


def along(arguments: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments, from its `locals()`, with directions in the words of the command line."""
    all = given(arguments)
    return all if all.get("direction") is None else {**all, "direction": directions(all["direction"])}


def vectors(name: str, typed: Any) -> list[list[float]]:
    """One vector of three numbers, or several; none where None is given."""
    all = array(name, () if typed is None else typed)
    if all.size == 0:
        return []
    if all.shape[-1] != 3 or all.ndim not in (1, 2):
        problem, remedy = f"its shape is {all.shape}", "give vectors of three numbers"
        raise ArgumentError(f"{name}: {problem}; {remedy}", name, problem, remedy)
    return all.reshape(-1, 3).tolist()


def diffusion_of(found: Any) -> list[tuple[float, float]] | None:
    """The mean Seebeck coefficient (V/K) of transport results at their first level, by temperature (K)."""
    if found is None:
        return None
    if "seebeck" not in found or "temperature" not in found.seebeck.dims:
        problem, remedy = "it holds no Seebeck coefficient by temperature", "give results of Bands.transport"
        raise ArgumentError(f"diffusion: {problem}; {remedy}", "diffusion", problem, remedy)
    seebeck = found.seebeck
    own = ("temperature", "row", "col")
    first = seebeck.isel({d: 0 for d in seebeck.dims if d not in own})
    mean = sum(first.sel(row=x, col=x) for x in "xyz") / 3
    return list(zip(mean.temperature.values.tolist(), mean.values.tolist()))


def _is_vector(typed: Any) -> bool:
    return len(typed) > 0 and all(np.isscalar(x) and not isinstance(x, str) for x in typed)
