//! `bzint transport --spin-resolved`: two currents add up, an altermagnet's channels keep their own symmetry, a half-metal's current
//! is polarised, and what cannot be resolved is refused.

use crate::common::binary::{Finished, bzint_in};
use crate::common::cubic;
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::transport::channel_group;
use serde_json::Value;
use std::f64::consts::TAU;
use std::path::Path;
use std::sync::OnceLock;

const N: usize = 20;

/// One band a channel: E = shift − 2 Σ t_i cos(2πu_i).
fn bands(spin: SpinTreatment, channels: &[([f64; 3], f64)]) -> BandGrid {
    let lattice = cubic(4.0);
    let grid = KGrid::gamma([N; 3]).unwrap();
    let mut header = BandHeader::new(lattice.clone(), grid, spin, 1);
    let same = channels.iter().all(|(t, _)| t[0] == t[1] && t[1] == t[2]);
    header.point_group = PointGroup::of_lattice(&lattice, 1e-6)
        // Those of the axis z, where x and y are not alike in one channel: exchanged by a quarter turn.
        .filter(|r| same || r[2][2].abs() == 1);
    header.fermi_level_ev = Some(-0.4);
    let mut energies = Vec::new();
    for (t, shift) in channels {
        for x in 0..N * N * N {
            let u = [x / (N * N), x / N % N, x % N].map(|j| j as f64 / N as f64);
            let sum: f64 = (0..3).map(|i| t[i] * (TAU * u[i]).cos()).sum();
            energies.push(shift - 2.0 * sum);
        }
    }
    BandGrid::new(header, energies).unwrap()
}

fn altermagnet() -> BandGrid {
    let channels = [([0.6, 0.3, 0.4], 0.0), ([0.3, 0.6, 0.4], 0.0)];
    bands(SpinTreatment::Collinear, &channels)
}

fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let save = |name: &str, bands: BandGrid| {
            bzint::io::hdf5::write(&directory.path().join(name), &bands, "a test").unwrap();
        };
        let t = [0.5; 3];
        use SpinTreatment::{Collinear, Spinor, Unpolarized};
        save("ferro.h5", bands(Collinear, &[(t, 0.0), (t, 0.7)]));
        save("alter.h5", altermagnet());
        save("half.h5", bands(Collinear, &[(t, 0.0), (t, 30.0)]));
        save("plain.h5", bands(Unpolarized, &[(t, 0.0)]));
        save("spinor.h5", bands(Spinor, &[(t, 0.0)]));
        directory
    });
    made.path()
}

fn bzint(words: &str) -> Finished {
    let words = format!("transport {words} --interpolate none --backend cpu");
    bzint_in(files(), &words)
}

fn rows(words: &str) -> Vec<Value> {
    let out = bzint(&format!("{words} --json")).json();
    out["rows"].as_array().unwrap().clone()
}

fn tensor(row: &Value, name: &str, i: usize, j: usize) -> f64 {
    let x = &row[name]["value"][i][j];
    x.as_f64()
        .unwrap_or_else(|| panic!("{name}: {}", row[name]))
}

/// σ = σ_up + σ_down, σS = σ_up S_up + σ_down S_down, at one μ; the down channel is the up channel at another level.
#[test]
fn two_currents_add_up_and_are_those_of_shifted_bands() {
    let words = "ferro.h5 -T 300,700 --mu-absolute -0.4,0.3 --spin-resolved";
    let all = rows(words);
    assert_eq!(all.len(), 4);
    for row in &all {
        let of = |name: &str| tensor(row, name, 0, 0);
        let (up, down) = (
            of("conductivity_up_over_tau"),
            of("conductivity_down_over_tau"),
        );
        let sigma = of("conductivity_over_tau");
        assert!(
            ((up + down) / sigma - 1.0).abs() < 1e-9,
            "{up:e} {down:e} {sigma:e}"
        );
        let s = (up * of("seebeck_up") + down * of("seebeck_down")) / sigma;
        let bar = row["seebeck"]["error"][0][0].as_f64().unwrap();
        // Each is extrapolated by itself: products hold to the second order of what is taken off.
        assert!(
            (s - of("seebeck")).abs() <= 0.1 * bar + 1e-12,
            "{s:e} {bar:e}"
        );
        let closed = of("thermal_conductivity_closed_up_over_tau")
            + of("thermal_conductivity_closed_down_over_tau");
        assert!((closed / of("thermal_conductivity_closed_over_tau") - 1.0).abs() < 1e-9);
        let p = row["conductivity_spin_polarization"]["value"]
            .as_f64()
            .unwrap();
        assert!((p - (up - down) / (up + down)).abs() < 1e-9);
    }
    // Down at 0.3 eV is up at −0.4 eV.
    let (up, down) = ("conductivity_up_over_tau", "conductivity_down_over_tau");
    for t in 0..2 {
        let (a, b) = (
            tensor(&all[2 * t], up, 1, 1),
            tensor(&all[2 * t + 1], down, 1, 1),
        );
        assert!((a / b - 1.0).abs() < 1e-3, "{a:e} {b:e}");
    }
    let plain = rows("ferro.h5 -T 300,700 --mu-absolute -0.4,0.3");
    for (a, b) in plain.iter().zip(&all) {
        assert_eq!(a["conductivity_over_tau"], b["conductivity_over_tau"]);
        assert!(a["conductivity_up_over_tau"].is_null());
    }
}

/// A quarter turn exchanges the channels of an altermagnet: together they conduct alike along x and y, each by itself does not.
#[test]
fn an_altermagnets_channels_keep_their_own_symmetry() {
    let source = altermagnet();
    assert_eq!(channel_group(&source).unwrap().order(), 8);
    let row = &rows("alter.h5 --spin-resolved --tau 1e-14")[0];
    let of = |name: &str, i| tensor(row, name, i, i);
    assert!((of("conductivity", 0) / of("conductivity", 1) - 1.0).abs() < 1e-9);
    assert!(of("conductivity_up", 0) > 1.5 * of("conductivity_up", 1));
    assert!((of("conductivity_up", 0) / of("conductivity_down", 1) - 1.0).abs() < 0.02);
    let sum = of("conductivity_up", 0) + of("conductivity_down", 0);
    let bar = row["conductivity"]["error"][0][0].as_f64().unwrap();
    assert!(
        (sum - of("conductivity", 0)).abs() <= bar,
        "{sum:e} ± {bar:e}"
    );
}

/// A channel without states near the level carries nothing and has no Seebeck coefficient.
#[test]
fn a_half_metals_current_is_polarised() {
    let row = &rows("half.h5 --spin-resolved")[0];
    assert_eq!(row["conductivity_spin_polarization"]["value"], 1.0);
    assert_eq!(tensor(row, "conductivity_down_over_tau", 0, 0), 0.0);
    assert!(row["seebeck_down"]["value"][0][0].is_null());
    assert_eq!(
        tensor(row, "seebeck_up", 0, 0),
        tensor(row, "seebeck", 0, 0)
    );
}

#[test]
fn bands_without_two_channels_are_refused_and_tables_say_both() {
    for (words, expected) in [
        ("plain.h5 --spin-resolved", "unpolarized"),
        ("spinor.h5 --spin-resolved", "no definite spin"),
    ] {
        let output = bzint(words);
        let text = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains(expected) && text.contains("--spin-resolved"),
            "{text}"
        );
    }
    let output = bzint("ferro.h5 --spin-resolved --doping 1e18 -o ferro_out.h5");
    let text = output.text();
    assert!(
        text.contains("conductivity_up_over_tau")
            && text.contains("conductivity_spin_polarization"),
        "{text}"
    );
    let file = files().join("ferro_out.h5");
    let file = bzint::io::results::ResultFile::read(&file, Some("transport")).unwrap();
    assert_eq!(file.get("seebeck_down").unwrap().unit, "V/K");
}
