//! The weights that a file gives its k-points, against the stars of the grid that was read.

use super::point::show;
use crate::error::{Error, Result};

/// Largest relative difference between a weight and what its star holds: stars that differ at all differ by more.
const SAME_WEIGHT: f64 = 0.01;
/// Weights this near each other (relative) are one number.
const EQUAL: f64 = 1e-6;
/// Most decimals that files print.
const MOST_DECIMALS: i32 = 12;

/// The weights of listed k-points, of any sum.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// One for each k-point; empty where the file has none.
    pub values: Vec<f64>,
    /// Whether the code that wrote them counted them itself, on a grid. A user's own list often has one number everywhere, which
    /// says nothing.
    pub counted: bool,
}

impl Weights {
    /// No weights are known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Weights that the code counted on a grid.
    pub fn counted(values: Vec<f64>) -> Self {
        Self {
            values,
            counted: true,
        }
    }

    /// Weights of a list that may be the user's own.
    pub fn listed(values: Vec<f64>) -> Self {
        Self {
            values,
            counted: false,
        }
    }

    /// Those of the kept k-points.
    pub fn of(&self, kept: &[usize]) -> Self {
        let values = kept.iter().filter_map(|&k| self.values.get(k).copied());
        Self {
            values: values.collect(),
            counted: self.counted,
        }
    }

    /// Checks that equivalent points (`class[k]`, of which the grid has `held[class]`) have the share of the weights that they have of
    /// the grid, up to the digits that the file prints. A note where the weights say nothing.
    ///
    /// # Errors
    /// [`Error::BadBands`] with the k-point, its weight and the expected one.
    pub(super) fn check(
        &self,
        k_points: &[[f64; 3]],
        class: &[usize],
        held: &[usize],
        grid: &str,
    ) -> Result<Option<String>> {
        let used = |k: &usize| class.get(*k).is_some_and(|c| held[*c] > 0);
        let used: Vec<usize> = (0..k_points.len()).filter(used).collect();
        let weight = |k: usize| self.values.get(k).copied().unwrap_or(f64::NAN);
        let total: f64 = used.iter().map(|&k| weight(k)).sum();
        // A total of 0 or NaN: there are no weights.
        let known = total > 0.0;
        if !known {
            return Ok(None);
        }
        let mut sums = vec![(0.0, 0usize); held.len()];
        for &k in &used {
            sums[class[k]].0 += weight(k);
            sums[class[k]].1 += 1;
        }
        let points: usize = held.iter().sum();
        let digits = printed_step(&self.values) / 2.0;
        let mut worst: Option<(f64, usize)> = None;
        for &k in &used {
            let c = class[k];
            let wanted = total * held[c] as f64 / points as f64;
            let off = (sums[c].0 - wanted).abs();
            let allowed = SAME_WEIGHT * wanted + sums[c].1 as f64 * digits;
            let fits = off <= allowed;
            if !fits && worst.is_none_or(|(most, _)| off > most) {
                worst = Some((off, k));
            }
        }
        let Some((_, k)) = worst else {
            return Ok(None);
        };
        let (sum, members) = sums[class[k]];
        let held = held[class[k]];
        let all_equal = |x: f64| used.iter().all(|&k| (weight(k) - x).abs() <= EQUAL * x);
        if !self.counted && all_equal(weight(k)) {
            return Ok(Some(format!(
                "All k-points of the file have the same weight, as lists that were not counted on a grid have: the stars of the {grid} grid are used."
            )));
        }
        let whose = if members > 1 {
            format!(
                "its weight and those of the {} equivalent points of the list are together",
                members - 1
            )
        } else {
            "its weight is".to_string()
        };
        let place = format!("k-point {} {}", k + 1, show(k_points[k]));
        let problem = format!(
            "{whose} {:.6} of all, but its star holds {held} of the {points} points of the {grid} grid, {:.6}",
            sum / total,
            held as f64 / points as f64
        );
        Err(Error::bad_bands(
            place,
            problem,
            "the list is not this grid reduced by this symmetry: check structure and symmetry, or run on the full list of a regular k-grid",
        ))
    }
}

/// The last printed digit of a column of numbers; 0 where they have all digits of a double, and for integers, which are counts.
fn printed_step(values: &[f64]) -> f64 {
    if values.iter().all(|v| v.fract() == 0.0) {
        return 0.0;
    }
    (1..=MOST_DECIMALS)
        .map(|decimals| 10f64.powi(-decimals))
        .find(|step| {
            values
                .iter()
                .all(|v| (v / step - (v / step).round()).abs() < 1e-3)
        })
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [[f64; 3]; 3] = [[0.0; 3], [0.25, 0.0, 0.0], [0.5, 0.0, 0.0]];

    /// Γ, ±¼, ½ along a chain of 4 points: weights 1 2 1.
    fn check(weights: &Weights) -> Result<Option<String>> {
        weights.check(&POINTS, &[0, 1, 2], &[1, 2, 1], "4×1×1")
    }

    #[test]
    fn any_sum_and_few_digits_are_right_and_a_wrong_star_is_named() {
        for good in [[0.25, 0.5, 0.25], [2.0, 4.0, 2.0], [0.3, 0.5, 0.2]] {
            assert_eq!(check(&Weights::counted(good.to_vec())).unwrap(), None);
        }
        let error = check(&Weights::listed(vec![0.33, 0.34, 0.33])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("k-point 2 (0.250000"), "{text}");
        assert!(check(&Weights::listed(vec![1.0, 3.0, 1.0])).is_err());
        assert!(
            text.contains("0.340000") && text.contains("0.500000"),
            "{text}"
        );
    }

    #[test]
    fn equal_weights_say_nothing_in_a_users_list_and_are_wrong_where_they_were_counted() {
        let equal = vec![1.0; 3];
        assert!(check(&Weights::listed(equal.clone())).unwrap().is_some());
        assert!(check(&Weights::counted(equal)).is_err());
        assert_eq!(check(&Weights::unknown()).unwrap(), None);
        assert_eq!(check(&Weights::counted(vec![0.0; 3])).unwrap(), None);
    }

    #[test]
    fn equivalent_points_of_the_list_share_the_weight_of_their_star() {
        let weights = Weights::counted(vec![1.0, 1.0, 2.0]);
        let shared = weights.check(&POINTS, &[0, 0, 1], &[2, 2], "4×1×1");
        assert_eq!(shared.unwrap(), None);
        // A point that the grid does not have does not count.
        let unused = weights.check(&POINTS, &[0, 1, 2], &[2, 2, 0], "4×1×1");
        assert_eq!(unused.unwrap(), None);
    }
}
