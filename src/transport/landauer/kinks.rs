//! Where |v·n̂| has its kinks: on the points of a grid, or between them.
//!
//! A tetrahedron's corners do not tell where between them v·n̂ changes its sign; a plane of such places at a share δ of a step makes an error of
//! δ(1 − δ)h², and twice the step has another δ. Such an error goes as no power of h, and nothing may be extrapolated away. On symmetry planes
//! through the points (Γ-centred grids, states around Γ) δ is 0.

use super::direction::TransportDirection;
use crate::bands::{BandSource, Field};
use crate::error::Result;
use crate::memory;

/// Share of the largest speed below which a component is zero.
const ZERO: f64 = 1e-9;

/// Along which of some directions v·n̂ changes its sign only on points of a grid, among the states between two energies, eV. Nowhere where
/// the bands have no velocities of their own.
///
/// # Errors
/// Where the bands cannot be read.
pub fn kinks_on_points(
    source: &dyn BandSource,
    directions: &[TransportDirection],
    (low_ev, high_ev): (f64, f64),
) -> Result<Vec<bool>> {
    let header = source.header();
    let mut smooth = vec![header.has_velocities; directions.len()];
    if !header.has_velocities {
        return Ok(smooth);
    }
    let n = header.k_grid.n;
    let points = header.k_grid.len();
    let mut energies = memory::zeros("the energies of a band", points)?;
    let mut velocities = memory::zeros("the velocities of a band", 3 * points)?;
    let inside = |e: f64| e >= low_ev && e <= high_ev;
    for (at, of_band) in source.statistics().iter().enumerate() {
        if of_band.energy_max < low_ev || of_band.energy_min > high_ev {
            continue;
        }
        let (spin, band) = (at / header.n_band, at % header.n_band);
        source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
        source.read_planes(Field::Velocity, spin, band, 0, &mut velocities)?;
        let fastest = velocities.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        for (direction, smooth) in directions.iter().zip(&mut smooth) {
            let along = |p: usize| -> f64 {
                let v = &velocities[3 * p..][..3];
                (0..3).map(|i| direction.unit[i] * v[i]).sum()
            };
            // Whether the sign changes on the way from a point to its next neighbour on some axis.
            let changes = |p: usize| {
                let j = header.k_grid.place(p);
                let own = along(p);
                (0..3).any(|i| {
                    let mut next = j;
                    next[i] = (j[i] + 1) % n[i];
                    let next = header.k_grid.index(next);
                    let other = along(next);
                    inside(energies[next])
                        && own * other < 0.0
                        && own.abs().min(other.abs()) > ZERO * fastest
                })
            };
            *smooth = *smooth && !(0..points).any(|p| inside(energies[p]) && changes(p));
        }
    }
    Ok(smooth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};

    #[test]
    fn kinks_lie_on_the_points_of_a_grid_through_their_plane() {
        let directions = [
            TransportDirection::axis(0),
            TransportDirection {
                label: "1,2,3".into(),
                unit: [1.0, 2.0, 3.0].map(|x: f64| x / 14f64.sqrt()),
            },
        ];
        let of = |shift: f64| {
            let lattice =
                Lattice::new([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]).unwrap();
            let grid = KGrid::new([8; 3], [shift; 3]).unwrap();
            let bands = ModelBands::new(Model::free_electrons(1.0), lattice, grid, true).unwrap();
            kinks_on_points(&bands, &directions, (0.0, 1.2)).unwrap()
        };
        // u₁ + 2u₂ + 3u₃ = 0 lies between points, too.
        assert_eq!(of(0.0), [true, false]);
        assert_eq!(of(0.5), [false, false]);
    }
}
