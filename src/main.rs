//! The `bzint` command.

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
    bzint::cli::main(before_main::stdout_is_closed())
}

/// The standard library opens /dev/null in place of a stdout that the caller closed (`>&-`), where results would be lost without a
/// word: whether it did can only be seen before it does.
#[cfg(target_os = "linux")]
mod before_main {
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    // SAFETY: the section holds functions that are called before `main`; this one uses nothing that is set up there.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        // SAFETY: a system call that changes nothing.
        let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
        CLOSED.store(flags < 0, Ordering::Relaxed);
    }

    pub fn stdout_is_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}

#[cfg(not(target_os = "linux"))]
mod before_main {
    pub fn stdout_is_closed() -> bool {
        false
    }
}
