"""Phonons are those of the command, to the bit."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import xarray as xr

import bzint


@pytest.fixture(scope="module")
def chain(command, tmp_path_factory):
    path = tmp_path_factory.mktemp("phonons") / "scalar.h5"
    subprocess.run([command, "model", "scalar-phonons", "-n", "16", "-q", "-o", str(path)], check=True)
    return path


def test_equal_the_command_to_the_bit(chain, command, tmp_path):
    pytest.importorskip("h5netcdf")
    ours = bzint.read_phonons(chain).transport(
        temperature=[100, 300], tau=1e-11, direction=["x", "111"], accumulation=True
    )
    out = tmp_path / "out.h5"
    typed = ["-T", "100,300", "--tau", "1e-11", "--direction", "x,111", "--accumulation"]
    subprocess.run([command, "phonon", str(chain), "-q", *typed, "-o", str(out)], check=True, capture_output=True)
    with xr.open_dataset(out, engine="h5netcdf") as theirs:
        assert set(theirs.data_vars) == set(ours.data_vars)
        for name, variable in theirs.data_vars.items():
            assert variable.dims == ours[name].dims, name
            assert np.array_equal(variable.values, ours[name].values, equal_nan=True), name
    kappa = ours.lattice_thermal_conductivity
    assert kappa.attrs["units"] == "W/(m K)" and kappa.attrs["long_name"]
    assert (ours.lattice_thermal_conductivity_error.sel(row="x", col="x") > 0).all()
    assert ours.attrs["command"].startswith("bzint.Phonons.transport(")


def test_what_they_are_and_what_goes_wrong(chain, copper):
    phonons = bzint.read_phonons(chain)
    assert phonons.q_grid == (16, 16, 16) and phonons.lattice.shape == (3, 3)
    assert "q-points" in repr(phonons)
    with pytest.raises(bzint.ArgumentError, match="rates"):
        phonons.transport(tau=1e-11, rates="rates.toml")
    with pytest.raises(bzint.ArgumentError) as raised:
        phonons.transport(temperature=-1.0)
    assert raised.value.place == "temperature"
    with pytest.raises(bzint.FileError):
        bzint.read_phonons(copper)
