"""Modes and zT, against values of the physics chapter (docs/physics §18) that have been computed by other means."""

from __future__ import annotations

import subprocess

import pytest

import bzint


@pytest.fixture(scope="module")
def simple_cubic(command, tmp_path_factory):
    """E = -2t (cos kx a + cos ky a + cos kz a), t = 1 eV, a = 4 angstrom."""
    path = tmp_path_factory.mktemp("modes") / "sc.h5"
    words = ["model", "simple-cubic", "-n", "16", "--hopping", "1", "-q", "-o", str(path)]
    subprocess.run([command, *words], check=True)
    return bzint.read(path)


def test_modes_of_a_cubic_band(simple_cubic):
    found = simple_cubic.landauer(
        mu_absolute=-1.0,
        direction=["001", "110"],
        tau=1e-14,
        length=1000,
        energy=(-3, 3),
        bins=60,
        interpolate="none",
        backend="cpu",
    )
    assert found.modes_per_area.dims == ("temperature", "chemical_potential", "direction")
    assert found.modes_per_area_spectrum.dims == ("direction", "energy")
    assert found.modes_per_area.attrs == {"units": "1/m^2", "long_name": found.modes_per_area.attrs["long_name"]}
    along = found.sel(direction="001").squeeze()
    # M = Xi/a^2 at -1 eV, all thermal energies being alike.
    exact = 1.2130762298724 / 16e-20
    bar = float(along.modes_per_area_error)
    assert 0 < bar < 0.1 * exact
    assert abs(float(along.modes_per_area) - exact) < bar + 2e-3 * exact
    assert (found.conductance_per_area < found.ballistic_conductance_per_area).all()
    # Counting crossings and integrating |v| are independent.
    apart = abs(found.modes_per_area_spectrum - found.modes_per_area_counted)
    bars = found.modes_per_area_spectrum_error + found.modes_per_area_counted_error
    assert bool((apart <= bars)[:, found.energy < 3].all())


def test_the_window_makes_zt(simple_cubic):
    found = simple_cubic.zt(
        mu_absolute=[-5.6, -4.4],
        fermi_level=-5.0,
        temperature=[300, 600],
        tau=3e-14,
        lattice_thermal_conductivity=2,
        length=500,
        interpolate="none",
        backend="cpu",
    )
    assert found.figure_of_merit.dims == ("temperature", "chemical_potential", "direction")
    assert found.transmission.dims == ("direction", "x") and found.x.attrs["units"] == "k_BT"
    lower, upper, zt = found.window_lower, found.window_upper, found.figure_of_merit
    assert (abs(4 * lower * upper / (upper - lower) ** 2 / zt - 1) < 0.02).all()
    assert (found.figure_of_merit_error > 0).all() and (found.share_of_bound <= 1.001).all()
    assert (found.device_conductance_per_area > 0).all()


def test_zt_needs_heat_and_a_window(simple_cubic):
    with pytest.raises(bzint.ArgumentError, match="positive number") as raised:
        simple_cubic.zt(mu_absolute=-1.0, tau=1e-14, lattice_thermal_conductivity=0)
    assert raised.value.place == "lattice_thermal_conductivity"
    with pytest.raises(bzint.ArgumentError, match="Seebeck coefficient vanishes"):
        simple_cubic.zt(mu_absolute=0.0, tau=1e-14, lattice_thermal_conductivity=2, interpolate="none", backend="cpu")


def test_a_device_needs_a_mean_free_path(simple_cubic):
    with pytest.raises(bzint.ArgumentError) as raised:
        simple_cubic.landauer(length=1000, mu_absolute=-1.0)
    assert raised.value.place == "length" and "tau=SECONDS" in raised.value.remedy
    with pytest.raises(bzint.ArgumentError, match="given twice"):
        simple_cubic.landauer(direction=["001", "001"], mu_absolute=-1.0)
