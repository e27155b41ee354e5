//! What is read and written as a stream, as a user meets it: nothing that was read is overwritten, nothing half-written stays, bytes
//! that could not be written are a failure, and no string of a file steers the terminal.
#![cfg(unix)]

use crate::common::binary::{self, BZINT};
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{Atom, KGrid};
use bzint::io::results::ResultFile;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Commands that give results, quick ones.
const COMMANDS: [&str; 4] = [
    "fermi sc.h5 --backend cpu -q",
    "dos sc.h5 --backend cpu --bins 20 -q",
    "transport sc.h5 --backend cpu --interpolate none --no-hall -q",
    "optimize sc.h5 --backend cpu --interpolate none -T 600 --within 0.2 --carriers n -q",
];

fn command(d: &Path, words: &str) -> Command {
    let mut command = binary::command();
    command.current_dir(d).args(words.split_whitespace());
    command
}

fn run(d: &Path, words: &str) -> Output {
    command(d, words).output().unwrap()
}

/// Runs a line of the shell, in which `bzint` is the command.
fn shell(d: &Path, line: &str) -> Output {
    Command::new("bash")
        .current_dir(d)
        .args(["-c", &format!("bzint() {{ '{BZINT}' \"$@\"; }}; {line}")])
        .output()
        .unwrap()
}

/// What a run says on stderr; it must not have panicked, and must have ended with `code`.
fn said(output: &Output, code: i32, what: &str) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{what}\n{text}");
    assert!(!text.contains("panicked"), "{what}\n{text}");
    text
}

/// What a run that succeeds prints.
fn printed(output: &Output, what: &str) -> String {
    said(output, 0, what);
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn names(d: &Path) -> Vec<String> {
    let name = |e: std::io::Result<fs::DirEntry>| e.unwrap().file_name().into_string().unwrap();
    let mut all: Vec<String> = fs::read_dir(d).unwrap().map(name).collect();
    all.sort();
    all
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A directory with a small band file `sc.h5`.
fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let words = "model simple-cubic -n 8 --fermi-level 0.5 -o sc.h5 -q";
    said(&run(directory.path(), words), 0, words);
    directory
}

/// A device that is always full; as root never the system's own, which a fault would replace.
fn full_device(d: &Path) -> Option<PathBuf> {
    let own = d.join("full");
    let made = Command::new("mknod")
        .args([own.as_os_str(), "c".as_ref(), "1".as_ref(), "7".as_ref()])
        .output();
    if made.is_ok_and(|made| made.status.success()) && fs::write(&own, "x").is_err() {
        return Some(own);
    }
    let root = fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    if Path::new("/dev/full").exists() && !root {
        return Some("/dev/full".into());
    }
    println!("SKIPPED: no device that is always full");
    None
}

/// Refused as a wrong call, before the work; the file stays as it was.
fn refused(d: &Path, words: &str, kept: &Path, why: &str) {
    let before = fs::read(kept).unwrap();
    let output = run(d, words);
    let text = said(&output, 2, words);
    assert!(
        text.contains(why),
        "{words} should say \"{why}\", not:\n{text}"
    );
    assert!(output.stdout.is_empty(), "{words}");
    assert!(
        fs::read(kept).unwrap() == before,
        "{words} changed {kept:?}"
    );
}

const SPARED: &str = "nothing that is read is overwritten";

#[test]
fn the_input_is_not_overwritten_however_it_is_named() {
    let directory = workplace();
    let d = directory.path();
    let input = d.join("sc.h5");
    fs::create_dir(d.join("sub")).unwrap();
    symlink("sc.h5", d.join("link.h5")).unwrap();
    symlink("../link.h5", d.join("sub/twice")).unwrap();
    fs::hard_link(&input, d.join("hard.h5")).unwrap();
    fs::copy(&input, d.join("run.trace")).unwrap();
    fs::copy(&input, d.join("x.halltens")).unwrap();
    let transport = COMMANDS[2];
    for (words, kept) in [
        ("convert sc.h5 -o sc.h5".into(), &input),
        ("convert sc.h5 -o sub/../sc.h5".into(), &input),
        ("convert sc.h5 -o link.h5".into(), &input),
        ("convert link.h5 -o hard.h5".into(), &input),
        ("convert hard.h5 -o sc.h5".into(), &input),
        ("dos sc.h5 -o sub/twice".into(), &input),
        (format!("{transport} --csv sub/twice"), &input),
        (
            "transport run.trace --format boltztrap -o run".into(),
            &d.join("run.trace"),
        ),
        (
            "transport x.halltens --format boltztrap -o ./x".into(),
            &d.join("x.halltens"),
        ),
    ] {
        refused(d, &words, kept, SPARED);
    }
    for command in COMMANDS {
        refused(d, &format!("{command} -o ./link.h5"), &input, SPARED);
    }
    // The shell's own redirection.
    let before = fs::read(&input).unwrap();
    for line in ["bzint info sc.h5 >> sc.h5", "bzint fermi sc.h5 >> hard.h5"] {
        let output = shell(d, line);
        assert!(!output.status.success(), "{line}");
        assert!(fs::read(&input).unwrap() == before, "{line}");
    }
}

/// Every file of every format, also those that the call does not name.
#[test]
fn the_files_of_a_run_that_come_with_the_input_are_not_overwritten_either() {
    let mut all = crate::samples::samples();
    all.push(crate::samples::wannier90());
    let mut checked = 0;
    for sample in all {
        let directory = tempfile::tempdir().unwrap();
        let d = directory.path();
        let first = sample.write(d);
        let units = if sample.options.bxsf_units.is_some() {
            continue;
        } else {
            first.file_name().unwrap().to_str().unwrap()
        };
        for (name, _) in &sample.files {
            let _ = fs::remove_file(d.join("out"));
            symlink(name, d.join("out")).unwrap();
            refused(d, &format!("dos {units} -o out"), &d.join(name), SPARED);
            checked += 1;
        }
    }
    assert!(checked > 12, "{checked}");
    // The parameters of scattering and their table.
    let directory = workplace();
    let d = directory.path();
    let toml = "[electrons.valley]\ndos_mass = 1\n[[electrons.tabulated]]\nfile = \"tau.table\"\n";
    fs::write(d.join("scattering"), toml).unwrap();
    fs::write(
        d.join("tau.table"),
        "energy_ev,tau_s\n0,1e-14\n1,1e-14\n20,1e-14\n",
    )
    .unwrap();
    let words = format!("{} --scattering scattering", COMMANDS[2]);
    for kept in ["scattering", "tau.table"] {
        for option in ["-o", "--csv"] {
            refused(
                d,
                &format!("{words} {option} {kept}"),
                &d.join(kept),
                SPARED,
            );
        }
    }
}

#[test]
fn figures_and_pages_do_not_overwrite_the_results_that_they_show() {
    let directory = workplace();
    let d = directory.path();
    let words = "dos sc.h5 --bins 20 --backend cpu --json -q";
    let json = printed(&run(d, words), words);
    for (name, words) in [
        ("r.svg", "plot r.svg"),
        ("r.svg", "plot r.svg -o ./r.svg"),
        ("r.png", "plot r.png -o r.png"),
        ("r.html", "report r.html"),
    ] {
        fs::write(d.join(name), &json).unwrap();
        refused(d, words, &d.join(name), SPARED);
    }
}

#[test]
fn two_outputs_onto_one_file_are_refused_before_the_work() {
    let directory = workplace();
    let d = directory.path();
    fs::write(d.join("a.csv"), "old").unwrap();
    symlink("a.csv", d.join("link")).unwrap();
    symlink("b.csv", d.join("dangling")).unwrap();
    let t = COMMANDS[2];
    for (words, why) in [
        (format!("{t} -o a.csv --csv ./a.csv"), "name two files"),
        (format!("{t} -o link --csv a.csv"), "name two files"),
        (format!("{t} -o dangling --csv b.csv"), "name two files"),
        (
            format!("{t} -o new --format boltztrap --csv new.trace"),
            "name two files",
        ),
        (format!("{t} --csv - --json"), "stdout takes another output"),
        (
            format!("{} -o dangling --csv b.csv", COMMANDS[3]),
            "name two files",
        ),
    ] {
        refused(d, &words, &d.join("a.csv"), why);
    }
    let output = shell(d, &format!("bzint {t} --csv c.csv > c.csv"));
    assert!(said(&output, 2, "> c.csv").contains("stdout is sent to c.csv, too"));
    assert_eq!(names(d), ["a.csv", "c.csv", "dangling", "link", "sc.h5"]);
}

/// An output that cannot be is found before anything is read: the input is not even there.
#[test]
fn an_output_that_cannot_be_written_is_found_before_the_work() {
    let directory = workplace();
    let d = directory.path();
    fs::create_dir(d.join("folder.h5")).unwrap();
    symlink("loop.h5", d.join("loop.h5")).unwrap();
    let long = format!("{}.h5", "x".repeat(300));
    for name in [
        "nowhere/out.h5",
        "sc.h5/out.h5",
        "folder.h5",
        "new/",
        "/proc/out.h5",
        "loop.h5",
        &long,
    ] {
        for words in [
            format!("convert none.h5 -o {name}"),
            format!("dos none.h5 -o {name}"),
        ] {
            // A directory's name has no ending that `convert` knows.
            let code = if words == "convert none.h5 -o new/" {
                2
            } else {
                1
            };
            let text = said(&run(d, &words), code, &words);
            assert!(text.contains(name) && !text.contains("none.h5"), "{text}");
        }
    }
    assert_eq!(names(d), ["folder.h5", "loop.h5", "sc.h5"]);
}

/// What fails at the end: the results are printed all the same, and what can be written is.
#[test]
fn a_file_that_fails_at_the_end_costs_neither_the_print_nor_the_other_file() {
    let directory = workplace();
    let d = directory.path();
    let Some(full) = full_device(d) else { return };
    let full = full.to_str().unwrap();
    let plain = printed(&run(d, COMMANDS[2]), COMMANDS[2]);
    let head = |text: &str| {
        text.lines()
            .filter(|l| !l.contains("backend"))
            .take(9)
            .map(String::from)
            .collect::<Vec<_>>()
    };
    for words in [
        format!("{} -o {full} --csv ok.csv", COMMANDS[2]),
        format!("{} --csv {full} -o ok.h5", COMMANDS[2]),
    ] {
        let output = run(d, &words);
        let text = said(&output, 1, &words);
        assert!(
            text.contains(full) && text.contains("No space left"),
            "{text}"
        );
        assert_eq!(head(&String::from_utf8_lossy(&output.stdout)), head(&plain));
    }
    assert!(fs::metadata(full).unwrap().file_type().is_char_device());
    assert!(
        fs::read_to_string(d.join("ok.csv"))
            .unwrap()
            .starts_with("temperature")
    );
    ResultFile::read(&d.join("ok.h5"), Some("transport")).unwrap();
}

#[test]
fn bytes_that_stdout_does_not_take_are_a_failure() {
    let directory = workplace();
    let d = directory.path();
    let Some(full) = full_device(d) else { return };
    let mut all: Vec<String> = COMMANDS.map(String::from).to_vec();
    all.extend(COMMANDS.map(|c| format!("{c} --json")));
    all.extend(
        [
            "info sc.h5",
            "info sc.h5 --json",
            "model chain -n 8 -o c.h5",
            "model chain -n 8 -o c.h5 --json",
            "convert sc.h5 -o copy.h5",
            "convert sc.h5 -o copy.h5 --json",
            "devices",
            "--help",
            "--version",
            "fermi --help",
        ]
        .map(String::from),
    );
    all.push(format!("{} --csv -", COMMANDS[2]));
    for words in all {
        let output = command(d, &words)
            .stdout(fs::OpenOptions::new().write(true).open(&full).unwrap())
            .output()
            .unwrap();
        let text = said(&output, 1, &words);
        assert!(
            text.contains("stdout") && text.contains("No space left"),
            "{words}: {text}"
        );
    }
    // The files that were asked for are there all the same.
    let words = format!("{} -o r.h5 --csv r.csv", COMMANDS[2]);
    let output = command(d, &words)
        .stdout(fs::OpenOptions::new().write(true).open(&full).unwrap())
        .output()
        .unwrap();
    said(&output, 1, &words);
    ResultFile::read(&d.join("r.h5"), Some("transport")).unwrap();
    assert!(d.join("r.csv").exists());
}

/// A stdout that the caller closed takes no bytes either; what prints nothing needs none.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_stdout_is_a_failure_where_something_is_printed() {
    let directory = workplace();
    let d = directory.path();
    for words in [
        "info sc.h5",
        "--help",
        &format!("{} -o r.h5", COMMANDS[2]),
        &format!("{} --csv -", COMMANDS[2]),
    ] {
        let output = shell(d, &format!("bzint {words} >&-"));
        assert!(said(&output, 1, words).contains("stdout: cannot write: it is closed"));
    }
    ResultFile::read(&d.join("r.h5"), Some("transport")).unwrap();
    let line = "bzint convert sc.h5 -o copy.h5 -q >&-";
    said(&shell(d, line), 0, line);
}

#[test]
fn a_closed_pipe_is_silent() {
    let directory = workplace();
    let d = directory.path();
    for words in ["info sc.h5", "info sc.h5 --json", "--help", COMMANDS[1]] {
        let line = format!("(sleep 0.3; bzint {words}) 2>err | true; echo ${{PIPESTATUS[0]}}");
        let output = shell(d, &line);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n", "{words}");
        assert_eq!(fs::read_to_string(d.join("err")).unwrap(), "", "{words}");
    }
}

#[test]
fn messages_that_nobody_takes_do_not_stop_the_work() {
    let directory = workplace();
    let d = directory.path();
    let full = full_device(d);
    let mut sinks = vec!["2>&-".to_string()];
    if let Some(full) = &full {
        sinks.push(format!("2>{}", full.display()));
    }
    let words = "fermi sc.h5 --backend cpu -o r.h5";
    let plain = printed(&run(d, words), words);
    let values = |text: &str| {
        text.lines()
            .filter(|l| !l.contains("backend"))
            .take(9)
            .map(String::from)
            .collect::<Vec<_>>()
    };
    for sink in &sinks {
        let output = shell(d, &format!("bzint {words} {sink}"));
        assert_eq!(output.status.code(), Some(0), "{sink}");
        assert_eq!(
            values(&String::from_utf8_lossy(&output.stdout)),
            values(&plain)
        );
        for (bad, code) in [("info nothing.h5", 1), ("fermi", 2), ("info sc.h5 --x", 2)] {
            let output = shell(d, &format!("bzint {bad} {sink}"));
            assert_eq!(output.status.code(), Some(code), "{bad} {sink}");
        }
    }
}

#[test]
fn pipes_and_devices_get_the_bytes_and_stay_what_they_are() {
    let directory = workplace();
    let d = directory.path();
    let pipe = d.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let t = COMMANDS[2];
    let words = format!("{t} -o r.h5 --csv r.csv");
    said(&run(d, &words), 0, &words);
    let got = |words: &str| {
        let output = shell(d, &format!("cat pipe > got & bzint {words} && wait $!"));
        said(&output, 0, words);
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        fs::read(d.join("got")).unwrap()
    };
    assert_eq!(
        got(&format!("{t} --csv pipe")),
        fs::read(d.join("r.csv")).unwrap()
    );
    got(&format!("{t} -o pipe"));
    let read = ResultFile::read(&d.join("got"), Some("transport")).unwrap();
    let whole = ResultFile::read(&d.join("r.h5"), Some("transport")).unwrap();
    assert_eq!(read.variables(), whole.variables());
    symlink("pipe", d.join("p.bxsf")).unwrap();
    let bxsf = got("convert sc.h5 -o p.bxsf -q");
    assert!(bxsf.ends_with(b"END_BLOCK_BANDGRID_3D\n"));
    // A process that reads too little.
    let output = shell(
        d,
        &format!("bzint {t} --csv >(head -c 5 > part); sleep 0.2"),
    );
    said(&output, 0, "--csv >(head)");
    assert_eq!(fs::read(d.join("part")).unwrap(), b"tempe");
    assert_eq!(
        names(d).iter().filter(|n| n.starts_with('.')).count(),
        0,
        "{:?}",
        names(d)
    );
}

#[test]
fn a_dash_is_stdout_where_that_makes_sense() {
    let directory = workplace();
    let d = directory.path();
    for t in &COMMANDS[2..] {
        let words = format!("{t} --csv r.csv");
        said(&run(d, &words), 0, &words);
        for name in ["-", "/dev/stdout"] {
            let words = format!("{t} --csv {name}");
            let text = printed(&run(d, &words), &words);
            assert_eq!(text, fs::read_to_string(d.join("r.csv")).unwrap());
        }
        let text = said(&run(d, &format!("{t} -o -")), 2, t);
        assert!(text.contains("--json"), "{text}");
    }
    let words = "dos sc.h5 --bins 20 --backend cpu -o r.h5";
    said(&run(d, words), 0, words);
    assert!(printed(&run(d, "plot r.h5 -o -"), "plot").contains("</svg>"));
    assert!(printed(&run(d, "report r.h5 -o -"), "report").ends_with("</html>\n"));
    for words in [
        "convert sc.h5 -o -",
        "model chain -n 4 -o -",
        "dos sc.h5 -o -",
    ] {
        said(&run(d, words), 2, words);
    }
    assert_eq!(names(d), ["r.csv", "r.h5", "sc.h5"]);
}

#[test]
fn a_file_holds_what_its_name_says_or_is_refused() {
    let directory = workplace();
    let d = directory.path();
    for c in COMMANDS {
        let words = format!("{c} -o r.json");
        let text = printed(&run(d, &words), &words);
        assert!(!text.starts_with('{'), "the table is printed");
        let json = fs::read_to_string(d.join("r.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["kind"], c.split(' ').next().unwrap());
        ResultFile::open(&d.join("r.json")).unwrap();
        for name in ["r.svg", "r.TXT", "r.h5.gz", "r.bxsf"] {
            let words = format!("{c} -o {name}");
            assert!(said(&run(d, &words), 2, &words).contains("name the file .h5"));
        }
        for name in ["plain", "r.300K", "r.hdf5", "r.nc"] {
            let words = format!("{c} -o {name}");
            said(&run(d, &words), 0, &words);
            ResultFile::open(&d.join(name)).unwrap();
        }
    }
    for (at, c) in COMMANDS.iter().enumerate() {
        let words = format!("{c} -o a.csv --csv b.csv");
        said(&run(d, &words), 0, &words);
        let csv = fs::read_to_string(d.join("a.csv")).unwrap();
        // Tensors and spectra are on no temperature.
        assert_eq!(csv.starts_with("temperature [K],"), at >= 2, "{csv}");
        assert!(csv.lines().count() >= 2, "{csv}");
        assert_eq!(csv, fs::read_to_string(d.join("b.csv")).unwrap());
        let words = format!("{c} --csv r.h5");
        assert!(said(&run(d, &words), 2, &words).contains("name the file .csv"));
    }
}

/// Calls that write, with the file that each writes.
const WRITERS: [(&str, &str); 8] = [
    ("convert sc.h5 -q -o", "w.h5"),
    ("convert sc.h5 -q -o", "w.bxsf"),
    ("convert sc.h5 -q -o", "w.frmsf"),
    ("dos sc.h5 --bins 20 --backend cpu -q -o", "r.h5"),
    ("dos sc.h5 --bins 20 --backend cpu -q -o", "r.json"),
    ("plot dos.h5 -q -o", "f.svg"),
    ("plot dos.h5 -q -o", "f.png"),
    ("report dos.h5 -q -o", "p.html"),
];

#[test]
fn links_are_written_through_and_permissions_kept() {
    let directory = workplace();
    let d = directory.path();
    let words = "dos sc.h5 --bins 20 --backend cpu -o dos.h5 -q";
    said(&run(d, words), 0, words);
    fs::write(d.join("plain"), "").unwrap();
    for (words, name) in WRITERS {
        let place = d.join("place");
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).unwrap();
        symlink("place/step", d.join(name)).unwrap();
        symlink("target", place.join("step")).unwrap();
        let target = place.join("target");
        let words = format!("{words} {name}");
        // First there is nothing at the links' end, then a private file.
        for private in [false, true] {
            if private {
                fs::write(&target, "old").unwrap();
                fs::set_permissions(&target, PermissionsExt::from_mode(0o600)).unwrap();
            }
            said(&run(d, &words), 0, &words);
            assert!(fs::metadata(&target).unwrap().len() > 100, "{words}");
            let wanted = if private {
                0o600
            } else {
                mode(&d.join("plain"))
            };
            assert_eq!(mode(&target), wanted, "{words}");
            assert_eq!(names(&place), ["step", "target"], "{words}");
            for link in [d.join(name), place.join("step")] {
                assert!(fs::symlink_metadata(link).unwrap().is_symlink(), "{words}");
            }
        }
    }
}

/// A source that is written for a good part of a second.
fn large(d: &Path) {
    let words = "model simple-cubic -n 80 --fermi-level 0.5 -o large.h5 -q";
    said(&run(d, words), 0, words);
}

/// Sends `signal` to calls that write, after times that grow until one is done before. Counts those that ended by it.
fn kills(d: &Path, signal: &str, mut after_each: impl FnMut(&str)) -> usize {
    let mut ended = 0;
    for (i, name) in ["out.h5", "out.bxsf"]
        .into_iter()
        .cycle()
        .take(10)
        .enumerate()
    {
        let mut child = command(d, &format!("convert large.h5 -q -o {name}"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Until the file in the making is there, and then a little.
        for _ in 0..2000 {
            if names(d).iter().any(|n| n.starts_with(".bzint-")) {
                break;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(7 * i as u64));
        let number = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &number]).output();
        sent.unwrap();
        if child.wait().unwrap().code().is_none() {
            ended += 1;
        }
        after_each(name);
    }
    ended
}

#[test]
fn a_signal_leaves_the_old_file_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    large(d);
    let mut ended = 0;
    for signal in ["TERM", "INT", "HUP", "QUIT", "XCPU"] {
        ended += kills(d, signal, |name| {
            let hidden: Vec<_> = names(d)
                .into_iter()
                .filter(|n| n.starts_with('.'))
                .collect();
            assert!(hidden.is_empty(), "{signal}: {hidden:?}");
            let content = fs::read(d.join(name)).unwrap_or_else(|_| b"old".to_vec());
            let whole = content.len() > 10_000;
            assert!(content == b"old" || whole, "{signal}: {name}");
            fs::write(d.join(name), "old").unwrap();
        });
    }
    assert!(ended >= 20, "{ended} of 50 were ended by the signal");
}

#[test]
fn what_a_killed_run_left_is_cleared_by_the_next_and_never_a_running_one_s() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    large(d);
    let hidden = || names(d).into_iter().filter(|n| n.starts_with('.')).count();
    let ended = kills(d, "KILL", |_| assert!(hidden() <= 1, "{:?}", names(d)));
    assert!(ended >= 5, "{ended}");
    // Many at once, of which none takes away what another has in the making.
    let mut all: Vec<_> = (0..6)
        .map(|i| {
            let words = format!("convert large.h5 -q -o many{i}.h5");
            command(d, &words).spawn().unwrap()
        })
        .collect();
    for child in &mut all {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(hidden(), 0, "{:?}", names(d));
    let sizes: Vec<u64> = (0..6)
        .map(|i| fs::metadata(d.join(format!("many{i}.h5"))).unwrap().len())
        .collect();
    assert!(sizes.iter().all(|s| *s == sizes[0]), "{sizes:?}");
}

#[test]
fn ignored_signals_stay_ignored_and_a_limited_size_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    large(d);
    let line = format!(
        "trap '' HUP INT; '{BZINT}' convert large.h5 -q -o out.h5 & sleep 0.1; kill -HUP $!; kill -INT $!; wait $!"
    );
    said(&shell(d, &line), 0, &line);
    assert!(d.join("out.h5").exists());
    for name in ["big.h5", "big.bxsf"] {
        let line = format!("ulimit -f 64; bzint convert large.h5 -q -o {name}");
        let text = said(&shell(d, &line), 1, &line);
        assert!(
            text.contains(name) && text.contains("File too large"),
            "{text}"
        );
    }
    assert_eq!(names(d), ["large.h5", "out.h5"]);
}

#[test]
fn names_that_are_not_utf8_are_names() {
    let directory = workplace();
    let d = directory.path();
    let odd = |ending: &str| {
        let mut bytes = b"caf\xe9".to_vec();
        bytes.extend(ending.as_bytes());
        OsString::from_vec(bytes)
    };
    fs::copy(d.join("sc.h5"), d.join(odd(".h5"))).unwrap();
    let with = |words: &str, ending: &str| {
        let mut command = command(d, words);
        command.arg(odd(ending));
        command.output().unwrap()
    };
    printed(&with("info --json", ".h5"), "info");
    for json in ["", " --json"] {
        for ending in ["2.h5", ".bxsf"] {
            printed(&with(&format!("convert sc.h5{json} -o"), ending), ending);
        }
        printed(
            &with(&format!("model chain -n 8{json} -o"), "3.h5"),
            "model",
        );
        printed(&with(&format!("{}{json} -o", COMMANDS[1]), "4.h5"), "dos");
        printed(&with("plot", "4.h5"), "plot");
        printed(&with(&format!("report{json}"), "4.h5"), "report");
        printed(
            &with(&format!("{}{json} --csv", COMMANDS[2]), ".csv"),
            "transport",
        );
    }
    said(&with("fermi sc.h5 --tau", ""), 2, "--tau");
    said(&with("", ""), 2, "a subcommand");
    said(&with("info", "none.h5"), 1, "info");
}

/// Escape sequences, the bell, C1 controls and changes of the direction of text, in a file's strings and in names of files.
#[test]
fn no_string_of_a_file_steers_the_terminal() {
    const EVIL: &str = "X\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\r\u{8}";
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let grid = KGrid::gamma([4; 3]).unwrap();
    let mut header = BandHeader::new(
        crate::common::cubic(4.0),
        grid,
        SpinTreatment::Unpolarized,
        1,
    );
    header.atoms = vec![Atom {
        symbol: EVIL.into(),
        position: [0.0; 3],
    }];
    header.fermi_level_ev = Some(0.0);
    header.provenance.format = format!("code {EVIL}");
    header.provenance.path = EVIL.into();
    header.provenance.notes = vec![format!("a note {EVIL}")];
    let energies: Vec<f64> = (0..64).map(|i| f64::from(i % 4 - 2)).collect();
    let bands = BandGrid::new(header, energies).unwrap();
    bzint::io::hdf5::write(&d.join("sc.h5"), &bands, EVIL).unwrap();
    fs::copy(d.join("sc.h5"), d.join(format!("{EVIL}.h5"))).unwrap();
    fs::write(d.join("text"), format!("{EVIL} is no format\n")).unwrap();
    let clean = |output: &Output, what: &str| {
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let bad = |c: char| EVIL[1..].contains(c) && (c.is_control() || !c.is_ascii());
            assert!(!text.contains(bad), "{what}: {text:?}");
        }
        assert_ne!(output.status.code(), Some(101), "{what}");
    };
    let mut all: Vec<String> = COMMANDS.map(|c| c.replace(" -q", "")).to_vec();
    all.extend(COMMANDS.map(|c| format!("{c} --json")));
    all.extend(
        [
            "info sc.h5",
            "info -v sc.h5",
            "info --json sc.h5",
            "info text",
        ]
        .map(String::from),
    );
    for words in &all {
        clean(&run(d, words), words);
    }
    let json = printed(&run(d, "info --json sc.h5"), "info");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["atoms"][0]["symbol"], EVIL,
        "JSON keeps what it escapes"
    );
    for words in [
        vec!["info"],
        vec!["dos", "--backend", "cpu", "-o"],
        vec!["plot"],
        vec!["info", "sc.h5", "--scissor"],
        vec![],
    ] {
        for name in [format!("{EVIL}.h5"), format!("{EVIL}/none")] {
            let mut bzint = binary::command();
            let output = binary::finish(bzint.current_dir(d).args(&words).arg(name));
            clean(&output, &format!("{words:?}"));
        }
    }
}

#[test]
fn a_pipe_is_read_like_a_file() {
    let directory = workplace();
    let d = directory.path();
    let gz = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");
    for (line, words) in [
        ("cat sc.h5 | bzint info /dev/stdin", "info sc.h5"),
        ("bzint info <(cat sc.h5)", "info sc.h5"),
        ("bzint info /dev/stdin < sc.h5", "info sc.h5"),
        (
            &format!("cat {gz} | bzint info /dev/stdin"),
            &format!("info {gz}"),
        ),
        (
            &format!("bzint info <(gunzip -c {gz})"),
            &format!("info {gz}"),
        ),
    ] {
        let file = words.split(' ').nth(1).unwrap();
        let wanted = printed(&run(d, words), words);
        let text = printed(&shell(d, line), line);
        let numbers = |text: &str, name: &str| {
            let lines = text.lines().skip(1).map(|l| l.replace(name, "FILE"));
            lines
                .filter(|l| !l.contains("sha256"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(
            numbers(&text, "/dev/stdin"),
            numbers(&wanted, file),
            "{line}"
        );
    }
    let all = crate::samples::samples();
    let gapped = all.iter().find(|s| s.format == "CASTEP").unwrap().write(d);
    let t = COMMANDS[2].replace("sc.h5", gapped.to_str().unwrap());
    let toml = "printf '[electrons.valley]\\ndos_mass = 1\\n[[electrons.constant_time]]\\ntau_s = 1e-14\\n[holes.valley]\\ndos_mass = 1\\n[[holes.constant_time]]\\ntau_s = 1e-14\\n'";
    said(&shell(d, &format!("{toml} > s.toml")), 0, "toml");
    let wanted = printed(
        &run(d, &format!("{t} --scattering s.toml --csv -")),
        "s.toml",
    );
    let piped = shell(d, &format!("bzint {t} --scattering <({toml}) --csv -"));
    assert_eq!(printed(&piped, "--scattering <()"), wanted);
    let line = "bzint dos sc.h5 --bins 20 --backend cpu --json | bzint plot /dev/stdin -o f.svg";
    said(&shell(d, line), 0, line);
    assert!(
        fs::read_to_string(d.join("f.svg"))
            .unwrap()
            .contains("</svg>")
    );
    // A pipe names no figure, and a device is none of a file's kind.
    let line = "bzint dos sc.h5 --bins 20 --backend cpu --json | bzint plot /dev/stdin";
    assert!(said(&shell(d, line), 2, line).contains("-o results.svg"));
    for words in ["info /dev/zero", "info /dev/null"] {
        let text = said(&run(d, words), 1, words);
        assert!(text.contains("it is a device, not a file"), "{text}");
    }
    let words = format!("{t} --scattering /dev/zero");
    assert!(said(&run(d, &words), 1, &words).contains("it is a device"));
}

/// What is unpacked has no name while it is there: a killed process leaves nothing.
#[test]
fn what_is_unpacked_is_gone_with_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let words = "model simple-cubic -n 80 --velocities -o b.h5 -q";
    said(&run(d, words), 0, words);
    said(&shell(d, "gzip -1 b.h5"), 0, "gzip");
    fs::create_dir(d.join("tmp")).unwrap();
    let mut child = command(d, "info b.h5.gz")
        .env("TMPDIR", d.join("tmp"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    while child.try_wait().unwrap().is_none() {
        seen.extend(names(&d.join("tmp")));
        std::thread::sleep(Duration::from_micros(200));
    }
    let text = said(&child.wait_with_output().unwrap(), 1, "info b.h5.gz");
    assert!(text.contains("HDF5 file in gzip: unpack it"), "{text}");
    assert!(seen.is_empty(), "{seen:?}");
}

/// There is one place that opens what is read, one that makes files, and one that talks: whatever comes later keeps the rules above.
#[test]
fn files_are_opened_and_messages_printed_at_one_place() {
    fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|e| e == "rs") {
                all.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all);
    let may = [
        (
            "fs::File::open(|fs::read(|fs::read_to_string(|OpenOptions::new()",
            "io/input.rs io/output.rs io/scratch.rs memory/limits.rs cli/status.rs",
        ),
        (
            "fs::write(|fs::rename(|tempfile_in(|File::create(",
            "io/scratch.rs io/hdf5/container.rs",
        ),
        (
            "println!(|eprintln!(|print!(|io::stdout()|io::stderr()",
            "cli/terminal.rs io/output.rs memory/guard.rs",
        ),
        ("env::args()", ""),
    ];
    for path in all {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (words, places) in may {
            for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
                let found = words.split('|').find(|word| line.contains(word));
                assert!(
                    found.is_none() || places.split(' ').any(|place| place == name),
                    "src/{name}: {line}"
                );
            }
        }
    }
}
