//! `bzint transport --dimension 2 --scattering`: mechanisms that hold in any dimension against closed forms of the parabolic sheet,
//! inside the bars, and how the others are refused.

use crate::common::binary::{Finished, bzint_in};
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::fermi_dirac::window_integral;
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;
use std::sync::OnceLock;

const MASSES: [f64; 2] = [0.5, 0.2];
/// Where the conduction band begins, and the valence band mirrored, eV.
const EDGE: f64 = 0.25;
const MU: f64 = 0.3;

fn bzint(words: &str) -> Finished {
    bzint_in(
        files(),
        &format!("{words} --backend cpu --interpolate none"),
    )
}

/// Two parabolic bands of a sheet.
fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let n = [120, 120, 1];
        let grid = KGrid::gamma(n).unwrap();
        let rows = [[4.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 20.0]];
        let lattice = Lattice::new(rows).unwrap();
        let model = Model::ellipsoid([MASSES[0], MASSES[1], 1e9]);
        let parabola = ModelBands::new(model, lattice.clone(), grid, false).unwrap();
        let mut above = vec![0.0; grid.len()];
        parabola
            .read_planes(Field::Energy, 0, 0, 0, &mut above)
            .unwrap();
        let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, 2);
        header.n_electrons = Some(2.0);
        let energies = above.iter().map(|e| -EDGE - e);
        let energies = energies.chain(above.iter().map(|e| EDGE + e)).collect();
        let bands = BandGrid::new(header, energies).unwrap();
        bzint::io::hdf5::write(&directory.path().join("sheet.h5"), &bands, "a test").unwrap();
        directory
    });
    made.path()
}

/// The row of the sheet with these mechanisms of its electrons.
fn row(mechanisms: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mechanisms.toml");
    std::fs::write(&file, mechanisms).unwrap();
    let table: String = (0..=60)
        .map(|i| 0.1 * f64::from(i))
        .map(|e| format!("{e} {:e}\n", table(e)))
        .collect();
    std::fs::write(folder.path().join("tau.dat"), table).unwrap();
    let words = format!(
        "transport sheet.h5 --dimension 2 --mu-absolute {MU} --json --scattering {}",
        file.display()
    );
    let output = bzint(&words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "bzint {words}\n{errors}");
    let out: Value = serde_json::from_slice(&output.stdout).unwrap();
    out["rows"][0].clone()
}

/// τ of the table, s, at an energy above the edge, eV: linear in its logarithm, as tables are read.
fn table(energy: f64) -> f64 {
    2e-14 * (-energy / 0.4).exp()
}

#[track_caller]
fn covered(row: &Value, name: &str, i: usize, want: f64, widest: f64, beyond: f64) {
    let q = |part: &str| row[name][part][i][i].as_f64().unwrap();
    let (got, bar) = (q("value"), q("error"));
    assert!(
        (got - want).abs() <= bar + beyond * want.abs(),
        "{name}: {got:e} ± {bar:e}, expected {want:e}"
    );
    assert!(
        bar < widest * want.abs(),
        "{name}: {got:e} ± {bar:e} says little"
    );
}

/// A bin of k_BT/4 has one relaxation time: for τ ∝ E^r that is off by (1/4)²/12 · r/x of σ where the window falls, x ≈ 4. In no bar.
const STEPS: f64 = 1.0 / 16.0 / 12.0 / 4.0;

/// What a relaxation time ∝ E^{−1/2} adds to the relative error. Within E_h, the energy of a k-point next to the edge, no state is
/// where it should be, and they conduct as E^{1/2} there: (E_h/k_BT)^{3/2} of the whole, which goes as h³ and is in no bar.
fn singular() -> f64 {
    let step = |a: f64, mass: f64| {
        (HBAR * 2.0 * PI / (120.0 * a * 1e-10)).powi(2) / (2.0 * mass * ELECTRON_MASS) / EV
    };
    let next = (step(4.0, MASSES[0]) * step(5.0, MASSES[1])).sqrt();
    0.2 * (next / (BOLTZMANN_EV * 300.0)).powf(1.5)
}

/// σ_ii = e²(m_d/πħ²m_i) k_BT ∫x τ w dx of a sheet (x = E/k_BT), and the same S along both axes whatever the masses.
#[track_caller]
fn check(row: &Value, beyond: f64, tau: impl Fn(f64) -> f64) {
    check_within(row, 0.03, beyond, tau);
}

/// The same with bars of σ up to `widest` of it.
#[track_caller]
fn check_within(row: &Value, widest: f64, beyond: f64, tau: impl Fn(f64) -> f64) {
    let kt = BOLTZMANN_EV * 300.0;
    let eta = (MU - EDGE) / kt;
    let [j0, j1] = window_integral(eta, &[], |x| {
        let weight = x * tau(x * kt);
        Ok([weight, weight * (x - eta)])
    })
    .unwrap();
    let states = (MASSES[0] * MASSES[1]).sqrt() * ELECTRON_MASS / (PI * HBAR * HBAR);
    for (i, mass) in MASSES.iter().enumerate() {
        let sigma = ELEMENTARY_CHARGE.powi(2) * states / (mass * ELECTRON_MASS) * kt * EV * j0;
        covered(row, "sheet_conductivity", i, sigma, widest, beyond);
        covered(row, "seebeck", i, -BOLTZMANN_EV * j1 / j0, 0.03, beyond);
    }
    let seebeck = |i: usize| row["seebeck"]["value"][i][i].as_f64().unwrap();
    let bar = |i: usize| row["seebeck"]["error"][i][i].as_f64().unwrap();
    assert!((seebeck(0) - seebeck(1)).abs() <= bar(0) + bar(1));
}

#[test]
fn functions_of_the_energy_hold_for_sheets() {
    check(
        &row("[[electrons.constant_time]]\ntau_s = 1e-14\n"),
        0.0,
        |_| 1e-14,
    );
    for r in [-0.5, 1.5] {
        let text = format!("[[electrons.power_law]]\ntau_s = 1e-14\nexponent = {r}\n");
        let kt = BOLTZMANN_EV * 300.0;
        let beyond = if r < 0.0 { singular() } else { STEPS * r };
        check(&row(&text), beyond, |e| 1e-14 * (e / kt).powf(r));
    }
    check(
        &row("[[electrons.tabulated]]\nfile = \"tau.dat\"\n"),
        0.0,
        table,
    );
}

/// A sheet's density of states is constant, so that τ ∝ 1/DOS is. In bins it scatters, by 1 % on this grid, at the reference energy
/// too: that is in the bar. That of a three-dimensional valley would be off by √(E/0.1 eV).
#[test]
fn a_relaxation_time_by_the_density_of_states_takes_the_sheets_own() {
    // The masses of a section [electrons.valley] are not asked for, and do not matter.
    for valley in ["", "[electrons.valley]\ndos_mass = 3.0\n"] {
        let inverse = "[[electrons.inverse_dos]]\ntau_s = 3e-14\nreference_energy_ev = 0.1\n";
        check_within(&row(&format!("{valley}{inverse}")), 0.08, 0.0, |_| 3e-14);
    }
}

/// Each mechanism of three-dimensional bands: exit code 2, one line with the option, the mechanism, the file and what to do.
#[test]
fn mechanisms_of_three_dimensional_bands_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (key, parameters) in [
        ("mean_free_path", "mean_free_path_angstrom = 100"),
        (
            "acoustic",
            "deformation_potential_ev = 9\nelastic_constant_pa = 1.6e11",
        ),
        (
            "piezoelectric",
            "coupling_squared = 0.0026\nrelative_permittivity = 12.9",
        ),
        (
            "polar_optical",
            "phonon_energy_mev = 35\nstatic_permittivity = 12.9\nhigh_frequency_permittivity = 10.9",
        ),
        (
            "intervalley",
            "phonon_energy_mev = 62\ncoupling_ev_per_cm = 1e9\ndensity_kg_per_m3 = 2329\nfinal_valleys = 1",
        ),
        ("ionised_impurities", "relative_permittivity = 12.9"),
        (
            "neutral_impurities",
            "relative_permittivity = 12.9\ndensity_per_cm3 = 1e16",
        ),
        (
            "alloy",
            "scattering_potential_ev = 0.5\ncomposition = 0.3\nsite_volume_angstrom3 = 45",
        ),
    ] {
        for (section, first) in [
            ("electrons", ""),
            ("holes", "[[electrons.constant_time]]\ntau_s = 1e-14\n"),
        ] {
            let file = folder.path().join(format!("{section}_{key}.toml"));
            let valley = format!("[{section}.valley]\ndos_mass = 0.3\n");
            std::fs::write(
                &file,
                format!("{first}{valley}[[{section}.{key}]]\n{parameters}\n"),
            )
            .unwrap();
            for dimension in [2, 1] {
                let words = format!(
                    "transport sheet.h5 --dimension {dimension} --scattering {}",
                    file.display()
                );
                let output = bzint(&words);
                let text = String::from_utf8_lossy(&output.stderr).to_string();
                assert_eq!(output.status.code(), Some(2), "{words}: {text}");
                let mechanism = format!(
                    "--dimension {dimension}: [[{section}.{key}]] of {}",
                    file.display()
                );
                for expected in [
                    mechanism.as_str(),
                    "three-dimensional",
                    "`power_law`",
                    "--tau SECONDS",
                ] {
                    assert!(text.contains(expected), "{words}: {text}");
                }
                assert_eq!(text.trim_end().lines().count(), 1, "{text}");
                assert!(output.stdout.is_empty());
            }
            // Of the same file nothing is refused in three dimensions for its dimension.
            let words = format!(
                "transport sheet.h5 --mu-absolute {MU} --scattering {}",
                file.display()
            );
            let text = String::from_utf8_lossy(&bzint(&words).stderr).to_string();
            assert!(!text.contains("three-dimensional"), "{text}");
        }
    }
}
