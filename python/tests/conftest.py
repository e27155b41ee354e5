"""What tests share: the files in data/, the command where it is built, a small crystal with exact bands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"


@pytest.fixture(scope="session")
def copper() -> Path:
    return DATA / "cu.nscf.xml.gz"


@pytest.fixture(scope="session")
def command() -> str:
    """The command `bzint` of this checkout."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    for profile in ("debug", "release"):
        path = target / profile / "bzint"
        if path.is_file():
            return str(path)
    found = shutil.which("bzint")
    if found is None:
        pytest.skip("the command bzint is not built")
    return found


@pytest.fixture(scope="session")
def cubic() -> dict:
    """Two cosine bands of a simple cubic crystal, a = 5 angstrom, two electrons, a gap of 2.7 eV."""
    n, hartree = 16, 27.211386245988
    u = np.arange(n) / n
    sum_of_axes = sum(
        (1 - np.cos(2 * np.pi * u)).reshape([-1 if i == axis else 1 for i in range(3)])
        for axis in range(3)
    )
    lower = hartree * (-0.05 - 0.01 * sum_of_axes)
    upper = hartree * (0.05 + 0.02 * sum_of_axes)
    return {
        "lattice": 5.0 * np.eye(3),
        "energies": np.stack([lower, upper]),
        "electrons": 2.0,
        "atoms": [("X", (0.0, 0.0, 0.0))],
    }
