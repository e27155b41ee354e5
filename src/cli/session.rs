//! What every subcommand does around its work: open the bands, choose the integrator, say what was noted.

use super::axes;
use super::opened::{self, Demands, Opened, Preference};
use super::options::{Backend, Input, Method, Output};
use super::quantity::excerpt;
use super::terminal;
use super::threads::on_threads;
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::gpu::{self, GpuEngine};
use crate::integrate::cpu::CpuEngine;
use crate::integrate::refine::{Refinement, RefiningEngine};
use crate::integrate::{Engine, Progress, Request, Velocities, Weights};
use crate::progress;
use crate::report::Run;
use crate::sampler::InterpolatedBands;
use crate::transport::Row;
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
        table: None,
        lifetimes: false,
    };
    match opened::open(input, Preference::Table, &demands)? {
        Opened::Table(source) => Ok(source),
        Opened::Refined(..) => Err(Error::Internal("a table was refined".into())),
    }
}

/// Prints a warning on stderr, unless quiet.
pub fn warning(output: &Output, text: &str) {
    if !output.quiet {
        terminal::say("warning", text);
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
        terminal::say("warning", text);
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
    let (result, run) = chosen(method, output, source, work)?;
    let budgets = output.verbose;
    Ok((result, Run { budgets, ..run }))
}

fn chosen<T: Send>(
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
        let mut engine = RefiningEngine::new(refinement);
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
                budgets: false,
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
        budgets: false,
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
        let (name, _, relative) = row.widest_bar()?;
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
