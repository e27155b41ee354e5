//! Small files of every format, changed at random but always in the same way: an error or a valid grid, never a panic, a wait or a
//! flood of memory. What `fuzz/` does without end, this does for seconds, or for `BZINT_MUTATION_SECONDS` on each format
//! (with `--nocapture` it says what was tried). `BZINT_MUTATION_SEED`, a number, makes other changes; `BZINT_MUTATION_FORMAT` keeps to the
//! formats with that text in their names; `BZINT_MUTATION_KEEP` names a file that holds each changed file while it is read, to be
//! found after a crash.

use crate::samples::{Model, Sample};
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::io::results::ResultFile;
use bzint::io::{self, OpenOptions};
use lzma_rust2::{XzOptions, XzReader, XzWriter};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Changed files per sample file where no time is given.
const ROUNDS: usize = 120;
/// No small file takes longer, on a slow machine with others on it.
const LONGEST: Duration = Duration::from_secs(20);
/// No small file needs more memory, in KiB: the largest reader keeps 256 MiB for a decoder.
const MOST_MEMORY: u64 = 2 * 1024 * 1024;

/// How long each format is tried: so many files, or for so long.
#[derive(Clone, Copy)]
enum Effort {
    Rounds(usize),
    Until(Instant),
}

impl Effort {
    fn of_format(rounds: usize) -> Self {
        let seconds = std::env::var("BZINT_MUTATION_SECONDS").ok();
        match seconds.and_then(|s| s.parse().ok()) {
            Some(seconds) => Self::Until(Instant::now() + Duration::from_secs(seconds)),
            None => Self::Rounds(rounds),
        }
    }

    fn lasts(self, round: usize) -> bool {
        match self {
            Self::Rounds(rounds) => round < rounds,
            Self::Until(end) => Instant::now() < end,
        }
    }
}

/// What was tried on one format.
#[derive(Default)]
struct Tally {
    tried: usize,
    read: usize,
    slowest: Duration,
}

impl Tally {
    fn open(&mut self, path: &Path, options: &OpenOptions) {
        self.try_one(path, || open(path, options));
    }

    /// Counts a file that `read` reads, or not.
    fn try_one(&mut self, path: &Path, read: impl FnOnce() -> bool) {
        let start = Instant::now();
        self.tried += 1;
        self.read += usize::from(read());
        self.slowest = self.slowest.max(start.elapsed());
        assert!(
            start.elapsed() < LONGEST,
            "{path:?} took {:?}",
            start.elapsed()
        );
    }

    /// Says what was tried. Most changes are seen, and some do no harm, else nothing was tried; a checksum sees them all.
    fn report(&self, format: &str) {
        let peak = peak_memory();
        println!(
            "{format}: {} of {} changed files were read, the slowest took {:.2} s, {} MiB in all",
            self.read,
            self.tried,
            self.slowest.as_secs_f64(),
            peak / 1024
        );
        let harmless = self.read > 0 || format == "gzip";
        assert!(harmless && self.read < self.tried, "{format}");
        assert!(peak < MOST_MEMORY, "{format}: {peak} KiB");
    }
}

/// The most memory that this process has held, in KiB; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}

/// A xorshift generator.
struct Random(u64);

impl Random {
    /// Of the test's own seed, which `BZINT_MUTATION_SEED` changes.
    fn new(seed: u64) -> Self {
        let other: u64 = std::env::var("BZINT_MUTATION_SEED")
            .map_or(0, |s| s.parse().expect("BZINT_MUTATION_SEED is no number"));
        // The generator stays at 0.
        Self((seed ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15)).max(1))
    }

    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// Bands that keep a reader's promises, or an error that names a file.
fn open(path: &Path, options: &OpenOptions) -> bool {
    match io::open(path, options).and_then(|source| BandGrid::load(source.as_ref())) {
        Ok(bands) => {
            let h = bands.header();
            h.validate().unwrap();
            for band in 0..h.n_band {
                let energies = bands.band(Field::Energy, 0, band);
                assert_eq!(energies.len(), h.k_grid.len());
                assert!(energies.iter().all(|e| e.is_finite()));
            }
            true
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains("internal error"), "{text}");
            assert!(
                text.len() < 4000,
                "an error of {} letters: {text}",
                text.len()
            );
            false
        }
    }
}

const WORDS: [&str; 13] = [
    "0",
    "-1",
    "1e300",
    "-1e300",
    "NaN",
    "inf",
    "99999999999999999999",
    "1e-300",
    "0.5",
    "",
    "x",
    "4294967296",
    "\u{fc}",
];

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    // The head has the counts and the structure: half of the changes are there.
    let reach = if random.below(2) == 0 {
        bytes.len()
    } else {
        bytes.len().min(600)
    };
    let at = random.below(reach);
    let line = |from: usize, bytes: &[u8]| {
        let start = bytes[..from]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |i| i + 1);
        let end = bytes[from..]
            .iter()
            .position(|b| *b == b'\n')
            .map_or(bytes.len(), |i| from + i + 1);
        start..end
    };
    match random.below(8) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.below(256) as u8,
        2 => bytes.truncate(at),
        3 => {
            let copy = bytes[line(at, bytes)].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => drop(bytes.drain(line(at, bytes))),
        5 => {
            let (a, b) = (line(at, bytes), line(random.below(bytes.len()), bytes));
            let copy = bytes[b].to_vec();
            bytes.splice(a, copy);
        }
        _ => {
            let word = |b: &u8| b.is_ascii_whitespace() || b"<>,[]:{}=".contains(b);
            let start = bytes[..at].iter().rposition(word).map_or(0, |i| i + 1);
            let end = bytes[at..]
                .iter()
                .position(word)
                .map_or(bytes.len(), |i| at + i);
            let new = WORDS[random.below(WORDS.len())].bytes();
            bytes.splice(start..end.max(start), new);
        }
    }
}

/// Whether `BZINT_MUTATION_FORMAT` asks for this format, as it does for all where it is not set.
fn wanted(format: &str) -> bool {
    std::env::var("BZINT_MUTATION_FORMAT").map_or(true, |filter| format.contains(&filter))
}

/// Writes a changed file, and once more to where `BZINT_MUTATION_KEEP` asks.
fn put(path: &Path, bytes: &[u8]) {
    if let Some(kept) = std::env::var_os("BZINT_MUTATION_KEEP") {
        std::fs::write(kept, bytes).unwrap();
    }
    std::fs::write(path, bytes).unwrap();
}

/// The files of the sample changed in turn.
fn torture(sample: &Sample, rounds: usize, random: &mut Random) {
    torture_by(open, sample, rounds, random);
}

/// Phonons that keep a reader's promises, or an error that names a file.
fn open_phonons(path: &Path, _: &OpenOptions) -> bool {
    match bzint::io::phonons::open(path) {
        Ok(phonons) => {
            let points = phonons.header().k_grid.len();
            for branch in 0..phonons.n_branch() {
                assert_eq!(phonons.energies(branch).len(), points);
                assert!(phonons.energies(branch).iter().all(|e| e.is_finite()));
                assert!(phonons.velocities(branch).iter().all(|v| v.is_finite()));
            }
            for rates in phonons.rates() {
                assert_eq!(rates.per_second.len(), points * phonons.n_branch());
                assert!(rates.per_second.iter().all(|r| r.is_finite() && *r >= 0.0));
            }
            true
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains("internal error"), "{text}");
            assert!(text.len() < 4000, "{text}");
            false
        }
    }
}

#[test]
fn phonon_formats_never_panic() {
    let mut random = Random::new(0x5851_f42d_4c95_7f2d);
    for sample in crate::phonon_samples::phonon_samples() {
        torture_by(open_phonons, &sample, ROUNDS, &mut random);
    }
}

/// A gap for every state of a square lattice, from changed HDF5 and FRMSF files.
#[test]
fn tables_of_gaps_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let (n, count) = (6, 36);
    let grid = bzint::crystal::KGrid::gamma([n, n, 1]).unwrap();
    let model = bzint::bands::model::Model::TightBinding {
        hopping: 1.0,
        dimension: 2,
    };
    let rows = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]];
    let lattice = bzint::crystal::Lattice::new(rows).unwrap();
    let bands = bzint::bands::model::ModelBands::new(model, lattice, grid, false).unwrap();
    let bands = BandGrid::load(&bands).unwrap();
    let path = folder.path().join("gap.h5");
    let file = hdf5::File::create(&path).unwrap();
    let dataset = file.new_dataset::<f64>().shape([1, n, n, 1]).create("gap");
    dataset.unwrap().write_raw(&vec![1e-3; count]).unwrap();
    file.close().unwrap();
    let h5 = std::fs::read(&path).unwrap();
    let vectors = "1.57 0 0\n0 1.57 0\n0 0 1.57\n";
    let text = format!("{n} {n} 1\n1\n1\n{vectors}{}", "0.5\n".repeat(2 * count));
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for (format, bytes) in [("gap.h5", h5), ("gap.frmsf", text.into_bytes())] {
        let path = folder.path().join(format);
        let read = || match bzint::io::gap_table(&path, &bands) {
            Ok(gaps) => {
                let found = bzint::superconductor::Gap::tabulated(bands.header(), gaps);
                found.is_ok_and(|gap| gap.largest_ev > 0.0)
            }
            Err(error) => {
                let text = error.to_string();
                assert!(
                    !text.contains("internal error") && text.len() < 4000,
                    "{text}"
                );
                false
            }
        };
        put(&path, &bytes);
        assert!(read(), "{format}: not read as it is");
        let effort = Effort::of_format(ROUNDS);
        let mut tally = Tally::default();
        let mut round = 0;
        while effort.lasts(round) {
            let mut changed = bytes.clone();
            for _ in 0..1 + random.below(3) {
                mutate(&mut changed, &mut random);
            }
            put(&path, &changed);
            tally.try_one(&path, read);
            round += 1;
        }
        tally.report(format);
    }
}

fn torture_by(
    open: fn(&Path, &OpenOptions) -> bool,
    sample: &Sample,
    rounds: usize,
    random: &mut Random,
) {
    if !wanted(sample.format) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let main = sample.write(folder.path());
    assert!(
        open(&main, &sample.options),
        "{}: not read as it is",
        sample.format
    );
    let effort = Effort::of_format(rounds * sample.files.len());
    let mut tally = Tally::default();
    let mut round = 0;
    while effort.lasts(round) {
        let (name, whole) = &sample.files[round % sample.files.len()];
        let path = folder.path().join(name);
        let mut bytes = whole.clone();
        for _ in 0..1 + random.below(3) {
            mutate(&mut bytes, random);
        }
        put(&path, &bytes);
        tally.try_one(&main, || open(&main, &sample.options));
        std::fs::write(&path, whole).unwrap();
        round += 1;
    }
    for (name, whole) in &sample.files {
        std::fs::remove_file(folder.path().join(name)).unwrap();
        open(&main, &sample.options);
        std::fs::write(folder.path().join(name), whole).unwrap();
    }
    tally.report(sample.format);
}

fn sample(format: &'static str, name: &'static str, bytes: Vec<u8>) -> Sample {
    Sample {
        format,
        files: vec![(name, bytes)],
        options: OpenOptions::default(),
    }
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn text_formats_never_panic() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for sample in crate::samples::samples() {
        torture(&sample, ROUNDS, &mut random);
    }
    torture(&crate::samples::wannier90(), 40, &mut random);
    let mut xml = Vec::new();
    flate2::read::MultiGzDecoder::new(file("data/al.nscf.xml.gz").as_slice())
        .read_to_end(&mut xml)
        .unwrap();
    torture(&sample("Quantum ESPRESSO", "al.xml", xml), 40, &mut random);
}

#[test]
fn binary_formats_never_panic() {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for name in ["si_cdf1_GSR.nc", "si_cdf2_GSR.nc", "si_cdf5_GSR.nc"] {
        let bytes = file(&format!("tests/support/{name}"));
        torture(&sample(name, "a_GSR.nc", bytes), ROUNDS, &mut random);
    }
    for sample in crate::binary_samples::binary_samples(&Model::default()) {
        // A checksum sees every change of a .bt2.
        if sample.format != "bt2" {
            torture(&sample, ROUNDS, &mut random);
        }
    }
    torture(&crate::binary_samples::native(), ROUNDS, &mut random);
    torture(
        &sample("gzip", "al.xml.gz", file("data/al.nscf.xml.gz")),
        40,
        &mut random,
    );
}

/// The stream of a `.bt2`, and the text inside, whose checksum hides it from changes of the stream.
#[test]
fn bt2_files_never_panic() {
    if !wanted("bt2") {
        return;
    }
    let mut random = Random::new(0x1234_5678_9abc_def1);
    let packed = file("tests/support/sc.bt2");
    let mut text = Vec::new();
    XzReader::new(packed.as_slice(), true)
        .read_to_end(&mut text)
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bt2");
    let effort = Effort::of_format(2 * ROUNDS);
    let mut tally = Tally::default();
    let mut round = 0;
    while effort.lasts(round) {
        let mut bytes = if round % 2 == 0 {
            text.clone()
        } else {
            packed.clone()
        };
        for _ in 0..1 + random.below(3) {
            mutate(&mut bytes, &mut random);
        }
        if round % 2 == 0 {
            let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
            writer.write_all(&bytes).unwrap();
            bytes = writer.finish().unwrap();
        }
        put(&path, &bytes);
        tally.open(&path, &OpenOptions::default());
        round += 1;
    }
    tally.report("bt2");
}

/// bzint's own results, which `plot` and `report` read: values that fill their dimensions, or an error.
#[test]
fn result_files_never_panic() {
    if !wanted("results") {
        return;
    }
    let mut random = Random::new(0x0bad_cafe_0bad_cafe);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    crate::examples::results().write(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let read = || match ResultFile::open(&path) {
        Ok(results) => {
            for variable in results.variables() {
                let lengths = variable.dimensions.iter().map(|name| {
                    let dimension = results.get_dimension(name).unwrap();
                    dimension.coordinates.len()
                });
                assert_eq!(variable.data.len(), lengths.product::<usize>());
            }
            true
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains("internal error"), "{text}");
            assert!(text.len() < 4000, "{text}");
            false
        }
    };
    let summaries = [PHONON_SUMMARY, DRAG_SUMMARY, SUPERCONDUCTOR_SUMMARY];
    let texts = summaries.map(|text| text.as_bytes().to_vec());
    for whole in [whole].into_iter().chain(texts) {
        put(&path, &whole);
        assert!(read());
        let effort = Effort::of_format(ROUNDS);
        let mut tally = Tally::default();
        let mut round = 0;
        while effort.lasts(round) {
            let mut bytes = whole.clone();
            for _ in 0..1 + random.below(3) {
                mutate(&mut bytes, &mut random);
            }
            put(&path, &bytes);
            tally.try_one(&path, read);
            round += 1;
        }
        tally.report("results");
    }
}

/// What `--json` prints of other excitations, shortened.
const PHONON_SUMMARY: &str = r#"{"kind": "phonon", "input": "p.h5", "branches": 1,
"rows": [
 {"temperature": {"value": 100.0, "unit": "K"}, "boundary_length": {"value": 1e-7, "unit": "m"},
  "lattice_thermal_conductivity": {"value": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "error": [[0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], "unit": "W/(m K)"}},
 {"temperature": {"value": 100.0, "unit": "K"}, "boundary_length": {"value": 1e-6, "unit": "m"},
  "lattice_thermal_conductivity": {"value": [[2, 0, 0], [0, 2, 0], [0, 0, 2]], "error": [[0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], "unit": "W/(m K)"}}],
"spectra": [
 {"direction": "111", "energy": {"value": [0.1, 0.2], "unit": "eV"}, "modes_per_area": {"value": [1, 2], "error": [0.1, 0.1], "unit": "1/m^2"}}]}
"#;
const DRAG_SUMMARY: &str = r#"{"kind": "drag", "input": "",
"rows": [
 {"temperature": {"value": 1.0, "unit": "K"},
  "seebeck_drag": {"value": [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], "error": [[0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]], "unit": "V/K"},
  "seebeck_diffusion": {"value": -2, "unit": "V/K"}, "seebeck_total": {"value": -3, "error": 0.1, "unit": "V/K"}}],
"crossings": {"value": [5.6], "unit": "K"}}
"#;
const SUPERCONDUCTOR_SUMMARY: &str = r#"{"kind": "superconductor", "input": "b.h5",
"rows": [
 {"temperature": {"value": 1.0, "unit": "K"}, "gap": {"value": 1e-3, "error": 0, "unit": "eV"},
  "superfluid_density": {"value": [0.9, 0.9, null], "error": [0.1, 0.1, null], "unit": "1"}},
 {"temperature": {"value": 2.0, "unit": "K"}, "gap": {"value": 9e-4, "error": 0, "unit": "eV"},
  "superfluid_density": {"value": [0.8, 0.8, null], "error": [0.1, 0.1, null], "unit": "1"}}]}
"#;
