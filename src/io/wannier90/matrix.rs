//! `SEED_hr.dat` and `SEED_tb.dat`: H(R) on the Wigner–Seitz vectors, before any shift.
//!
//! Both: a comment, (`_tb.dat`: three lattice vectors in Å,) the number of orbitals, the number of vectors, the degeneracy of
//! each vector, then the elements, the first orbital fastest. `_hr.dat` writes `R1 R2 R3 m n Re Im` to 1e-6 eV; `_tb.dat`
//! a line with R and then `m n Re Im` to 8 digits, followed by the position operator, which is checked and not used.
//! What stands on a line behind its numbers is a comment, as Fortran's list-directed reading has it; `27*1` are 27 ones.

use crate::error::Result;
use crate::io::lines::Lines;
use crate::io::text;
use rustfft::num_complex::Complex64;
use std::path::Path;

/// More orbitals than this are no Wannier90 run but a damaged file.
const MOST_ORBITALS: usize = 10_000;

/// What the file holds.
pub(super) struct Matrix {
    /// Lattice vectors as rows, Å; `_tb.dat` only.
    pub lattice: Option<[[f64; 3]; 3]>,
    pub n_orbital: usize,
    /// R, coefficients of a₁ a₂ a₃.
    pub vectors: Vec<[i32; 3]>,
    /// Degeneracy of each R on the boundary of the Wigner–Seitz cell.
    pub degeneracies: Vec<usize>,
    /// `[R][m][n]`, eV.
    pub elements: Vec<Complex64>,
}

/// The two layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `_hr.dat`
    Hr,
    /// `_tb.dat`
    Tb,
}

/// The numbers that a line begins with: what follows them is a comment.
fn leading_numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().map_while(text::number).collect()
}

/// The degeneracies that a line begins with, none of them checked, and the word behind them.
fn leading_counts(line: &str) -> (Vec<usize>, Option<&str>) {
    let mut counts = Vec::new();
    let mut words = line.split([' ', '\t', ',', '\r']).filter(|w| !w.is_empty());
    for word in words.by_ref() {
        let (repeats, count) = word.split_once('*').unwrap_or(("1", word));
        match (repeats.parse::<usize>(), count.parse::<usize>()) {
            (Ok(repeats), Ok(count)) if repeats <= line.len() * MOST_ORBITALS => {
                counts.extend(std::iter::repeat_n(count, repeats));
            }
            _ => return (counts, Some(word)),
        }
    }
    (counts, None)
}

/// The layout of a file that begins with `text`.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let mut lines = text.lines().skip(1);
    let count = |line: Option<&str>| -> Option<usize> {
        let numbers = leading_numbers(line?);
        let n: usize = line?.split_whitespace().next()?.parse().ok()?;
        (numbers.len() == 1 && n > 0).then_some(n)
    };
    let mut line = lines.next()?;
    let mut kind = Kind::Hr;
    if leading_numbers(line).len() == 3 {
        for _ in 0..3 {
            if leading_numbers(line).len() != 3 {
                return None;
            }
            line = lines.next()?;
        }
        kind = Kind::Tb;
    }
    count(Some(line))?;
    let vectors = count(lines.next())?;
    let (degeneracies, comment) = leading_counts(lines.next()?);
    let counts = comment.is_none_or(|word| text::number(word).is_none());
    // FRMSF files may look alike but for their first line, which is no comment.
    let is_grid = text.lines().next().is_some_and(|line| {
        let (numbers, comment) = leading_counts(line);
        numbers.len() == 3 && comment.is_none()
    });
    let usable = counts && !degeneracies.is_empty() && degeneracies.len() <= vectors && !is_grid;
    usable.then_some(kind)
}

/// Reads the text of a file of layout `kind`; `path` is only named in errors.
///
/// # Errors
/// [`Error::BadFile`] for a file that is cut short, a number that is none or not finite, an element that is missing or there
/// twice, counts that the file does not keep.
pub(super) fn parse(path: &Path, content: &str, kind: Kind) -> Result<Matrix> {
    let mut lines = Lines::new(path, content);
    lines.raw();
    let lattice = match kind {
        Kind::Hr => None,
        Kind::Tb => {
            let mut rows = [[0.0; 3]; 3];
            for row in &mut rows {
                *row = lines.numbers("a lattice vector")?;
            }
            Some(rows)
        }
    };
    let [n_orbital] = lines.counts("the number of orbitals", MOST_ORBITALS)?;
    let [n_vector] = lines.counts("the number of lattice vectors", content.len())?;
    if n_orbital == 0 || n_vector == 0 {
        return Err(lines.bad(format!(
            "{n_orbital} orbitals and {n_vector} lattice vectors are no Hamiltonian"
        )));
    }
    let mut matrix = Matrix {
        lattice,
        n_orbital,
        vectors: Vec::new(),
        degeneracies: degeneracies(&mut lines, n_vector)?,
        elements: Vec::new(),
    };
    for number in 1..=n_vector {
        let what = format!("lattice vector {number} of {n_vector}");
        matrix.block(&mut lines, kind, &what)?;
    }
    if kind == Kind::Tb {
        check_positions(&mut lines, &matrix)?;
    }
    lines.end()?;
    Ok(matrix)
}

/// The degeneracies, however many stand on a line; a comment may follow the last.
fn degeneracies(lines: &mut Lines, n: usize) -> Result<Vec<usize>> {
    let mut list = Vec::new();
    while list.len() < n {
        let line = lines.text(&format!("degeneracy {} of {n}", list.len() + 1))?;
        let (counts, behind) = leading_counts(line);
        let zero = counts.iter().position(|&d| d == 0);
        let number = list.len() + zero.unwrap_or(counts.len()) + 1;
        let word = if zero.is_some() { Some("0") } else { behind };
        if let Some(word) = word
            && number <= n
        {
            return Err(lines.bad(format!(
                "\"{word}\" stands where degeneracy {number} of {n} is expected (a count from 1)"
            )));
        }
        list.extend(counts);
    }
    if list.len() > n {
        return Err(lines.bad(format!(
            "{} degeneracies stand where {n} are expected",
            list.len()
        )));
    }
    Ok(list)
}

impl Matrix {
    /// Reads the elements of one R.
    fn block(&mut self, lines: &mut Lines, kind: Kind, what: &str) -> Result<()> {
        let n = self.n_orbital;
        let start = self.elements.len();
        let absent = Complex64::new(f64::NAN, 0.0);
        self.elements.resize(start + n * n, absent);
        let mut vector = None;
        if kind == Kind::Tb {
            let r = lines.numbers::<3>(what)?;
            vector = Some(integers(lines, r)?);
        }
        for _ in 0..n * n {
            let (m, k, re, im) = match kind {
                Kind::Tb => {
                    let [m, k, re, im] = lines.numbers(&format!("an element of {what}"))?;
                    (m, k, re, im)
                }
                Kind::Hr => {
                    let [r1, r2, r3, m, k, re, im] =
                        lines.numbers(&format!("an element of {what}"))?;
                    let r = integers(lines, [r1, r2, r3])?;
                    if *vector.get_or_insert(r) != r {
                        return Err(lines.bad(format!(
                            "R changes to {r:?} before all {n} × {n} elements of {what} are there"
                        )));
                    }
                    (m, k, re, im)
                }
            };
            let at = start + pair(lines, n, m, k)?;
            if !self.elements[at].re.is_nan() {
                return Err(lines.bad(format!("element ({m}, {k}) of {what} is there twice")));
            }
            self.elements[at] = Complex64::new(re, im);
        }
        self.vectors.extend(vector);
        Ok(())
    }
}

/// The flat index of element (m, k), counted from 1 in the file.
pub(super) fn pair(lines: &Lines, n: usize, m: f64, k: f64) -> Result<usize> {
    let inside = |x: f64| x.fract() == 0.0 && x >= 1.0 && x <= n as f64;
    if !inside(m) || !inside(k) {
        return Err(lines.bad(format!("({m}, {k}) are no two of the orbitals 1 to {n}")));
    }
    Ok((m as usize - 1) * n + k as usize - 1)
}

/// Coefficients of a lattice vector.
pub(super) fn integers(lines: &Lines, r: [f64; 3]) -> Result<[i32; 3]> {
    if r.iter().any(|x| x.fract() != 0.0 || x.abs() > 1e6) {
        return Err(lines.bad(format!("{r:?} is no lattice vector (three integers)")));
    }
    Ok(r.map(|x| x as i32))
}

/// The position operator of `_tb.dat`: whole and finite, where it is there at all.
fn check_positions(lines: &mut Lines, matrix: &Matrix) -> Result<()> {
    let Some(mut first) = lines.find() else {
        return Ok(());
    };
    let n = matrix.n_orbital;
    for (i, r) in matrix.vectors.iter().enumerate() {
        let what = format!("the position operator at lattice vector {}", i + 1);
        let found = lines.numbers_of::<3>(first, &what)?;
        if integers(lines, found)? != *r {
            return Err(lines.bad(format!("{what}: R is {found:?}, above it was {r:?}")));
        }
        for _ in 0..n * n {
            lines.numbers::<8>(&what)?;
        }
        if i + 1 < matrix.vectors.len() {
            first = lines.text(&what)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_known_by_their_first_lines() {
        let hr = " written on\n 2\n 3\n 1 2 1\n";
        let tb = " written on\n1. 0. 0.\n0. 1. 0.\n0. 0. 1.5\n 2\n 3\n 1 2 1\n";
        assert_eq!(kind(hr), Some(Kind::Hr));
        assert_eq!(kind(tb), Some(Kind::Tb));
        for other in [
            "4 4 4\n1\n3\n1 1 1\n",
            "4 4 4\n1\n3\n1.0 0.0 0.0\n",
            "comment\n1.0\n1. 0. 0.\n",
            "comment\n1. 0. 0.\n0. 1. 0.\nx y z\n 2\n 3\n 1 2 1\n",
            "comment\n2\n3\n0 0 0 1 1 0.5 0.0\n",
            "comment\n2\n",
            "",
        ] {
            assert_eq!(kind(other), None, "{other}");
        }
    }

    #[test]
    fn what_stands_behind_the_counts_is_a_comment() {
        for counts in ["1 1 1", "1 1 1 ! degeneracies", "1, 2*1", "3*1 (all)"] {
            let text = format!(
                "model\n 1 ! orbitals, 3 lines\n 3  number of vectors\n {counts}\n\
                 0 0 0 1 1 0.5 0.0 # on site\n1 0 0 1 1 -1 0\n-1 0 0 1 1 -1 0\n"
            );
            assert_eq!(kind(&text), Some(Kind::Hr), "{counts}");
            let matrix = parse(Path::new("x_hr.dat"), &text, Kind::Hr).unwrap();
            assert_eq!(matrix.degeneracies, [1; 3], "{counts}");
            assert_eq!(matrix.elements[0], Complex64::new(0.5, 0.0));
        }
    }
}
