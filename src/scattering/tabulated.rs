//! τ(E) from a two-column text file: what an electron–phonon code or an experiment found.

use super::{Conditions, Holds, Plausibility, Scattering, plausibility};
use crate::error::{Error, Result};
use crate::io::text;
use std::path::Path;

/// τ at energies above the band edge, interpolated linearly in ln τ. Never extrapolated.
///
/// The file has two columns, `energy_ev` and `tau_s`, between blanks, commas or semicolons; energies ascend. Lines that
/// start with `#` are comments, and one line of column names may come first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tabulated {
    energies_ev: Vec<f64>,
    log_tau: Vec<f64>,
}

impl Tabulated {
    /// Its longest and its shortest relaxation time, s.
    pub fn extremes_s(&self) -> (f64, f64) {
        let all = || self.log_tau.iter().copied();
        let longest = all().fold(f64::NEG_INFINITY, f64::max);
        (longest.exp(), all().fold(f64::INFINITY, f64::min).exp())
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::BadFile`] for a line that is not two numbers, energies that do not ascend, a τ that is not
    /// positive or that no crystal has, or fewer than two rows.
    pub fn read(path: &Path) -> Result<Self> {
        let content = text::read_small(path, text::MOST_PARAMETERS)?.text;
        let mut table = Self {
            energies_ev: Vec::new(),
            log_tau: Vec::new(),
        };
        let mut names_seen = false;
        for (i, line) in content.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |problem: String| {
                let place = format!("line {}", i + 1);
                let remedy =
                    "give rows of energy above the band edge (eV, ascending) and τ (s, positive)";
                Error::bad_file(path, place, problem, remedy)
            };
            let columns: Vec<&str> = line
                .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
                .filter(|word| !word.is_empty())
                .collect();
            let numbers: Vec<f64> = columns.iter().filter_map(|w| text::number(w)).collect();
            match numbers[..] {
                [] if table.energies_ev.is_empty() && !names_seen => names_seen = true,
                [energy, tau] if columns.len() == 2 => {
                    if let Some(last) = table.energies_ev.last().filter(|last| energy <= **last) {
                        return Err(bad(format!("energy {energy} eV follows {last} eV")));
                    }
                    if tau <= 0.0 {
                        return Err(bad(format!("τ is {tau} s")));
                    }
                    if let Plausibility::Impossible(words) = plausibility(tau) {
                        return Err(bad(words));
                    }
                    table.energies_ev.push(energy);
                    table.log_tau.push(tau.ln());
                }
                _ => return Err(bad(format!("\"{line}\" is not two finite numbers"))),
            }
        }
        if table.energies_ev.len() < 2 {
            return Err(Error::bad_file(
                path,
                "table",
                format!("it has {} rows", table.energies_ev.len()),
                "give at least two",
            ));
        }
        Ok(table)
    }
}

impl Scattering for Tabulated {
    fn rate(&self, energy_above_edge_ev: f64, _: &Conditions) -> f64 {
        let e = &self.energies_ev;
        let after = e
            .partition_point(|x| *x <= energy_above_edge_ev)
            .clamp(1, e.len() - 1);
        let t = (energy_above_edge_ev - e[after - 1]) / (e[after] - e[after - 1]);
        (-(self.log_tau[after - 1] * (1.0 - t) + self.log_tau[after] * t)).exp()
    }

    fn holds(&self) -> Holds {
        Holds::InAnyDimension
    }

    fn rows_ev(&self) -> &[f64] {
        &self.energies_ev
    }

    fn range_ev(&self) -> Option<(f64, f64)> {
        Some((
            self.energies_ev[0],
            self.energies_ev[self.energies_ev.len() - 1],
        ))
    }
}
