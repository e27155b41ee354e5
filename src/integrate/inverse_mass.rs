//! Where inverse masses come from, and the unit in which no channel of first or second order in the magnetic field exceeds 1.

use super::{Request, Velocities};
use crate::bands::{BandHeader, BandStatistics};
use crate::crystal::Tensor;
use crate::kernel::curvature::{second_bounds, velocity_difference_bound};
use crate::units::EV;

/// Where the inverse masses of a band come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Masses {
    /// No channel asks for them.
    None = 0,
    /// Second differences of the energies, of the velocities' order.
    Energies = 1,
    /// First differences, of order 4, of the velocities that the source brings.
    Velocities = 2,
    /// The source brings them.
    Given = 3,
}

impl Masses {
    /// What `request` needs of bands with this header.
    pub fn new(header: &BandHeader, request: &Request) -> Self {
        match request.velocities {
            _ if !request.channels.has_inverse_masses() => Self::None,
            Velocities::FiniteDifference(_) => Self::Energies,
            Velocities::FromFile if header.has_inverse_masses => Self::Given,
            Velocities::FromFile => Self::Velocities,
        }
    }

    /// An upper bound of |M⁻¹| in 1/kg, |·| being the root of the sum of squares and thus no less than the spectral norm.
    /// `gradient` is `[cart][axis]`, m/s per eV of difference on the full grid (with stencils of order `order`): M⁻¹ =
    /// gradient·D·gradientᵀ/e with second differences D in eV. The subgrid's differences span two steps and are divided by
    /// two for each derivative, so the bounds hold there too.
    pub fn bound(self, statistics: &BandStatistics, gradient: &Tensor, order: usize) -> f64 {
        let square = |x: f64| x * x;
        match self {
            Self::None => 0.0,
            Self::Given => statistics.max_inverse_mass,
            Self::Velocities => {
                // Column j of the derivative of v is at most this long; its image under column j of the gradient adds that.
                let longest = velocity_difference_bound() * statistics.max_speed;
                let column = |j: usize| (0..3).map(|a| square(gradient[a][j])).sum::<f64>().sqrt();
                longest * (column(0) + column(1) + column(2)) / EV
            }
            Self::Energies => {
                let [d11, d22, d33, d23, d13, d12] = second_bounds(order, statistics.max_step);
                let d = [[d11, d12, d13], [d12, d22, d23], [d13, d23, d33]];
                let component = |a: usize, b: usize| -> f64 {
                    (0..9)
                        .map(|x| (x / 3, x % 3))
                        .map(|(i, j)| gradient[a][i].abs() * d[i][j] * gradient[b][j].abs())
                        .sum()
                };
                let squares = (0..9).map(|x| square(component(x / 3, x % 3)));
                squares.sum::<f64>().sqrt() / EV
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::curvature::{
        inverse_mass, mixed_derivative, second_derivative, second_stencil,
    };

    /// The bound against the worst there can be: neighbours that differ by the whole step, in random directions.
    #[test]
    fn no_stencil_on_any_energies_exceeds_the_bound() {
        let mut state = 7u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f64 / (1u64 << 24) as f64
        };
        let gradient = [[2.0, 0.3, -0.4], [-0.1, 1.5, 0.2], [0.5, -0.6, 1.1]];
        let mut closest: f64 = 0.0;
        for order in [2, 4, 6] {
            let d = [1, 2, 3].map(|m| second_stencil(order, m));
            for _ in 0..2000 {
                // A sum of three zigzags: every pair of neighbours along an axis differs by its step at most.
                let step = [random(), random(), random()];
                let walks: Vec<[f64; 7]> = (0..3)
                    .map(|i| {
                        let mut e = 0.0;
                        std::array::from_fn(|_| {
                            e += if random() < 0.5 { -step[i] } else { step[i] };
                            e
                        })
                    })
                    .collect();
                let at =
                    |j: [i32; 3]| -> f64 { (0..3).map(|i| walks[i][(3 + j[i]) as usize]).sum() };
                let along = |i: usize, m: i32| {
                    let mut j = [0; 3];
                    j[i] = m;
                    at(j)
                };
                let diagonal = |i: usize| {
                    second_derivative::<f64>(
                        order,
                        &d,
                        [1, 2, 3].map(|m| along(i, m)),
                        at([0; 3]),
                        [1, 2, 3].map(|m| along(i, -m)),
                    )
                };
                let mixed = |i: usize, k: usize| {
                    let corners = [1, 2, 3].map(|m| {
                        [(m, m), (m, -m), (-m, -m), (-m, m)].map(|(a, b)| {
                            let mut j = [0; 3];
                            (j[i], j[k]) = (a, b);
                            at(j)
                        })
                    });
                    mixed_derivative::<f64>(order, &d, corners)
                };
                let second = [
                    diagonal(0),
                    diagonal(1),
                    diagonal(2),
                    mixed(1, 2),
                    mixed(0, 2),
                    mixed(0, 1),
                ];
                let m = inverse_mass(&gradient, &gradient, second);
                let norm = (0..6)
                    .map(|c| m[c] * m[c] * if c < 3 { 1.0 } else { 2.0 })
                    .sum::<f64>()
                    .sqrt()
                    / EV;
                let statistics = BandStatistics {
                    energy_min: 0.0,
                    energy_max: 1.0,
                    max_step: step,
                    max_speed: 0.0,
                    max_inverse_mass: 0.0,
                    max_lifetime: 0.0,
                };
                let bound = Masses::Energies.bound(&statistics, &gradient, order);
                assert!(norm <= bound * (1.0 + 1e-12), "{norm} {bound}");
                closest = closest.max(norm / bound);
            }
        }
        // And it is no wild overestimate.
        assert!(closest > 0.3, "{closest}");
    }
}
