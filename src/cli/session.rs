//! What every subcommand does around its work: open the bands, choose the integrator and the Fermi level, show progress.

use super::options::{Backend, FermiChoice, FermiOption, Input, Method, Output, on_threads};
use crate::bands::{BandHeader, BandSource};
use crate::crystal::KGrid;
use crate::error::{Error, Result};
use crate::gpu::{self, GpuEngine};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{Engine, Progress, Request, fermi_level};
use crate::io;
use crate::report::Run;
use crate::sampler::{FourierBands, WannierGrid};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Instant;

/// Opens the input, interpolated where asked.
///
/// # Errors
/// As [`io::open`]; [`Error::BadOption`] for a grid that cannot be.
pub fn open(input: &Input) -> Result<Box<dyn BandSource>> {
    if let Some(n) = input.interpolate
        && let Some(hamiltonian) = io::open_wannier(&input.file)?
    {
        return Ok(Box::new(WannierGrid::new(hamiltonian, KGrid::gamma(n)?)?));
    }
    let source = io::open(
        &input.file,
        &io::OpenOptions {
            bxsf_units: input.bxsf_units,
        },
    )?;
    match input.interpolate {
        None => Ok(source),
        Some(n) => Ok(Box::new(FourierBands::new(&*source, KGrid::gamma(n)?)?)),
    }
}

/// Prints a note on stderr, unless quiet.
pub fn note(output: &Output, text: &str) {
    if !output.quiet {
        eprintln!("note: {text}");
    }
}

/// Prints the reader's notes.
pub fn notes(output: &Output, header: &BandHeader) {
    if output.verbose || !header.provenance.format.starts_with("model") {
        for text in &header.provenance.notes {
            note(output, text);
        }
    }
}

/// The command line as typed, for provenance.
pub fn command_line() -> String {
    let mut words = vec!["bzint".to_owned()];
    words.extend(std::env::args().skip(1).map(|w| {
        if w.contains(char::is_whitespace) {
            format!("'{w}'")
        } else {
            w
        }
    }));
    words.join(" ")
}

/// Runs `work` with the chosen integrator. With `auto` a failing GPU is said and the CPU takes over; a GPU's numbers are
/// never used after it failed.
///
/// # Errors
/// The errors of `work`; [`Error::NoAdapter`] where a GPU was asked for and there is none.
pub fn integrate<T: Send>(
    method: &Method,
    output: &Output,
    source: &dyn BandSource,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    let request = method.apply(Request::for_bands(source.header()));
    let on_gpu = match method.backend {
        Backend::Cpu => false,
        Backend::Gpu => true,
        Backend::Auto => gpu::real_gpu().is_some(),
    };
    if on_gpu {
        let attempt = GpuEngine::new(None)
            .and_then(|mut engine| timed(source, &request, output, &mut engine, &work));
        match attempt {
            Err(error) if method.backend == Backend::Auto && error.is_gpu() => {
                eprintln!("warning: {error}");
                eprintln!("warning: `--backend auto` goes on with the CPU");
            }
            other => return other,
        }
    }
    on_threads(method.threads, || {
        timed(
            source,
            &request,
            output,
            &mut CpuEngine::<f64>::default(),
            &work,
        )
    })
}

fn timed<T>(
    source: &dyn BandSource,
    request: &Request,
    output: &Output,
    engine: &mut dyn Engine,
    work: &impl Fn(&Request, &mut dyn Engine) -> Result<T>,
) -> Result<(T, Run)> {
    let bar = progress_bar(output);
    let show = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let progress: Progress = if bar.is_hidden() { None } else { Some(&show) };
    let request = Request {
        progress,
        ..*request
    };
    let start = Instant::now();
    let result = work(&request, engine);
    bar.finish_and_clear();
    let run = Run {
        backend: engine.backend(),
        adapter: engine.adapter(),
        seconds: start.elapsed().as_secs_f64(),
        method: method_name(&request, source.header()),
    };
    Ok((result?, run))
}

/// A bar on stderr that appears only on a terminal and only when the work is long.
fn progress_bar(output: &Output) -> ProgressBar {
    if output.quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) =
        ProgressStyle::with_template("{elapsed} {wide_bar} {pos}/{len} planes, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// The method in words.
fn method_name(request: &Request, header: &BandHeader) -> String {
    use crate::integrate::{Velocities, Weights};
    let weights = match request.weights {
        Weights::Tetrahedra => "linear tetrahedra".to_owned(),
        Weights::Gaussian(s) => format!("Gaussian smearing of {s} eV"),
        Weights::MethfesselPaxton(s) => format!("Methfessel-Paxton smearing of {s} eV"),
    };
    let velocities = match request.velocities {
        Velocities::FromFile => "velocities from the file".to_owned(),
        Velocities::FiniteDifference(order) => {
            format!("velocities by central differences of order {order}")
        }
    };
    let order = header.point_group.order();
    format!("{weights}, {velocities}, tensors symmetrised over {order} operations")
}

/// The Fermi level of `choice`, and a sentence on where it comes from.
///
/// # Errors
/// [`Error::BadOption`] where nothing determines it, or it lies outside the bands.
pub fn fermi_level(
    choice: &FermiOption,
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<(f64, String)> {
    let header = source.header();
    let electrons = choice.electrons.or(header.n_electrons);
    let default = match (header.fermi_level_ev, electrons) {
        _ if choice.electrons.is_some() => FermiChoice::Electrons,
        (Some(_), _) => FermiChoice::File,
        (None, _) => FermiChoice::Electrons,
    };
    let (energy, origin) = match choice.fermi_level.unwrap_or(default) {
        FermiChoice::Given(energy) => (energy, "given".to_owned()),
        FermiChoice::File => {
            let energy = header.fermi_level_ev.ok_or_else(|| {
                Error::bad_option(
                    "--fermi-level file",
                    "the bands have no Fermi level",
                    "give `--fermi-level EV`, or `--electrons N`",
                )
            })?;
            (energy, "from the file".to_owned())
        }
        FermiChoice::Electrons => {
            let electrons = electrons.ok_or_else(|| {
                Error::bad_option(
                    "Fermi level",
                    "the bands have neither a Fermi level nor an electron count",
                    "give `--fermi-level EV`, or `--electrons N`",
                )
            })?;
            let found = fermi_level::find(source, request, electrons, engine)?;
            let origin = match found.gap_ev {
                Some((valence, conduction)) => format!(
                    "mid-gap for {electrons} electrons: valence band to {valence:.4} eV, conduction band from {conduction:.4} eV"
                ),
                None => format!(
                    "holds {electrons} electrons, to within {:.1e} eV",
                    found.error_ev
                ),
            };
            (found.energy_ev, origin)
        }
    };
    let all = source.statistics();
    let low = all
        .iter()
        .map(|s| s.energy_min)
        .fold(f64::INFINITY, f64::min);
    let high = all
        .iter()
        .map(|s| s.energy_max)
        .fold(f64::NEG_INFINITY, f64::max);
    let inside = energy >= low && energy <= high;
    if !inside {
        return Err(Error::bad_option(
            "Fermi level",
            format!(
                "{energy} eV ({origin}) lies outside the bands, which reach from {low:.4} to {high:.4} eV"
            ),
            "give `--fermi-level EV` on the energies' own scale",
        ));
    }
    Ok((energy, origin))
}
