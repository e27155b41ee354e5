//! Components of the tensors in a result file.

use crate::error::{Error, Result};
use crate::io::results::{ResultFile, Variable};

/// Names of the dimensions of tensors.
const TENSOR: [&str; 4] = ["row", "col", "field", "field2"];

/// How many of a variable's dimensions are a tensor's: the last ones.
pub(super) fn rank(variable: &Variable) -> usize {
    let of_tensor = |d: &&String| TENSOR.contains(&d.as_str());
    variable.dimensions.iter().filter(of_tensor).count()
}

/// # Errors
/// [`Error::BadBands`] for a variable whose numbers do not fill its dimensions.
pub(super) fn check_shape(file: &ResultFile, variable: &Variable) -> Result<()> {
    let length = |d: &String| {
        let found = file.get_dimension(d).map_or(0, |d| d.coordinates.len());
        let fits = !TENSOR.contains(&d.as_str()) || found == 3;
        if fits { found } else { 0 }
    };
    let expected: usize = variable.dimensions.iter().map(length).product();
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

/// Value and bar of a quantity at every place of its leading dimensions: a tensor's mean, or its first component by default.
///
/// # Errors
/// [`Error::BadBands`] for numbers that do not fill their dimensions.
pub fn averaged(file: &ResultFile, variable: &Variable) -> Result<Vec<[f64; 2]>> {
    check_shape(file, variable)?;
    let rank = rank(variable);
    let component = (rank > 0).then(|| first_choice(rank));
    let weights = weights(variable, component.as_deref(), rank)?;
    Ok(reduced(variable, &weights))
}

pub(super) fn first_choice(rank: usize) -> String {
    match rank {
        2 => "average".into(),
        3 => "xyz".into(),
        _ => "x".repeat(rank),
    }
}

/// The weight of every component of a tensor in the one that is shown.
pub(super) fn weights(
    variable: &Variable,
    component: Option<&str>,
    rank: usize,
) -> Result<Vec<f64>> {
    let Some(component) = component else {
        return Ok(vec![1.0]);
    };
    let mut weights = vec![0.0; 3usize.pow(rank as u32)];
    if component == "average" && rank == 2 {
        for i in 0..3 {
            weights[4 * i] = 1.0 / 3.0;
        }
        return Ok(weights);
    }
    let letters: Option<Vec<usize>> = component.chars().map(|c| "xyz".find(c)).collect();
    match letters.filter(|l| l.len() == rank) {
        Some(letters) => {
            weights[letters.iter().fold(0, |index, i| 3 * index + i)] = 1.0;
            Ok(weights)
        }
        None => Err(Error::bad_option(
            "--component",
            format!(
                "`{}` has {rank} indices, and `{component}` is no component of it",
                variable.name
            ),
            format!(
                "give `{}`, or {rank} of the letters x, y, z",
                first_choice(rank)
            ),
        )),
    }
}

/// Value and bar of the weighted components, one per place of the leading dimensions.
pub(super) fn reduced(variable: &Variable, weights: &[f64]) -> Vec<[f64; 2]> {
    let sum = |part: &[f64]| -> f64 {
        let terms = part.iter().zip(weights).filter(|(_, w)| **w != 0.0);
        terms.map(|(x, w)| x * w).sum()
    };
    let values = variable.data.chunks(weights.len()).map(sum);
    let bars: Vec<f64> = match &variable.error {
        Some(error) => error.chunks(weights.len()).map(sum).collect(),
        None => vec![0.0; variable.data.len() / weights.len()],
    };
    values.zip(bars).map(|(v, b)| [v, b]).collect()
}
