"""Types of arguments that several computations have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Union

import numpy as np

#: Called now and then with the phase in words, the steps done and all steps (0 where nobody knows).
Progress = Callable[[str, int, int], object]
Numbers = Union[float, Iterable[float], np.ndarray]
Interpolate = Union[int, tuple[int, int, int], Literal["none"]]
Interpolator = Literal["series", "auto", "isospectral"]
Backend = Literal["auto", "cpu", "gpu"]
Velocity = Literal["file", 2, 4, 6]
Weights = Union[Literal["tetrahedra"], tuple[Literal["gaussian", "mp"], float]]
FermiLevel = Union[float, Literal["file", "electrons"]]
Impurities = Iterable[Sequence[float]]
EnergyRange = Sequence[float]
Vector = Sequence[float]
Direction = Union[str, Sequence[float], Iterable[Union[str, Sequence[float]]]]
