//! Reading BXSF.

use super::tokens::{COPY_AGAIN, Tokens, equal_within};
use super::units::choices;
use super::{BxsfUnits, LATTICE_COMMENT, SPIN_COMMENT, UNITS_COMMENT};
use crate::bands::{BandGrid, BandHeader, SpinTreatment};
use crate::crystal::{self, KGrid, Lattice, PointGroup, Tensor};
use crate::error::{Error, Result};
use crate::io::{TWO_ASSUMED, text};
use std::path::Path;

/// Relative accuracy of the vectors, which some codes print with six digits.
const LATTICE_TOLERANCE: f64 = 1e-4;

/// Whether the text begins like a BXSF file.
pub(in crate::io) fn is_bxsf(text: &str) -> bool {
    text.contains("BEGIN_BLOCK_BANDGRID") || text.trim_start().starts_with("BEGIN_INFO")
}

/// Reads a BXSF file, plain or gzip. Energies eV, `[band][n1][n2][n3]`; the repeated last points are checked and dropped.
///
/// `units` are those of the code that wrote the file. Without them, the file's comments must say (Wannier90, bzint).
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::BadOption`] where the units are not known; [`Error::BadFile`] for
/// a file that is cut short, a number that is none or not finite, zero bands, singular vectors, and a last plane that does
/// not repeat the first.
pub fn read(path: &Path, units: Option<BxsfUnits>) -> Result<BandGrid> {
    let file = text::read(path)?;
    let mut bands = parse(path, &file.text, units)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = file.sha256;
    Ok(bands)
}

/// Reads the text of a BXSF file; `path` is only named in errors.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, content: &str, units: Option<BxsfUnits>) -> Result<BandGrid> {
    let info = Info::read(path, content)?;
    let (units, assumed) = match units {
        Some(units) => (units, "as the user says".to_string()),
        None => info.detect_units(path)?,
    };
    let mut tokens = Tokens::after_label(path, content)?;
    let n_band = tokens.count("number of bands")?;
    if n_band == 0 {
        return Err(tokens.bad(
            "the file announces 0 bands",
            "give a file with at least one band",
        ));
    }
    let mut general = [0; 3];
    for n in &mut general {
        *n = tokens.count("grid size")?;
        if *n < 2 {
            let problem = format!("{n} points along an axis, where a general grid has at least 2");
            return Err(tokens.bad(
                problem,
                "write N+1 points per axis, the last equal to the first",
            ));
        }
    }
    let origin = tokens.vector("grid origin")?;
    let mut vectors: Tensor = [[0.0; 3]; 3];
    for b in &mut vectors {
        *b = tokens.vector("reciprocal vector")?;
    }
    let scale = units.vectors.in_inverse_angstrom();
    let lattice = Lattice::from_reciprocal(vectors.map(|b| b.map(|x| x * scale)))
        .map_err(text::in_file(path))?;
    let lattice = info.own_lattice(lattice);
    let points = general.iter().try_fold(n_band, |p, &n| p.checked_mul(n));
    if points.is_none_or(|p| p > content.len()) {
        let [n1, n2, n3] = general;
        let problem =
            format!("{n_band} bands of {n1}×{n2}×{n3} energies are more than the file can hold");
        return Err(tokens.bad(problem, COPY_AGAIN));
    }

    let mut energies = Vec::new();
    let mut first_band = 1;
    let mut step: f64 = 0.0;
    for band in 0..n_band {
        let number = tokens.band_label()?;
        if band == 0 {
            first_band = number;
        }
        let (values, digits) = tokens.energies(number, general.iter().product())?;
        step = step.max(digits);
        tokens.drop_repeats(number, general, &values, digits, &mut energies)?;
    }
    tokens.end()?;
    let to_ev = units.energy.in_ev();
    energies.iter_mut().for_each(|e| *e *= to_ev);

    let n = general.map(|n| n - 1);
    let start = lattice.k_fractional(origin.map(|x| x * scale));
    let grid = KGrid::new(n, [0.0; 3]).map_err(text::in_file(path))?;
    if grid.locate(start, 1e-4) != Some([0; 3]) {
        return Err(Error::bad_file(
            path,
            "grid origin",
            format!("({}, {}, {}) is not Γ", origin[0], origin[1], origin[2]),
            "write the grid from Γ on (origin 0 0 0)",
        ));
    }
    let (spin, spin_assumed) = info.spin();
    let n_band = match spin {
        SpinTreatment::Collinear if n_band.is_multiple_of(2) => {
            // Up and down in turn: first all up bands, then all down bands.
            let band = |number: usize| &energies[number * grid.len()..][..grid.len()];
            let order = (0..n_band).step_by(2).chain((1..n_band).step_by(2));
            energies = order.flat_map(|number| band(number).to_vec()).collect();
            n_band / 2
        }
        SpinTreatment::Collinear => {
            return Err(Error::bad_file(
                path,
                "number of bands",
                format!("{n_band} bands, where up and down bands are said to alternate"),
                COPY_AGAIN,
            ));
        }
        _ => n_band,
    };
    let mut header = BandHeader::new(lattice, grid, spin, n_band);
    header.spin_assumed = spin_assumed;
    header.first_band = first_band;
    header.fermi_level_ev = info.fermi.map(|e| e * to_ev);
    let group = PointGroup::of_lattice(&header.lattice, LATTICE_TOLERANCE).on_grid(&header.k_grid);
    header.point_group = symmetry_of(
        &group,
        &header.k_grid,
        &energies,
        equal_within(step) * to_ev,
    );
    header.provenance.format = "BXSF".to_string();
    header.provenance.notes = info.notes(&units, &assumed, first_band, header.point_group.order());
    BandGrid::new(header, energies).map_err(text::in_file(path))
}

/// The operations of `group` with E(R u) = E(u) for all bands and points.
pub(crate) fn symmetry_of(
    group: &PointGroup,
    grid: &KGrid,
    energies: &[f64],
    tolerance: f64,
) -> PointGroup {
    let [n1, n2, n3] = grid.n;
    group.filter(|r| {
        (0..n1 * n2 * n3).all(|p| {
            let u = grid.point([p / (n2 * n3), p / n3 % n2, p % n3]);
            grid.locate(crystal::apply(r, u), 1e-5).is_some_and(|j| {
                let image = grid.index(j);
                energies
                    .chunks_exact(grid.len())
                    .all(|band| (band[p] - band[image]).abs() <= tolerance)
            })
        })
    })
}

/// What the lines before the grid say.
#[derive(Default)]
struct Info {
    fermi: Option<f64>,
    from_wannier90: bool,
    from_fs_x: bool,
    own_units: Option<String>,
    own_spin: Option<SpinTreatment>,
    /// Numbers of the direct lattice.
    own_lattice: Vec<f64>,
    from_abinit: bool,
    /// Up and down bands in turn.
    alternates: bool,
}

impl Info {
    fn read(path: &Path, content: &str) -> Result<Self> {
        let mut info = Self::default();
        for (number, line) in content.lines().enumerate() {
            let line = line.trim();
            if line.starts_with("BEGIN_BLOCK_BANDGRID") {
                break;
            }
            let comment = line.trim_start_matches('#').trim();
            if line.contains("Generated by the Wannier90 code") {
                info.from_wannier90 = true;
            } else if comment.contains("generated by the ABINIT package") {
                info.from_abinit = true;
            } else if comment.contains("first band is relative to spin-up electrons") {
                info.alternates = true;
            } else if let Some(case) = comment.strip_prefix("Case:") {
                info.from_fs_x |= case.trim().ends_with("_fs.bxsf");
            } else if let Some(units) = comment.strip_prefix(UNITS_COMMENT) {
                info.own_units = Some(units.trim().to_string());
            } else if let Some(numbers) = comment.strip_prefix(LATTICE_COMMENT) {
                let numbers = numbers.split_whitespace().map_while(text::number);
                info.own_lattice.extend(numbers);
            } else if let Some(spin) = comment.strip_prefix(SPIN_COMMENT) {
                info.own_spin = SpinTreatment::from_name(spin.trim());
            } else if line.to_ascii_lowercase().starts_with("fermi energy") {
                let value = line.split(':').nth(1).unwrap_or("").trim();
                let level = value.split_ascii_whitespace().next().and_then(text::number);
                info.fermi = Some(level.ok_or_else(|| {
                    Error::bad_file(
                        path,
                        format!("line {}", number + 1),
                        format!("the Fermi energy is \"{value}\", not a finite number"),
                        "correct the line",
                    )
                })?);
            }
        }
        Ok(info)
    }

    /// The units that the comments state or betray, and how that is known.
    fn detect_units(&self, path: &Path) -> Result<(BxsfUnits, String)> {
        if let Some(text) = &self.own_units {
            let units = text.parse().map_err(|_| {
                Error::bad_file(
                    path,
                    format!("comment `{UNITS_COMMENT}`"),
                    format!("\"{text}\" is no unit"),
                    format!("correct it to {}", choices()),
                )
            })?;
            return Ok((units, "as the file's comment says".to_string()));
        }
        if self.from_wannier90 {
            let how = "as Wannier90 writes, which the file names as its origin".to_string();
            return Ok((BxsfUnits::WANNIER90, how));
        }
        if self.from_abinit {
            let how = "as ABINIT writes, which the file names as its origin".to_string();
            return Ok((BxsfUnits::ABINIT, how));
        }
        let (problem, remedy) = if self.from_fs_x {
            (
                "Quantum ESPRESSO's fs.x wrote this file: eV, vectors in units of 2π/alat, and alat is not in the file",
                "give alat in bohr as `--bxsf-units qe:ALAT` (pw.x prints it as `lattice parameter (alat)`)".to_string(),
            )
        } else {
            (
                "a BXSF file does not state its units",
                format!("give {}", choices()),
            )
        };
        Err(Error::bad_option(
            "--bxsf-units",
            format!("{}: {problem}", path.display()),
            remedy,
        ))
    }

    /// The lattice to its last digit, where a comment has it and it is that of the vectors.
    fn own_lattice(&self, of_vectors: Lattice) -> Lattice {
        let rows = match self.own_lattice.as_slice() {
            &[a, b, c, d, e, f, g, h, i] => Some([[a, b, c], [d, e, f], [g, h, i]]),
            _ => None,
        };
        let exact = rows.and_then(|rows| Lattice::new(rows).ok());
        let same = |exact: &Lattice| {
            let pairs = exact
                .rows()
                .iter()
                .flatten()
                .zip(of_vectors.rows().iter().flatten());
            let size = of_vectors.volume().cbrt();
            pairs.into_iter().all(|(x, y)| (x - y).abs() < 1e-9 * size)
        };
        exact.filter(same).unwrap_or(of_vectors)
    }

    /// Spin treatment, and whether it is an assumption.
    fn spin(&self) -> (SpinTreatment, bool) {
        match self.own_spin {
            Some(spin) => (spin, false),
            None if self.alternates => (SpinTreatment::Collinear, false),
            None => (SpinTreatment::Unpolarized, true),
        }
    }

    fn notes(&self, units: &BxsfUnits, how: &str, first_band: usize, order: usize) -> Vec<String> {
        let mut notes = vec![format!("Units: {units}, {how}.")];
        match self.spin() {
            (SpinTreatment::Collinear, _) => {
                notes.push("Up and down bands alternate, as the file's comment says.".to_string());
            }
            (_, true) => notes.push(format!("BXSF does not state spin: {TWO_ASSUMED}.")),
            (_, false) => {}
        }
        if self.fermi.is_none() {
            notes.push("The file has no Fermi level.".to_string());
        }
        if first_band > 1 {
            notes.push(format!(
                "The bands below number {first_band} are not in the file."
            ));
        }
        notes.push(format!(
            "BXSF has no symmetry: the energies have {order} operations, within the digits printed."
        ));
        notes
    }
}
