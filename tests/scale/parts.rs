//! A whole calculation is any partition of it, put together in any order.

use super::{DATA, bits, names};
use crate::common::Lcg;
use crate::common::binary::{bzint_in, text_in};
use crate::wannier::Run;
use std::path::Path;

/// Runs `words` whole and in so many parts, and compares every number.
fn same_in_parts(folder: &Path, words: &str, partitions: &[usize]) {
    let mut random = Lcg(partitions.len() as u64 + words.len() as u64);
    let without = ["orbits", "magneto", "phonon", "drag"];
    let backend = match without.contains(&words.split(' ').next().unwrap()) {
        true => "",
        false => "--backend cpu",
    };
    text_in(folder, &format!("{words} {backend} -q -o whole.h5"));
    let whole = bits(&folder.join("whole.h5"));
    for &parts in partitions {
        let mut all = Vec::new();
        for part in 1..=parts {
            let out = format!("{parts}-{part}.h5");
            let done = bzint_in(
                folder,
                &format!("{words} {backend} --part {part}/{parts} -o {out}"),
            );
            assert!(done.succeeded().stdout.is_empty(), "a part has no result");
            all.push(out);
        }
        for i in (1..all.len()).rev() {
            all.swap(i, (random.next() * (i + 1) as f64) as usize);
        }
        let printed = text_in(folder, &format!("merge {} -q -o merged.h5", all.join(" ")));
        assert!(!printed.is_empty());
        let merged = bits(&folder.join("merged.h5"));
        // How long each of many materials took is of the run.
        let both = whole.iter().zip(&merged);
        for (one, other) in both.filter(|(one, _)| one.0 != "seconds") {
            assert_eq!(one, other, "{words} in {parts} parts");
        }
        assert_eq!(whole.len(), merged.len());
    }
    assert!(
        names(folder)
            .iter()
            .all(|name| !name.starts_with(".bzint-"))
    );
}

#[test]
fn tables_on_a_uniform_grid() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    for (words, partitions) in [
        (
            "fermi CU --interpolate none --fermi-level electrons",
            &[1, 2, 5][..],
        ),
        ("fermi CU --interpolate 24", &[3]),
        ("dos CU --interpolate 20 --bins 60", &[2, 17]),
        (
            "dos CU --interpolate none --weights gaussian:0.2 --bins 50",
            &[3],
        ),
        (
            "transport CUBIC --interpolate 24 --doping 1e19 -T 300,500",
            &[4],
        ),
        // Dense enough for boxes along the surface.
        ("fermi CU --interpolate 104", &[3]),
        // Where the bands have states on the axis of a grid's points, more is integrated once the sums are known.
        ("fermi square.h5 --fermi-level 0", &[1, 3]),
    ] {
        text_in(d, "model square -n 24,24,1 -o square.h5 -q");
        let words = words
            .replace("CUBIC", &format!("{DATA}/cubic.energy"))
            .replace("CU", &format!("{DATA}/cu.nscf.xml.gz"));
        same_in_parts(d, &words, partitions);
    }
}

#[test]
fn tables_that_are_refined() {
    let folder = tempfile::tempdir().unwrap();
    for (words, partitions) in [
        (
            "fermi CU --tolerance 5e-2 --fermi-level electrons",
            &[1, 3][..],
        ),
        ("dos CUBIC --tolerance 5e-2 --bins 40", &[2]),
        (
            "transport CUBIC --tolerance 5e-2 --doping 1e19 --interpolator series",
            &[3],
        ),
    ] {
        let words = words
            .replace("CUBIC", &format!("{DATA}/cubic.energy"))
            .replace("CU", &format!("{DATA}/cu.nscf.xml.gz"));
        same_in_parts(folder.path(), &words, partitions);
    }
}

#[test]
fn hamiltonians() {
    let folder = tempfile::tempdir().unwrap();
    Run::new(3, true).write(folder.path(), "w");
    for (words, partitions) in [
        (
            "fermi w_tb.dat --fermi-level 1.2 --tolerance 3e-2",
            &[1, 4][..],
        ),
        (
            "transport w_tb.dat --fermi-level 1.2 --tolerance 5e-2 -T 1000",
            &[2],
        ),
        (
            "transport w_tb.dat --fermi-level 1.2 --interpolate 12 -T 500,1000 --mu -1:1:0.5",
            &[5],
        ),
        ("dos w_tb.dat --interpolate 12 --bins 100", &[3]),
    ] {
        same_in_parts(folder.path(), words, partitions);
    }
}

/// What else integrates the zone for thermal states; the spectra beside a contact's conductances are made where parts are put together.
#[test]
fn merits_and_optima() {
    let folder = tempfile::tempdir().unwrap();
    for (words, partitions) in [
        (
            "zt CUBIC --interpolate 20 --doping 1e19 -T 500 --tau 1e-14 --lattice-thermal-conductivity 2",
            3,
        ),
        (
            "landauer CUBIC --interpolate 20 --doping 1e19 -T 500 --bins 30",
            2,
        ),
        (
            "optimize CUBIC --tolerance 5e-2 -T 500 --interpolator series",
            2,
        ),
    ] {
        let words = words.replace("CUBIC", &format!("{DATA}/cubic.energy"));
        same_in_parts(folder.path(), &words, &[partitions]);
    }
}

/// Lists of states, directions and temperatures are divided like items of a plan.
#[test]
fn jobs_that_are_no_integrals() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    text_in(d, "model simple-cubic -n 16 --fermi-level 0.3 -o sc.h5 -q");
    text_in(
        d,
        "model square -n 24,24,1 -o square.h5 --fermi-level -1 -q",
    );
    text_in(
        d,
        "model simple-cubic -n 20 --fermi-level 0.3 -o other.h5 -q",
    );
    text_in(
        d,
        "model scalar-phonons -n 12 --shift 0.5,0.5,0.5 --frequency 5 -o p.h5 -q",
    );
    for (words, partitions) in [
        (
            "magneto sc.h5 --mesh 16 -B 0,1,5 --from 001 --to 110 --angles 3 -T 100,300 --mu=-0.1,0.2 --tau 1e-13",
            &[1, 3][..],
        ),
        (
            "orbits sc.h5 --mesh 16 --energy 0.1 --from 001 --to 110 --angles 4",
            &[3],
        ),
        (
            "superconductor square.h5 --gap d:1meV --gamma 0.1meV -T 0.5,1,2,3",
            &[2],
        ),
        (
            "phonon p.h5 --tau 10ps -T 100,300 --boundary 100nm,1um --by-branch --as-in-file --accumulation --direction 001 --direction 111",
            &[1, 3],
        ),
        (
            "drag p.h5 --density 1e22 --ratio 0.5 -T 10,30,100,300",
            &[3],
        ),
        (
            "screen sc.h5 CUBIC other.h5 p.h5 --interpolate none --tau 1e-14 -T 300 --mu 0:1:0.5 --lattice-thermal-conductivity 2",
            &[1, 2],
        ),
    ] {
        let words = words.replace("CUBIC", &format!("{DATA}/cubic.energy"));
        same_in_parts(d, &words, partitions);
    }
}

/// The file of a merged calculation says what the whole one's would.
#[test]
fn a_merged_result_says_how_the_whole_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let words = format!("fermi {DATA}/cu.nscf.xml.gz --interpolate none --backend cpu");
    text_in(d, &format!("{words} --part 1/2"));
    text_in(d, &format!("{words} --part=2/2 --output other.h5"));
    assert_eq!(names(d), ["other.h5", "part-1.h5"]);
    let whole = bzint_in(d, &format!("{words} --json")).json();
    let merged = bzint_in(d, "merge other.h5 part-1.h5 -o all.h5 -q --json").json();
    for key in [
        "dos_at_fermi_level",
        "conductivity_over_tau",
        "fermi_level",
        "method",
        "k_grid",
    ] {
        assert_eq!(whole[key], merged[key], "{key}");
    }
    let file = bzint::io::results::ResultFile::open(&d.join("all.h5")).unwrap();
    let command = format!("{:?}", file.get_attribute("command").unwrap());
    assert!(
        command.contains(&format!("bzint {words} -o all.h5")),
        "{command}"
    );
    assert!(!command.contains("part"), "{command}");
}
