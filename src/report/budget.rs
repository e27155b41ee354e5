//! Error budgets: every bar with what it is made of, as JSON, HDF5 and text.

use crate::error::Result;
use crate::io::results::ResultFile;
use crate::transport::Row;
use crate::uncertainty::{Cause, Quantity, Scalar, Shape, Shares, WithBar};
use serde_json::{Map, Value, json};

/// Relative bar from which on a table says what dominates it and what would help.
const WIDE: f64 = 0.05;
/// Shares that are told of a bar, at least.
const TOLD: f64 = 0.005;

/// Values of one name in a list, or one alone, last index fastest.
pub(super) struct Bars {
    /// Lengths of the list and of the tensor.
    shape: Vec<usize>,
    values: Vec<f64>,
    errors: Vec<f64>,
    shares: Vec<Shares>,
}

impl Bars {
    /// From components and their shares.
    pub fn new(shape: Vec<usize>, values: Vec<f64>, errors: Vec<f64>, shares: Vec<Shares>) -> Self {
        Self {
            shape,
            values,
            errors,
            shares,
        }
    }

    /// Of one quantity.
    pub fn of<T: Shape>(q: &WithBar<T>) -> Self {
        let mut one = Self::list(std::slice::from_ref(q));
        one.shape.remove(0);
        one
    }

    /// Of a quantity of any rank.
    pub fn of_any(q: &Quantity) -> Self {
        match q {
            Quantity::Scalar(q) => Self::of(q),
            Quantity::Tensor(q) => Self::of(&**q),
            Quantity::RankThree(q) => Self::of(&**q),
            Quantity::RankFour(q) => Self::of(&**q),
        }
    }

    /// Of a list of them.
    pub fn list<T: Shape>(all: &[WithBar<T>]) -> Self {
        let rank = T::ZERO.components().len().ilog(3) as usize;
        let part =
            |of: fn(&WithBar<T>) -> &T| all.iter().flat_map(move |q| of(q).components()).copied();
        Self {
            shape: [vec![all.len()], vec![3; rank]].concat(),
            values: part(|q| &q.value).collect(),
            errors: part(|q| &q.error).collect(),
            shares: all
                .iter()
                .flat_map(|q| q.shares.as_ref())
                .copied()
                .collect(),
        }
    }

    /// `{"value", "error", "error_by_cause", "unit"}`, the causes being those that make any bar.
    pub fn json(&self, unit: &str) -> Value {
        let mut by_cause = Map::new();
        for cause in Cause::ALL {
            if self.shares.iter().any(|s| s.share(cause) > 0.0) {
                let bars = self.errors.iter().zip(&self.shares);
                let bars: Vec<f64> = bars.map(|(e, s)| s.bar(*e)[cause]).collect();
                by_cause.insert(cause.name().into(), nested(&bars, &self.shape));
            }
        }
        json!({
            "value": nested(&self.values, &self.shape),
            "error": nested(&self.errors, &self.shape),
            "error_by_cause": by_cause,
            "unit": unit,
        })
    }

    /// As a variable of a result, with its bars and their causes.
    ///
    /// # Errors
    /// Where dimensions and data disagree (a defect).
    pub fn put(
        self,
        file: &mut ResultFile,
        name: &str,
        dimensions: &[&str],
        unit: &str,
        about: &str,
    ) -> Result<()> {
        let bars = self.errors.iter().zip(&self.shares);
        let by_cause = bars
            .flat_map(|(error, shares)| {
                let bar = shares.bar(*error);
                Cause::ALL.map(|cause| bar[cause] as f32)
            })
            .collect();
        file.variable(name, dimensions, self.values, unit, about)?;
        file.error_bar(name, self.errors)?;
        file.error_by_cause(name, &Cause::ALL.map(Cause::name), by_cause)?;
        Ok(())
    }
}

/// Numbers as nested lists of these lengths, the last index fastest.
fn nested(numbers: &[f64], shape: &[usize]) -> Value {
    match shape {
        [] => json!(numbers.first()),
        [0, ..] => json!([]),
        [length, rest @ ..] => {
            let parts = numbers.chunks_exact((numbers.len() / length).max(1));
            parts.map(|part| nested(part, rest)).collect()
        }
    }
}

/// What a bar is made of, the largest share first: "interpolation 91 %, grid 9 %"; empty where that is not known.
pub(super) fn in_words(shares: &Shares) -> String {
    let mut told: Vec<(f64, &str)> = Cause::ALL
        .map(|cause| (shares.share(cause), cause.name()))
        .into_iter()
        .filter(|(share, _)| *share >= TOLD)
        .collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words = told
        .iter()
        .map(|(share, name)| format!("{name} {:.0} %", 100.0 * share));
    words.collect::<Vec<_>>().join(", ")
}

/// What dominates a bar and what would help, where it is wide: "±8.7 % of `seebeck` at 300 K: 92 % of it is …".
pub(super) fn advice(name: &str, place: &str, q: &Scalar, relative: f64) -> Option<String> {
    let (cause, share) = q.shares[0].largest()?;
    // Of a value that is nearly nothing no share is a number that anyone can use.
    let width = match relative {
        x if x > 1.0 => format!("wider than the value of {name}{place}"),
        x => format!("{:.0} % of {name}{place}", 100.0 * x),
    };
    (relative > WIDE).then(|| {
        format!(
            "The widest bar, {width}, is to {:.0} % {}: {} would narrow it",
            100.0 * share,
            cause.about(),
            cause.remedy()
        )
    })
}

/// The same of the main coefficient with the widest bar in any of the rows.
pub(super) fn advice_of_rows(rows: &[Row], fermi_level_ev: f64) -> Option<String> {
    let widest = rows.iter().filter_map(|row| Some((row, row.widest_bar()?)));
    let (row, (name, q, relative)) = widest.max_by(|a, b| a.1.2.total_cmp(&b.1.2))?;
    let mu = row.scalar("chemical_potential").value - fermi_level_ev;
    let place = format!(" at {} K and mu - E_F = {mu:.4} eV", row.temperature_k);
    advice(name, &place, &q, relative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uncertainty::{ByCause, TensorQuantity};

    #[test]
    fn no_share_is_told_of_a_value_that_is_nearly_nothing() {
        let q = Scalar::from((1e-9, ByCause::of(Cause::Crossings, 1.0)));
        let told = |relative| advice("sigma", "", &q, relative).unwrap_or_default();
        assert!(
            told(6.9e6).contains("wider than the value of sigma,"),
            "{}",
            told(6.9e6)
        );
        assert!(told(0.62).contains("62 % of sigma,"));
        assert_eq!(told(0.01), "");
    }

    #[test]
    fn budgets_have_the_shape_of_their_bars_and_add_up_to_them() {
        let mut bar = ByCause::of(Cause::Grid, 1.0);
        bar += ByCause::of(Cause::Bins, 3.0);
        let one = Scalar::from((8.0, bar));
        let tensor = TensorQuantity::from_components([one; 2]);
        let found = Bars::of(&tensor).json("S/m");
        assert_eq!(found["error"][0][1], 4.0);
        assert_eq!(found["error_by_cause"]["bins"][0][1], 3.0);
        assert_eq!(found["error_by_cause"]["grid"][0][0], 1.0);
        assert_eq!(found["error_by_cause"]["grid"][2][2], 0.0);
        assert!(found["error_by_cause"].get("tails").is_none());
        assert_eq!(Bars::of(&one).json("")["error_by_cause"]["bins"], 3.0);
        let list = Bars::list(&[one, Scalar::exact(1.0)]).json("");
        assert_eq!(list["error_by_cause"]["bins"], json!([3.0, 0.0]));
        assert_eq!(in_words(&one.shares[0]), "bins 75 %, grid 25 %");
        let words = advice("sigma", "", &one, one.error / one.value).unwrap_or_default();
        assert!(
            words.contains("50 % of sigma, is to 75 % the width"),
            "{words}"
        );
        assert_eq!(advice("sigma", "", &one, 0.04), None);
    }
}
