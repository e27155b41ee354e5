//! Bands folded into a larger cell and sorted: most of their Fourier coefficients vanish by symmetry, but they have kinks on the zone's faces and
//! are no finite sums of cosines. They are interpolated with a rival, and their bars hold.

use crate::common::{at_energy, tight_binding, with_velocities};
use bzint::bands::{BandGrid, BandHeader, BandSource, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{At, Channel, Channels, Request, measure};
use bzint::sampler::{FourierBands, FourierSeries, Interpolator};
use std::f64::consts::PI;

const A: f64 = 4.0;

/// E = −2 Σcos of a simple cubic crystal in a cell of m₁×m₂×m₃ of its cells.
fn folded(m: [usize; 3], n: [usize; 3]) -> BandGrid {
    let rows = std::array::from_fn(|i| {
        std::array::from_fn(|j| if i == j { m[i] as f64 * A } else { 0.0 })
    });
    let lattice = Lattice::new(rows).unwrap();
    let grid = KGrid::gamma(n).unwrap();
    let count = m.iter().product();
    let mut header = BandHeader::new(lattice, grid, SpinTreatment::Unpolarized, count);
    header.point_group = PointGroup::identity().with_inversion();
    let mut energies = vec![0.0; count * grid.len()];
    for at in 0..grid.len() {
        let u = grid.point(grid.place(at));
        let mut levels: Vec<f64> = (0..count)
            .map(|c| {
                let piece = [c / (m[1] * m[2]), c / m[2] % m[1], c % m[2]];
                let cosine = |i: usize| (2.0 * PI * (u[i] + piece[i] as f64) / m[i] as f64).cos();
                (0..3).map(|i| -2.0 * cosine(i)).sum()
            })
            .collect();
        levels.sort_by(f64::total_cmp);
        for (b, e) in levels.into_iter().enumerate() {
            energies[b * grid.len() + at] = e;
        }
    }
    BandGrid::new(header, energies).unwrap()
}

#[test]
fn folded_bands_are_no_finite_sums_and_their_bars_hold() {
    let dense = tight_binding([96; 3], A, 1.0, 3);
    let (mut inside, mut all) = (0, 0);
    for (m, n) in [
        ([2, 1, 1], [8, 12, 12]),
        ([2, 1, 1], [10, 12, 12]),
        ([3, 1, 1], [8, 10, 10]),
        ([1, 1, 3], [12, 12, 9]),
        ([2, 2, 2], [8; 3]),
    ] {
        let table = folded(m, n);
        let series = FourierSeries::with_rival(&table).unwrap();
        assert!(series.rival().is_some(), "{m:?}, {n:?}");
        let bands = FourierBands::with_rival(&table, KGrid::gamma([36; 3]).unwrap()).unwrap();
        let cells = m.iter().product::<usize>() as f64;
        for e in [-3.4, -2.6, -1.1, 0.3] {
            let exact = at_energy(&dense, &with_velocities(&dense, 0), e);
            let request = Request {
                channels: Channels::Speeds,
                ..Request::for_bands(bands.header())
            };
            let mut engine = CpuEngine::<f64>::default();
            let found = measure(&bands, &request, &At(e), &mut engine)
                .unwrap()
                .result;
            for c in [
                Channel::States,
                Channel::VelocityProduct(0, 0),
                Channel::VelocityProduct(2, 2),
            ] {
                let ((x, dx), (y, dy)) = (exact.total(c), found.total(c));
                let holds = (cells * x - y).abs() <= dy + cells * dx;
                all += 1;
                inside += usize::from(holds);
                if !holds {
                    println!("{m:?} {n:?} {e} {c:?}: {y} ± {dy}, {}", cells * x);
                }
            }
        }
    }
    println!("{inside} of {all}");
    assert!(20 * inside >= 18 * all, "{inside} of {all}");
    // The same crystal in its own cell is one.
    let own = FourierSeries::with_rival(&folded([1; 3], [8; 3])).unwrap();
    assert!(own.rival().is_none());
}
