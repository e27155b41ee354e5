//! The best boxes over αA, and power against efficiency of two terminals.

use super::{
    Drawn, FINE, GREY, barred, box_curve, column, decades, entry, line, numbers, power_curve,
    power_panel, range, straight, style, values,
};
use crate::bounds::{BoxOptimum, Filter, Terminals};
use crate::error::Result;
use crate::io::results::{AttributeValue, ResultFile};
use crate::report::figure::{Axis, Panel, colour};

/// zT and edges of the best box over αA, and power against efficiency of two terminals where these were asked for.
pub fn bounds(file: &ResultFile) -> Result<Drawn> {
    let alpha = numbers(file, "alpha_a");
    let (black, blue, red) = (
        style("#000000", false),
        style(colour(0, 3), false),
        style(colour(1, 3), false),
    );
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    if !alpha.is_empty() {
        let xs = decades(range(
            &[line(alpha.iter().map(|a| (*a, 1.0)), &black)],
            |p| p.x,
            true,
        ));
        let marks = column(file, "figure_of_merit")?;
        let grey = style(GREY, true);
        let small = |a: f64| (a, crate::bounds::WIDE_SLOPE * a);
        let mut points = barred(&alpha, &marks, 1.0, &black, false);
        points.points.iter_mut().for_each(|p| p.bar = (0.0, 0.0));
        let curves = vec![
            straight(small(xs.0), small(xs.1.min(10.0)), &grey),
            box_curve(xs, &black),
            points,
        ];
        let ys = range(&curves[1..], |p| p.y, true);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("zT", "", true, ys, false),
            curves,
        });
        legend.push(entry("best box", &black));
        legend.push(entry("limit of small αA", &grey));
        let at = |i: usize| xs.0 * (xs.1 / xs.0).powf(i as f64 / FINE as f64);
        let boxes: Vec<BoxOptimum> = (0..=FINE)
            .filter_map(|i| BoxOptimum::new(at(i)).ok())
            .collect();
        let limit = crate::bounds::NARROW_LIMIT;
        let curves = vec![
            straight((xs.0, limit), (xs.1, limit), &grey),
            line(boxes.iter().map(|b| (b.alpha_a, b.lower)), &blue),
            line(boxes.iter().map(|b| (b.alpha_a, b.upper)), &red),
        ];
        let most = boxes.iter().map(|b| b.upper).fold(1.0, f64::max).min(20.0);
        panels.push(Panel {
            x: Axis::new("αA", "", true, xs, true),
            y: Axis::new("(E − μ)/k_{B}T", "", false, (0.0, most), true),
            curves,
        });
        legend.push(entry("lower edge", &blue));
        legend.push(entry("upper edge", &red));
    }
    let power = numbers(file, "power");
    if !power.is_empty() {
        let efficiency = values(&column(file, "efficiency")?);
        let number = |name: &str| match file.get_attribute(name) {
            Some(AttributeValue::Number(x)) => *x,
            _ => f64::NAN,
        };
        let terminals = Terminals::new(number("hot_k"), number("cold_k"))?;
        let mut curves = Vec::new();
        for (i, (filter, text)) in [
            (Filter::Box, "box at each power"),
            (Filter::Step, "step at each power"),
        ]
        .into_iter()
        .enumerate()
        {
            let own = style(colour(2 + i, 4), false);
            curves.push(power_curve(&terminals, filter, &own));
            let marks = &efficiency[i * power.len()..][..power.len()];
            let mut marks = line(power.iter().copied().zip(marks.iter().copied()), &own);
            marks.joined = false;
            curves.push(marks);
            legend.push(entry(text, &own));
        }
        panels.push(power_panel(curves));
    }
    Ok((panels, legend))
}
