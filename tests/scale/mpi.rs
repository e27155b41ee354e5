//! Processes that `mpirun` starts (feature `mpi`).

use super::{DATA, bits, names};
use crate::common::Lcg;
use crate::wannier::Run;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Runs `words` as so many ranks.
fn mpirun(folder: &Path, ranks: usize, words: &str) -> Output {
    let output = start(folder, ranks, words).output();
    output.expect("mpirun is needed for the tests of the feature `mpi`")
}

/// The command that starts them. Open MPI starts more than there are processors, and for root, only where it is told to.
fn start(folder: &Path, ranks: usize, words: &str) -> Command {
    let mut command = Command::new("mpirun");
    for (name, value) in [
        ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
        ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
        ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
    ] {
        command.env(name, value);
    }
    command
        .current_dir(folder)
        .args(["-n", &ranks.to_string(), env!("CARGO_BIN_EXE_bzint")])
        .args(words.split(' '))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One to four ranks give the bits, and print the words, of the process alone.
#[test]
fn ranks_give_the_bits_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    Run::new(3, true).write(d, "w");
    for words in [
        "fermi CU --interpolate 24 --fermi-level electrons",
        "dos CU --interpolate 20 --bins 60",
        "transport CUBIC --interpolate 24 --doping 1e19 -T 300,500",
        "fermi CU --tolerance 5e-2 --fermi-level electrons",
        "transport CUBIC --tolerance 5e-2 --doping 1e19 --interpolator series",
        "transport w_tb.dat --fermi-level 1.2 --tolerance 5e-2 -T 1000",
        "fermi w_tb.dat --fermi-level 1.2 --interpolate 12 --csv table.csv",
        "landauer CUBIC --interpolate 20 --doping 1e19 -T 500 --bins 30",
        "optimize CUBIC --tolerance 5e-2 -T 500 --interpolator series",
        "orbits CU --mesh 32 --from 001 --to 110 --angles 5",
        "magneto CU --mesh 32 -B 0,1,5 --field 001 -T 100,300 --tau 1e-13",
        "superconductor CU --gap s:1meV",
    ] {
        let words = words
            .replace("CUBIC", &format!("{DATA}/cubic.energy"))
            .replace("CU", &format!("{DATA}/cu.nscf.xml.gz"));
        let backend = match words.starts_with("orbits") || words.starts_with("magneto") {
            true => "",
            false => " --backend cpu",
        };
        let words = format!("{words}{backend} -o out.h5");
        let alone = Command::new(env!("CARGO_BIN_EXE_bzint"))
            .current_dir(d)
            .args(words.split(' '))
            .output()
            .unwrap();
        assert!(alone.status.success(), "{}", error(&alone));
        let whole = bits(&d.join("out.h5"));
        let printed = |output: &Output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            // Threads and seconds are those of the run.
            let timed = |line: &&str| line.contains("thread") || line.ends_with(" s");
            let same = text.lines().filter(|line| !timed(line));
            same.collect::<Vec<_>>().join("\n")
        };
        for ranks in 1..=4 {
            std::fs::remove_file(d.join("out.h5")).unwrap();
            let found = mpirun(d, ranks, &words);
            assert!(found.status.success(), "{words}: {}", error(&found));
            assert_eq!(printed(&found), printed(&alone), "{words} by {ranks}");
            assert!(whole == bits(&d.join("out.h5")), "{words} by {ranks}");
        }
    }
    let left = names(d);
    assert!(
        left.iter().all(|name| !name.starts_with(".bzint-")),
        "{left:?}"
    );
}

/// What all ranks find wrong, or one of them, is told once, with the exit code of one process.
#[test]
fn an_error_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let copper = format!("{DATA}/cu.nscf.xml.gz");
    std::fs::create_dir(d.join("taken.h5")).unwrap();
    for (words, says) in [
        ("fermi nowhere.xml".to_owned(), "nowhere.xml"),
        (format!("fermi {copper} --tau -1"), "--tau"),
        (format!("fermi {copper} --what"), "--what"),
        (format!("info {copper}"), "this command is not shared out"),
        (format!("fermi {copper} --part 1/2"), "`--part`"),
        (format!("fermi {copper} -o taken.h5"), "taken.h5"),
    ] {
        let found = mpirun(d, 3, &words);
        let text = error(&found);
        assert!(!found.status.success(), "{words}");
        assert!(found.stdout.is_empty(), "{words}");
        assert_eq!(text.matches("error: ").count(), 1, "{words}: {text}");
        assert!(text.contains(says), "{words}: {text}");
    }
    assert_eq!(names(d), ["taken.h5"]);
}

/// The times of all ranks' items are in one file, and each item is run once.
#[test]
fn times_are_those_of_all_ranks() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let words =
        format!("dos {DATA}/cu.nscf.xml.gz --interpolate none --bins 60 --timings t.csv -q");
    assert!(mpirun(d, 3, &words).status.success());
    let text = std::fs::read_to_string(d.join("t.csv")).unwrap();
    let mut items: Vec<&str> = text
        .lines()
        .filter_map(|l| Some(l.rsplit_once(',')?.0))
        .collect();
    let many = items.len();
    items.sort();
    items.dedup();
    assert!(many > 20 && items.len() == many, "{many}: {text}");
}

/// A process of these that runs in the folder.
fn one_of(folder: &Path, random: &mut Lcg) -> Option<i32> {
    let folder = folder.canonicalize().ok()?;
    let pids = std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let runs = std::fs::read_link(entry.path().join("exe"))
                .ok()?
                .ends_with("bzint");
            let here = std::fs::read_link(entry.path().join("cwd")).ok()? == folder;
            (runs && here).then_some(pid)
        });
    let pids: Vec<i32> = pids.collect();
    let at = (random.next() * pids.len() as f64) as usize;
    pids.get(at).copied()
}

/// One rank is killed at any moment, and with it all: they go on from what each has kept, as many as there are then, or without MPI.
#[test]
fn ranks_that_were_killed_are_taken_up() {
    for (words, most) in [
        ("transport CU --interpolate 48 -T 300 --no-hall", 2.5),
        ("fermi CU --tolerance 2e-3 --fermi-level electrons", 3.0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let d = folder.path();
        let words = words.replace("CU", &format!("{DATA}/cu.nscf.xml.gz")) + " --backend cpu -q";
        let alone = |words: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_bzint"));
            let output = command
                .current_dir(d)
                .args(words.split(' '))
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", error(&output));
        };
        alone(&format!("{words} -o whole.h5"));
        let resumed =
            format!("{words} -o found.h5 --checkpoint c.h5 --checkpoint-every 0.05 --resume");
        let mut random = Lcg(words.len() as u64);
        let mut killed = 0;
        for ranks in [3, 2, 4, 1, 3] {
            let mut child = start(d, ranks, &resumed).spawn().unwrap();
            std::thread::sleep(Duration::from_secs_f64(0.3 + random.next() * most));
            if let Some(pid) = one_of(d, &mut random) {
                let kill = Command::new("kill").args(["-9", &pid.to_string()]).status();
                killed += usize::from(kill.unwrap().success());
            }
            child.wait().unwrap();
        }
        assert!(killed > 0);
        let by_ranks = mpirun(d, 2, &resumed);
        assert!(by_ranks.status.success(), "{}", error(&by_ranks));
        assert!(
            bits(&d.join("whole.h5")) == bits(&d.join("found.h5")),
            "{words}"
        );
        alone(&resumed);
        assert!(
            bits(&d.join("whole.h5")) == bits(&d.join("found.h5")),
            "{words}"
        );
        assert_eq!(names(d), ["found.h5", "whole.h5"]);
    }
}
