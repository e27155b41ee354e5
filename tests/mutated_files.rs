//! Small files of every format, changed at random but always in the same way: an error or a valid grid, never a panic. What
//! `fuzz/` does without end, this does for seconds.

#[path = "support/samples.rs"]
mod samples;

use bzint::bands::{BandGrid, BandSource, Field};
use bzint::io::{self, OpenOptions};
use lzma_rust2::{XzOptions, XzReader, XzWriter};
use samples::Sample;
use std::io::{Read, Write};
use std::path::Path;

/// Changed files per sample file.
const ROUNDS: usize = 250;

/// A xorshift generator.
struct Random(u64);

impl Random {
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

/// Every file of the sample changed in turn; how many runs were read all the same.
fn torture(sample: &Sample, rounds: usize, random: &mut Random) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let main = sample.write(folder.path());
    assert!(
        open(&main, &sample.options),
        "{}: not read as it is",
        sample.format
    );
    let mut read = 0;
    for (name, whole) in &sample.files {
        let path = folder.path().join(name);
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            for _ in 0..1 + random.below(3) {
                mutate(&mut bytes, random);
            }
            std::fs::write(&path, bytes).unwrap();
            read += usize::from(open(&main, &sample.options));
        }
        std::fs::remove_file(&path).unwrap();
        open(&main, &sample.options);
        std::fs::write(&path, whole).unwrap();
    }
    read
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
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for sample in samples::samples() {
        let read = torture(&sample, ROUNDS, &mut random);
        let all = ROUNDS * sample.files.len();
        println!("{}: {read} of {all} were read", sample.format);
        // Most changes are seen, and some do no harm: else nothing was tried.
        assert!(read > 0 && read < all, "{}: {read} of {all}", sample.format);
    }
    let mut xml = Vec::new();
    flate2::read::MultiGzDecoder::new(file("data/al.nscf.xml.gz").as_slice())
        .read_to_end(&mut xml)
        .unwrap();
    torture(&sample("Quantum ESPRESSO", "al.xml", xml), 40, &mut random);
}

#[test]
fn binary_formats_never_panic() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for name in ["si_cdf1_GSR.nc", "si_cdf2_GSR.nc", "si_cdf5_GSR.nc"] {
        let bytes = file(&format!("tests/support/{name}"));
        torture(&sample(name, "a_GSR.nc", bytes), ROUNDS, &mut random);
    }
    let packed = file("tests/support/sc.bt2");
    torture(&sample("bt2", "a.bt2", packed.clone()), ROUNDS, &mut random);
    torture(
        &sample("gzip", "al.xml.gz", file("data/al.nscf.xml.gz")),
        40,
        &mut random,
    );
    // The text inside of the stream, whose checksum hides it from the changes above.
    let mut text = Vec::new();
    XzReader::new(packed.as_slice(), true)
        .read_to_end(&mut text)
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bt2");
    let mut read = 0;
    for _ in 0..ROUNDS {
        let mut bytes = text.clone();
        for _ in 0..1 + random.below(3) {
            mutate(&mut bytes, &mut random);
        }
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
        writer.write_all(&bytes).unwrap();
        std::fs::write(&path, writer.finish().unwrap()).unwrap();
        read += usize::from(open(&path, &OpenOptions::default()));
    }
    println!("bt2, inside: {read} of {ROUNDS} were read");
    assert!(read > 0 && read < ROUNDS);
}
