//! The vertices of a surface lie on the interpolated bands themselves, not on the spline through its grid.

use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::sampler::{Derivatives, FourierSeries, InterpolatedBands, Interpolator, KBox};
use bzint::surface::{BandSurface, sample_interpolated, survey};
use bzint::units::{ELECTRON_MASS, EV_ANGSTROM_OVER_HBAR};
use std::f64::consts::PI;

/// Half of the nearest neighbours of a face-centred cubic crystal, in its primitive vectors.
const NEIGHBOURS: [[i32; 3]; 6] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, -1, 0],
    [0, 1, -1],
    [1, 0, -1],
];
const EDGE: f64 = 3.6;

/// −2 Σ cos 2πR·u, bent so that it is no finite sum.
fn energy(u: [f64; 3]) -> f64 {
    let cosine = |r: &[i32; 3]| {
        let phase: f64 = (0..3).map(|i| f64::from(r[i]) * u[i]).sum();
        (2.0 * PI * phase).cos()
    };
    let sum = -2.0 * NEIGHBOURS.iter().map(cosine).sum::<f64>();
    sum + 0.02 * sum * sum
}

/// Largest |E − ε|, and largest differences of ∇E (eV Å) and of inverse masses (1/m_e), from what the bands have at the vertices.
fn off(surface: &BandSurface, bands: &dyn Interpolator, level: f64) -> [f64; 3] {
    let mut worst = [0.0f64; 3];
    let group = &bands.groups()[0];
    for (vertex, mass) in surface.mesh.vertices.iter().zip(&surface.inverse_masses) {
        let k_box = KBox {
            origin: vertex.u,
            step: [0.1; 3],
            points: [1; 3],
        };
        let there = &bands
            .evaluate(group, &k_box, Derivatives::InverseMass)
            .unwrap()[0];
        worst[0] = worst[0].max((there.energies[0] - level).abs());
        let gradient = surface.mesh.gradient(vertex.slope);
        for i in 0..3 {
            let own = there.velocities[i] / EV_ANGSTROM_OVER_HBAR;
            worst[1] = worst[1].max((gradient[i] - own).abs());
        }
        for (c, m) in mass.iter().enumerate() {
            worst[2] = worst[2].max((there.inverse_masses[c] * ELECTRON_MASS - m).abs());
        }
    }
    worst
}

/// Vertices on edges of the grid that operations of a skew lattice do not map onto edges, with and without symmetry.
#[test]
fn vertices_lie_on_the_bands() {
    let half = 0.5 * EDGE;
    let rows = [[0.0, half, half], [half, 0.0, half], [half, half, 0.0]];
    let lattice = Lattice::new(rows).unwrap();
    let grid = KGrid::gamma([12; 3]).unwrap();
    let level = -2.0;
    let mut sizes = Vec::new();
    for group in [
        PointGroup::of_lattice(&lattice, 1e-8),
        PointGroup::identity(),
    ] {
        let mut header = BandHeader::new(lattice.clone(), grid, SpinTreatment::Unpolarized, 1);
        header.point_group = group;
        let energies = (0..grid.len())
            .map(|i| energy(grid.point(grid.place(i))))
            .collect();
        let table = BandGrid::new(header, energies).unwrap();
        let series = FourierSeries::new(&table).unwrap();
        let bands = InterpolatedBands::new(Box::new(series)).unwrap();
        let fine = KGrid::gamma([16; 3]).unwrap();
        let sampled =
            sample_interpolated(&bands, bands.interpolator(), fine, (level, level)).unwrap();
        let mut surface = survey(bands.header(), &sampled, level, true).unwrap();
        let surface = &mut surface[0];
        let before = off(surface, bands.interpolator(), level);
        surface.move_onto(bands.interpolator()).unwrap();
        let after = off(surface, bands.interpolator(), level);
        assert!(before.iter().all(|x| *x > 1e-4), "{before:?}");
        assert!(after.iter().all(|x| *x < 1e-8), "{after:?}");
        sizes.push(surface.mesh.vertices.len());
    }
    assert_eq!(sizes[0], sizes[1]);
}
