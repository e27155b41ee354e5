//! A plan's items are run in any order, in any parts, by any number of threads: the same bits, none left out and none twice.

use crate::common::{cubic, simple_cubic, tight_binding};
use bzint::bands::BandSource;
use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::KGrid;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{ItemSums, Runner, UniformPlan, WorkItem, spectrum, surface};
use bzint::integrate::{Channels, EnergyAxis, Engine, Request, Target, Weights};

/// Fisher and Yates, with a multiplicative generator.
fn shuffled(mut items: Vec<WorkItem>, seed: u64) -> Vec<WorkItem> {
    let mut state = seed;
    for i in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        items.swap(i, (state >> 33) as usize % (i + 1));
    }
    items
}

fn run(
    plan: &UniformPlan,
    source: &dyn BandSource,
    request: &Request,
    items: &[WorkItem],
    engine: &mut dyn Engine,
) -> ItemSums {
    let mut runner = Runner {
        plan,
        source,
        request,
        engine,
        done: 0,
    };
    runner.run(items).unwrap()
}

/// The sums of all items in a random order, in three parts that are merged in reverse.
fn in_parts(
    plan: &UniformPlan,
    source: &dyn BandSource,
    request: &Request,
    seed: u64,
    engine: &mut dyn Engine,
) -> ItemSums {
    let items = shuffled(plan.items(), seed);
    let mut sums = ItemSums::default();
    for part in items.chunks(items.len().div_ceil(3)).rev() {
        let part = run(plan, source, request, part, engine);
        sums.merge(part).unwrap();
    }
    sums
}

#[test]
fn items_in_any_order_and_in_parts_give_the_same_bits() {
    let axis = EnergyAxis::new(-2.5, 3.0, 70).unwrap();
    let free = Model::TightBinding {
        hopping: 0.7,
        dimension: 3,
    };
    let odd = KGrid::gamma([13, 6, 5]).unwrap();
    let bands: [Box<dyn BandSource>; 3] = [
        Box::new(simple_cubic(24, 4.0, 1.0)),
        Box::new(tight_binding([70, 4, 6], 2.0, 0.5, 3)),
        Box::new(ModelBands::new(free, cubic(3.0), odd, false).unwrap()),
    ];
    for (number, bands) in bands.iter().enumerate() {
        let header = bands.header();
        for (weights, block_planes) in [
            (Weights::Tetrahedra, None),
            (Weights::Tetrahedra, Some(2)),
            (Weights::Gaussian(0.2), None),
        ] {
            let request = Request {
                channels: Channels::Hall,
                by_band: true,
                weights,
                block_planes,
                ..Request::for_bands(header)
            };
            let mut engine = CpuEngine::<f64>::default();
            let whole = spectrum(&**bands, &request, &axis, &mut engine).unwrap();
            let at = surface(&**bands, &request, 0.31, &mut engine).unwrap();
            let all = |_: usize, _: usize| true;
            let target = Target::Bins(axis.clone());
            let bins = UniformPlan::new(&**bands, &request, target, engine.folds(), &all);
            let one = UniformPlan::new(&**bands, &request, Target::At(0.31), false, &all);
            for (seed, threads) in [(3, 1), (4, 2), (5, 4)] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                pool.build().unwrap().install(|| {
                    let mut engine = CpuEngine::<f64>::default();
                    let sums = in_parts(&bins, &**bands, &request, seed, &mut engine);
                    let found = sums.spectrum(&bins, header, &request).unwrap();
                    assert!(found == whole, "bands {number}, seed {seed}");
                    let sums = in_parts(&one, &**bands, &request, seed, &mut engine);
                    assert_eq!(sums.surfaces(&one, header).unwrap(), at.bands);
                });
            }
        }
    }
}

#[test]
fn items_that_are_missing_twice_or_foreign_are_refused() {
    let bands = simple_cubic(8, 4.0, 1.0);
    let request = Request::for_bands(bands.header());
    let mut engine = CpuEngine::<f64>::default();
    let plan = UniformPlan::new(&bands, &request, Target::At(0.3), false, &|_, _| true);
    let items = plan.items();
    assert_eq!(items.len(), 4);
    let some = run(&plan, &bands, &request, &items[1..], &mut engine);
    let missing = some.clone().surfaces(&plan, bands.header()).unwrap_err();
    assert!(
        missing.to_string().contains("1 of 4 work items"),
        "{missing}"
    );
    let mut twice = some.clone();
    let error = twice.merge(some).unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
    let foreign = WorkItem {
        band: 1,
        ..items[0]
    };
    let mut runner = Runner {
        plan: &plan,
        source: &bands,
        request: &request,
        engine: &mut engine,
        done: 0,
    };
    assert!(runner.run(&[foreign]).is_err());
    // They are data.
    let text = serde_json::to_string(&items).unwrap();
    assert_eq!(serde_json::from_str::<Vec<WorkItem>>(&text).unwrap(), items);
}
