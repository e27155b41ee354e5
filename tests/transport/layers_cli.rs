//! `bzint transport --dimension`: layers and chains as a user runs them, against closed forms inside the bars, and how bad calls are
//! refused. Values: docs/physics §2, §7, §15.

use crate::common::binary::{Finished, bzint_in};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandSource, Field};
use bzint::crystal::{KGrid, Lattice};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;
use std::sync::OnceLock;

fn bzint(words: &str) -> Finished {
    bzint_in(files(), &format!("{words} --backend cpu"))
}

fn json(words: &str) -> Value {
    bzint(words).json()
}

fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let d = directory.path();
        let (x, y) = ([4.0, 0.0, 0.0], [0.0, 5.0, 0.0]);
        // The vacuum's vector is oblique: the layer's normal is what counts. In k it tilts the plane, along which nothing may move.
        let sheet = Lattice::new([x, y, [1.0, 0.7, 20.0]]).unwrap();
        write(
            d,
            "sheet.h5",
            Model::ellipsoid([0.5, 0.2, 1e9]),
            &sheet,
            [120, 120, 1],
        );
        let upright = Lattice::new([[0.0, 0.0, 20.0], x, y]).unwrap();
        write(
            d,
            "turned.h5",
            Model::ellipsoid([0.5, 0.2, 1e9]),
            &upright,
            [1, 120, 120],
        );
        let chain = Lattice::new([x, [0.0, 9.0, 0.0], [0.0, 0.0, 11.0]]).unwrap();
        write(
            d,
            "chain.h5",
            Model::ellipsoid([0.5, 1.0, 1.0]),
            &chain,
            [4000, 1, 1],
        );
        write(
            d,
            "bulk.h5",
            Model::free_electrons(1.0),
            &crate::common::cubic(4.0),
            [8; 3],
        );
        directory
    });
    made.path()
}

fn write(d: &Path, name: &str, model: Model, lattice: &Lattice, n: [usize; 3]) {
    let grid = KGrid::gamma(n).unwrap();
    let mut bands = ModelBands::new(model, lattice.clone(), grid, true).unwrap();
    bands.set_fermi_level(Some(0.1));
    assert!(
        bands
            .read_planes(Field::Energy, 0, 0, 0, &mut vec![0.0; grid.plane_len()])
            .is_ok()
    );
    bzint::io::hdf5::write(&d.join(name), &bands, "a test").unwrap();
}

/// Value and bar at a JSON place.
fn at(row: &Value, name: &str, unit: &str, i: usize, j: usize) -> (f64, f64) {
    let q = &row[name];
    assert_eq!(q["unit"], unit, "{name} {q}");
    let of = |x: &Value| x.as_f64().or_else(|| x[i][j].as_f64()).unwrap();
    (of(&q["value"]), of(&q["error"]))
}

#[track_caller]
fn covered((got, bar): (f64, f64), want: f64, tolerance: f64) {
    let off = (got - want).abs();
    assert!(
        off <= bar.max(1e-9 * want.abs()),
        "{got:e} ± {bar:e}, expected {want:e}"
    );
    assert!(
        bar <= tolerance * want.abs(),
        "{got:e} ± {bar:e} says little"
    );
}

/// n = (m/πħ²) k_BT ln(1 + e^η), σ_ii = n e² τ/m_i, and S_xx = S_yy whatever the masses (§7: −70.2063842444 µV/K).
#[test]
fn an_anisotropic_sheet_has_its_density_conductance_and_seebeck() {
    let kt = BOLTZMANN_EV * 300.0;
    let mass = (0.5f64 * 0.2).sqrt() * ELECTRON_MASS;
    let n = mass / (PI * HBAR * HBAR) * kt * EV * (0.1 / kt).exp().ln_1p();
    for (file, x, y, z) in [("sheet.h5", 0, 1, 2), ("turned.h5", 0, 1, 2)] {
        let words = format!(
            "transport {file} --dimension 2 --mu-absolute 0.1 --fermi-level 0 --interpolate none --json"
        );
        let out = json(&words);
        let row = &out["rows"][0];
        covered(
            at(row, "sheet_electron_density", "cm^-2", 0, 0),
            n / 1e4,
            0.3,
        );
        for (i, m) in [(x, 0.5), (y, 0.2)] {
            let sigma = n * ELEMENTARY_CHARGE.powi(2) / (m * ELECTRON_MASS);
            covered(
                at(row, "sheet_conductivity_over_tau", "1/(Ohm s)", i, i),
                sigma,
                0.02,
            );
            covered(at(row, "seebeck", "V/K", i, i), -70.206_384_244_4e-6, 0.02);
        }
        let (across, bar) = at(row, "sheet_conductivity_over_tau", "1/(Ohm s)", z, z);
        assert!(across.abs() < 1e-3 && bar < 1e-3, "{across} {bar}");
        // A layer of parabolic bands with a constant relaxation time has R_H = −1/(ne).
        covered(
            at(row, "sheet_hall_coefficient", "m^2/C", 0, 0),
            -1.0 / (n * ELEMENTARY_CHARGE),
            0.1,
        );
        // No three-dimensional value without a thickness.
        assert!(row["conductivity_over_tau"].is_null() && row["carrier_density"].is_null());
    }
}

/// A doping is per area, and a thickness only adds the three-dimensional values: sheet value = thickness × those.
#[test]
fn a_thickness_gives_three_dimensional_values_and_leaves_the_others() {
    let words = "transport sheet.h5 --dimension 2 --doping 1e13 --tau 1e-14 --interpolate none --fermi-level 0.02 --json";
    let plain = json(words);
    let thick = json(&format!(
        "{words} --thickness 6.5 --lattice-thermal-conductivity 2"
    ));
    let (a, b) = (&plain["rows"][0], &thick["rows"][0]);
    let (n, _) = at(a, "sheet_carrier_density", "cm^-2", 0, 0);
    assert!((n / 1e13 - 1.0).abs() < 1e-6, "{n:e}");
    for (name, unit) in [
        ("sheet_conductivity", "S"),
        ("sheet_thermal_conductivity_electronic", "W/K"),
        ("seebeck", "V/K"),
        ("sheet_power_factor", "W/K^2"),
    ] {
        let (x, y) = (at(a, name, unit, 0, 0).0, at(b, name, unit, 0, 0).0);
        assert!((x / y - 1.0).abs() < 1e-9, "{name} {x:e} {y:e}");
    }
    let sheet = at(b, "sheet_conductivity", "S", 0, 0).0;
    let bulk = at(b, "conductivity", "S/m", 0, 0).0;
    assert!((bulk * 6.5e-10 / sheet - 1.0).abs() < 1e-12);
    let (s, _) = at(b, "seebeck", "V/K", 0, 0);
    let kappa = at(b, "thermal_conductivity_electronic", "W/(m K)", 0, 0).0;
    let zt = at(b, "figure_of_merit", "1", 0, 0).0;
    assert!((zt / (s * s * bulk * 300.0 / (kappa + 2.0)) - 1.0).abs() < 1e-2);
    assert!(a["conductivity"].is_null() && plain["dimension"] == 2);
}

/// In one dimension n = (2/π)√(2mE)/ħ and σ·A = n e² τ/m at low temperature, to the order (k_BT/μ)².
#[test]
fn a_chain_has_its_line_density_and_conductance_length() {
    let out = json(
        "transport chain.h5 --dimension 1 -T 30 --mu-absolute 0.1 --fermi-level 0 --interpolate none --json",
    );
    let row = &out["rows"][0];
    let (mass, kt) = (0.5 * ELECTRON_MASS, BOLTZMANN_EV * 30.0);
    let cold = 2.0 / PI * (2.0 * mass * 0.1 * EV).sqrt() / HBAR;
    // Sommerfeld: 1 − (π²/24)(k_BT/μ)² for n ∝ √μ.
    let n = cold * (1.0 - PI * PI / 24.0 * (kt / 0.1).powi(2));
    let sigma = n * ELEMENTARY_CHARGE.powi(2) / mass;
    let (got, bar) = at(row, "line_conductivity_over_tau", "m/(Ohm s)", 0, 0);
    assert!(
        (got / sigma - 1.0).abs() < 1e-4 + bar / sigma,
        "{got:e} ± {bar:e} {sigma:e}"
    );
    assert!(row["hall_coefficient"].is_null());
    let words = "transport chain.h5 --dimension 1 --cross-section 99 --mu-absolute 0.1 --tau 1e-14 --interpolate none --json";
    let row = &json(words)["rows"][0];
    let (line, _) = at(row, "line_conductivity", "S m", 0, 0);
    let (bulk, _) = at(row, "conductivity", "S/m", 0, 0);
    assert!((bulk * 99e-20 / line - 1.0).abs() < 1e-12);
}

#[test]
fn the_table_says_sheets_and_what_was_given() {
    let output = bzint(
        "transport sheet.h5 --dimension 2 --doping 1e13 --interpolate none --fermi-level 0.02",
    );
    let text = output.text();
    assert!(text.contains("1.000e13 cm^-2 (given)"), "{text}");
    assert!(
        text.contains("sheet_conductivity_over_tau") && text.contains("half of their trace;"),
        "{text}"
    );
    assert!(text.contains("20.0000 Å thick (of the cell)"), "{text}");
}

/// Each bad call: exit code 2, one line that names the option and a remedy.
#[test]
fn bad_calls_are_refused_with_a_reason() {
    for (words, expected) in [
        ("bulk.h5 --dimension 2", "0 of the axes of the 8×8×8 k-grid"),
        ("chain.h5 --dimension 2", "vacuum must lie along 1"),
        ("sheet.h5 --dimension 1", "vacuum must lie along 2"),
        ("sheet.h5 --dimension 4", "4"),
        ("sheet.h5 --thickness 3", "give `--dimension 2`"),
        (
            "sheet.h5 --dimension 2 --cross-section 3",
            "give `--dimension 1`",
        ),
        (
            "sheet.h5 --dimension 2 --thickness 0",
            "positive number of Å",
        ),
        (
            "sheet.h5 --dimension 2 --thickness -3",
            "positive number of Å",
        ),
        (
            "sheet.h5 --dimension 2 --thickness nan",
            "positive number of Å",
        ),
        ("chain.h5 --dimension 1 --hall", "no Hall effect"),
        (
            "sheet.h5 --dimension 2 --tau 1e-14 --lattice-thermal-conductivity 1",
            "--thickness",
        ),
        (
            "sheet.h5 --dimension 2 -o x --format boltztrap",
            "three-dimensional",
        ),
    ] {
        let words = format!("transport {words} --interpolate none");
        let output = bzint(&words);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
        assert!(output.stdout.is_empty(), "{words}");
    }
}

/// The best doping of a layer is that of the cell times its height, the power factor too; with the means over the two directions that
/// there are. Both say the same of the state: μ, S.
#[test]
fn the_best_doping_of_a_layer_is_per_area() {
    let words = "optimize sheet.h5 --carriers n --interpolate none --fermi-level 0.001 -T 300,400,500 --json";
    let cell = json(words);
    let layer = json(&format!("{words} --dimension 2"));
    let height = 20e-10;
    let same = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a:e} {b:e}");
    for (row, bulk) in [0, 1].map(|i| (&layer["rows"][i], &cell["rows"][i])) {
        let (doping, _) = at(row, "sheet_optimal_doping", "cm^-2", 0, 0);
        let (volume, _) = at(bulk, "optimal_doping", "cm^-3", 0, 0);
        same(doping, volume * height * 100.0);
        let (power, _) = at(
            row,
            "sheet_largest_power_factor_over_tau",
            "W/(K^2 s)",
            0,
            0,
        );
        let (mean, _) = at(bulk, "largest_power_factor_over_tau", "W/(m K^2 s)", 0, 0);
        same(power, mean * height);
        let mu = |row| at(row, "optimal_chemical_potential", "eV", 0, 0).0;
        assert!((mu(row) - mu(bulk)).abs() < 1e-9);
        assert!(row["optimal_doping"].is_null());
    }
    let best = &layer["best_temperatures"][0];
    assert_eq!(best["sheet_optimal_doping"]["unit"], "cm^-2", "{best}");
    let output = bzint(&words.replace(" --json", " --dimension 2 --thickness 6.5"));
    let text = String::from_utf8_lossy(&output.stdout).to_string();
    assert!(
        text.contains("cm^-2, between") && text.contains("W/(K^2 s)"),
        "{text}"
    );
    for (more, expected) in [
        ("--thickness 6.5", "--dimension is 3"),
        (
            "--dimension 2 --maximise zt --tau 1e-14 --lattice-thermal-conductivity 1",
            "--thickness",
        ),
        ("--dimension 1", "have a single k-point"),
    ] {
        let output = bzint(&format!("{words} {more}"));
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{more}: {text}");
        assert!(text.contains(expected), "{more}: {text}");
    }
}
