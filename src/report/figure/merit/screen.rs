//! Many materials by rank, and against what bounds them.

use super::{Drawn, GREY, NAMED, barred, box_curve, column, decades, entry, labels, range, style};
use crate::error::Result;
use crate::io::results::ResultFile;
use crate::report::figure::{Axis, Curve, Estimate, Panel, colour};

/// zT of every material by rank, and against αA with the bound of constant channels; the share of the own bound by rank.
pub fn screen(file: &ResultFile) -> Result<Drawn> {
    let names = labels(file, "file");
    let n = names.len();
    let (alpha, merit, share) = (
        column(file, "alpha_a")?,
        column(file, "figure_of_merit")?,
        column(file, "share_of_bound")?,
    );
    let power = column(file, "power_factor")?;
    let grey = style(GREY, true);
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    let tint = |i: usize| style(colour(i, n.max(8)), false);
    for (i, name) in names.iter().enumerate().take(NAMED) {
        let tail: Vec<&str> = name.rsplit('/').take(3).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        legend.push(entry(format!("{} {}", i + 1, tail.join("/")), &tint(i)));
    }
    let rank = |all: &[Estimate], factor: f64| -> Vec<Curve> {
        (0..all.len())
            .map(|i| barred(&[i as f64 + 1.0], &all[i..=i], factor, &tint(i), false))
            .collect()
    };
    let mut put = |symbol: &str, unit: &str, curves: Vec<Curve>, log: bool| {
        let (low, high) = range(&curves, |p| p.y, log);
        // Bars reach beyond; those that reach far are cut.
        let ends = range(&curves, |p| p.y + p.bar.1, log).1;
        let high = ends.clamp(high, 3.0 * high.max(0.0) + high.abs());
        let low = if log {
            low.max(1e-6 * high)
        } else {
            low.min(0.0)
        };
        panels.push(Panel {
            x: Axis::new("rank", "", false, (1.0, n.max(2) as f64), false).of_whole_numbers(),
            y: Axis::new(symbol, unit, log, (low, high), false),
            curves,
        });
    };
    put("zT", "", rank(&merit, 1.0), true);
    put("S²σ", "mW m^{−1} K^{−2}", rank(&power, 1e3), true);
    put("share of bound", "", rank(&share, 1.0), false);
    let mut curves: Vec<Curve> = (0..n)
        .map(|i| barred(&[alpha[i].value], &merit[i..=i], 1.0, &tint(i), false))
        .collect();
    let xs = decades(range(&curves, |p| p.x, true));
    let (low, high) = range(&curves, |p| p.y, true);
    curves.push(box_curve(xs, &grey));
    legend.push(entry("bound of constant channels", &grey));
    let top = range(&curves, |p| p.y, true).1;
    panels.push(Panel {
        x: Axis::new("αA", "", true, xs, true),
        y: Axis::new("zT", "", true, (low.max(1e-6 * high), top), false),
        curves,
    });
    Ok((panels, legend))
}
