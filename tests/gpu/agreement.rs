//! `bzint validate` on valleys, whose states at the bottom have far less of every channel than a band's bounds allow.

use crate::shared_gpu::gpu;
use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::crystal::KGrid;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::integrate::{Channel, Channels, Request, SurfaceIntegral};
use bzint::workflow::{Agreed, Agreement, FermiChoice, Held, LevelChoice, Method, Opening};

/// A Fermi level two k_B T above the valleys' bottoms, while their bands reach up to some 20 eV.
const LEVEL: f64 = 0.05;

/// Silicon's valleys with τ ∝ E^power above their bottoms.
fn valleys(power: f64) -> BandGrid {
    let (model, lattice) = Model::silicon();
    let grid = KGrid::gamma([16; 3]).unwrap();
    let bands = ModelBands::new(model, lattice, grid, false).unwrap();
    let table = BandGrid::load(&bands).unwrap();
    let header = table.header().clone();
    let energies: Vec<f64> = (0..header.n_band)
        .flat_map(|band| table.band(Field::Energy, 0, band).to_vec())
        .collect();
    let times = energies
        .iter()
        .map(|e| 1e-14 * (e / 0.025 + 0.01).powf(power));
    let times = times.collect();
    BandGrid::with_fields(header, energies, None, Some(times)).unwrap()
}

/// Lifetimes of phonons and of charged impurities: every channel agrees, to what single precision costs and not by a wide allowance.
#[test]
fn valleys_with_lifetimes_agree() {
    if gpu().is_none() {
        return;
    }
    for power in [-0.5, 1.5] {
        let asked = Agreement {
            level: LevelChoice {
                fermi_level: Some(FermiChoice::Given(LEVEL)),
                electrons: None,
            },
            bins: 40,
        };
        let held = Held::table("valleys", valleys(power));
        let found = asked
            .run(held, &Opening::default(), &Method::default())
            .unwrap();
        println!("{power} {:.1e}", found.largest());
        found.check().unwrap();
        assert!(
            found.largest() < 20.0 * Agreed::LIMIT,
            "{}",
            found.largest()
        );
    }
}

/// What each engine finds at one energy does not depend on how high the band reaches: |v|²τ² of slow states far below the band's bound is
/// no less exact than their number.
#[test]
fn small_channels_keep_their_digits_at_one_energy() {
    let bands = valleys(1.5);
    let request = Request {
        channels: Channels::LifetimesHall,
        ..Request::for_bands(bands.header())
    };
    let exact = surface(&bands, &request, LEVEL, &mut CpuEngine::<f64>::default()).unwrap();
    let twin = surface(&bands, &request, LEVEL, &mut CpuEngine::<f32>::default()).unwrap();
    let device = gpu().map(|mut gpu| surface(&bands, &request, LEVEL, &mut *gpu).unwrap());
    let of = |found: &SurfaceIntegral, channel| found.total(channel).0;
    for channel in [
        Channel::States,
        Channel::VelocityProduct(0, 0),
        Channel::LifetimeProduct(0, 0),
        Channel::SquaredPath,
    ] {
        let reference = of(&exact, channel);
        for found in [Some(&twin), device.as_ref()].into_iter().flatten() {
            let off = of(found, channel) / reference - 1.0;
            println!("{channel:?} {off:.1e}");
            assert!(off.abs() < 1e-5, "{channel:?}: {off}");
        }
    }
}
