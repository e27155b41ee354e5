"""pymatgen and ASE, where they are installed."""

from __future__ import annotations

import numpy as np
import pytest

import bzint


def test_to_and_from_pymatgen(cubic):
    pytest.importorskip("pymatgen.core")
    bands = bzint.Bands(**{**cubic, "atoms": [("Si", (0.0, 0.0, 0.0))]}, fermi_level=0.0)
    there = bands.to_pymatgen()
    assert there.structure.composition.reduced_formula == "Si"
    back = bzint.Bands.from_pymatgen(there, electrons=2.0)
    assert back.k_grid == bands.k_grid and np.allclose(back.energies, bands.energies)
    assert back.fermi_level == 0.0


def test_to_ase(cubic):
    pytest.importorskip("ase")
    atoms = bzint.Bands(**{**cubic, "atoms": [("Si1", (0.0, 0.5, 0.0))]}).to_ase()
    assert atoms.get_chemical_formula() == "Si" and atoms.cell.volume == pytest.approx(125.0)
