//! `bzint bench`.

use super::options::{FermiOption, Input, Method, Output, parse_bins};
use super::quantity::count;
use super::threads::on_threads;
use super::{session, terminal};
use crate::bands::{BandGrid, BandSource};
use crate::error::Result;
use crate::gpu::GpuEngine;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{Channels, EnergyAxis, Engine, Request, spectrum, surface};
use crate::workflow::level;
use clap::Args;
use serde_json::json;
use std::time::Instant;

/// Options of `bench`.
#[derive(Args, Debug)]
pub struct Bench {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Bins of the spectra
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true, default_value = "2000")]
    bins: usize,
    /// Rounds; every integrator runs once in each, and medians are reported
    #[arg(long, value_name = "N", value_parser = parse_rounds, allow_hyphen_values = true, default_value = "3")]
    rounds: usize,
    #[command(flatten)]
    output: Output,
}

fn parse_rounds(text: &str) -> Result<usize, String> {
    count(text, "rounds", 1, 1000)
}

/// What is timed.
#[derive(Clone, Copy)]
enum Work {
    Surface,
    Spectrum,
    Window,
}

impl Work {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Surface, "Fermi surface"),
        (Self::Spectrum, "full spectrum"),
        (Self::Window, "window ±0.3 eV"),
    ];
}

/// Who is timed.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    OneThread,
    AllThreads,
    Gpu,
}

impl Bench {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or integrated.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.level.check()?;
        let source = session::open_checked(&self.input, |header, range| {
            level::check_level(&self.level, header, range)
        })?;
        // From memory: disks are not what is compared here.
        let bands = BandGrid::load(&*source)?;
        let request = Request {
            channels: Channels::Basic,
            ..self.method.apply(Request::for_bands(bands.header()))
        };
        let mut reference = CpuEngine::<f64>::default();
        let (energy, _) = level::fermi_level(&self.level, &bands, &request, &mut reference)?;
        let mut gpu = GpuEngine::new(self.method.adapter())
            .inspect_err(|e| session::note(&self.output, &e.to_string()))
            .ok();
        let mut who = vec![(Who::OneThread, "CPU f64, 1 thread".to_owned())];
        let threads = self.method.threads.unwrap_or(rayon::current_num_threads());
        if threads > 1 {
            who.push((Who::AllThreads, format!("CPU f64, {threads} threads")));
        }
        if let Some(gpu) = &gpu {
            who.push((Who::Gpu, format!("GPU {}", gpu.adapter())));
        }
        let bandwidth = [1, threads].map(|n| on_threads(Some(n), || Ok(read_bandwidth())));
        let [one, all] = bandwidth;
        let (one, all) = (one?, all?);
        let mut text = format!(
            "{}: {} bands, {} k-points; medians of {} rounds, run in turn\nmemory read by 1 thread at {:.1} GB/s, by {threads} at {:.1} GB/s\n\n{:<16}{:<34}{:>10}{:>22}{:>12}{:>18}\n",
            self.input.file.display(),
            bands.header().n_spin_band(),
            bands.header().k_grid,
            self.rounds,
            one / 1e9,
            all / 1e9,
            "work",
            "integrator",
            "seconds",
            "band·k-points/s",
            "to 1 thread",
            "of memory speed"
        );
        let mut rows = Vec::new();
        let mut splits = String::new();
        for (work, name) in Work::ALL {
            let split = gpu.as_ref().map(GpuEngine::timings);
            let mut seconds = vec![Vec::new(); who.len()];
            for _ in 0..self.rounds {
                for (i, (w, _)) in who.iter().enumerate() {
                    let timed = |engine: &mut dyn Engine| -> Result<f64> {
                        let start = Instant::now();
                        self.once(work, &bands, &request, energy, engine)?;
                        Ok(start.elapsed().as_secs_f64())
                    };
                    let t = match (w, &mut gpu) {
                        (Who::Gpu, Some(gpu)) => timed(gpu)?,
                        (Who::OneThread, _) => on_threads(Some(1), || {
                            timed_cpu(&self, work, &bands, &request, energy)
                        })?,
                        _ => on_threads(Some(threads), || {
                            timed_cpu(&self, work, &bands, &request, energy)
                        })?,
                    };
                    seconds[i].push(t);
                }
            }
            if let (Some(gpu), Some(before)) = (&gpu, split) {
                let rounds = self.rounds as f64;
                let now = gpu.timings();
                let per_round = |a: f64, b: f64| (a - b) / rounds;
                let kernel = now.kernel.zip(before.kernel).map(|(a, b)| per_round(a, b));
                splits += &format!(
                    "{name:<16}upload {:.4} s, kernels {}, read-back and waiting {:.4} s per run\n",
                    per_round(now.upload, before.upload),
                    kernel.map_or("not timed".into(), |k| format!("{k:.4} s")),
                    per_round(now.read_back, before.read_back),
                );
            }
            let medians: Vec<f64> = seconds.iter_mut().map(|s| median(s)).collect();
            let points = self.points(work, &bands, energy);
            for (i, (w, label)) in who.iter().enumerate() {
                let rate = points / medians[i];
                // The floor is one read of every energy: 8 bytes on the CPU, 4 on a GPU.
                let (bytes, memory) = match w {
                    Who::OneThread => (8.0, Some(one)),
                    Who::AllThreads => (8.0, Some(all)),
                    Who::Gpu => (4.0, None),
                };
                let share = memory.map(|m| bytes * rate / m);
                text += &format!(
                    "{name:<16}{label:<34}{:>10.4}{rate:>22.3e}{:>11.2}×{:>18}\n",
                    medians[i],
                    medians[0] / medians[i],
                    share.map_or("-".into(), |s| format!("{:.1} %", 100.0 * s)),
                );
                rows.push(json!({
                    "work": name,
                    "integrator": label,
                    "seconds": medians[i],
                    "band_k_points_per_second": rate,
                    "ratio_to_one_thread": medians[0] / medians[i],
                    "share_of_memory_bandwidth": share,
                }));
            }
        }
        text += "\nThe floor of every figure is one read of each energy (last column). The Fermi surface comes near it where few cells\n\
                 are cut; spectra are bound by arithmetic (bins × tetrahedra per cell), on a GPU also by its atomic additions.\n";
        if !splits.is_empty() {
            text += &format!("\non the GPU:\n{splits}");
        }
        if self.output.json {
            terminal::print_json(&json!({"kind": "bench", "rows": rows}))
        } else {
            terminal::print(&text)
        }
    }

    fn axis(&self, work: Work, bands: &BandGrid, energy: f64) -> Result<EnergyAxis> {
        let all = bands.statistics();
        let low = all
            .iter()
            .map(|s| s.energy_min)
            .fold(f64::INFINITY, f64::min)
            - 1e-3;
        let high = all
            .iter()
            .map(|s| s.energy_max)
            .fold(f64::NEG_INFINITY, f64::max)
            + 1e-3;
        match work {
            Work::Window => {
                let bins = (0.6 / (high - low) * self.bins as f64).ceil().max(10.0) as usize;
                EnergyAxis::new(energy - 0.3, energy + 0.3, bins)
            }
            Work::Surface | Work::Spectrum => EnergyAxis::new(low, high, self.bins),
        }
    }

    fn once(
        &self,
        work: Work,
        bands: &BandGrid,
        request: &Request,
        energy: f64,
        engine: &mut dyn Engine,
    ) -> Result<()> {
        match work {
            Work::Surface => surface(bands, request, energy, engine).map(drop),
            Work::Spectrum | Work::Window => {
                let axis = self.axis(work, bands, energy)?;
                spectrum(bands, request, &axis, engine).map(drop)
            }
        }
    }

    /// Band·k-points that the work must look at: those of bands that reach its energies.
    fn points(&self, work: Work, bands: &BandGrid, energy: f64) -> f64 {
        let (low, high) = match work {
            Work::Surface => (energy, energy),
            Work::Window => (energy - 0.3, energy + 0.3),
            Work::Spectrum => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let reached = bands
            .statistics()
            .iter()
            .filter(|s| s.energy_max >= low && s.energy_min <= high)
            .count();
        (reached * bands.header().k_grid.len()) as f64
    }
}

fn timed_cpu(
    bench: &Bench,
    work: Work,
    bands: &BandGrid,
    request: &Request,
    energy: f64,
) -> Result<f64> {
    let start = Instant::now();
    bench.once(
        work,
        bands,
        request,
        energy,
        &mut CpuEngine::<f64>::default(),
    )?;
    Ok(start.elapsed().as_secs_f64())
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Bytes per second that the current thread pool reads from memory: sums over a buffer larger than the caches.
fn read_bandwidth() -> f64 {
    use rayon::prelude::*;
    let buffer = vec![1.0f64; 1 << 25];
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        let sum: f64 = buffer
            .par_chunks(1 << 16)
            .map(|c| {
                let mut lanes = [0.0; 16];
                for x in c.chunks_exact(16) {
                    for i in 0..16 {
                        lanes[i] += x[i];
                    }
                }
                lanes.iter().sum::<f64>()
            })
            .sum();
        std::hint::black_box(sum);
        best = best.min(start.elapsed().as_secs_f64());
    }
    8.0 * buffer.len() as f64 / best
}
