//! The `bzint` command: parse, dispatch, print the error, exit code (0 done, 1 the work failed, 2 the call is wrong).

use bzint::cli::Cli;
use clap::Parser;
use std::process::ExitCode;

/// Memory that is not to be had ends the program with a message.
#[global_allocator]
static ALLOCATOR: bzint::memory::Guarded = bzint::memory::Guarded;

fn main() -> ExitCode {
    // Mesa's Vulkan driver complains on stderr where a machine without a desktop session has no such directory.
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}
