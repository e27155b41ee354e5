//! Which files are screened.

use crate::error::{Error, Result};
use crate::io::{self, holds_bands};
use crate::report::Failure;
use std::path::{Path, PathBuf};

/// Folders within folders that are walked through at most.
const DEPTH: usize = 8;
/// Largest list of names, bytes.
const MOST_LIST: u64 = 64 << 20;

/// The files of names, patterns, folders and a list, each once, and names that lead to none.
///
/// # Errors
/// [`Error::Io`] where the list cannot be read; [`Error::BadOption`] where there is nothing at all.
pub fn all(named: &[PathBuf], list: Option<&Path>) -> Result<(Vec<PathBuf>, Vec<Failure>)> {
    let mut names = named.to_vec();
    if let Some(path) = list {
        let text = io::text::read_small(path, MOST_LIST)?.text;
        let lines = text
            .lines()
            .map(|l| l.split('#').next().unwrap_or("").trim());
        let folder = path.parent().unwrap_or(Path::new(""));
        names.extend(
            lines
                .filter(|l| !l.is_empty())
                .map(|l| match Path::new(l).exists() {
                    true => PathBuf::from(l),
                    false => folder.join(l),
                }),
        );
    }
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for name in &names {
        let before = files.len();
        if name.is_dir() {
            if is_run(name) {
                files.push(name.clone());
            } else {
                walk(name, DEPTH, &mut files);
            }
            if files.len() == before {
                missing.push(failure(
                    name,
                    "the folder holds no bands, and no folder in it does",
                ));
            }
        } else if name.exists() {
            files.push(name.clone());
        } else if is_pattern(name) {
            files.extend(matching(name));
            if files.len() == before {
                missing.push(failure(name, "nothing matches the pattern"));
            }
        } else {
            missing.push(failure(name, "there is no such file"));
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(std::fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    if files.is_empty() && missing.is_empty() {
        return Err(Error::bad_option(
            "--list",
            "it names no file",
            "give names, one a line",
        ));
    }
    Ok((files, missing))
}

fn failure(name: &Path, reason: &str) -> Failure {
    Failure {
        file: name.display().to_string(),
        reason: reason.into(),
    }
}

/// Whether a folder is one run's, which opens by itself.
fn is_run(folder: &Path) -> bool {
    io::is_run(folder)
}

/// The files below a folder that hold bands, in the order of their names; folders of one run as such.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut all: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    all.sort();
    for path in all {
        let hidden = path
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if is_run(&path) {
                files.push(path);
            } else if depth > 0 {
                walk(&path, depth - 1, files);
            }
        } else if holds_bands(&path) {
            files.push(path);
        }
    }
}

fn is_pattern(name: &Path) -> bool {
    name.to_string_lossy().contains(['*', '?'])
}

/// The files that a pattern with * and ? in its parts matches, in the order of their names.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let text = part.as_os_str().to_string_lossy().into_owned();
        if !text.contains(['*', '?']) {
            found.iter_mut().for_each(|p| p.push(part));
            found.retain(|p| p.exists());
            continue;
        }
        let mut next = Vec::new();
        for folder in &found {
            let place = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let Ok(entries) = std::fs::read_dir(place) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if fits(&text, &name) && (text.starts_with('.') || !name.starts_with('.')) {
                    next.push(folder.join(name));
                }
            }
        }
        next.sort();
        found = next;
    }
    found
}

/// Whether a name fits a pattern: * is any text, ? any letter.
fn fits(pattern: &str, name: &str) -> bool {
    let (p, n): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Which beginnings of the name the pattern so far can be.
    let mut reached = vec![false; n.len() + 1];
    reached[0] = true;
    for c in p {
        let mut next = vec![false; n.len() + 1];
        match c {
            '*' => {
                let mut open = false;
                for i in 0..=n.len() {
                    open |= reached[i];
                    next[i] = open;
                }
            }
            c => {
                for i in 0..n.len() {
                    next[i + 1] = reached[i] && (c == '?' || c == n[i]);
                }
            }
        }
        reached = next;
    }
    reached[n.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        for (pattern, name, want) in [
            ("*.xml", "cu.xml", true),
            ("*.xml", "cu.xml.gz", false),
            ("cu?.h5", "cu1.h5", true),
            ("cu?.h5", "cu.h5", false),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
        ] {
            assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn folders_lists_and_patterns_lead_to_files_and_what_does_not_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/cu.nscf.xml.gz"));
        let deep = folder.path().join("runs/one");
        std::fs::create_dir_all(&deep).unwrap();
        let copy = deep.join("cu.xml.gz");
        std::fs::copy(data, &copy).unwrap();
        std::fs::write(folder.path().join("runs/notes.txt"), "nothing").unwrap();
        let list = folder.path().join("list");
        std::fs::write(&list, "# mine\nruns/one/cu.xml.gz # copper\nruns/none\n").unwrap();
        let (files, missing) = all(&[folder.path().to_path_buf()], Some(&list)).unwrap();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(missing.len(), 1, "{missing:?}");
        let (files, missing) = all(
            &[
                folder.path().join("runs/*/*.gz"),
                folder.path().join("*.h5"),
            ],
            None,
        )
        .unwrap();
        assert_eq!((files.len(), missing.len()), (1, 1));
    }
}
