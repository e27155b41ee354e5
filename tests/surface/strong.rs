//! Strong fields on pockets without inversion, and extremal orbits that do not depend on planes.

use crate::models::{Band, Function, conductivity, cosines, cubic};
use bzint::crystal::Lattice;
use bzint::surface::{Direction, Families, Tracer, extremes, orbits_in, planes};
use std::f64::consts::PI;

/// A band without inversion, or any other symmetry, with a pocket of electrons about its minimum.
fn uneven(along: [f64; 3]) -> Box<Function> {
    Box::new(move |u| {
        let x = |i: usize, by: f64| 2.0 * PI * along[i] * u[i] + by;
        -x(0, 0.0).cos() - 0.8 * x(1, 0.3).cos() - 0.7 * x(2, -0.2).cos()
            + 0.25 * (2.0 * x(0, 0.4)).sin()
            + 0.2 * (x(0, 0.0) + x(1, 0.7)).sin()
            + 0.15 * (x(1, 0.0) - x(2, 0.5)).sin()
    })
}

/// σ_xx B² and σ_yy B² are constant to 1e-6 up to ω_cτ ~ 1e5, and σ_xy B is −ne, on pockets without inversion of layers and crystals. The mean velocity of a
/// round that is not exactly zero would show here first.
#[test]
fn strong_fields_on_pockets_without_inversion() {
    let triclinic = Lattice::new([[3.0, 0.4, 0.1], [-0.7, 4.0, 0.3], [0.2, 0.9, 5.0]]).unwrap();
    for (lattice, n, along, energy, r) in [
        (cubic(2.0), [64, 64, 1], [1.0, 1.0, 0.0], -2.0, [0, 0, 1]),
        (triclinic.clone(), [40, 44, 48], [1.0; 3], -1.9, [0, 0, 1]),
        (triclinic, [40, 44, 48], [1.0; 3], -1.9, [1, -1, 2]),
    ] {
        let band = Band::new(lattice, n, &*uneven(along));
        let mesh = band.mesh(energy);
        let found = bzint::surface::sheets(&mesh, &band.spline);
        assert_eq!(found.len(), 1);
        let direction = Direction::along(&band.lattice, r).unwrap();
        let families = Families::new(&mesh, &band.spline, direction);
        let slices = planes(&families, 12.0);
        let orbits = orbits_in(&families, &slices, None);
        let longest = orbits.iter().flatten().fold(0.0f64, |m, o| m.max(o.dwell));
        // ω_cτ = 2πX/w of the slowest orbit.
        let scales = [2e3, 1e4, 1e5].map(|w| w * longest / (2.0 * PI));
        let (sigma, _) = conductivity(&band, energy, r, 12.0, &scales);
        let [e1, e2] = direction.across;
        let part = |s: &[[f64; 3]; 3], a: [f64; 3], b: [f64; 3]| -> f64 {
            (0..3)
                .map(|i| (0..3).map(|j| a[i] * s[i][j] * b[j]).sum::<f64>())
                .sum()
        };
        for (name, a) in [("11", e1), ("22", e2)] {
            let of = |i: usize| part(&sigma[i], a, a) * scales[i] * scales[i];
            let off = [of(0) / of(2) - 1.0, of(1) / of(2) - 1.0];
            println!("R {r:?} sigma_{name} B²: {off:?}");
            assert!(of(2) > 0.0 && off.iter().all(|x| x.abs() < 1e-6), "{off:?}");
        }
        // Electrons in the pocket, as a share of the zone, times 8π³/V_c.
        let held = bzint::surface::sums_of(&mesh, &band.spline).below;
        let hall = part(&sigma[2], e1, e2) * scales[2];
        println!("sigma_12 B/n: {}", hall / held);
        assert!((hall / -held - 1.0).abs() < 1e-4, "{hall} {held}");
    }
}

/// Frequencies and masses of all extremes of an open surface in directions without symmetry: the same for every set of planes, and ∂A/∂k = 0 there, as
/// the areas of orbits beside them say.
#[test]
fn extremes_do_not_depend_on_planes() {
    let lattice = Lattice::new([[3.0, 0.4, 0.1], [-0.7, 4.0, 0.3], [0.2, 0.9, 5.0]]).unwrap();
    let bands = [
        (Band::new(lattice, [36, 40, 44], &*uneven([1.0; 3])), -0.6),
        (
            Band::new(cubic(4.0), [40; 3], &*cosines([1.0, 1.0, 0.8])),
            -1.3,
        ),
    ];
    let mut all = 0;
    for (band, energy) in &bands {
        let mesh = band.mesh(*energy);
        for r in [[0, 0, 1], [1, 0, 2], [1, 1, 1], [2, -1, 3]] {
            let d = Direction::along(&band.lattice, r).unwrap();
            let families = Families::new(&mesh, &band.spline, d);
            let of = |density: f64| {
                let slices = planes(&families, density);
                let orbits = orbits_in(&families, &slices, None);
                let mut found = extremes(&families, &slices, &orbits);
                found.sort_by(|a, b| a.frequency.total_cmp(&b.frequency));
                found
            };
            let usual = of(16.0);
            for density in [7.0, 23.0, 61.0] {
                let other = of(density);
                let frequencies = |all: &[bzint::surface::Extreme]| {
                    all.iter().map(|x| x.frequency).collect::<Vec<_>>()
                };
                assert_eq!(
                    usual.len(),
                    other.len(),
                    "R {r:?} {density}: {:?} {:?}",
                    frequencies(&usual),
                    frequencies(&other)
                );
                for (x, y) in usual.iter().zip(&other) {
                    assert!((x.frequency / y.frequency - 1.0).abs() < 1e-7);
                    assert!((x.mass / y.mass - 1.0).abs() < 1e-5);
                }
            }
            let tracer = Tracer::new(&families, None);
            for x in &usual {
                let area = |by: f64| {
                    let chain = families.chain(x.family, x.height + by)?;
                    Some(tracer.orbit(&chain).area)
                };
                let family = &families.families[x.family];
                let by = 1e-2 * (x.height - family.from).min(family.to - x.height);
                if let (Some(a), Some(b), Some(c)) = (area(-by), area(0.0), area(by)) {
                    let second = (a - 2.0 * b + c).abs();
                    assert!(
                        (c - a).abs() < 0.05 * second + 1e-9 * b.abs(),
                        "{a} {b} {c}"
                    );
                    all += 1;
                }
            }
        }
    }
    println!("{all} extremes");
    assert!(all > 10);
}
