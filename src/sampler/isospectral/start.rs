//! The start: the two-centre model fitted to the table by Levenberg and Marquardt's method, from several places.
//!
//! By Hellmann and Feynman ∂e/∂p_i = ⟨v|M_i|v⟩, so that the fit needs eigenvectors and nothing else.

use super::assignment::{Given, assign};
use super::multiplets::{Multiplets, Solved};
use super::random::Random;
use super::two_centre::{Kind, Parameter, TwoCentre};
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use rustfft::num_complex::Complex64;

/// Points of a first, short fit from every start and of the second, long one of the best.
const POINTS: [usize; 2] = [60, 160];
const STEPS: [usize; 3] = [25, 120, 30];
const BEST: usize = 3;
/// Deviations that the starts have: of hoppings relative to their value, of levels in eV.
const SCATTER: [f64; 2] = [0.5, 3.0];
/// What holds parameters at their start, μ in Σ μ²(p − p₀)²: hoppings and couplings, levels. The long fit has a share of it.
const HOLD: [f64; 2] = [0.15, 0.03];
const LONG_HOLD: f64 = 0.3;
/// The last fits hold them so, each where the deviation (eV) is not larger than the number.
const LAST_HOLDS: [f64; 3] = [1e-2, 1e-4, 1e-6];
/// What symmetry allows is fitted where there are so many levels per parameter.
const SPARE: f64 = 1.2;
/// The fit ends where a step improves less than this (relative).
const ENOUGH: f64 = 1e-4;

/// A k-point to be fitted.
pub(super) struct FitPoint<'a> {
    pub u: [f64; 3],
    pub multiplets: &'a Multiplets,
    /// Energies (eV), ascending, with their weights.
    pub energies: &'a [f64],
    pub weights: Vec<f64>,
}

/// Parameters found, and the weighted root mean square deviation (eV).
#[derive(Clone)]
pub(super) struct Fitted {
    pub values: Vec<f64>,
    pub deviation: f64,
}

/// A point with the matrices of all parameters.
struct Prepared<'a> {
    point: &'a FitPoint<'a>,
    blocks: Vec<Packed>,
}

/// One block of the matrices of all parameters as real numbers, so that sums over parameters and elements are products of real matrices.
struct Packed {
    /// Rows of the block.
    n: usize,
    /// `[parameter][element]`: of each column the real and imaginary parts above the diagonal, then the diagonal.
    numbers: DMatrix<f64>,
}

impl Packed {
    /// Block `at` of each parameter's.
    fn new(of_parameters: &[Vec<DMatrix<Complex64>>], at: usize) -> Self {
        let n = of_parameters[0][at].nrows();
        let mut numbers = DMatrix::zeros(of_parameters.len(), n * n);
        for (p, blocks) in of_parameters.iter().enumerate() {
            let mut k = 0;
            for j in 0..n {
                for i in 0..j {
                    let z = blocks[at][(i, j)];
                    (numbers[(p, k)], numbers[(p, k + 1)]) = (z.re, z.im);
                    k += 2;
                }
                numbers[(p, k)] = blocks[at][(j, j)].re;
                k += 1;
            }
        }
        Self { n, numbers }
    }

    /// Σ values·matrices.
    fn sum(&self, values: &DVector<f64>) -> DMatrix<Complex64> {
        let sum = self.numbers.tr_mul(values);
        let mut h = DMatrix::zeros(self.n, self.n);
        let mut k = 0;
        for j in 0..self.n {
            for i in 0..j {
                let z = Complex64::new(sum[k], sum[k + 1]);
                (h[(i, j)], h[(j, i)]) = (z, z.conj());
                k += 2;
            }
            h[(j, j)] = Complex64::from(sum[k]);
            k += 1;
        }
        h
    }

    /// Adds to `of_elements` what ⟨v|M|v⟩ has of each element, times `scale`.
    fn add_state(of_elements: &mut [f64], v: &[Complex64], scale: f64) {
        let mut k = 0;
        for j in 0..v.len() {
            for i in 0..j {
                let z = 2.0 * scale * v[i].conj() * v[j];
                of_elements[k] += z.re;
                of_elements[k + 1] -= z.im;
                k += 2;
            }
            of_elements[k] += scale * v[j].norm_sqr();
            k += 1;
        }
    }
}

struct State {
    residuals: Vec<f64>,
    solved: Vec<(Solved, Vec<Option<Given>>)>,
}

/// Fits `model` to `points` from `starts` places; `seed` draws them.
pub(super) fn fit(
    model: &TwoCentre,
    points: &[FitPoint],
    starts: usize,
    seed: u64,
) -> Option<Fitted> {
    let mut random = Random::new(seed);
    let [short, long] = POINTS.map(|count| random.choose(points.len(), count));
    let prepare = |list: &[usize]| -> Vec<Prepared> {
        list.par_iter()
            .map(|&i| {
                let point = &points[i];
                let all: Vec<Vec<DMatrix<Complex64>>> = model
                    .matrices(point.u)
                    .iter()
                    .map(|m| point.multiplets.blocks(m))
                    .collect();
                let count = all.first().map_or(0, Vec::len);
                let blocks = (0..count).map(|at| Packed::new(&all, at)).collect();
                Prepared { point, blocks }
            })
            .collect()
    };
    let prepared = prepare(&short);
    // First the two-centre parameters, then what symmetry allows besides: which start is best, only both tell.
    let is_two_centre = |p: &&Parameter| p.kind != Kind::Allowed;
    let two_centre = model.parameters.iter().filter(is_two_centre).count();
    let first = first_guess(model, &prepared);
    // Not more parameters than levels that they are fitted to.
    let known = residuals(&prepared, &first).residuals.len();
    let all = match model.parameters.len() {
        n if (n as f64) * SPARE < known as f64 => n,
        _ => two_centre,
    };
    let fitted = |points: &[Prepared], place: &[f64], hold: f64, steps: usize| {
        let first = descend(model, points, place, hold, steps, two_centre)?;
        if two_centre == all {
            return Some(first);
        }
        descend(model, points, &first.values, hold, steps, all)
    };
    let places: Vec<Vec<f64>> = (0..starts)
        .map(|number| {
            let scattered = model
                .parameters
                .iter()
                .zip(&first)
                .map(|(p, x)| match p.kind {
                    _ if number == 0 => *x,
                    Kind::Level => x + SCATTER[1] * random.normal(),
                    Kind::Hopping => x * (1.0 + SCATTER[0] * random.normal()),
                    Kind::SpinOrbit | Kind::Allowed => *x,
                });
            scattered.collect()
        })
        .collect();
    let best_of = |mut found: Vec<Fitted>| {
        found.sort_by(|a, b| a.deviation.total_cmp(&b.deviation));
        found.truncate(BEST);
        found
    };
    let short_fits = places.par_iter();
    let found = best_of(
        short_fits
            .filter_map(|p| fitted(&prepared, p, 1.0, STEPS[0]))
            .collect(),
    );
    let prepared = prepare(&long);
    let long_fits = found.par_iter();
    let found = best_of(
        long_fits
            .filter_map(|f| descend(model, &prepared, &f.values, LONG_HOLD, STEPS[1], all))
            .collect(),
    );
    let mut best = found.into_iter().next()?;
    // Bands of just such a model are to be met to rounding: the better they are, the less parameters are held.
    for hold in LAST_HOLDS {
        if best.deviation > hold {
            break;
        }
        let better = descend(model, &prepared, &best.values, hold, STEPS[2], all);
        best = better
            .filter(|f| f.deviation < best.deviation)
            .unwrap_or(best);
    }
    Some(best)
}

/// Harrison's parameters, levels moved so that the mean of the energies is right.
fn first_guess(model: &TwoCentre, points: &[Prepared]) -> Vec<f64> {
    let mut values: Vec<f64> = model.parameters.iter().map(|p| p.start).collect();
    let (mut sum, mut count) = (0.0, 0.0);
    for p in points {
        let solved = p.point.multiplets.solve(combined(p, &values));
        let given = assign(&solved.levels, p.point.energies);
        for (level, given) in solved.levels.iter().zip(&given) {
            if let Some(given) = given {
                sum += (given.energy - level.energy) * given.count as f64;
                count += given.count as f64;
            }
        }
    }
    if count > 0.0 {
        for (x, p) in values.iter_mut().zip(&model.parameters) {
            if p.kind == Kind::Level {
                *x += sum / count;
            }
        }
    }
    values
}

/// Blocks of H at a point.
fn combined(p: &Prepared, values: &[f64]) -> Vec<DMatrix<Complex64>> {
    let values = DVector::from_column_slice(values);
    p.blocks.iter().map(|block| block.sum(&values)).collect()
}

/// √weight of what a level is given.
fn weight(point: &FitPoint, given: &Given) -> f64 {
    point.weights[given.first..][..given.count]
        .iter()
        .sum::<f64>()
        .sqrt()
}

fn residuals(points: &[Prepared], values: &[f64]) -> State {
    let mut state = State {
        residuals: Vec::new(),
        solved: Vec::with_capacity(points.len()),
    };
    for p in points {
        let solved = p.point.multiplets.solve(combined(p, values));
        let given = assign(&solved.levels, p.point.energies);
        for (level, given) in solved.levels.iter().zip(&given) {
            if let Some(given) = given {
                state
                    .residuals
                    .push(weight(p.point, given) * (level.energy - given.energy));
            }
        }
        state.solved.push((solved, given));
    }
    state
}

/// ∂r/∂p of the first `n` parameters, `[parameter][residual]`.
fn jacobian(points: &[Prepared], state: &State, n: usize) -> DMatrix<f64> {
    let mut j = DMatrix::zeros(n, state.residuals.len());
    let mut first = 0;
    for (p, (solved, given)) in points.iter().zip(&state.solved) {
        let fitted: Vec<_> = solved
            .levels
            .iter()
            .zip(given)
            .filter_map(|(level, given)| Some((level, given.as_ref()?)))
            .collect();
        for (at, block) in p.blocks.iter().enumerate() {
            let count = block.n * block.n;
            let mut of_elements = vec![0.0; count * fitted.len()];
            for ((level, given), elements) in fitted.iter().zip(of_elements.chunks_exact_mut(count))
            {
                let scale = weight(p.point, given) / level.members.len() as f64;
                for &(_, column) in level.members.iter().filter(|(own, _)| *own == at) {
                    let v = solved.vectors[at].column(column);
                    Packed::add_state(elements, v.as_slice(), scale);
                }
            }
            let mut to = j.columns_mut(first, fitted.len());
            to += block.numbers.rows(0, n) * DMatrix::from_vec(count, fitted.len(), of_elements);
        }
        first += fitted.len();
    }
    j
}

/// Levenberg–Marquardt in the first `n` parameters from `start`, which holds them with `hold` times the usual weight.
fn descend(
    model: &TwoCentre,
    points: &[Prepared],
    start: &[f64],
    hold: f64,
    steps: usize,
    n: usize,
) -> Option<Fitted> {
    let scale = hold * (points.len() as f64 / POINTS[0] as f64).sqrt();
    let mu2: Vec<f64> = model
        .parameters
        .iter()
        .map(|p| (scale * HOLD[usize::from(p.kind == Kind::Level)]).powi(2))
        .collect();
    let held = |values: &[f64]| -> f64 {
        (0..n)
            .map(|i| mu2[i] * (values[i] - start[i]).powi(2))
            .sum()
    };
    let size = |state: &State| state.residuals.iter().map(|r| r * r).sum::<f64>();
    let mut values = start.to_vec();
    let mut state = residuals(points, &values);
    if state.residuals.is_empty() {
        return None;
    }
    let mut cost = size(&state);
    let mut damping = 1e-2;
    for _ in 0..steps {
        let j = jacobian(points, &state, n);
        let mut gradient = &j * DVector::from_column_slice(&state.residuals);
        let mut normal = &j * j.transpose();
        for i in 0..n {
            gradient[i] += mu2[i] * (values[i] - start[i]);
            normal[(i, i)] += mu2[i];
        }
        let mut better = None;
        for _ in 0..6 {
            let mut damped = normal.clone();
            for i in 0..n {
                damped[(i, i)] += damping * (normal[(i, i)] + 1e-9);
            }
            let Some(factors) = damped.cholesky() else {
                damping *= 4.0;
                continue;
            };
            let step = factors.solve(&gradient);
            let mut moved = values.clone();
            moved.iter_mut().zip(step.iter()).for_each(|(x, d)| *x -= d);
            let there = residuals(points, &moved);
            let there_cost = size(&there) + held(&moved);
            if there_cost < cost {
                better = Some((moved, there, there_cost));
                break;
            }
            damping *= 4.0;
        }
        let Some((moved, there, there_cost)) = better else {
            break;
        };
        let gain = cost - there_cost;
        (values, state, cost) = (moved, there, there_cost);
        damping = (damping / 3.0).max(1e-7);
        if gain < ENOUGH * cost {
            break;
        }
    }
    let weights: f64 = points.iter().flat_map(|p| &p.point.weights).sum();
    Some(Fitted {
        values,
        deviation: (size(&state) / weights).sqrt(),
    })
}
