//! Streams blocks to the GPU and reads exact sums back once per slab.
//!
//! Work is submitted without waiting: while the device treats one block, the host reads and converts the next. At most
//! [`IN_FLIGHT`] blocks wait on the queue, so that the staging memory stays bounded. One submission treats at most about
//! [`super::plan::CELL_EDGES`] pairs of cell and edge, far below 100 ms on any desktop GPU.

use super::clock::{Clock, TIMED_PASSES, Timings};
use super::context::{Context, DeviceInfo};
use super::layouts::{AUDIT_WORDS, GpuThreshold, Params};
use super::pipelines::{Configuration, Kernel, Pipelines};
use super::plan::{bytes_per_point, cells_per_submission, check_smearing, params, tiles};
use crate::error::{Error, Result};
use crate::integrate::cpu::Setup;
use crate::integrate::{BandContext, Block, Engine, Masses, Part, SlabSums, Target};
use crate::kernel::fermi_surface::VOLUMES;
use crate::kernel::real::level_of;
use bytemuck::{bytes_of, cast_slice};
use rayon::prelude::*;
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

/// Blocks that may be queued before the host waits.
const IN_FLIGHT: usize = 2;

/// Workgroups along one dimension of a dispatch.
const MAX_WORKGROUPS: u64 = 65_535;

/// Numbers converted by one task.
const CHUNK: usize = 1 << 14;

/// One band in work.
pub(super) struct Band {
    pub(super) setup: Setup<f32>,
    pub(super) configuration: Configuration,
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) thresholds: wgpu::Buffer,
    /// Sums of the full grid and of the subgrid.
    pub(super) sums: [wgpu::Buffer; 2],
    /// Their audits.
    pub(super) audit: [wgpu::Buffer; 2],
    /// Bytes of one of `sums`.
    pub(super) sums_bytes: u64,
    pub(super) read_back: wgpu::Buffer,
    /// Volume that the kernels must have visited by the end of the slab.
    pub(super) expected: u64,
    /// [`Engine::max_block_points`] for this band.
    pub(super) max_points: usize,
}

/// Integrates on a GPU; the twin of `CpuEngine::<f32>`.
pub struct GpuEngine {
    pub(super) context: Context,
    pub(super) pipelines: Pipelines,
    pub(super) workgroup: u32,
    pub(super) band: Option<Band>,
    pub(super) params: [wgpu::Buffer; 2],
    pub(super) levels: wgpu::Buffer,
    pub(super) velocities: wgpu::Buffer,
    pub(super) lifetimes: wgpu::Buffer,
    pub(super) inverse_masses: wgpu::Buffer,
    pub(super) in_flight: VecDeque<wgpu::SubmissionIndex>,
    pub(super) clock: Option<Clock>,
    pub(super) timings: Timings,
    pub(super) level_scratch: Vec<i32>,
    pub(super) float_scratch: Vec<f32>,
}

impl GpuEngine {
    /// An engine on the adapter whose name contains `selection`; without one on the first of [`super::devices`].
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where no adapter fits, [`Error::Gpu`] where the device cannot be opened.
    pub fn new(selection: Option<&str>) -> Result<Self> {
        Self::for_one_of(selection, (0, 1))
    }

    /// As [`GpuEngine::new`], for one of several processes of a machine (which one, from 0, and how many), each of which has a card of its
    /// own.
    ///
    /// # Errors
    /// As there, and where there are fewer cards.
    pub fn for_one_of(selection: Option<&str>, turn: (usize, usize)) -> Result<Self> {
        let context = Context::new(selection, turn)?;
        let pipelines = Pipelines::new(&context);
        let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let size = size_of::<Params>() as u64;
        let clock = Clock::new(&context)?;
        Ok(Self {
            params: [
                context.buffer("parameters", size, uniform)?,
                context.buffer("parameters", size, uniform)?,
            ],
            levels: context.buffer("levels", 0, storage)?,
            velocities: context.buffer("velocities", 0, storage)?,
            lifetimes: context.buffer("lifetimes", 0, storage)?,
            inverse_masses: context.buffer("inverse masses", 0, storage)?,
            workgroup: 64,
            band: None,
            in_flight: VecDeque::new(),
            timings: Timings {
                kernel: clock.is_some().then_some(0.0),
                ..Timings::default()
            },
            clock,
            pipelines,
            context,
            level_scratch: Vec::new(),
            float_scratch: Vec::new(),
        })
    }

    /// Sets the number of invocations per workgroup (64 at first). No result depends on it.
    ///
    /// # Errors
    /// [`Error::BadOption`] for less than two or more than the adapter takes.
    pub fn with_workgroup(mut self, invocations: u32) -> Result<Self> {
        let most = self.context.device.limits().max_compute_workgroup_size_x;
        let most = most.min(
            self.context
                .device
                .limits()
                .max_compute_invocations_per_workgroup,
        );
        if invocations < 2 || invocations > most {
            return Err(Error::bad_option(
                "workgroup size",
                format!("{invocations} invocations"),
                format!("`{}` takes 2 to {most}", self.context.info.name),
            ));
        }
        self.workgroup = invocations;
        Ok(self)
    }

    /// The adapter in use.
    pub fn device(&self) -> &DeviceInfo {
        &self.context.info
    }

    /// Where the time went so far.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Destroys the device, as a reset of the driver does: whatever is asked of the engine from then on fails.
    pub fn lose_device(&self) {
        self.context.device.destroy();
    }

    /// Uploads a block's fields.
    fn upload(&mut self, block: &Block) -> Result<()> {
        let band = self.band.as_ref().ok_or_else(no_band)?;
        let context = &band.setup.context;
        let points = block.energies.len();
        if points > band.max_points {
            let bytes = points as u64 * bytes_per_point(context);
            return Err(Error::OutOfMemory {
                what: format!(
                    "a block of {} k-planes on `{}`",
                    block.planes, self.context.info.name
                ),
                needed_mib: bytes.div_ceil(1 << 20),
                available_mib: self.context.max_binding_bytes >> 20,
                remedy: "this grid's planes are too large for the adapter; use `--backend cpu`"
                    .into(),
            });
        }
        let scale = &band.setup.scale;
        self.level_scratch.resize(points, 0);
        self.level_scratch
            .par_chunks_mut(CHUNK)
            .zip(block.energies.par_chunks(CHUNK))
            .for_each(|(levels, energies)| {
                for (level, &energy) in levels.iter_mut().zip(energies) {
                    *level = level_of(energy, scale);
                }
            });
        write(
            &self.context,
            &mut self.levels,
            "levels",
            cast_slice(&self.level_scratch),
        )?;
        if context.order == 0 {
            let unit = 1.0 / context.velocity_unit;
            convert(&mut self.float_scratch, block.velocities, |v| {
                (v * unit) as f32
            });
            write(
                &self.context,
                &mut self.velocities,
                "velocities",
                cast_slice(&self.float_scratch),
            )?;
        }
        if context.masses == Masses::Given {
            let unit = 1.0 / context.mass_unit;
            convert(&mut self.float_scratch, block.inverse_masses, |m| {
                (m * unit) as f32
            });
            write(
                &self.context,
                &mut self.inverse_masses,
                "inverse masses",
                cast_slice(&self.float_scratch),
            )?;
        }
        if context.channels.has_lifetimes() {
            let unit = context.lifetime_unit;
            convert(&mut self.float_scratch, block.lifetimes, |t| {
                (t / unit) as f32
            });
            write(
                &self.context,
                &mut self.lifetimes,
                "lifetimes",
                cast_slice(&self.float_scratch),
            )?;
        }
        Ok(())
    }

    /// Submits the kernels of an uploaded block, on the full grid and on its subgrid.
    fn dispatch(&mut self, block: &Block, cells: Range<usize>) -> Result<()> {
        let band = self.band.as_mut().ok_or_else(no_band)?;
        let views = [1, 2].map(|stride| params(&band.setup, block, &cells, stride));
        let groups = [0, 1].map(|i| {
            let buffers = [
                &self.params[i],
                &self.levels,
                &self.velocities,
                &self.lifetimes,
                &band.thresholds,
                &band.sums[i],
                &band.audit[i],
                &self.inverse_masses,
            ];
            let entries: Vec<_> = buffers
                .iter()
                .enumerate()
                .map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding: binding as u32,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            self.context
                .device
                .create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("block"),
                    layout: &self.pipelines.bindings,
                    entries: &entries,
                })
        });
        // What a dispatch counts: tiles, each a workgroup's, or cells.
        let (per_group, per_unit, total) = match band.configuration.tile() {
            Some(tile) => (1, tile.iter().product(), views.map(|v| tiles(&v, tile))),
            None => (
                self.workgroup * band.configuration.cells_per_invocation(),
                1,
                views.map(|v| u64::from(v.cells1 * v.cells2 * v.cells3)),
            ),
        };
        let per_group = u64::from(per_group);
        let most = (cells_per_submission(&band.setup) / u64::from(per_unit))
            .clamp(1, MAX_WORKGROUPS * per_group);
        let mut first = 0;
        while first < total[0] {
            let mut encoder =
                self.context
                    .device
                    .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                        label: Some("block"),
                    });
            let timestamp_writes = self.clock.as_mut().and_then(Clock::next_pass);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some(band.configuration.kernel.entry()),
                timestamp_writes,
            });
            pass.set_pipeline(&band.pipeline);
            for i in 0..2 {
                let count = total[i].saturating_sub(first).min(most);
                if count == 0 {
                    continue;
                }
                let params = Params {
                    first_cell: first as u32,
                    cell_count: count as u32,
                    ..views[i]
                };
                self.context
                    .queue
                    .write_buffer(&self.params[i], 0, bytes_of(&params));
                pass.set_bind_group(0, &groups[i], &[]);
                pass.dispatch_workgroups(count.div_ceil(per_group) as u32, 1, 1);
            }
            drop(pass);
            let submission = self.context.queue.submit([encoder.finish()]);
            first += most;
            if first >= total[0] {
                self.in_flight.push_back(submission);
            }
        }
        let [_, n2, n3] = block.n;
        band.expected += (cells.len() * n2 * n3) as u64;
        self.context.check()
    }
}

impl Engine for GpuEngine {
    fn backend(&self) -> &'static str {
        "gpu"
    }

    fn adapter(&self) -> String {
        self.context.info.name.clone()
    }

    fn begin_band(&mut self, context: &BandContext, target: &Target) -> Result<()> {
        let setup = Setup::<f32>::new(context, target);
        check_smearing(&setup)?;
        let kernel = match (target, context.smearing.is_some()) {
            (Target::At(_), false) => Kernel::FermiSurface,
            (Target::Bins(_), false) => Kernel::Spectrum,
            (Target::At(_), true) => Kernel::SmearedSurface,
            (Target::Bins(_), true) => Kernel::SmearedSpectrum,
        };
        let channels = context.channels.width();
        let configuration = Configuration {
            kernel,
            channels: context.channels,
            order: context.order,
            masses: context.masses,
            start: context.corners[0][0],
            smearing: context.smearing.map_or(0, |(_, order)| order),
            workgroup: self.workgroup,
        };
        let pipeline = self.pipelines.get(&self.context, &configuration)?;
        let edges: Vec<GpuThreshold> = setup
            .thresholds
            .iter()
            .map(|t| GpuThreshold {
                level: t.level,
                fraction: t.fraction,
            })
            .collect();
        let sums_bytes = 4 * if kernel.is_spectrum() {
            2 * edges.len() * channels
        } else {
            3 * (channels + VOLUMES)
        } as u64;
        use wgpu::BufferUsages as Usage;
        let gpu = &self.context;
        let exact = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        let audit_bytes = 4 * AUDIT_WORDS as u64;
        let same = |band: &Band| {
            band.sums_bytes == sums_bytes && band.thresholds.size() >= 8 * edges.len() as u64
        };
        let (thresholds, sums, audit, read_back) = match self.band.take() {
            Some(band) if same(&band) => (band.thresholds, band.sums, band.audit, band.read_back),
            _ => (
                gpu.buffer(
                    "energies of interest",
                    8 * edges.len() as u64,
                    Usage::STORAGE | Usage::COPY_DST,
                )?,
                [
                    gpu.buffer("sums", sums_bytes, exact)?,
                    gpu.buffer("sums", sums_bytes, exact)?,
                ],
                [
                    gpu.buffer("audit", audit_bytes, exact)?,
                    gpu.buffer("audit", audit_bytes, exact)?,
                ],
                gpu.buffer(
                    "sums to be read back",
                    2 * (sums_bytes + audit_bytes) + 16 * u64::from(TIMED_PASSES),
                    Usage::MAP_READ | Usage::COPY_DST,
                )?,
            ),
        };
        gpu.queue.write_buffer(&thresholds, 0, cast_slice(&edges));
        let mut encoder = gpu
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                label: Some("band"),
            });
        for buffer in sums.iter().chain(&audit) {
            encoder.clear_buffer(buffer, 0, None);
        }
        gpu.queue.submit([encoder.finish()]);
        self.band = Some(Band {
            max_points: (gpu.max_binding_bytes / bytes_per_point(context)) as usize,
            setup,
            configuration,
            pipeline,
            thresholds,
            sums,
            audit,
            sums_bytes,
            read_back,
            expected: 0,
        });
        self.context.check()
    }

    fn add_block(&mut self, block: &Block, parts: &[Part]) -> Result<Vec<SlabSums>> {
        while self.in_flight.len() >= IN_FLIGHT {
            let oldest = self.in_flight.pop_front();
            self.context.wait(oldest)?;
        }
        let start = Instant::now();
        self.upload(block)?;
        self.timings.upload += start.elapsed().as_secs_f64();
        let mut finished = Vec::new();
        for part in parts {
            self.dispatch(block, part.cells.clone())?;
            if part.ends_slab {
                finished.push(self.finish_slab()?);
            }
        }
        Ok(finished)
    }

    fn quantum(&self) -> f64 {
        let band = self.band.as_ref();
        band.map_or(1.0, |band| (-f64::from(band.setup.bits)).exp2())
    }

    fn max_block_points(&self) -> usize {
        self.band
            .as_ref()
            .map_or(usize::MAX, |band| band.max_points)
    }
}

/// `from` in single precision, on all threads.
fn convert(into: &mut Vec<f32>, from: &[f64], single: impl Fn(f64) -> f32 + Sync) {
    into.resize(from.len(), 0.0);
    into.par_chunks_mut(CHUNK)
        .zip(from.par_chunks(CHUNK))
        .for_each(|(into, from)| {
            for (x, &y) in into.iter_mut().zip(from) {
                *x = single(y);
            }
        });
}

/// Writes `bytes` to a buffer, which grows where it is too small. Kernels submitted before still see the old contents.
fn write(context: &Context, buffer: &mut wgpu::Buffer, what: &str, bytes: &[u8]) -> Result<()> {
    if buffer.size() < bytes.len() as u64 {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        *buffer = context.buffer(what, bytes.len() as u64, usage)?;
    }
    context.queue.write_buffer(buffer, 0, bytes);
    Ok(())
}

pub(super) fn no_band() -> Error {
    Error::Internal("an engine was used before a band was begun".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::BandSource;
    use crate::gpu::plan::tests::bands;
    use crate::integrate::{Request, surface};

    /// Sums of kernels that did not visit every cell are refused.
    #[test]
    fn a_missing_cell_is_an_error() {
        let mut engine = match GpuEngine::new(None) {
            Ok(engine) => engine,
            Err(reason) => {
                assert!(
                    std::env::var("BZINT_REQUIRE_GPU").is_err(),
                    "BZINT_REQUIRE_GPU is set, but {reason}"
                );
                println!("SKIPPED: {reason}");
                return;
            }
        };
        let bands = bands();
        let request = Request::for_bands(bands.header());
        surface(&bands, &request, 0.3, &mut engine).unwrap();
        // The last slab is done and its sums are cleared: one cell is claimed, none was visited.
        engine.band.as_mut().unwrap().expected = 1;
        let error = engine.finish_slab().unwrap_err();
        assert!(error.to_string().contains("counted 0 cells"), "{error}");
        surface(&bands, &request, 0.3, &mut engine).unwrap();
    }
}
