//! The transport distribution: a spectrum made ready for thermal averages, and the variations of it that make error bars.

use super::contents::{Average, Contents, Part};
use super::directions::Directions;
use super::plane::Plane;
use super::reconstruction::Reconstruction;
use super::uniform::Grid;
use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::integrate::{Channel, Channels, EnergyAxis, Spectrum};
use crate::uncertainty::Cause;
use std::ops::Range;

/// States, v_i v_j and, where integrated, the Hall and magnetoconductivity products as functions of energy, per cell.
///
/// Every coefficient X is evaluated on the spectrum as integrated and on variations of it, and its bar is the sum of the
/// magnitudes of X's changes: with each part of the zone on the subgrid instead (what the k-grid leaves), without
/// symmetrisation, with polynomials of lower order inside the bins, with the bands continued beyond the axis, and by the other
/// readings of the same table that the spectrum has. What a variation changes in several channels alike cancels in ratios,
/// as it does in truth.
#[derive(Clone, Debug)]
pub struct TransportDistribution {
    pub(super) axis: EnergyAxis,
    pub(super) volume_m3: f64,
    pub(super) split_ev: f64,
    pub(super) channels: Channels,
    /// As integrated and symmetrised; as integrated; as each replica has them.
    contents: Vec<Contents>,
    /// What each replica is about.
    causes: Vec<Cause>,
    /// The grid, unless the mesh was refined.
    pub(super) grid: Option<Grid>,
    /// g_s.
    pub(super) spin_degeneracy: f64,
    /// |v| of each bin, m/s.
    pub(super) speeds: Vec<f64>,
    /// |v|²τ² of each bin, m², where the grid has relaxation times.
    pub(super) squared_path: Vec<f64>,
    /// Polynomials of high and of low order for what moves.
    motion: [Reconstruction; 2],
    /// Likewise for states.
    states: [Reconstruction; 2],
    /// Energies of the points that hold states, eV.
    pub(super) occupied: Vec<f64>,
    /// What each point holds of the states, per variation of the contents, and with low order.
    pub(super) held: Vec<Vec<f64>>,
    /// Sums of these from the first point to before each.
    held_below: Vec<Vec<f64>>,
}

/// Which contents and which way through the bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variation {
    /// Index into the contents.
    pub contents: usize,
    /// 0 for the high order, 1 for the low one.
    pub order: usize,
    /// Whether the last bins' densities go on beyond the axis.
    pub tails: bool,
    /// What it is about.
    pub cause: Cause,
}

/// The variation that gives the values, and changes nothing.
pub(super) const VALUE: Variation = Variation {
    contents: 0,
    order: 0,
    tails: false,
    cause: Cause::Grid,
};

/// The contents before symmetrisation.
const UNSYMMETRIZED: usize = 1;

impl TransportDistribution {
    /// From a spectrum; states above `split_ev` (a gap's middle, or a metal's Fermi level) count as electrons' and those below as
    /// holes'.
    ///
    /// # Errors
    /// [`Error::BadOption`] where `split_ev` lies outside the axis.
    pub fn new(header: &BandHeader, spectrum: &Spectrum, split_ev: f64) -> Result<Self> {
        let axis = spectrum.axis.clone();
        inside(&axis, "energy that parts electrons from holes", split_ev)?;
        let average = Average::new(header, spectrum.channels == Channels::Magneto);
        let raw = Contents::new(spectrum, Part::Integrated);
        let fine = raw.symmetrized(&average);
        let plane = Plane::of(header, &fine.conducted());
        let flat = |contents: Contents| match &plane {
            Some(plane) => plane.contents(&contents),
            None => contents,
        };
        let (raw, fine) = (flat(raw), flat(fine));
        let motion = {
            let all: Vec<&[f64]> = fine.velocity.iter().map(Vec::as_slice).collect();
            [5, 3].map(|order| Reconstruction::new(&axis, order, &all, positive))
        };
        let states =
            [5, 3].map(|order| Reconstruction::new(&axis, order, &[&fine.states], |v| v[0] >= 0.0));
        let points = states[0].energies();
        let mut contents = vec![fine, raw];
        for which in 0..spectrum.replicas.len() {
            let change = Contents::new(spectrum, Part::Replica(which)).symmetrized(&average);
            let change = flat(change);
            contents.push(contents[0].with(&change));
        }
        // Where cones would have states in a gap, no gap keeps windows away from them.
        let cones = contents[2..].iter().zip(&spectrum.replicas);
        let cones: Vec<&Contents> = cones
            .filter(|(_, replica)| replica.cause == Cause::Crossings)
            .map(|(contents, _)| contents)
            .collect();
        let holds_states = |bin: usize| {
            let own = contents[0].states[bin] > 0.0;
            own || cones.iter().any(|c| c.states[bin] > 0.0)
        };
        let occupied = points
            .iter()
            .enumerate()
            .filter(|(i, _)| holds_states(states[0].bin_of(*i)))
            .map(|(_, e)| *e)
            .collect();
        let held: Vec<Vec<f64>> = contents
            .iter()
            .map(|c| states[0].at_points(&c.states))
            .chain([states[1].at_points(&contents[0].states)])
            .collect();
        let summed = |held: &Vec<f64>| {
            let mut sum = 0.0;
            let sums = held.iter().map(|x| {
                sum += x;
                sum
            });
            [0.0].into_iter().chain(sums).collect()
        };
        let squared_path = match spectrum.channels.has_lifetimes() {
            true => held_by_bins(spectrum, Channel::SquaredPath),
            false => Vec::new(),
        };
        Ok(Self {
            grid: (!spectrum.refined).then(|| Grid::new(header)),
            spin_degeneracy: spectrum.spin_degeneracy,
            speeds: held_by_bins(spectrum, Channel::Speed),
            squared_path,
            volume_m3: header.lattice.volume_m3(),
            split_ev,
            channels: spectrum.channels,
            contents,
            causes: spectrum.replicas.iter().map(|r| r.cause).collect(),
            motion,
            states,
            occupied,
            held_below: held.iter().map(summed).collect(),
            held,
            axis,
        })
    }

    /// The directions in which the bands conduct at any energy of the axis.
    pub fn directions(&self) -> Directions {
        Directions::of(&self.conducted())
    }

    /// v_i v_j of all states on the axis together, in units that are of no matter.
    pub fn conducted(&self) -> Tensor {
        self.contents(VALUE).conducted()
    }

    /// Every variation, the one that gives the values first.
    pub(super) fn variations(&self) -> Vec<Variation> {
        let low_order = Variation {
            order: 1,
            cause: Cause::Bins,
            ..VALUE
        };
        let tails = Variation {
            tails: true,
            cause: Cause::Tails,
            ..VALUE
        };
        let unsymmetrized = Variation {
            contents: UNSYMMETRIZED,
            cause: Cause::Symmetry,
            ..VALUE
        };
        let replica = |(which, cause): (usize, &Cause)| Variation {
            contents: UNSYMMETRIZED + 1 + which,
            cause: *cause,
            ..VALUE
        };
        let replicas = self.causes.iter().enumerate().map(replica);
        let own = [VALUE, low_order, tails, unsymmetrized];
        own.into_iter().chain(replicas).collect()
    }

    pub(super) fn contents(&self, variation: Variation) -> &Contents {
        &self.contents[variation.contents]
    }

    pub(super) fn motion(&self, variation: Variation) -> &Reconstruction {
        &self.motion[variation.order]
    }

    pub(super) fn states(&self, variation: Variation) -> &Reconstruction {
        &self.states[variation.order]
    }

    /// What the points hold of the states.
    pub(super) fn held(&self, variation: Variation) -> &[f64] {
        &self.held[self.holder(variation)]
    }

    /// What some points hold together.
    pub(super) fn held_within(&self, variation: Variation, points: &Range<usize>) -> f64 {
        let below = &self.held_below[self.holder(variation)];
        below[points.end] - below[points.start]
    }

    fn holder(&self, variation: Variation) -> usize {
        match variation.order {
            0 => variation.contents,
            _ => self.contents.len(),
        }
    }

    /// States that bin `bin` holds.
    pub(super) fn states_in(&self, bin: usize) -> f64 {
        self.contents[0].states[bin]
    }

    /// Whether relaxation times of the grid are part of the spectrum, so that its coefficients are absolute.
    pub fn has_lifetimes(&self) -> bool {
        self.channels.has_lifetimes()
    }

    /// Whether Hall and Nernst coefficients can be had.
    pub fn has_hall(&self) -> bool {
        self.channels.has_inverse_masses()
    }

    /// Whether magnetoconductivity and magnetoresistance can be had.
    pub fn has_magneto(&self) -> bool {
        self.channels == Channels::Magneto
    }
}

/// What the bins hold of a channel, over all spins.
fn held_by_bins(spectrum: &Spectrum, channel: Channel) -> Vec<f64> {
    let cumulative = spectrum.total_cumulative(channel).0;
    cumulative.windows(2).map(|w| w[1] - w[0]).collect()
}

/// # Errors
/// [`Error::BadOption`] where an energy lies outside the axis.
pub(super) fn inside(axis: &EnergyAxis, what: &str, energy_ev: f64) -> Result<()> {
    if energy_ev >= axis.first() && energy_ev <= axis.last() {
        return Ok(());
    }
    Err(Error::bad_option(
        what,
        format!(
            "{energy_ev} eV lies outside the energy bins, which reach from {} to {} eV",
            axis.first(),
            axis.last()
        ),
        "widen the range of energies",
    ))
}

/// Whether a symmetric tensor, by pairs, has no negative principal value: no negative principal minor, but for rounding.
fn positive(t: &[f64]) -> bool {
    let (xx, yy, zz, yz, xz, xy) = (t[0], t[1], t[2], t[3], t[4], t[5]);
    let trace = xx + yy + zz;
    let (a, b, c) = (yy * zz - yz * yz, xx * zz - xz * xz, xx * yy - xy * xy);
    let determinant = xx * a - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
    xx.min(yy).min(zz) >= 0.0
        && a.min(b).min(c) >= -1e-12 * trace.powi(2)
        && determinant >= -1e-12 * trace.powi(3)
}
