"""From and to pymatgen and ASE, which are imported where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from pymatgen.core import Structure
    from pymatgen.electronic_structure.bandstructure import BandStructure

    from .bands import Bands


def from_pymatgen(bands: BandStructure) -> dict[str, Any]:
    """Arguments of `Bands.from_kpoints`."""
    from pymatgen.electronic_structure.core import Spin

    lines = getattr(bands, "branches", None)
    if lines:
        from .errors import ArgumentError

        problem, remedy = "its k-points lie along lines", "give bands of a uniform grid"
        raise ArgumentError(f"BandStructure: {problem}; {remedy}", "BandStructure", problem, remedy)
    channels = [Spin.up, Spin.down] if bands.is_spin_polarized else [Spin.up]
    energies = np.stack([np.asarray(bands.bands[s]).T for s in channels])
    structure = bands.structure
    atoms = [] if structure is None else [
        (site.species_string, site.frac_coords) for site in structure
    ]
    lattice = bands.lattice_rec.reciprocal_lattice if structure is None else structure.lattice
    return {
        "lattice": lattice.matrix,
        "k_points": np.array([k.frac_coords for k in bands.kpoints]),
        "energies": energies if len(channels) == 2 else energies[0],
        "fermi_level": float(bands.efermi),
        "atoms": atoms,
        "name": "pymatgen.BandStructure",
    }


def structure(bands: Bands) -> Structure:
    """Lattice and atoms."""
    from pymatgen.core import Structure

    atoms = bands._native.header["atoms"]
    return Structure(bands.lattice, [_element(s) for s, _ in atoms], [x for _, x in atoms])


def to_pymatgen(bands: Bands) -> BandStructure:
    """All k-points of the full grid, in units of the reciprocal vectors."""
    from pymatgen.core import Lattice
    from pymatgen.electronic_structure.bandstructure import BandStructure
    from pymatgen.electronic_structure.core import Spin

    energies = bands.energies
    n, shift = bands.k_grid, bands._native.header["shift"]
    axes = [(np.arange(n[i]) + shift[i]) / n[i] for i in range(3)]
    k = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    lattice = Lattice(bands.lattice).reciprocal_lattice
    channels = [Spin.up, Spin.down][: len(energies)]
    values = {s: e.reshape(e.shape[0], -1) for s, e in zip(channels, energies)}
    level = bands.fermi_level
    cell = structure(bands) if bands._native.header["atoms"] else None
    return BandStructure(k, values, lattice, np.nan if level is None else level, structure=cell)


def to_ase(bands: Bands) -> Atoms:
    """Lattice and atoms."""
    from ase import Atoms

    atoms = bands._native.header["atoms"]
    return Atoms(
        symbols=[_element(s) for s, _ in atoms],
        scaled_positions=[x for _, x in atoms] or None,
        cell=bands.lattice,
        pbc=True,
    )


def _element(label: str) -> str:
    """The element of a code's label: `Fe1`, `O_h` and `SI` are Fe, O and Si."""
    letters = ""
    for c in label[:2]:
        if not c.isalpha():
            break
        letters += c
    return letters.capitalize()
