//! Phonon drag against docs/physics §9.

use bzint::crystal::KGrid;
use bzint::excitations::Phonons;
use bzint::phonons::model::PhononModel;
use bzint::phonons::{DragModel, drag_conductivity, herring, thermal_axis};
use bzint::units::{BOLTZMANN, PLANCK};

const A: f64 = 4.0;
const F: f64 = 10.0;

fn scalar(n: usize, shift: f64) -> Phonons {
    PhononModel::Scalar
        .phonons(A, F, KGrid::new([n; 3], [shift; 3]).unwrap())
        .unwrap()
}

/// 𝒢 = ⟨q_x v_x C/(k_B ω)⟩ of the scalar branch.
#[test]
fn the_lattice_has_its_wind() {
    for (n, shift) in [(24, 0.0), (24, 0.5), (25, 0.0)] {
        let phonons = scalar(n, shift);
        for (t, want, room) in [
            (0.1, 1.300229e-3, 0.6),
            (0.3, 0.03477636, 0.1),
            (1.0, 0.1503982, 0.1),
        ] {
            let kelvin = t * PLANCK * F * 1e12 / BOLTZMANN;
            let axis = thermal_axis(&phonons, kelvin, None).unwrap();
            let wind =
                drag_conductivity(&phonons, kelvin, &DragModel::Constant(1.0), &axis).unwrap();
            let unit = phonons.volume_m3() / BOLTZMANN;
            let (value, bar) = (wind.value[0][0] * unit, wind.error[0][0] * unit);
            println!("{n} {shift} {t}: {value} ± {bar}, {want}");
            assert!(
                (value - want).abs() <= bar,
                "{n} {shift} {t}: {value} ± {bar}, {want}"
            );
            assert!(bar < room * want, "{n} {shift} {t}: {bar} of {want}");
        }
    }
}

/// Where it is cold q v/ω → 1/3 of each mode's heat, and 𝒢 is C/3k_B: at k_BT/ħω₀ = 0.1 the lattice has 1.30e-3 against 1.348e-3, and
/// the difference goes with the square of the temperature.
#[test]
fn cold_wind_is_a_third_of_the_heat() {
    let heat = |t: f64| {
        let phonons = scalar(48, 0.5);
        let kelvin = t * PLANCK * F * 1e12 / BOLTZMANN;
        let axis = thermal_axis(&phonons, kelvin, None).unwrap();
        let heat = bzint::phonons::heat(&phonons, kelvin, None, &axis, false).unwrap();
        let unit = phonons.volume_m3() / (3.0 * BOLTZMANN);
        let wind = drag_conductivity(&phonons, kelvin, &DragModel::Constant(1.0), &axis).unwrap();
        let g = phonons.volume_m3() / BOLTZMANN;
        (
            (
                heat.heat_capacity.value * unit,
                heat.heat_capacity.error * unit,
            ),
            (wind.value[0][0] * g, wind.error[0][0] * g),
        )
    };
    let ((c, c_bar), (g, g_bar)) = heat(0.1);
    assert!(
        (c - 1.34785614e-3).abs() < c_bar && c_bar < 0.05 * c,
        "{c} ± {c_bar}"
    );
    assert!(
        (g - 1.300229e-3).abs() < g_bar && g_bar < 0.15 * g,
        "{g} ± {g_bar}"
    );
    let ((c, c_bar), (g, g_bar)) = heat(0.05);
    let off = (1.0 - 1.300229 / 1.34785614) / 4.0;
    assert!(
        (g / c - 1.0 + off).abs() < 0.01 + c_bar / c + g_bar / c,
        "{g} {c}"
    );
}

/// A share is a factor; rates make shares.
#[test]
fn shares_of_momentum_are_factors() {
    let phonons = scalar(12, 0.5);
    let axis = thermal_axis(&phonons, 300.0, None).unwrap();
    let of = |model: &DragModel| {
        drag_conductivity(&phonons, 300.0, model, &axis)
            .unwrap()
            .value[0][0]
    };
    let (whole, half) = (of(&DragModel::Constant(1.0)), of(&DragModel::Constant(0.5)));
    assert!((half / whole - 0.5).abs() < 1e-9);
    let modes = phonons.peculiar.modes;
    let rates = DragModel::Rates {
        electron_rate: 1e10,
        others: vec![3e10; modes],
    };
    assert!((of(&rates) / whole - 0.25).abs() < 1e-9);
    assert!(drag_conductivity(&phonons, 300.0, &DragModel::Constant(1.5), &axis).is_err());
}

/// −β v_s² τ/(μT): 0.4 × (8.4 km/s)² × 30 ps/(0.14 m²/Vs × 100 K).
#[test]
fn herring_has_its_formula() {
    let s = herring(0.4, 8400.0, 3e-11, 0.14, 100.0);
    assert!((s + 6.048e-5).abs() < 1e-12, "{s}");
}
