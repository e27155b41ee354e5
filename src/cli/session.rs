//! What every subcommand does around its work: open the bands, choose the integrator and the Fermi level, show progress.

use super::axes;
use super::opened::{self, Demands, Opened, Preference};
use super::options::{Backend, FermiChoice, FermiOption, Input, Method, Output, on_threads};
use super::quantity::excerpt;
use super::terminal;
use crate::bands::{BandHeader, BandSource, GapSplit};
use crate::error::{Error, Result};
use crate::gpu::{self, GpuEngine};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::refine::{Refinement, Refiner, RefiningEngine};
use crate::integrate::{Engine, Progress, Request, Velocities, Weights, fermi_level};
use crate::progress;
use crate::report::{Row, Run};
use crate::sampler::InterpolatedBands;
use crate::units::BOLTZMANN_EV;
use std::time::Instant;

/// Opens the input as a table, interpolated to a uniform grid where asked.
///
/// # Errors
/// As [`opened::open`]; [`Error::BadOption`] where refinement is asked for.
pub fn open(input: &Input) -> Result<Box<dyn BandSource>> {
    open_checked(input, |_, _| Ok(()))
}

/// As [`open`], where `check` has no objection to what the file holds.
///
/// # Errors
/// As [`open`], and those of `check`.
pub fn open_checked(
    input: &Input,
    check: impl Fn(&BandHeader, Option<(f64, f64)>) -> Result<()>,
) -> Result<Box<dyn BandSource>> {
    input.check(None)?;
    let demands = Demands {
        method: None,
        check: &check,
    };
    match opened::open(input, Preference::Table, &demands)? {
        Opened::Table(source) => Ok(source),
        Opened::Refined(..) => Err(Error::Internal("a table was refined".into())),
    }
}

/// Prints a warning on stderr, unless quiet.
pub fn warning(output: &Output, text: &str) {
    if !output.quiet {
        eprintln!("warning: {text}");
    }
}

pub use super::progress::show as show_progress;

/// Prints a note on stderr, unless quiet.
pub fn note(output: &Output, text: &str) {
    if !output.quiet {
        terminal::say("note", text);
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
        for text in header.provenance.notes.iter().chain(&axes::notes(header)) {
            note(output, text);
        }
    }
}

/// The command line as it can be typed again, for provenance.
pub fn command_line() -> String {
    let mut words = vec!["bzint".to_owned()];
    words.extend(std::env::args_os().skip(1).map(|word| {
        let word = word.to_string_lossy();
        let plain = |c: char| c.is_alphanumeric() || "-_=+,.:/@%^".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.into_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
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
    if method.backend == Backend::Auto {
        about_adapter(output);
    }
    let source = match source {
        Opened::Table(source) => &**source,
        Opened::Refined(bands, refinement) => {
            if let Some(Velocities::FiniteDifference(_)) = method.velocity {
                let text = "--velocity: refinement takes the interpolation's own derivatives; give `--interpolate none` for differences \
                            of the table";
                note(output, text);
            }
            return refine(method, bands, *refinement, &request, work);
        }
    };
    let on_gpu = match method.backend {
        Backend::Cpu => false,
        Backend::Gpu => true,
        Backend::Auto => gpu::real_gpu().is_some(),
    };
    if on_gpu {
        let attempt =
            GpuEngine::new(None).and_then(|mut engine| timed(source, &request, &mut engine, &work));
        match attempt {
            Err(error) if method.backend == Backend::Auto && error.is_gpu() => {
                terminal::say("warning", &error.to_string());
                terminal::say("warning", "`--backend auto` goes on with the CPU");
            }
            other => return other,
        }
    }
    on_threads(method.threads, || {
        timed(source, &request, &mut CpuEngine::<f64>::default(), &work)
    })
}

/// Says where `BZINT_ADAPTER` asks for an adapter that `auto` does not take.
fn about_adapter(output: &Output) {
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
    warning(
        output,
        &format!("BZINT_ADAPTER={}: {problem}", excerpt(&name)),
    );
}

/// As [`integrate`], by refinement on the CPU.
fn refine<T: Send>(
    method: &Method,
    bands: &InterpolatedBands,
    refinement: Refinement,
    request: &Request,
    work: impl Fn(&Request, &mut dyn Engine) -> Result<T> + Sync,
) -> Result<(T, Run)> {
    method.check_refinement()?;
    // Velocities are analytic, whatever differences a table would get.
    let request = &Request {
        velocities: Velocities::FromFile,
        ..*request
    };
    on_threads(method.threads, || {
        let start = Instant::now();
        let phase = progress::phase("integrating", 0);
        let refiner = Refiner::new(bands.interpolator(), refinement)?;
        let mut engine = RefiningEngine::new(refiner);
        let result = work(request, &mut engine)?;
        drop(phase);
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
            },
        ))
    })
}

fn timed<T>(
    source: &dyn BandSource,
    request: &Request,
    engine: &mut dyn Engine,
    work: &impl Fn(&Request, &mut dyn Engine) -> Result<T>,
) -> Result<(T, Run)> {
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
    };
    Ok((result?, run))
}

/// A state's widest bar: T (K), μ (eV), the quantity's name, and its bar as a share of it.
pub struct Widest {
    pub temperature_k: f64,
    pub mu_ev: f64,
    pub name: String,
    pub relative: f64,
}

/// The widest bar of some results.
pub fn widest(rows: &[Row]) -> Option<Widest> {
    let of_row = |row: &Row| {
        let (name, relative) = row.widest_bar()?;
        Some(Widest {
            temperature_k: row.temperature_k,
            mu_ev: row.scalar("chemical_potential").value,
            name: name.to_owned(),
            relative,
        })
    };
    let all = rows.iter().filter_map(of_row);
    all.max_by(|a, b| a.relative.total_cmp(&b.relative))
}

/// Says where refinement stopped before its tolerance: what is how far from it, which bands that comes from, and which of the
/// results, if any are given, has the widest bar.
pub fn about_cap(output: &Output, run: &Run, header: &BandHeader, widest: Option<Widest>) {
    let Some((refined, cap)) = run
        .refined
        .as_ref()
        .and_then(|r| Some((r, r.cap.as_ref()?)))
    else {
        return;
    };
    let mut text = format!(
        "refinement stopped before its tolerance: {cap}; the worst bar is {:.1} times too wide",
        refined.reached
    );
    if let Some(worst) = &refined.worst {
        let (low, high) = worst.energies_ev;
        let at = match high > low {
            true => format!("from {low:.4} to {high:.4} eV"),
            false => format!("at {low:.4} eV"),
        };
        let (first, last) = (worst.bands.start, worst.bands.end.max(1) - 1);
        let bands = match last > first {
            true => format!(
                "bands {} to {}",
                header.first_band + first,
                header.first_band + last
            ),
            false => format!("band {}", header.first_band + first),
        };
        let spin = match header.n_spin() {
            1 => String::new(),
            _ => format!(" of spin {}", worst.spin + 1),
        };
        text += &format!(
            ", that of {} {at}, {:.0} % of it from {bands}{spin}",
            worst.quantity,
            100.0 * worst.share
        );
    }
    if let Some(widest) = widest {
        text += &format!(
            "; of the results `{}` at {} K and mu = {:.4} eV has the widest bar, {:.2} % of it",
            widest.name,
            widest.temperature_k,
            widest.mu_ev,
            100.0 * widest.relative
        );
    }
    text += "; a larger --tolerance is reached sooner, fewer temperatures or chemical potentials leave more points for each";
    note(output, &text);
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

/// The Fermi level of an insulator by default: the middle of the gap that the file's own speaks of, which codes put anywhere in it
/// (Quantum ESPRESSO and ABINIT at the highest level of their k-points, inside the valence band where that has its maximum between
/// them). Whether it is an insulator is decided on the bands that are integrated. With a sentence on where it comes from.
pub fn mid_gap(source: &dyn BandSource) -> Option<(f64, String)> {
    let header = source.header();
    let level = header.fermi_level_ev?;
    let gap = GapSplit::of(source).filter(GapSplit::is_whole)?;
    if !gap.is_near(source, level) {
        return None;
    }
    let middle = gap.middle_ev();
    let edges = format!(
        "valence band to {:.4} eV, conduction band from {:.4} eV; the file says {level:.4} eV",
        gap.valence_ev, gap.conduction_ev
    );
    let origin = match header.n_electrons {
        Some(n) if !gap.holds(level) => {
            let band = if level < middle {
                "valence"
            } else {
                "conduction"
            };
            format!(
                "mid-gap for {n} electrons: {edges}, which lies inside the {band} band of these bands"
            )
        }
        _ => format!("mid-gap, where T = 0 puts it by convention: {edges}"),
    };
    Some((middle, origin))
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
    let default = default_choice(choice, header);
    let in_gap = match choice.fermi_level {
        None if default == FermiChoice::File => mid_gap(source),
        _ => None,
    };
    let (energy, origin) = match choice.fermi_level.unwrap_or(default) {
        FermiChoice::File if in_gap.is_some() => in_gap.unwrap_or_default(),
        FermiChoice::Given(energy) => (energy, "given".to_owned()),
        FermiChoice::File => {
            let energy = header
                .fermi_level_ev
                .ok_or_else(|| unknown("--fermi-level file"))?;
            (energy, "from the file".to_owned())
        }
        FermiChoice::Electrons => {
            let electrons = electrons.ok_or_else(|| unknown("Fermi level"))?;
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

/// Whether something determines the Fermi level: an option, or the bands.
pub fn determines_level(choice: &FermiOption, header: &BandHeader) -> bool {
    let given = choice.fermi_level.is_some() || choice.electrons.is_some();
    given || header.fermi_level_ev.is_some() || header.n_electrons.is_some()
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
    let known = determines_level(choice, source.header());
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
        return Err(outside(energy_ev, &origin, (low, high)));
    }
    if distance > 0.0 {
        return Ok(format!("{origin}; {distance:.4} eV {words}"));
    }
    Ok(origin)
}

/// What is taken where no choice is made.
fn default_choice(choice: &FermiOption, header: &BandHeader) -> FermiChoice {
    match header.fermi_level_ev {
        Some(_) if choice.electrons.is_none() => FermiChoice::File,
        _ => FermiChoice::Electrons,
    }
}

/// How far interpolation may carry the bands beyond the table's energies, as a share of their range.
const OVERSHOOT: f64 = 0.25;

/// What can be said of `choice` before the bands are interpolated: that something determines it, and that it is not far outside
/// the table's energies, where their range (eV) is known.
///
/// # Errors
/// As [`fermi_level`].
pub fn check_level(
    choice: &FermiOption,
    header: &BandHeader,
    range_ev: Option<(f64, f64)>,
) -> Result<()> {
    let electrons = choice.electrons.or(header.n_electrons);
    let energy = match choice.fermi_level.unwrap_or(default_choice(choice, header)) {
        FermiChoice::Given(energy) => energy,
        FermiChoice::File => match header.fermi_level_ev {
            Some(energy) => energy,
            None => return Err(unknown("--fermi-level file")),
        },
        FermiChoice::Electrons => {
            let electrons = electrons.ok_or_else(|| unknown("Fermi level"))?;
            return fermi_level::check_count(header, electrons);
        }
    };
    match range_ev {
        Some((low, high)) => {
            let margin = WIDEST_GAP_EV + OVERSHOOT * (high - low);
            if energy < low - margin || energy > high + margin {
                return Err(outside(energy, "before interpolation", (low, high)));
            }
            Ok(())
        }
        None => Ok(()),
    }
}

fn unknown(option: &str) -> Error {
    let problem = match option {
        "Fermi level" => "the bands have neither a Fermi level nor an electron count",
        _ => "the bands have no Fermi level",
    };
    Error::bad_option(
        option,
        problem,
        "give `--fermi-level EV`, or `--electrons N`",
    )
}

fn outside(energy: f64, origin: &str, (low, high): (f64, f64)) -> Error {
    Error::bad_option(
        "Fermi level",
        format!(
            "{energy} eV ({origin}) lies outside the bands, which reach from {low:.4} to {high:.4} eV, by more than any gap"
        ),
        "give `--fermi-level EV` on the energies' own scale",
    )
}
