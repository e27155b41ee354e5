//! The integrator on a GPU, and what `auto` does without one.

use super::method::{Backend, Method};
use super::run::{Run, Work, timed};
use super::said::{Said, Say};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::gpu::{self, GpuEngine};
use crate::integrate::Request;
use crate::integrate::ledger::{Keeping, Ledger, in_threads};

/// Letters of an adapter's name in a message, at most.
const LONGEST_NAME: usize = 60;

/// Runs `work` on a GPU where `backend` asks for that and, with `auto`, a real one is there and does not fail; none where the CPU is to
/// do it.
///
/// # Errors
/// The errors of `work`; [`crate::Error::NoAdapter`] where a GPU was asked for and there is none.
pub(super) fn on_gpu<T: Send>(
    method: &Method,
    source: &dyn BandSource,
    request: &Request,
    work: Work<T>,
    say: Say,
) -> Result<Option<(T, Run)>> {
    let (backend, adapter) = (method.backend, method.adapter());
    match backend {
        Backend::Cpu => return Ok(None),
        Backend::Auto if gpu::real_gpu().is_none() => return Ok(None),
        Backend::AllGpus => return on_all_gpus(adapter, source, request, work).map(Some),
        Backend::Auto | Backend::Gpu => {}
    }
    let ranks = request.keeping.and_then(|keeping| keeping.ledger.ranks());
    let turn = ranks.map_or((0, 1), |ranks| ranks.on_machine());
    let attempt = GpuEngine::for_one_of(adapter, turn)
        .and_then(|mut engine| timed(source, request, &mut engine, work));
    match attempt {
        Err(error) if backend == Backend::Auto && error.is_gpu() => {
            say(Said::doubt(error.to_string()));
            say(Said::doubt("`--backend auto` goes on with the CPU"));
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Runs `work` on all GPUs that are like the first, each of which has a thread, and takes the next share of the work when it is free.
fn on_all_gpus<T: Send>(
    adapter: Option<&str>,
    source: &dyn BandSource,
    request: &Request,
    work: Work<T>,
) -> Result<(T, Run)> {
    if request.keeping.is_some() {
        return Err(Error::bad_option(
            "--backend gpu:all",
            "parts, checkpoints, times of items and ranks have one GPU each",
            "give `--backend gpu`",
        ));
    }
    let (name, count) = gpu::cards(adapter)?;
    let (found, run) = in_threads(count, |ranks| {
        let ledger = Ledger::default().among(ranks.clone());
        let request = Request {
            keeping: Some(Keeping::new(&ledger)),
            ..*request
        };
        let mut engine = GpuEngine::for_one_of(Some(&name), ranks.on_machine())?;
        timed(source, &request, &mut engine, work)
    })?;
    let adapter = match count {
        1 => run.adapter,
        _ => format!("{count} × {}", run.adapter),
    };
    Ok((found, Run { adapter, ..run }))
}

/// Says where an adapter is asked for that `auto` does not take.
pub(super) fn about_adapter(adapter: Option<&str>, say: Say) {
    let Some(name) = adapter else {
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
    say(Said::warning(format!("--adapter {name}: {problem}")));
}
