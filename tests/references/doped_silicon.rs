//! Doped silicon from a 16³ run beside BoltzTraP2's `dope` on the same run, with 60 vectors a k-point.

use crate::common::binary::{command, finish};
use crate::common::shared;

/// n and p (cm⁻³, electrons negative as BoltzTraP2's files have them) to S (µV/K), σ/τ (1/(Ω m s)) and R_H (m³/C).
fn theirs(text: &str) -> Vec<[f64; 4]> {
    let rows = text.lines().filter(|l| !l.starts_with('#'));
    rows.map(|line| {
        let column: Vec<f64> = line
            .split_whitespace()
            .map(|x| x.parse().unwrap())
            .collect();
        [column[2], 1e6 * column[4], column[5], column[6]]
    })
    .collect()
}

/// S within 1 % and σ/τ and R_H within 2.5 %: bins of 13 meV and a grid of 101³ points leave that in BoltzTraP2's, whose interpolant
/// is the same but for its 95 vectors a k-point.
#[test]
fn seebeck_conductivity_and_hall_are_boltztraps() {
    let (Some(bands), Some(reference)) = (
        shared("qe/si/si.nscf.xml.gz"),
        shared("ref_bt2/si_m60.dope.trace"),
    ) else {
        return;
    };
    let reference = theirs(&std::fs::read_to_string(reference).unwrap());
    let output = finish(
        command()
            .arg("transport")
            .arg(&bands)
            .args(["--tolerance", "3e-3", "-T", "300", "--backend", "cpu"])
            // Theirs is a series of sorted bands.
            .args(["--interpolator", "series"])
            .args(["--doping", "n1e20,n1e19,n1e18,p1e18,p1e19,p1e20", "--json"]),
    );
    let json = output.json();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), reference.len());
    for (row, [doping, seebeck, conductivity, hall]) in rows.iter().zip(reference) {
        let mean = |key: &str| {
            let t = &row[key]["value"];
            (0..3).map(|i| t[i][i].as_f64().unwrap()).sum::<f64>() / 3.0
        };
        let s = mean("seebeck");
        let s = if row["seebeck"]["unit"] == "uV/K" {
            s
        } else {
            1e6 * s
        };
        let sigma = mean("conductivity_over_tau");
        let r = row["hall_coefficient"]["value"].as_f64().unwrap();
        println!(
            "{doping:e}: S {s:.1} / {seebeck:.1}, sigma {sigma:.4e} / {conductivity:.4e}, R_H {r:.4e} / {hall:.4e}"
        );
        assert!((s / seebeck - 1.0).abs() < 0.01, "S {s} {seebeck}");
        assert!(
            (sigma / conductivity - 1.0).abs() < 0.025,
            "{sigma} {conductivity}"
        );
        assert!((r / hall - 1.0).abs() < 0.025, "R_H {r} {hall}");
    }
}

/// Dopings from 1e8 to 1e23 cm⁻³ at 2 K: another interpolation moves the edges by many k_BT, and the chemical potentials of the bars'
/// variations are found between brackets where Newton's method does not end.
#[test]
fn chemical_potentials_are_found_at_two_kelvin_whatever_the_doping() {
    let Some(bands) = shared("qe/si/si.nscf.xml.gz") else {
        return;
    };
    let output = finish(
        command()
            .arg("transport")
            .arg(&bands)
            .args(["--tolerance", "1e-2", "-T", "2,300", "--backend", "cpu"])
            .args(["--interpolator", "series"])
            .args([
                "--scissor",
                "1.12",
                "--doping",
                "n1e8,n1e22,n1e23",
                "--json",
                "-q",
            ]),
    );
    let json = output.json();
    for (row, doping) in json["rows"]
        .as_array()
        .unwrap()
        .iter()
        .zip([1e8, 1e22, 1e23, 1e8, 1e22, 1e23])
    {
        let n = row["carrier_density"]["value"].as_f64().unwrap();
        assert!((n / doping - 1.0).abs() < 1e-6, "{n:e} {doping:e}");
    }
}
