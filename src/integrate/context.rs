//! Everything about one band that an integrator needs besides its numbers, in the scaled units of the kernels.

use super::{Channels, Masses, Request, Velocities};
use crate::bands::{BandHeader, BandStatistics, Field};
use crate::crystal::Lattice;
use crate::kernel::channels::DIRECTIONS;
use crate::kernel::curvature::VELOCITY_DIFFERENCES;
use crate::kernel::{tetrahedron, velocity};
use crate::units::EV;
use std::sync::Arc;

/// One band, scaled such that every channel value is at most 1.
#[derive(Clone, Debug)]
pub struct BandContext {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Grid size.
    pub n: [usize; 3],
    /// Extremes of the band.
    pub statistics: BandStatistics,
    /// Order of the velocity stencil; 0 where velocities come from the file.
    pub order: usize,
    /// Upper bound of |v|, m/s: the unit of velocities in the kernels.
    pub velocity_unit: f64,
    /// Largest relaxation time, s: the unit of lifetimes in the kernels (1 where there are none).
    pub lifetime_unit: f64,
    /// Where inverse masses come from.
    pub masses: Masses,
    /// Upper bound of |M⁻¹|, 1/kg: the unit of inverse masses in the kernels (1 where there are none).
    pub mass_unit: f64,
    /// `[cart][axis]`: velocity in units of `velocity_unit` per eV of stencil difference on the full grid.
    pub gradient: [[f64; 3]; 3],
    /// `[cart][axis]`: inverse mass in units of `mass_unit` per `velocity_unit` of stencil difference on the full grid.
    pub mass_gradient: [[f64; 3]; 3],
    /// Corners of the six tetrahedra.
    pub corners: [[usize; 4]; 6],
    /// Which channels.
    pub channels: Channels,
    /// Directions of the channels |v·n̂|; see [`Request::direction_vectors`].
    pub directions: [[f64; 3]; DIRECTIONS],
    /// Width and order of the smearing, if any.
    pub smearing: Option<(f64, usize)>,
    /// How often each cell of the full grid and of the subgrid counts, `[n1][n2][n3]`; once where there is nothing here.
    pub images: Option<Arc<[Vec<u8>; 2]>>,
}

impl BandContext {
    /// The context of (spin, band).
    pub fn new(
        header: &BandHeader,
        statistics: &BandStatistics,
        request: &Request,
        spin: usize,
        band: usize,
    ) -> Self {
        let n = header.k_grid.n;
        let mut gradient = header.lattice.gradient_to_velocity();
        for row in &mut gradient {
            for i in 0..3 {
                row[i] *= n[i] as f64;
            }
        }
        let (order, bound) = match request.velocities {
            Velocities::FromFile => (0, statistics.max_speed),
            Velocities::FiniteDifference(order) => {
                let step = statistics.max_step;
                let largest = |row: &[f64; 3]| (0..3).map(|i| row[i].abs() * step[i]).sum::<f64>();
                let v2: f64 = gradient.iter().map(|row| largest(row).powi(2)).sum();
                (order, velocity::stencil_bound(order) * v2.sqrt())
            }
        };
        // A little above the bound, so that rounding in f32 cannot exceed 1; any positive unit serves a flat band.
        let unit = |bound: f64| if bound > 0.0 { 1.001 * bound } else { 1.0 };
        let velocity_unit = unit(bound);
        let masses = Masses::new(header, request);
        let mass_unit = unit(masses.bound(statistics, &gradient, order));
        // M⁻¹ = (1/ħ) ∂v/∂k = ∂_u v·Gᵀ/e with v = G·∂_u E in m/s from eV.
        let per_mass = velocity_unit / (EV * mass_unit);
        let mass_gradient = gradient.map(|row| row.map(|x| x * per_mass));
        for x in gradient.iter_mut().flatten() {
            *x /= velocity_unit;
        }
        Self {
            spin,
            band,
            n,
            statistics: *statistics,
            order,
            velocity_unit,
            lifetime_unit: unit(statistics.max_lifetime),
            masses,
            mass_unit,
            gradient,
            mass_gradient,
            corners: tetrahedron::corners(shortest_diagonal(&header.lattice, n)),
            channels: request.channels,
            directions: request.direction_vectors(),
            smearing: request.weights.smearing(),
            images: None,
        }
    }

    /// Order of the first differences: of energies, or of the velocities that the source brings.
    pub fn difference_order(&self) -> usize {
        match self.order {
            0 => VELOCITY_DIFFERENCES,
            order => order,
        }
    }

    /// Planes that the stencils of the stride-2 subgrid reach beyond a cell's corners: those for M⁻¹ no farther than those for v.
    pub fn halo(&self) -> usize {
        match self.masses {
            Masses::Velocities => VELOCITY_DIFFERENCES,
            _ => self.order,
        }
    }

    /// What must be read of every k-point.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Energy];
        fields.extend((self.order == 0).then_some(Field::Velocity));
        fields.extend((self.masses == Masses::Given).then_some(Field::InverseMass));
        fields.extend(self.channels.has_lifetimes().then_some(Field::Lifetime));
        fields
    }

    /// Whether a cell needs its own corners alone, and those of what is evaluated at any k-point.
    pub(super) fn is_local(&self) -> bool {
        let evaluated = self.order == 0 && self.halo() == 0;
        evaluated && self.smearing.is_none() && !self.channels.has_lifetimes()
    }

    /// SI unit of channel `c` in the kernels: see [`Channels::unit`].
    pub fn channel_unit(&self, c: usize) -> f64 {
        let (v, tau) = (self.velocity_unit, self.lifetime_unit);
        self.channels.unit(c, v, tau, self.mass_unit)
    }

    /// How far from a state its smeared weight reaches, eV; the coarse estimate's wider smearing included.
    pub fn reach_ev(&self) -> f64 {
        self.smearing.map_or(0.0, |(s, _)| {
            s * std::f64::consts::SQRT_2 * crate::kernel::smearing::CUTOFF
        })
    }
}

/// The corner (bits 4 2 1 = one step along axes 1 2 3) at which the shortest of the cell's four diagonals starts. Ties are
/// broken in the order −++ +−+ ++− +++ that Quantum ESPRESSO uses, so that results can be compared on the same tetrahedra.
pub(super) fn shortest_diagonal(lattice: &Lattice, n: [usize; 3]) -> usize {
    let b = lattice.reciprocal();
    let length2 = |start: usize| -> f64 {
        (0..3)
            .map(|a| {
                let component: f64 = (0..3)
                    .map(|i| {
                        let sign = if start & (4 >> i) == 0 { 1.0 } else { -1.0 };
                        sign * b[i][a] / n[i] as f64
                    })
                    .sum();
                component * component
            })
            .sum()
    };
    let mut best = 4;
    for start in [2, 1, 0] {
        if length2(start) < length2(best) * (1.0 - 1e-9) {
            best = start;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_diagonal_is_taken() {
        let cubic = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        assert_eq!(shortest_diagonal(&cubic, [8; 3]), 4);
        // Acute reciprocal vectors b1, b2: −b1+b2 is short; obtuse ones: b1+b2.
        let obtuse = Lattice::from_reciprocal([[1.0, 0.0, 0.0], [-0.5, 0.8, 0.0], [0.0, 0.0, 1.0]]);
        let start = shortest_diagonal(&obtuse.unwrap(), [8; 3]);
        assert!(start == 1 || start == 0, "{start}");
        let acute = Lattice::from_reciprocal([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [0.0, 0.0, 1.0]]);
        let start = shortest_diagonal(&acute.unwrap(), [8; 3]);
        assert!(start == 4 || start == 2, "{start}");
    }
}
