//! Quantum ESPRESSO's `data-file-schema.xml` (pw.x 6.x and 7.x), plain or gzip, or a directory that holds it.
//!
//! * Units: Hartree and bohr; k-points Cartesian in 2π/alat.
//! * Fermi level: `<fermi_energy>` is that of the smearing or the (optimised) tetrahedra; with fixed occupations pw.x has
//!   `<highestOccupiedLevel>`, the valence band's top, and newer versions write that as `<fermi_energy>` too. A run with fixed
//!   magnetisation has `<two_fermi_energies>`, which are not merged into one.
//! * Spin weights: an unpolarised state holds two electrons; LSDA and noncollinear ones hold one. Electrons: `<nelec>`, valence.
//!   (Source of this page: pw.x's `qes` schema and what its versions 6.7 and 7.2 wrote.)
//! * Symmetry: only operations of class `crystal_symmetry` hold for the crystal. The file stores the matrix s of QE's
//!   `symm_base`, columns first; it acts on fractional k as u' = s u. An operation with `time_reversal="true"` acts as −s.
//! * Implicit time reversal: E(k) = E(−k) holds for every run that is not a magnetic noncollinear one. That is physics, not
//!   bookkeeping, so it also holds where `noinv` or `no_t_rev` kept pw.x from using it.
//! * Spin: LSDA lists the `nbnd_up` up eigenvalues, then the `nbnd_dw` down ones, of each k-point in one block.

mod band_structure;
mod element;

use self::element::{RUN_AGAIN, Reader, find, is_true};
use super::text;
use crate::bands::unfold::IrreducibleBands;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use crate::units::BOHR_ANGSTROM;
use roxmltree::{Document, Node};
use std::path::{Path, PathBuf};

/// Name of the file in `PREFIX.save`.
const FILE_NAME: &str = "data-file-schema.xml";

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
    check_shape(path, text)?;
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

/// Most attributes of an element and most elements around one, many times what pw.x writes. Beyond, the XML parser takes the square of
/// their number.
const MOST_ATTRIBUTES: usize = 200;
const MOST_DEPTH: usize = 100;

/// # Errors
/// [`Error::BadFile`] for more attributes in an element, or more elements around one, than any run writes.
fn check_shape(path: &Path, text: &str) -> Result<()> {
    let mut depth = 0usize;
    let mut rest = text;
    let bad = |rest: &str, problem: String| {
        let line = 1 + text[..text.len() - rest.len()].matches('\n').count();
        Err(Error::bad_file(
            path,
            format!("line {line}"),
            problem,
            RUN_AGAIN,
        ))
    };
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let skipped = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")];
        if let Some((_, end)) = skipped.iter().find(|(begin, _)| rest.starts_with(begin)) {
            rest = rest.find(end).map_or("", |i| &rest[i..]);
            continue;
        }
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        let mut attributes = 0usize;
        let mut quote = None;
        let mut end = rest.len();
        let mut last = ' ';
        for (i, c) in rest.char_indices() {
            match quote {
                Some(q) if c == q => quote = None,
                Some(_) => {}
                None if c == '"' || c == '\'' => {
                    quote = Some(c);
                    attributes += 1;
                }
                None if c == '>' => {
                    end = i;
                    break;
                }
                None => last = c,
            }
        }
        if attributes > MOST_ATTRIBUTES {
            return bad(rest, format!("an element with {attributes} attributes"));
        }
        if last != '/' {
            depth += 1;
        }
        if depth > MOST_DEPTH {
            return bad(rest, format!("an element inside of {depth} others"));
        }
        rest = &rest[end..];
    }
    Ok(())
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
        let (mut k, energies) = self.eigenvalues(block, &count, &lattice, alat_bohr)?;
        k.grid = self.monkhorst_pack(root, block)?;
        let n_k = k.points.len();
        let wedge = IrreducibleBands {
            k,
            spin: count.spin,
            n_band: count.up.min(count.down),
            time_reversal: !magnetic_spinors,
            lattice,
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
