//! The two currents of collinear bands: each spin channel by itself, at the chemical potential that both have.

use super::TransportDistribution;
use crate::bands::{BandHeader, BandSource, Field, SpinTreatment};
use crate::crystal::PointGroup;
use crate::error::{Error, Result};
use crate::integrate::{Channel, Spectrum};
use crate::memory;

/// Energies that differ by more, eV, belong to different states: an operation that maps one on the other is not the channel's.
const SAME_EV: f64 = 1e-4;
/// Points of a band that are compared, at most.
const MOST_COMPARED: usize = 4096;

/// The operations that leave each spin channel as it is: in an altermagnet fewer than leave the two together.
///
/// # Errors
/// [`Error::BadOption`] for bands without two spin channels; those of reading.
pub fn channel_group(source: &dyn BandSource) -> Result<PointGroup> {
    let header = source.header();
    check_collinear(header)?;
    let mut group = header.point_group.clone();
    let grid = header.k_grid;
    let stride = grid.len().div_ceil(MOST_COMPARED);
    let mut energies = memory::zeros("a band's energies", grid.len())?;
    for band in 0..header.n_band {
        if group.order() == 1 {
            break;
        }
        source.read_planes(Field::Energy, 0, band, 0, &mut energies)?;
        let plane = grid.plane_len();
        group = group.filter(|r| {
            (0..grid.len()).step_by(stride).all(|x| {
                let u = grid.point([x / plane, x / grid.n[2] % grid.n[1], x % grid.n[2]]);
                let image = grid.locate(crate::crystal::apply(r, u), 1e-6);
                image.is_none_or(|j| (energies[grid.index(j)] - energies[x]).abs() < SAME_EV)
            })
        });
    }
    Ok(group)
}

/// Whether the bands have spins that are up or down.
///
/// # Errors
/// [`Error::BadOption`] where not.
pub fn check_collinear(header: &BandHeader) -> Result<()> {
    let problem = match header.spin {
        SpinTreatment::Collinear => return Ok(()),
        SpinTreatment::Unpolarized => "the bands are unpolarized: both spins conduct alike",
        SpinTreatment::Spinor => "the bands are spinors, whose states have no definite spin",
    };
    Err(Error::bad_option(
        "--spin-resolved",
        problem,
        "leave the option away, or give the bands of a collinear calculation",
    ))
}

/// The distributions of the up and of the down channel, which add up to that of both; none for a channel without any state on
/// the axis (a half-metal's, or a full one).
///
/// # Errors
/// As [`channel_group`] and [`TransportDistribution::new`].
pub fn spin_distributions(
    source: &dyn BandSource,
    spectrum: &Spectrum,
    split_ev: f64,
) -> Result<[Option<TransportDistribution>; 2]> {
    let mut header = source.header().clone();
    header.point_group = channel_group(source)?;
    let one = |spin| {
        let own = spectrum.of_spin(spin);
        if own.density(0, Channel::States).0.iter().all(|x| *x == 0.0) {
            return Ok(None);
        }
        TransportDistribution::new(&header, &own, split_ev).map(Some)
    };
    Ok([one(0)?, one(1)?])
}
