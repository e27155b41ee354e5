//! Numbers by temperature: the share of momentum that phonons give to electrons, and a diffusion part.

use crate::error::{Error, Result};
use crate::io::results::{Coordinates, ResultFile};
use std::path::Path;

/// A number by temperature (K), ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<(f64, f64)>);

impl Curve {
    /// Of temperatures (K) with a number each, in any order; none where they are fewer than two, one is there twice, or a number is not finite.
    pub fn new(mut rows: Vec<(f64, f64)>) -> Option<Self> {
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let finite = rows.iter().all(|(t, x)| t.is_finite() && x.is_finite());
        let apart = rows.windows(2).all(|w| w[0].0 < w[1].0);
        (rows.len() >= 2 && finite && apart).then_some(Self(rows))
    }

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
pub fn shares(path: &Path) -> Result<Curve> {
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
    let count = rows.len();
    Curve::new(rows).ok_or_else(|| {
        let problem = format!("it has {count} rows");
        Error::bad_file(path, "table", problem, "give at least two")
    })
}

/// The mean Seebeck coefficient of transport results at their first level, by temperature.
///
/// # Errors
/// As [`ResultFile::open`]; [`Error::BadFile`] for results of another kind.
pub fn diffusion(path: &Path) -> Result<Curve> {
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
    let rows = t.iter().enumerate().map(|(i, t)| (*t, mean(i)));
    Curve::new(rows.collect()).ok_or_else(|| bad("values or temperatures are not usable"))
}
