//! Every number of one state, one direction and one variation.

use super::mode::MeritMode;
use crate::bounds::{BoxOptimum, ThermoelectricWindow, best_window, largest_power_w};
use crate::transport::landauer::{Conducted, Profile};
use crate::units::{BOHR_RADIUS, BOLTZMANN, ELEMENTARY_CHARGE, HBAR};
use std::f64::consts::PI;

/// The part of a bulk material's heat, at either end of the energies, whose mean free paths are not taken for the longest.
pub const BULK_REST: f64 = 1e-3;

/// I₀ below which nothing conducts: 5e-12 S/m.
const NOTHING: f64 = 1e-18;
/// |I₁| over √(I₀I₂) below which it is rounding.
const ROUNDING: f64 = 1e-9;

/// How many numbers there are.
pub const COUNT: usize = 26;

/// (π²/3)(k_B/e)², V²/K².
pub fn sommerfeld() -> f64 {
    PI * PI / 3.0 * (BOLTZMANN / ELEMENTARY_CHARGE).powi(2)
}

/// The most power of one spin-resolved channel over the squared difference of temperatures, W/K² (docs/physics §17).
fn power_quantum() -> f64 {
    largest_power_w(2.0, 1.0)
}

/// What does not depend on the variation.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub temperature_k: f64,
    pub lattice_w_mk: f64,
    pub mode: MeritMode,
}

impl Setting {
    /// α = k_B²T/(ħa₀κ_l).
    pub fn alpha(&self) -> f64 {
        BOLTZMANN.powi(2) * self.temperature_k / (HBAR * BOHR_RADIUS * self.lattice_w_mk)
    }

    /// In the order of [`super::MERIT_QUANTITIES`].
    pub fn numbers(&self, profile: &Profile) -> [f64; COUNT] {
        let mut out = [f64::NAN; COUNT];
        let length = match self.mode {
            MeritMode::Bulk(Some(length)) | MeritMode::Device(length) => length,
            MeritMode::Bulk(None) => profile.longest_path(BULK_REST),
        };
        let what = match self.mode {
            MeritMode::Bulk(_) => Conducted::Diffusion,
            MeritMode::Device(length) => Conducted::Device(length),
        };
        // From ∫Mλ dx to ∫s dx; a device's s is (a₀/2π) L M T.
        let per_mode = BOHR_RADIUS / (2.0 * PI);
        let to_s = match self.mode {
            MeritMode::Bulk(_) => per_mode,
            MeritMode::Device(length) => per_mode * length,
        };
        let (alpha, inverse) = (self.alpha(), 1.0 / self.alpha());
        let moments = profile.moments(what).map(|i| i * to_s);
        let [i0, i1, i2] = moments;
        if i0 > 0.0 {
            let open = (i2 - i1 * i1 / i0) / i0;
            out[18] = i1 / i0;
            // Per volume: σ and κ_e; a device's per area are these over its length.
            let sigma = ELEMENTARY_CHARGE.powi(2) / (HBAR * BOHR_RADIUS) * i0;
            let kappa = sigma * (BOLTZMANN / ELEMENTARY_CHARGE).powi(2) * self.temperature_k * open;
            let per = match self.mode {
                MeritMode::Bulk(_) => 1.0,
                MeritMode::Device(length) => length,
            };
            out[19] = sigma / per;
            out[20] = -BOLTZMANN / ELEMENTARY_CHARGE * i1 / i0;
            out[21] = kappa / per;
            out[22] = out[20].powi(2) * out[19];
            out[23] = open * (BOLTZMANN / ELEMENTARY_CHARGE).powi(2) / sommerfeld();
        }
        out[24] = profile.minority_share();
        out[5] = length;
        // What is left of a Seebeck coefficient by rounding, or of a conductivity deep in a gap, makes no window.
        if i0 < NOTHING || i1.abs() < ROUNDING * (i0 * i2).sqrt() {
            return out;
        }
        let Some(window) = ThermoelectricWindow::new(moments, inverse) else {
            return out;
        };
        out[0] = window.figure_of_merit;
        out[1] = window.figure_of_merit_from_edges();
        (out[2], out[3]) = (window.lower, window.upper);
        // How many channels there are where they help, and what they let through there and elsewhere.
        let modes = profile.cumulative(Conducted::Modes);
        let channels = profile.between(&modes, window.lower, window.upper)[0];
        let inside = weight(window.lower, window.upper);
        if channels > 0.0 && inside > 0.0 {
            let mean = channels / inside;
            let alpha_a = alpha * per_mode * length * mean;
            out[4] = alpha_a;
            // S²G ΔT²/4 over as many channels' most, both per area.
            let conductance = i0 * ELEMENTARY_CHARGE.powi(2) / (HBAR * BOHR_RADIUS) / length;
            out[25] = out[20].powi(2) * conductance / (4.0 * mean * power_quantum());
            let (through_inside, through_outside) =
                transmissions(profile, self.mode, length, &window);
            out[6] = through_inside;
            out[7] = through_outside;
            out[8] = through_inside * (1.0 - through_outside);
            let constant = BoxOptimum::new(alpha_a).ok();
            if let Some(best) = constant {
                out[9] = best.figure_of_merit;
                let sign = i1.signum();
                let edges = (sign * best.lower, sign * best.upper);
                (out[10], out[11]) = (edges.0.min(edges.1), edges.0.max(edges.1));
                out[12] = window.figure_of_merit / best.figure_of_merit;
            }
            let scale = per_mode * length;
            let of = |a: f64, b: f64| profile.between(&modes, a, b).map(|m| m * scale);
            let mut starts = vec![(window.lower, window.upper)];
            if let Some(best) = constant {
                starts.extend([(best.lower, best.upper), (-best.upper, -best.lower)]);
            }
            // Beyond a gap the channels begin somewhere.
            let [above, below] = profile.nearest_modes();
            starts.extend(above.map(|x| (x.max(1.0), x.max(1.0) + 4.0)));
            starts.extend(below.map(|x| (x.min(-1.0) - 4.0, x.min(-1.0))));
            if let Some(best) = best_window(&of, inverse, &starts) {
                out[13] = best.figure_of_merit;
                (out[14], out[15]) = (best.lower, best.upper);
                out[16] = window.figure_of_merit / best.figure_of_merit;
            }
        }
        out[17] = moments_of_path(profile);
        out
    }
}

/// What a channel with this mean free path lets through.
pub fn through(mode: MeritMode, path: f64, length: f64) -> f64 {
    match mode {
        MeritMode::Bulk(_) => path / length,
        MeritMode::Device(_) => path / (path + length),
    }
}

/// ∫ w dx between two x.
fn weight(lower: f64, upper: f64) -> f64 {
    // 1/(eˣ + 1) without cancelling on either side.
    let tail = |x: f64| {
        if x > 0.0 {
            (-x).exp() / (1.0 + (-x).exp())
        } else {
            1.0 / (1.0 + x.exp())
        }
    };
    if lower >= 0.0 {
        tail(lower) - tail(upper)
    } else if upper <= 0.0 {
        tail(-upper) - tail(-lower)
    } else {
        1.0 - tail(upper) - tail(-lower)
    }
}

/// ∫ w T dx/∫ w dx inside the window and outside it; where there are no channels nothing is let through.
fn transmissions(
    profile: &Profile,
    mode: MeritMode,
    length: f64,
    window: &ThermoelectricWindow,
) -> (f64, f64) {
    let (mut inside, mut all) = (0.0, 0.0);
    for i in 0..profile.x.len() {
        if profile.modes[i] <= 0.0 {
            continue;
        }
        let (start, end) = profile.parts[i];
        let here = profile.window[i] * through(mode, profile.path[i], length);
        all += here * (end - start);
        let overlap = (end.min(window.upper) - start.max(window.lower)).max(0.0);
        inside += here * overlap;
    }
    let within = weight(window.lower, window.upper);
    let without = weight(f64::NEG_INFINITY, window.lower) + weight(window.upper, f64::INFINITY);
    (inside / within, (all - inside).max(0.0) / without)
}

/// Mean free path averaged over the channels under the Fermi window, m.
fn moments_of_path(profile: &Profile) -> f64 {
    profile.moments(Conducted::Diffusion)[0] / profile.moments(Conducted::Modes)[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(from: f64, to: f64, step: f64) -> Vec<f64> {
        let count = ((to - from) / step).round() as usize;
        (0..=count)
            .map(|i| from + (to - from) * i as f64 / count as f64)
            .collect()
    }

    /// κ_l such that (a₀/2π)·1 m·1 m⁻² of modes has αA.
    fn setting(alpha_a: f64, mode: MeritMode) -> Setting {
        let a = BOHR_RADIUS / (2.0 * PI);
        Setting {
            temperature_k: 300.0,
            lattice_w_mk: BOLTZMANN.powi(2) * 300.0 / (HBAR * BOHR_RADIUS) * a / alpha_a,
            mode,
        }
    }

    /// docs/physics §16: s = Aθ(x − 2), αA = 10.
    #[test]
    fn a_step_has_the_window_the_score_and_the_bound_of_the_page() {
        let profile = Profile::of(
            &fine(-40.0, 60.0, 1e-3),
            |_| 1.0,
            |x| if x > 2.0 { 1.0 } else { 0.0 },
        );
        let all = setting(10.0, MeritMode::Bulk(Some(1.0))).numbers(&profile);
        let close = |i: usize, want: f64, relative: f64| {
            assert!(
                (all[i] / want - 1.0).abs() < relative,
                "{i}: {} {want}",
                all[i]
            );
        };
        close(0, 4.93529936823, 1e-6);
        close(1, all[0], 1e-12);
        close(2, 2.1729011066, 1e-6);
        close(3, 5.19870534563, 1e-6);
        close(4, 10.0, 1e-6);
        close(6, 1.0, 1e-6);
        close(7, 0.02489339731, 1e-5);
        close(8, all[6] * (1.0 - all[7]), 1e-12);
        // The bound of constant channels is the box's, whichever way it is found.
        close(9, 6.03599828252, 1e-6);
        close(13, 6.03599828252, 1e-6);
        // Of constant channels the mirror image is as good.
        let mut best = [all[14].abs(), all[15].abs()];
        best.sort_by(f64::total_cmp);
        assert!((best[0] / 2.22774157763 - 1.0).abs() < 1e-5, "{best:?}");
        assert!((best[1] / 4.92387479963 - 1.0).abs() < 1e-5, "{best:?}");
        close(12, 4.93529936823 / 6.03599828252, 1e-6);
        // α itself: 10.24732537761 at 300 K and 1 W/mK.
        let one = Setting {
            temperature_k: 300.0,
            lattice_w_mk: 1.0,
            mode: MeritMode::Bulk(None),
        };
        assert!(
            (one.alpha() / 10.24732537761 - 1.0).abs() < 1e-11,
            "{}",
            one.alpha()
        );
    }

    /// docs/physics §15: two crossings on lines of a 5 Å crystal, 100 nm long: A = 6.73769350637 with Landauer's transmission.
    #[test]
    fn channels_of_a_device_have_their_height() {
        let profile = Profile::of(
            &fine(-20.0, 40.0, 1e-2),
            |x| if x > 0.0 { 2.0 / 25e-20 } else { 0.0 },
            |_| 1e-7,
        );
        let one = Setting {
            temperature_k: 300.0,
            lattice_w_mk: 1.0,
            mode: MeritMode::Device(1e-7),
        };
        let all = one.numbers(&profile);
        assert!(
            all[2] > 0.0 && (all[4] / one.alpha() / 6.73769350637 - 1.0).abs() < 1e-3,
            "{} {}",
            all[2],
            all[4] / one.alpha()
        );
        assert!((all[6] - 0.5).abs() < 1e-4, "{}", all[6]);
    }

    /// Holes are electrons mirrored.
    #[test]
    fn a_mirrored_step_has_the_mirrored_window() {
        let profile = Profile::of(
            &fine(-60.0, 40.0, 1e-3),
            |_| 1.0,
            |x| if x < -2.0 { 1.0 } else { 0.0 },
        );
        let all = setting(10.0, MeritMode::Bulk(Some(1.0))).numbers(&profile);
        assert!((all[2] + 5.19870534563).abs() < 1e-5 && (all[3] + 2.1729011066).abs() < 1e-5);
        assert!(
            all[20] > 0.0
                && (all[9] - 6.03599828252).abs() < 1e-5
                && all[10] < all[11]
                && all[11] < 0.0
        );
    }

    /// docs/physics §16: Ξ = (x + 1)₊ with αA' = 1.
    #[test]
    fn channels_of_their_own_have_their_own_bound() {
        let profile = Profile::of(&fine(-1.0, 80.0, 1e-3), |x| x + 1.0, |_| 1.0);
        let all = setting(1.0, MeritMode::Bulk(Some(1.0))).numbers(&profile);
        let close = |i: usize, want: f64| {
            assert!((all[i] / want - 1.0).abs() < 1e-5, "{i}: {} {want}", all[i]);
        };
        close(13, 3.3988674286);
        close(14, 2.44145837192);
        close(15, 6.8912026842);
        assert!(all[16] < 1.0 && all[0] < all[13]);
    }

    /// Supercell invariance is the profile's; a device much longer than its paths is the bulk material, and one much shorter a contact.
    #[test]
    fn a_device_goes_from_contact_to_bulk() {
        let edges = fine(-40.0, 60.0, 1e-2);
        let profile = Profile::of(&edges, |x| 1e18 * (x + 1.0).max(0.0), |_| 1e-8);
        let of = |mode| setting(1e-10, mode).numbers(&profile);
        let (bulk, long) = (of(MeritMode::Bulk(None)), of(MeritMode::Device(1e-2)));
        assert!(
            (long[0] / bulk[0] - 1.0).abs() < 1e-5,
            "{} {}",
            long[0],
            bulk[0]
        );
        assert!((long[20] / bulk[20] - 1.0).abs() < 1e-9);
        let contact = of(MeritMode::Device(1e-14));
        assert!((contact[6] - 1.0).abs() < 1e-3);
        // Without a length the longest path is the only one.
        assert!((bulk[5] - 1e-8).abs() < 1e-20 && (bulk[6] - 1.0).abs() < 1e-3);
    }

    #[test]
    fn what_does_not_conduct_has_no_window() {
        let nothing = Profile::of(&fine(-10.0, 10.0, 0.1), |_| 0.0, |_| 1.0);
        let all = setting(1.0, MeritMode::Bulk(Some(1.0))).numbers(&nothing);
        assert!(all[0].is_nan() && all[2].is_nan());
        // Symmetric: no Seebeck coefficient, but for rounding.
        let even = Profile::of(&fine(-40.0, 40.0, 0.1), |_| 1.0, |_| 1.0);
        let all = setting(1.0, MeritMode::Bulk(Some(1.0))).numbers(&even);
        assert!(all[0].is_nan() && all[2].is_nan(), "{}", all[0]);
    }
}
