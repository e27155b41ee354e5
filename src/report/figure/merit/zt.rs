//! The window of a material over what it lets through, and how near it comes to its bounds.

use super::super::notation::direction_label;
use super::{
    Drawn, GREY, LIGHT, SMALL_DIFFERENCE, barred, box_curve, column, decades, entry, labels, line,
    numbers, power_curve, power_panel, range, shaded, style, values,
};
use crate::bounds::{Filter, Terminals};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::figure::{Axis, Curve, Estimate, Panel, Style, colour};

/// The window over the transmission and −∂f/∂E at the best state of each direction; zT against αA with its bounds; power against efficiency.
pub fn zt(file: &ResultFile) -> Result<Drawn> {
    let directions = labels(file, "direction");
    let n = directions.len();
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    for (i, direction) in directions.iter().enumerate() {
        legend.push(entry(
            direction_label(direction),
            &style(colour(i, n), false),
        ));
    }
    let x = numbers(file, "x");
    let transmission = column(file, "transmission")?;
    let (black, light) = (style("#000000", true), style(LIGHT, false));
    if !x.is_empty() && transmission.len() == n * x.len() {
        let (lower, upper) = (
            column(file, "curve_window_lower")?,
            column(file, "curve_window_upper")?,
        );
        let mut curves = Vec::new();
        for i in 0..n.min(lower.len()) {
            let edges = [lower[i].value, upper[i].value].map(|e| e.clamp(x[0], x[x.len() - 1]));
            curves.push(shaded(edges[0], edges[1], 2.0, &style(colour(i, n), false)));
        }
        let thermal = |x: &f64| (*x, 4.0 * crate::fermi_dirac::window(*x));
        curves.push(line(x.iter().map(thermal), &black));
        for i in 0..n {
            let own = &transmission[i * x.len()..][..x.len()];
            curves.push(barred(&x, own, 1.0, &style(colour(i, n), false), true));
        }
        panels.push(Panel {
            x: Axis::new("(E − μ)/k_{B}T", "", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new("transmission", "", false, (0.0, 1.05), true),
            curves,
        });
        legend.push(entry("−∂f/∂E over its most", &black));
    }
    let alpha = values(&column(file, "alpha_a")?);
    let merit = column(file, "figure_of_merit")?;
    let own_bound = column(file, "bound")?;
    if alpha.iter().any(|a| *a > 0.0) {
        let grey = style(GREY, true);
        let of = |all: &[Estimate], i: usize, style: &Style| {
            let pick = |j: &usize| j % n == i;
            let points: Vec<usize> = (0..all.len()).filter(pick).collect();
            let xs: Vec<f64> = points.iter().map(|j| alpha[*j]).collect();
            let ys: Vec<Estimate> = points.iter().map(|j| all[*j]).collect();
            barred(&xs, &ys, 1.0, style, false)
        };
        let mut curves: Vec<Curve> = (0..n)
            .map(|i| of(&merit, i, &style(colour(i, n), false)))
            .collect();
        let xs = decades(range(&curves, |p| p.x, true));
        let mut marks: Vec<Curve> = (0..n).map(|i| of(&own_bound, i, &light)).collect();
        for curve in &mut marks {
            curve.points.iter_mut().for_each(|p| p.bar = (0.0, 0.0));
        }
        curves.extend(marks);
        curves.push(box_curve(xs, &grey));
        let (low, high) = range(&curves, |p| p.y, true);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("zT", "", true, (low.max(1e-6 * high), high), false),
            curves,
        });
        legend.push(entry("bound of constant channels", &grey));
        legend.push(entry("bound of the own channels", &light));
    }
    let share = values(&column(file, "power_share")?);
    let best = (0..merit.len())
        .filter(|i| merit[*i].value.is_finite() && share.get(*i).is_some_and(|s| s.is_finite()));
    if let Some(best) = best.max_by(|a, b| merit[*a].value.total_cmp(&merit[*b].value)) {
        let terminals = Terminals::new(300.0, 300.0 * (1.0 - SMALL_DIFFERENCE))?;
        let filters = [
            (
                Filter::Box,
                style("#000000", false),
                "best box at each power",
            ),
            (Filter::Step, style(GREY, true), "best step"),
        ];
        let mut curves = Vec::new();
        for (filter, style, text) in filters {
            curves.push(power_curve(&terminals, filter, &style));
            legend.push(entry(text, &style));
        }
        // P = 4x(1 − x) of the most, x being the voltage over that of an open circuit.
        let zt = merit[best].value;
        let working = |i: usize| {
            let x = i as f64 / 200.0;
            (
                4.0 * x * (1.0 - x) * share[best],
                zt * x * (1.0 - x) / (1.0 + zt * (1.0 - x)),
            )
        };
        let own = style(colour(best % n, n), false);
        curves.push(line((0..=200).map(working), &own));
        panels.push(Panel {
            x: Axis::new(
                "P/P_{max} of as many perfect channels",
                "",
                false,
                (0.0, 1.0),
                true,
            ),
            ..power_panel(curves)
        });
    }
    Ok((panels, legend))
}
