//! What long work is at: phases, told to a listener where there is one. Phases lie within each other ("integrating: first look:
//! refining"); at any time one thread begins and ends them, and any thread counts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Who is told.
pub trait Listener: Send + Sync {
    /// The innermost phase stands at `done` of `all` (0 where nobody knows).
    fn at(&self, phase: &str, done: u64, all: u64);
    /// A phase is over that took so long, and lay within `depth` others.
    fn ended(&self, phase: &str, depth: usize, took: Duration);
}

static LISTENER: RwLock<Option<Arc<dyn Listener>>> = RwLock::new(None);
static LISTENING: AtomicBool = AtomicBool::new(false);
/// The names of the phases, outermost first.
static PHASES: Mutex<Vec<String>> = Mutex::new(Vec::new());

static STOP: AtomicBool = AtomicBool::new(false);

/// What a phase unwinds with where work is to stop: the caller that asked for that catches it.
pub struct Stopped;

/// Whether the work of this process is to stop: the next step of any phase unwinds with [`Stopped`], on whatever thread, and without a
/// message. Who asks for it must catch that around the whole work, and take it back afterwards.
pub fn stop(wanted: bool) {
    STOP.store(wanted, Ordering::Relaxed);
}

fn stop_here() {
    if STOP.load(Ordering::Relaxed) && !std::thread::panicking() {
        std::panic::resume_unwind(Box::new(Stopped));
    }
}

/// The listener is told until this is dropped.
pub struct Listening;

/// Tells `listener` of all phases from now on.
pub fn listen(listener: Arc<dyn Listener>) -> Listening {
    *LISTENER.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    LISTENING.store(true, Ordering::Relaxed);
    Listening
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.store(false, Ordering::Relaxed);
        *LISTENER.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A phase, over when dropped.
pub struct Phase {
    /// When it began; none where nobody listens.
    began: Option<Instant>,
    done: AtomicU64,
    all: u64,
    /// Milliseconds after the beginning at which the listener was told last.
    told: AtomicU64,
}

/// How often a listener is told, at most.
const OFTEN_MS: u64 = 100;

/// Begins a phase of `all` steps (0 where nobody knows).
pub fn phase(name: impl Into<String>, all: u64) -> Phase {
    stop_here();
    let began = LISTENING.load(Ordering::Relaxed).then(Instant::now);
    if began.is_some() {
        phases().push(name.into());
    }
    let phase = Phase {
        began,
        done: AtomicU64::new(0),
        all,
        told: AtomicU64::new(0),
    };
    phase.tell(0, all);
    phase
}

impl Phase {
    /// So many steps more are done.
    pub fn add(&self, steps: u64) {
        stop_here();
        if self.began.is_some() {
            let done = self.done.fetch_add(steps, Ordering::Relaxed) + steps;
            self.tell_sometimes(done, self.all);
        }
    }

    /// So many of `all` steps are done.
    pub fn at(&self, done: u64, all: u64) {
        stop_here();
        self.tell_sometimes(done, all);
    }

    fn tell_sometimes(&self, done: u64, all: u64) {
        let Some(began) = self.began else { return };
        let now = began.elapsed().as_millis() as u64;
        let told = self.told.load(Ordering::Relaxed);
        let due = now >= told + OFTEN_MS || done == all;
        // The one thread that moves the mark tells.
        let mine = || {
            let order = Ordering::Relaxed;
            self.told.compare_exchange(told, now, order, order).is_ok()
        };
        if due && mine() {
            self.tell(done, all);
        }
    }

    fn tell(&self, done: u64, all: u64) {
        if self.began.is_some()
            && let Some(listener) = listener()
        {
            let name = phases().join(": ");
            listener.at(&name, done, all);
        }
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        let Some(began) = self.began else { return };
        let (name, depth) = {
            let mut phases = phases();
            let name = phases.join(": ");
            phases.pop();
            (name, phases.len())
        };
        if let Some(listener) = listener() {
            listener.ended(&name, depth, began.elapsed());
        }
    }
}

fn phases() -> MutexGuard<'static, Vec<String>> {
    PHASES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listener() -> Option<Arc<dyn Listener>> {
    let listener = LISTENER.read().unwrap_or_else(PoisonError::into_inner);
    listener.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Heard {
        fn note(&self, text: String) {
            // Other tests of this process begin phases, too.
            if text.contains("outer") {
                self.0.lock().unwrap().push(text);
            }
        }
    }

    impl Listener for Heard {
        fn at(&self, phase: &str, done: u64, all: u64) {
            self.note(format!("{phase} {done}/{all}"));
        }

        fn ended(&self, phase: &str, _: usize, _: Duration) {
            self.note(format!("{phase} ended"));
        }
    }

    #[test]
    fn phases_name_those_around_them_and_end_in_order() {
        let heard = Arc::new(Heard::default());
        let listening = listen(heard.clone());
        {
            let _outer = phase("outer", 0);
            let inner = phase("inner", 2);
            inner.add(1);
            inner.add(1);
        }
        drop(listening);
        drop(phase("outer, unheard", 0));
        let heard = heard.0.lock().unwrap().join("\n");
        let order = ["outer 0/0", "inner 0/2", "inner 2/2", "inner ended"];
        let found: Vec<_> = order.iter().map(|text| heard.find(text)).collect();
        assert!(found.is_sorted() && found[0].is_some(), "{heard}");
        assert!(
            heard.ends_with("outer ended") && !heard.contains("unheard"),
            "{heard}"
        );
    }
}
