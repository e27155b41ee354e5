"""What bands and phonons that were read have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np


class _Native(Protocol):
    @property
    def header(self) -> dict[str, Any]: ...


class Held:
    """Excitations on a periodic grid, as they were read."""

    _native: _Native
    #: What the points along each axis are called in the header.
    _grid_name: ClassVar[str]

    @property
    def name(self) -> str:
        """What they are called in messages."""
        return str(self._native.header["name"])

    @property
    def lattice(self) -> np.ndarray:
        """Rows a1 a2 a3, angstrom."""
        return np.array(self._native.header["lattice"])

    @property
    def notes(self) -> list[str]:
        """What the reader assumed, one sentence each."""
        return list(self._native.header["notes"])

    @property
    def _grid(self) -> tuple[int, int, int]:
        n = self._native.header[self._grid_name]
        return (n[0], n[1], n[2])

    @property
    def _points(self) -> str:
        return "×".join(str(x) for x in self._grid)
