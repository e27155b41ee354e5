//! The system's allocator, with an error message instead of an abort where it has no more memory.
//!
//! Large allocations ask first and fail with an error that says what they are for ([`super::zeros`]). What is left, the many small
//! ones of this program and of its libraries, ends here where a limit (`ulimit -v`) is reached: with one line and exit code 1.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is done before the program ends for want of memory. It may allocate a little, and must not wait for ever.
static LAST: OnceLock<fn()> = OnceLock::new();
/// Whether the program is ending.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Has `last` called before the program ends for want of memory, the first time that this is called.
pub fn before_the_end(last: fn()) {
    let _ = LAST.set(last);
}

/// The allocator of the `bzint` program.
pub struct Guarded;

thread_local! {
    /// Whether this thread handles a failure itself.
    static FALLIBLE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `allocate`, whose failure is an error of its own.
pub(super) fn fallible<T>(allocate: impl FnOnce() -> T) -> T {
    let before = FALLIBLE.replace(true);
    let result = allocate();
    FALLIBLE.set(before);
    result
}

// SAFETY: every call is passed to the system's allocator as it is; what is done about a null pointer does not return.
unsafe impl GlobalAlloc for Guarded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the system allocator's.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        checked(unsafe { System.realloc(pointer, layout, size) }, size)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn checked(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() && !FALLIBLE.try_with(Cell::get).unwrap_or(false) {
        out_of_memory(size);
    }
    pointer
}

/// Ends the program. Nothing is allocated here but by what is done last, which ends the program at once where it cannot be.
#[cold]
fn out_of_memory(size: usize) -> ! {
    if ENDING.swap(true, Ordering::SeqCst) {
        exit();
    }
    let mut line = [0; 400];
    let mut rest = &mut line[..];
    let _ = writeln!(
        rest,
        "error: out of memory: {size} more bytes are not to be had of the machine or within this process's limits (`ulimit -v`); use \
         a smaller grid or fewer bands, fewer `--threads`, or a higher limit"
    );
    let unused = rest.len();
    let used = line.len() - unused;
    let _ = std::io::stderr().write_all(&line[..used]);
    if let Some(last) = LAST.get() {
        last();
    }
    exit()
}

/// Ends the program at once: what libraries do at an orderly exit may allocate again.
#[cfg(unix)]
fn exit() -> ! {
    unsafe extern "C" {
        fn _exit(code: i32) -> !;
    }
    // SAFETY: POSIX's, which takes any number and does not return.
    unsafe { _exit(1) }
}

#[cfg(not(unix))]
fn exit() -> ! {
    std::process::exit(1)
}
