//! The figure of transport in a field: magnetoresistance over the field, or over the field's angle.

use super::frame::{COLOURS, LEFT, RIGHT, TOP, WIDTH, axes, head};
use super::magneto::MagnetoReport;
use crate::surface::Row;
use std::fmt::Write;

/// An SVG of it: magnetoresistances for currents along x, y, z with their bars, at the first temperature and chemical potential; over the field in the first
/// direction, or over the angle in the strongest field where there are several directions.
pub fn magneto_figure(report: &MagnetoReport) -> String {
    let mut s = head();
    let Some(first) = report.rows.first() else {
        return s + "</svg>\n";
    };
    let scan = report.angles.len() > 1;
    let strongest = report
        .rows
        .iter()
        .map(|r| r.field_t.abs())
        .fold(0.0, f64::max);
    let same = |r: &&Row| {
        let state = r.temperature_k == first.temperature_k && r.mu_ev == first.mu_ev;
        let own = match scan {
            true => r.field_t.abs() == strongest,
            false => r.direction == 0,
        };
        state && own
    };
    let abscissa = |r: &Row| match scan {
        true => report.angles[r.direction].1,
        false => r.field_t,
    };
    let rows: Vec<&Row> = report.rows.iter().filter(same).collect();
    let bounds = |of: &dyn Fn(&Row) -> (f64, f64)| {
        rows.iter().fold((f64::MAX, f64::MIN), |(l, h), r| {
            let (a, b) = of(r);
            (l.min(a), h.max(b))
        })
    };
    let x = bounds(&|r| (abscissa(r), abscissa(r)));
    let values = |r: &Row| (r.value.magnetoresistance, r.error.magnetoresistance);
    let y = bounds(&|r| {
        let (v, e) = values(r);
        let all = |pick: fn(f64, f64) -> f64, sign: f64| {
            (0..3).map(|i| v[i] + sign * e[i]).fold(0.0, pick)
        };
        (all(f64::min, -1.0), all(f64::max, 1.0))
    });
    let width = |r: (f64, f64)| (r.1 - r.0).max(1e-12);
    let unit = if report.per_tau { "T s" } else { "T" };
    let label = match scan {
        true => format!("angle of the field in degrees, B = {strongest} {unit}"),
        false => format!("magnetic field in {unit}"),
    };
    let to = axes(
        &mut s,
        (x.0, x.0 + width(x)),
        (y.0, y.0 + 1.05 * width(y)),
        (&label, "(ρ(B) − ρ(0))/ρ(0)"),
    );
    // By symmetry two of them may be one curve.
    let same = |i: usize, j: usize| {
        rows.iter().all(|r| {
            let (v, e) = values(r);
            (v[i] - v[j]).abs() <= 1e-3 * (e[i] + e[j]) + 1e-9 * v[i].abs()
        })
    };
    let firsts: Vec<usize> = (0..3).filter(|i| !(0..*i).any(|j| same(*i, j))).collect();
    for (place, &i) in firsts.iter().enumerate() {
        let colour = COLOURS[i];
        let mut up = Vec::new();
        let mut down = Vec::new();
        let mut line = Vec::new();
        for r in &rows {
            let (v, e) = values(r);
            let point = |y: f64| {
                let (x, y) = to(abscissa(r), y);
                format!("{x:.2} {y:.2}")
            };
            up.push(point(v[i] + e[i]));
            down.push(point(v[i] - e[i]));
            line.push(point(v[i]));
        }
        down.reverse();
        let _ = writeln!(
            s,
            "<path d=\"M{} L{} z\" fill=\"{colour}\" opacity=\"0.25\"/><path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            up.join(" L"),
            down.join(" L"),
            line.join(" L")
        );
        let (x, y) = (WIDTH - RIGHT + 12.0, TOP + 14.0 + 20.0 * place as f64);
        let _ = writeln!(
            s,
            "<path d=\"M{x} {} h18\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{}\" y=\"{y}\">{}</text>",
            y - 4.5,
            x + 24.0,
            (i..3)
                .filter(|j| *j == i || same(*j, i))
                .map(|j| ["ρxx", "ρyy", "ρzz"][j])
                .collect::<Vec<_>>()
                .join(" = ")
        );
    }
    let _ = writeln!(
        s,
        "<text x=\"{LEFT}\" y=\"22\">T = {} K</text>",
        first.temperature_k
    );
    s + "</svg>\n"
}
