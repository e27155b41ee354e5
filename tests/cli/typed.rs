//! Every command of the README and of the book is typed as it stands there, page by page, in a folder that has `data/` and nothing
//! else. A fence `sh` is typed; one that says `sh yours` takes files of the reader's own, and is looked at for its options alone. A fence
//! `toml` that begins with `# NAME` is the file NAME, one `text` behind a single command is what that command prints.

use crate::common::binary::{BZINT, Finished, finish};
use crate::manners::{ROOT, pages, with_data};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs of other commands, which are not typed.
const OTHERS: [&str; 7] = ["cargo", "cd", "install", "make", "maturin", "mkdir", "pip"];

/// A fence: its first line, what is in it, and the line that it begins on.
struct Fence {
    kind: String,
    lines: Vec<String>,
    at: usize,
}

fn fences(text: &str) -> Vec<Fence> {
    let mut all: Vec<Fence> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            inside = !inside;
            if inside {
                all.push(Fence {
                    kind: kind.trim().to_owned(),
                    lines: Vec::new(),
                    at: at + 1,
                });
            }
        } else if inside {
            all.last_mut().unwrap().lines.push(line.to_owned());
        }
    }
    all
}

/// Types a line into a shell that finds `bzint`.
fn typed(line: &str, folder: &Path) -> Finished {
    let own = Path::new(BZINT).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .env("PATH", path)
        .current_dir(folder);
    finish(&mut shell)
}

/// What is typed of a page: commands that ran, and those that only were looked at.
fn type_page(page: &Path) -> (usize, usize) {
    let text = std::fs::read_to_string(page).unwrap();
    let folder = with_data();
    let (mut ran, mut looked_at) = (0, 0);
    let mut last: Vec<String> = Vec::new();
    for fence in fences(&text) {
        let place = format!("{}:{}", page.display(), fence.at);
        match &*fence.kind {
            "sh" | "sh yours" => {
                last.clear();
                for line in &fence.lines {
                    let line = line.strip_prefix("$ ").unwrap_or(line);
                    let program = line.split_whitespace().next().unwrap_or("#");
                    if program != "bzint" {
                        let other = OTHERS.contains(&program) || program.starts_with('#');
                        assert!(other, "{place}: `{program}` is no command of ours");
                        continue;
                    }
                    let done = typed(line, folder.path());
                    if fence.kind == "sh" {
                        assert_eq!(done.code(), Some(0), "{place}: {line}\n{}", done.said());
                        last.push(done.text());
                        ran += 1;
                    } else {
                        // The file is missing, and nothing else is wrong.
                        let said = done.said();
                        assert!(
                            done.code() == Some(1) && said.contains("No such file"),
                            "{place}: {line}\n{said}"
                        );
                        looked_at += 1;
                    }
                }
            }
            "toml" => {
                let first = fence.lines.first().and_then(|l| l.strip_prefix("# "));
                if let Some(name) = first.filter(|n| n.ends_with(".toml")) {
                    std::fs::write(folder.path().join(name), fence.lines.join("\n")).unwrap();
                }
            }
            "text" if last.len() == 1 => {
                // Times and threads are the machine's.
                let own = |l: &&str| !l.trim_start().starts_with("backend") && !l.is_empty();
                let printed: Vec<&str> = last[0].lines().filter(own).collect();
                let shown: Vec<&str> = fence.lines.iter().map(|l| &**l).filter(own).collect();
                assert_eq!(
                    shown, printed,
                    "{place}: what is shown is not what is printed"
                );
                last.clear();
            }
            _ => {
                let ours = |l: &String| l.trim_start_matches("$ ").starts_with("bzint ");
                assert!(!fence.lines.iter().any(ours), "{place}: no fence `sh`");
            }
        }
    }
    (ran, looked_at)
}

#[test]
fn commands_of_the_readme_run() {
    let (ran, looked_at) = type_page(&Path::new(ROOT).join("README.md"));
    assert!(ran >= 1 && looked_at == 0, "{ran} {looked_at}");
}

#[test]
fn commands_of_the_book_run() {
    let mut all: Vec<PathBuf> = Vec::new();
    pages(&Path::new(ROOT).join("docs"), &mut all);
    let (mut ran, mut looked_at) = (0, 0);
    for page in all {
        let found = type_page(&page);
        ran += found.0;
        looked_at += found.1;
    }
    assert!(ran >= 30 && looked_at >= 11, "{ran} {looked_at}");
}
