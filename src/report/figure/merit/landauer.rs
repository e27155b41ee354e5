//! Modes and mean free paths over energy.

use super::super::notation::direction_label;
use super::{Drawn, barred, column, entry, from_zero, labels, line, numbers, range, style};
use crate::error::Result;
use crate::io::results::{AttributeValue, ResultFile};
use crate::report::figure::{Axis, Curve, Estimate, Panel, colour};

/// M(E) and λ(E) along every direction, with what the counted crossings give; then the modes of each band.
pub fn landauer(file: &ResultFile) -> Result<Drawn> {
    let energy = numbers(file, "energy");
    let directions = labels(file, "direction");
    let (mut panels, mut legend) = (Vec::new(), Vec::new());
    if energy.is_empty() {
        return Ok((panels, legend));
    }
    let level = match file.get_attribute("fermi_level_ev") {
        Some(AttributeValue::Number(e)) => *e,
        _ => 0.0,
    };
    let x: Vec<f64> = energy.iter().map(|e| e - level).collect();
    let n = directions.len();
    for (i, direction) in directions.iter().enumerate() {
        legend.push(entry(
            direction_label(direction),
            &style(colour(i, n), false),
        ));
    }
    let (name, unit, factor) = [
        ("modes_per_area", "nm^{−2}", 1e-18),
        ("modes_per_width", "nm^{−1}", 1e-9),
        ("modes", "", 1.0),
    ]
    .into_iter()
    .find(|(name, ..)| file.get(&format!("{name}_spectrum")).is_some())
    .unwrap_or(("modes_per_area", "", 1.0));
    let part = |all: &[Estimate], i: usize| -> Vec<Estimate> {
        all.get(i * x.len()..(i + 1) * x.len())
            .unwrap_or_default()
            .to_vec()
    };
    let mut put = |variable: &str,
                   symbol: &str,
                   unit: &str,
                   factor: f64,
                   counted: &[Estimate]|
     -> Result<()> {
        let all = column(file, variable)?;
        if all.is_empty() {
            return Ok(());
        }
        let mut curves = Vec::new();
        for i in 0..n {
            curves.push(barred(
                &x,
                &part(&all, i),
                factor,
                &style(colour(i, n), false),
                true,
            ));
        }
        let ys = range(&curves, |p| p.y, false);
        for i in 0..n {
            let own = part(counted, i);
            if own.iter().any(|q| q.value.is_finite()) {
                let points = x.iter().copied().zip(own.iter().map(|q| q.value * factor));
                curves.push(line(points, &style("#000000", true)));
            }
        }
        panels.push(Panel {
            x: Axis::new("E − E_{F}", "eV", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new(symbol, unit, false, from_zero(ys), false),
            curves,
        });
        Ok(())
    };
    let counted = column(file, &format!("{name}_counted"))?;
    if counted.iter().any(|q| q.value.is_finite()) {
        legend.push(entry("crossings counted", &style("#000000", true)));
    }
    put(&format!("{name}_spectrum"), "M", unit, factor, &counted)?;
    put("mean_free_path_spectrum", "λ", "nm", 1e9, &[])?;
    let bands = labels(file, "band");
    let all = column(file, &format!("{name}_by_band"))?;
    if !bands.is_empty() && !all.is_empty() {
        // The first direction's; the others are told apart by the file.
        let curves: Vec<Curve> = (0..bands.len())
            .map(|b| {
                barred(
                    &x,
                    &part(&all, b),
                    factor,
                    &style(colour(b, bands.len()), false),
                    true,
                )
            })
            .collect();
        let ys = range(&curves, |p| p.y, false);
        panels.push(Panel {
            x: Axis::new("E − E_{F}", "eV", false, (x[0], x[x.len() - 1]), true),
            y: Axis::new(
                &format!("M of each band along {}", directions[0]),
                unit,
                false,
                (0.0, ys.1),
                false,
            ),
            curves,
        });
    }
    Ok((panels, legend))
}
