//! `POSCAR` and `CONTCAR`: the lattice and the atoms.

use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::text;
use std::path::Path;

/// What to do about a broken file.
const REMEDY: &str = "give the POSCAR or CONTCAR of the same run";

/// Reads the structure: comment, scale (one number, negative for a volume, or three), vectors, elements (VASP 5 on), counts,
/// `Selective dynamics`, `Direct` or `Cartesian`, positions.
///
/// # Errors
/// [`Error::Io`]; [`Error::BadFile`] with the line, for anything else.
pub(super) fn read(path: &Path) -> Result<(Lattice, Vec<Atom>)> {
    let file = text::read(path)?;
    let lines: Vec<&str> = file.text.lines().collect();
    let bad = |line: usize, problem: String| {
        Error::bad_file(path, format!("line {}", line + 1), problem, REMEDY)
    };
    let line = |i: usize| -> Result<&str> {
        lines
            .get(i)
            .copied()
            .ok_or_else(|| bad(i, "the file ends here".to_string()))
    };
    let vector = |i: usize| -> Result<[f64; 3]> {
        let words = line(i)?;
        let mut v = [0.0; 3];
        let mut found = words.split_ascii_whitespace().map(text::number);
        for x in &mut v {
            *x = found
                .next()
                .flatten()
                .ok_or_else(|| bad(i, format!("\"{words}\" has no three finite numbers")))?;
        }
        Ok(v)
    };
    let scale: Vec<f64> = line(1)?
        .split_ascii_whitespace()
        .map_while(text::number)
        .collect();
    let rows = [vector(2)?, vector(3)?, vector(4)?];
    let factor = match scale.as_slice() {
        [x, y, z, ..] if *x > 0.0 && *y > 0.0 && *z > 0.0 => [*x, *y, *z],
        [s, ..] if *s > 0.0 => [*s; 3],
        [s, ..] if *s < 0.0 => {
            let volume = Lattice::new(rows).map_err(text::in_file(path))?.volume();
            [(-s / volume).cbrt(); 3]
        }
        _ => return Err(bad(1, "there is no scale".to_string())),
    };
    let scaled = |v: [f64; 3]| [v[0] * factor[0], v[1] * factor[1], v[2] * factor[2]];
    let lattice = Lattice::new(rows.map(scaled)).map_err(text::in_file(path))?;

    let counts_of = |i: usize| -> Option<Vec<usize>> {
        let words = lines.get(i)?.split_ascii_whitespace();
        let counts: Option<Vec<usize>> = words
            .take_while(|w| !w.starts_with(['!', '#']))
            .map(|w| w.parse().ok())
            .collect();
        counts.filter(|c| !c.is_empty())
    };
    let (names, at) = match counts_of(5) {
        Some(_) => (Vec::new(), 5),
        None => (line(5)?.split_ascii_whitespace().collect(), 6),
    };
    let counts =
        counts_of(at).ok_or_else(|| bad(at, "there are no numbers of atoms".to_string()))?;
    let total = counts.iter().try_fold(0usize, |sum, n| sum.checked_add(*n));
    let total = total
        .filter(|n| *n > 0 && *n <= lines.len())
        .ok_or_else(|| bad(at, "more atoms than lines, or none".to_string()))?;
    let mut at = at + 1;
    if line(at)?.trim_start().starts_with(['s', 'S']) {
        at += 1;
    }
    let cartesian = line(at)?.trim_start().starts_with(['c', 'C', 'k', 'K']);
    let mut symbols = Vec::with_capacity(total);
    for (kind, n) in counts.iter().enumerate() {
        let number = format!("type {}", kind + 1);
        let symbol = names.get(kind).map_or(number, |s| s.to_string());
        symbols.extend(std::iter::repeat_n(symbol, *n));
    }
    let mut atoms = Vec::with_capacity(total);
    for (i, symbol) in symbols.into_iter().enumerate() {
        let mut position = vector(at + 1 + i)?;
        if cartesian {
            let r = scaled(position);
            let scale = 0.5 / std::f64::consts::PI;
            position = lattice
                .reciprocal()
                .map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2]));
        }
        atoms.push(Atom { symbol, position });
    }
    Ok((lattice, atoms))
}
