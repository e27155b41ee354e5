//! HDF5 files in other hands: h5py and xarray open what bzint writes, and a full disk gives one clear error.

use crate::examples::{full_grid, names_in, results, temporary, written};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandSource, Field};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::hdf5 as native;
use std::path::Path;
use std::process::Command;

/// A full disk, played by a limit on the size of files: the test runs itself again under `ulimit -f`.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_gives_the_systems_reason_and_leaves_nothing_behind() {
    const VARIABLE: &str = "BZINT_TEST_FULL_DISK";
    if let Some(directory) = std::env::var_os(VARIABLE) {
        let path = Path::new(&directory).join("big.h5");
        let (silicon, lattice) = Model::silicon();
        let grid = KGrid::gamma([32; 3]).unwrap();
        let model = ModelBands::new(silicon, lattice, grid, true).unwrap();
        println!("RESULT {}", native::write(&path, &model, "").unwrap_err());
        return;
    }
    let directory = temporary();
    // 64 blocks of 512 or 1024 bytes; the signal that would kill the process is ignored, as on a full disk.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "hdf5_interop::a_full_disk_gives_the_systems_reason_and_leaves_nothing_behind",
            "--nocapture",
        ])
        .env(VARIABLE, directory.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        text.contains("big.h5: cannot write: File too large"),
        "{text}"
    );
    assert!(
        text.contains("make room, or choose another place"),
        "{text}"
    );
    assert!(names_in(directory.path()).is_empty());
}

/// Runs a Python script with arguments; `None`, said aloud, where Python or a module is missing.
fn python(modules: &[&str], script: &str, arguments: &[&Path]) -> Option<String> {
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    let program = if local.exists() {
        local
    } else {
        "python3".into()
    };
    for module in modules {
        let found = Command::new(&program)
            .args(["-c", &format!("import {module}")])
            .output();
        if !found.is_ok_and(|output| output.status.success()) {
            println!("SKIPPED: python3 has no {module}");
            return None;
        }
    }
    let output = Command::new(&program)
        .arg("-c")
        .arg(script)
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn h5py_reads_a_band_file_with_named_dimensions_and_units() {
    let directory = temporary();
    let path = written(&directory);
    let script = r#"
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    e = f["energies"]
    assert e.shape == (2, 3, 4, 4, 5) and e.dtype == "f8", (e.shape, e.dtype)
    assert e.compression == "gzip" and e.shuffle and e.chunks == (1, 1, 4, 4, 5), e.chunks
    assert e.attrs["units"] == "eV" and f["velocities"].attrs["units"] == "m/s"
    assert f.attrs["bzint_kind"] == "bands" and f.attrs["bzint_schema"] == 1
    assert list(f.attrs["notes"]) == ["first note", "second note: E_F = ½"]
    names = [d[0].name for d in f["velocities"].dims]
    assert names == ["/spin", "/band", "/k1", "/k2", "/k3", "/cart"], names
    assert h5py.h5ds.is_scale(f["k1"].id)
    assert h5py.h5ds.is_attached(e.id, f["k2"].id, 3) and not h5py.h5ds.is_attached(e.id, f["k2"].id, 2)
    assert list(f["spin"].asstr()) == ["up", "down"] and list(f["band"]) == [7, 8, 9]
    assert list(f["k1"]) == [0.125, 0.375, 0.625, 0.875]
    assert list(f["atoms/symbols"].asstr()) == ["Sr", "Ω1"]
    assert all("long_name" in d.attrs for d in list(f.values()) if isinstance(d, h5py.Dataset))
    print(repr(float(e[1, 2, 3, 1, 4])), repr(float(f["fermi_level"][()])))
"#;
    let Some(output) = python(&["h5py"], script, &[&path]) else {
        return;
    };
    let energy = full_grid().band(Field::Energy, 1, 2)[(3 * 4 + 1) * 5 + 4];
    let got: Vec<f64> = output
        .split_whitespace()
        .map(|x| x.parse().unwrap())
        .collect();
    assert_eq!(got, [energy, 0.1 + 0.2]);
}

#[test]
fn xarray_opens_results_and_bands_with_named_dimensions_and_coordinates() {
    let directory = temporary();
    let bands = written(&directory);
    let path = directory.path().join("results.h5");
    results().write(&path).unwrap();
    let script = r#"
import sys, xarray
r = xarray.open_dataset(sys.argv[1], engine="h5netcdf")
c = r["conductivity"]
assert c.dims == ("temperature", "carrier", "row", "col"), c.dims
assert dict(r.sizes) == {"temperature": 2, "carrier": 3, "row": 3, "col": 3}, r.sizes
assert c.attrs["units"] == "S/m" and r["temperature"].attrs["units"] == "K"
x = float(c.sel(temperature=400.0, carrier="löcher", row="x", col="z"))
assert x == (27 + 18 + 2) / 7.0, x
assert float(r["conductivity_error"].sel(temperature=300, carrier="holes", row="y", col="y")) == 0.01 * (13 / 7.0)
assert r["fermi_level"].dims == () and float(r["fermi_level"]) == 1.5
assert r.attrs["bzint_kind"] == "transport" and r.attrs["tolerance"] == 1e-3
b = xarray.open_dataset(sys.argv[2], engine="h5netcdf")
assert b["energies"].dims == ("spin", "band", "k1", "k2", "k3")
assert b["velocities"].sel(spin="down", band=9, cart="z").shape == (4, 4, 5)
assert b["lattice"].dims == ("axis", "cart") and float(b["lattice"].sel(axis=3, cart="z")) == 5.0
a = xarray.open_dataset(sys.argv[2], engine="h5netcdf", group="atoms")
assert a["positions"].dims[0] == "atom", a
print(r)
"#;
    let modules = ["xarray", "h5netcdf"];
    if let Some(output) = python(&modules, script, &[&path, &bands]) {
        println!("{output}");
    }
}

/// Relaxation times that h5py adds to a band file, which has no extremes of them: found on opening, and bad ones are told by place.
#[test]
fn lifetimes_that_h5py_adds_are_taken() {
    let directory = temporary();
    let grid = KGrid::gamma([4, 5, 3]).unwrap();
    let model = Model::free_electrons(1.0);
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let bands = ModelBands::new(model, lattice, grid, false).unwrap();
    let path = directory.path().join("bands.h5");
    native::write(&path, &bands, "a test").unwrap();
    let script = r#"
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    tau = 1e-14 * (1 + 0.5 * abs(f["energies"][:]))
    if "lifetimes" in f:
        f["lifetimes"][0, 0, 1, 2, 2] = float("nan")
    else:
        f["lifetimes"] = tau
    print(repr(float(tau.max())))
"#;
    let Some(output) = python(&["h5py"], script, &[&path]) else {
        return;
    };
    let largest: f64 = output.trim().parse().unwrap();
    let read = native::open(&path).unwrap();
    assert!(read.header().has_lifetimes);
    assert_eq!(read.statistics()[0].max_lifetime, largest);
    let mut times = vec![0.0; grid.len()];
    read.read_planes(Field::Lifetime, 0, 0, 0, &mut times)
        .unwrap();
    assert!(times.iter().all(|t| *t >= 1e-14 && *t <= largest));
    drop(read);
    python(&["h5py"], script, &[&path]).unwrap();
    let error = native::open(&path).unwrap_err().to_string();
    assert!(
        error.contains("lifetimes, spin 1, band 1, grid point (1, 2, 2)"),
        "{error}"
    );
    assert!(error.contains("NaN"), "{error}");
}
