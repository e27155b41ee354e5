//! A calculation that is killed at any moment is taken up from its checkpoint, and comes to the same bits.

use super::{DATA, bits, names};
use crate::common::Lcg;
use crate::common::binary::{bzint_in, command, text_in};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Kills `words` up to so many times after random times up to `most` s, resumes it, and compares every number; how many were killed.
fn killed(folder: &Path, words: &str, kills: usize, most: f64) -> usize {
    text_in(folder, &format!("{words} --backend cpu -q -o whole.h5"));
    let resumed = format!(
        "{words} --backend cpu -o found.h5 --checkpoint c.h5 --checkpoint-every 0.05 --resume"
    );
    let mut random = Lcg(words.len() as u64);
    let mut count = 0;
    for _ in 0..kills {
        let mut child = command()
            .current_dir(folder)
            .args(resumed.split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs_f64(random.next() * most);
        while Instant::now() < end && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            count += 1;
        }
        child.wait().unwrap();
    }
    let last = bzint_in(folder, &resumed).succeeded();
    assert!(!last.stdout.is_empty());
    assert_eq!(
        bits(&folder.join("whole.h5")),
        bits(&folder.join("found.h5"))
    );
    assert_eq!(names(folder), ["found.h5", "whole.h5"]);
    count
}

#[test]
fn killed_and_taken_up_on_a_uniform_grid() {
    let folder = tempfile::tempdir().unwrap();
    let words = format!("transport {DATA}/cu.nscf.xml.gz --interpolate 48 -T 300");
    assert!(killed(folder.path(), &words, 8, 1.5) > 0);
}

#[test]
fn killed_and_taken_up_in_a_refinement() {
    let folder = tempfile::tempdir().unwrap();
    let words = format!("fermi {DATA}/cu.nscf.xml.gz --tolerance 2e-3 --fermi-level electrons");
    assert!(killed(folder.path(), &words, 8, 2.0) > 0);
}

/// What was kept is not made again: what is left over from a calculation that was killed late is little.
#[test]
fn what_was_kept_is_not_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let words = format!(
        "transport {DATA}/cu.nscf.xml.gz --interpolate 40 -T 300 --backend cpu --part 1/1 -q --timings t.csv"
    );
    text_in(d, &format!("{words} --checkpoint c.h5"));
    let items = std::fs::read_to_string(d.join("t.csv")).unwrap();
    assert!(items.starts_with("plan,stage,at,item,seconds\n"));
    assert!(items.lines().count() > 30, "{items}");
    // The part is a checkpoint of a calculation that is done.
    let (mut heading, plans) = bzint::io::sums::read(&d.join("part-1.h5")).unwrap();
    heading.complete = false;
    bzint::io::sums::write(&d.join("c.h5"), &heading, &plans).unwrap();
    text_in(d, &format!("{words} --checkpoint c.h5 --resume"));
    let items = std::fs::read_to_string(d.join("t.csv")).unwrap();
    assert_eq!(items, "plan,stage,at,item,seconds\n");
}

/// What a calculation on `points` points an axis says whose checkpoint's directory vanishes once a checkpoint is in it.
fn without_its_directory(points: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    std::fs::create_dir(d.join("gone")).unwrap();
    let words = format!(
        "transport {DATA}/cu.nscf.xml.gz --interpolate {points} -T 300 --backend cpu -o found.h5 --checkpoint gone/c.h5 --checkpoint-every 0.05"
    );
    let mut child = command()
        .current_dir(d)
        .args(words.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !d.join("gone/c.h5").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    // A file that is just being written may come in between.
    while std::fs::remove_dir_all(d.join("gone")).is_err() && d.join("gone").exists() {}
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(d.join("found.h5").exists());
    said
}

/// A directory that vanishes costs the checkpoint, and nothing else.
#[test]
fn a_checkpoint_that_cannot_be_written_is_a_warning() {
    // Where the machine is busy a calculation may end before anyone came to take its directory away: a longer one then.
    let warned = [48, 96, 144].into_iter().any(|points| {
        let said = without_its_directory(points);
        said.contains("warning: gone/c.h5") && said.contains("goes on")
    });
    assert!(warned);
}
