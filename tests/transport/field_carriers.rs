//! Carriers of both signs as a user meets them: minorities however few, bands of one manifold, relaxation times that have thresholds.
//! Against closed forms: Boltzmann statistics of a cosine band, and the integrals of docs/physics §8.

use crate::common::binary::{Finished, bzint_in};
use crate::common::cubic;
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, PointGroup};
use bzint::scattering::{Conditions, ScatteringModel, Valley, total_rate};
use bzint::units::{BOLTZMANN_EV, ELECTRON_MASS, ELEMENTARY_CHARGE, EV, HBAR};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

/// Lattice constant, Å, and 2t of the bands with two masses, eV.
const A: f64 = 4.0;
const WIDTHS: [f64; 2] = [0.6, 0.4];

/// Bands E₀ ± w Σ(1 − cos 2πu_i) for (E₀, ±w), on n³ points of a cubic lattice, written as `name`.
struct Bands<'a> {
    name: &'a str,
    a: f64,
    n: usize,
    bands: &'a [(f64, f64)],
    fermi_ev: Option<f64>,
    electrons: Option<f64>,
    tau_s: Option<f64>,
}

impl Bands<'_> {
    fn write(&self, directory: &Path) {
        let n = self.n;
        let grid = KGrid::gamma([n; 3]).unwrap();
        let mut header = BandHeader::new(
            cubic(self.a),
            grid,
            SpinTreatment::Unpolarized,
            self.bands.len(),
        );
        header.fermi_level_ev = self.fermi_ev;
        header.n_electrons = self.electrons;
        header.point_group = PointGroup::of_lattice(&header.lattice, 1e-6);
        let point = |x: usize| [x / (n * n), x / n % n, x % n];
        let flat = |x: usize| -> f64 {
            let one = |i: usize| 1.0 - (2.0 * PI * i as f64 / n as f64).cos();
            point(x).map(one).iter().sum()
        };
        let all = 0..grid.len();
        let energies: Vec<f64> = self
            .bands
            .iter()
            .flat_map(|(e, w)| all.clone().map(move |x| e + w * flat(x)))
            .collect();
        let times = self.tau_s.map(|tau| vec![tau; energies.len()]);
        let bands = BandGrid::with_fields(header, energies, None, times).unwrap();
        bzint::io::hdf5::write(&directory.join(self.name), &bands, "a test").unwrap();
    }
}

fn run(directory: &Path, words: &str) -> Finished {
    bzint_in(directory, &format!("{words} --backend cpu"))
}

fn json(directory: &Path, words: &str) -> Value {
    run(directory, &format!("{words} --json -q")).json()
}

fn refusal(directory: &Path, words: &str) -> String {
    let output = run(directory, words);
    assert!(output.stdout.is_empty());
    output.refused()
}

/// Value and bar: of a tensor its first component; none where there is no number.
fn number(row: &Value, name: &str) -> Option<(f64, f64)> {
    let first = |mut v: Value| {
        while v.is_array() {
            v = v[0].clone();
        }
        v.as_f64()
    };
    Some((
        first(row[name]["value"].clone())?,
        first(row[name]["error"].clone())?,
    ))
}

/// Inside the bar, which is at most `widest` of the value.
#[track_caller]
fn holds(row: &Value, name: &str, exact: f64, widest: f64) {
    holds_within(row, name, exact, widest, 0.0);
}

/// Likewise where the exact value is known to a share `known` of it.
#[track_caller]
fn holds_within(row: &Value, name: &str, exact: f64, widest: f64, known: f64) {
    let (value, error) = number(row, name).unwrap_or_else(|| panic!("no {name}"));
    let bar = error + known * exact.abs();
    assert!(
        (value - exact).abs() <= bar && error <= widest * exact.abs(),
        "{name}: {value:e} ± {error:e}, exact {exact:e}"
    );
}

/// A cosine band of width w = 2t in Boltzmann statistics, in closed form by sums over the angle (which converge exponentially):
/// mobility per τ, ⟨εv²⟩/⟨v²⟩ in eV, and states per volume times e^{−ε/kT}, m⁻³.
fn classical(a: f64, w: f64, t: f64) -> (f64, f64, f64) {
    let kt = BOLTZMANN_EV * t;
    let n = 20_000;
    let (mut z, mut e, mut s, mut es) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..n {
        let k = 2.0 * PI * (f64::from(i) + 0.5) / f64::from(n);
        let energy = w * (1.0 - k.cos());
        let weight = (-energy / kt).exp() / f64::from(n);
        z += weight;
        e += weight * energy;
        s += weight * k.sin().powi(2);
        es += weight * energy * k.sin().powi(2);
    }
    let speed2 = (w * EV * a * 1e-10 / HBAR).powi(2) * s / z;
    let mobility = ELEMENTARY_CHARGE / (kt * EV) * speed2;
    (
        mobility,
        es / s + 2.0 * e / z,
        2.0 * z.powi(3) / (a * 1e-10).powi(3),
    )
}

/// Majority electrons at 1e18 cm⁻³; what the holes do is that of Boltzmann's statistics, whatever the gap and the temperature, from
/// 35 to 950 k_BT away. Where their density is no number it is not there, and ratios still are.
#[test]
fn a_minority_is_right_however_far_it_lies() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    for (gap, t) in [
        (0.9, 300.0),
        (1.12, 200.0),
        (1.1, 100.0),
        (3.5, 300.0),
        (3.3, 40.0),
    ] {
        for sign in [1.0, -1.0] {
            let (lower, upper) = if sign > 0.0 {
                (WIDTHS[1], WIDTHS[0])
            } else {
                (WIDTHS[0], WIDTHS[1])
            };
            Bands {
                name: "gap.h5",
                a: A,
                n: 12,
                bands: &[(0.0, -lower), (gap, upper)],
                fermi_ev: Some(0.5 * gap),
                electrons: Some(2.0),
                tau_s: None,
            }
            .write(d);
            let kind = if sign > 0.0 { "n" } else { "p" };
            let words = format!("transport gap.h5 -T {t} --doping {kind}1e18 --tau 1e-14 --hall");
            let row = &json(d, &words)["rows"][0];
            let (mu, _) = number(row, "chemical_potential").unwrap();
            let name = if sign > 0.0 { "holes" } else { "electrons" };
            let (mobility, heat, states) = classical(A, WIDTHS[1], t);
            let distance = if sign > 0.0 { mu } else { gap - mu };
            let what = format!("{name} {gap} eV {t} K");
            println!("{what}: {:.1} k_BT", distance / (BOLTZMANN_EV * t));
            holds(row, &format!("mobility_{name}"), mobility * 1e-14, 0.05);
            let seebeck = sign * (distance + heat) / t;
            holds(row, &format!("seebeck_{name}"), seebeck, 0.05);
            let ln = states.ln() - distance / (BOLTZMANN_EV * t);
            let density = format!("{}_density", name.trim_end_matches('s'));
            let conductivity = format!("conductivity_{name}");
            let sigma = ELEMENTARY_CHARGE * mobility * 1e-14 * ln.exp();
            match ln {
                ln if ln < -700.0 => {
                    assert_eq!(number(row, &density), None, "{what}");
                    assert_eq!(number(row, &conductivity), None, "{what}");
                    assert_eq!(number(row, "thermal_conductivity_bipolar"), None, "{what}");
                }
                _ => {
                    holds(row, &density, ln.exp() * 1e-6, 0.2);
                    holds(row, &conductivity, sigma, 0.2);
                    // (S_e − S_h)² T σ_eσ_h/(σ_e + σ_h), the few being next to nothing.
                    let other = if sign > 0.0 { "electrons" } else { "holes" };
                    let (s, _) = number(row, &format!("seebeck_{other}")).unwrap();
                    let bipolar = sigma * t * (s - seebeck).powi(2);
                    holds(row, "thermal_conductivity_bipolar", bipolar, 0.2);
                }
            }
            // The majority: with Hall, and S of all.
            let (all, _) = number(row, "seebeck").unwrap();
            assert!(all * sign < 0.0, "{what}");
        }
    }
}

/// Silicon with its measured gap: the mobility of a minority does not go by the doping of the others.
#[test]
fn silicons_holes_keep_their_mobility_among_electrons() {
    let Some(file) = crate::common::shared("qe/si/si.nscf.xml.gz") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let words = format!(
        "transport {} --scissor 1.12 -T 300 --doping n1e15,n1e17,n1e19,p1e19 --tau 1e-14 --no-hall --interpolator series",
        file.display()
    );
    let out = json(directory.path(), &words);
    let of = |row: usize, name: &str| number(&out["rows"][row], name).unwrap();
    for name in ["mobility_holes", "mobility_electrons"] {
        println!("{name}: {:?}", [0, 1, 2, 3].map(|r| of(r, name)));
    }
    // The bars are those of the interpolation of 16³ points, the same for all.
    for (name, rows) in [("mobility_holes", [1, 2]), ("mobility_electrons", [1, 3])] {
        let (alone, bar) = of(0, name);
        for row in rows {
            let (mobility, own) = of(row, name);
            assert!((mobility / alone - 1.0).abs() < 1e-3, "{mobility} {alone}");
            assert!(own > 0.0 && own < 1.1 * bar, "{own} {bar}");
        }
    }
}

const N: f64 = 1e12;

/// ⟨τ⟩ and ⟨τ²⟩/⟨τ⟩² of docs/physics §§5, 8 for carriers in Boltzmann statistics, by a midpoint sum in √x.
fn averages(model: &ScatteringModel, t: f64) -> (f64, f64) {
    let valley = Valley::spherical(MASS);
    let at = Conditions::new(t)
        .unwrap()
        .with_valley(valley)
        .with_carriers(N)
        .unwrap()
        .with_ionised(N);
    let mechanisms = &model.electrons.as_ref().unwrap().mechanisms;
    let (mut all, mut tau1, mut tau2) = (0.0, 0.0, 0.0);
    let steps = 60_000;
    for i in 0..steps {
        let s = 6.0 * (f64::from(i) + 0.5) / f64::from(steps);
        let x = s * s;
        let weight = x.powf(1.5) * (-x).exp() * s;
        let tau = 1.0 / total_rate(mechanisms, x * at.kt_ev(), &at).unwrap();
        all += weight;
        tau1 += weight * tau;
        tau2 += weight * tau * tau;
    }
    (tau1 / all, tau2 * all / (tau1 * tau1))
}

const MASS: f64 = 0.067;

const MECHANISMS: [(&str, &str); 11] = [
    (
        "acoustic",
        "[[electrons.acoustic]]\ndeformation_potential_ev = 7.0\nelastic_constant_pa = 1.44e11\n",
    ),
    (
        "piezoelectric",
        "[[electrons.piezoelectric]]\ne14_c_per_m2 = 0.16\nlongitudinal_elastic_constant_pa = 1.44e11\ntransverse_elastic_constant_pa = 4.9e10\nrelative_permittivity = 12.9\n",
    ),
    (
        "polar optical",
        "[[electrons.polar_optical]]\nphonon_energy_mev = 35.36\nstatic_permittivity = 12.90\nhigh_frequency_permittivity = 10.92\n",
    ),
    (
        "intervalley",
        "[[electrons.intervalley]]\nphonon_energy_mev = 27.0\ncoupling_ev_per_cm = 1e9\ndensity_kg_per_m3 = 5320\nfinal_valleys = 4\nenergy_offset_ev = 0.03\nfinal_dos_mass = 0.22\n[[electrons.constant_time]]\ntau_s = 3e-12\n",
    ),
    (
        "Brooks-Herring",
        "[[electrons.ionised_impurities]]\nrelative_permittivity = 12.9\ndensity_per_cm3 = 1e16\n",
    ),
    (
        "Conwell-Weisskopf",
        "[[electrons.ionised_impurities]]\nrelative_permittivity = 12.9\ndensity_per_cm3 = 1e16\ncutoff = \"conwell_weisskopf\"\n",
    ),
    (
        "neutral",
        "[[electrons.neutral_impurities]]\nrelative_permittivity = 12.9\ndensity_per_cm3 = 1e16\n",
    ),
    (
        "alloy",
        "[[electrons.alloy]]\nscattering_potential_ev = 0.5\ncomposition = 0.3\nsite_volume_angstrom3 = 45.0\n",
    ),
    (
        "a singular power",
        "[[electrons.power_law]]\ntau_s = 1e-13\nexponent = -1.0\n",
    ),
    ("a table", "[[electrons.tabulated]]\nfile = \"steps.csv\"\n"),
    (
        "all together",
        "[[electrons.acoustic]]\ndeformation_potential_ev = 7.0\nelastic_constant_pa = 1.44e11\n[[electrons.polar_optical]]\nphonon_energy_mev = 35.36\nstatic_permittivity = 12.90\nhigh_frequency_permittivity = 10.92\n[[electrons.ionised_impurities]]\nrelative_permittivity = 12.9\ndensity_per_cm3 = 1e15\n",
    ),
];

/// A parabolic band (a cosine band 114 eV wide) with each mechanism: mobility and Hall factor are those of the integrals, inside bars of
/// half a per cent or so at the tolerance that is the default.
#[test]
fn thresholds_and_singular_times_are_averaged_exactly() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let a = 1.0;
    let w = HBAR * HBAR / (MASS * ELECTRON_MASS * (a * 1e-10_f64).powi(2)) / EV;
    Bands {
        name: "parabola.h5",
        a,
        n: 8,
        bands: &[(-3.0, -w), (0.0, w)],
        fermi_ev: Some(-1.5),
        electrons: Some(2.0),
        tau_s: None,
    }
    .write(d);
    // Two steps within k_BT/4.
    let table = "0 1e-13\n0.0367 1e-13\n0.03671 1e-14\n0.0380 1e-14\n0.03801 3e-13\n9 3e-13\n";
    std::fs::write(d.join("steps.csv"), table).unwrap();
    for (name, text) in MECHANISMS {
        let text = format!("[electrons.valley]\ndos_mass = {MASS}\n{text}");
        std::fs::write(d.join("model.toml"), text).unwrap();
        let model = ScatteringModel::read(&d.join("model.toml")).unwrap();
        let words = format!(
            "transport parabola.h5 -T 77,300,600 --doping n{N:e} --scattering model.toml --hall"
        );
        let out = json(d, &words);
        for (row, t) in [77.0, 300.0, 600.0].into_iter().enumerate() {
            let row = &out["rows"][row];
            let (tau, factor) = averages(&model, t);
            let mobility = ELEMENTARY_CHARGE * tau / (MASS * ELECTRON_MASS);
            println!(
                "{name} {t} K: {:?} {mobility:e}, {:?} {factor}",
                number(row, "mobility_electrons"),
                number(row, "hall_factor")
            );
            // τ² of a singular power is carried by the edge itself.
            let widest = if name.contains("singular") {
                0.05
            } else {
                0.01
            };
            // To the band's k⁴, which is of order k_BT over its width.
            let known = BOLTZMANN_EV * t / w;
            holds_within(row, "mobility_electrons", mobility, 0.01, known);
            holds_within(row, "hall_factor", factor, widest, known);
            // Holes, of which the model says nothing, are not there.
            assert_eq!(number(row, "mobility_holes"), None);
        }
    }
}

/// Conduction bands alone, and valence bands alone: however that is said, in every command, they are what they are in the whole model.
#[test]
fn bands_of_one_manifold_need_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let write = |name: &str, bands: &[(f64, f64)], fermi_ev, electrons| {
        Bands {
            name,
            a: A,
            n: 12,
            bands,
            fermi_ev,
            electrons,
            tau_s: None,
        }
        .write(d);
    };
    let w = WIDTHS[0];
    write("whole.h5", &[(-1.4, -w), (0.0, w)], Some(-0.7), Some(2.0));
    write("upper.h5", &[(0.0, w)], None, None);
    write("level.h5", &[(0.0, w)], Some(-0.7), Some(0.0));
    write("full.h5", &[(0.0, -w)], Some(0.2), Some(2.0));
    let whole = json(d, "transport whole.h5 -T 300 --doping n1e19");
    let (seebeck, bar) = number(&whole["rows"][0], "seebeck").unwrap();
    let (level, level_bar) = number(&whole["rows"][0], "chemical_potential").unwrap();
    let (_, heat, states) = classical(A, w, 300.0);
    let kt = BOLTZMANN_EV * 300.0;
    let alike = |words: &str, sign: f64| {
        let out = json(d, words);
        let row = &out["rows"][0];
        let (s, own) = number(row, "seebeck").unwrap();
        assert!(
            (s - sign * seebeck).abs() <= own + bar,
            "{words}: {s:e} {seebeck:e}"
        );
        let (mu, own) = number(row, "chemical_potential").unwrap();
        assert!(
            (mu - sign * level).abs() <= own + level_bar,
            "{words}: {mu} {level}"
        );
        assert!(out["gap"].is_null());
        let absent = if sign > 0.0 {
            "hole_density"
        } else {
            "electron_density"
        };
        assert_eq!(number(row, absent), None, "{words}");
    };
    for words in [
        "upper.h5 --electrons 0",
        "upper.h5 --fermi-level -0.3",
        "upper.h5 --electrons 0 --interpolate 64",
        "level.h5",
        "level.h5 --fermi-level file",
        "level.h5 --fermi-level electrons",
    ] {
        alike(&format!("transport {words} -T 300 --doping n1e19"), 1.0);
    }
    for words in [
        "full.h5",
        "full.h5 --electrons 2",
        "full.h5 --fermi-level 0.3",
    ] {
        alike(&format!("transport {words} -T 300 --doping p1e19"), -1.0);
    }
    // Far down in the gap, with no level at all: Boltzmann's statistics.
    let out = json(d, "transport upper.h5 -T 300 --mu-absolute=-0.4,-0.3");
    for (row, mu) in [(0, -0.4), (1, -0.3)] {
        let row = &out["rows"][row];
        holds(row, "seebeck", (mu - heat) / 300.0, 0.01);
        holds(
            row,
            "carrier_density",
            states * 1e-6 * (mu / kt).exp(),
            0.02,
        );
    }
    // With mechanisms, whose energies count from the one edge there is.
    std::fs::write(
        d.join("constant.toml"),
        "[[electrons.constant_time]]\ntau_s = 1e-14\n",
    )
    .unwrap();
    let scattered = json(
        d,
        "transport upper.h5 --electrons 0 -T 300 --doping n1e16 --scattering constant.toml",
    );
    let (mobility, _, _) = classical(A, w, 300.0);
    holds(
        &scattered["rows"][0],
        "mobility_electrons",
        mobility * 1e-14,
        0.01,
    );
    // The other commands.
    let fermi = json(d, "fermi upper.h5 --fermi-level -0.3");
    assert_eq!(number(&fermi, "dos_at_fermi_level").unwrap().0, 0.0);
    assert_eq!(number(&fermi, "electrons").unwrap().0, 0.0);
    assert!(
        fermi["fermi_level_origin"]
            .as_str()
            .unwrap()
            .contains("below all bands")
    );
    let text = run(d, "fermi full.h5");
    assert!(String::from_utf8_lossy(&text.stdout).contains("it lies in a gap"));
    assert!(json(d, "dos upper.h5").is_object());
    let best = json(d, "optimize upper.h5 --electrons 0 -T 300");
    assert_eq!(best["rows"].as_array().unwrap().len(), 1);
    assert_eq!(best["rows"][0]["carriers"], "n");
    let best = json(d, "optimize full.h5 -T 300");
    assert_eq!(best["rows"][0]["carriers"], "p");
    // What cannot be.
    assert!(refusal(d, "transport upper.h5 --electrons 0 --doping p1e19").contains("p-type"));
    assert!(refusal(d, "optimize upper.h5 --electrons 0 --carriers p").contains("--carriers"));
    assert!(
        refusal(d, "transport upper.h5 --fermi-level -100 --doping n1e19")
            .contains("more than any gap")
    );
    let acceptors = "transport upper.h5 --electrons 0 --doping n1e19 --acceptors 1e17:0.05";
    assert!(refusal(d, acceptors).contains("--acceptors"));
    assert!(refusal(d, "transport upper.h5 --doping n1e19").contains("--electrons"));
}

/// Rates where times are wanted, and times without their unit.
#[test]
fn numbers_that_are_no_relaxation_times_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let write = |name: &str, tau: Option<f64>| {
        Bands {
            name,
            a: A,
            n: 8,
            bands: &[(0.0, -0.3), (1.0, 0.3)],
            fermi_ev: Some(0.5),
            electrons: Some(2.0),
            tau_s: tau,
        }
        .write(d);
    };
    write("plain.h5", None);
    write("rates.h5", Some(1e14));
    write("long.h5", Some(5e-9));
    let error = refusal(d, "transport rates.h5 --doping n1e19");
    assert!(
        error.contains("1e14 s") && error.contains("rate in 1/s"),
        "{error}"
    );
    let output = run(d, "transport long.h5 --doping n1e19 -q");
    let warning = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(
        output.status.success() && warning.contains("5e-9 s"),
        "{warning}"
    );
    let output = run(d, "transport rates.h5 --doping n1e19 --tau 30");
    let warning = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(
        output.status.success() && warning.contains("warning: --tau: 30 s"),
        "{warning}"
    );

    let with = |text: &str| {
        let path: PathBuf = d.join("m.toml");
        std::fs::write(path, format!("[electrons.valley]\ndos_mass = 0.3\n{text}")).unwrap();
        "transport plain.h5 --doping n1e19 --scattering m.toml"
    };
    std::fs::write(d.join("rates.csv"), "0 1e13\n0.5 2e14\n").unwrap();
    let error = refusal(d, with("[[electrons.tabulated]]\nfile = \"rates.csv\"\n"));
    assert!(
        error.contains("line 1") && error.contains("rate in 1/s"),
        "{error}"
    );
    for text in [
        "[[electrons.constant_time]]\ntau_s = 30\n",
        "[[electrons.power_law]]\ntau_s = 30\nexponent = 0\n",
        "[[electrons.inverse_dos]]\ntau_s = 30\nreference_energy_ev = 0.1\n",
    ] {
        let error = refusal(d, with(text));
        assert!(
            error.contains("line 4") && error.contains("femtoseconds"),
            "{error}"
        );
    }
    let output = run(d, with("[[electrons.constant_time]]\ntau_s = 1e-19\n"));
    let warning = String::from_utf8_lossy(&output.stderr).to_string();
    assert!(
        output.status.success() && warning.contains("constant_time"),
        "{warning}"
    );
}

/// A millikelvin asks for more bins than there is room for: that is said at once.
#[test]
fn temperatures_too_low_to_search_at_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    Bands {
        name: "metal.h5",
        a: A,
        n: 8,
        bands: &[(0.0, 0.5)],
        fermi_ev: Some(1.0),
        electrons: None,
        tau_s: None,
    }
    .write(d);
    let start = std::time::Instant::now();
    let error = refusal(d, "optimize metal.h5 -T 0.001");
    assert!(
        error.contains("energy bins") && start.elapsed().as_secs() < 20,
        "{error}"
    );
}
