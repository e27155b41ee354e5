//! The numbers of a result file that are shown: components of tensors, or their means as everywhere ([`crate::transport::shown`]).

use crate::error::{Error, Result};
use crate::io::results::{AttributeValue, ResultFile, Variable};
use crate::report::CONDUCTING;
use crate::transport::{
    Directions, RankThreeQuantity, Scalar, TensorQuantity, conductivity_of, mean, mean_in_field,
};

/// What the mean of a tensor is called among its components.
const AVERAGE: &str = "average";

/// A number and how far below and above it the truth may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Value; NaN where it is not defined.
    pub value: f64,
    /// Bar downwards.
    pub below: f64,
    /// Bar upwards.
    pub above: f64,
}

impl From<Scalar> for Estimate {
    fn from(q: Scalar) -> Self {
        Self {
            value: q.value,
            below: q.error,
            above: q.error,
        }
    }
}

/// # Errors
/// [`Error::BadBands`] for a variable whose numbers do not fill its dimensions.
pub(super) fn check_shape(file: &ResultFile, variable: &Variable) -> Result<()> {
    let states = variable.states().len();
    let length = |(at, d): (usize, &String)| {
        let found = file.get_dimension(d).map_or(0, |d| d.coordinates.len());
        let fits = at < states || found == 3;
        if fits { found } else { 0 }
    };
    let expected: usize = variable.dimensions.iter().enumerate().map(length).product();
    let bars = variable.error.as_ref().map_or(expected, Vec::len);
    if expected > 0 && variable.data.len() == expected && bars == expected {
        return Ok(());
    }
    Err(Error::bad_bands(
        format!("results `{}`", variable.name),
        format!(
            "{} numbers do not fill {}",
            variable.data.len(),
            variable.dimensions.join(" × ")
        ),
        "write the results again",
    ))
}

/// In how many directions the bands of these results conduct: what they say, what their conductivities do at all places together
/// (files of earlier versions), or 3.
pub fn conducting_directions(file: &ResultFile) -> usize {
    match file.get_attribute(CONDUCTING) {
        Some(AttributeValue::Integer(n)) if (0..=3).contains(n) => return *n as usize,
        Some(AttributeValue::Number(n)) if (0.0..=3.0).contains(n) => return *n as usize,
        _ => {}
    }
    let sigma = conductivity_of("seebeck", |name| file.get(name));
    sigma.filter(|v| v.rank() == 2).map_or(3, |sigma| {
        let mut sum = [[0.0; 3]; 3];
        for place in sigma.data.chunks_exact(9) {
            for (x, part) in place.iter().enumerate() {
                sum[x / 3][x % 3] += part;
            }
        }
        Directions::of(&sum).count()
    })
}

/// The quantity at every place of its leading dimensions: of a tensor the mean over the directions that conduct, or the component
/// that is asked for.
///
/// # Errors
/// [`Error::BadBands`] for numbers that do not fill their dimensions, [`Error::BadOption`] for a component that there is not.
pub fn estimates(
    file: &ResultFile,
    variable: &Variable,
    component: Option<&str>,
) -> Result<Vec<Estimate>> {
    check_shape(file, variable)?;
    let rank = variable.rank();
    let size = 3usize.pow(rank as u32);
    let places = variable.data.len() / size;
    let bar = |x: usize| variable.error.as_ref().map_or(0.0, |e| e[x]);
    if rank == 0 {
        let own = (0..places).map(|p| ends(file, variable, p, bar(p)));
        return Ok(own.collect());
    }
    let component = component.unwrap_or(first_choice(rank));
    if component == AVERAGE && (2..=3).contains(&rank) {
        let all = directions(file, variable, places);
        let at = |p: usize| match rank {
            2 => mean(&tensor(variable, 9 * p, bar), all[p].0),
            _ => {
                let of = |k: usize| tensor(variable, 27 * p + 9 * k, bar);
                let parts = [of(0), of(1), of(2)];
                let (value, error) = (parts.map(|t| t.value), parts.map(|t| t.error));
                let q = RankThreeQuantity::new(value, error);
                mean_in_field(&q, all[p].1)
            }
        };
        return Ok((0..places).map(|p| at(p).into()).collect());
    }
    let index = index_of(variable, component, rank)?;
    let one = |p: usize| Scalar::new(variable.data[size * p + index], bar(size * p + index));
    Ok((0..places).map(|p| one(p).into()).collect())
}

/// A number with its bar, or with the ends of its range where the file has them as `NAME_low` and `NAME_high`.
fn ends(file: &ResultFile, variable: &Variable, place: usize, bar: f64) -> Estimate {
    let value = variable.data[place];
    let end = |which: &str| {
        let found = file.get(&format!("{}_{which}", variable.name))?;
        (found.dimensions == variable.dimensions).then(|| found.data.get(place).copied())?
    };
    match (end("low"), end("high")) {
        (Some(low), Some(high)) => Estimate {
            value,
            below: (value - low).max(0.0),
            above: (high - value).max(0.0),
        },
        _ => Scalar::new(value, bar).into(),
    }
}

/// Nine numbers from the place `first` on, with their bars.
fn tensor(variable: &Variable, first: usize, bar: impl Fn(usize) -> f64) -> TensorQuantity {
    let part = |of: &dyn Fn(usize) -> f64| {
        std::array::from_fn(|i| std::array::from_fn(|j| of(first + 3 * i + j)))
    };
    TensorQuantity::new(part(&|x| variable.data[x]), part(&bar))
}

/// Over how many directions of currents, and of fields, the mean of a variable runs at each of its places.
fn directions(file: &ResultFile, variable: &Variable, places: usize) -> Vec<(usize, usize)> {
    let sigma = conductivity_of(&variable.name, |name| file.get(name));
    let fits = |s: &&Variable| s.rank() == 2 && s.data.len() == 9 * places;
    match sigma.filter(fits) {
        Some(sigma) => (0..places)
            .map(|p| Directions::of(&tensor(sigma, 9 * p, |_| 0.0).value))
            .map(|d| (d.count(), d.fields()))
            .collect(),
        None => {
            let n = conducting_directions(file);
            vec![(n, n * n.saturating_sub(1) / 2); places]
        }
    }
}

/// The component that is shown where none is asked for.
pub(super) fn first_choice(rank: usize) -> &'static str {
    match rank {
        1 => "x",
        2 | 3 => AVERAGE,
        _ => "xxxx",
    }
}

/// Where a component lies among those of its tensor.
///
/// # Errors
/// [`Error::BadOption`] for what is no component.
fn index_of(variable: &Variable, component: &str, rank: usize) -> Result<usize> {
    let letters: Option<Vec<usize>> = component.chars().map(|c| "xyz".find(c)).collect();
    let letters = letters.filter(|l| l.len() == rank).ok_or_else(|| {
        Error::bad_option(
            "--component",
            format!(
                "`{}` has {rank} indices, and `{component}` is no component of it",
                variable.name
            ),
            format!(
                "give `{}`, or {rank} of the letters x, y, z",
                first_choice(rank)
            ),
        )
    })?;
    Ok(letters.iter().fold(0, |index, i| 3 * index + i))
}
