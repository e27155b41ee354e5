//! The vertices of a surface lie on the interpolated bands themselves, not on the spline through its grid.

use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::sampler::{FourierSeries, InterpolatedBands};
use bzint::surface::{BandSurface, sample_interpolated, survey};
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

/// −2 Σ cos 2πR·u with its first and second derivatives.
fn exact(u: [f64; 3]) -> (f64, [f64; 3], [[f64; 3]; 3]) {
    let (mut e, mut g, mut h) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
    for r in NEIGHBOURS {
        let r = r.map(|r| 2.0 * PI * f64::from(r));
        let phase: f64 = (0..3).map(|i| r[i] * u[i]).sum();
        e -= 2.0 * phase.cos();
        for i in 0..3 {
            g[i] += 2.0 * r[i] * phase.sin();
            for j in 0..3 {
                h[i][j] += 2.0 * r[i] * r[j] * phase.cos();
            }
        }
    }
    (e, g, h)
}

/// Largest |E − ε|, and largest differences of slopes and of inverse masses from what the band has at the vertices.
fn off(surface: &BandSurface, level: f64) -> [f64; 3] {
    let a = surface.mesh.lattice.rows();
    let unit = 1.0 / (4.0 * PI * PI * bzint::units::HBAR2_OVER_ME);
    let mut worst = [0.0f64; 3];
    for (vertex, mass) in surface.mesh.vertices.iter().zip(&surface.inverse_masses) {
        let (e, g, h) = exact(vertex.u);
        worst[0] = worst[0].max((e - level).abs());
        for i in 0..3 {
            worst[1] = worst[1].max((vertex.slope[i] - g[i]).abs());
        }
        for (c, (p, q)) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
            .into_iter()
            .enumerate()
        {
            let mut own = 0.0;
            for i in 0..3 {
                for j in 0..3 {
                    own += unit * a[i][p] * h[i][j] * a[j][q];
                }
            }
            worst[2] = worst[2].max((own - mass[c]).abs());
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
    for group in [
        PointGroup::of_lattice(&lattice, 1e-8),
        PointGroup::identity(),
    ] {
        let mut header = BandHeader::new(lattice.clone(), grid, SpinTreatment::Unpolarized, 1);
        header.point_group = group;
        let energies = (0..grid.len())
            .map(|i| exact(grid.point(grid.place(i))).0)
            .collect();
        let table = BandGrid::new(header, energies).unwrap();
        let series = FourierSeries::new(&table).unwrap();
        let bands = InterpolatedBands::new(Box::new(series)).unwrap();
        let fine = KGrid::gamma([16; 3]).unwrap();
        let sampled =
            sample_interpolated(&bands, bands.interpolator(), fine, (level, level)).unwrap();
        let mut surface = survey(bands.header(), &sampled, level, true).unwrap();
        let surface = &mut surface[0];
        let [before, ..] = off(surface, level);
        surface.move_onto(bands.interpolator()).unwrap();
        let after = off(surface, level);
        assert!(before > 1e-4, "{before:e}");
        assert!(after.iter().all(|x| *x < 1e-8), "{after:?}");
    }
}
