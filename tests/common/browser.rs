//! The browser that looks at pages, where there is one.

use std::process::Command;

/// Chromium's command on this machine, or a printed reason to skip.
pub fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let found = names.into_iter().find(there);
    if found.is_none() {
        println!("SKIPPED: no Chromium on this machine");
    }
    found
}
