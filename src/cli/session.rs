//! What every subcommand does around its work: open the bands, choose the integrator and the Fermi level, show progress.

use super::opened::{self, Opened, Preference};
use super::options::{Backend, FermiChoice, FermiOption, Input, Method, Output, on_threads};
use crate::bands::{BandHeader, BandSource, GapSplit};
use crate::error::{Error, Result};
use crate::gpu::{self, GpuEngine};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::refine::{Refinement, Refiner, RefiningEngine};
use crate::integrate::{Engine, Progress, Request, Velocities, Weights, fermi_level};
use crate::report::Run;
use crate::sampler::InterpolatedBands;
use crate::units::BOLTZMANN_EV;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Instant;

/// Opens the input as a table, interpolated to a uniform grid where asked.
///
/// # Errors
/// As [`opened::open`]; [`Error::BadOption`] where refinement is asked for.
pub fn open(input: &Input) -> Result<Box<dyn BandSource>> {
    match opened::open(input, Preference::Table)? {
        Opened::Table(source) => Ok(source),
        Opened::Refined(..) => Err(Error::bad_option(
            "--tolerance",
            "this command works on the k-points of a grid",
            "give `--interpolate N` for a denser one",
        )),
    }
}

/// Prints a note on stderr, unless quiet.
pub fn note(output: &Output, text: &str) {
    if !output.quiet {
        eprintln!("note: {text}");
    }
}

/// Prints warnings on stderr, whether quiet or not.
pub fn doubts(all: &[String]) {
    for text in all {
        eprintln!("warning: {text}");
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
    source: &Opened,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    let request = method.apply(Request::for_bands(source.header()));
    let source = match source {
        Opened::Table(source) => &**source,
        Opened::Refined(bands, refinement) => {
            return refine(method, output, bands, *refinement, &request, work);
        }
    };
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

/// As [`integrate`], by refinement on the CPU.
fn refine<T: Send>(
    method: &Method,
    output: &Output,
    bands: &InterpolatedBands,
    refinement: Refinement,
    request: &Request,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    if method.backend == Backend::Gpu {
        return Err(Error::bad_option(
            "--backend gpu",
            "refinement runs on the CPU",
            "give `--interpolate N` (or `none`) for a uniform grid on the GPU",
        ));
    }
    if request.weights != Weights::Tetrahedra {
        return Err(Error::bad_option(
            "--weights",
            "refinement integrates with linear tetrahedra",
            "give `--interpolate N` (or `none`) for smearing on a uniform grid",
        ));
    }
    // Velocities are analytic, whatever differences a table would get.
    let request = &Request {
        velocities: Velocities::FromFile,
        ..*request
    };
    on_threads(method.threads, || {
        let start = Instant::now();
        let refiner = Refiner::new(bands.interpolator(), refinement)?;
        let mut engine = RefiningEngine::new(refiner);
        let result = work(request, &mut engine)?;
        let seconds = start.elapsed().as_secs_f64();
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
                note(
                    output,
                    &format!(
                        "refinement stopped before its tolerance: {cap}; the worst bar is {times:.1} times too wide"
                    ),
                );
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
            },
        ))
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

/// How far interpolation may move a band edge beyond the file's own level (eV).
const INTERPOLATED_EDGE_EV: f64 = 0.01;

/// The Fermi level of an insulator by default: the middle of the gap that holds the file's own, which codes put anywhere in
/// it (Quantum ESPRESSO and ABINIT at the valence maximum). With a sentence on where it comes from.
pub fn mid_gap(source: &dyn BandSource) -> Option<(f64, String)> {
    let header = source.header();
    let level = header.fermi_level_ev?;
    let gap = GapSplit::of(source).filter(GapSplit::is_whole)?;
    // A file's valence maximum may lie a little below the interpolated one; that the bands below are full says the count.
    let near = header.n_electrons.is_some()
        && [-1.0, 1.0].map(|sign| gap.holds(level + sign * INTERPOLATED_EDGE_EV)) != [false; 2];
    if !gap.holds(level) && !near {
        return None;
    }
    Some((
        gap.middle_ev(),
        format!(
            "mid-gap, where T = 0 puts it by convention: valence band to {:.4} eV, conduction band from {:.4} eV; the file says {level:.4} eV",
            gap.valence_ev, gap.conduction_ev
        ),
    ))
}

/// The edges (valence, conduction) of the gap at the Fermi level, eV: between the bands that the electrons fill and the others,
/// unless the level was given. One of them is infinite where the bands are all on one side of it.
pub fn gap(choice: &FermiOption, source: &dyn BandSource, fermi_ev: f64) -> Option<(f64, f64)> {
    let electrons = choice.electrons.or(source.header().n_electrons);
    match electrons {
        Some(n) if choice.fermi_level.is_none() => {
            let split = GapSplit::at_count(source, n).filter(|g| g.holds(fermi_ev));
            split.map(|g| (g.valence_ev, g.conduction_ev))
        }
        _ => None,
    }
    .or_else(|| fermi_level::gap_around(source, fermi_ev))
}

/// How far from the bands electrons are parted from holes where there are no others, k_BT: no state lies there.
const EMPTY_KT: f64 = 20.0;

/// The energy that parts electrons from holes, eV: the middle of a gap, a metal's Fermi level; beyond the edge of bands that are all on
/// one side, as far as `temperature_k`, the highest one, makes sure.
pub fn split(gap_ev: Option<(f64, f64)>, fermi_ev: f64, temperature_k: f64) -> f64 {
    let beyond = EMPTY_KT * BOLTZMANN_EV * temperature_k;
    match gap_ev {
        None => fermi_ev,
        Some((valence, conduction)) if !valence.is_finite() => conduction - beyond,
        Some((valence, conduction)) if !conduction.is_finite() => valence + beyond,
        Some((valence, conduction)) => 0.5 * (valence + conduction),
    }
}

/// A gap with bands on both sides.
pub fn whole(gap_ev: &(f64, f64)) -> bool {
    gap_ev.0.is_finite() && gap_ev.1.is_finite()
}

/// The Fermi level of `choice`, and a sentence on where it comes from. The file's, taken by default, goes to the middle of
/// the gap where it lies in one; asked for, it is taken as it is.
///
/// # Errors
/// [`Error::BadOption`] where nothing determines it, or it lies far outside the bands.
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
    let in_gap = match choice.fermi_level {
        None if default == FermiChoice::File => mid_gap(source),
        _ => None,
    };
    let (energy, origin) = match choice.fermi_level.unwrap_or(default) {
        FermiChoice::File if in_gap.is_some() => in_gap.unwrap_or_default(),
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
                Some((valence, conduction)) if !valence.is_finite() => {
                    format!("the bottom of the bands, {conduction:.4} eV, which are all empty")
                }
                Some((valence, conduction)) if !conduction.is_finite() => format!(
                    "the top of the bands, {valence:.4} eV, which {electrons} electrons fill"
                ),
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
    Ok((energy, beside_bands(source, energy, origin)?))
}

/// The Fermi level of `choice`; where nothing determines it but `chemical_potentials_ev` are given, the first of these that lies in
/// a gap, or the first one.
///
/// # Errors
/// As [`fermi_level`].
pub fn fermi_level_or(
    choice: &FermiOption,
    chemical_potentials_ev: Option<&[f64]>,
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
) -> Result<(f64, String)> {
    let header = source.header();
    let given = choice.fermi_level.is_some() || choice.electrons.is_some();
    let known = given || header.fermi_level_ev.is_some() || header.n_electrons.is_some();
    let Some(levels) = chemical_potentials_ev.filter(|_| !known) else {
        return fermi_level(choice, source, request, engine);
    };
    let in_gap = |mu: &&f64| fermi_level::gap_around(source, **mu).is_some();
    let Some(&mu) = levels.iter().find(in_gap).or(levels.first()) else {
        return fermi_level(choice, source, request, engine);
    };
    let origin = "a chemical potential that was asked for: the bands have no Fermi level and no electron count";
    Ok((mu, beside_bands(source, mu, origin.to_owned())?))
}

/// Insulators' gaps are narrower, eV: a level farther from all bands is on another scale of energies.
const WIDEST_GAP_EV: f64 = 15.0;

/// Where a Fermi level comes from, with what it means where it lies beside all bands, as in a model of conduction bands alone.
///
/// # Errors
/// [`Error::BadOption`] where it lies farther from them than any gap is wide.
fn beside_bands(source: &dyn BandSource, energy_ev: f64, origin: String) -> Result<String> {
    let all = source.statistics();
    let low = all
        .iter()
        .map(|s| s.energy_min)
        .fold(f64::INFINITY, f64::min);
    let high = all
        .iter()
        .map(|s| s.energy_max)
        .fold(f64::NEG_INFINITY, f64::max);
    let (distance, words) = if energy_ev < low {
        (low - energy_ev, "below all bands, which are empty")
    } else {
        (energy_ev - high, "above all bands, which are full")
    };
    if distance > WIDEST_GAP_EV {
        return Err(Error::bad_option(
            "Fermi level",
            format!(
                "{energy_ev} eV ({origin}) lies {distance:.1} eV outside the bands, which reach from {low:.4} to {high:.4} eV: more than any gap"
            ),
            "give `--fermi-level EV` on the energies' own scale",
        ));
    }
    if distance > 0.0 {
        return Ok(format!("{origin}; {distance:.4} eV {words}"));
    }
    Ok(origin)
}
