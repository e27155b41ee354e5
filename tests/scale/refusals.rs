//! Parts and checkpoints that do not belong together are refused by name.

use super::DATA;
use crate::common::binary::{bzint_in, text_in};
use bzint::io::sums::{self, Heading};
use std::path::Path;

fn part(folder: &Path, words: &str, part: &str, out: &str) {
    let file = format!("{DATA}/cu.nscf.xml.gz");
    let words = words.replace("CU", &file);
    text_in(
        folder,
        &format!("{words} --interpolate none --backend cpu -q --part {part} -o {out}"),
    );
}

/// What `merge` of these files says, which must hold all of `words`.
#[track_caller]
fn refused(folder: &Path, files: &str, words: &[&str]) {
    let said = bzint_in(folder, &format!("merge {files} -o all.h5")).refused();
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!folder.join("all.h5").exists(), "{files}");
}

#[test]
fn parts_that_do_not_belong_together_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    for i in 1..=3 {
        part(d, "fermi CU", &format!("{i}/3"), &format!("{i}.h5"));
    }
    let all = "1.h5 2.h5 3.h5";
    refused(
        d,
        "1.h5",
        &["1.h5", "parts 2, 3 of 3 are missing", "--part 1/3"],
    );
    refused(d, "3.h5 1.h5", &["part 2 of 3 is missing"]);
    std::fs::copy(d.join("2.h5"), d.join("copy.h5")).unwrap();
    refused(
        d,
        &format!("{all} copy.h5"),
        &["copy.h5", "part 2 of 3, and so is 2.h5"],
    );
    part(d, "fermi CU", "1/4", "quarter.h5");
    refused(
        d,
        "2.h5 quarter.h5",
        &["quarter.h5", "one of 4 parts", "2.h5 is one of 3"],
    );
    part(d, "fermi CU --tau 1e-14", "1/3", "tau.h5");
    refused(d, "2.h5 tau.h5 3.h5", &["tau.h5", "--tau 1e-14"]);
    part(d, "dos CU", "1/3", "dos.h5");
    refused(d, "2.h5 dos.h5 3.h5", &["dos.h5", "bzint dos"]);
    let other = format!("fermi {DATA}/cu.nscf32.xml.gz");
    part(d, &other, "1/3", "other.h5");
    refused(
        d,
        "2.h5 other.h5 3.h5",
        &["other.h5", "cu.nscf32.xml.gz", "other bands"],
    );
    for (name, change, words) in [
        (
            "version",
            (|h| h.version = "0.0.1".into()) as fn(&mut Heading),
            "bzint 0.0.1",
        ),
        (
            "gpu",
            |h| h.integrator = "the GPU one".into(),
            "integrated by the GPU one",
        ),
        ("checkpoint", |h| h.complete = false, "not done"),
    ] {
        let (mut heading, plans) = sums::read(&d.join("1.h5")).unwrap();
        change(&mut heading);
        let file = format!("{name}.h5");
        sums::write(&d.join(&file), &heading, &plans).unwrap();
        refused(d, &format!("2.h5 {file} 3.h5"), &[&file, words]);
    }
    let (heading, mut plans) = sums::read(&d.join("1.h5")).unwrap();
    plans.iter_mut().for_each(|plan| plan.hash += "0");
    sums::write(&d.join("planned.h5"), &heading, &plans).unwrap();
    refused(
        d,
        "2.h5 planned.h5 3.h5",
        &["planned.h5", "planned otherwise"],
    );
    let whole = std::fs::read(d.join("1.h5")).unwrap();
    std::fs::write(d.join("half.h5"), &whole[..whole.len() / 2]).unwrap();
    refused(d, "2.h5 half.h5 3.h5", &["half.h5"]);
    std::fs::write(d.join("text.h5"), "no sums").unwrap();
    refused(d, "2.h5 text.h5 3.h5", &["text.h5"]);
    refused(d, "nothing.h5", &["nothing.h5", "cannot open"]);
    // None of the files that are put together is overwritten.
    let said = bzint_in(d, &format!("merge {all} -o 1.h5")).refused();
    assert!(said.contains("1.h5 is a file that is read"), "{said}");
    text_in(d, &format!("merge {all} -o all.h5 -q"));
}

#[test]
fn an_input_that_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let words = "fermi bands.h5 --backend cpu -q";
    text_in(
        d,
        "model simple-cubic -n 8 --fermi-level 0.5 -o bands.h5 -q",
    );
    text_in(d, &format!("{words} --part 1/1"));
    text_in(
        d,
        "model simple-cubic -n 8 --fermi-level 0.6 -o bands.h5 -q",
    );
    refused(d, "part-1.h5", &["part-1.h5", "bands.h5", "other bands"]);
}

#[test]
fn checkpoints_are_not_lost_and_not_taken_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let file = format!("{DATA}/cu.nscf.xml.gz --interpolate none --backend cpu");
    part(d, "fermi CU", "1/2", "c.h5");
    for (words, code, parts) in [
        (
            format!("fermi {file} --checkpoint c.h5"),
            2,
            ["c.h5 is there", "--resume"],
        ),
        (
            format!("fermi {file} --checkpoint c.h5 --resume"),
            1,
            ["part 1 of 2", "part 1 of 1"],
        ),
        (
            format!("fermi {file} --tau 1e-14 --part 1/2 --checkpoint c.h5 --resume"),
            1,
            ["c.h5", "--tau 1e-14"],
        ),
        (
            format!("fermi {file} --resume"),
            2,
            ["--checkpoint", "required"],
        ),
        (
            format!("fermi {file} --part 3/2"),
            2,
            ["--part", "no part 3 of 2"],
        ),
        (format!("fermi {file} --part 0/2"), 2, ["--part", "3/16"]),
        (
            format!("fermi {file} --part 1/2 --json"),
            2,
            ["--part", "--json"],
        ),
        (
            format!("fermi {file} --part 1/2 -o a.json"),
            2,
            ["--part", "a.json"],
        ),
        (
            format!("transport {file} --part 1/2 --csv a.csv"),
            2,
            ["--part", "--csv"],
        ),
        // What is taken in the end is decided by the bars of the whole.
        (
            format!("transport {file} --part 1/2 --tolerance 1e-2 --doping 1e19"),
            1,
            ["--part", "--interpolator series"],
        ),
    ] {
        let done = bzint_in(d, &words);
        assert_eq!(done.code(), Some(code), "{words}: {}", done.said());
        let said = done.refused();
        assert!(
            parts.iter().all(|word| said.contains(word)),
            "{words}: {said}"
        );
    }
    assert_eq!(super::names(d), ["c.h5"]);
}
