//! The integrator on a GPU, and what `auto` does without one.

use super::method::Backend;
use super::run::{Run, Work, timed};
use super::said::{Said, Say};
use crate::bands::BandSource;
use crate::error::Result;
use crate::gpu::{self, GpuEngine};
use crate::integrate::Request;

/// Letters of an adapter's name in a message, at most.
const LONGEST_NAME: usize = 60;

/// Runs `work` on a GPU where `backend` asks for that and, with `auto`, a real one is there and does not fail; none where the CPU is to
/// do it.
///
/// # Errors
/// The errors of `work`; [`crate::Error::NoAdapter`] where a GPU was asked for and there is none.
pub(super) fn on_gpu<T>(
    backend: Backend,
    source: &dyn BandSource,
    request: &Request,
    work: Work<T>,
    say: Say,
) -> Result<Option<(T, Run)>> {
    match backend {
        Backend::Cpu => return Ok(None),
        Backend::Auto if gpu::real_gpu().is_none() => return Ok(None),
        Backend::Auto | Backend::Gpu => {}
    }
    let attempt =
        GpuEngine::new(None).and_then(|mut engine| timed(source, request, &mut engine, work));
    match attempt {
        Err(error) if backend == Backend::Auto && error.is_gpu() => {
            say(Said::doubt(error.to_string()));
            say(Said::doubt("`--backend auto` goes on with the CPU"));
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Says where `BZINT_ADAPTER` asks for an adapter that `auto` does not take.
pub(super) fn about_adapter(say: Say) {
    let Some(name) = gpu::named_adapter() else {
        return;
    };
    let devices = gpu::devices();
    let wanted = name.to_lowercase();
    let found = devices
        .iter()
        .find(|d| d.name.to_lowercase().contains(&wanted));
    let problem = match found {
        Some(device) if device.real => return,
        Some(device) => format!(
            "`{}` is no GPU, which alone `--backend auto` takes; give `--backend gpu` for it",
            device.name
        ),
        None => {
            let names: Vec<&str> = devices.iter().map(|d| d.name.as_str()).collect();
            let there = match names.is_empty() {
                true => "there is none".to_owned(),
                false => format!("there are: {}", names.join(", ")),
            };
            format!("no adapter's name contains it; {there}")
        }
    };
    let name: String = name.chars().take(LONGEST_NAME).collect();
    say(Said::warning(format!("BZINT_ADAPTER={name}: {problem}")));
}
