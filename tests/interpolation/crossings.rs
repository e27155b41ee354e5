//! Band crossings in sorted tables: found, their effect on the tensors estimated, and covered by the bars.

use crate::common::crossing_cosines;
use crate::common::{at_energy, shared, with_velocities};
use bzint::bands::BandGrid;
use bzint::integrate::{Channel, SurfaceIntegral, Velocities, crossings};

/// Two cosine bands that cross on a surface, sorted or as they are, with their velocities.
fn crossing_bands(n: usize, sort: bool) -> BandGrid {
    crossing_cosines([n; 3], sort)
}

const PRODUCTS: [Channel; 4] = [
    Channel::VelocityProduct(0, 0),
    Channel::VelocityProduct(1, 1),
    Channel::VelocityProduct(2, 2),
    Channel::Speed,
];

fn values(s: &SurfaceIntegral) -> [(f64, f64); 4] {
    PRODUCTS.map(|c| s.total(c))
}

/// The kinks of sorted bands change ⟨v_i v_j⟩; the estimate says by how much (the same tables with exact velocities tell), the
/// widened bar covers it, and both shrink with the grid. Where no crossing is near, nothing is found.
#[test]
fn the_error_of_a_kink_is_estimated_and_covered() {
    let energy = 0.4;
    let exact = values(&at_energy(
        &crossing_bands(96, false),
        &with_velocities(&crossing_bands(4, false), 0),
        energy,
    ));
    let mut effects = Vec::new();
    for n in [16, 24, 32, 48] {
        let bands = crossing_bands(n, true);
        let request = with_velocities(&bands, 4);
        let mut found = at_energy(&bands, &request, energy);
        let plain = values(&found);
        // On the same surface with the velocities of the bands themselves: what is left is the stencil's error alone.
        let smooth = values(&at_energy(&bands, &with_velocities(&bands, 0), energy));
        let c = crossings::on_surface(&bands, &request, &found)
            .unwrap()
            .unwrap();
        c.widen(&mut found);
        let widened = values(&found);
        for i in 0..4 {
            let (value, bar) = widened[i];
            let stencil = plain[i].0 - smooth[i].0;
            let estimate = bar - plain[i].1;
            println!(
                "n {n} channel {i}: off {:.2e}, stencil alone {:.2e}, estimated {:.2e}, bar {:.2e} (without {:.2e})",
                value / exact[i].0 - 1.0,
                stencil / exact[i].0,
                estimate / exact[i].0,
                bar / exact[i].0,
                plain[i].1 / exact[i].0
            );
            assert!(
                (value - exact[i].0).abs() <= bar,
                "{n} {i}: {value:e} ± {bar:e}, {:e}",
                exact[i].0
            );
            assert!(
                stencil.abs() < 2.0 * estimate + 1e-3 * exact[i].0,
                "{n} {i}: {stencil:e} {estimate:e}"
            );
            assert!(
                estimate < 4.0 * stencil.abs() + 1e-2 * exact[i].0,
                "{n} {i}: {stencil:e} {estimate:e}"
            );
        }
        println!("n {n}: share {:.4}, effect {:.4}", c.share, c.effect);
        assert!(
            c.share > 0.5 / n as f64 && c.share < 20.0 / n as f64,
            "{}",
            c.share
        );
        effects.push(c.effect);
    }
    assert!(
        effects[0] > 1e-3 && effects[3] < 0.7 * effects[0],
        "{effects:?}"
    );
    // Below the upper band there is nothing to cross, and near the lower band's bottom no crossing.
    for energy in [-5.5, 5.9] {
        let bands = crossing_bands(32, true);
        let request = with_velocities(&bands, 4);
        let found = at_energy(&bands, &request, energy);
        let c = crossings::on_surface(&bands, &request, &found)
            .unwrap()
            .unwrap();
        assert_eq!((c.share, c.effect), (0.0, 0.0), "{energy}");
    }
}

/// On a grid with many planes only some are looked at: they stand for all, as on one with a few planes less, where all are.
#[test]
fn some_planes_stand_for_all() {
    let of = |n1: usize| {
        let bands = crossing_cosines([n1, 24, 24], true);
        let request = with_velocities(&bands, 4);
        let found = at_energy(&bands, &request, 0.4);
        let c = crossings::on_surface(&bands, &request, &found)
            .unwrap()
            .unwrap();
        let pair = crossings::in_zone(&bands).unwrap()[0];
        println!("{n1}: {} {} {}", c.share, c.effect, pair.share);
        [c.share, c.effect, pair.share]
    };
    let (all, some) = (of(176), of(192));
    for (a, b) in all.iter().zip(some) {
        assert!((a / b - 1.0).abs() < 0.2, "{all:?} {some:?}");
    }
}

/// Velocities from the file have no kinks, bands as they are have none either, and no thread or block changes a bit.
#[test]
fn smooth_bands_and_velocities_of_the_file_have_nothing_to_find() {
    let bands = crossing_bands(24, false);
    let request = with_velocities(&bands, 4);
    let found = at_energy(&bands, &request, 0.4);
    let c = crossings::on_surface(&bands, &request, &found)
        .unwrap()
        .unwrap();
    // Not sorted, the gap changes its sign smoothly.
    assert_eq!((c.share, c.effect), (0.0, 0.0));
    let file = with_velocities(&bands, 0);
    assert_eq!(file.velocities, Velocities::FromFile);
    assert!(
        crossings::on_surface(&bands, &file, &found)
            .unwrap()
            .is_none()
    );
    assert!(crossings::in_zone(&bands).unwrap().is_empty());
    let sorted = crossings::in_zone(&crossing_bands(24, true)).unwrap();
    assert!(
        sorted.len() == 1 && sorted[0].band == 0 && sorted[0].share > 0.05,
        "{sorted:?}"
    );
}

/// Copper and aluminium, 16³: crossings are reported, and the bars that they widen hold the values of the 32³ grids, whose own
/// bars are smaller.
#[test]
fn real_metals_say_what_crossings_do() {
    let run = |path: &std::path::Path| {
        let bands = bzint::io::open(path, &bzint::io::OpenOptions::default()).unwrap();
        let energy = bands.header().fermi_level_ev.unwrap();
        let request = with_velocities(&*bands, 4);
        let start = std::time::Instant::now();
        let mut found = at_energy(&*bands, &request, energy);
        let integral = start.elapsed();
        let c = crossings::on_surface(&*bands, &request, &found)
            .unwrap()
            .unwrap();
        let took = start.elapsed() - integral;
        let plain = values(&found);
        c.widen(&mut found);
        let widened = values(&found);
        println!(
            "{}: share {:.4}, effect {:.4}, integral {integral:?}, crossings {took:?}, v_x v_x δ {:.4e} ± {:.1e} (without {:.1e})",
            path.display(),
            c.share,
            c.effect,
            widened[0].0,
            widened[0].1,
            plain[0].1
        );
        (c, widened)
    };
    for (coarse, fine) in [
        ("qe/al/al.nscf.xml.gz", "qe/al/al.nscf32.xml.gz"),
        ("qe/cu/cu.nscf.xml.gz", "qe/cu/cu.nscf32.xml.gz"),
    ] {
        let (Some(coarse), Some(fine)) = (shared(coarse), shared(fine)) else {
            return;
        };
        let ((c, coarse), (f, fine)) = (run(&coarse), run(&fine));
        // Aluminium's gaps are small beside the steps of both grids: only the share shrinks.
        assert!(c.share > 0.0 && f.share < c.share, "{c:?} {f:?}");
        assert!(c.effect < 0.1 && f.effect < 0.1, "{c:?} {f:?}");
        for i in 0..4 {
            let off = (coarse[i].0 - fine[i].0).abs();
            assert!(off <= coarse[i].1 + fine[i].1, "{i}: {coarse:?} {fine:?}");
        }
    }
}
