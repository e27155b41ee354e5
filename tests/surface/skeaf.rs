//! docs/physics §20: SKEAF's own shapes: frequencies to 0.01 %, masses to 0.02 %.

use crate::models::{Band, cosines, cubic, ellipsoid};
use bzint::surface::{Direction, Extreme, Families, extremes, orbits_in, planes};
use bzint::units::{ELEMENTARY_CHARGE, HBAR, HBAR2_OVER_ME};
use std::f64::consts::PI;

fn along(band: &Band, energy: f64, r: [i32; 3]) -> Vec<Extreme> {
    let mesh = band.mesh(energy);
    let d = Direction::along(&band.lattice, r).unwrap();
    let families = Families::new(&mesh, &band.spline, d);
    let slices = planes(&families, 16.0);
    extremes(&families, &slices, &orbits_in(&families, &slices, None))
}

/// k² (Å⁻²) of a circle with the frequency `f` (T).
fn k2(f: f64) -> f64 {
    2.0 * f * ELEMENTARY_CHARGE / HBAR * 1e-20
}

fn agree(what: &str, found: &[Extreme], f: f64, m: f64) {
    assert!(!found.is_empty(), "{what}: no orbit");
    for x in found {
        let off = (x.frequency / f - 1.0, x.mass / m - 1.0);
        println!(
            "{what}: F {:.4} T, m {:.6}: off {:.1e} {:.1e}",
            x.frequency, x.mass, off.0, off.1
        );
        assert!(off.0.abs() < 1e-4 && off.1.abs() < 2e-4, "{what}: {off:?}");
    }
}

#[test]
fn a_sphere_and_a_spheroid() {
    let (f, m) = (2345.6, 1.1111);
    let energy = HBAR2_OVER_ME * k2(f) / (2.0 * m);
    let band = Band::new(cubic(6.0), [64; 3], &*ellipsoid(6.0, [m; 3]));
    for r in [[0, 0, 1], [1, 1, 0], [2, 3, 5]] {
        agree("sphere", &along(&band, energy, r), f, m);
    }
    // F(0°) = πk_t², F(90°) = πk_tk_l: masses go as k².
    let (f0, f90, m0) = (3456.7, 5432.1, 2.2222);
    let ml = m0 * (f90 / f0) * (f90 / f0);
    let energy = HBAR2_OVER_ME * k2(f0) / (2.0 * m0);
    // A zone that the long axis does not fill: the paraboloid has kinks at its faces.
    let band = Band::new(cubic(4.0), [64; 3], &*ellipsoid(4.0, [m0, m0, ml]));
    agree("spheroid 0°", &along(&band, energy, [0, 0, 1]), f0, m0);
    agree(
        "spheroid 90°",
        &along(&band, energy, [1, 0, 0]),
        f90,
        (m0 * ml).sqrt(),
    );
}

/// A cylinder's orbits are all alike: one is told, F and m as 1/cos φ.
#[test]
fn a_cylinder() {
    let (f, m) = (4567.8, 3.3333);
    let energy = HBAR2_OVER_ME * k2(f) / (2.0 * m);
    let plane = ellipsoid(6.0, [m, m, 1e9]);
    let band = Band::new(cubic(6.0), [64, 64, 16], &move |u| plane([u[0], u[1], 0.5]));
    for r in [[0, 0, 1], [1, 0, 2], [1, 0, 1], [1, 1, 1]] {
        let length = f64::from(r.iter().map(|x| x * x).sum::<i32>()).sqrt();
        let cosine = f64::from(r[2]) / length;
        agree("cylinder", &along(&band, energy, r), f / cosine, m / cosine);
    }
}

/// The simple cubic band with 2t = 0.2 Ry, E_F = −0.05 Ry and |b| = 0.15 bohr⁻¹ (without 2π), field along z.
#[test]
fn a_cubic_band() {
    let a = 0.529177210544 / 0.15;
    let rydberg = 13.605693122990;
    let band = Band::new(cubic(a), [64; 3], &*cosines([0.1 * rydberg; 3]));
    let found = along(&band, -0.05 * rydberg, [0, 0, 1]);
    let (electrons, holes): (Vec<Extreme>, Vec<Extreme>) =
        found.into_iter().partition(|x| x.electron);
    agree("electrons", &electrons, 4411.37, 0.280725);
    agree("holes", &holes, 8059.91, 0.346477);
    assert!(
        electrons
            .iter()
            .all(|x| (x.k_field.abs() - PI / a).abs() < 1e-6)
    );
    assert!(holes.iter().all(|x| x.k_field.abs() < 1e-6));
}
