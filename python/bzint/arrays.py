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
