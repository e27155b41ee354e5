//! docs/physics §4, §18, §20: areas, frequencies, masses, and σ in any field from orbits, against analytic values.

use crate::models::{Band, conductivity, cosines, cubic, ellipsoid};
use bzint::surface::{
    Character, Direction, Families, extremes, orbits_in, planes, sheets, sums_of,
};
use bzint::units::HBAR2_OVER_ME;
use std::f64::consts::PI;

/// An ellipsoid's area, volume, and one closed electron pocket with the Euler characteristic of a ball.
#[test]
fn a_sphere_has_its_area_and_volume() {
    let a = 3.0;
    let band = Band::new(cubic(a), [48; 3], &*ellipsoid(a, [1.0; 3]));
    let energy: f64 = 1.5;
    let k = (2.0 * energy / HBAR2_OVER_ME).sqrt();
    let mesh = band.mesh(energy);
    let found = sheets(&mesh, &band.spline);
    assert_eq!(found.len(), 1);
    let s = &found[0];
    assert_eq!((s.character, s.euler), (Character::Electron, 2));
    let (area, volume) = (4.0 * PI * k * k, 4.0 / 3.0 * PI * k.powi(3));
    println!(
        "{:e} {:e}",
        s.area / area - 1.0,
        s.volume.unwrap() / volume - 1.0
    );
    assert!((s.area / area - 1.0).abs() < 1e-5);
    assert!((s.volume.unwrap() / volume - 1.0).abs() < 1e-5);
    assert!((s.mean_gradient / (HBAR2_OVER_ME * k) - 1.0).abs() < 1e-5);
    let sums = sums_of(&mesh, &band.spline);
    let zone = (2.0 * PI / a).powi(3);
    assert!(
        (sums.below / (volume / zone) - 1.0).abs() < 1e-5,
        "{}",
        sums.below
    );
    assert!((sums.states / (area / (HBAR2_OVER_ME * k)) - 1.0).abs() < 1e-5);
}

/// The simple cubic band at E = −1 is open along all three axes; at −5 a pocket of electrons, at 5 one of holes.
#[test]
fn sheets_know_where_they_lead() {
    let band = Band::new(cubic(4.0), [24; 3], &*cosines([1.0; 3]));
    let at = |e: f64| sheets(&band.mesh(e), &band.spline);
    let open = &at(-1.0)[0];
    assert_eq!(open.character, Character::Open);
    assert_eq!(open.open_directions.len(), 3);
    assert_eq!(open.euler, -4);
    assert_eq!(at(-5.0)[0].character, Character::Electron);
    assert_eq!(at(5.0)[0].character, Character::Hole);
    // Warped sheets and a warped cylinder.
    let sheet = Band::new(cubic(4.0), [24; 3], &*cosines([1.0, 0.1, 0.1]));
    let found = sheets(&sheet.mesh(-0.3), &sheet.spline);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|s| s.open_directions == [[0, 1, 0], [0, 0, 1]] && s.euler == 0)
    );
    let tube = Band::new(cubic(4.0), [24; 3], &*cosines([1.0, 1.0, 0.1]));
    assert_eq!(
        sheets(&tube.mesh(-1.5), &tube.spline)[0].open_directions,
        [[0, 0, 1]]
    );
}

/// §18, 2D tight binding: σ_xx and σ_xy at every β, T = 0; β = 0 to 5.
#[test]
fn closed_orbits_in_two_dimensions() {
    let band = Band::new(cubic(2.0), [64, 64, 1], &*cosines([1.0, 1.0, 0.0]));
    // β = 2eBa²tτ/ħ²: X = β/(2a²t) in Å⁻²/eV, lengths in Å.
    let table = [
        (0.1, 0.362144528243, -0.0175097990298),
        (0.5, 0.332410087069, -0.0846917699601),
        (1.0, 0.269819279257, -0.14368649012),
        (2.0, 0.156138716574, -0.170369365208),
        (5.0, 0.0396935797631, -0.109255597485),
    ];
    let scales: Vec<f64> = table.iter().map(|t| t.0 / 8.0).collect();
    let (sigma, _) = conductivity(&band, -1.0, [0, 0, 1], 4.0, &scales);
    // In §18's units v = ∂E/∂k with a = 1: here g = a·2 sin.
    let unit = 4.0;
    for ((beta, xx, xy), s) in table.iter().zip(&sigma) {
        let (x, y) = (s[0][0] / unit / xx - 1.0, s[0][1] / unit / xy - 1.0);
        println!("β {beta}: {x:.1e} {y:.1e}");
        assert!(x.abs() < 2e-5 && y.abs() < 2e-5, "β {beta}: {x:e} {y:e}");
        assert!((s[1][0] + s[0][1]).abs() < 1e-6 * unit);
    }
    // σ_xx B² constant in strong fields.
    let strong = [5e3, 5e4, 5e5];
    let (sigma, _) = conductivity(&band, -1.0, [0, 0, 1], 4.0, &strong);
    let constant: Vec<f64> = strong
        .iter()
        .zip(&sigma)
        .map(|(x, s)| s[0][0] * x * x)
        .collect();
    println!("{constant:?}");
    assert!((constant[0] / constant[2] - 1.0).abs() < 1e-6);
    assert!((constant[1] / constant[2] - 1.0).abs() < 1e-6);
}

/// §20: open orbits.
#[test]
fn open_orbits_in_two_dimensions() {
    let band = Band::new(cubic(2.0), [64, 64, 1], &*cosines([1.0, 0.3, 0.0]));
    let table = [
        (0.5, 0.525584764483, 0.029321610892, -0.007658232699),
        (2.0, 0.516863284209, 0.009424592931, -0.009979981168),
        (20.0, 0.512768875823, 0.000129941866, -0.001379103775),
    ];
    let scales: Vec<f64> = table.iter().map(|t| t.0 / 8.0).collect();
    let (sigma, _) = conductivity(&band, -1.0, [0, 0, 1], 4.0, &scales);
    for ((beta, xx, yy, xy), s) in table.iter().zip(&sigma) {
        let off = [s[0][0] / 4.0 / xx, s[1][1] / 4.0 / yy, s[0][1] / 4.0 / xy].map(|r| r - 1.0);
        println!("β {beta}: {off:?}");
        assert!(off.iter().all(|x| x.abs() < 2e-5), "β {beta}: {off:?}");
    }
}

/// §18 and §20 in three dimensions: the pocket at E = −5 and the open surface at −1, at no field and β = 1.
#[test]
fn three_dimensions_reach_their_tables() {
    let band = Band::new(cubic(2.0), [64; 3], &*cosines([1.0; 3]));
    for (e, d, t) in [
        (-5.0, 0.029011535777497, 0.032873818255334),
        (-4.0, 0.048382120026138, 0.090095363435796),
        (-1.0, 0.1431612175254, 0.31032055515458),
    ] {
        let (sigma, [states, surface]) = conductivity(&band, e, [0, 0, 1], 16.0, &[0.0, 0.125]);
        let s = &sigma[0];
        let off = [
            states / d,
            surface / d,
            s[0][0] / 4.0 / t,
            s[2][2] / 4.0 / t,
        ]
        .map(|r| r - 1.0);
        println!(
            "E {e}: states {:.1e} surface {:.1e} xx {:.1e} zz {:.1e}",
            off[0], off[1], off[2], off[3]
        );
        assert!(off.iter().all(|x| x.abs() < 2e-4), "E {e}: {off:?}");
        if e == -5.0 {
            let s = &sigma[1];
            let off = [
                s[0][0] / 4.0 / 0.018187709745,
                s[0][1] / 4.0 / -0.016309683736,
            ]
            .map(|r| r - 1.0);
            println!("β 1: {off:?}");
            assert!(off.iter().all(|x| x.abs() < 2e-5), "{off:?}");
        }
    }
}

/// §3: an ellipsoid at any field and direction: σ = ne²τ(M − eτ[B]_×)⁻¹; states and σ of planes along [001] and [123].
#[test]
fn an_ellipsoid_at_any_field() {
    let a = 15.0;
    let masses = [0.2, 0.5, 1.1];
    let band = Band::new(cubic(a), [64; 3], &*ellipsoid(a, masses));
    let energy: f64 = 0.1;
    let exact_states = {
        // 4π√(2E³…): DOS of d³k: 4π (2/ħ²)^{3/2} √(m₁m₂m₃) √E /2.
        let c = 2.0 / HBAR2_OVER_ME;
        2.0 * PI * c.powf(1.5) * (masses[0] * masses[1] * masses[2]).sqrt() * energy.sqrt()
    };
    let factor = band.lattice.volume() / (8.0 * PI.powi(3));
    for r in [[0, 0, 1], [1, 2, 3], [5, 7, -3]] {
        let scales = [0.0, 0.02, 0.1, 2.0];
        let (sigma, [states, surface]) = conductivity(&band, energy, r, 12.0, &scales);
        let off = [states, surface].map(|s| s / (exact_states * factor) - 1.0);
        println!("R {r:?} states {off:?}");
        assert!(off.iter().all(|x| x.abs() < 1e-4), "{off:?}");
        for (x, s) in scales.iter().zip(&sigma) {
            // (M − [b]_×)⁻¹ × 2E·states/3 with M in m_e and b = X·ħ²/m_e along R.
            let d = Direction::along(&band.lattice, r).unwrap();
            let b = d.unit.map(|c| c * x * HBAR2_OVER_ME);
            let m = nalgebra::Matrix3::new(
                masses[0], b[2], -b[1], -b[2], masses[1], b[0], b[1], -b[0], masses[2],
            );
            let exact = m.try_inverse().unwrap()
                * (HBAR2_OVER_ME * 2.0 * energy / 3.0 * exact_states * factor);
            let largest = exact.abs().max();
            let mut worst = 0.0f64;
            for i in 0..3 {
                for j in 0..3 {
                    worst = worst.max((s[i][j] - exact[(i, j)]).abs() / largest);
                }
            }
            println!("  X {x}: {worst:.1e}");
            assert!(worst < 1e-4, "R {r:?} X {x}: {s:?} {exact}");
        }
    }
}

/// §4: frequencies and masses of the simple cubic band to 1e-5: belly, neck and hole orbit, and no others.
#[test]
fn the_cubic_band_has_its_belly_neck_and_hole() {
    let band = Band::new(cubic(4.0), [64; 3], &*cosines([1.0; 3]));
    let unit = HBAR2_OVER_ME / (2.0 * 16.0);
    for (e, expected) in [
        (-4.0, vec![(4776.21876414, 1.37288050062, true)]),
        (
            -1.0,
            vec![
                (2200.93714884, 1.14875594676, true),
                (7969.23540134, 1.78330317997, false),
            ],
        ),
    ] {
        let mesh = band.mesh(e);
        let d = Direction::along(&band.lattice, [0, 0, 1]).unwrap();
        let families = Families::new(&mesh, &band.spline, d);
        let slices = planes(&families, 16.0);
        let orbits = orbits_in(&families, &slices, None);
        let mut found = extremes(&families, &slices, &orbits);
        found.sort_by(|a, b| a.frequency.total_cmp(&b.frequency));
        for x in &found {
            println!(
                "E {e}: F {:.4} m {:.6} {:.6} electron {} at {:.5} curvature {:.3}",
                x.frequency,
                x.mass / unit,
                x.mass_from_areas / unit,
                x.electron,
                x.k_field,
                x.curvature
            );
        }
        assert_eq!(found.len(), expected.len());
        for (x, (f, m, electron)) in found.iter().zip(expected) {
            assert!(
                (x.frequency / f - 1.0).abs() < 1e-5,
                "{}",
                x.frequency / f - 1.0
            );
            assert!((x.mass / unit / m - 1.0).abs() < 1e-5);
            assert!((x.mass_from_areas / unit / m - 1.0).abs() < 1e-4);
            assert_eq!(x.electron, electron);
        }
    }
}

/// §4 and SKEAF's spheroid: F and m_c of an ellipsoid in any direction, m_c = √(det M/(b·M·b)), F = m_c E_F/(ħe).
#[test]
fn an_ellipsoid_has_its_frequencies() {
    let a = 15.0;
    let masses: [f64; 3] = [0.2, 0.5, 1.1];
    let energy: f64 = 0.1;
    let band = Band::new(cubic(a), [64; 3], &*ellipsoid(a, masses));
    let mesh = band.mesh(energy);
    for r in [[0, 0, 1], [1, 0, 0], [1, 1, 0], [1, 2, 3], [13, -7, 29]] {
        let d = Direction::along(&band.lattice, r).unwrap();
        let bmb: f64 = (0..3).map(|i| masses[i] * d.unit[i].powi(2)).sum();
        let mass = (masses.iter().product::<f64>() / bmb).sqrt();
        let frequency = mass * bzint::units::ELECTRON_MASS * energy / bzint::units::HBAR;
        let families = Families::new(&mesh, &band.spline, d);
        let slices = planes(&families, 16.0);
        let found = extremes(&families, &slices, &orbits_in(&families, &slices, None));
        assert_eq!(found.len(), 1, "R {r:?}");
        let x = &found[0];
        let (f, m, n) = (
            x.frequency / frequency - 1.0,
            x.mass / mass - 1.0,
            x.mass_from_areas / mass - 1.0,
        );
        println!("R {r:?}: F {f:.1e} m {m:.1e} {n:.1e}");
        assert!(f.abs() < 1e-4 && m.abs() < 2e-4 && n.abs() < 2e-4);
    }
}

/// SKEAF's barrel: belly and neck of a warped cylinder have one frequency where J₀(c k_F tan θ) = 0; here c k_F = 2.0538: 49.50°, 69.57° (zeros 2.40483 and
/// 5.52008).
#[test]
fn a_barrel_has_its_yamaji_angles() {
    let (a, c) = (6.0, 6.0);
    let k = 2.0538 / c;
    let energy = HBAR2_OVER_ME * k * k / 2.0;
    let plane = ellipsoid(a, [1.0, 1.0, 1e9]);
    let warp = 2e-3 * energy;
    let band = Band::new(cubic(a), [72, 72, 24], &move |u| {
        plane([u[0], u[1], 0.5]) - 2.0 * warp * (2.0 * PI * u[2]).cos()
    });
    let mesh = band.mesh(energy);
    // Difference of the two frequencies times cos θ: 8·warp·J₀(c k_F tan θ) in units of E.
    let spread = |r: [i32; 3]| {
        let d = Direction::along(&band.lattice, r).unwrap();
        let families = Families::new(&mesh, &band.spline, d);
        let slices = planes(&families, 24.0);
        let found = extremes(&families, &slices, &orbits_in(&families, &slices, None));
        // The belly is where cos 2πu₃ = 1.
        let height = |x: &bzint::surface::Extreme| {
            let u = x.orbit.centre()[2] * c / (2.0 * PI);
            (u - u.round()).abs()
        };
        let belly = found.iter().filter(|x| height(x) < 0.25);
        let neck = found.iter().filter(|x| height(x) > 0.25);
        let mean = |all: Vec<f64>| all.iter().sum::<f64>() / all.len() as f64;
        let (belly, neck) = (
            mean(belly.map(|x| x.frequency).collect()),
            mean(neck.map(|x| x.frequency).collect()),
        );
        let angle = f64::from(r[0]).atan2(f64::from(r[2])).to_degrees();
        println!(
            "R {r:?} {angle:.3}°: {belly:.4} {neck:.4}, {} extremes",
            found.len()
        );
        (angle, belly - neck)
    };
    for (low, high, exact) in [
        ([15, 0, 13], [13, 0, 11], 49.50),
        ([8, 0, 3], [27, 0, 10], 69.58),
    ] {
        let (a, b) = (spread(low), spread(high));
        let zero = a.0 - a.1 * (b.0 - a.0) / (b.1 - a.1);
        println!("zero at {zero:.4}°, {exact}");
        assert!((zero - exact).abs() < 0.1, "{zero} {exact}");
    }
}
