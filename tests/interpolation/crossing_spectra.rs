//! Band crossings in sorted tables, over a range of energies: found, their effect on thermal averages and on σ/τ per energy
//! estimated, and covered by the bars.

use crate::common::{crossing_cosines, in_bins, simple_cubic, with_velocities};
use bzint::bands::BandSource;
use bzint::integrate::crossings::{CrossingEffect, in_spectrum, widen};
use bzint::integrate::{Channel, Channels, EnergyAxis, Request, Spectrum};
use bzint::transport::{DosSpectrum, TransportDistribution};

/// The two bands cross everywhere in this range, eV.
const RANGE: (f64, f64) = (-2.0, 2.0);
const T: f64 = 600.0;
const LEVELS: [f64; 5] = [-0.8, -0.4, 0.0, 0.4, 0.8];

fn request(bands: &dyn BandSource, order: usize, channels: Channels) -> Request<'static> {
    Request {
        channels,
        ..with_velocities(bands, order)
    }
}

/// The spectrum with bins of `bins`, velocities by differences of order 4.
fn spectrum(bands: &dyn BandSource, channels: Channels, bins: usize) -> Spectrum {
    let axis = EnergyAxis::new(RANGE.0, RANGE.1, bins).unwrap();
    in_bins(bands, &request(bands, 4, channels), &axis)
}

/// The same with what crossings change as its other reading, and their effect.
fn widened(bands: &dyn BandSource, plain: &Spectrum) -> (Spectrum, CrossingEffect) {
    let mut wide = plain.clone();
    let request = request(bands, 4, plain.channels);
    let effect = widen(bands, &request, &mut wide, |_| 1.0).unwrap().unwrap();
    (wide, effect)
}

/// σ_xx, σ_yy, S_xx and R_H, each with its bar, at a level.
fn coefficients(bands: &dyn BandSource, spectrum: &Spectrum, mu: f64) -> [(f64, f64); 4] {
    let d = TransportDistribution::new(bands.header(), spectrum, RANGE.0 + 1e-3).unwrap();
    let state = d.at_chemical_potential(T, mu).unwrap();
    let c = d.coefficients(&state, &|_| 1e-14).unwrap();
    let (sigma, seebeck) = (c.conductivity(), c.seebeck());
    let hall = c.hall_coefficient().unwrap();
    [
        (sigma.value[0][0], sigma.error[0][0]),
        (sigma.value[1][1], sigma.error[1][1]),
        (seebeck.value[0][0], seebeck.error[0][0]),
        (hall.value, hall.error),
    ]
}

/// Sorted tables as dense as are integrated as they are: no value changes, every bar holds the exact value (from the bands as
/// they are, on 96³ points), and the term alone is as large as what is off in σ_xx, which kinks set. S and R_H of this model nearly
/// vanish, and what the other reading has as an error of its own shows in them.
#[test]
fn bars_hold_what_kinks_do_to_thermal_averages() {
    let fine = crossing_cosines([96; 3], false);
    let exact = spectrum(&fine, Channels::Hall, 320);
    for n in [48, 64] {
        let bands = crossing_cosines([n; 3], true);
        let plain = spectrum(&bands, Channels::Hall, 320);
        let (wide, effect) = widened(&bands, &plain);
        println!("n {n}: {effect:?}");
        assert!(effect.share > 5.0 / n as f64 && effect.share < 15.0 / n as f64);
        assert!(effect.effect > 0.5 / n as f64 && effect.effect < 2.0 / n as f64);
        for mu in LEVELS {
            let of = |s: &Spectrum| coefficients(&bands, s, mu);
            let e = coefficients(&fine, &exact, mu);
            let (without, with) = (of(&plain), of(&wide));
            for i in 0..4 {
                assert_eq!(without[i].0, with[i].0);
                let off = (with[i].0 - e[i].0).abs();
                let slack = if i < 2 { 1.0 } else { 1.1 };
                println!(
                    "  mu {mu} {i}: {:.3e}, off {off:.1e}, bar {:.1e}, without {:.1e}",
                    e[i].0, with[i].1, without[i].1
                );
                assert!(
                    off <= slack * with[i].1,
                    "{n} {mu} {i}: {off:e} {:e}",
                    with[i].1
                );
                let term = with[i].1 - without[i].1;
                assert!(i > 0 || term > 0.8 * off, "{n} {mu}: {term:e}, off {off:e}");
            }
        }
    }
}

/// The other reading is the right one: with it σ, S and R_H are nearer to the exact ones by the factors below, altogether.
#[test]
fn following_the_bands_takes_the_kinks_out() {
    let fine = crossing_cosines([96; 3], false);
    let bands = crossing_cosines([48; 3], true);
    let exact = spectrum(&fine, Channels::Hall, 320);
    let mut plain = spectrum(&bands, Channels::Hall, 320);
    let found = in_spectrum(&bands, &request(&bands, 4, Channels::Hall), &plain);
    // Values as they are on this grid, not extrapolated.
    plain.replicas.clear();
    let mut followed = plain.clone();
    for (x, change) in followed
        .cumulative
        .iter_mut()
        .zip(found.unwrap().unwrap().change)
    {
        *x += change;
    }
    let mut off = [[0.0; 4]; 2];
    for mu in LEVELS {
        let e = coefficients(&fine, &exact, mu);
        for (sum, s) in off.iter_mut().zip([&plain, &followed]) {
            let got = coefficients(&bands, s, mu);
            for i in 0..4 {
                sum[i] += (got[i].0 - e[i].0).abs();
            }
        }
    }
    let ratio: [f64; 4] = std::array::from_fn(|i| off[1][i] / off[0][i]);
    println!("{off:?} {ratio:?}");
    // σ_yy has hardly a kink: both bands move alike along y.
    assert!(ratio[0] < 0.1 && ratio[1] < 1.1 && ratio[2] < 0.2 && ratio[3] < 0.2);
}

/// σ/τ of every bin.
#[test]
fn bars_hold_what_kinks_do_to_each_bin() {
    let fine = crossing_cosines([96; 3], false);
    let exact = DosSpectrum::new(fine.header(), &spectrum(&fine, Channels::Basic, 40));
    let mut missed = [0; 2];
    for n in [32, 64] {
        let bands = crossing_cosines([n; 3], true);
        let plain = spectrum(&bands, Channels::Basic, 40);
        let (wide, _) = widened(&bands, &plain);
        let [without, with] = [&plain, &wide].map(|s| DosSpectrum::new(bands.header(), s));
        assert_eq!(with.dos, without.dos);
        for (k, e) in exact.conductivity_over_tau.iter().enumerate() {
            for (missed, s) in missed.iter_mut().zip([&without, &with]) {
                let got = s.conductivity_over_tau[k];
                let off = (got.value[0][0] - e.value[0][0]).abs();
                *missed += usize::from(off > got.error[0][0]);
            }
            let (a, b) = (
                without.conductivity_over_tau[k],
                with.conductivity_over_tau[k],
            );
            assert_eq!(a.value, b.value);
            assert!(b.error[0][0] >= a.error[0][0]);
        }
    }
    println!("missed without and with: {missed:?} of 80");
    assert!(missed[0] > 1 && missed[1] == 0, "{missed:?}");
}

/// Without crossings nothing is found and nothing changes: bands as they are, whose gap changes its sign smoothly; one band;
/// velocities from the file.
#[test]
fn bands_without_crossings_keep_their_bars() {
    let bands = crossing_cosines([24; 3], false);
    let plain = spectrum(&bands, Channels::Speeds, 80);
    let (wide, effect) = widened(&bands, &plain);
    assert_eq!((effect.share, effect.effect), (0.0, 0.0));
    assert_eq!(plain, wide);
    let one = simple_cubic(16, 4.0, 1.0);
    let plain = spectrum(&one, Channels::Basic, 80);
    let (wide, effect) = widened(&one, &plain);
    assert_eq!((effect.share, effect.effect), (0.0, 0.0));
    assert_eq!(plain, wide);
    let sorted = crossing_cosines([24; 3], true);
    let file = request(&sorted, 0, Channels::Speeds);
    let plain = in_bins(&sorted, &file, &plain.axis);
    assert!(in_spectrum(&sorted, &file, &plain).unwrap().is_none());
}

/// On grids with many planes, or many rows, only some are looked at: they stand for all.
#[test]
fn some_rows_stand_for_all() {
    let of = |n: [usize; 3]| {
        let bands = crossing_cosines(n, true);
        let (_, effect) = widened(&bands, &spectrum(&bands, Channels::Basic, 80));
        println!("{n:?}: {effect:?}");
        [effect.share, effect.effect]
    };
    for (all, some) in [([352, 24, 24], [384, 24, 24]), ([64, 64, 64], [66, 64, 64])] {
        for (a, b) in of(all).iter().zip(of(some)) {
            assert!((b / a - 1.0).abs() < 0.2, "{all:?} {some:?}: {a} {b}");
        }
    }
}

/// A cell's weights follow the bins whatever their width: fine and coarse bins hold the same change, and no thread changes a bit.
#[test]
fn bins_and_threads_change_nothing() {
    let bands = crossing_cosines([20; 3], true);
    let request = request(&bands, 4, Channels::Magneto);
    let found = |bins: usize| {
        let s = spectrum(&bands, Channels::Magneto, bins);
        let found = in_spectrum(&bands, &request, &s).unwrap().unwrap();
        (s, found)
    };
    let ((coarse, a), (fine, b)) = (found(7), found(7 * 30));
    let scale = |s: &Spectrum, c: Channel| s.total_cumulative(c).0.last().copied().unwrap().abs();
    for c in [
        Channel::VelocityProduct(0, 0),
        Channel::Hall(2, 2),
        Channel::Magneto(0, 0, 2, 2),
    ] {
        let at = |s: &Spectrum, k: usize| c.index(s.channels).unwrap() * (s.axis.bins() + 1) + k;
        for k in 0..=7 {
            let (x, y) = (a.change[at(&coarse, k)], b.change[at(&fine, 30 * k)]);
            assert!(
                (x - y).abs() < 1e-12 * scale(&fine, c),
                "{c:?} {k}: {x:e} {y:e}"
            );
        }
        assert!(a.change[at(&coarse, 7)] != 0.0);
    }
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    assert_eq!(one.install(|| found(7)).1, a);
}
