//! `bzint validate`.

use super::lists::{List, parse_temperatures};
use super::options::{FermiOption, Input, Method, Output, parse_bins};
use super::threads::on_threads;
use super::{session, terminal};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::gpu::GpuEngine;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{
    Channel, Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, spectrum, surface,
};
use crate::report::{coverage_json, coverage_table};
use crate::workflow::{Coverage, level};
use clap::Args;
use serde_json::json;

/// Options of `validate`.
#[derive(Args, Debug)]
pub struct Validate {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Bins of the spectrum that is compared
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true, default_value = "500", conflicts_with = "table")]
    bins: usize,
    /// Compare results instead: those from every second k-point of the table with those from all, whether the bars hold, quantity by quantity
    #[arg(long)]
    table: bool,
    /// Temperatures of that comparison, K: a list or first:last:step (default: 100,300,600)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, requires = "table")]
    temperature: Option<List>,
    #[command(flatten)]
    output: Output,
}

/// The values of a channel set by one integrator.
struct Values {
    surface: SurfaceIntegral,
    spectrum: Spectrum,
}

/// One line of the comparison: the GPU and the `f32` twin, at the Fermi level and in the spectrum.
struct Row {
    name: String,
    off: [f64; 4],
    /// Largest difference of the GPU over the error bar, at the Fermi level and in the spectrum.
    beyond: [f64; 2],
}

/// Rounding in f32 alone: each contribution is off by a few 2⁻²⁴, and at worst all in the same direction.
const LIMIT: f64 = 1e-6;
/// Where a coarse grid or a product of many factors costs more, it costs the CPU's f32 as much: this many times its difference is
/// allowed, ...
const OF_TWIN: f64 = 1.5;
/// ... but never more than this, for the twin has the kernels' own mistakes, nor more than the error bar.
const MOST: f64 = 1e-3;

impl Row {
    /// Takes what is worse in another set's line of the same channel; a line that disagrees, whole.
    fn widen(&mut self, other: &Self) {
        if self.agrees() && !other.agrees() {
            (self.off, self.beyond) = (other.off, other.beyond);
        } else if self.agrees() == other.agrees() {
            let larger = |a: &mut [f64], b: &[f64]| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a = a.max(*b));
            };
            larger(&mut self.off, &other.off);
            larger(&mut self.beyond, &other.beyond);
        }
    }

    fn agrees(&self) -> bool {
        let within = |gpu: f64, twin: f64| gpu <= LIMIT.max((OF_TWIN * twin).min(MOST));
        let [surface, surface_twin, spectrum, spectrum_twin] = self.off;
        within(surface, surface_twin)
            && within(spectrum, spectrum_twin)
            && self.beyond.iter().all(|x| *x <= 1.0)
    }
}

impl Validate {
    /// Runs it.
    ///
    /// # Errors
    /// Where there is no adapter, the bands cannot be integrated, or CPU and GPU disagree.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if self.table {
            return self.compare_grids();
        }
        self.level.check()?;
        let source = session::open_checked(&self.input, |header, range| {
            level::check_level(&self.level, header, range)
        })?;
        let request = self.method.apply(Request::for_bands(source.header()));
        let mut gpu = GpuEngine::new(None)?;
        let label = format!("GPU `{}`", gpu.adapter());
        let energy = on_threads(self.method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            level::fermi_level(&self.level, &*source, &request, &mut engine)
        })?
        .0;
        let with = |channels| Request {
            channels,
            ..request
        };
        // What bounds the channels of a magnetic field.
        let bounds = on_threads(self.method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            self.values(&*source, &with(Channels::Magneto), energy, &mut engine)
        })?;
        // Kernels are compiled for each set: a channel's line is the worst of the sets that have it.
        let lifetimes = source.header().has_lifetimes;
        let served = |set: &&Channels| lifetimes || !set.has_lifetimes();
        let mut rows: Vec<Row> = Vec::new();
        for set in Channels::ALL.iter().filter(served) {
            for row in self.compare(&*source, &with(*set), energy, &bounds, &mut gpu)? {
                match rows.iter_mut().find(|seen| seen.name == row.name) {
                    Some(seen) => seen.widen(&row),
                    None => rows.push(row),
                }
            }
        }
        let worst = rows
            .iter()
            .fold(0.0, |worst: f64, row| worst.max(row.off[0]).max(row.off[2]));
        let agree = rows.iter().all(Row::agrees);
        if self.output.json {
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    let (off, beyond) = (row.off, row.beyond);
                    json!({
                        "channel": row.name,
                        "fermi_level": {"gpu": off[0], "cpu_f32": off[1], "gpu_over_error_bar": beyond[0]},
                        "spectrum": {"gpu": off[2], "cpu_f32": off[3], "gpu_over_error_bar": beyond[1]},
                        "agree": row.agrees(),
                    })
                })
                .collect();
            terminal::print_json(
                &json!({"kind": "validate", "adapter": label, "channels": rows, "largest_difference": worst, "limit": LIMIT, "largest_limit": MOST, "agree": agree}),
            )?;
        } else {
            let mut text = format!(
                "largest difference from the CPU's f64, over the largest value of each channel (limit {LIMIT:e}, or {OF_TWIN} times the CPU's f32, \
                 but no more than {MOST:e} nor the error bar)\n\
                 {:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n{:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n",
                "",
                "Fermi level",
                "",
                "spectrum",
                "",
                "channel",
                "GPU",
                "CPU f32",
                "GPU",
                "CPU f32"
            );
            for row in &rows {
                let (name, off) = (&row.name, row.off);
                text += &format!(
                    "{name:<12}  {:>12.2e}  {:>12.2e}  {:>12.2e}  {:>12.2e}{}\n",
                    off[0],
                    off[1],
                    off[2],
                    off[3],
                    if row.agrees() {
                        ""
                    } else {
                        "  beyond the limit"
                    }
                );
            }
            text += &format!(
                "{label} ({}) {} the CPU\n",
                self.input.file.display(),
                if agree {
                    "agrees with"
                } else {
                    "DISAGREES with"
                }
            );
            terminal::print(&text)?;
        }
        if agree {
            return Ok(());
        }
        Err(Error::Gpu {
            adapter: gpu.adapter(),
            reason: format!(
                "it differs from the CPU by up to {worst:.1e}, which rounding does not explain (see the table)"
            ),
        })
    }

    /// Results from every second point against those from all.
    fn compare_grids(&self) -> Result<()> {
        self.input.check(Some(&self.method))?;
        let held = self.input.read()?;
        let (opening, say) = (&self.input.opening, session::voice(&self.output));
        let asked = Coverage {
            temperatures_k: match &self.temperature {
                Some(list) => list.0.clone(),
                None => Coverage::default().temperatures_k,
            },
            level: self.level,
        };
        let found = asked.run(&held, opening, &self.method, &say)?;
        let name = self.input.file.display().to_string();
        if self.output.json {
            return terminal::print_json(&coverage_json(&found, &name));
        }
        terminal::print(&coverage_table(&found, &name))
    }

    /// The channels of one set, compared.
    fn compare(
        &self,
        source: &dyn BandSource,
        request: &Request,
        energy: f64,
        bounds: &Values,
        gpu: &mut GpuEngine,
    ) -> Result<Vec<Row>> {
        let (reference, twin) = on_threads(self.method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            let reference = self.values(source, request, energy, &mut engine)?;
            let mut twin = CpuEngine::<f32>::default();
            Ok((reference, self.values(source, request, energy, &mut twin)?))
        })?;
        let gpu = self.values(source, request, energy, gpu)?;
        let set = request.channels;
        let longest = source.statistics().iter().map(|s| s.max_lifetime);
        let tau = set.has_lifetimes().then(|| longest.fold(0.0, f64::max));
        let row = |channel: Channel| {
            let at = |v: &Values| vec![v.surface.total(channel).0];
            let both = |v: &Values, c: Channel| -> Vec<(f64, f64)> {
                let spins = 0..v.spectrum.n_spin;
                let of = |spin| v.spectrum.density(spin, c);
                spins
                    .map(of)
                    .flat_map(|(x, bar)| x.into_iter().zip(bar))
                    .collect()
            };
            let bins = |v: &Values, c: Channel| -> Vec<f64> {
                both(v, c).into_iter().map(|(x, _)| x).collect()
            };
            let scale = |of: &dyn Fn(&Values, Channel) -> f64| {
                magnitude(channel, tau, &|c| of(&reference, c), &|c| of(bounds, c))
            };
            let at_scale = scale(&|v, c| v.surface.total(c).0.abs());
            let bins_scale = scale(&|v, c| {
                let bins = bins(v, c).into_iter();
                bins.fold(0.0, |m: f64, x| m.max(x.abs()))
            });
            let spectrum = |other: &Values| {
                deviation(
                    &bins(&reference, channel),
                    &bins(other, channel),
                    bins_scale,
                )
            };
            let beyond = [
                beyond_bars(
                    &[reference.surface.total(channel)],
                    &at(&gpu),
                    LIMIT * at_scale,
                ),
                beyond_bars(
                    &both(&reference, channel),
                    &bins(&gpu, channel),
                    LIMIT * bins_scale,
                ),
            ];
            Row {
                beyond,
                off: [
                    deviation(&at(&reference), &at(&gpu), at_scale),
                    deviation(&at(&reference), &at(&twin), at_scale),
                    spectrum(&gpu),
                    spectrum(&twin),
                ],
                name: channel.name(set),
            }
        };
        // The axes are all the directions there are.
        let used = set
            .channels()
            .filter(|c| !matches!(c, Channel::AxisSpeed(3..)));
        Ok(used.map(row).collect())
    }

    fn values(
        &self,
        source: &dyn BandSource,
        request: &Request,
        energy: f64,
        engine: &mut dyn Engine,
    ) -> Result<Values> {
        let all = source.statistics();
        let low = all
            .iter()
            .map(|s| s.energy_min)
            .fold(f64::INFINITY, f64::min);
        let high = all
            .iter()
            .map(|s| s.energy_max)
            .fold(f64::NEG_INFINITY, f64::max);
        let axis = EnergyAxis::new(low - 1e-3, high + 1e-3, self.bins)?;
        Ok(Values {
            surface: surface(source, request, energy, engine)?,
            spectrum: spectrum(source, request, &axis, engine)?,
        })
    }
}

/// What a channel is measured against, `own` being its set's largest value of a channel, `full` that of the set for a magnetic field, and
/// `tau` the longest relaxation time where the set has them: its own value, or where terms of both signs may cancel what bounds them.
/// Off-diagonal components have the first diagonal one; |Hall| ≤ ½|v||w|, times τ², and |w w| ≤ |w|² by the Schwarz inequality.
fn magnitude(
    channel: Channel,
    tau: Option<f64>,
    own: &dyn Fn(Channel) -> f64,
    full: &dyn Fn(Channel) -> f64,
) -> f64 {
    let rates = || -> f64 {
        (0..9)
            .map(|x| full(Channel::Magneto(x / 3, x / 3, x % 3, x % 3)))
            .sum()
    };
    match channel {
        Channel::VelocityProduct(i, j) if i != j => own(Channel::VelocityProduct(0, 0)),
        Channel::LifetimeProduct(i, j) if i != j => own(Channel::LifetimeProduct(0, 0)),
        Channel::Hall(..) => {
            let squares: f64 = (0..3).map(|i| full(Channel::VelocityProduct(i, i))).sum();
            0.5 * (squares * rates()).sqrt() * tau.map_or(1.0, |tau| tau * tau)
        }
        Channel::Magneto(..) => rates(),
        other => own(other),
    }
}

/// Largest difference over the error bar, which is taken to be at least `least`.
fn beyond_bars(reference: &[(f64, f64)], other: &[f64], least: f64) -> f64 {
    reference
        .iter()
        .zip(other)
        .filter(|((x, _), y)| x != *y)
        .fold(0.0, |a: f64, ((x, bar), y)| {
            a.max((x - y).abs() / bar.max(least))
        })
}

/// Largest difference over `scale`.
fn deviation(reference: &[f64], other: &[f64], scale: f64) -> f64 {
    let off = reference
        .iter()
        .zip(other)
        .fold(0.0, |a: f64, (x, y)| a.max((x - y).abs()));
    if off == 0.0 { 0.0 } else { off / scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A twin with the kernels' own mistake does not excuse the GPU, and a bar that holds less than the difference does not either.
    #[test]
    fn what_the_twin_does_wrong_too_is_no_agreement() {
        let row = |off, beyond| Row {
            name: String::new(),
            off,
            beyond,
        };
        assert!(row([5e-7, 0.0, 1e-7, 0.0], [0.9, 0.0]).agrees());
        assert!(row([2e-5, 2e-5, 3e-6, 3e-6], [0.1, 0.1]).agrees());
        assert!(!row([1.0, 1.0, 0.0, 0.0], [0.5, 0.0]).agrees());
        assert!(!row([0.0, 0.0, 2e-3, 2e-3], [0.0, 0.5]).agrees());
        assert!(!row([2e-5, 2e-5, 0.0, 0.0], [1.5, 0.0]).agrees());
        assert!(!row([2e-5, 1e-5, 0.0, 0.0], [0.5, 0.0]).agrees());
        let bars = [(1.0, 0.1), (2.0, 0.0)];
        assert!((beyond_bars(&bars, &[1.05, 2.0], 1e-6) - 0.5).abs() < 1e-9);
        assert!(beyond_bars(&bars, &[1.0, 2.1], 1e-6) > 1e4);
        // A channel agrees where it does in every set that has it.
        let (good, bad) = ([5e-7, 0.0, 1e-7, 0.0], [2e-5, 1e-5, 0.0, 0.0]);
        for [first, second] in [[good, bad], [bad, good]] {
            let mut line = row(first, [0.5, 0.0]);
            line.widen(&row(second, [0.5, 0.0]));
            assert!(!line.agrees() && line.off == bad);
        }
    }
}
