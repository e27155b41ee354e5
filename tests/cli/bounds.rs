//! `bzint bounds` as users type it: values of docs/physics §16, §17, §22, files, and wrong calls.

use crate::common::binary::{self, Finished};
use bzint::io::results::ResultFile;
use serde_json::Value;

fn bzint(words: &str) -> Finished {
    binary::bzint(&format!("bounds {words}"))
}

fn json(words: &str) -> Value {
    bzint(&format!("{words} --json")).json()
}

#[test]
fn bounds_have_the_values_of_the_page_in_every_form() {
    let all = json("--alpha-a 1e-2:1e6:log");
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 9);
    let of = |row: &Value, name: &str| row[name]["value"].as_f64().unwrap();
    for (row, lower, zt) in [
        (0, 1.15091221427, 0.0126191600559),
        (3, 2.22774157763, 6.03599828252),
        (8, 3.21630202503, 13933.0972657),
    ] {
        assert!((of(&rows[row], "window_lower") / lower - 1.0).abs() < 1e-11);
        assert!((of(&rows[row], "figure_of_merit") / zt - 1.0).abs() < 1e-11);
        let check = of(&rows[row], "figure_of_merit_from_moments");
        assert!((check / zt - 1.0).abs() < 1e-10);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b.h5");
    let table = bzint(&format!(
        "--zt 3 --hot 600 --cold 300 -T 300 -o {}",
        file.display()
    ));
    let text = table.text();
    // zT = 3: x₂ = 3x₁, efficiencies 0.4 and 0.3 of Carnot's ½.
    for part in [
        "1.956018142",
        "5.868054428",
        "0.050567",
        "0.151701",
        "0.200000",
        "0.150000",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        text.contains("0.8842191894") && text.contains("0.7715760"),
        "{text}"
    );
    let read = ResultFile::read(&file, Some("bounds")).unwrap();
    assert!((read.get("window_upper").unwrap().data[0] - 5.86805442869).abs() < 1e-9);
}

#[test]
fn wrong_bounds_are_one_clear_sentence() {
    for (words, expected) in [
        ("--alpha-a 0", "not above 0"),
        ("--alpha-a -3", "not above 0"),
        ("--alpha-a 1e300", "between 1e-12 and 1e12"),
        ("--alpha-a 1:10:logx", "log"),
        ("--zt 1e30", "zT"),
        ("--hot 300 --cold 300", "above a cold side"),
        ("--hot 600 --cold 300 --power 1.5", "at most 1"),
        ("--hot 600", "--cold"),
        ("-T -300", "-300"),
        ("--alpha-a 1 --zt 1", "cannot be used with"),
    ] {
        let output = bzint(words);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}: {text}");
        assert!(text.contains(expected), "{words}: {text}");
        assert!(output.stdout.is_empty());
    }
}

/// docs/physics §15, §16, §17: numbers that follow from those that the commands print.
#[test]
fn constants_of_the_page_follow() {
    use bzint::bounds::{BoxOptimum, MAHAN_SOFO, efficiency_at_most_power, largest_power_w};
    use bzint::units::{BOHR_RADIUS, BOLTZMANN, PLANCK};
    let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 2e-9, "{got} {want}");
    // P_max = A₀ (π²/h) k_B² ΔT², η = η_C/[1 + C₀(1 + θ)].
    let unit = (std::f64::consts::PI * BOLTZMANN * 100.0).powi(2) / PLANCK;
    close(largest_power_w(400.0, 300.0) / unit, 0.03205262323739);
    let (carnot, theta) = (0.25, 0.75);
    let c0 = (carnot / efficiency_at_most_power(400.0, 300.0) - 1.0) / (1.0 + theta);
    close(c0, 0.93592632575799);
    // At zT = 3 the window's middle is 3.912; a δ-function of fixed weight has zT = α s₀ x²w(x) at most.
    let three = BoxOptimum::with_figure_of_merit(3.0).unwrap();
    close(0.5 * (three.lower + three.upper), 3.91203629);
    let x: f64 = MAHAN_SOFO;
    close(x * x * bzint::fermi_dirac::window(x), 0.439228839890645);
    // A = L a₀ ⟨Ξ⟩/(π a_y a_z) of the source, twice Landauer's: L = 100 nm, Ξ = 2, 5 Å.
    let a = 1e-7 * BOHR_RADIUS * 2.0 / (std::f64::consts::PI * 25e-20);
    close(a, 13.4753870127);
    close(0.5 * a, 6.73769350637);
}
