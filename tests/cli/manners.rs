//! Examples of `--help` are typed as they are; completions and manual pages; links of the book.

use crate::common::binary::{bzint, bzint_in, command, finish};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with `data/` in it, as the examples take it.
pub fn with_data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    for entry in std::fs::read_dir(Path::new(ROOT).join("data")).unwrap() {
        let path = entry.unwrap().path();
        let to = folder.path().join("data").join(path.file_name().unwrap());
        std::fs::copy(&path, to).unwrap();
    }
    folder
}

#[test]
fn examples_of_the_help_run() {
    let folder = with_data();
    let mut count = 0;
    for command in [
        "info",
        "convert",
        "model",
        "fermi",
        "dos",
        "transport",
        "optimize",
        "landauer",
        "zt",
        "screen",
        "bounds",
        "surface",
        "orbits",
        "magneto",
        "phonon",
        "focusing",
        "drag",
        "superconductor",
        "bands",
        "report",
        "devices",
        "man",
    ] {
        let help = bzint(&format!("{command} --help")).text();
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.strip_prefix("  bzint "))
            .collect();
        assert!(!examples.is_empty(), "{command} --help has no examples");
        for line in examples {
            let done = bzint_in(folder.path(), line);
            assert_eq!(done.code(), Some(0), "bzint {line}: {}", done.said());
            count += 1;
        }
    }
    assert!(count >= 30, "{count}");
}

#[test]
fn a_file_that_is_near_is_named_and_stdin_is_a_file() {
    let folder = with_data();
    for (typed, meant) in [
        ("data/cu.nscf.xml", "data/cu.nscf.xml.gz"),
        ("data/cu.ncsf.xml.gz", "data/cu.nscf.xml.gz"),
        ("data/cubic.enrgy", "data/cubic.energy"),
    ] {
        let said = bzint_in(folder.path(), &format!("info {typed}")).refused();
        assert!(said.contains(&format!("tip: there is {meant}")), "{said}");
    }
    let said = bzint_in(folder.path(), "info data/graphite.xml").refused();
    assert!(!said.contains("tip"), "{said}");
    let bands = std::fs::File::open(folder.path().join("data/cu.nscf.xml.gz")).unwrap();
    let words = ["fermi", "-", "--backend", "cpu", "--json"];
    let piped = finish(command().args(words).stdin(bands)).json();
    let named = bzint_in(
        folder.path(),
        "fermi data/cu.nscf.xml.gz --backend cpu --json",
    )
    .json();
    assert_eq!(
        piped["conductivity_over_tau"],
        named["conductivity_over_tau"]
    );
}

#[test]
fn options_stand_in_groups() {
    let help = bzint("transport --help").text();
    let at = |heading: &str| {
        help.find(&format!("\n{heading}:\n"))
            .unwrap_or_else(|| panic!("{heading}: {help}"))
    };
    let order = [
        "Options",
        "Bands",
        "Fermi level",
        "Relaxation and the lattice",
        "Layers and chains",
        "Integration",
    ];
    for heading in order {
        at(heading);
    }
    // Each option in its own.
    let section = &help[at("Bands")..];
    let end = section[1..].find(":\n\n").unwrap_or(section.len() - 1);
    assert!(section.contains("--interpolate") && end > 0);
    assert!(help.find("--temperature").unwrap() < at("Bands"));
}

#[test]
fn a_job_of_a_cluster_keeps_to_its_share() {
    let threads = |name: &str, value: &str| {
        let file = format!("{ROOT}/data/cu.nscf.xml.gz");
        let output = finish(
            command()
                .args(["fermi", &file, "--backend", "cpu", "--json"])
                .env_remove("RAYON_NUM_THREADS")
                .env_remove("OMP_NUM_THREADS")
                .env_remove("SLURM_CPUS_PER_TASK")
                .env(name, value),
        );
        output.json()["adapter"].as_str().unwrap().to_owned()
    };
    let one = threads("RAYON_NUM_THREADS", "1");
    assert_eq!(threads("OMP_NUM_THREADS", "1,2"), one);
    assert_eq!(threads("SLURM_CPUS_PER_TASK", "1"), one);
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
    let all = threads("OMP_NUM_THREADS", "no number");
    assert_eq!(all == one, processors == 1, "{all}");
}

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bzint(&format!("completions {shell}")).text();
        for word in ["transport", "optimize", "magneto", "interpolate"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(bzint("completions tcsh").code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    bzint(&format!("man {}", pages.display())).text();
    let own = std::fs::read_to_string(pages.join("bzint.1")).unwrap();
    assert!(own.contains(".TH bzint 1"), "{own}");
    let page = std::fs::read_to_string(pages.join("bzint-transport.1")).unwrap();
    for word in [".TH", "SYNOPSIS", "doping", "Examples"] {
        assert!(page.contains(word), "{word}");
    }
    let count = std::fs::read_dir(&pages).unwrap().count();
    let help = bzint("--help").text();
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let listed = commands.lines().take_while(|l| !l.is_empty());
    let listed =
        listed.filter(|l| l.starts_with("  ") && !l.starts_with("   ") && !l.contains("  help "));
    assert_eq!(count, listed.count() + 1);
}

/// Markdown files below a folder.
pub fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
}

/// Targets of the links of a page, without those of the web.
fn links(text: &str) -> Vec<&str> {
    let ends = text.match_indices("](").map(|(at, _)| &text[at + 2..]);
    let targets = ends.filter_map(|rest| rest.split(')').next());
    targets
        .filter(|t| !t.starts_with("http") && !t.starts_with('#') && !t.contains(' '))
        .collect()
}

#[test]
fn links_of_the_book_lead_somewhere_and_its_summary_has_every_page() {
    let docs = Path::new(ROOT).join("docs");
    let mut all = Vec::new();
    pages(&docs, &mut all);
    let mut count = 0;
    for page in &all {
        let text = std::fs::read_to_string(page).unwrap();
        for link in links(&text) {
            let file = link.split('#').next().unwrap();
            let target = page.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link}", page.display());
            count += 1;
        }
    }
    assert!(count > 50, "{count} links");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = links(&summary).iter().map(|l| docs.join(l)).collect();
    let all: BTreeSet<PathBuf> = all
        .into_iter()
        .filter(|p| !p.ends_with("SUMMARY.md"))
        .collect();
    assert_eq!(listed, all);
}
