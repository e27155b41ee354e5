//! The figure: frequencies over the angle of the field, or, in one direction, the orbits in their planes.

use super::summary::OrbitsReport;
use crate::report::frame::{BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, axes, head};
use crate::surface::FREQUENCY_PER_AREA;
use crate::surface::vector::dot;
use std::fmt::Write;

/// Largest area in the figure, as a multiple of the zone's mean cross-section.
const ZONES: f64 = 1.6;

/// An SVG of it.
pub fn orbits_figure(report: &OrbitsReport) -> String {
    let mut s = head();
    if report.found.len() > 1 {
        scan(&mut s, report);
    } else {
        planes(&mut s, report);
    }
    s += "</svg>\n";
    s
}

fn colours(report: &OrbitsReport) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = report.all().map(|(_, _, o)| (o.spin, o.band)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn legend(s: &mut String, report: &OrbitsReport, bands: &[(usize, usize)]) {
    for (i, (spin, band)) in bands.iter().enumerate() {
        let y = TOP + 12.0 + 20.0 * i as f64;
        let x = WIDTH - RIGHT + 16.0;
        let spin = match report.header.n_spin() {
            1 => String::new(),
            _ => format!(" spin {}", spin + 1),
        };
        let _ = writeln!(
            s,
            "<circle cx=\"{x}\" cy=\"{}\" r=\"5\" fill=\"{}\"/><text x=\"{}\" y=\"{y}\">band {}{spin}</text>",
            y - 4.5,
            COLOURS[i % COLOURS.len()],
            x + 10.0,
            band + report.header.first_band
        );
    }
}

fn scan(s: &mut String, report: &OrbitsReport) {
    let bands = colours(report);
    let last = report.degrees.last().copied().unwrap_or(1.0);
    let most = report
        .all()
        .map(|(_, _, o)| o.frequency.0)
        .fold(0.0, f64::max);
    // Beside open orbits there are closed ones through many zones, which would leave no room for the others.
    let zone = 8.0 * std::f64::consts::PI.powi(3) / report.header.lattice.volume();
    let top = most.min(ZONES * FREQUENCY_PER_AREA * zone.powf(2.0 / 3.0));
    // kT where that is easier to read.
    let (unit, scale) = if top > 3000.0 {
        ("kT", 1e-3)
    } else {
        ("T", 1.0)
    };
    let to = axes(
        s,
        (0.0, last),
        (0.0, (1.06 * top * scale).max(1e-9)),
        (
            "angle of the field in degrees",
            &format!("frequency in {unit}"),
        ),
    );
    for (at, _, o) in report.all().filter(|(_, _, o)| o.frequency.0 <= top) {
        let (x, y) = to(report.degrees[at], o.frequency.0 * scale);
        let band = bands
            .iter()
            .position(|b| *b == (o.spin, o.band))
            .unwrap_or(0);
        let colour = COLOURS[band % COLOURS.len()];
        let (fill, edge) = if o.electron {
            (colour, "none")
        } else {
            ("white", colour)
        };
        let _ = writeln!(
            s,
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.8\" fill=\"{fill}\" stroke=\"{edge}\" stroke-width=\"1.4\"/>"
        );
    }
    legend(s, report, &bands);
    let y = TOP + 30.0 + 20.0 * bands.len() as f64;
    let x = WIDTH - RIGHT + 16.0;
    let _ = writeln!(
        s,
        "<circle cx=\"{x}\" cy=\"{}\" r=\"4\" fill=\"#444\"/><text x=\"{}\" y=\"{y}\">electrons</text>\
         <circle cx=\"{x}\" cy=\"{}\" r=\"4\" fill=\"white\" stroke=\"#444\" stroke-width=\"1.4\"/><text x=\"{}\" y=\"{}\">holes</text>",
        y - 4.5,
        x + 10.0,
        y + 15.5,
        x + 10.0,
        y + 20.0
    );
}

fn planes(s: &mut String, report: &OrbitsReport) {
    let bands = colours(report);
    let Some(found) = report.found.first() else {
        return;
    };
    let [e1, e2] = found.direction.across;
    let curves: Vec<(usize, Vec<(f64, f64)>)> = found
        .orbits
        .iter()
        .map(|o| {
            let band = bands
                .iter()
                .position(|b| *b == (o.spin, o.band))
                .unwrap_or(0);
            // Around their own centres' nearest place: they lie in different planes.
            (
                band,
                o.points
                    .iter()
                    .map(|p| (dot(*p, e1), dot(*p, e2)))
                    .collect(),
            )
        })
        .collect();
    let mut bounds = [(f64::MAX, f64::MIN); 2];
    for (x, y) in curves.iter().flat_map(|c| &c.1) {
        for (b, v) in bounds.iter_mut().zip([x, y]) {
            *b = (b.0.min(*v), b.1.max(*v));
        }
    }
    if curves.is_empty() {
        bounds = [(-1.0, 1.0); 2];
    }
    // The same scale along both axes.
    let (w, h) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let per = ((bounds[0].1 - bounds[0].0) / w).max((bounds[1].1 - bounds[1].0) / h) * 1.08;
    let around = |b: (f64, f64), pixels: f64| {
        let m = 0.5 * (b.0 + b.1);
        (m - 0.5 * per * pixels, m + 0.5 * per * pixels)
    };
    let to = axes(
        s,
        around(bounds[0], w),
        around(bounds[1], h),
        ("k across the field in 1/Å", "k across the field in 1/Å"),
    );
    for (band, curve) in curves {
        let path: Vec<String> = curve
            .iter()
            .map(|(x, y)| {
                let (x, y) = to(*x, *y);
                format!("{x:.2} {y:.2}")
            })
            .collect();
        let _ = writeln!(
            s,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>",
            path.join(" L"),
            COLOURS[band % COLOURS.len()]
        );
    }
    legend(s, report, &bands);
}
