//! The words and numbers of a BXSF grid.

use crate::error::{Error, Result};
use crate::io::text;
use std::path::Path;

/// What to do about a file that is not whole.
pub(super) const COPY_AGAIN: &str = "the file is cut short or damaged: write it again";

/// How far two prints of one energy may differ, for a last digit worth `step`: rounding both ways, and the noise of an
/// interpolation at equivalent points.
pub(super) fn equal_within(step: f64) -> f64 {
    1.5 * step + 1e-9
}

/// The white-space separated words of the grid, with their lines.
pub(super) struct Tokens<'a> {
    path: &'a Path,
    lines: Box<dyn Iterator<Item = (usize, &'a str)> + 'a>,
    words: std::str::SplitAsciiWhitespace<'a>,
    line: usize,
}

impl<'a> Tokens<'a> {
    /// The words after the label of the first grid.
    pub fn after_label(path: &'a Path, content: &'a str) -> Result<Self> {
        let mut lines = content.lines().enumerate();
        let mut in_block = false;
        for (number, line) in lines.by_ref() {
            let word = line.trim().to_ascii_uppercase();
            if in_block && (word.starts_with("BEGIN_BANDGRID") || word.starts_with("BANDGRID_3D")) {
                return Ok(Self {
                    path,
                    lines: Box::new(lines),
                    words: "".split_ascii_whitespace(),
                    line: number + 1,
                });
            }
            in_block |= word.starts_with("BEGIN_BLOCK_BANDGRID");
        }
        let missing = if in_block {
            "BEGIN_BANDGRID_3D"
        } else {
            "BEGIN_BLOCK_BANDGRID_3D"
        };
        Err(Error::bad_file(
            path,
            "file",
            format!("there is no line {missing}"),
            "give a BXSF file with a 3D band grid",
        ))
    }

    pub fn bad(&self, problem: impl Into<String>, remedy: &str) -> Error {
        Error::bad_file(self.path, format!("line {}", self.line), problem, remedy)
    }

    fn next(&mut self, what: &str) -> Result<&'a str> {
        loop {
            if let Some(word) = self.words.next() {
                return Ok(word);
            }
            let Some((number, line)) = self.lines.next() else {
                return Err(self.bad(
                    format!("the file ends where {what} is expected"),
                    COPY_AGAIN,
                ));
            };
            self.line = number + 1;
            self.words = line.split_ascii_whitespace();
        }
    }

    pub fn count(&mut self, what: &str) -> Result<usize> {
        let word = self.next(what)?;
        word.parse()
            .map_err(|_| self.bad(format!("\"{word}\" is no {what}"), COPY_AGAIN))
    }

    pub fn vector(&mut self, what: &str) -> Result<[f64; 3]> {
        let mut v = [0.0; 3];
        for x in &mut v {
            let word = self.next(what)?;
            *x = text::number(word).ok_or_else(|| {
                self.bad(
                    format!("\"{word}\" in the {what} is no finite number"),
                    COPY_AGAIN,
                )
            })?;
        }
        Ok(v)
    }

    /// `BAND: 7` or `BAND:7`.
    pub fn band_label(&mut self) -> Result<usize> {
        let word = self.next("a line `BAND:`")?;
        let Some(rest) = word.strip_prefix("BAND:") else {
            let problem = format!("\"{word}\" stands where a line `BAND:` is expected");
            return Err(self.bad(problem, "the number of energies must be that of the grid"));
        };
        let number = if rest.is_empty() {
            self.next("a band number")?
        } else {
            rest
        };
        match number.parse() {
            Ok(n) if n > 0 => Ok(n),
            _ => Err(self.bad(format!("\"{number}\" is no band number"), COPY_AGAIN)),
        }
    }

    /// The energies of one band on the general grid, and the worth of the coarsest last digit.
    pub fn energies(&mut self, band: usize, count: usize) -> Result<(Vec<f64>, f64)> {
        let mut values = Vec::new();
        crate::memory::reserve("the energies of a band", &mut values, count)?;
        let mut step: f64 = 0.0;
        for i in 0..count {
            let what = format!("energy {} of {count} of band {band}", i + 1);
            let word = self.next(&what)?;
            let Some(value) = text::number(word) else {
                let problem = format!("{what} is \"{word}\", not a finite number");
                return Err(self.bad(problem, "every band needs one finite energy per grid point"));
            };
            step = step.max(last_digit(word));
            values.push(value);
        }
        Ok((values, step))
    }

    /// Appends the periodic grid to `energies`, after checking that the last point of each axis repeats the first.
    pub fn drop_repeats(
        &self,
        band: usize,
        general: [usize; 3],
        values: &[f64],
        step: f64,
        energies: &mut Vec<f64>,
    ) -> Result<()> {
        let [n1, n2, n3] = general;
        let index = |j: [usize; 3]| (j[0] * n2 + j[1]) * n3 + j[2];
        for j1 in 0..n1 {
            for j2 in 0..n2 {
                for j3 in 0..n3 {
                    let first = [j1 % (n1 - 1), j2 % (n2 - 1), j3 % (n3 - 1)];
                    let value = values[index([j1, j2, j3])];
                    if first == [j1, j2, j3] {
                        energies.push(value);
                        continue;
                    }
                    let same = values[index(first)];
                    if (value - same).abs() > equal_within(step) {
                        return Err(self.bad(
                            format!(
                                "band {band}: the energy at point ({j1}, {j2}, {j3}) is {value}, but {same} at its periodic image {first:?}"
                            ),
                            "the last point of each axis must repeat the first: write N+1 points of a periodic grid, third axis fastest",
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    pub fn end(&mut self) -> Result<()> {
        let word = self.next("END_BANDGRID_3D")?;
        if word.to_ascii_uppercase().starts_with("END_BANDGRID") {
            return Ok(());
        }
        let problem = format!("\"{word}\" stands where END_BANDGRID_3D is expected");
        Err(self.bad(
            problem,
            "the number of bands and energies must be those announced",
        ))
    }
}

/// What one unit of the last printed digit is worth.
fn last_digit(word: &str) -> f64 {
    let (mantissa, exponent) = word.split_once(['e', 'E', 'd', 'D']).unwrap_or((word, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, d)| d.len()) as i32;
    let exponent: i32 = exponent.parse().unwrap_or(0);
    10f64.powi(exponent.saturating_sub(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_of_each_notation_is_found() {
        for (word, worth) in [
            ("-3.3663", 1e-4),
            ("0.49905894E+01", 1e-7),
            ("5.5e0", 0.1),
            ("7", 1.0),
        ] {
            assert!((last_digit(word) / worth - 1.0).abs() < 1e-12, "{word}");
        }
    }
}
