//! The command as a user runs it: what it prints, where, and that its files hold the same.

use crate::common::binary::{bzint_in as bzint, json_in as json, text_in as stdout};
use serde_json::Value;

fn data(name: &str) -> String {
    format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// σ/τ of free electrons is n e²/m whatever the grid does; here within the bar that is printed with it.
#[test]
fn free_electrons_have_the_drude_conductivity_within_the_printed_bar() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    stdout(
        d,
        "model free-electrons -n 48 --lattice-constant 3 --fermi-level 2.5 -o free.h5",
    );
    let out = json(d, "fermi free.h5 --backend cpu --tau 1e-14 --json");
    let k_f = (2.0 * 2.5 / bzint::units::HBAR2_OVER_ME).sqrt() * 1e10;
    let n = k_f.powi(3) / (3.0 * std::f64::consts::PI.powi(2));
    let exact = n * bzint::units::ELEMENTARY_CHARGE.powi(2) / bzint::units::ELECTRON_MASS;
    let sigma = &out["conductivity_over_tau"];
    assert_eq!(sigma["unit"], "1/(Ohm m s)");
    for i in 0..3 {
        let (value, error) = (
            sigma["value"][i][i].as_f64().unwrap(),
            sigma["error"][i][i].as_f64().unwrap(),
        );
        assert!(
            (value - exact).abs() <= error,
            "{value:e} {exact:e} {error:e}"
        );
        assert!(error < 0.02 * exact, "{error:e}");
        let absolute = out["conductivity"]["value"][i][i].as_f64().unwrap();
        assert!((absolute / value - 1e-14).abs() < 1e-26);
    }
    let v_f = bzint::units::HBAR * k_f / bzint::units::ELECTRON_MASS;
    let speed = &out["fermi_velocity"];
    let off = (speed["value"].as_f64().unwrap() - v_f).abs();
    assert!(off <= speed["error"].as_f64().unwrap());
}

#[test]
fn every_promised_key_of_the_summary_is_there_with_value_error_and_unit() {
    let directory = tempfile::tempdir().unwrap();
    let file = data("cu.nscf.xml.gz");
    let out = json(
        directory.path(),
        &format!("fermi {file} --backend cpu --tau 1e-14 --json"),
    );
    for key in [
        "fermi_level",
        "electrons",
        "dos_at_fermi_level",
        "fermi_velocity",
        "velocity_squared",
        "conductivity_over_tau",
        "conductivity",
        "plasma_frequency",
    ] {
        for part in ["value", "error", "unit"] {
            assert!(!out[key][part].is_null(), "{key}.{part}");
        }
    }
    for key in ["backend", "adapter", "k_grid", "method", "seconds"] {
        assert!(!out[key].is_null(), "{key}");
    }
    assert_eq!(
        out["velocity_squared"]["value"].as_array().unwrap().len(),
        3
    );
    assert_eq!(out["backend"], "cpu");
}

/// Copper at 16³ (the shared data's INDEX): QE's own linear tetrahedra give 0.2827 states/eV and 10.9928 electrons.
#[test]
fn converting_first_changes_no_bit_of_the_result() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let file = data("cu.nscf.xml.gz");
    stdout(d, &format!("convert {file} -o cu.h5"));
    let strip = |mut v: Value| {
        v["seconds"] = Value::Null;
        v["input"] = Value::Null;
        v
    };
    let direct = strip(json(d, &format!("fermi {file} --backend cpu --json")));
    let converted = strip(json(d, "fermi cu.h5 --backend cpu --json"));
    assert_eq!(direct, converted);
    let dos = direct["dos_at_fermi_level"]["value"].as_f64().unwrap();
    assert!((dos - 0.2827).abs() < 5e-5, "{dos}");
    let blocks = strip(json(
        d,
        "fermi cu.h5 --backend cpu --block-planes 2 --threads 1 --json",
    ));
    assert_eq!(
        (&blocks["conductivity_over_tau"], &blocks["electrons"]),
        (&direct["conductivity_over_tau"], &direct["electrons"])
    );
}

#[test]
fn info_tells_metals_from_insulators_and_models_from_files() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let out = json(d, &format!("info {} --json", data("al.nscf.xml.gz")));
    assert_eq!(out["electrons"], 3.0);
    assert_eq!(out["k_grid"], serde_json::json!([16, 16, 16]));
    assert_eq!(out["symmetry_operations"], 48);
    assert!(out["gap"]["value"].is_null());
    let text = stdout(d, &format!("info {} -v", data("al.nscf.xml.gz")));
    assert!(text.contains("bands 2, 3 cross the Fermi level"), "{text}");
    stdout(d, "model germanium-valleys -n 8 -o ge.h5 --velocities");
    let out = json(d, "info ge.h5 --json");
    assert_eq!(
        (&out["bands"], &out["velocities"]),
        (&Value::from(4), &Value::from(true))
    );
}

/// The number of states below the top of all bands is the number of bands times g_s, exactly.
#[test]
fn a_spectrum_counts_every_state_once() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    stdout(d, "model simple-cubic -n 9,8,7 -o sc.h5");
    let out = json(d, "dos sc.h5 --backend cpu --bins 50 --json -o dos.h5");
    let electrons = out["electrons"]["value"].as_array().unwrap();
    assert_eq!(electrons.last().unwrap().as_f64(), Some(2.0));
    let saved = bzint::io::results::ResultFile::read(&d.join("dos.h5"), Some("dos")).unwrap();
    let dos = saved.get("density_of_states").unwrap();
    assert_eq!(dos.data.len(), 50);
    let printed: Vec<f64> = out["density_of_states"]["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect();
    assert_eq!(dos.data, printed);
    let table = stdout(d, "dos sc.h5 --backend cpu --energy=-1:1:0.5 -q");
    assert_eq!(table.lines().filter(|l| !l.starts_with('#')).count(), 4);
}

#[test]
fn bxsf_written_from_a_file_gives_the_same_fermi_surface() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let file = data("cu.nscf.xml.gz");
    stdout(d, &format!("convert {file} -o cu.bxsf"));
    let one = json(d, &format!("fermi {file} --backend cpu --json"));
    let two = json(d, "fermi cu.bxsf --backend cpu --json");
    assert_eq!(one["conductivity_over_tau"], two["conductivity_over_tau"]);
    assert_eq!(one["dos_at_fermi_level"], two["dos_at_fermi_level"]);
}

#[test]
fn stdout_is_data_and_notes_go_to_stderr() {
    let directory = tempfile::tempdir().unwrap();
    let file = data("cu.nscf.xml.gz");
    let output = bzint(directory.path(), &format!("fermi {file} --backend cpu"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(err.contains("145 listed k-points") && !out.contains("listed k-points"));
    assert!(out.contains("conductivity_over_tau") && out.contains('±'));
    let quiet = bzint(directory.path(), &format!("fermi {file} --backend cpu -q"));
    assert!(quiet.stderr.is_empty());
}

/// Simple cubic with a = 3.5 Å: |b| = 2π/3.5 Å⁻¹ = 1.795 Å⁻¹, so that 0.15 Å⁻¹ needs 12 steps.
#[test]
fn kspacing_is_the_grid_of_its_number_of_steps() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    stdout(
        d,
        "model simple-cubic -n 8 --lattice-constant 3.5 --fermi-level 0.3 -o sc.h5",
    );
    let spaced = json(d, "fermi sc.h5 --kspacing 0.15 --backend cpu --json");
    assert_eq!(spaced["k_grid"], serde_json::json!([12, 12, 12]));
    let counted = json(d, "fermi sc.h5 --interpolate 12 --backend cpu --json");
    for name in ["conductivity_over_tau", "dos_at_fermi_level", "electrons"] {
        assert_eq!(spaced[name], counted[name], "{name}");
    }
    let refused = |words: &str| {
        let output = bzint(d, words);
        assert_eq!(output.status.code(), Some(2), "{words}");
        output.said()
    };
    for other in ["--interpolate 12", "--tolerance 1e-3"] {
        let text = refused(&format!("fermi sc.h5 --kspacing 0.15 {other}"));
        assert!(
            text.contains("--kspacing") && text.contains("cannot be used with"),
            "{text}"
        );
    }
    for spacing in ["0", "-0.1", "1e-9", "x", "nan"] {
        let text = refused(&format!("fermi sc.h5 --kspacing {spacing}"));
        assert!(text.contains("--kspacing"), "{text}");
    }
    assert!(stdout(d, "fermi --help").contains("KSPACING"));
}
