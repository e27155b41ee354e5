from os import PathLike
from typing import Any, Callable

import numpy as np
from numpy.typing import NDArray

_Progress = Callable[[str, int, int], object] | None
_Told = tuple[str, list[tuple[bool, str]]]
_Computed = tuple[dict[str, Any], str, list[tuple[bool, str]]]

class NativeBands:
    @staticmethod
    def read(path: str | PathLike[str], options: dict[str, Any], progress: _Progress = None) -> NativeBands: ...
    @staticmethod
    def on_grid(
        given: dict[str, Any],
        n: tuple[int, int, int],
        shift: tuple[float, float, float],
        energies: NDArray[np.float64],
        velocities: NDArray[np.float64] | None = None,
        lifetimes: NDArray[np.float64] | None = None,
    ) -> NativeBands: ...
    @staticmethod
    def listed(
        given: dict[str, Any],
        k_points: list[list[float]],
        energies: NDArray[np.float64],
    ) -> NativeBands: ...
    @property
    def header(self) -> dict[str, Any]: ...
    def energies(self) -> NDArray[np.float64]: ...
    def compute(self, kind: str, command: str, options: dict[str, Any], progress: _Progress = None) -> _Computed: ...
    def tell(self, kind: str, options: dict[str, Any], progress: _Progress = None) -> _Told: ...
    def convert(self, out: str, command: str, options: dict[str, Any], progress: _Progress = None) -> _Told: ...

class NativePhonons:
    @staticmethod
    def read(path: str | PathLike[str], progress: _Progress = None) -> NativePhonons: ...
    @property
    def header(self) -> dict[str, Any]: ...
    def info(self) -> str: ...
    def compute(
        self,
        kind: str,
        command: str,
        options: dict[str, Any],
        bands: NativeBands | None = None,
        progress: _Progress = None,
    ) -> _Computed: ...

def elastic_focusing(command: str, options: dict[str, Any]) -> _Computed: ...
def model_drag(command: str, options: dict[str, Any]) -> _Computed: ...
def screen(
    materials: list[NativeBands | str | PathLike[str]],
    command: str,
    options: dict[str, Any],
    progress: _Progress = None,
) -> _Computed: ...
def bounds(command: str, options: dict[str, Any]) -> _Computed: ...
def table(files: list[str], columns: list[str]) -> _Told: ...
