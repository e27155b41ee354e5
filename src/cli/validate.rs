//! `bzint validate`.

use super::options::{FermiOption, Input, Method, Output, on_threads};
use super::session;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::gpu::GpuEngine;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{EnergyAxis, Engine, Request, spectrum, surface};
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
    #[arg(long, default_value_t = 500)]
    bins: usize,
    #[command(flatten)]
    output: Output,
}

/// The channels of a set with their names.
fn named(set: Channels) -> Vec<(String, Channel)> {
    const AXES: [char; 3] = ['x', 'y', 'z'];
    const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];
    let mut all = vec![("states".into(), Channel::States), ("|v|".into(), Channel::Speed)];
    for (i, a) in AXES.into_iter().enumerate() {
        all.push((format!("|v_{a}|"), Channel::AxisSpeed(i)));
    }
    for (i, j) in PAIRS {
        let (a, b) = (AXES[i], AXES[j]);
        all.push((format!("v_{a} v_{b}"), Channel::VelocityProduct(i, j)));
        all.push((format!("v_{a} v_{b} tau"), Channel::LifetimeProduct(i, j)));
        all.push((format!("Hall {a}{b}"), Channel::Hall(i, j)));
        for (k, l) in PAIRS {
            let (c, d) = (AXES[k], AXES[l]);
            all.push((format!("w_{a}{c} w_{b}{d}"), Channel::Magneto(i, j, k, l)));
        }
    }
    all.retain(|(_, channel)| channel.index(set).is_some());
    all.sort_by_key(|(_, channel)| channel.index(set));
    all
}

/// Every channel of one integrator: at the Fermi level, and per bin.
struct Values {
    surface: Vec<Vec<f64>>,
    spectrum: Vec<Vec<f64>>,
    label: String,
}

impl Validate {
    /// Runs it.
    ///
    /// # Errors
    /// Where there is no adapter, the bands cannot be integrated, or CPU and GPU disagree.
    pub fn run(self) -> Result<()> {
        let source = session::open(&self.input)?;
        let request = self.method.apply(Request::for_bands(source.header()));
        let mut gpu = GpuEngine::new(None)?;
        let (reference, twin, energy) = on_threads(self.method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            let (energy, _) = session::fermi_level(&self.level, &*source, &request, &mut engine)?;
            let reference = self.channels(&*source, &request, energy, &mut engine, "CPU f64")?;
            let mut twin = CpuEngine::<f32>::default();
            let twin = self.channels(&*source, &request, energy, &mut twin, "CPU f32")?;
            Ok((reference, twin, energy))
        })?;
        let gpu = self.channels(&*source, &request, energy, &mut gpu, "GPU")?;
        // Rounding in f32 alone: each contribution is off by a few 2⁻²⁴, and at worst all in the same direction.
        const LIMIT: f64 = 1e-6;
        let mut text = format!(
            "largest difference from the CPU's f64, over the largest value of each channel (limit {LIMIT:e})\n\
             {:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n{:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n",
            "", "Fermi level", "", "spectrum", "", "channel", "GPU", "CPU f32", "GPU", "CPU f32"
        );
        let mut rows = Vec::new();
        let mut worst: f64 = 0.0;
        for (c, name) in NAMES.iter().enumerate() {
            if name.is_empty() || c >= reference.spectrum.len() {
                continue;
            }
            let d = [
                deviation(&reference.surface, &gpu.surface, c),
                deviation(&reference.surface, &twin.surface, c),
                deviation(&reference.spectrum, &gpu.spectrum, c),
                deviation(&reference.spectrum, &twin.spectrum, c),
            ];
            worst = worst.max(d[0]).max(d[2]);
            text += &format!(
                "{name:<12}  {:>12.2e}  {:>12.2e}  {:>12.2e}  {:>12.2e}\n",
                d[0], d[1], d[2], d[3]
            );
            rows.push(json!({
                "channel": name,
                "fermi_level": {"gpu": d[0], "cpu_f32": d[1]},
                "spectrum": {"gpu": d[2], "cpu_f32": d[3]},
            }));
        }
        let agree = worst <= LIMIT;
        text += &format!(
            "{} ({}) {} the CPU\n",
            gpu.label,
            self.input.file.display(),
            if agree {
                "agrees with"
            } else {
                "DISAGREES with"
            }
        );
        if self.output.json {
            super::print(&format!(
                "{:#}",
                json!({"kind": "validate", "adapter": gpu.label, "channels": rows, "largest_difference": worst, "limit": LIMIT, "agree": agree})
            ));
        } else {
            super::print(&text);
        }
        if agree {
            return Ok(());
        }
        Err(Error::Gpu {
            adapter: gpu.label,
            reason: format!("it differs from the CPU by {worst:.1e}, more than {LIMIT:e}"),
        })
    }

    fn channels(
        &self,
        source: &dyn BandSource,
        request: &Request,
        energy: f64,
        engine: &mut dyn Engine,
        label: &str,
    ) -> Result<Channels> {
        let at = surface(source, request, energy, engine)?;
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
        let binned = spectrum(source, request, &axis, engine)?;
        let edges = self.bins + 1;
        let width = binned.channels.width();
        let per_bin = |c: usize| -> Vec<f64> {
            (0..binned.n_spin)
                .flat_map(|spin| {
                    binned.cumulative[(spin * width + c) * edges..][..edges]
                        .windows(2)
                        .map(|w| w[1] - w[0])
                })
                .collect()
        };
        Ok(Channels {
            surface: (0..width)
                .map(|c| vec![at.bands.iter().map(|b| b.values[c]).sum()])
                .collect(),
            spectrum: (0..width).map(per_bin).collect(),
            label: format!("{label} `{}`", engine.adapter()),
        })
    }
}

/// Largest difference of channel `c` over the largest reference value: its own, or for the off-diagonal components of a
/// tensor, which may vanish by symmetry, that of its first diagonal one.
fn deviation(reference: &[Vec<f64>], other: &[Vec<f64>], c: usize) -> f64 {
    let measure = match c {
        4..=6 => 1,
        15..=17 => 12,
        _ => c,
    };
    let largest = reference[measure]
        .iter()
        .fold(0.0, |a: f64, x| a.max(x.abs()));
    let off = reference[c]
        .iter()
        .zip(&other[c])
        .fold(0.0, |a: f64, (x, y)| a.max((x - y).abs()));
    if off == 0.0 { 0.0 } else { off / largest }
}
