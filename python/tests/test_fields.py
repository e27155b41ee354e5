"""Orbits and transport in a field, against values of the physics chapter (docs/physics §4, §18)."""

from __future__ import annotations

import subprocess

import pytest

import bzint


@pytest.fixture(scope="module")
def pocket(command, tmp_path_factory):
    """E = -2t (cos kx a + cos ky a + cos kz a), t = 1 eV, a = 4 angstrom, filled to -4 eV."""
    path = tmp_path_factory.mktemp("fields") / "sc.h5"
    words = "model simple-cubic -n 32 --lattice-constant 4 --fermi-level=-4 -q -o".split()
    subprocess.run([command, *words, str(path)], check=True)
    return bzint.read(path)


def test_the_belly_of_a_pocket(pocket):
    found = pocket.orbits(interpolate="none", scan=("001", "101"), angles=4)
    assert found.frequency.attrs["units"] == "T"
    at = {d: 0 for d in found.frequency.dims}
    value, bar = float(found.frequency.isel(at)), float(found.frequency_error.isel(at))
    assert abs(value - 4776.21876414) <= bar < 1e-3 * value


def test_transport_of_a_pocket(pocket):
    found = pocket.magneto(strength=[0.01, 5], tau=1e-14, temperature=[0, 300], interpolate="none")
    assert found.resistivity.dims == ("angle", "temperature", "chemical_potential", "field", "row", "col")
    hall, bar = (float(x.isel(angle=0, temperature=0, chemical_potential=0, field=0)) for x in (found.hall_coefficient, found.hall_coefficient_error))
    exact = -17.2470121506 * 64e-30 / (2 * 1.602176634e-19)
    assert abs(hall - exact) <= bar < 1e-2 * abs(hall)
    assert "seebeck" in found and bool((found.seebeck.sel(temperature=300, row="x", col="x") < 0).all())
    assert found.field.values.tolist() == [0.01, 5]
    assert found.resistivity.attrs["units"] == "Ohm m"
    assert bool((found.resistivity_error > 0).any())


def test_wrong_calls_speak_python(pocket):
    with pytest.raises(bzint.ArgumentError) as raised:
        pocket.orbits(interpolate="none", scan=("001", "001"))
    assert raised.value.place == "scan[1]" and "scan[0]" in raised.value.problem
    with pytest.raises(bzint.ArgumentError, match="no direction|three digits"):
        pocket.orbits(direction="north")
    with pytest.raises(bzint.ArgumentError, match="a scan is given"):
        pocket.orbits(direction="001", scan=("001", "101"))
    with pytest.raises(bzint.ArgumentError) as raised:
        pocket.magneto(tau=1e-14, tau_per_band=[1e-14])
    assert raised.value.place == "tau_per_band"
    with pytest.raises(bzint.ArgumentError) as raised:
        pocket.magneto(doping=1e19, temperature=0)
    assert raised.value.place == "doping" and "temperature=300" in raised.value.remedy
    with pytest.warns(bzint.BzintWarning, match="strength"):
        pocket.magneto(strength=10, interpolate="none", mesh=None)
