"""Numbers of users as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import ArgumentError


def array(name: str, values: Any) -> np.ndarray:
    """Real numbers, in one piece of memory; what is none is an `ArgumentError` of this name."""
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        problem, remedy = str(error), "give numbers"
        raise ArgumentError(f"{name}: {problem}; {remedy}", name, problem, remedy) from None


def directions(given: Any) -> list[str]:
    """Names of directions, and vectors in the words of the command line; one or several of both."""
    one = [given] if isinstance(given, str) or _is_vector(given) else list(given)
    return [d if isinstance(d, str) else ",".join(repr(float(x)) for x in d) for d in one]


def _is_vector(given: Any) -> bool:
    return len(given) > 0 and all(np.isscalar(x) and not isinstance(x, str) for x in given)
