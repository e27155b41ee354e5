//! Parts of a refinement that share out its rounds, too: run and merged until all is there, the same bits as the whole.

use super::{DATA, bits, names};
use crate::common::binary::{bzint_in, text_in};
use crate::wannier::Run;
use std::path::Path;

/// The parts of `words`, each run once with what all have done before.
fn run_parts(folder: &Path, words: &str, parts: usize) -> Vec<String> {
    let part = |part: usize| {
        let out = format!("{part}.h5");
        let words = format!("{words} --part {part}/{parts} --rounds rounds.h5 -o {out} -q");
        let done = bzint_in(folder, &words).succeeded();
        assert!(done.stdout.is_empty(), "a part has no result");
        out
    };
    (1..=parts).map(part).collect()
}

/// Makes `words` whole and in rounds of so many parts, and compares every number; how many rounds parts waited for each other in.
fn same_in_rounds(folder: &Path, words: &str, parts: usize) -> usize {
    text_in(folder, &format!("{words} -q -o whole.h5"));
    for rounds in 0..40 {
        let all = run_parts(folder, words, parts).join(" ");
        let merged = bzint_in(
            folder,
            &format!("merge {all} --rounds rounds.h5 -o merged.h5 -q"),
        );
        if merged.code() == Some(3) {
            assert!(merged.stdout.is_empty() && merged.said().starts_with("note: a round is done"));
            continue;
        }
        assert!(!merged.succeeded().stdout.is_empty());
        let (whole, merged) = (
            bits(&folder.join("whole.h5")),
            bits(&folder.join("merged.h5")),
        );
        assert!(whole == merged, "{words} in {parts} parts");
        assert!(
            names(folder)
                .iter()
                .all(|name| !name.starts_with(".bzint-"))
        );
        let _ = std::fs::remove_file(folder.join("rounds.h5"));
        return rounds;
    }
    panic!("{words}: no end");
}

#[test]
fn the_rounds_of_a_refinement_are_shared_out() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    Run::new(3, true).write(d, "w");
    for (words, parts, least) in [
        (
            "fermi CU --tolerance 5e-3 --interpolator series --fermi-level 14.5",
            3,
            2,
        ),
        (
            "transport CUBIC --tolerance 3e-3 -T 300 --doping 1e19 --interpolator series",
            2,
            1,
        ),
        ("fermi w_tb.dat --fermi-level 1.2 --tolerance 1e-2", 2, 1),
        // A grid that is not refined has no rounds.
        ("dos CUBIC --interpolate 20 --bins 60", 3, 0),
    ] {
        let words = words
            .replace("CUBIC", &format!("{DATA}/cubic.energy"))
            .replace("CU", &format!("{DATA}/cu.nscf.xml.gz"));
        let rounds = same_in_rounds(d, &words, parts);
        assert!(
            rounds >= least && (least > 0 || rounds == 0),
            "{words}: {rounds}"
        );
    }
}

/// The file of rounds is a checkpoint of the whole: another division goes on from it, and so does the whole; parts of different rounds are told apart.
#[test]
fn rounds_are_a_checkpoint_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let words = format!(
        "fermi {DATA}/cu.nscf.xml.gz --tolerance 5e-3 --interpolator series --fermi-level 14.5"
    );
    let merge = |files: &str, more: &str| bzint_in(d, &format!("merge {files} -q {more}"));
    run_parts(d, &words, 2);
    let refused = merge("1.h5 2.h5", "-o all.h5").refused();
    assert!(
        refused.contains("--rounds") && refused.contains("wait for each other"),
        "{refused}"
    );
    let missing = merge("1.h5", "--rounds rounds.h5").refused();
    assert!(missing.contains("part 2 of 2 is missing"), "{missing}");
    let overwrites = merge("1.h5 2.h5", "--rounds 1.h5").refused();
    assert!(
        overwrites.contains("1.h5 is a file that is read"),
        "{overwrites}"
    );
    assert_eq!(merge("1.h5 2.h5", "--rounds rounds.h5").code(), Some(3));
    std::fs::copy(d.join("2.h5"), d.join("early.h5")).unwrap();
    std::fs::copy(d.join("rounds.h5"), d.join("c.h5")).unwrap();
    // Three parts go on from what two began.
    let rounds = same_in_rounds(d, &words, 3);
    assert!(rounds > 0);
    let late = merge("early.h5 1.h5", "-o all.h5").refused();
    assert!(late.contains("early.h5") || late.contains("1.h5"), "{late}");
    text_in(
        d,
        &format!("{words} --checkpoint c.h5 --resume -o resumed.h5 -q"),
    );
    assert!(bits(&d.join("resumed.h5")) == bits(&d.join("whole.h5")));
    // Of another calculation.
    run_parts(d, &words, 2);
    let files = "1.h5 2.h5";
    assert_eq!(merge(files, "--rounds rounds.h5").code(), Some(3));
    let other = bzint_in(
        d,
        &format!("{words} --tau 1e-14 --part 1/2 --rounds rounds.h5 -o 1.h5"),
    );
    let said = other.refused();
    assert!(
        said.contains("rounds.h5") && said.contains("--tau 1e-14"),
        "{said}"
    );
}
