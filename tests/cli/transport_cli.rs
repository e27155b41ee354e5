//! `bzint transport` as a user runs it: what it prints, that its files hold the same, and how it refuses.

use crate::common::binary::{Finished, bzint_in};
use crate::common::cubic;
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::io::results::ResultFile;
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

fn bzint(directory: &Path, words: &str) -> Finished {
    bzint_in(directory, &format!("{words} --backend cpu"))
}

fn stdout(directory: &Path, words: &str) -> String {
    bzint(directory, words).text()
}

fn json(directory: &Path, words: &str) -> Value {
    bzint(directory, words).json()
}

/// The band files.
fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        write_semiconductor(directory.path());
        write_metal(directory.path());
        directory
    });
    made.path()
}

fn semiconductor(directory: &Path) {
    std::fs::copy(files().join("gap.h5"), directory.join("gap.h5")).unwrap();
}

fn metal(directory: &Path) {
    std::fs::copy(files().join("metal.h5"), directory.join("metal.h5")).unwrap();
}

/// Two cosine bands with a gap of 0.6 eV, one full.
fn write_semiconductor(directory: &Path) {
    let n = 24;
    let lattice = cubic(5.0);
    let group = PointGroup::of_lattice(&lattice, 1e-6);
    let grid = KGrid::gamma([n; 3]).unwrap();
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
    header.point_group = group;
    header.n_electrons = Some(2.0);
    let mut energies = Vec::new();
    for (edge, hopping) in [(-0.3, -0.3), (0.3, 0.5)] {
        for x in 0..n * n * n {
            let u = [x / (n * n), x / n % n, x % n].map(|j| j as f64 / n as f64);
            let sum: f64 = u
                .iter()
                .map(|u| 1.0 - (std::f64::consts::TAU * u).cos())
                .sum();
            energies.push(edge + hopping * sum);
        }
    }
    let bands = BandGrid::new(header, energies).unwrap();
    bzint::io::hdf5::write(&directory.join("gap.h5"), &bands, "a test").unwrap();
}

fn write_metal(directory: &Path) {
    let model = Model::TightBinding {
        hopping: 0.5,
        dimension: 3,
    };
    let grid = KGrid::gamma([20; 3]).unwrap();
    let mut bands = ModelBands::new(model, cubic(4.0), grid, false).unwrap();
    bands.set_fermi_level(Some(-0.7));
    bzint::io::hdf5::write(&directory.join("metal.h5"), &bands, "a test").unwrap();
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// The rows of a doped semiconductor: both signs, three temperatures, everything promised, the same in HDF5 and CSV.
#[test]
fn dopings_of_both_signs_give_rows_with_the_promised_names_everywhere() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    semiconductor(d);
    let out = json(
        d,
        "transport gap.h5 -T 300:500:100 --doping n1e19,p1e19 --json -o out.h5 --csv out.csv",
    );
    assert_eq!(out["gap"]["unit"], "eV");
    assert!((number(&out["gap"]["conduction_minimum"]) - 0.3).abs() < 1e-12);
    let rows = out["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    for (i, row) in rows.iter().enumerate() {
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        assert_eq!(
            number(&row["temperature"]["value"]),
            300.0 + 100.0 * (i / 2) as f64
        );
        let n = number(&row["carrier_density"]["value"]);
        assert!((n / (sign * 1e19) - 1.0).abs() < 1e-6, "{n:e}");
        let seebeck = number(&row["seebeck"]["value"][0][0]);
        assert!(seebeck * sign < -5e-5, "{seebeck}");
        let mu = number(&row["chemical_potential"]["value"]);
        assert!(mu * sign > 0.0 && number(&row["chemical_potential"]["error"]) > 0.0);
        for (name, unit) in [
            ("conductivity_over_tau", "1/(Ohm m s)"),
            ("thermal_conductivity_electronic_over_tau", "W/(m K s)"),
            ("power_factor_over_tau", "W/(m K^2 s)"),
            ("mobility_electrons_over_tau", "m^2/(V s^2)"),
        ] {
            assert_eq!(row[name]["unit"], unit, "{name}");
            assert!(number(&row[name]["value"][1][1]) > 0.0, "{name}");
            assert!(number(&row[name]["error"][1][1]) > 0.0, "{name}");
        }
        // Without a relaxation time nothing is absolute.
        assert!(row["conductivity"].is_null() && row["figure_of_merit"].is_null());
    }
    let file = ResultFile::read(&d.join("out.h5"), Some("transport")).unwrap();
    let seebeck = file.get("seebeck").unwrap();
    assert_eq!(seebeck.dimensions, ["temperature", "doping", "row", "col"]);
    assert_eq!(seebeck.unit, "V/K");
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(seebeck.data[9 * i], number(&row["seebeck"]["value"][0][0]));
        let error = seebeck.error.as_ref().unwrap()[9 * i];
        assert_eq!(error, number(&row["seebeck"]["error"][0][0]));
    }
    let csv = std::fs::read_to_string(d.join("out.csv")).unwrap();
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = names.iter().position(|n| *n == "seebeck_xx [V/K]").unwrap();
    for (line, row) in lines.zip(rows) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), names.len());
        let value: f64 = cells[column].parse().unwrap();
        assert_eq!(value, number(&row["seebeck"]["value"][0][0]));
    }
}

/// With a relaxation time: absolute names, σ = τ·(σ/τ), and zT = S²σT/(κ_e + κ_l).
#[test]
fn a_relaxation_time_makes_the_results_absolute() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    metal(d);
    let per_tau = json(d, "transport metal.h5 -T 300,600 --mu -0.2:0.2:0.2 --json");
    let absolute = json(
        d,
        "transport metal.h5 -T 300,600 --mu -0.2:0.2:0.2 --tau 2e-14 --lattice-thermal-conductivity 3 --json",
    );
    let pairs = per_tau["rows"]
        .as_array()
        .unwrap()
        .iter()
        .zip(absolute["rows"].as_array().unwrap());
    let mut count = 0;
    for (a, b) in pairs {
        count += 1;
        let sigma = number(&b["conductivity"]["value"][0][0]);
        let ratio = sigma / number(&a["conductivity_over_tau"]["value"][0][0]);
        assert!((ratio / 2e-14 - 1.0).abs() < 1e-12, "{ratio:e}");
        let s = number(&b["seebeck"]["value"][0][0]);
        assert!((s / number(&a["seebeck"]["value"][0][0]) - 1.0).abs() < 1e-9);
        assert!(b["conductivity_over_tau"].is_null());
        let kappa = number(&b["thermal_conductivity_electronic"]["value"][0][0]);
        let t = number(&b["temperature"]["value"]);
        let zt = s * s * sigma * t / (kappa + 3.0);
        // Each value is extrapolated by itself, so that products hold to the second order of what is taken off.
        assert!((number(&b["figure_of_merit"]["value"][0][0]) / zt - 1.0).abs() < 1e-3);
        // Wiedemann and Franz, within what 600 K on a band of 6 eV leaves.
        let lorenz = kappa / (sigma * t) / 2.443_004_509e-8;
        assert!((lorenz - 1.0).abs() < 0.05, "{lorenz}");
    }
    assert_eq!(count, 6);
    let table = stdout(d, "transport metal.h5 --tau 2e-14");
    assert!(
        table.contains("seebeck") && table.contains("uV/K") && table.contains("n - p"),
        "{table}"
    );
}

/// Impurity levels freeze out: at 40 K few of the donors are ionised, at 600 K all.
#[test]
fn donors_freeze_out() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    semiconductor(d);
    let out = json(d, "transport gap.h5 -T 60,500 --donors 1e18:0.03 --json");
    let n = |i: usize| number(&out["rows"][i]["electron_density"]["value"]);
    assert!(n(0) < 0.3e18, "{:e}", n(0));
    let net = number(&out["rows"][1]["carrier_density"]["value"]);
    assert!(net > 0.7e18 && net < 1e18, "{net:e}");
}

/// BoltzTraP2's files: its columns, its order of rows, its numbers of the semiconductor's sign and size.
#[test]
fn boltztrap_files_have_its_columns_and_units() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    semiconductor(d);
    let words = "transport gap.h5 -T 300,400 --doping n1e19,p1e19 --json -o bt --format boltztrap";
    let out = json(d, words);
    let read = |name: &str| std::fs::read_to_string(d.join(name)).unwrap();
    let trace = read("bt.trace");
    let lines: Vec<&str> = trace.lines().collect();
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>()[..4],
        ["#", "Ef[Ry]", "T[K]", "N[e/uc]"]
    );
    assert_eq!(lines.len(), 5);
    let row = |line: &str| -> Vec<f64> {
        line.split_whitespace()
            .map(|x| x.parse().unwrap())
            .collect()
    };
    // Rows: the first doping at both temperatures, then the second; JSON has temperatures outside.
    for (line, r) in lines[1..].iter().zip([0, 2, 1, 3]) {
        assert_eq!(line.len(), 20 + 8 * 26);
        let (x, json) = (row(line), &out["rows"][r]);
        let close =
            |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-5, "{got:e} {want:e}");
        close(
            x[0],
            number(&json["chemical_potential"]["value"]) / bzint::units::RYDBERG_EV,
        );
        close(x[1], number(&json["temperature"]["value"]));
        // Holes count positive: 1e19 cm⁻³ in 125 Å³.
        close(x[2], -number(&json["carrier_density"]["value"]) * 125e-24);
        close(x[4], number(&json["seebeck"]["value"][0][0]));
        close(x[5], number(&json["conductivity_over_tau"]["value"][0][0]));
        let hall = &json["hall_coefficient"]["value"];
        assert!(x[6].is_finite() && (hall.is_null() || (x[6] / number(hall) - 1.0).abs() < 1e-5));
    }
    assert_eq!(
        read("bt.condtens")
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .count(),
        30
    );
    let output = bzint(d, &format!("{words} --tau 1e-14"));
    assert_eq!(output.status.code(), Some(2));
}

/// Each bad call: exit code 2 (the call is wrong), one line that names the option and a remedy.
#[test]
fn bad_calls_are_refused_with_a_reason() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    metal(d);
    for (words, expected) in [
        ("transport metal.h5 -T 0", "bzint fermi"),
        ("transport metal.h5 -T 300:200:10", "empty"),
        ("transport metal.h5 --mu 0:1", "start:stop:step"),
        ("transport metal.h5 --doping x1e19", "no density"),
        (
            "transport metal.h5 --doping 1e19 --mu 0.1",
            "cannot be used with",
        ),
        ("transport metal.h5 --tau=-1e-14", "--tau"),
        (
            "transport metal.h5 --lattice-thermal-conductivity 1",
            "--tau SECONDS",
        ),
        ("transport metal.h5 --donors 1e18", "density:depth"),
        ("transport metal.h5 --donors 1e18:0.05", "no gap"),
        // Before anything is interpolated: so many points are beyond memory.
        (
            "transport metal.h5 --donors 1e18:0.05 --interpolate 2000",
            "no gap",
        ),
        (
            "transport metal.h5 --doping p1e25",
            "give a smaller density",
        ),
    ] {
        let output = bzint(d, words);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
        assert!(output.stdout.is_empty(), "{words}");
    }
}
