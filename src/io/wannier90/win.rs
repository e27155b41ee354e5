//! `SEED.win`: the input of Wannier90. Keywords in any case, `=`, `:` or blanks before the value, comments after `!` or `#`;
//! blocks from `begin NAME` to `end NAME`, with an optional first line `bohr` or `ang`.

use crate::crystal::{Atom, Lattice};
use crate::error::{Error, Result};
use crate::io::text;
use crate::units::BOHR_ANGSTROM;
use std::collections::HashMap;
use std::path::Path;

/// What is used of the file.
pub(super) struct Win {
    /// Rows, Å.
    pub lattice: Lattice,
    pub atoms: Vec<Atom>,
    /// `mp_grid`.
    pub grid: Option<[usize; 3]>,
    pub num_wann: Option<usize>,
    /// `fermi_energy`, eV.
    pub fermi_energy_ev: Option<f64>,
    /// `spinors`.
    pub spinors: bool,
    /// `write_ndegen_applied`.
    pub applied: bool,
    /// `spin`: the one channel of a collinear run.
    pub channel: Option<String>,
}

/// Whether a file that begins with `text` is one.
pub(super) fn is_win(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut words = lower.lines().map(|l| {
        let mut words = split(l);
        (words.next().unwrap_or(""), words.next().unwrap_or(""))
    });
    let mut found = [false; 2];
    words.any(|(first, second)| {
        found[0] |= first == "num_wann";
        found[1] |= first == "mp_grid" || (first == "begin" && second == "unit_cell_cart");
        found == [true; 2]
    })
}

/// A line with its number, without its comment.
type Line<'a> = (usize, &'a str);

/// Reads the text of a file; `path` is only named in errors.
///
/// # Errors
/// [`Error::BadFile`] for a keyword with a value that is none, a block without its end, and a file without lattice.
pub(super) fn parse(path: &Path, content: &str) -> Result<Win> {
    let file = Sections::new(path, content)?;
    let lattice = file.lattice()?;
    let grid: Option<[usize; 3]> = match file.keywords.get("mp_grid") {
        None => None,
        Some((line, value)) => {
            let parts: Vec<usize> = split(value).filter_map(|w| w.parse().ok()).collect();
            match parts[..] {
                [a, b, c] if a > 0 && b > 0 && c > 0 => Some([a, b, c]),
                _ => {
                    return Err(file.bad(
                        *line,
                        format!("mp_grid is \"{value}\""),
                        "give three counts",
                    ));
                }
            }
        }
    };
    Ok(Win {
        atoms: file.atoms(&lattice)?,
        lattice,
        grid,
        num_wann: file.number("num_wann")?.map(|n| n as usize),
        fermi_energy_ev: file.number("fermi_energy")?,
        spinors: file.is_true("spinors"),
        applied: file.is_true("write_ndegen_applied"),
        channel: file.keywords.get("spin").map(|(_, v)| (*v).to_string()),
    })
}

fn separates(c: char) -> bool {
    c.is_whitespace() || c == '=' || c == ':' || c == ','
}

fn split(line: &str) -> impl Iterator<Item = &str> {
    line.split(separates).filter(|w| !w.is_empty())
}

/// The file taken apart.
struct Sections<'a> {
    path: &'a Path,
    keywords: HashMap<String, Line<'a>>,
    blocks: HashMap<String, Vec<Line<'a>>>,
}

impl<'a> Sections<'a> {
    fn new(path: &'a Path, content: &'a str) -> Result<Self> {
        let mut file = Self {
            path,
            keywords: HashMap::new(),
            blocks: HashMap::new(),
        };
        let mut open: Option<(String, Vec<Line>)> = None;
        for (i, line) in content.lines().enumerate() {
            let line = line.split(['!', '#']).next().unwrap_or("").trim();
            // The first word begins the line, or its end would not be where its length says.
            let line = line.trim_start_matches(separates);
            let mut words = split(line);
            let Some(first) = words.next() else { continue };
            let first = first.to_ascii_lowercase();
            let name = words.next().unwrap_or("").to_ascii_lowercase();
            match (&mut open, first.as_str()) {
                (None, "begin") => open = Some((name, Vec::new())),
                (None, _) => {
                    let value = line[first.len()..]
                        .trim_start_matches(|c: char| c.is_whitespace() || c == '=' || c == ':');
                    file.keywords.insert(first, (i + 1, value.trim()));
                }
                (Some(_), "end") => {
                    if let Some((name, lines)) = open.take() {
                        file.blocks.insert(name, lines);
                    }
                }
                (Some((_, lines)), _) => lines.push((i + 1, line)),
            }
        }
        match open {
            None => Ok(file),
            Some((name, _)) => Err(file.bad(
                content.lines().count(),
                format!("the file ends inside the block {name}"),
                "copy it again",
            )),
        }
    }

    fn bad(&self, line: usize, problem: String, remedy: &str) -> Error {
        Error::bad_file(self.path, format!("line {line}"), problem, remedy)
    }

    /// Whether a logical keyword is set.
    fn is_true(&self, keyword: &str) -> bool {
        self.keywords.get(keyword).is_some_and(|(_, value)| {
            value
                .trim_start_matches('.')
                .to_ascii_lowercase()
                .starts_with('t')
        })
    }

    /// The number of a keyword.
    fn number(&self, keyword: &str) -> Result<Option<f64>> {
        let Some((line, value)) = self.keywords.get(keyword) else {
            return Ok(None);
        };
        match split(value).next().and_then(text::number) {
            Some(number) => Ok(Some(number)),
            None => Err(self.bad(
                *line,
                format!("{keyword} is \"{value}\", no finite number"),
                "correct the value",
            )),
        }
    }

    /// The lines of a block after its unit, and the factor to Å.
    fn block(&self, name: &str) -> Option<(&[Line<'a>], f64)> {
        let lines = self.blocks.get(name)?;
        let unit = lines.first().map(|(_, l)| l.to_ascii_lowercase());
        match unit.as_deref() {
            Some(unit) if unit.starts_with("bohr") => Some((&lines[1..], BOHR_ANGSTROM)),
            Some(unit) if unit.starts_with("ang") => Some((&lines[1..], 1.0)),
            _ => Some((lines, 1.0)),
        }
    }

    /// Three numbers from `words`.
    fn triple<'w>(&self, line: usize, words: impl Iterator<Item = &'w str>) -> Result<[f64; 3]> {
        let numbers: Option<Vec<f64>> = words.take(3).map(text::number).collect();
        match numbers.as_deref() {
            Some(&[x, y, z]) => Ok([x, y, z]),
            _ => Err(self.bad(
                line,
                "three finite numbers are expected here".into(),
                "correct the line",
            )),
        }
    }

    fn lattice(&self) -> Result<Lattice> {
        let Some((lines, factor)) = self.block("unit_cell_cart") else {
            return Err(Error::bad_file(
                self.path,
                "unit_cell_cart",
                "the file has no such block",
                "give the .win that Wannier90 ran with",
            ));
        };
        let &[a, b, c] = lines else {
            return Err(Error::bad_file(
                self.path,
                "unit_cell_cart",
                format!("{} lines, where three vectors are expected", lines.len()),
                "correct the block",
            ));
        };
        let mut rows = [[0.0; 3]; 3];
        for (row, (line, text)) in rows.iter_mut().zip([a, b, c]) {
            *row = self.triple(line, split(text))?.map(|x| x * factor);
        }
        Lattice::new(rows).map_err(text::in_file(self.path))
    }

    fn atoms(&self, lattice: &Lattice) -> Result<Vec<Atom>> {
        let fractional = self.block("atoms_frac");
        let is_fractional = fractional.is_some();
        let Some((lines, factor)) = fractional.or_else(|| self.block("atoms_cart")) else {
            return Ok(Vec::new());
        };
        let b = lattice.reciprocal();
        let turn = 0.5 / std::f64::consts::PI;
        lines
            .iter()
            .map(|&(line, text)| {
                let mut words = split(text);
                let symbol = words.next().unwrap_or("").to_string();
                let x = self.triple(line, words)?;
                let position = if is_fractional {
                    x
                } else {
                    b.map(|b| turn * factor * (0..3).map(|c| b[c] * x[c]).sum::<f64>())
                };
                Ok(Atom { symbol, position })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Num_Wann : 2   ! sp\nMP_GRID 4 5 6\nspinors=.TRUE.\nfermi_energy = 1.5d0\n\
        begin unit_cell_cart\n BOHR\n 2 0 0\n 0 4 0\n0 0 8 # c\nend unit_cell_cart\n\
        begin atoms_cart\nang\nFe 0.0 1.0583544 0\nend atoms_cart\n";

    #[test]
    fn keywords_blocks_and_units_are_understood() {
        assert!(is_win(TEXT));
        let win = parse(Path::new("x.win"), TEXT).unwrap();
        assert_eq!(win.grid, Some([4, 5, 6]));
        assert_eq!((win.num_wann, win.fermi_energy_ev), (Some(2), Some(1.5)));
        assert!(win.spinors && win.channel.is_none());
        assert!((win.lattice.rows()[2][2] - 8.0 * BOHR_ANGSTROM).abs() < 1e-12);
        let y = win.atoms[0].position[1];
        assert!((y - 0.5).abs() < 1e-6, "{y}");
    }

    #[test]
    fn a_line_that_begins_with_a_separator_has_its_keyword_and_its_value() {
        let text = TEXT.replace("Num_Wann : 2", "= \u{fc}m 7\n, Num_Wann = 2");
        assert_eq!(parse(Path::new("x.win"), &text).unwrap().num_wann, Some(2));
        // No product of counts is taken that no number holds.
        let text = TEXT.replace("4 5 6", "4294967296 4294967296 1");
        let grid = parse(Path::new("x.win"), &text).unwrap().grid;
        assert_eq!(grid, Some([1 << 32, 1 << 32, 1]));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_refused_with_its_place() {
        let error = |text: &str| parse(Path::new("x.win"), text).err().unwrap().to_string();
        assert!(error(&TEXT.replace("4 5 6", "4 5")).contains("mp_grid"));
        assert!(error(&TEXT.replace("1.5d0", "high")).contains("line 4"));
        assert!(error(&TEXT.replace(" 0 4 0", " 0 four 0")).contains("line 8"));
        assert!(error(&TEXT.replace("end atoms_cart", "")).contains("atoms_cart"));
        assert!(error(&TEXT.replace("unit_cell_cart", "cell")).contains("no such block"));
        assert!(error(&TEXT.replace(" 0 4 0", " 4 0 0")).contains("singular"));
    }
}
