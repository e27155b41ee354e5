//! Signals that end a process: files in the making are removed first. Signals that the caller lets be ignored (`nohup`, a job in
//! the background of a script) stay ignored.

/// From now on, a signal to end removes the files in the making, and then ends the process as it would have.
#[cfg(unix)]
pub fn install() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
    let ignored = ignored();
    let wanted: Vec<i32> = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU]
        .into_iter()
        .filter(|signal| ignored >> (signal - 1) & 1 == 0)
        .collect();
    // A file beyond the limit of its size (`ulimit -f`) is an error of the write, which is told, not the end.
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let _ = signal_hook::flag::register(SIGXFSZ, seen);
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else {
        return;
    };
    let wait = move || {
        if let Some(signal) = signals.forever().next() {
            crate::io::output::discard_all();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    };
    // Without a thread, what is left is removed by the next run.
    let _ = std::thread::Builder::new()
        .name("signals".into())
        .spawn(wait);
}

/// Signals that are ignored, one bit each from signal 1 on. Where the system does not tell, the terminal's are left alone.
#[cfg(unix)]
fn ignored() -> u64 {
    let told = super::status::line("SigIgn");
    let mask = told.and_then(|line| u64::from_str_radix(&line, 16).ok());
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT};
    mask.unwrap_or_else(|| [SIGHUP, SIGINT, SIGQUIT].iter().map(|s| 1 << (s - 1)).sum())
}

/// Other systems have no such signals.
#[cfg(not(unix))]
pub fn install() {}
