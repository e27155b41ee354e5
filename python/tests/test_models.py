"""Drag, focusing and screening, against closed forms and against the command, to the bit."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

import bzint
from test_surfaces import same_as_command

SILICON = {"elastic": [165.64, 63.94, 79.51], "density": 2329.0}


@pytest.fixture(scope="module")
def scalar(command, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "scalar.h5"
    subprocess.run([command, "model", "scalar-phonons", "-n", "16", "-q", "-o", str(path)], check=True)
    return path


def test_elastic_waves(command, tmp_path):
    found = bzint.focusing(**SILICON, direction=[[0, 0, 1], [1, 2, 3]], pixels=20)
    assert found.phase_velocity.attrs["units"] == "m/s"
    # rho v^2 = C11 and C44 along a cubic axis.
    along = found.phase_velocity.sel(direction="0,0,1")
    assert float(along.sel(wave="longitudinal")) == pytest.approx(np.sqrt(165.64e9 / 2329), rel=1e-9)
    assert float(along.sel(wave="slow transverse")) == pytest.approx(np.sqrt(79.51e9 / 2329), rel=1e-9)
    assert found.intensity.dims == ("wave", "y", "x") and bool((found.intensity_error >= 0).any())
    words = "focusing --elastic 165.64,63.94,79.51 --density 2329 --direction 0,0,1 --direction 1,2,3 --pixels 20".split()
    same_as_command(found, command, words, tmp_path / "f.h5")
    assert "intensity" not in bzint.focusing(**SILICON)
    with pytest.raises(bzint.ArgumentError):
        bzint.focusing(elastic=[1.0, 2.0], density=2329.0)
    with pytest.raises(bzint.ArgumentError, match="direction"):
        bzint.focusing(**SILICON, direction=[[1, 2]])


def test_branches_of_a_file_focus(scalar):
    found = bzint.read_phonons(scalar).focusing(pixels=20, temperature=100)
    assert found.phase_velocity.dims == ("direction", "wave") and bool((found.phase_velocity_error > 0).all())
    assert "polarization" not in found


def test_drag(scalar, command, tmp_path):
    phonons = bzint.read_phonons(scalar)
    found = phonons.drag(density=1e22, fermi_temperature=8e4, temperature=[10, 100, 300])
    assert found.seebeck.dims == ("part", "temperature") and found.seebeck.attrs["units"] == "V/K"
    words = ["drag", str(scalar), "--density", "1e22", "--fermi-temperature", "8e4", "-T", "10,100,300"]
    same_as_command(found, command, words, tmp_path / "d.h5")
    # Holes are dragged the other way, and half of the momentum drags half as much.
    holes = phonons.drag(density=-1e22, ratio=0.5, temperature=[10, 100, 300])
    both = [x.seebeck_drag.sel(row="x", col="x", temperature=100).item() for x in (holes, found)]
    assert both[0] == pytest.approx(-0.5 * both[1], rel=1e-12)
    for wrong, place in (({}, "density"), ({"density": 1e22, "ratio": 2.0}, "ratio")):
        with pytest.raises(bzint.ArgumentError) as raised:
            phonons.drag(**wrong)
        assert raised.value.place == place


def test_drag_of_electrons_in_bands_beside_their_diffusion(scalar, cubic):
    bands = bzint.Bands(**cubic)
    diffusion = bands.transport(temperature=[100, 200, 300], mu_absolute=1.5, interpolate="none", backend="cpu")
    metal = bzint.Bands(cubic["lattice"], cubic["energies"][:1], fermi_level=-1.8)
    found = bzint.read_phonons(scalar).drag(bands=metal, diffusion=diffusion, temperature=[100, 300])
    mean = sum(diffusion.seebeck.squeeze().sel(row=x, col=x) for x in "xyz") / 3
    own = found.seebeck.sel(part="diffusion")
    assert np.allclose(own, mean.sel(temperature=[100, 300]), rtol=1e-12)
    assert found.attrs["carrier_density_cm3"] > 0


def test_drag_in_models():
    debye = bzint.drag(debye=343, fermi_temperature=8.16e4, temperature=range(1, 20))
    drag = debye.seebeck.sel(part="drag")
    # As T^3 where it is cold.
    assert float(drag.sel(temperature=2) / drag.sel(temperature=1)) == pytest.approx(8, rel=1e-2)
    assert float(bzint.drag(herring=(0.4, 8400, 3e-11, 0.14), temperature=100).seebeck[0, 0]) != 0
    with pytest.raises(bzint.ArgumentError, match="debye"):
        bzint.drag()


def test_materials_are_screened(cubic, copper, tmp_path):
    semiconductor = bzint.Bands(**cubic, name="semiconductor")
    how = {"lattice_thermal_conductivity": 2.0, "tau": 1e-14, "doping": [1e19, 1e20], "interpolate": 16, "direction": "x"}
    missing = tmp_path / "missing.xml"
    with pytest.warns(bzint.BzintWarning, match="missing.xml"):
        found = bzint.screen([missing, semiconductor], **how)
    assert found.file.values.tolist() == ["semiconductor"] and "missing.xml" in found.attrs["failed"]
    alone = semiconductor.zt(**how)
    best = float(alone.figure_of_merit.max())
    assert float(found.figure_of_merit[0]) == best and float(found.figure_of_merit_error[0]) > 0
    two = bzint.screen([copper, semiconductor], **{**how, "doping": None, "mu": 0.0}, by="power-factor", jobs=2)
    assert two.sizes["file"] == 2 and two.attrs["sorted_by"] == "power_factor"
    with pytest.raises(bzint.ArgumentError):
        bzint.screen([missing], **how)
