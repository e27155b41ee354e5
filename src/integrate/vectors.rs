//! The channel vectors of points that an interpolation gave.

use super::fold::Fold;
use super::{Channels, Request};
use crate::bands::BandHeader;
use crate::bands::{BoxBand, Derivatives};
use crate::crystal::PointGroup;
use crate::kernel::channels::{ChannelKind, DIRECTIONS, by_width};
use crate::kernel::curvature::{field_values, has_field_values};
use crate::kernel::layout::place;
use crate::kernel::velocity::channel_values;

/// The directions of the channels |v·n̂| on a folded mesh, which holds one of each set of images and was folded before anyone asked
/// for a direction: those that were asked for become the average over their images, whose averages over the zone are the same.
pub(super) struct Directions {
    /// As asked for.
    first: [[f64; 3]; DIRECTIONS],
    /// The images of each that was asked for.
    images: Vec<Vec<[f64; 3]>>,
    /// How channels fold.
    pub fold: Fold,
}

impl Directions {
    /// On cells that stand for themselves alone.
    pub fn unfolded(request: &Request, header: &BandHeader) -> Self {
        let identity = PointGroup::identity();
        let alone = Fold::new(&identity, &header.lattice, header.k_grid.n, |_| true);
        Self::new(request, &alone)
    }

    pub fn new(request: &Request, fold: &Fold) -> Self {
        let images: Vec<_> = request.directions.iter().map(|n| fold.images(*n)).collect();
        Self {
            first: request.direction_vectors(),
            fold: if images.is_empty() {
                fold.clone()
            } else {
                fold.of_images()
            },
            images,
        }
    }
}

/// The channel vectors `[point][channel]`, SI units.
pub(super) fn channel_vectors(
    channels: Channels,
    band: &BoxBand,
    directions: &Directions,
) -> Vec<f64> {
    by_width!(channels, N => vectors::<N>(band, directions))
}

fn vectors<const N: usize>(band: &BoxBand, directions: &Directions) -> Vec<f64> {
    let mut out = Vec::with_capacity(band.energies.len() * N);
    for (p, v) in band.velocities.chunks_exact(3).enumerate() {
        let v = [v[0], v[1], v[2]];
        let tau = band.lifetimes.get(p).copied().unwrap_or(0.0);
        let mut f = channel_values::<f64, N>(v, tau, &directions.first);
        let speeds = place(N, ChannelKind::AxisSpeed);
        for (i, images) in directions.images.iter().enumerate() {
            let along = |n: &[f64; 3]| (n[0] * v[0] + n[1] * v[1] + n[2] * v[2]).abs();
            f[speeds.first + i] = images.iter().map(along).sum::<f64>() / images.len() as f64;
        }
        if has_field_values(N) {
            let mass = std::array::from_fn(|c| band.inverse_masses[6 * p + c]);
            field_values(&mut f, v, mass, tau);
        }
        out.extend(f);
    }
    out
}

/// What the channels need at a point.
pub(super) fn derivatives(channels: Channels) -> Derivatives {
    if channels.has_inverse_masses() {
        Derivatives::InverseMass
    } else {
        Derivatives::Velocity
    }
}
