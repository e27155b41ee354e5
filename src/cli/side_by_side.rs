//! Commands side by side: each in a process of its own, with its share of the processors.

use super::terminal;
use crate::error::{Error, Result};
use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is printed next, and what waits for what comes before it.
struct Waiting {
    next: usize,
    done: Vec<Option<io::Result<Output>>>,
    failed: Vec<usize>,
    print: Result<()>,
}

/// Runs commands (their words, the program's name first), `jobs` at a time, prints what each prints, in their order, and gives back
/// which ones failed.
///
/// # Errors
/// Where this program is not found, or what is printed has nowhere to go.
pub fn run(commands: &[Vec<String>], jobs: usize) -> Result<Vec<usize>> {
    let program = std::env::current_exe().map_err(Error::io("bzint".as_ref(), "find"))?;
    let jobs = jobs.min(commands.len()).max(1);
    let share = (rayon::current_num_threads() / jobs).max(1);
    let first = AtomicUsize::new(0);
    let waiting = Mutex::new(Waiting {
        next: 0,
        done: commands.iter().map(|_| None).collect(),
        failed: Vec::new(),
        print: Ok(()),
    });
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let at = first.fetch_add(1, Ordering::Relaxed);
                    let Some(words) = commands.get(at) else {
                        return;
                    };
                    let mut command = Command::new(&program);
                    command
                        .args(words.iter().skip(1))
                        .env("RAYON_NUM_THREADS", share.to_string())
                        .stdin(Stdio::null());
                    end_with_us(&mut command);
                    let found = command.output();
                    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                    waiting.done[at] = Some(found);
                    waiting.tell();
                }
            });
        }
    });
    let Waiting { failed, print, .. } =
        waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    print.map(|()| failed)
}

impl Waiting {
    /// Prints what is done as far as all before it are.
    fn tell(&mut self) {
        while let Some(found) = self.done.get_mut(self.next).and_then(Option::take) {
            match found {
                Ok(output) => {
                    // Messages may be lost, results may not.
                    terminal::pass_on(&output.stderr);
                    let text = String::from_utf8_lossy(&output.stdout);
                    if !text.is_empty() && self.print.is_ok() {
                        self.print = terminal::print(&text);
                    }
                    if !output.status.success() {
                        self.failed.push(self.next);
                    }
                }
                Err(error) => {
                    terminal::say("error", &format!("a process cannot be started: {error}"));
                    self.failed.push(self.next);
                }
            }
            self.next += 1;
        }
    }
}

/// Whatever ends this process ends the other, which would else go on unseen.
#[cfg(target_os = "linux")]
fn end_with_us(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec only one system call is made, which allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(
            || match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            },
        );
    }
}

/// Elsewhere the terminal alone ends all processes together.
#[cfg(not(target_os = "linux"))]
fn end_with_us(_: &mut Command) {}
