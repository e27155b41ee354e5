//! Another reading of the same table, as good as the one integrated: what it changes enters every bar in full, and no value.

use crate::common::{in_bins, simple_cubic, with_velocities};
use bzint::bands::BandSource;
use bzint::integrate::{Channel, EnergyAxis, Replica, Spectrum};
use bzint::transport::{Coefficients, Doping, TransportDistribution};
use bzint::uncertainty::Cause;

const T: f64 = 300.0;
const MU: f64 = -3.0;

fn spectrum() -> (impl BandSource, Spectrum) {
    let bands = simple_cubic(20, 4.0, 1.0);
    let axis = EnergyAxis::new(-6.2, 6.2, 2400).unwrap();
    let mut spectrum = in_bins(&bands, &with_velocities(&bands, 0), &axis);
    // As if the grid were exact: values are not extrapolated, and differences of bars are the other reading's alone.
    spectrum.replicas.clear();
    (bands, spectrum)
}

/// What another reading of the table changes.
fn reading(change: Vec<f64>) -> Replica {
    let cause = Cause::Interpolation;
    Replica { cause, change }
}

fn distribution(bands: &dyn BandSource, spectrum: &Spectrum) -> TransportDistribution {
    TransportDistribution::new(bands.header(), spectrum, -6.1).unwrap()
}

/// At a chemical potential, or at the doping whose level it is.
fn coefficients(d: &TransportDistribution, doping: Option<f64>) -> Coefficients {
    let state = match doping {
        None => d.at_chemical_potential(T, MU).unwrap(),
        Some(n) => d.at_doping(T, &Doping::fixed(n)).unwrap(),
    };
    d.coefficients(&state, &|_| 1e-14).unwrap()
}

/// (σ_xx, S_xx), each with its bar.
fn sigma_and_seebeck(c: &Coefficients) -> [(f64, f64); 2] {
    [c.conductivity(), c.seebeck()].map(|t| (t.value[0][0], t.error[0][0]))
}

/// v² larger by 2 %: σ's bar grows by 2 % of σ, that of S by nothing; no value changes.
#[test]
fn the_change_enters_the_bars_in_full_and_cancels_in_ratios() {
    let (bands, mut spectrum) = spectrum();
    let plain = sigma_and_seebeck(&coefficients(&distribution(&bands, &spectrum), None));
    let edges = spectrum.axis.bins() + 1;
    let mut change = vec![0.0; spectrum.cumulative.len()];
    for (i, j) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)] {
        let at = Channel::VelocityProduct(i, j)
            .index(spectrum.channels)
            .unwrap()
            * edges;
        for k in at..at + edges {
            change[k] = 0.02 * spectrum.cumulative[k];
        }
    }
    spectrum.replicas = vec![reading(change)];
    let widened = sigma_and_seebeck(&coefficients(&distribution(&bands, &spectrum), None));
    for (a, b) in plain.iter().zip(&widened) {
        assert_eq!(a.0, b.0, "another reading changes no value");
    }
    let grown = (widened[0].1 - plain[0].1) / plain[0].0;
    assert!((grown - 0.02).abs() < 1e-9, "{grown}");
    let grown = (widened[1].1 - plain[1].1).abs() / plain[1].1;
    assert!(grown < 1e-6, "{grown}");
}

/// All bands higher by 10 meV: at a given level every coefficient sees it; at a given doping the level moves along, and nothing
/// else does.
#[test]
fn a_doping_finds_its_own_level_in_the_other_reading() {
    const SHIFT: f64 = 0.01;
    let (bands, mut spectrum) = spectrum();
    let plain = distribution(&bands, &spectrum);
    let state = plain.at_chemical_potential(T, MU).unwrap();
    let doping = plain
        .coefficients(&state, &|_| 1e-14)
        .unwrap()
        .electron_density();
    let width = spectrum.axis.bin_width(0);
    let bins = (SHIFT / width).round() as usize;
    let shift = bins as f64 * width;
    let edges = spectrum.axis.bins() + 1;
    let change = spectrum
        .cumulative
        .chunks_exact(edges)
        .flat_map(|row| (0..edges).map(move |k| row[k.saturating_sub(bins)] - row[k]));
    spectrum.replicas = vec![reading(change.collect())];
    let shifted = distribution(&bands, &spectrum);

    let of = |d: &TransportDistribution, n| {
        let c = coefficients(d, n);
        let mu = c.chemical_potential_ev();
        (sigma_and_seebeck(&c), (mu.value, mu.error))
    };
    let (before, after) = (of(&plain, None), of(&shifted, None));
    // The shifted bands at μ are these at μ less the shift.
    let lower = plain.at_chemical_potential(T, MU - shift).unwrap();
    let lower = sigma_and_seebeck(&plain.coefficients(&lower, &|_| 1e-14).unwrap());
    for i in 0..2 {
        assert_eq!(before.0[i].0, after.0[i].0);
        let grown = after.0[i].1 - before.0[i].1;
        let moved = (lower[i].0 - before.0[i].0).abs();
        assert!(
            (grown / moved - 1.0).abs() < 1e-6,
            "{i}: {grown:e} {moved:e}"
        );
    }
    let n = Some(doping.value);
    let (before, after) = (of(&plain, n), of(&shifted, n));
    assert_eq!(before.1.0, after.1.0);
    let grown = after.1.1 - before.1.1;
    assert!((grown / shift - 1.0).abs() < 1e-6, "{grown} {shift}");
    for i in 0..2 {
        assert_eq!(before.0[i].0, after.0[i].0);
        let grown = (after.0[i].1 - before.0[i].1) / before.0[i].0.abs();
        assert!(grown.abs() < 1e-9, "{i}: {grown:e}");
    }
}

/// A reading that changes nothing leaves every bar as it is, bit for bit; each spin has its own part of the change.
#[test]
fn no_change_is_no_bar_and_spins_keep_their_own() {
    let (bands, mut spectrum) = spectrum();
    let plain = coefficients(&distribution(&bands, &spectrum), None);
    let without = spectrum.clone();
    spectrum.replicas = vec![reading(vec![0.0; spectrum.cumulative.len()])];
    assert_ne!(spectrum, without);
    let same = coefficients(&distribution(&bands, &spectrum), None);
    assert_eq!(plain.conductivity(), same.conductivity());
    assert_eq!(plain.seebeck(), same.seebeck());

    let axis = EnergyAxis::new(0.0, 1.0, 3).unwrap();
    let mut both = Spectrum::zeros(axis, 1.0, 2, spectrum.channels);
    let len = both.cumulative.len();
    both.replicas = vec![reading((0..len).map(|x| x as f64).collect())];
    let (up, down) = (both.of_spin(0), both.of_spin(1));
    let [first, second] = [up, down].map(|mut s| s.replicas.remove(0).change);
    assert_eq!((first.len(), second[0]), (len / 2, (len / 2) as f64));
    let sum = both.total_change(&both.replicas[0], Channel::States);
    assert_eq!(sum, [0, 1, 2, 3].map(|k| first[k] + second[k]));
}
