//! Reading `vasprun.xml`, element by element: files of hybrid or projected runs reach gigabytes.

use super::RUN_AGAIN;
use crate::bands::unfold::Weights;
use crate::bands::{BandGrid, SpinTreatment};
use crate::crystal::{Atom, KLattice, Lattice};
use crate::error::{Error, Result};
use crate::io::text;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{BufReader, Read};
use std::path::Path;

const ROWS: &str = "/modeling/calculation/eigenvalues/array/set/set/set/r";

/// Reads the bands of a VASP run and completes them to the full k-grid. Energies eV, `[spin][band][n1][n2][n3]`.
///
/// # Errors
/// [`Error::Io`] where the file cannot be read; [`Error::BadFile`] for XML that is cut short or not VASP's, a missing
/// element, a number that is none or not finite, k-points in line mode, and k-points that no symmetry completes.
pub fn read(path: &Path) -> Result<BandGrid> {
    let mut bands = parse(path, text::stream(path)?)?;
    let provenance = &mut bands.header_mut().provenance;
    provenance.path = path.display().to_string();
    provenance.sha256 = text::checksum(path)?;
    Ok(bands)
}

/// Reads the text of a `vasprun.xml`; `path` is only named in errors.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, content: impl Read) -> Result<BandGrid> {
    let mut run = Elements::new(path);
    let mut reader = Reader::from_reader(BufReader::new(Ascii(content)));
    let mut buffer = Vec::new();
    // The names from the root down, as "/tag:name-attribute", and where each begins.
    let mut place = String::new();
    let mut starts: Vec<usize> = Vec::new();
    let mut words = String::new();
    let mut seen_root = false;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| {
            Error::bad_file(
                path,
                format!("byte {} of the text", reader.error_position()),
                format!("the XML is broken: {error}"),
                RUN_AGAIN,
            )
        })?;
        match event {
            Event::Start(tag) => {
                starts.push(place.len());
                push_name(&mut place, &tag);
                words.clear();
                if !seen_root && place != "/modeling" {
                    return Err(Error::bad_file(
                        path,
                        "root element",
                        format!("<{}> is not <modeling>", place.trim_start_matches('/')),
                        "give the vasprun.xml of a VASP run",
                    ));
                }
                seen_root = true;
                run.start(&place, &tag);
            }
            Event::Empty(tag) => {
                let length = place.len();
                push_name(&mut place, &tag);
                run.start(&place, &tag);
                run.end(&place, "")?;
                place.truncate(length);
            }
            Event::Text(bytes) => words.push_str(&bytes),
            Event::End(_) => {
                run.end(&place, &words)?;
                words.clear();
                place.truncate(starts.pop().unwrap_or(0));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !seen_root || !starts.is_empty() {
        let problem = format!("the file ends inside of \"{place}\"");
        return Err(Error::bad_file(path, "end of the file", problem, RUN_AGAIN));
    }
    run.bands()
}

/// VASP declares ISO-8859-1: what is no ASCII can only be in titles, and becomes a question mark.
struct Ascii<R>(R);

impl<R: Read> Read for Ascii<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(length).filter(|b| !b.is_ascii()) {
            *byte = b'?';
        }
        Ok(length)
    }
}

fn push_name(place: &mut String, tag: &BytesStart) {
    place.push('/');
    place.push_str(tag.name().as_ref());
    if let Some(name) = attribute(tag, "name") {
        place.push(':');
        place.push_str(name.trim());
    }
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    // Without the search for duplicates, which takes the square of their number.
    let mut all = tag.attributes();
    let mut all = all.with_checks(false).filter_map(|a| a.ok());
    let attribute = all.find(|a| a.key.as_ref() == name)?;
    Some(attribute.value.into_owned())
}

#[derive(Clone, Default)]
struct Structure {
    basis: Vec<[f64; 3]>,
    positions: Vec<[f64; 3]>,
}

/// One `<kpoints>`.
#[derive(Clone, Default)]
struct KPoints {
    generation: Option<String>,
    divisions: Option<[usize; 3]>,
    /// `genvec1` … 3: the steps of the grid, fractional.
    steps: Vec<[f64; 3]>,
    k_points: Vec<[f64; 3]>,
    weights: Vec<f64>,
}

/// What the elements of interest say.
struct Elements<'a> {
    path: &'a Path,
    version: String,
    /// Every `<kpoints>`: GW runs write the irreducible points, all of them, and the irreducible ones again.
    lists: Vec<KPoints>,
    spin_channels: Option<usize>,
    spinor: bool,
    electrons: Option<f64>,
    moments: Vec<f64>,
    spin_axis: [f64; 3],
    symbols: Vec<String>,
    first_cell: bool,
    structure: Structure,
    /// The structure of the step with the last eigenvalues.
    used: Option<Structure>,
    /// Eigenvalues `[spin][k][band]`, the rows of each k-point, and the k-points of each spin.
    energies: Vec<f64>,
    bands_per_k: Vec<usize>,
    k_per_spin: Vec<usize>,
    fermi: Option<f64>,
    other_k_points: bool,
}

impl<'a> Elements<'a> {
    fn new(path: &'a Path) -> Self {
        Self {
            path,
            version: String::new(),
            lists: Vec::new(),
            spin_channels: None,
            spinor: false,
            electrons: None,
            moments: Vec::new(),
            spin_axis: super::moments::DEFAULT_AXIS,
            symbols: Vec::new(),
            first_cell: false,
            structure: Structure::default(),
            used: None,
            energies: Vec::new(),
            bands_per_k: Vec::new(),
            k_per_spin: Vec::new(),
            fermi: None,
            other_k_points: false,
        }
    }

    fn start(&mut self, place: &str, tag: &BytesStart) {
        match place {
            "/modeling/kpoints" => self.lists.push(KPoints::default()),
            "/modeling/kpoints/generation" => {
                if let Some(list) = self.lists.last_mut() {
                    list.generation = attribute(tag, "param");
                }
            }
            "/modeling/structure:initialpos" | "/modeling/calculation/structure" => {
                self.structure = Structure::default();
            }
            "/modeling/atominfo/array:atoms/set/rc" => self.first_cell = true,
            "/modeling/calculation/eigenvalues" => {
                self.energies.clear();
                self.bands_per_k.clear();
                self.k_per_spin.clear();
                self.fermi = None;
                self.used = Some(self.structure.clone());
            }
            "/modeling/calculation/eigenvalues/array/set/set" => self.k_per_spin.push(0),
            "/modeling/calculation/eigenvalues/array/set/set/set" => {
                self.bands_per_k.push(0);
                if let Some(count) = self.k_per_spin.last_mut() {
                    *count += 1;
                }
            }
            "/modeling/calculation/eigenvalues_kpoints_opt" => self.other_k_points = true,
            _ => {}
        }
    }

    fn end(&mut self, place: &str, words: &str) -> Result<()> {
        if place == ROWS {
            let energy = self.first_number(words, || {
                let (spin, k) = (self.k_per_spin.len(), self.k_per_spin.last().unwrap_or(&0));
                let band = self.bands_per_k.last().map_or(0, |n| n + 1);
                format!("<eigenvalues>, spin {spin}, k-point {k}, band {band}")
            })?;
            self.energies.push(energy);
            if let Some(count) = self.bands_per_k.last_mut() {
                *count += 1;
            }
            return Ok(());
        }
        let Some(inside) = place.strip_prefix("/modeling/") else {
            return Ok(());
        };
        let (room, rest) = inside.split_once('/').unwrap_or((inside, ""));
        match (room, rest) {
            ("generator", "i:version") => self.version = words.trim().to_string(),
            ("kpoints", _) => self.k_points(rest, words)?,
            ("parameters", _) => self.parameter(rest, words)?,
            ("atominfo", "array:atoms/set/rc/c") => {
                if self.first_cell {
                    self.symbols.push(words.trim().to_string());
                }
                self.first_cell = false;
            }
            ("structure:initialpos", _) => self.structure(rest, words)?,
            ("calculation", "dos/i:efermi" | "i:efermi") => {
                self.fermi = Some(self.first_number(words, || "<i name=\"efermi\">".into())?);
            }
            ("calculation", _) => {
                if let Some(part) = rest.strip_prefix("structure/") {
                    self.structure(part, words)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Something within the latest `<kpoints>`.
    fn k_points(&mut self, place: &str, words: &str) -> Result<()> {
        let mut list = self.lists.pop().unwrap_or_default();
        match place {
            "generation/v:divisions" => {
                let n: Vec<usize> = words
                    .split_ascii_whitespace()
                    .filter_map(|w| w.parse().ok())
                    .collect();
                list.divisions = n.try_into().ok();
            }
            _ if place.starts_with("generation/v:genvec") => {
                list.steps.push(self.vector(words, place)?);
            }
            "varray:kpointlist/v" => {
                let what = format!("<kpointlist>, k-point {}", list.k_points.len() + 1);
                list.k_points.push(self.vector(words, &what)?);
            }
            "varray:weights/v" => {
                let number = list.weights.len() + 1;
                let weight = self.first_number(words, || format!("<weights>, k-point {number}"))?;
                list.weights.push(weight);
            }
            _ => {}
        }
        self.lists.push(list);
        Ok(())
    }

    /// The last list with as many k-points as every spin channel has eigenvalues for.
    fn fitting_list(&mut self, n_spin: usize) -> Result<KPoints> {
        let fits = |list: &KPoints| {
            self.k_per_spin.len() == n_spin
                && self.k_per_spin.iter().all(|&n| n == list.k_points.len())
        };
        if let Some(at) = self.lists.iter().rposition(fits) {
            return Ok(self.lists.swap_remove(at));
        }
        let counts: Vec<String> = self
            .lists
            .iter()
            .map(|list| list.k_points.len().to_string())
            .collect();
        let announced = if counts.is_empty() {
            "no".to_string()
        } else {
            counts.join(" or ")
        };
        Err(self.bad(
            "<eigenvalues>",
            format!(
                "{:?} k-points per spin channel, where {announced} k-points and {n_spin} channels are announced",
                self.k_per_spin
            ),
            RUN_AGAIN,
        ))
    }

    fn parameter(&mut self, place: &str, words: &str) -> Result<()> {
        let is_true = || words.trim().starts_with(['T', 't']);
        match place.rsplit('/').next().unwrap_or("") {
            "i:ISPIN" => self.spin_channels = words.trim().parse().ok(),
            "i:LNONCOLLINEAR" | "i:LSORBIT" => self.spinor |= is_true(),
            "i:NELECT" => self.electrons = Some(self.first_number(words, || "NELECT".into())?),
            // Only used to tell atoms apart: a value that overflows its format is none.
            "v:MAGMOM" => {
                let moments = words.split_ascii_whitespace().filter_map(text::number);
                self.moments = moments.collect();
            }
            "v:SAXIS" => self.spin_axis = self.vector(words, "SAXIS")?,
            _ => {}
        }
        Ok(())
    }

    fn structure(&mut self, part: &str, words: &str) -> Result<()> {
        match part {
            "crystal/varray:basis/v" => {
                let v = self.vector(words, "<basis>")?;
                self.structure.basis.push(v);
            }
            "varray:positions/v" => {
                let what = format!("<positions>, atom {}", self.structure.positions.len() + 1);
                let v = self.vector(words, &what)?;
                self.structure.positions.push(v);
            }
            _ => {}
        }
        Ok(())
    }

    fn first_number(&self, words: &str, place: impl Fn() -> String) -> Result<f64> {
        let word = words.split_ascii_whitespace().next().unwrap_or("");
        text::number(word).ok_or_else(|| {
            self.bad(
                place(),
                format!("\"{word}\" is no finite number"),
                "the run did not converge or the file is damaged: repeat the run",
            )
        })
    }

    fn vector(&self, words: &str, place: &str) -> Result<[f64; 3]> {
        let numbers: Vec<f64> = words
            .split_ascii_whitespace()
            .filter_map(text::number)
            .collect();
        numbers.try_into().map_err(|_| {
            let problem = format!("\"{}\" is no vector of 3 finite numbers", words.trim());
            self.bad(place, problem, RUN_AGAIN)
        })
    }

    fn bad(&self, place: impl Into<String>, problem: impl Into<String>, remedy: &str) -> Error {
        Error::bad_file(self.path, place, problem, remedy)
    }

    fn missing(&self, what: &str) -> Error {
        self.bad(
            what,
            "it is missing",
            "give the vasprun.xml of a run that finished (with NWRITE and LORBIT as you like)",
        )
    }

    fn bands(mut self) -> Result<BandGrid> {
        let in_lines =
            |list: &KPoints| list.generation.as_deref().map(str::trim) == Some("listgenerated");
        if self.lists.last().is_some_and(in_lines) {
            return Err(self.bad(
                "<kpoints>",
                "the k-points are in line mode (a band path), which cannot be integrated",
                "give a run on a uniform k-grid",
            ));
        }
        let used = self
            .used
            .take()
            .ok_or_else(|| self.missing("<eigenvalues>"))?;
        let rows: [[f64; 3]; 3] = used
            .basis
            .as_slice()
            .try_into()
            .map_err(|_| self.missing("<structure> with three basis vectors"))?;
        let lattice = Lattice::new(rows).map_err(text::in_file(self.path))?;
        if used.positions.len() != self.symbols.len() {
            return Err(self.bad(
                "<atominfo>",
                format!(
                    "{} atoms are named, and {} have positions",
                    self.symbols.len(),
                    used.positions.len()
                ),
                RUN_AGAIN,
            ));
        }
        let atoms = self
            .symbols
            .iter()
            .zip(used.positions)
            .map(|(symbol, position)| Atom {
                symbol: symbol.clone(),
                position,
            })
            .collect();
        let (spin, n_spin) = match (self.spinor, self.spin_channels.unwrap_or(1)) {
            (true, _) => (SpinTreatment::Spinor, 1),
            (false, 1) => (SpinTreatment::Unpolarized, 1),
            (false, 2) => (SpinTreatment::Collinear, 2),
            (false, n) => {
                return Err(self.bad("ISPIN", format!("{n} is neither 1 nor 2"), RUN_AGAIN));
            }
        };
        let list = self.fitting_list(n_spin)?;
        let n_band = self.check_counts()?;
        let mut notes = Vec::new();
        if self.other_k_points {
            notes.push("The bands of KPOINTS_OPT are not read, only those of KPOINTS.".to_string());
        }
        super::Run {
            format: format!("VASP vasprun.xml ({})", self.version),
            lattice,
            atoms,
            moments: super::moments::cartesian(self.moments, spin, self.spin_axis),
            spin,
            n_band,
            k_points: list.k_points,
            // Without <generation> the list is the user's own.
            weights: Weights {
                values: list.weights,
                counted: list.generation.is_some(),
            },
            divisions: list.divisions,
            k_lattice: (list.steps.len() == 3)
                .then(|| KLattice::generated_by(&list.steps))
                .flatten(),
            energies: self.energies,
            fermi: self.fermi,
            electrons: self.electrons,
            notes,
        }
        .complete(self.path)
    }

    /// The number of bands, the same for every spin and k-point.
    fn check_counts(&self) -> Result<usize> {
        let n_band = self.bands_per_k.first().copied().unwrap_or(0);
        if let Some(i) = self.bands_per_k.iter().position(|&n| n != n_band) {
            return Err(self.bad(
                "<eigenvalues>",
                format!(
                    "block {} has {} bands, the first has {n_band}",
                    i + 1,
                    self.bands_per_k.get(i).copied().unwrap_or(0)
                ),
                RUN_AGAIN,
            ));
        }
        if n_band == 0 {
            return Err(self.missing("<eigenvalues> with bands"));
        }
        Ok(n_band)
    }
}
