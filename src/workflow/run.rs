//! A run of an integrator, and how it came to its result.

use crate::bands::{BandHeader, BandSource};
use crate::error::Result;
use crate::integrate::refine::Refined;
use crate::integrate::{Engine, Progress, Request, Velocities, Weights};
use crate::progress;
use std::time::Instant;

/// How a result came to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// "cpu" or "gpu".
    pub backend: &'static str,
    /// Adapter, or number of threads.
    pub adapter: String,
    /// Wall time of the integration.
    pub seconds: f64,
    /// Method in words.
    pub method: String,
    /// What refinement did, where it did.
    pub refined: Option<Refined>,
    /// Whether tables say what each bar is made of.
    pub budgets: bool,
}

/// What is done with an engine.
pub(super) type Work<'a, T> = &'a (dyn Fn(&Request, &mut dyn Engine) -> Result<T> + Sync);

/// What integrates on the CPU, as ledgers know it.
pub(super) const ON_CPU: &str = "the CPU in f64";

/// Begins with an engine in the request's ledger, told by what its sums depend on.
pub(super) fn start(request: &Request, engine: &dyn Engine) -> Result<()> {
    let integrator = match engine.backend() {
        "cpu" => ON_CPU.to_owned(),
        backend => format!("the {} {}", backend.to_uppercase(), engine.adapter()),
    };
    (request.keeping).map_or(Ok(()), |keeping| keeping.ledger.start(&integrator))
}

/// Runs `work` on the engine, and tells how it came to be.
pub(super) fn timed<T>(
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
    work: Work<T>,
) -> Result<(T, Run)> {
    start(request, engine)?;
    let phase = progress::phase("integrating", 0);
    let show = |done: u64, all: u64| phase.at(done, all);
    let progress: Progress = Some(&show);
    let request = Request {
        progress,
        ..*request
    };
    let start = Instant::now();
    let result = work(&request, engine);
    let run = Run {
        backend: engine.backend(),
        adapter: engine.adapter(),
        seconds: start.elapsed().as_secs_f64(),
        method: method_name(&request, source.header()),
        refined: None,
        budgets: false,
    };
    Ok((result?, run))
}

/// The method in words.
fn method_name(request: &Request, header: &BandHeader) -> String {
    let weights = match request.weights {
        Weights::Tetrahedra => "linear tetrahedra".to_owned(),
        Weights::Gaussian(s) => format!("Gaussian smearing of {s} eV"),
        Weights::MethfesselPaxton(s) => format!("Methfessel-Paxton smearing of {s} eV"),
    };
    let velocities = match request.velocities {
        Velocities::FromFile => "velocities of the bands themselves".to_owned(),
        Velocities::FiniteDifference(order) => {
            format!("velocities by central differences of order {order}")
        }
    };
    let order = header.point_group.order();
    format!("{weights}, {velocities}, tensors symmetrised over {order} operations")
}
