//! Bad input: one clear error each (what, where, the value, the remedy), the right exit code, and nothing left behind.

use crate::common::binary::{bzint_in, command, finish};
use std::path::Path;

/// Runs the command in `directory`, expects failure with `code`, and returns its one error line.
fn failure(directory: &Path, words: &[&str], code: i32) -> String {
    let before = entries(directory);
    let output = finish(command().current_dir(directory).args(words));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}\n{text}");
    assert!(output.stdout.is_empty(), "{words:?} printed on stdout");
    assert_eq!(text.matches("error:").count(), 1, "{words:?}\n{text}");
    assert!(!text.contains("panicked"), "{text}");
    assert_eq!(entries(directory), before, "{words:?} left a file behind");
    text
}

fn entries(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A directory with a small model file, a foreign text, an empty file and a truncated HDF5 file.
fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    bzint_in(d, "model simple-cubic -n 8 --fermi-level 0.5 -o sc.h5 -q").succeeded();
    std::fs::write(d.join("notes.txt"), "these are not bands\n").unwrap();
    std::fs::write(d.join("empty"), "").unwrap();
    let whole = std::fs::read(d.join("sc.h5")).unwrap();
    std::fs::write(d.join("half.h5"), &whole[..whole.len() / 2]).unwrap();
    directory
}

#[test]
fn each_bad_call_is_told_what_where_and_how_to_mend_it() {
    let directory = workplace();
    let d = directory.path();
    // Call, exit code, words that the text must hold.
    let cases: &[(&str, i32, &[&str])] = &[
        (
            "info nothing.h5",
            1,
            &["nothing.h5", "cannot open", "No such file"],
        ),
        (
            "info notes.txt",
            1,
            &["notes.txt", "unknown file format", "these are not bands"],
        ),
        ("info empty", 1, &["empty"]),
        ("info half.h5", 1, &["half.h5", "truncated"]),
        ("info .", 1, &["directory"]),
        (
            "fermi sc.h5 --fermi-level 50",
            2,
            &["Fermi level", "50 eV", "outside the bands"],
        ),
        ("fermi sc.h5 --fermi-level nan", 2, &["nan", "finite"]),
        (
            "fermi sc.h5 --electrons 3",
            2,
            &["3 electrons", "between 0 and 2"],
        ),
        ("fermi sc.h5 --tau=-1", 2, &["--tau", "-1 s", "positive"]),
        ("fermi sc.h5 --velocity 3", 2, &["3", "2, 4 or 6"]),
        (
            "fermi sc.h5 --velocity file --backend cpu",
            2,
            &["no velocities"],
        ),
        ("fermi sc.h5 --weights gaussian:0", 2, &["0", "positive"]),
        ("fermi sc.h5 --weights cubic", 2, &["cubic", "tetrahedra"]),
        (
            "fermi sc.h5 --threads 0 --backend cpu",
            2,
            &["--threads", "1 or more"],
        ),
        (
            "fermi sc.h5 --backend cpu -o nowhere/out.h5",
            1,
            &["nowhere"],
        ),
        ("dos sc.h5 --energy 1:0", 2, &["1", "empty"]),
        ("dos sc.h5 --energy 0:1:-1", 2, &["step"]),
        ("dos sc.h5 --bins 0 --backend cpu", 2, &["0 bins"]),
        ("convert sc.h5 -o out.txt", 2, &["out.txt", ".h5"]),
        ("convert sc.h5 -o out.bxsf --spin 3", 2, &["--spin", "3"]),
        ("model simple-cubic -n 0 -o out.h5", 2, &["`0`"]),
        (
            "model simple-cubic -n 100000 -o out.h5",
            1,
            &["100000", "2³⁴"],
        ),
        (
            "model square -n 1,100000,100000 -o out.h5",
            1,
            &["MiB", "smaller grid"],
        ),
        (
            "model simple-cubic --lattice-constant 0 -o out.h5",
            2,
            &["0 Å", "positive"],
        ),
        (
            "model ellipsoid --masses 1,-1,1 -o out.h5",
            2,
            &["positive"],
        ),
        ("model free-electrons --mass 0 -o out.h5", 2, &["positive"]),
        ("model simple-cubic -n 4", 2, &["--output"]),
        ("fermi", 2, &["FILE"]),
        ("frobnicate", 2, &["frobnicate"]),
    ];
    for (call, code, words) in cases {
        let call: Vec<&str> = call.split(' ').collect();
        let text = failure(d, &call, *code);
        for word in *words {
            assert!(text.contains(word), "{call:?} should say `{word}`:\n{text}");
        }
    }
}

#[test]
fn a_machine_without_vulkan_says_so_and_auto_uses_the_cpu() {
    let directory = workplace();
    let run = |backend: &str| {
        finish(
            command()
                .current_dir(directory.path())
                .args(["fermi", "sc.h5", "--backend", backend, "--json"])
                .env("VK_ICD_FILENAMES", "/nonexistent.json")
                .env("VK_DRIVER_FILES", "/nonexistent.json"),
        )
    };
    let gpu = run("gpu");
    let text = String::from_utf8_lossy(&gpu.stderr);
    assert_eq!(gpu.status.code(), Some(1), "{text}");
    assert!(
        text.contains("no usable GPU adapter") && text.contains("--backend cpu"),
        "{text}"
    );
    let auto = run("auto");
    assert_eq!(auto.json()["backend"], "cpu");
}

/// A NaN energy in a real file is found with its place, whatever reads it.
#[test]
fn a_nan_energy_in_a_real_file_is_named() {
    use std::io::{Read, Write};
    let directory = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(source).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let at = text.find("<eigenvalues").unwrap();
    let number = at + text[at..].find('>').unwrap() + 1;
    let number = number + text[number..].find(|c: char| c.is_ascii_digit()).unwrap();
    let end = number + text[number..].find(char::is_whitespace).unwrap();
    text.replace_range(number..end, "NaN");
    let path = directory.path().join("nan.xml");
    std::fs::File::create(&path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let text = failure(directory.path(), &["fermi", "nan.xml"], 1);
    assert!(text.contains("nan.xml") && text.contains("NaN"), "{text}");
}
