//! Transport in a field as a readable table.

use super::MagnetoReport;
use crate::report::budget::in_words;
use crate::report::format::{scalar, scientific};
use crate::surface::{InField, Row};
use crate::transport::{Levels, Scalar};
use std::fmt::Write;

/// A readable table.
pub fn magneto_table(report: &MagnetoReport) -> String {
    let mut s = String::new();
    let _ = writeln!(s, "Transport in a magnetic field of {}", report.input);
    let _ = writeln!(
        s,
        "  Fermi level  {:.6} eV ({})",
        report.fermi_ev, report.origin
    );
    let [a, b, c] = report.grid;
    let _ = writeln!(
        s,
        "  grid         {a}×{b}×{c}, orbits by lattice planes, {:.3} s",
        report.seconds
    );
    if report.per_tau {
        let _ = writeln!(
            s,
            "  no relaxation time is known: sigma is sigma/tau, kappa is kappa/tau, and B is B tau in T s"
        );
    }
    if let Some(file) = &report.scattering {
        let _ = writeln!(s, "  scattering   by {file}");
    }
    let unit = report.field_unit();
    let mut last = (usize::MAX, usize::MAX);
    let mut state = 0;
    for r in &report.rows {
        let here = (r.direction, r.state);
        if here != last {
            last = here;
            let (d, degrees) = &report.angles[r.direction];
            let [u, v, w] = d.indices;
            let _ = writeln!(
                s,
                "\n  B along {u} a1 + {v} a2 + {w} a3 ({:.4}, {:.4}, {:.4}), {degrees:.2}°; {}",
                d.unit[0],
                d.unit[1],
                d.unit[2],
                state_words(report, r.state)
            );
            if let Some(about) = report.abouts.get(state) {
                let _ = writeln!(
                    s,
                    "  {} orbits, {:.2} % of the states on open ones; planes and triangles agree to {:.1e}",
                    about.central.orbits,
                    100.0 * about.central.open,
                    about.planes_against_surface
                );
            }
            state += 1;
            let _ = writeln!(
                s,
                "  {:>10}  {:<24} {:<24} {:<24} {:<22} {:<22} {:<24}",
                format!("B {unit}"),
                "sigma_xx",
                "sigma_xy",
                "sigma_zz",
                "MR_xx",
                "MR_zz",
                "R_H m^3/C"
            );
        }
        let q = |of: fn(&InField) -> f64| number(r, of);
        let _ = writeln!(
            s,
            "  {:>10}  {:<24} {:<24} {:<24} {:<22} {:<22} {:<24}",
            format!("{}", r.field_t),
            scientific(q(|x| x.conductivity[0][0])),
            scientific(q(|x| x.conductivity[0][1])),
            scientific(q(|x| x.conductivity[2][2])),
            scalar(q(|x| x.magnetoresistance[0])),
            scalar(q(|x| x.magnetoresistance[2])),
            in_field(r, scientific(q(|x| x.hall))),
        );
    }
    let warm = |r: &&Row| report.states[r.state].temperature_k > 0.0;
    if report.rows.iter().any(|r| warm(&r)) {
        let _ = writeln!(
            s,
            "\n  {:>8}  {:>9}  {:>10}  {:<24} {:<24} {:<24} {:<24}",
            "T K",
            "mu eV",
            format!("B {unit}"),
            "S_xx V/K",
            "S_xy V/K",
            "Nernst V/(K T)",
            "kappa_xx W/(m K)"
        );
        for r in report.rows.iter().filter(warm) {
            let q = |of: fn(&InField) -> f64| scientific(number(r, of));
            let state = &report.states[r.state];
            let _ = writeln!(
                s,
                "  {:>8}  {:>9.4}  {:>10}  {:<24} {:<24} {:<24} {:<24}",
                state.temperature_k,
                state.mu.value - report.fermi_ev,
                r.field_t,
                q(|x| x.seebeck[0][0]),
                q(|x| x.seebeck[0][1]),
                in_field(r, q(|x| x.nernst)),
                q(|x| x.thermal[0][0])
            );
        }
    }
    if report.rows.iter().any(|r| !r.spins.is_empty()) {
        let _ = writeln!(
            s,
            "\n  {:>8}  {:>9}  {:>10}  {:<24} {:<24} {:<24} {:<24}",
            "T K",
            "mu eV",
            format!("B {unit}"),
            "sigma_xx up",
            "sigma_xy up",
            "sigma_xx down",
            "sigma_xy down"
        );
        for r in &report.rows {
            let state = &report.states[r.state];
            let _ = write!(
                s,
                "  {:>8}  {:>9.4}  {:>10}",
                state.temperature_k,
                state.mu.value - report.fermi_ev,
                r.field_t
            );
            for (value, bars) in &r.spins {
                for j in 0..2 {
                    let of = |x: &InField| x.conductivity[0][j];
                    let q = Scalar::from((of(value), bars.by_cause(of)));
                    let _ = write!(s, "  {:<23}", scientific(q));
                }
            }
            s.push('\n');
        }
    }
    if let Some(text) = widest(report) {
        let _ = writeln!(s, "\n  {text}.");
    }
    let _ = writeln!(
        s,
        "\n  Semiclassical, without magnetic breakdown, Berry curvature and Landau levels. Full tensors: --json, -o OUT.h5 or --csv OUT.csv."
    );
    s
}

/// What is per field, where there is one.
fn in_field(r: &Row, text: String) -> String {
    if r.field_t == 0.0 { "-".into() } else { text }
}

fn number(r: &Row, of: impl Fn(&InField) -> f64) -> Scalar {
    Scalar::from((of(&r.value), r.bars.by_cause(&of)))
}

/// Temperature and level in words.
fn state_words(report: &MagnetoReport, at: usize) -> String {
    let state = &report.states[at];
    let mut words = format!(
        "T = {} K, mu - E_F = {:.4} eV",
        state.temperature_k,
        state.mu.value - report.fermi_ev
    );
    if let (Levels::Dopings(all), Some(n)) = (&report.levels, all_carriers(report, at)) {
        let given = all[state.level];
        let kind = if given > 0.0 { "n-type" } else { "p-type" };
        let _ = write!(
            words,
            ", {kind} {:e} {} (n - p = {})",
            given.abs(),
            report.density_unit(),
            scientific(n)
        );
    }
    words
}

fn all_carriers(report: &MagnetoReport, at: usize) -> Option<Scalar> {
    report.states[at].carriers
}

/// What the widest bar of a diagonal conductivity is made of.
fn widest(report: &MagnetoReport) -> Option<String> {
    let all = report
        .rows
        .iter()
        .flat_map(|r| (0..3).map(move |i| (r.field_t, i, number(r, |x| x.conductivity[i][i]))));
    let relative = |q: &Scalar| q.error / q.value.abs();
    let known = all.filter(|(_, _, q)| relative(q).is_finite());
    let (field, i, q) = known.max_by(|a, b| relative(&a.2).total_cmp(&relative(&b.2)))?;
    let made_of = in_words(&q.shares[0]);
    let axis = ["xx", "yy", "zz"][i];
    (!made_of.is_empty()).then(|| {
        format!(
            "The widest bar, {:.2} % of sigma_{axis} at B = {field} {}, is {made_of}",
            100.0 * relative(&q),
            report.field_unit()
        )
    })
}
