"""Surfaces and superconductors, against values of the physics chapter (docs/physics §1, §13, §18), and those of the command to the bit."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import xarray as xr

import bzint


@pytest.fixture(scope="module")
def pocket(command, tmp_path_factory):
    """E = -2t (cos kx a + cos ky a + cos kz a), t = 1 eV, a = 4 angstrom, filled to -4 eV."""
    path = tmp_path_factory.mktemp("surfaces") / "sc.h5"
    words = "model simple-cubic -n 16 --lattice-constant 4 --fermi-level=-4 -q -o".split()
    subprocess.run([command, *words, str(path)], check=True)
    return path


def same_as_command(ours, command, words, out):
    pytest.importorskip("h5netcdf")
    subprocess.run([command, *words, "-q", "-o", str(out)], check=True, capture_output=True)
    with xr.open_dataset(out, engine="h5netcdf") as theirs:
        assert set(theirs.data_vars) == set(ours.data_vars)
        for name, variable in theirs.data_vars.items():
            assert variable.dims == ours[name].dims, name
            assert np.array_equal(variable.values, ours[name].values, equal_nan=True), name
            assert variable.attrs.get("units") == ours[name].attrs.get("units"), name


def test_the_surface_of_a_pocket(pocket, command, tmp_path):
    found = bzint.read(pocket).surface(interpolate="none", tau=1e-14)
    assert found.sizes["pocket"] == 1 and float(found.character[0]) == 1
    # §18: N(E_F) of both spins per cell.
    n, bar = float(found.dos_at_fermi_level), float(found.dos_at_fermi_level_error)
    assert abs(n - 2 * 0.048382120026138) <= bar < 0.05 * n
    electrons, bar = float(found.electrons), float(found.electrons_error)
    assert abs(electrons - 2 * 0.056799215571651) <= bar < 0.05 * electrons
    assert found.place.dims == ("vertex", "row") and found.place.attrs["units"] == "1/angstrom"
    corners = found.vertices.values.astype(int)
    a, b, c = (found.place.values[corners[:, i]] for i in range(3))
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()
    assert area == pytest.approx(float(found.area[0]), rel=0.02)
    # |v| tau of every vertex.
    assert np.allclose(found.mean_free_path, 1e-14 * found.speed, rtol=1e-5)
    words = ["surface", str(pocket), "--interpolate", "none", "--tau", "1e-14"]
    same_as_command(found, command, words, tmp_path / "s.h5")
    assert "inverse_mass_xx" in bzint.read(pocket).surface(interpolate="none", inverse_masses=True)


def test_a_superconductor(pocket, command, tmp_path):
    bands = bzint.read(pocket)
    found = bands.superconductor(gap=("s", 1e-3), temperature=[2.0, 4.0], backend="cpu")
    assert found.superfluid_density.dims == ("cart", "temperature")
    # Weak coupling: Delta(0) = 1.764 k_B T_c.
    assert found.attrs["critical_temperature_k"] == pytest.approx(1e-3 / (1.7638769 * 8.617333e-5), rel=1e-5)
    assert bool((found.superfluid_density.sel(temperature=2) > found.superfluid_density.sel(temperature=4)).all())
    words = ["superconductor", str(pocket), "--gap", "s:1meV", "-T", "2,4", "--backend", "cpu"]
    same_as_command(found, command, words, tmp_path / "sc.h5")
    nodes = bands.superconductor(gap=("d", 0.1), gamma=[0.01, 0.02], residual=(1.0, 100.0), backend="cpu")
    kappa = nodes.residual_thermal_conductivity_over_temperature
    assert kappa.dims == ("gamma", "row", "col") and kappa.attrs["units"] == "W/(K^2 m)"
    assert nodes.attrs["verdict"]


def test_wrong_calls_speak_python(pocket):
    bands = bzint.read(pocket)
    with pytest.raises(bzint.ArgumentError, match="gap"):
        bands.superconductor(gap=("p", 1e-3))
    with pytest.raises(bzint.ArgumentError) as raised:
        bands.superconductor(gap=("s", 1e-3), temperature=50)
    assert raised.value.place == "temperature" and "tc" in raised.value.remedy
    with pytest.raises(bzint.ArgumentError) as raised:
        bands.superconductor(gap=("d", 0.1), residual=(1.0, 2.0))
    assert raised.value.place == "residual" and "gamma=" in raised.value.remedy
    with pytest.raises(bzint.ArgumentError, match="no surface"):
        bands.surface(energy=50.0, interpolate="none")
