//! Long work: on a thread of its own, with the interpreter free, so that Ctrl-C and a progress callback are heard.

use crate::errors::{exception, internal, spelled};
use bzint::progress::{self, Listener, Stopped};
use bzint::workflow::{Said, Say};
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// How often Python is asked whether to go on.
const OFTEN: Duration = Duration::from_millis(50);
/// Memory of a thread's stack: integrators recurse little, eigensolvers a little more.
const STACK: usize = 16 << 20;

/// One computation at a time: each takes all processors, and phases are told of one.
static BUSY: Mutex<()> = Mutex::new(());

/// Where the work is: its phase, steps done, and all.
type Place = (String, u64, u64);

#[derive(Default)]
struct Latest(Mutex<Option<Place>>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Listener for Latest {
    fn at(&self, phase: &str, done: u64, all: u64) {
        *lock(&self.0) = Some((phase.to_owned(), done, all));
    }

    fn ended(&self, _: &str, _: usize, _: Duration) {}
}

/// How work ended.
enum End<T> {
    Done(bzint::Result<T>),
    Stopped,
    Broken(String),
}

/// Runs `work`, which tells `say` what it has to say; `progress`, where there is one, is called with the phase, steps done, and all steps
/// (0 where nobody knows).
///
/// # Errors
/// Those of `work`, what `progress` raises, and KeyboardInterrupt.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    callback: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(Say) -> bzint::Result<T> + Send + 'static,
) -> PyResult<(T, Vec<Said>)> {
    let _busy = wait_for_turn(py)?;
    let latest = Arc::new(Latest::default());
    let _listening = callback.map(|_| progress::listen(latest.clone()));
    let said: Arc<Mutex<Vec<Said>>> = Arc::default();
    let told = said.clone();
    let (tell, hear) = channel();
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let say = |s: Said| lock(&told).push(s);
            let end = match catch_unwind(AssertUnwindSafe(|| work(&say))) {
                Ok(result) => End::Done(result),
                Err(payload) if payload.is::<Stopped>() => End::Stopped,
                Err(payload) => {
                    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
                    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
                    End::Broken(text.unwrap_or_else(|| "a panic".into()))
                }
            };
            // Nobody listens any more only where this process ends.
            let _ = tell.send(end);
        })?;
    let mut stopped = None;
    let hear = Mutex::new(hear);
    let end = loop {
        match py.detach(|| lock(&hear).recv_timeout(OFTEN)) {
            Ok(end) => break end,
            Err(RecvTimeoutError::Disconnected) => break End::Broken("the thread is gone".into()),
            Err(RecvTimeoutError::Timeout) if stopped.is_some() => {}
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = go_on(py, callback, &latest) {
                    progress::stop(true);
                    stopped = Some(error);
                }
            }
        }
    };
    let _ = py.detach(|| thread.join());
    progress::stop(false);
    if let Some(error) = stopped {
        return Err(error);
    }
    let said = std::mem::take(&mut *lock(&said));
    let said = said.into_iter().map(|s| Said {
        text: spelled(&s.text),
        ..s
    });
    match end {
        End::Done(Ok(result)) => Ok((result, said.collect())),
        End::Done(Err(error)) => Err(exception(py, &error)),
        End::Stopped => Err(internal(py, "the work stopped by itself")),
        End::Broken(text) => Err(internal(py, &text)),
    }
}

/// Waits until no other thread of the program computes.
fn wait_for_turn(py: Python<'_>) -> PyResult<MutexGuard<'static, ()>> {
    loop {
        match BUSY.try_lock() {
            Ok(turn) => return Ok(turn),
            Err(TryLockError::Poisoned(turn)) => return Ok(turn.into_inner()),
            Err(TryLockError::WouldBlock) => py.detach(|| std::thread::sleep(OFTEN)),
        }
        py.check_signals()?;
    }
}

/// Whether Python wants the work to go on.
fn go_on(py: Python<'_>, callback: Option<&Bound<'_, PyAny>>, latest: &Latest) -> PyResult<()> {
    py.check_signals()?;
    let place = lock(&latest.0).take();
    if let (Some(callback), Some(place)) = (callback, place) {
        callback.call1(place)?;
    }
    Ok(())
}
