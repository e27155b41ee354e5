//! Contents of bins that stand for states at single energies: put into bins, and spread over their neighbours, with the moments kept that
//! thermal averages see.

use crate::integrate::EnergyAxis;

/// Where spreading ends, in standard deviations.
const REACH: f64 = 3.0;

/// A state at an energy as contents of three bins, the first of which is told: as bins of constant density they have its first three
/// moments, so that the average of any quadratic function is right. None for energies off the axis.
pub fn deposit(axis: &EnergyAxis, energy: f64) -> Option<(usize, [f64; 3])> {
    let edges = axis.edges();
    if energy < axis.first() || energy >= axis.last() {
        return None;
    }
    let bin = edges.partition_point(|e| *e <= energy) - 1;
    let first = bin.saturating_sub(1).min(axis.bins() - 3);
    if first + 1 != bin {
        // At the ends of the axis nothing matters.
        let mut whole = [0.0; 3];
        whole[bin - first] = 1.0;
        return Some((first, whole));
    }
    let moments = [0, 1, 2].map(|j| moments(axis, first + j, energy));
    Some((
        first,
        with_moments(moments, [1.0, 0.0, 0.0]).unwrap_or([0.0, 1.0, 0.0]),
    ))
}

/// Moments 0, 1, 2 of a bin of unit content about an energy.
fn moments(axis: &EnergyAxis, bin: usize, energy: f64) -> [f64; 3] {
    let width = axis.bin_width(bin);
    let x = axis.edge(bin) + 0.5 * width - energy;
    [1.0, x, x * x + width * width / 12.0]
}

/// Weights a with Σ_j a_j m_jn = wanted_n.
fn with_moments(m: [[f64; 3]; 3], wanted: [f64; 3]) -> Option<[f64; 3]> {
    let matrix = nalgebra::Matrix3::from_fn(|n, j| m[j][n]);
    let wanted = nalgebra::Vector3::from(wanted);
    // Moments are of different units; in those of the largest the matrix is well conditioned.
    let unit = m.iter().map(|m| m[2]).fold(0.0, f64::max).sqrt();
    if unit <= 0.0 {
        return None;
    }
    let scale = nalgebra::Vector3::new(1.0, 1.0 / unit, 1.0 / (unit * unit));
    let scaled = nalgebra::Matrix3::from_fn(|n, j| matrix[(n, j)] * scale[n]);
    let found = scaled.lu().solve(&wanted.component_mul(&scale))?;
    let found: [f64; 3] = found.into();
    found
        .iter()
        .all(|x| x.is_finite() && x.abs() < 1e3)
        .then_some(found)
}

/// Spreads contents over neighbouring bins that have states, keeping three moments.
pub struct Spread {
    /// For each bin the first bin that it goes to, and the weights from there on.
    to: Vec<(usize, Vec<f64>)>,
}

impl Spread {
    /// By Gaussians of standard deviation `sigma_ev`.
    pub fn new(axis: &EnergyAxis, states: &[f64], sigma_ev: f64) -> Self {
        let bins = axis.bins();
        let centre = |k: usize| axis.edge(k) + 0.5 * axis.bin_width(k);
        let of = |j: usize| {
            let itself = (j, vec![1.0]);
            let here = centre(j);
            let near = |k: usize| (centre(k) - here).abs() <= REACH * sigma_ev;
            let first = (0..j).rev().take_while(|k| near(*k)).last().unwrap_or(j);
            let last = (j + 1..bins).take_while(|k| near(*k)).last().unwrap_or(j);
            // Where there are no states there will be none.
            let bell: Vec<f64> = (first..=last)
                .map(|k| match states[k] > 0.0 {
                    true => {
                        let x = (centre(k) - here) / sigma_ev;
                        axis.bin_width(k) * (-0.5 * x * x).exp()
                    }
                    false => 0.0,
                })
                .collect();
            // (a + b x + c x²) times the bell, x in σ.
            let mut m = [[0.0; 3]; 3];
            for (k, w) in (first..=last).zip(&bell) {
                let x = (centre(k) - here) / sigma_ev;
                let of_bin = moments(axis, k, here);
                for (power, row) in m.iter_mut().enumerate() {
                    for (n, sum) in row.iter_mut().enumerate() {
                        *sum += w * x.powi(power as i32) * of_bin[n];
                    }
                }
            }
            let norm = m[0][0];
            if bell.iter().filter(|w| **w > 0.0).count() < 4 || norm <= 0.0 {
                return itself;
            }
            let m = m.map(|row| row.map(|x| x / norm));
            let Some(a) = with_moments(m, moments(axis, j, here)) else {
                return itself;
            };
            let weights = (first..=last).zip(&bell).map(|(k, w)| {
                let x = (centre(k) - here) / sigma_ev;
                w / norm * (a[0] + a[1] * x + a[2] * x * x)
            });
            (first, weights.collect())
        };
        Self {
            to: (0..bins).map(of).collect(),
        }
    }

    /// What contents become.
    pub fn of(&self, contents: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; contents.len()];
        for ((first, weights), x) in self.to.iter().zip(contents) {
            for (to, w) in out[*first..].iter_mut().zip(weights) {
                *to += x * w;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> EnergyAxis {
        let edges = (0..=60).map(|k| {
            let x = f64::from(k) / 60.0;
            x + 0.2 * x * x
        });
        EnergyAxis::from_edges(edges.collect()).unwrap()
    }

    /// ∫ over a bin of unit content.
    fn average(axis: &EnergyAxis, bin: usize, f: impl Fn(f64) -> f64) -> f64 {
        let (low, width) = (axis.edge(bin), axis.bin_width(bin));
        (0..400)
            .map(|i| f(low + width * (f64::from(i) + 0.5) / 400.0))
            .sum::<f64>()
            / 400.0
    }

    #[test]
    fn a_deposited_state_has_its_moments() {
        let axis = axis();
        for e in [0.1, 0.2534, 0.6, 0.777] {
            let (first, parts) = deposit(&axis, e).unwrap();
            for power in 0..3 {
                let f = |x: f64| (x - 0.3).powi(power);
                let sum: f64 = (0..3)
                    .map(|j| parts[j] * average(&axis, first + j, f))
                    .sum();
                assert!((sum - f(e)).abs() < 1e-6, "{e} {power}: {sum}");
            }
        }
        assert!(deposit(&axis, -0.1).is_none() && deposit(&axis, 1.2).is_none());
    }

    #[test]
    fn spreading_keeps_moments_and_gaps() {
        let axis = axis();
        let states: Vec<f64> = (0..60).map(|k| if k < 12 { 0.0 } else { 1.0 }).collect();
        let spread = Spread::new(&axis, &states, 0.05);
        for bin in [12, 20, 40] {
            let mut one = vec![0.0; 60];
            one[bin] = 1.0;
            let wide = spread.of(&one);
            assert!(wide[..12].iter().all(|x| *x == 0.0));
            // At the edge of a gap there is one side alone.
            assert!(wide[bin].abs() < 0.9, "{}", wide[bin]);
            for power in 0..3 {
                let f = |x: f64| (x - 0.3).powi(power);
                let sum: f64 = (0..60).map(|k| wide[k] * average(&axis, k, f)).sum();
                let own = average(&axis, bin, f);
                assert!((sum - own).abs() < 1e-6, "{bin} {power}: {sum} {own}");
            }
        }
    }
}
