//! Quantum ESPRESSO's `data-file-schema.xml` (pw.x 6.x and 7.x), plain or gzip, or a directory that holds it.
//!
//! * Units: Hartree and bohr; k-points Cartesian in 2π/alat.
//! * Symmetry: only operations of class `crystal_symmetry` hold for the crystal. The file stores the matrix s of QE's
//!   `symm_base`, columns first; it acts on fractional k as u' = s u. An operation with `time_reversal="true"` acts as −s.
//! * Implicit time reversal: E(k) = E(−k) holds for every run that is not a magnetic noncollinear one. That is physics, not
//!   bookkeeping, so it also holds where `noinv` or `no_t_rev` kept pw.x from using it.
//! * Spin: LSDA lists the `nbnd_up` up eigenvalues, then the `nbnd_dw` down ones, of each k-point in one block.

use super::text;
use crate::bands::unfold::IrreducibleBands;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, KGrid, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use crate::units::{BOHR_ANGSTROM, HARTREE_EV};
use roxmltree::{Document, Node};
use std::path::{Path, PathBuf};

/// Name of the file in `PREFIX.save`.
const FILE_NAME: &str = "data-file-schema.xml";
/// What to do about a file that is not whole.
const RUN_AGAIN: &str = "the file is incomplete or was edited: copy it again, or repeat the run";

/// The band file in `directory`: `data-file-schema.xml` (or `.xml.gz`) in it, or in its only `*.save` directory.
pub fn find_in_directory(directory: &Path) -> Option<PathBuf> {
    let inside = |folder: &Path| {
        [FILE_NAME.to_string(), format!("{FILE_NAME}.gz")]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|file| file.is_file())
    };
    if let Some(file) = inside(directory) {
        return Some(file);
    }
    let mut found = std::fs::read_dir(directory)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "save"))
        .filter_map(|path| inside(&path));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Reads the bands of a pw.x run and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::BadFile`] for XML that is truncated or not pw.x's, an element that
/// is missing, a number that is none or not finite, a wrong number of eigenvalues, and k-points that symmetry does not
/// complete to a regular grid.
pub fn read(path: &Path) -> Result<BandGrid> {
    let file = if path.is_dir() {
        find_in_directory(path).ok_or_else(|| {
            Error::bad_file(
                path,
                "directory",
                format!("it holds no {FILE_NAME}, or several *.save directories that do"),
                "give the PREFIX.save directory of one pw.x run",
            )
        })?
    } else {
        path.to_path_buf()
    };
    let text = text::read(&file)?;
    let mut bands = parse(&file, &text.text)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = text.sha256;
    Ok(bands)
}

/// Reads the text of the XML file; `path` is only named in errors.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, text: &str) -> Result<BandGrid> {
    let document = Document::parse(text).map_err(|error| {
        let at = error.pos();
        Error::bad_file(
            path,
            format!("line {}, column {}", at.row, at.col),
            format!("the XML is broken: {error}"),
            RUN_AGAIN,
        )
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "espresso" {
        return Err(Error::bad_file(
            path,
            "root element",
            format!("<{}> is not <qes:espresso>", root.tag_name().name()),
            "give the data-file-schema.xml of a pw.x run (version 6.2 or newer)",
        ));
    }
    let reader = Reader { path };
    let output = reader.child(root, "output")?;
    reader.bands(root, output)
}

/// Reads elements, and names file and element in its errors.
struct Reader<'a> {
    path: &'a Path,
}

/// What `<band_structure>` says about spin and the number of bands.
struct BandCount {
    spin: SpinTreatment,
    up: usize,
    down: usize,
}

impl Reader<'_> {
    fn bands(&self, root: Node, output: Node) -> Result<BandGrid> {
        let structure = self.child(output, "atomic_structure")?;
        let (lattice, alat_bohr) = self.lattice(structure)?;
        let atoms = self.atoms(structure, &lattice)?;
        let block = self.child(output, "band_structure")?;
        let count = self.band_count(block)?;
        let magnetic_spinors = count.spin == SpinTreatment::Spinor && is_magnetic(output);
        let (point_group, reversed) = self.point_group(output, &lattice)?;
        let (k_points, energies) = self.eigenvalues(block, &count, &lattice, alat_bohr)?;
        let n_k = k_points.len();
        let wedge = IrreducibleBands {
            grid: self.monkhorst_pack(root, block)?,
            spin: count.spin,
            n_band: count.up.min(count.down),
            time_reversal: !magnetic_spinors,
            lattice,
            k_points,
            energies,
            atoms,
            point_group,
        };
        let mut bands = wedge.into_grid().map_err(text::in_file(self.path))?;

        let mut notes = Vec::new();
        if count.up != count.down {
            notes.push(format!(
                "The run has {} up and {} down bands; the lowest {} of each are used.",
                count.up,
                count.down,
                count.up.min(count.down)
            ));
        }
        if magnetic_spinors {
            notes.push(format!(
                "Magnetic noncollinear run: E(k) = E(-k) is not assumed; {reversed} operations include time reversal."
            ));
        }
        let fermi_level_ev = self.fermi_level(block, &mut notes)?;
        let n_electrons = self.optional_number(block, "nelec")?;
        let header = bands.header_mut();
        header.fermi_level_ev = fermi_level_ev;
        header.n_electrons = n_electrons;
        header.provenance.format = format_name(root);
        notes.insert(
            0,
            format!(
                "{n_k} listed k-points, completed to {} with {} operations.",
                header.k_grid,
                header.point_group.order()
            ),
        );
        notes.append(&mut header.provenance.notes);
        header.provenance.notes = notes;
        header.validate().map_err(text::in_file(self.path))?;
        Ok(bands)
    }

    fn lattice(&self, structure: Node) -> Result<(Lattice, f64)> {
        let cell = self.child(structure, "cell")?;
        let mut rows = [[0.0; 3]; 3];
        for (row, name) in rows.iter_mut().zip(["a1", "a2", "a3"]) {
            *row = self
                .vector(self.child(cell, name)?)?
                .map(|x| x * BOHR_ANGSTROM);
        }
        let lattice = Lattice::new(rows).map_err(text::in_file(self.path))?;
        let alat = structure.attribute("alat").unwrap_or("absent");
        match text::number(alat) {
            Some(value) if value > 0.0 => Ok((lattice, value)),
            _ => Err(self.bad(
                structure,
                format!("alat=\"{alat}\" is no positive number"),
                RUN_AGAIN,
            )),
        }
    }

    fn atoms(&self, structure: Node, lattice: &Lattice) -> Result<Vec<Atom>> {
        let Some(positions) = find(structure, "atomic_positions") else {
            return Ok(Vec::new());
        };
        let b = lattice.reciprocal();
        let scale = BOHR_ANGSTROM * 0.5 / std::f64::consts::PI;
        positions
            .children()
            .filter(|node| node.has_tag_name("atom"))
            .map(|node| {
                let r = self.vector(node)?;
                Ok(Atom {
                    symbol: node.attribute("name").unwrap_or("X").to_string(),
                    position: b.map(|b| scale * (b[0] * r[0] + b[1] * r[1] + b[2] * r[2])),
                })
            })
            .collect()
    }

    fn band_count(&self, block: Node) -> Result<BandCount> {
        let lsda = self.flag(block, "lsda")?;
        let noncollinear = self.flag(block, "noncolin")?;
        let count = |name: &str| -> Result<Option<usize>> {
            let Some(node) = find(block, name) else {
                return Ok(None);
            };
            let text = node.text().unwrap_or("").trim();
            match text.parse() {
                Ok(n) if n > 0 => Ok(Some(n)),
                _ => Err(self.bad(
                    node,
                    format!("\"{text}\" is no positive number of bands"),
                    RUN_AGAIN,
                )),
            }
        };
        if lsda {
            let spin = SpinTreatment::Collinear;
            if let (Some(up), Some(down)) = (count("nbnd_up")?, count("nbnd_dw")?) {
                return Ok(BandCount { spin, up, down });
            }
            // Some versions give only the number of both together.
            return match count("nbnd")? {
                Some(both) if both % 2 == 0 => Ok(BandCount {
                    spin,
                    up: both / 2,
                    down: both / 2,
                }),
                _ => Err(self.bad(
                    block,
                    "an LSDA run without <nbnd_up> and <nbnd_dw>",
                    RUN_AGAIN,
                )),
            };
        }
        let Some(n) = count("nbnd")? else {
            return Err(self.bad(block, "<nbnd> is missing", RUN_AGAIN));
        };
        let spin = if noncollinear {
            SpinTreatment::Spinor
        } else {
            SpinTreatment::Unpolarized
        };
        Ok(BandCount {
            spin,
            up: n,
            down: n,
        })
    }

    /// The crystal's operations on k, and how many include time reversal.
    fn point_group(&self, output: Node, lattice: &Lattice) -> Result<(PointGroup, usize)> {
        let Some(list) = find(output, "symmetries") else {
            return Ok((PointGroup::identity(), 0));
        };
        let mut rotations: Vec<Rotation> = Vec::new();
        let mut reversed = 0;
        for symmetry in list.children().filter(|n| n.has_tag_name("symmetry")) {
            let info = self.child(symmetry, "info")?;
            if info.text().map(str::trim) != Some("crystal_symmetry") {
                continue;
            }
            let node = self.child(symmetry, "rotation")?;
            let numbers = self.numbers(node)?;
            if numbers.len() != 9 {
                return Err(self.bad(
                    node,
                    format!("{} numbers, where a rotation has 9", numbers.len()),
                    RUN_AGAIN,
                ));
            }
            if let Some(x) = numbers
                .iter()
                .find(|x| (*x - x.round()).abs() > 1e-5 || x.abs() > 9.0)
            {
                return Err(self.bad(
                    node,
                    format!("{x} in a rotation in crystal axes is no small integer"),
                    RUN_AGAIN,
                ));
            }
            let time_reversal = info.attribute("time_reversal").is_some_and(is_true);
            let sign = if time_reversal { -1 } else { 1 };
            reversed += usize::from(time_reversal);
            // Fortran order: the file's index runs down the columns.
            rotations.push(std::array::from_fn(|i| {
                std::array::from_fn(|j| sign * numbers[3 * j + i].round() as i32)
            }));
        }
        let group = PointGroup::new(lattice, rotations).map_err(text::in_file(self.path))?;
        Ok((group, reversed))
    }

    /// The Monkhorst–Pack entry, where the run had one. QE's shift of 1 is half a step.
    fn monkhorst_pack(&self, root: Node, block: Node) -> Result<Option<KGrid>> {
        let used = find(block, "starting_k_points");
        let asked = || find(root, "input").and_then(|input| find(input, "k_points_IBZ"));
        let Some(node) = used.or_else(asked).and_then(|n| find(n, "monkhorst_pack")) else {
            return Ok(None);
        };
        let attribute = |name: &str| -> Result<usize> {
            let text = node.attribute(name).unwrap_or("absent");
            text.trim().parse().map_err(|_| {
                self.bad(
                    node,
                    format!("{name}=\"{text}\" is no number of grid points"),
                    RUN_AGAIN,
                )
            })
        };
        let n = [attribute("nk1")?, attribute("nk2")?, attribute("nk3")?];
        let shift = [attribute("k1")?, attribute("k2")?, attribute("k3")?];
        let grid = KGrid::new(n, shift.map(|s| 0.5 * s as f64));
        grid.map(Some).map_err(text::in_file(self.path))
    }

    /// Fractional k-points, and energies in eV as `[k][spin][band]`.
    fn eigenvalues(
        &self,
        block: Node,
        count: &BandCount,
        lattice: &Lattice,
        alat_bohr: f64,
    ) -> Result<(Vec<[f64; 3]>, Vec<f64>)> {
        let unit = 2.0 * std::f64::consts::PI / (alat_bohr * BOHR_ANGSTROM);
        let collinear = count.spin == SpinTreatment::Collinear;
        let per_k = if collinear {
            count.up + count.down
        } else {
            count.up
        };
        let n_band = count.up.min(count.down);
        let mut k_points = Vec::new();
        let mut energies = Vec::new();
        for node in block.children().filter(|n| n.has_tag_name("ks_energies")) {
            let k = self.vector(self.child(node, "k_point")?)?;
            k_points.push(lattice.k_fractional(k.map(|x| x * unit)));
            let list = self.child(node, "eigenvalues")?;
            let values = self
                .numbers(list)
                .map_err(|e| self.at_k_point(e, k_points.len()))?;
            if values.len() != per_k {
                return Err(self.bad(
                    list,
                    format!(
                        "k-point {} has {} eigenvalues, where {per_k} are announced",
                        k_points.len(),
                        values.len()
                    ),
                    RUN_AGAIN,
                ));
            }
            let channels: &[usize] = if collinear { &[0, count.up] } else { &[0] };
            for &first in channels {
                let channel = values[first..].iter().take(n_band);
                energies.extend(channel.map(|e| e * HARTREE_EV));
            }
        }
        let announced = self.child(block, "nks")?;
        let text = announced.text().unwrap_or("").trim();
        if text.parse() != Ok(k_points.len()) {
            return Err(self.bad(
                announced,
                format!(
                    "{} k-points are listed, where \"{text}\" are announced",
                    k_points.len()
                ),
                RUN_AGAIN,
            ));
        }
        Ok((k_points, energies))
    }

    fn fermi_level(&self, block: Node, notes: &mut Vec<String>) -> Result<Option<f64>> {
        let highest = self.optional_number(block, "highestOccupiedLevel")?;
        let lowest = self.optional_number(block, "lowestUnoccupiedLevel")?;
        let level = self.optional_number(block, "fermi_energy")?;
        if let Some(node) = find(block, "two_fermi_energies") {
            let levels = self.numbers(node)?;
            let &[up, down] = levels.as_slice() else {
                return Err(self.bad(
                    node,
                    format!(
                        "{} numbers, where there are two Fermi energies",
                        levels.len()
                    ),
                    RUN_AGAIN,
                ));
            };
            let (up, down) = (up * HARTREE_EV, down * HARTREE_EV);
            if (up - down).abs() < 1e-6 {
                return Ok(Some(up));
            }
            notes.push(format!(
                "Fixed total magnetization: the Fermi level of the up bands is {up:.4} eV, of the down bands {down:.4} eV. \
                 There is no common one: give `--fermi-level EV`, or let the electron count decide."
            ));
            return Ok(None);
        }
        if let Some(top) = highest
            && level.is_none_or(|level| (level - top).abs() < 1e-7)
        {
            let bottom = lowest.map_or(String::new(), |l| {
                format!(", the lowest empty level at {:.4} eV", l * HARTREE_EV)
            });
            notes.push(format!(
                "Insulating occupations: the Fermi level of the file is the highest occupied level, {:.4} eV{bottom}.",
                top * HARTREE_EV
            ));
        } else if level.is_none() {
            notes.push("The file has no Fermi level.".to_string());
        }
        Ok(level.or(highest).map(|e| e * HARTREE_EV))
    }

    fn child<'n>(&self, node: Node<'n, 'n>, name: &str) -> Result<Node<'n, 'n>> {
        find(node, name).ok_or_else(|| self.bad(node, format!("<{name}> is missing"), RUN_AGAIN))
    }

    fn flag(&self, node: Node, name: &str) -> Result<bool> {
        let child = self.child(node, name)?;
        Ok(child.text().is_some_and(is_true))
    }

    fn optional_number(&self, node: Node, name: &str) -> Result<Option<f64>> {
        let Some(child) = find(node, name) else {
            return Ok(None);
        };
        match self.numbers(child)?.as_slice() {
            [value] => Ok(Some(*value)),
            other => Err(self.bad(
                child,
                format!("{} numbers, where one is expected", other.len()),
                RUN_AGAIN,
            )),
        }
    }

    fn vector(&self, node: Node) -> Result<[f64; 3]> {
        let numbers = self.numbers(node)?;
        <[f64; 3]>::try_from(numbers.as_slice()).map_err(|_| {
            self.bad(
                node,
                format!("{} numbers, where a vector has 3", numbers.len()),
                RUN_AGAIN,
            )
        })
    }

    fn numbers(&self, node: Node) -> Result<Vec<f64>> {
        let text = node.text().unwrap_or("");
        text.split_ascii_whitespace()
            .enumerate()
            .map(|(i, token)| {
                text::number(token).ok_or_else(|| {
                    self.bad(
                        node,
                        format!("number {} is \"{token}\", not a finite number", i + 1),
                        "the run did not converge or the file is damaged: repeat the run",
                    )
                })
            })
            .collect()
    }

    fn at_k_point(&self, error: Error, number: usize) -> Error {
        match error {
            Error::BadFile {
                path,
                place,
                problem,
                remedy,
            } => Error::BadFile {
                path,
                place: format!("{place}, k-point {number}"),
                problem,
                remedy,
            },
            other => other,
        }
    }

    fn bad(&self, node: Node, problem: impl Into<String>, remedy: &str) -> Error {
        let line = node.document().text_pos_at(node.range().start).row;
        let place = format!("<{}> in line {line}", node.tag_name().name());
        Error::bad_file(self.path, place, problem, remedy)
    }
}

fn find<'n>(node: Node<'n, 'n>, name: &str) -> Option<Node<'n, 'n>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | ".true." | "1")
}

/// Whether a noncollinear run has a magnetization: what the file says, and yes where it says nothing.
fn is_magnetic(output: Node) -> bool {
    find(output, "magnetization")
        .and_then(|m| find(m, "do_magnetization"))
        .and_then(|flag| flag.text())
        .is_none_or(is_true)
}

/// "Quantum ESPRESSO XML", with the versions that the file names.
fn format_name(root: Node) -> String {
    let version = |name: &str| {
        find(root, "general_info")
            .and_then(|info| find(info, name))
            .and_then(|node| {
                let name = node.attribute("NAME")?;
                Some(format!("{name} {}", node.attribute("VERSION")?))
            })
    };
    let known: Vec<String> = [version("creator"), version("xml_format")]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        return "Quantum ESPRESSO XML".to_string();
    }
    format!("Quantum ESPRESSO XML ({})", known.join(", "))
}
