"""Descriptions, paths, bounds, tables and other formats: what the command says, to the bit."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from typing import get_args

import numpy as np
import pytest

import bzint
import bzint.options


def said(command, *words) -> dict:
    done = subprocess.run([command, *map(str, words), "--json", "-q"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_info_is_that_of_the_command(copper, cubic, command):
    assert bzint.read(copper).info() == said(command, "info", copper)
    told = bzint.Bands(**cubic).info()
    assert told["metal"] is False and abs(told["gap"]["value"] - 27.211386245988 * 0.1) < 1e-9
    assert bzint.Bands(**cubic).info(interpolator="isospectral")["interpolation"]
    with pytest.raises(bzint.ArgumentError, match="tolerance"):
        bzint.Bands(**cubic).info(tolerance=1e-3)


def test_bands_along_a_path_are_those_of_the_command(copper, command, tmp_path):
    found = bzint.read(copper).band_path(points=60, backend="cpu")
    theirs = said(command, "bands", copper, "--points", 60, "--backend", "cpu")
    assert np.array_equal(found.energies, theirs["energies"]["value"])
    assert np.array_equal(found.energies_error, theirs["energies"]["error"])
    assert list(found.node.values) == [n["name"] for n in theirs["nodes"]] and found.node.values[0] == "Γ"
    assert np.array_equal(found.node_distance, [n["distance"] for n in theirs["nodes"]])
    assert found.attrs["fermi_level_ev"] == theirs["fermi_level"]["value"]
    assert found.energies.attrs["units"] == "eV" and found.distance.attrs["units"] == "1/angstrom"


def test_a_path_of_ones_own_with_the_states_beside_it(cubic):
    """Exact: the cosine bands along x, and two electrons below the gap."""
    bands = bzint.Bands(**cubic)
    corners = [("G", (0, 0, 0)), ("X", (0.5, 0, 0))]
    found = bands.band_path(path=corners, points=11, energy=(-3, 3))
    assert bands.band_path(path=dict(corners), points=11).energies.equals(found.energies)
    u = np.linspace(0, 0.5, found.sizes["distance"])
    exact = 27.211386245988 * (-0.05 - 0.01 * (1 - np.cos(2 * np.pi * u)))
    assert np.allclose(found.energies.sel(spin="both", band=1), exact, atol=1e-6)
    states = found.density_of_states
    assert float((states * found.energy.diff("energy")[0]).sel(energy=slice(None, 0)).sum()) == pytest.approx(2, abs=0.05)
    with pytest.raises(bzint.ArgumentError, match="path"):
        bands.band_path(path=corners[:1])
    with pytest.raises(bzint.ArgumentError, match="corners"):
        bands.band_path(path=[("X", (1, 2))])


def test_bounds_are_those_of_the_command(command):
    words = "--alpha-a 1,100 --hot 600 --cold 300 --power 0.5,1".split()
    ours, theirs = bzint.bounds(alpha_a=[1, 100], hot=600, cold=300, power=[0.5, 1]), said(command, "bounds", *words)
    assert [float(x) for x in ours.figure_of_merit] == [row["figure_of_merit"]["value"] for row in theirs["rows"]]
    assert ours.efficiency.dims == ("filter", "power") and float(ours.efficiency_error.min()) > 0
    assert float(bzint.bounds(zt=2.0).figure_of_merit[0]) == pytest.approx(2.0)
    for wrong in ({"alpha_a": 1, "zt": 1}, {"hot": 300}, {"power": 0.5}, {"hot": 300, "cold": 600}, {"alpha_a": -1}):
        with pytest.raises(bzint.ArgumentError):
            bzint.bounds(**wrong)


def test_a_table_is_that_of_the_command(copper, command, tmp_path):
    files = [tmp_path / name for name in ("a.h5", "b.json")]
    words = [command, "transport", str(copper), "--backend", "cpu", "--interpolate", "none", "--mu", "0,0.1", "-q"]
    subprocess.run([*words, "-o", str(files[0])], check=True, capture_output=True)
    files[1].write_text(json.dumps(said(*words[:-1])))
    ours = bzint.table(files, ["S:xx", "sigma"])
    done = subprocess.run([command, "table", *map(str, files), "--columns", "S:xx,sigma", "--format", "csv"], capture_output=True, text=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert ours.sizes["row"] == len(rows) == 4
    assert [float(row["seebeck_xx [V/K]"]) for row in rows] == list(ours.seebeck_xx.values)
    assert ours.seebeck_xx.attrs["units"] == "V/K" and float(ours.seebeck_xx_error.min()) > 0
    assert list(ours.file.values) == [row["file"] for row in rows]
    with pytest.raises(bzint.ArgumentError, match="columns"):
        bzint.table(files[:1], ["nonsense"])
    with pytest.raises(bzint.FileError):
        bzint.table([copper])


def test_datasets_that_were_kept_are_results_of_the_command(copper, command, tmp_path):
    pytest.importorskip("h5netcdf")
    found = bzint.read(copper).transport(backend="cpu", interpolate="none", mu=[0.0, 0.1])
    kept = tmp_path / "kept.h5"
    found.to_netcdf(kept, engine="h5netcdf")
    figure = tmp_path / "kept.svg"
    subprocess.run([command, "plot", str(kept), "-q", "-o", str(figure)], check=True)
    assert "µV/K" in figure.read_text()
    rows = bzint.table([kept], ["S:xx"])
    assert np.array_equal(rows.seebeck_xx, found.seebeck.sel(row="x", col="x").values.ravel())


def test_bars_are_validated_as_by_the_command(copper, command):
    ours = bzint.read(copper).validate(table=True, temperature=300, backend="cpu")
    assert ours == said(command, "validate", copper, "--table", "-T", 300, "--backend", "cpu")
    with pytest.raises(bzint.ArgumentError, match="temperature"):
        bzint.read(copper).validate(temperature=300)


def test_a_gpu_is_validated_where_there_is_one(cubic):
    try:
        told = bzint.Bands(**cubic).validate(bins=20)
    except bzint.DeviceError as error:
        pytest.skip(str(error))
    assert told["agree"] is True and told["largest_difference"] < told["largest_limit"]


def test_other_formats_hold_the_same_bands(copper, tmp_path):
    bands = bzint.read(copper)
    out = tmp_path / "cu.frmsf"
    assert bands.convert(out, output_units="wannier90") == f"{bands.info()['bands']} bands"
    again = bzint.read(out, bxsf_units="wannier90")
    # FermiSurfer's energies count from the Fermi level, in single precision.
    assert np.allclose(again.energies, bands.energies - bands.fermi_level, atol=1e-5) or np.allclose(again.energies, bands.energies, atol=1e-5)
    try:
        bands.convert(tmp_path / "cu.h5")
        assert np.array_equal(bzint.read(tmp_path / "cu.h5").energies, bands.energies)
    except bzint.ArgumentError as error:
        # Packages have no HDF5 library; what the tests build beside the command has it.
        assert "HDF5" in str(error) and "bzint convert" in error.remedy
    with pytest.raises(bzint.ArgumentError, match="frmsf"):
        bands.convert(tmp_path / "cu.txt")
    with pytest.raises(bzint.ArgumentError, match="band"):
        bands.convert(tmp_path / "cu_hr.dat", band=1)


def test_menus_are_those_of_the_command(cubic):
    """What types say of an option is what the library takes."""
    bands = bzint.Bands(**cubic)
    for name, menu in (("backend", bzint.options.Backend), ("interpolator", bzint.options.Interpolator)):
        with pytest.raises(bzint.ArgumentError) as raised:
            bands.fermi(**{name: "nonsense"})
        told = raised.value.remedy.removeprefix("give one of ").split(", ")
        assert sorted(told) == sorted(f'"{value}"' for value in get_args(menu))
