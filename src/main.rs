//! The `bzint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Mesa's Vulkan driver complains on stderr where a machine without a desktop session has no such directory.
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
    bzint::cli::main()
}
