//! Tables of bands that touch: whatever a Fourier series makes of them, the bars hold the truth.

use crate::common::binary::bzint_with;
use crate::common::shared;
use serde_json::Value;

/// A quantity's [row][column], and its bar.
fn entry(row: &Value, name: &str, at: &[usize]) -> (f64, f64) {
    let of = |key: &str| {
        let all = &row[name][key];
        at.iter().fold(all, |x, i| &x[*i]).as_f64().unwrap()
    };
    (of("value"), of("error"))
}

/// Rows of `bzint transport` at 300 K by the series of sorted bands, which has the kinks.
fn rows(file: &str, dopings: &str) -> Option<Vec<Value>> {
    let path = shared(&format!("../field/{file}"))?;
    let path = path.to_str().unwrap();
    let words = [
        "transport",
        path,
        "-T",
        "300",
        "--doping",
        dopings,
        "--hall",
        "--interpolator",
        "series",
        "--json",
        "-q",
    ];
    let found = bzint_with(&words).json();
    Some(found["rows"].as_array().unwrap().clone())
}

/// Valence bands that touch at Γ as silicon's do, from 16³ and 12³ points: pockets smaller than a step, off by a third to a half.
/// k·p perturbation theory on two meshes says what is right.
#[test]
fn bars_of_a_warped_valence_band_hold() {
    let right = [
        (8.7564e16, 514.778e-6, 4.4801e11, 4.271e-6),
        (8.7502e17, 317.650e-6, 4.5452e12, 4.287e-7),
        (8.7054e18, 132.581e-6, 5.0888e13, 4.441e-8),
    ];
    for n in [16, 12] {
        let file = format!("warped-valence-band/warped_{n}.h5");
        let Some(rows) = rows(&file, "p1e18,p1e19,p1e20") else {
            return;
        };
        let mut ratios = Vec::new();
        for (row, (sigma, s, kappa, hall)) in rows.iter().zip(right) {
            for (name, at, right) in [
                ("conductivity_over_tau", &[0, 0][..], sigma),
                ("seebeck", &[0, 0], s),
                ("thermal_conductivity_electronic_over_tau", &[0, 0], kappa),
                ("hall", &[0, 1, 2], hall),
            ] {
                let (value, bar) = entry(row, name, at);
                let off = (value.abs() - right).abs();
                println!("{n} {name}: {value:e} ± {bar:e}, right {right:e}");
                assert!(
                    off <= bar,
                    "{n} {name}: {value:e} ± {bar:e}, right {right:e}"
                );
                ratios.push(bar / off);
            }
        }
        ratios.sort_by(f64::total_cmp);
        let median = ratios[ratios.len() / 2];
        println!("{n}: median bar over error {median}");
        assert!(median < 8.0, "{median}");
    }
}

/// A band of cosines in a cubic cell of four, where it meets itself on whole planes, against its own cell.
#[test]
fn bars_of_a_folded_band_hold() {
    for n in [12, 10] {
        let file = format!("folded-tb-taken-for-finite-sum/conv{n}.h5");
        let Some(rows) = rows(&file, "n1e19") else {
            return;
        };
        for (name, right) in [
            ("conductivity_over_tau", 1.416615e17),
            ("seebeck", -380.928e-6),
        ] {
            let (value, bar) = entry(&rows[0], name, &[0, 0]);
            println!("{n} {name}: {value:e} ± {bar:e}, right {right:e}");
            assert!(
                (value - right).abs() <= bar,
                "{n} {name}: {value:e} ± {bar:e}"
            );
            assert!(bar < 0.06 * right.abs(), "{n} {name}: {value:e} ± {bar:e}");
        }
    }
}
