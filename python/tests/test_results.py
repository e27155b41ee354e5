"""Results are those of the command, to the bit, as datasets with units and bars."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import xarray as xr

import bzint

CALLS = [
    ("fermi", {"tau": 1e-14}, ["--tau", "1e-14"]),
    ("dos", {"energy": (13.0, 16.0), "bins": 40}, ["--energy", "13:16", "--bins", "40"]),
    (
        "transport",
        {"temperature": [300, 500], "mu": [0.0, 0.1], "interpolate": "none"},
        ["-T", "300,500", "--mu", "0,0.1", "--interpolate", "none"],
    ),
    (
        "optimize",
        {"tau": 1e-14, "interpolate": "none", "carriers": "n"},
        ["--tau", "1e-14", "--interpolate", "none", "--carriers", "n"],
    ),
    (
        "landauer",
        {
            "mu": [0.0, 0.1],
            "direction": ["001", "110", (1, 1, 1)],
            "tau": 1e-14,
            "length": 1000,
            "energy": (13, 16),
            "bins": 40,
            "by_band": True,
            "interpolate": "none",
        },
        "--mu 0,0.1 --direction 001,110 --direction 1,1,1 --tau 10fs --length 100nm --energy 13:16 --bins 40 --by-band "
        "--interpolate none".split(),
    ),
    (
        "zt",
        {
            "doping": None,
            "mu": [-0.1, 0.1],
            "direction": "110",
            "tau": 3e-14,
            "lattice_thermal_conductivity": 2,
            "length": 500,
            "interpolate": "none",
        },
        "--mu=-0.1,0.1 --direction 110 --tau 30fs --lattice-thermal-conductivity 2 --length 50nm --interpolate none".split(),
    ),
    (
        "orbits",
        {"scan": ("001", (1, 0, 1)), "angles": 3, "mesh": 32},
        "--from 001 --to 1,0,1 --angles 3 --mesh 32".split(),
    ),
    (
        "magneto",
        {"strength": [0.01, 5], "direction": "110", "temperature": [0, 100], "tau": 1e-14, "mesh": 24},
        "-B 0.01,5 --field 110 -T 0,100 --tau 10fs --mesh 24".split(),
    ),
]
#: Of surfaces, which the CPU finds.
WITHOUT_BACKEND = {"orbits", "magneto"}


@pytest.mark.parametrize(("kind", "given", "typed"), CALLS, ids=[c[0] for c in CALLS])
def test_equals_the_command_to_the_bit(kind, given, typed, copper, command, tmp_path):
    pytest.importorskip("h5netcdf")
    bands = bzint.read(copper)
    backend = {} if kind in WITHOUT_BACKEND else {"backend": "cpu"}
    ours = getattr(bands, kind)(**backend, **given)
    out = tmp_path / "out.h5"
    words = [command, kind, str(copper), *(f"--{k}={v}" for k, v in backend.items()), "-q", *typed, "-o", str(out)]
    subprocess.run(words, check=True, capture_output=True)
    with xr.open_dataset(out, engine="h5netcdf") as theirs:
        assert set(theirs.data_vars) == set(ours.data_vars)
        for name, variable in theirs.data_vars.items():
            assert variable.dims == ours[name].dims, name
            assert variable.attrs.get("units") == ours[name].attrs.get("units"), name
            a, b = variable.values, ours[name].values
            assert np.array_equal(a, b, equal_nan=True), name
        for name, coordinate in theirs.coords.items():
            if coordinate.dtype.kind == "f":
                assert np.array_equal(coordinate.values, ours[name].values), name


def test_datasets_have_units_names_and_bars(copper):
    found = bzint.read(copper).fermi(backend="cpu")
    sigma = found.conductivity_over_tau
    assert sigma.dims == ("row", "col") and sigma.attrs["units"] == "1/(Ohm m s)"
    assert sigma.attrs["long_name"]
    bar = found.conductivity_over_tau_error
    assert bar.dims == sigma.dims and float(bar.sel(row="x", col="x")) > 0
    by_cause = found.conductivity_over_tau_error_by_cause.sum("cause")
    assert np.allclose(by_cause, bar, rtol=1e-5)
    assert found.attrs["command"].startswith("bzint.Bands.fermi(")
    assert "N(E_F)" in found.attrs["table"] or "states" in found.attrs["table"]


def test_a_cube_of_cosines_from_numpy(cubic):
    """Against sums that converged (two grids agree to ten digits): S and sigma/tau at 300 K, 1e19 electrons."""
    bands = bzint.Bands(**cubic)
    assert bands.info()["symmetry_operations"] == 48 and bands.energies.shape == (1, 2, 16, 16, 16)
    found = bands.transport(doping=1e19, backend="cpu")
    at = {"row": "x", "col": "x", "temperature": 300.0, "doping": 1e19}
    for name, exact in [("seebeck", -227.905397952e-6), ("conductivity_over_tau", 4.891002501129e17)]:
        value, bar = float(found[name].sel(at)), float(found[f"{name}_error"].sel(at))
        assert abs(value - exact) <= bar, (name, value, bar)
        assert bar < 0.02 * abs(exact), (name, bar)


def test_listed_points_are_completed(cubic):
    """One point of each orbit under the cubic group is enough."""
    n = 8
    energies = cubic["energies"][:, ::2, ::2, ::2]
    listed = [(i, j, k) for i in range(n // 2 + 1) for j in range(i + 1) for k in range(j + 1)]
    k = np.array(listed) / n
    e = np.array([energies[:, i, j, l] for i, j, l in listed])
    part = bzint.Bands.from_kpoints(
        cubic["lattice"], k, e, electrons=2.0, atoms=cubic["atoms"]
    )
    assert part.k_grid == (n, n, n)
    assert np.allclose(part.energies[0], energies, atol=1e-12)


def test_velocities_and_lifetimes_are_taken(cubic):
    e = cubic["energies"]
    v = np.zeros((*e.shape, 3))
    v[..., 0] = 1e5
    bands = bzint.Bands(**cubic, velocities=v, lifetimes=np.full(e.shape, 2e-14))
    found = bands.transport(mu_absolute=1.5, backend="cpu", interpolate="none", hall=False)
    assert "conductivity" in found and bands.info()["lifetimes"]
