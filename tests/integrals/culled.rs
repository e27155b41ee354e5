//! At one energy only boxes along the Fermi surface are evaluated: the same sums as over every cell, from a small share of the points.

use crate::common::{cubic, general_rotation};
use bzint::Result;
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{
    BandGroup, BandHeader, BandSource, BandStatistics, BoxBand, Derivatives, Field, Interpolator,
    KBox,
};
use bzint::crystal::{KGrid, Lattice};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::integrate::{BandSurface, Channels, Engine, Request};
use bzint::sampler::{FourierBands, FourierSeries};
use std::sync::atomic::{AtomicUsize, Ordering};

fn band(
    source: &dyn BandSource,
    request: &Request,
    e: f64,
    engine: &mut dyn Engine,
) -> BandSurface {
    surface(source, request, e, engine).unwrap().bands.remove(0)
}

/// The largest difference of a channel or its bar, in units of whichever is larger, or of an occupied share.
fn apart(a: &BandSurface, b: &BandSurface) -> f64 {
    let shares = [(a.occupied, b.occupied), (a.flat, b.flat), (a.tied, b.tied)];
    let mut most = shares
        .iter()
        .fold(0.0, |m: f64, (x, y)| m.max((x - y).abs()));
    for c in 0..a.values.len() {
        let [x, y] = [a, b].map(|s| [s.values[c], s.bars[c].total()]);
        let scale = x[0].abs().max(x[1]).max(1e-300);
        most = most.max((x[0] - y[0]).abs() / scale);
        most = most.max((x[1] - y[1]).abs() / scale);
    }
    most
}

/// Waves and splines (with the kinks of an extended zone), on even, odd, shifted and flat grids, with and without inverse masses.
#[test]
fn boxes_along_the_surface_hold_all_of_it() {
    let r = general_rotation();
    let skew = [[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]];
    let skew = skew.map(|a| r.map(|row| (0..3).map(|i| row[i] * a[i]).sum()));
    let cosines = Model::TightBinding {
        hopping: 0.7,
        dimension: 3,
    };
    for model in [cosines, Model::free_electrons(1.0)] {
        let lattice = Lattice::new(skew).unwrap();
        let coarse = KGrid::gamma([4, 5, 6]).unwrap();
        let coarse = ModelBands::new(model, lattice, coarse, false).unwrap();
        for (n, shift) in [
            ([32, 48, 40], [0.0; 3]),
            ([33, 26, 41], [0.5, 0.0, 0.25]),
            ([190, 175, 1], [0.0; 3]),
        ] {
            let dense = FourierBands::new(&coarse, KGrid::new(n, shift).unwrap()).unwrap();
            assert!(dense.on_grid().is_some());
            let s = dense.statistics()[0];
            let mut at_node = vec![0.0; n[1] * n[2]];
            dense
                .read_planes(Field::Energy, 0, 0, 5, &mut at_node)
                .unwrap();
            let width = s.energy_max - s.energy_min;
            let shares = [1e-4, 0.1, 0.35, 0.5, 0.8, 0.999].map(|x| s.energy_min + x * width);
            for channels in [Channels::Basic, Channels::Hall] {
                let culled = Request {
                    channels,
                    ..Request::for_bands(dense.header())
                };
                let whole = Request {
                    block_planes: Some(4),
                    ..culled
                };
                for e in shares.into_iter().chain([at_node[7 * n[2]]]) {
                    let mut engine = CpuEngine::<f64>::default();
                    let found = band(&dense, &culled, e, &mut engine);
                    let expected = band(&dense, &whole, e, &mut engine);
                    let off = apart(&expected, &found);
                    assert!(off < 1e-9, "{n:?}, {channels:?}, {e} eV: {off:e}");
                    let mut twin = CpuEngine::<f32>::default();
                    let found = band(&dense, &culled, e, &mut twin);
                    let off = apart(&band(&dense, &whole, e, &mut twin), &found);
                    assert!(off < 1e-5, "{n:?}, {channels:?}, {e} eV in f32: {off:e}");
                }
            }
        }
    }
}

/// How many points were asked for.
struct Counted {
    series: FourierSeries,
    points: AtomicUsize,
}

impl Interpolator for Counted {
    fn header(&self) -> &BandHeader {
        self.series.header()
    }

    fn groups(&self) -> Vec<BandGroup> {
        self.series.groups()
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        self.points.fetch_add(k_box.len(), Ordering::Relaxed);
        self.series.evaluate(group, k_box, derivatives)
    }
}

struct OnGrid {
    dense: FourierBands,
    counted: Counted,
}

impl BandSource for OnGrid {
    fn header(&self) -> &BandHeader {
        self.dense.header()
    }

    fn statistics(&self) -> &[BandStatistics] {
        self.dense.statistics()
    }

    fn read_planes(&self, _: Field, _: usize, _: usize, _: usize, _: &mut [f64]) -> Result<()> {
        panic!("planes are read");
    }

    fn on_grid(&self) -> Option<&dyn Interpolator> {
        Some(&self.counted)
    }
}

#[test]
fn a_small_share_of_the_points_is_evaluated_and_the_bits_do_not_depend_on_threads() {
    let coarse = KGrid::gamma([12; 3]).unwrap();
    let coarse = ModelBands::new(Model::free_electrons(1.0), cubic(4.0), coarse, false).unwrap();
    let dense = KGrid::gamma([256; 3]).unwrap();
    let bands = OnGrid {
        dense: FourierBands::new(&coarse, dense).unwrap(),
        counted: Counted {
            series: FourierSeries::new(&coarse).unwrap(),
            points: AtomicUsize::new(0),
        },
    };
    let request = Request::for_bands(bands.header());
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let mut engine = CpuEngine::<f64>::default();
        pool.build()
            .unwrap()
            .install(|| band(&bands, &request, 1.5, &mut engine))
    };
    let found = on(1);
    let share = bands.counted.points.load(Ordering::Relaxed) as f64 / dense.len() as f64;
    assert!(share > 0.0 && share < 0.3, "{share}");
    for threads in [2, 5] {
        assert_eq!(on(threads), found);
    }
}
