//! What a call asks for is understood or refused at once: units, bounds, contradictions, memory, files without end; and long work says
//! what it is at.

use crate::common::binary::{BZINT, Finished, command, finish};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn run(directory: &Path, call: &[&str]) -> Finished {
    let mut bzint = command();
    finish(
        bzint
            .args(call)
            .current_dir(directory)
            .env_remove("BZINT_ADAPTER")
            .stdin(Stdio::null()),
    )
}

fn words(call: &str) -> Vec<&str> {
    call.split(' ').collect()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A directory with a tight-binding band in `c.h5`.
fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let model = "model simple-cubic -n 8 --fermi-level 0.3 -o c.h5 -q";
    assert!(run(directory.path(), &words(model)).status.success());
    directory
}

/// The summary that a call prints.
fn json(directory: &Path, call: &str) -> serde_json::Value {
    let mut call = words(call);
    call.push("--json");
    let output = run(directory, &call);
    assert!(output.status.success(), "{call:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Rows of a result without what depends on the clock.
fn rows(directory: &Path, call: &str) -> serde_json::Value {
    json(directory, call)["rows"].clone()
}

#[test]
fn units_give_what_the_numbers_without_them_give() {
    let directory = workplace();
    let d = directory.path();
    for (with, without) in [
        ("--tau 10fs", "--tau 1e-14"),
        ("-T 300K:0.4kK:50K", "-T 300:400:50"),
        ("-T 300,400K", "-T 300,400"),
        ("--mu -100meV,0,0.1eV", "--mu -0.1,0,0.1"),
        ("--fermi-level 300meV", "--fermi-level 0.3"),
        ("--doping p1e27m^-3", "--doping p1e21"),
        ("--mean-free-path 1.5nm", "--mean-free-path 15"),
        ("--mean-free-path 1µm", "--mean-free-path 1e4"),
        (
            "--tau 10fs --lattice-thermal-conductivity 200mW/mK",
            "--tau 1e-14 --lattice-thermal-conductivity 0.2",
        ),
        ("--tolerance 1%", "--tolerance 0.01"),
        ("--kspacing 2nm-1", "--kspacing 0.2"),
    ] {
        let result = |options: &str| {
            rows(
                d,
                &format!("transport c.h5 --backend cpu --no-hall {options}"),
            )
        };
        assert_eq!(result(with), result(without), "{with}");
    }
    let levels =
        |options: &str| json(d, &format!("dos c.h5 --backend cpu {options}"))["energy"].clone();
    assert_eq!(
        levels("--energy -500meV:0.5eV:250meV --weights gaussian:100meV"),
        levels("--energy -0.5:0.5:0.25 --weights gaussian:0.1")
    );
}

/// Each call, what its message says, and nothing of clap's way out.
#[test]
fn wrong_values_are_refused_before_the_file_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let cases: &[(&str, &[&str])] = &[
        ("transport -T -300", &["-300 K", "absolute zero"]),
        (
            "transport -T 25meV",
            &["`meV` is a unit of energy", "a temperature is wanted", "K"],
        ),
        (
            "transport --tau 10eV",
            &["`eV` is a unit of energy", "a time is wanted", "fs"],
        ),
        ("transport --tau 10parsec", &["`parsec`", "no unit"]),
        ("transport --tau -1", &["-1 s", "positive"]),
        ("transport --tau 0", &["0 s", "positive"]),
        ("fermi --tau -10fs", &["positive"]),
        ("transport --tolerance 5", &["5", "between 1e-8 and 1"]),
        (
            "transport --tolerance -0.1",
            &["-0.1", "between 1e-8 and 1"],
        ),
        ("transport --mu 0:1:1e-16", &["more than 100000 values"]),
        (
            "transport --mu -100:100:50meV",
            &["-100", "give it with each"],
        ),
        (
            "transport --mu-absolute 0:1K:0.1",
            &["`K` is a unit of temperature"],
        ),
        (
            "transport --mu 0:1:0.001 -T 1:1000:1",
            &["rows", "more than 200000"],
        ),
        ("transport --doping 1e12cm-2", &["per area", "cm^-3"]),
        (
            "transport --dimension 2 --doping 1e19cm^-3",
            &["per volume", "cm^-2"],
        ),
        ("transport --dimension 4", &["layer"]),
        ("transport --donors -1e18:0.1", &["-1e18"]),
        (
            "transport --donors 1e18:45K",
            &["`K` is a unit of temperature"],
        ),
        (
            "transport --thickness -3 --dimension 2",
            &["-3 Å", "positive"],
        ),
        ("transport --mean-free-path 10K", &["`K`", "a length"]),
        (
            "transport --threads 20000",
            &["20000 threads", "at most 1024"],
        ),
        ("transport --threads -1", &["-1 threads", "1 or more"]),
        ("transport --interpolate -8", &["-8"]),
        ("transport --interpolate 100000", &["2³⁴"]),
        ("transport --kspacing -1", &["-1 Å-1", "positive"]),
        ("transport --electrons -3", &["-3", "not be negative"]),
        (
            "transport --electrons 3 --fermi-level 0.1",
            &["--electrons", "--fermi-level"],
        ),
        (
            "transport --electrons 3 --fermi-level file",
            &["--electrons", "--fermi-level"],
        ),
        ("transport --scissor 1nm", &["`nm` is a unit of length"]),
        (
            "transport --lattice-thermal-conductivity -1",
            &["-1 W/(m K)"],
        ),
        (
            "transport --tolerance 0.01 --backend gpu",
            &["--backend gpu", "CPU"],
        ),
        (
            "transport --tolerance 0.01 --weights mp:0.1",
            &["--weights", "tetrahedra"],
        ),
        (
            "transport --fit-velocities --interpolate none",
            &["--fit-velocities"],
        ),
        (
            "transport --format boltztrap -o x --scattering y",
            &["--format boltztrap", "--scattering"],
        ),
        (
            "transport --format boltztrap -o x --mean-free-path 10",
            &["--mean-free-path"],
        ),
        (
            "transport --bt2-compat -o x.h5",
            &["--bt2-compat", "--format boltztrap"],
        ),
        (
            "transport --weights gaussian:-0.1",
            &["-0.1 eV", "positive"],
        ),
        ("optimize --within -1", &["-1 eV", "positive"]),
        (
            "optimize --maximise zt --tau 1e-14",
            &["lattice thermal conductivity"],
        ),
        ("optimize -T -300", &["absolute zero"]),
        ("dos --bins -5", &["-5 bins"]),
        ("dos --bins 1e9", &["1e9 bins"]),
        ("dos --energy 0:1:1e-12", &["larger step"]),
        ("dos --energy 0:1:0.1 --bins 7", &["--bins", "--energy"]),
        ("dos --energy 0:1:0.1fs", &["`fs` is a unit of time"]),
        ("info --tolerance 0.1", &["--tolerance", "--interpolate"]),
        ("convert -o x.bxsf --tolerance 0.1", &["--tolerance"]),
        ("convert -o x.h5 --spin 1", &["--spin"]),
        ("convert -o x.h5 --fermi-level 1", &["--fermi-level"]),
        ("convert -o x.bxsf --fermi-level nan", &["nan", "finite"]),
        ("convert -o x.bxsf --spin -1", &["-1", "1 or 2"]),
        ("bench --rounds 0", &["0 rounds"]),
        ("validate --bins -1", &["-1 bins"]),
    ];
    for (call, expected) in cases {
        // There is no such file: what is said first is of the options.
        let (command, options) = call.split_once(' ').unwrap();
        let call = format!("{command} nothing.h5 {options}");
        let output = run(d, &words(&call));
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{call}: {text}");
        for word in *expected {
            assert!(text.contains(word), "`{call}` should say `{word}`:\n{text}");
        }
        for clap in ["unexpected argument", "'-- -", "nothing.h5"] {
            assert!(!text.contains(clap), "{call}: {text}");
        }
    }
    for call in [
        "model simple-cubic -n -4 -o x.h5",
        "model simple-cubic --lattice-constant -4 -o x.h5",
        "model simple-cubic --lattice-constant 4fs -o x.h5",
        "model ellipsoid --masses -1,1,1 -o x.h5",
        "model simple-cubic --hopping 1K -o x.h5",
        "plot x.h5 --size -4x4",
    ] {
        let output = run(d, &words(call));
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{call}: {text}");
        assert!(!text.contains("unexpected argument"), "{call}: {text}");
    }
}

/// What only the file can tell is found before a table is interpolated: here the series would take minutes and more memory than there is.
#[test]
fn what_the_bands_lack_is_said_before_they_are_interpolated() {
    let directory = workplace();
    let d = directory.path();
    let dense = "--interpolate 1600";
    for (call, expected) in [
        (
            "transport --lattice-thermal-conductivity 2",
            "--lattice-thermal-conductivity",
        ),
        ("transport --dimension 2", "--dimension 2"),
        ("transport --spin-resolved", "--spin-resolved"),
        ("transport --fermi-level 50", "outside the bands"),
        ("transport --electrons 3", "between 0 and 2"),
        (
            "optimize --maximise zt --lattice-thermal-conductivity 2",
            "--maximise zt",
        ),
        (
            "optimize --lattice-thermal-conductivity 2",
            "--lattice-thermal-conductivity",
        ),
        ("optimize --dimension 1", "--dimension 1"),
        ("fermi --fermi-level 50", "outside the bands"),
    ] {
        let (command, options) = call.split_once(' ').unwrap();
        let start = Instant::now();
        let output = run(d, &words(&format!("{command} c.h5 {options} {dense}")));
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{call}: {text}");
        assert!(text.contains(expected), "{call}: {text}");
        assert!(start.elapsed() < Duration::from_secs(20), "{call}");
    }
    // What refinement cannot do, where it is the default.
    let output = run(d, &words("transport c.h5 --weights gaussian:0.1"));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--weights"));
}

#[test]
fn absurd_values_are_taken_with_a_warning() {
    let directory = workplace();
    let d = directory.path();
    for (options, warning) in [
        ("--tau 1", "warning: --tau: 1 s"),
        ("--tau 2ns", "warning: --tau: 2e-9 s"),
        (
            "--tau 10fs --lattice-thermal-conductivity 1e6",
            "warning: --lattice-thermal-conductivity",
        ),
        ("--doping 1e28", "warning: --doping"),
        ("--tau 10ps", ""),
        ("--tau 1 -q", ""),
    ] {
        let output = run(
            d,
            &words(&format!(
                "transport c.h5 --interpolate none --backend cpu {options}"
            )),
        );
        let text = stderr(&output);
        if warning.is_empty() {
            assert!(!text.contains("warning"), "{options}: {text}");
        } else {
            assert!(text.contains(warning), "{options}: {text}");
        }
    }
}

/// A limit of the address space is an error of one line or makes no difference; it never ends the program by a signal.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_memory_is_an_error_or_makes_no_difference() {
    let directory = workplace();
    let d = directory.path();
    let model = "model simple-cubic -n 96 --fermi-level 0.3 -o large.h5 -q";
    assert!(run(d, &words(model)).status.success());
    let mut succeeded = 0;
    for kib in [400_000, 200_000, 120_000, 80_000] {
        for call in [
            "info large.h5",
            "fermi large.h5",
            "dos large.h5",
            "transport large.h5",
            "transport c.h5",
            "transport c.h5 --mu -1:1:0.001 --json",
            "dos c.h5 --bins 1000000",
            "fermi c.h5 --interpolate 1500",
            "fermi c.h5 --threads 500",
            "fermi c.h5 --backend gpu",
            "devices",
        ] {
            let shell = format!("ulimit -v {kib}; exec {BZINT} {call}");
            let output = Command::new("sh")
                .args(["-c", &shell])
                .current_dir(d)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let text = stderr(&output);
            if text.contains("shared libraries") {
                continue;
            }
            assert!(
                matches!(output.status.code(), Some(0..=2)),
                "{shell}: {:?}\n{text}",
                output.status
            );
            succeeded += usize::from(output.status.success());
            let errors = text.lines().filter(|l| l.starts_with("error:")).count();
            assert_eq!(
                errors,
                usize::from(!output.status.success()),
                "{shell}: {text}"
            );
            assert!(!text.contains("panicked"), "{shell}: {text}");
        }
    }
    assert!(succeeded > 8, "{succeeded} calls succeeded");
    // The limit is named with what was wanted and what there was.
    let shell = format!("ulimit -v 400000; exec {BZINT} fermi c.h5 --interpolate 1500");
    let output = Command::new("sh")
        .args(["-c", &shell])
        .current_dir(d)
        .output()
        .unwrap();
    let text = stderr(&output);
    assert!(
        text.contains("needs") && text.contains("MiB are available"),
        "{text}"
    );
}

fn gzip(bytes: impl Iterator<Item = Vec<u8>>, path: &Path) {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::new(1));
    for piece in bytes {
        writer.write_all(&piece).unwrap();
    }
    writer.finish().unwrap();
}

/// Eight hundred million bytes in a file of four: read as text, as XML, and as HDF5 into the temporary directory.
#[test]
fn a_gzip_stream_that_unpacks_without_end_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let temporary = d.join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let piece = vec![b' '; 1 << 20];
    for (name, start) in [
        ("a.bxsf.gz", &b"BEGIN_INFO\n"[..]),
        ("vasprun.xml.gz", b"<?xml version=\"1.0\"?>\n<modeling>\n"),
        ("b.h5.gz", b"\x89HDF\r\n\x1a\n"),
        ("c_GSR.nc.gz", b"CDF\x01"),
    ] {
        let path = d.join(name);
        gzip(
            std::iter::once(start.to_vec()).chain((0..800).map(|_| piece.clone())),
            &path,
        );
        let start = Instant::now();
        let output = finish(
            command()
                .args(["info", name])
                .current_dir(d)
                .env("TMPDIR", &temporary),
        );
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {text}");
        assert!(
            text.contains(name) && text.contains("unpacks to more than"),
            "{text}"
        );
        assert!(start.elapsed() < Duration::from_secs(60));
        let left: Vec<_> = std::fs::read_dir(&temporary).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[cfg(unix)]
#[test]
fn devices_and_large_parameter_files_are_refused() {
    let directory = workplace();
    let d = directory.path();
    std::fs::write(d.join("large.toml"), vec![b'#'; 20 << 20]).unwrap();
    gzip((0..40).map(|_| vec![b'#'; 1 << 20]), &d.join("packed.toml"));
    std::fs::write(
        d.join("table.toml"),
        "[electrons.valley]\ndos_mass = 1.0\n[[electrons.tabulated]]\nfile = \"/dev/zero\"\n",
    )
    .unwrap();
    let cases = [
        ("transport c.h5 --scattering /dev/zero", "a device"),
        ("transport c.h5 --scattering table.toml", "a device"),
        ("transport c.h5 --scattering large.toml", "20 MiB"),
        ("transport c.h5 --scattering packed.toml", "MiB"),
        ("info /dev/zero", "a device"),
        ("plot /dev/zero -o x.svg", "a device"),
    ];
    for (call, expected) in cases {
        let start = Instant::now();
        let output = run(d, &words(call));
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{call}: {text}");
        assert!(text.contains(expected), "{call}: {text}");
        assert!(start.elapsed() < Duration::from_secs(10), "{call}");
    }
}

#[test]
fn elements_with_many_attributes_take_no_time_and_messages_are_short() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let attributes: String = (0..200_000).map(|i| format!(" a{i}=\"\"")).collect();
    let word = "9x".repeat(3_000_000);
    let files = [
        (
            "qe.xml",
            format!("<?xml version=\"1.0\"?>\n<espresso><output{attributes}/></espresso>"),
        ),
        (
            "vasprun.xml",
            format!(
                "<?xml version=\"1.0\"?>\n<modeling>\n<generator{attributes}></generator>\n</modeling>\n"
            ),
        ),
        (
            "word.bxsf",
            format!(
                "BEGIN_INFO\n Fermi Energy: 0.1\nEND_INFO\nBEGIN_BLOCK_BANDGRID_3D\nx\nBEGIN_BANDGRID_3D_x\n 1\n 2 2 2\n0 0 0\n1 0 0\n0 1 0\n0 0 1\nBAND: 1\n {word}\nEND_BANDGRID_3D\nEND_BLOCK_BANDGRID_3D\n"
            ),
        ),
        ("line.txt", word.clone()),
        ("word.json", format!("{{\"kind\": \"{word}\"}}")),
    ];
    for (name, text) in files {
        std::fs::write(d.join(name), text).unwrap();
        let call: &[&str] = match name {
            "word.json" => &["plot", name, "-o", "x.svg"],
            "word.bxsf" => &["info", name, "--bxsf-units", "wannier90"],
            _ => &["info", name],
        };
        let start = Instant::now();
        let output = run(d, call);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{name} took {:?}",
            start.elapsed()
        );
        let text = stderr(&output);
        assert!(
            text.contains(name) && text.len() < 3000,
            "{name}: {} bytes",
            text.len()
        );
    }
}

#[test]
fn an_adapter_that_auto_cannot_take_is_said() {
    let directory = workplace();
    let with = |name: &str, quiet: &str| {
        let output = finish(
            command()
                .args(words(&format!("fermi c.h5 --json {quiet}")))
                .env("BZINT_ADAPTER", name)
                .current_dir(directory.path()),
        );
        assert!(output.status.success());
        stderr(&output)
    };
    let text = with("no such adapter", "-v");
    assert!(text.contains("--adapter no such adapter"), "{text}");
    assert!(!with("", "-v").contains("--adapter"));
    assert!(!with("no such adapter", "-q").contains("--adapter no such adapter:"));
}

/// Without a terminal progress is silent, but with `-v` every phase has its line.
#[test]
fn phases_are_told_with_v_and_not_without() {
    let directory = workplace();
    let d = directory.path();
    let call = "transport c.h5 --doping 1e20";
    let silent = stderr(&run(d, &words(call)));
    assert!(!silent.contains("progress"), "{silent}");
    let told = stderr(&run(d, &words(&format!("{call} -v"))));
    for phase in [
        "reading the bands",
        "fitting the Fourier series",
        "extremes of the bands",
        "integrating",
    ] {
        let lines = told
            .lines()
            .filter(|l| l.starts_with(&format!("progress: {phase}: done in")));
        assert_eq!(lines.count(), 1, "{phase}: {told}");
    }
}

/// On a terminal the bar names the phase; `script` makes one.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_a_bar_that_names_the_phase() {
    let directory = workplace();
    let call =
        format!("{BZINT} transport c.h5 -T 20:400:20 --tolerance 1e-4 --magnetoconductivity");
    let output = Command::new("script")
        .args(["-qec", &call, "/dev/null"])
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: no `script` here");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    // Which phases are long enough to be seen depends on the machine.
    let phases = ["refining", "sums on the refined mesh", "coefficients"];
    let named = |phase: &&str| text.contains(&format!("integrating: {phase}"));
    assert!(phases.iter().any(named), "{text}");
}

/// A cap that is reached says what is how far off, from where, and which of the results suffers most.
#[test]
fn a_reached_cap_names_the_quantity_the_bands_and_the_worst_result() {
    use bzint::bands::model::{Model, ModelBands};
    use bzint::crystal::{KGrid, Lattice};
    use bzint::integrate::refine::{Refinement, Refiner};
    use bzint::integrate::{EnergyAxis, Request};
    use bzint::sampler::FourierSeries;
    let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
    let model = Model::TightBinding {
        hopping: 1.0,
        dimension: 3,
    };
    let bands = ModelBands::new(model, lattice, KGrid::gamma([8; 3]).unwrap(), false).unwrap();
    let series = FourierSeries::new(&bands).unwrap();
    let refinement = Refinement {
        tolerance: 1e-6,
        max_points: 20_000,
    };
    let refiner = Refiner::new(&series, refinement).unwrap();
    let axis = EnergyAxis::new(-1.0, 1.0, 64).unwrap();
    let header = refiner.header().clone();
    let (_, refined) = refiner
        .spectrum(&Request::for_bands(&header), &axis)
        .unwrap();
    assert!(refined.cap.is_some() && refined.reached > 1.0);
    let worst = refined.worst.unwrap();
    let (low, high) = worst.energies_ev;
    assert!(-1.0 <= low && low < high && high <= 1.0, "{low} {high}");
    assert_eq!((worst.spin, worst.bands), (0, 0..1));
    assert!((worst.share - 1.0).abs() < 1e-6, "{}", worst.share);
    let (_, refined) = refiner.surface(&Request::for_bands(&header), 0.3).unwrap();
    assert_eq!(refined.worst.unwrap().energies_ev, (0.3, 0.3));
    // Where the tolerance is met there is nothing to say.
    let met = Refinement {
        tolerance: 0.1,
        ..Refinement::default()
    };
    let (_, refined) = Refiner::new(&series, met)
        .unwrap()
        .surface(&Request::for_bands(&header), 0.3)
        .unwrap();
    assert_eq!((refined.cap, refined.worst), (None, None));
}

/// Changes of each entry that are tried besides.
const CHANGES: u64 = 40;

/// The kept corpus of the fuzz targets, each entry as it is and changed.
#[test]
fn the_corpus_of_the_fuzz_targets_is_read_or_refused() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/corpus");
    let start = Instant::now();
    for (name, target) in crate::replay::TARGETS {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(corpus.join(name))
            .unwrap_or_else(|_| panic!("the corpus of {name}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        assert!(entries.len() >= 3, "{name}");
        for entry in entries {
            let whole = std::fs::read(&entry).unwrap();
            let one = Instant::now();
            target(&whole);
            assert!(
                one.elapsed() < Duration::from_secs(10),
                "{}",
                entry.display()
            );
            let mut state = 0x9e37_79b9_7f4a_7c15 ^ whole.len() as u64;
            let mut below = |n: usize| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state % n.max(1) as u64) as usize
            };
            for _ in 0..CHANGES {
                // Time is for all entries alike, on a slow machine, too.
                if start.elapsed() > Duration::from_secs(30) {
                    break;
                }
                let mut bytes = whole.clone();
                let at = below(bytes.len());
                match below(4) {
                    0 => bytes[at] ^= 1 << below(8),
                    1 => bytes.truncate(at),
                    2 => bytes.insert(at, b"0-9 \n[{<\0\xff"[below(10)]),
                    _ => {
                        let end = (at + 1 + below(40)).min(bytes.len());
                        drop(bytes.drain(at..end));
                    }
                }
                target(&bytes);
            }
        }
    }
}
