//! Modes as functions of energy: integrated, and counted line by line.

use super::super::open::Opened;
use super::super::states::Scene;
use super::Landauer;
use crate::bands::{BandSource, Field};
use crate::error::Result;
use crate::integrate::{Bins, EnergyAxis, Engine, Request, measure, spectrum};
use crate::progress;
use crate::sampler::{Derivatives, InterpolatedBands, KBox};
use crate::transport::{
    CountedModes, Extent, MOST_DIRECTIONS, ModeSpectrum, TransportDirection, counted_modes,
};

/// Points per axis of the grid on which crossings of interpolated bands are counted, at least.
const COUNTING_POINTS: usize = 64;

impl Landauer {
    /// M(E) and λ(E) along every direction.
    pub(super) fn spectra(
        &self,
        scene: &Scene,
        request: &Request,
        engine: &mut dyn Engine,
        axis: &EnergyAxis,
    ) -> Result<Vec<ModeSpectrum>> {
        let header = scene.source.header();
        let channels = self.states.channels(header);
        let constant = self.states.relaxation.tau.map(|tau| move |_: f64| tau);
        let own = |_: f64| 1.0;
        let tau: Option<&(dyn Fn(f64) -> f64 + Sync)> = match &constant {
            Some(constant) => Some(constant),
            None if channels.has_lifetimes() => Some(&own),
            None => None,
        };
        let mut all = Vec::new();
        for directions in scene.directions.chunks(MOST_DIRECTIONS) {
            let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
            let request = Request {
                channels,
                directions: &units,
                ..*request
            };
            let measured = measure(scene.source, &request, &Bins(axis), engine)?;
            let by_band = match self.by_band {
                true => {
                    let request = Request {
                        by_band: true,
                        ..request
                    };
                    spectrum(scene.source, &request, axis, engine)?.by_band
                }
                false => Vec::new(),
            };
            let mut result = measured.result;
            result.by_band = by_band;
            all.extend(
                directions
                    .iter()
                    .enumerate()
                    .map(|(i, d)| ModeSpectrum::new(header, &result, d, i, tau, scene.extent)),
            );
        }
        Ok(all)
    }
}

/// Modes by counting crossings: of a table on its own points, of interpolated bands on as many as a table would have to have.
///
/// # Errors
/// Where the bands cannot be read or evaluated.
pub(super) fn counted(
    source: &Opened,
    directions: &[TransportDirection],
    axis: &EnergyAxis,
    extent: Option<&Extent>,
) -> Result<Vec<Option<CountedModes>>> {
    let header = source.header();
    let statistics = source.statistics();
    let bands = (header, statistics);
    let one = |n: [usize; 3], energies: &(dyn Fn(usize, usize) -> Result<Vec<f64>> + Sync)| {
        let _phase = progress::phase("counting crossings", directions.len() as u64);
        let count = |d: &TransportDirection| counted_modes(bands, n, energies, d, axis, extent);
        directions.iter().map(count).collect::<Result<Vec<_>>>()
    };
    match source {
        Opened::Table(table) => {
            let n = header.k_grid.n;
            one(n, &|spin, band| {
                let mut out = vec![0.0; header.k_grid.len()];
                table.read_planes(Field::Energy, spin, band, 0, &mut out)?;
                Ok(out)
            })
        }
        Opened::Refined(interpolated, _) => {
            let n = header.k_grid.n.map(|n| {
                if n == 1 {
                    1
                } else {
                    n * COUNTING_POINTS.div_ceil(n)
                }
            });
            let all = dense_energies(interpolated, n, axis)?;
            one(
                n,
                &|spin, band| Ok(all[spin * header.n_band + band].clone()),
            )
        }
    }
}

/// Energies of the bands that reach the axis on a dense grid, `[spin·n_band + band]`; nothing of the others.
fn dense_energies(
    bands: &InterpolatedBands,
    n: [usize; 3],
    axis: &EnergyAxis,
) -> Result<Vec<Vec<f64>>> {
    let header = bands.header();
    let mut all = vec![Vec::new(); header.n_spin_band()];
    let k_box = KBox {
        origin: [0.0; 3],
        step: n.map(|n| 1.0 / n as f64),
        points: n,
    };
    for group in bands.interpolator().groups() {
        let first = group.spin * header.n_band;
        let reached = |band: usize| {
            let s = &bands.statistics()[first + band];
            s.energy_max >= axis.first() && s.energy_min <= axis.last()
        };
        if !group.bands.clone().any(reached) {
            continue;
        }
        let found = bands
            .interpolator()
            .evaluate(&group, &k_box, Derivatives::None)?;
        for (band, own) in group.bands.clone().zip(found) {
            all[first + band] = own.energies;
        }
    }
    Ok(all)
}
