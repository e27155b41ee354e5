//! Numbers by temperature: the share of momentum that phonons give to electrons, and a diffusion part.

use crate::error::{Error, Result};
use crate::io::results::{Coordinates, ResultFile};
use std::path::Path;

/// Rows of two columns, ascending in the first.
pub struct Table(Vec<(f64, f64)>);

impl Table {
    /// Linear between the rows; that of the nearest row outside.
    pub fn at(&self, x: f64) -> f64 {
        let all = &self.0;
        let after = all.partition_point(|p| p.0 <= x).clamp(1, all.len() - 1);
        let ((a, f), (b, g)) = (all[after - 1], all[after]);
        let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
        f * (1.0 - t) + g * t
    }
}

/// The shares of a text file.
///
/// # Errors
/// [`Error::Io`], [`Error::BadFile`] for rows that are no ascending temperatures and shares from 0 to 1.
pub fn table(path: &Path) -> Result<Table> {
    let content = crate::io::read_parameters(path)?;
    let mut rows: Vec<(f64, f64)> = Vec::new();
    for (i, line) in content.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words = line
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .filter(|w| !w.is_empty());
        let numbers: Vec<f64> = words.filter_map(|w| w.parse().ok()).collect();
        let ascends = |t: f64| rows.last().is_none_or(|last| t > last.0);
        match numbers[..] {
            [t, ratio] if t > 0.0 && (0.0..=1.0).contains(&ratio) && ascends(t) => {
                rows.push((t, ratio))
            }
            _ => {
                let place = format!("line {}", i + 1);
                let problem =
                    format!("\"{line}\" is no temperature (ascending) and a share from 0 to 1");
                return Err(Error::bad_file(
                    path,
                    place,
                    problem,
                    "give rows of T (K) and tau_tot/tau_pe",
                ));
            }
        }
    }
    match rows.len() {
        0 | 1 => Err(Error::bad_file(
            path,
            "table",
            format!("it has {} rows", rows.len()),
            "give at least two",
        )),
        _ => Ok(Table(rows)),
    }
}

/// The mean Seebeck coefficient of transport results at their first level, by temperature.
///
/// # Errors
/// As [`ResultFile::open`]; [`Error::BadFile`] for results of another kind.
pub fn diffusion(path: &Path) -> Result<Table> {
    let file = ResultFile::open(path)?;
    let bad = |problem: &str| {
        Error::bad_file(
            path,
            "seebeck",
            problem,
            "give what `bzint transport -o` wrote for one level and several temperatures",
        )
    };
    let seebeck = file
        .get("seebeck")
        .ok_or_else(|| bad("these results have none"))?;
    let Some(Coordinates::Numbers(t)) = file.get_dimension("temperature").map(|d| &d.coordinates)
    else {
        return Err(bad("they have no temperatures"));
    };
    if t.len() < 2 || seebeck.data.len() % (9 * t.len()) != 0 || seebeck.data.is_empty() {
        return Err(bad("they are not over several temperatures"));
    }
    let stride = seebeck.data.len() / t.len();
    let mean = |i: usize| {
        let s = &seebeck.data[i * stride..][..9];
        (s[0] + s[4] + s[8]) / 3.0
    };
    let mut rows: Vec<(f64, f64)> = t.iter().enumerate().map(|(i, t)| (*t, mean(i))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    if rows.windows(2).any(|w| w[0].0 == w[1].0) || rows.iter().any(|r| !r.1.is_finite()) {
        return Err(bad("values or temperatures are not usable"));
    }
    Ok(Table(rows))
}
