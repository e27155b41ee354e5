//! Which integrator does the work.

#[cfg(feature = "gpu")]
use super::device::{about_adapter, on_gpu};
use super::method::{Backend, Method};
use super::open::Opened;
use super::run::{Run, Work, start, timed};
use super::said::{Said, Say};
use super::threads::on_threads;
use crate::bands::BandSource;
use crate::error::Result;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::ledger::{Keeping, Ledger};
use crate::integrate::refine::{Refinement, RefiningEngine};
use crate::integrate::{Engine, Request, Velocities};
use crate::progress;
use crate::sampler::InterpolatedBands;
use std::time::Instant;

/// As [`integrate_with`], without a ledger.
///
/// # Errors
/// Likewise.
pub fn integrate<T: Send>(
    method: &Method,
    source: &Opened,
    say: Say,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    integrate_with(None, method, source, say, work)
}

/// Runs `work` with the chosen integrator, and with a ledger in which sums are looked up and kept. With `auto` a failing GPU is said and the CPU takes over; a GPU's numbers are
/// never used after it failed.
///
/// # Errors
/// The errors of `work`; [`crate::Error::NoAdapter`] where a GPU was asked for and there is none; [`crate::Error::BadOption`] where the
/// ledger's sums are another integrator's.
pub fn integrate_with<T: Send>(
    ledger: Option<&Ledger>,
    method: &Method,
    source: &Opened,
    say: Say,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    let request = Request {
        keeping: ledger.map(Keeping::new),
        ..method.apply(Request::for_bands(source.header()))
    };
    #[cfg(feature = "gpu")]
    if method.backend == Backend::Auto {
        about_adapter(method.adapter(), say);
    }
    let source = match source {
        Opened::Table(source) => &**source,
        Opened::Refined(bands, refinement) => {
            if let Some(Velocities::FiniteDifference(_)) = method.velocity {
                let text = "--velocity: refinement takes the interpolation's own derivatives; give `--interpolate none` for differences \
                            of the table";
                say(Said::note(text));
            }
            return refine(method, bands, *refinement, &request, &work);
        }
    };
    #[cfg(feature = "gpu")]
    if let Some(done) = on_gpu(method, source, &request, &work, say)? {
        return Ok(done);
    }
    #[cfg(not(feature = "gpu"))]
    if matches!(method.backend, Backend::Gpu | Backend::AllGpus) {
        return Err(crate::Error::NoAdapter {
            reason: "this build has no integrator on a GPU".into(),
        });
    }
    on_threads(method.threads, || {
        timed(source, &request, &mut CpuEngine::<f64>::default(), &work)
    })
}

/// As [`integrate`], by refinement on the CPU.
fn refine<T: Send>(
    method: &Method,
    bands: &InterpolatedBands,
    refinement: Refinement,
    request: &Request,
    work: Work<T>,
) -> Result<(T, Run)> {
    method.check_refinement()?;
    // Velocities are analytic, whatever differences a table would get.
    let request = &Request {
        velocities: Velocities::FromFile,
        ..*request
    };
    on_threads(method.threads, || {
        let began = Instant::now();
        let phase = progress::phase("integrating", 0);
        let mut engine = RefiningEngine::new(refinement);
        start(request, &engine)?;
        let result = work(request, &mut engine)?;
        drop(phase);
        let seconds = began.elapsed().as_secs_f64();
        let mut words = format!(
            "linear tetrahedra on an interpolation refined to {:e}, analytic velocities, tensors symmetrised over {} operations",
            refinement.tolerance,
            bands.header().point_group.order()
        );
        if let Some(refined) = engine.last() {
            words += &format!(
                "; {} k-points of a band, the finest as on {}×{}×{}",
                refined.points, refined.finest[0], refined.finest[1], refined.finest[2]
            );
            if let Some(cap) = &refined.cap {
                let times = refined.reached;
                words += &format!("; stopped {times:.1} times above the tolerance: {cap}");
            }
        }
        Ok((
            result,
            Run {
                backend: "cpu",
                adapter: engine.adapter(),
                seconds,
                method: words,
                refined: engine.last().cloned(),
                budgets: false,
            },
        ))
    })
}
