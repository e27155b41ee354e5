//! Progress of long work on stderr: a bar on a terminal, and with `-v` a line now and then anywhere else.

use super::options::Output;
use super::terminal;
use crate::progress::{Listener, Listening, listen};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Work that is done within this has no bar.
const SHORT: Duration = Duration::from_millis(500);
/// Lines of a log are so far apart, but at the end of a phase.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// Phases within others have a last line where they took so long.
const LONG: Duration = Duration::from_secs(1);

/// Shows progress as `output` asks for, until it is dropped.
pub fn show(output: &Output) -> Option<Listening> {
    let listener: Arc<dyn Listener> = match (output.quiet, terminal::tells_a_person()) {
        (true, _) => return None,
        (false, true) => Arc::new(Bar::default()),
        (false, false) if output.verbose => Arc::new(Log {
            last: Mutex::new(Instant::now()),
        }),
        (false, false) => return None,
    };
    Some(listen(listener))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bar that is there while a phase lasts.
#[derive(Default)]
struct Bar {
    state: Mutex<(Option<Instant>, Option<ProgressBar>)>,
}

impl Listener for Bar {
    fn at(&self, phase: &str, done: u64, all: u64) {
        let (since, bar) = &mut *lock(&self.state);
        if since.get_or_insert_with(Instant::now).elapsed() < SHORT {
            return;
        }
        let bar = bar.get_or_insert_with(new_bar);
        bar.set_length(all.max(1));
        bar.set_position(done);
        let count = match all {
            0 => String::new(),
            all => format!("{done}/{all} "),
        };
        bar.set_message(format!("{count}{phase}"));
        bar.tick();
    }

    fn ended(&self, _: &str, depth: usize, _: Duration) {
        if depth == 0 {
            let (since, bar) = &mut *lock(&self.state);
            *since = None;
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        }
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("{elapsed} {bar:20} {wide_msg}") {
        bar.set_style(style);
    }
    // The clock goes on where a step takes long.
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// Lines, for logs.
struct Log {
    last: Mutex<Instant>,
}

impl Log {
    fn line(&self, text: &str) {
        terminal::say("progress", text);
        *lock(&self.last) = Instant::now();
    }
}

impl Listener for Log {
    fn at(&self, phase: &str, done: u64, all: u64) {
        if lock(&self.last).elapsed() < BETWEEN_LINES {
            return;
        }
        match all {
            0 => self.line(phase),
            all => self.line(&format!("{phase}, {done} of {all}")),
        }
    }

    fn ended(&self, phase: &str, depth: usize, took: Duration) {
        if depth == 0 || took >= LONG {
            self.line(&format!("{phase}: done in {:.1} s", took.as_secs_f64()));
        }
    }
}
