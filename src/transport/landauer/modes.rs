//! A transport distribution with what its bins hold of |v·n̂| along some directions, and with the same variations for the bars.

use super::direction::TransportDirection;
use super::profile::Profile;
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::integrate::{Channel, Spectrum};
use crate::kernel::channels::{DIRECTIONS, pair};
use crate::transport::distribution::{TransportDistribution, VALUE, Variation};
use crate::transport::ensemble::Ensemble;
use crate::transport::reconstruction::Reconstruction;
use crate::transport::thermal_state::ThermalState;
use crate::transport::times::Times;
use crate::transport::{Extent, RelaxationTime};
use crate::units::BOLTZMANN_EV;

/// Directions that one integration knows at once.
pub const MOST_DIRECTIONS: usize = DIRECTIONS;

/// What the points of the energy bins hold along one direction, seen through one variation.
#[derive(Clone, Debug)]
struct Held {
    /// |v·n̂|, m/s per cell.
    modes: Vec<f64>,
    /// (v·n̂)² (times τ where the grid has relaxation times), m²/s² per cell.
    moving: Vec<f64>,
    /// The ratio of both in whole bins: what a single point's polynomials cannot distort.
    ratio: Vec<f64>,
}

/// Modes, and everything else of a spectrum, as functions of energy.
#[derive(Clone, Debug)]
pub struct ModeDistribution {
    distribution: TransportDistribution,
    directions: Vec<TransportDirection>,
    /// `[direction][variation]`.
    held: Vec<Vec<Held>>,
    /// The same of every second point, and the directions along which |v·n̂| is smooth between points.
    coarser: Option<(Box<ModeDistribution>, Vec<bool>)>,
}

impl ModeDistribution {
    /// From a spectrum that was integrated along `directions`; see [`TransportDistribution::new`].
    ///
    /// # Errors
    /// As there; [`Error::Internal`] for more directions than the spectrum can have.
    pub fn new(
        header: &BandHeader,
        spectrum: &Spectrum,
        split_ev: f64,
        directions: &[TransportDirection],
    ) -> Result<Self> {
        if directions.len() > spectrum.channels.directions() {
            return Err(Error::Internal(
                "a spectrum without modes along its directions".into(),
            ));
        }
        let distribution = TransportDistribution::new(header, spectrum, split_ev)?;
        let bins = |cumulative: Vec<f64>| -> Vec<f64> {
            cumulative.windows(2).map(|w| w[1] - w[0]).collect()
        };
        // By direction and contents: as integrated twice (modes are not symmetrised), then as the distribution has them.
        let contents: Vec<Vec<Vec<f64>>> = (0..directions.len())
            .map(|i| {
                let channel = Channel::AxisSpeed(i);
                let own = bins(spectrum.total_cumulative(channel).0);
                let mut all = vec![own.clone(), own.clone()];
                all.extend(spectrum.replicas.iter().map(|replica| -> Vec<f64> {
                    let change = bins(spectrum.total_change(replica, channel));
                    own.iter().zip(change).map(|(x, d)| x + d).collect()
                }));
                all
            })
            .collect();
        let plain: Vec<&[f64]> = contents.iter().map(|of| of[0].as_slice()).collect();
        let reconstructions = [5, 3].map(|order| {
            let admissible = |values: &[f64]| values.iter().all(|x| *x >= 0.0);
            Reconstruction::new(&distribution.axis, order, &plain, admissible)
        });
        let held = directions
            .iter()
            .zip(&contents)
            .map(|(direction, contents)| {
                let of = |v: &Variation| {
                    let velocity = &distribution.contents(*v).velocity;
                    let n = direction.unit;
                    let mut moving = vec![0.0; distribution.axis.bins()];
                    for x in 0..9 {
                        let factor = n[x / 3] * n[x % 3];
                        if factor != 0.0 {
                            for (sum, y) in moving.iter_mut().zip(&velocity[pair(x / 3, x % 3)]) {
                                *sum += factor * y;
                            }
                        }
                    }
                    let modes = &contents[v.contents];
                    let ratio =
                        |(m, c): (&f64, &f64)| if *m > 0.0 { (c / m).max(0.0) } else { 0.0 };
                    Held {
                        ratio: modes.iter().zip(&moving).map(ratio).collect(),
                        modes: reconstructions[v.order].at_points(modes),
                        moving: distribution.motion(*v).at_points(&moving),
                    }
                };
                distribution.variations().iter().map(of).collect()
            })
            .collect();
        Ok(Self {
            distribution,
            directions: directions.to_vec(),
            held,
            coarser: None,
        })
    }

    /// The same with the volume of a layer's or a chain's extent instead of the cell's.
    pub fn with_extent(mut self, extent: &Extent) -> Self {
        self.distribution = self.distribution.with_extent(extent);
        let wider = |(c, smooth): (Box<Self>, _)| (Box::new(c.with_extent(extent)), smooth);
        self.coarser = self.coarser.map(wider);
        self
    }

    /// The same with what every second point has (the same directions and energies): what both extrapolate to is compared, and bars of
    /// conductances become narrow where they agree. Along directions of which `smooth` says so (see [`super::kinks_on_points`]).
    pub fn with_coarser(mut self, coarser: Self, smooth: Vec<bool>) -> Self {
        self.coarser = Some((Box::new(coarser), smooth));
        self
    }

    /// What `of` a state's profile extrapolates to on every second point; none without these, where they hold no such state, or where |v·n̂|
    /// has kinks between points.
    pub(in crate::transport) fn coarser<const N: usize>(
        &self,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
        of: impl Fn(&Profile) -> [f64; N],
    ) -> Option<[f64; N]> {
        let (coarser, smooth) = self.coarser.as_ref()?;
        if !*smooth.get(direction)? {
            return None;
        }
        let state = coarser.distribution.like(state).ok()?;
        let (ensemble, profiles) = coarser.profiles(&state, relaxation, direction).ok()?;
        let each: Vec<[f64; N]> = profiles.iter().map(of).collect();
        Some(ensemble.extrapolated(&each))
    }

    /// Everything but the modes.
    pub fn distribution(&self) -> &TransportDistribution {
        &self.distribution
    }

    /// The directions, in order.
    pub fn directions(&self) -> &[TransportDirection] {
        &self.directions
    }

    /// What moves at a state along a direction, by its number, in every variation, and the ensemble that makes bars of it.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients`].
    pub(in crate::transport) fn profiles(
        &self,
        state: &ThermalState,
        relaxation: &RelaxationTime,
        direction: usize,
    ) -> Result<(Ensemble, Vec<Profile>)> {
        let distribution = &self.distribution;
        relaxation.with(distribution, state, true, |times| {
            let ensemble = Ensemble::new(distribution, state, times)?;
            let profiles = distribution
                .variations()
                .iter()
                .enumerate()
                .map(|(number, v)| self.profile(direction, number, *v, state, times))
                .collect::<Result<_>>()?;
            Ok((ensemble, profiles))
        })
    }

    fn profile(
        &self,
        direction: usize,
        number: usize,
        variation: Variation,
        state: &ThermalState,
        times: Times,
    ) -> Result<Profile> {
        let distribution = &self.distribution;
        let mu = state.mu_ev[number];
        let kt = BOLTZMANN_EV * state.temperature_k();
        let motion = distribution.motion(variation);
        let energies = motion.energies();
        let held = &self.held[direction][number];
        let reaches = distribution.reaches(mu, kt);
        let mut profile = Profile::new(mu, kt, distribution.volume_m3, distribution.split_ev);
        profile.even = variation.order != VALUE.order;
        // Holes lie below electrons.
        for side in [1, 0] {
            let Some(reach) = &reaches[side] else {
                continue;
            };
            let points = reach.points(energies);
            let powers = times.powers(number, side, &points, &energies[points.clone()])?;
            for (i, tau) in points.zip(powers) {
                let bin = motion.bin_of(i);
                let ends = (distribution.axis.edge(bin), distribution.axis.edge(bin + 1));
                let ratio = held.ratio[bin] * tau[0];
                profile.push(
                    i % POINTS,
                    ends,
                    energies[i],
                    held.modes[i],
                    held.moving[i] * tau[0],
                    ratio,
                );
            }
        }
        Ok(profile)
    }
}

/// Points of a bin.
const POINTS: usize = crate::quadrature::GAUSS_4.len();
