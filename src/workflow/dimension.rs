//! Layers and chains.

use crate::bands::BandHeader;
use crate::crystal::Tensor;
use crate::error::{Error, Result};
use crate::transport::{Directions, Extent};

/// Where bands conduct less than this share of what they do along another direction, they may be a layer's whose vacuum is not
/// exactly empty.
const HARDLY: f64 = 1e-4;

/// How many directions a system repeats in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimension {
    /// 3, 2 for a layer, or 1 for a chain with vacuum around it.
    pub dimension: u8,
    /// Thickness of a layer, Å.
    pub thickness: Option<f64>,
    /// Cross-section of a chain, Å².
    pub cross_section: Option<f64>,
}

impl Default for Dimension {
    fn default() -> Self {
        Self {
            dimension: 3,
            thickness: None,
            cross_section: None,
        }
    }
}

impl Dimension {
    /// How far a layer or a chain reaches.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bands without vacuum.
    pub fn extent(&self, header: &BandHeader) -> Result<Option<Extent>> {
        match self.dimension {
            2 => Extent::layer(header, self.thickness).map(Some),
            1 => Extent::chain(header, self.cross_section).map(Some),
            _ => Ok(None),
        }
    }

    /// What should be said of bands that are taken for a crystal's and do not conduct, or hardly, along some direction: `conducted`
    /// is a conductivity in any unit.
    pub fn note(&self, header: &BandHeader, conducted: &Tensor) -> Option<String> {
        if self.dimension != 3 {
            return None;
        }
        let directions = Directions::of(conducted).count();
        let single: Vec<&str> = (0..3)
            .filter(|i| header.k_grid.n[*i] == 1)
            .map(|i| ["a", "b", "c"][i])
            .collect();
        let points = match single.len() {
            0 => String::new(),
            _ => format!(" (one k-point along {})", single.join(" and ")),
        };
        let (like, over, per, option) = match directions {
            2 => ("two directions", "a layer's", "area", "--dimension 2"),
            1 => ("one direction", "a chain's", "length", "--dimension 1"),
            3 => return hardly(conducted),
            _ => return None,
        };
        Some(format!(
            "the bands conduct in {like} only, as {over} do{points}: means are over what conducts, and what is per volume counts any \
             vacuum of the cell; `{option}` gives it per {per}"
        ))
    }

    /// Whether the sizes fit the dimension, and a lattice thermal conductivity has one to refer to.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self, lattice_thermal_conductivity: Option<f64>) -> Result<()> {
        let n = self.dimension;
        if self.thickness.is_some() && n != 2 {
            return Err(Error::bad_option(
                "--thickness",
                format!("it is a layer's, and --dimension is {n}"),
                "give `--dimension 2`",
            ));
        }
        if self.cross_section.is_some() && n != 1 {
            return Err(Error::bad_option(
                "--cross-section",
                format!("it is a chain's, and --dimension is {n}"),
                "give `--dimension 1`",
            ));
        }
        let sized = n == 3 || self.thickness.or(self.cross_section).is_some();
        if lattice_thermal_conductivity.is_none() || sized {
            return Ok(());
        }
        let size = if n == 2 {
            "`--thickness ANGSTROM`"
        } else {
            "`--cross-section ANGSTROM2`"
        };
        Err(Error::bad_option(
            "--lattice-thermal-conductivity",
            "W/(m K) mean nothing without the extent that they refer to",
            format!("give {size}"),
        ))
    }
}

/// The note on a direction that hardly conducts and counts all the same.
fn hardly(conducted: &Tensor) -> Option<String> {
    let m = nalgebra::Matrix3::from_fn(|i, j| conducted[i][j]);
    let eigen = m.symmetric_eigen();
    let (least, most) = (eigen.eigenvalues.imin(), eigen.eigenvalues.max());
    let share = eigen.eigenvalues[least] / most;
    if share > HARDLY {
        return None;
    }
    let v = eigen.eigenvectors.column(least);
    // The axis that it is nearest to points forwards.
    let sign = v[v.iamax()].signum();
    // No −0.00.
    let [x, y, z] = [0, 1, 2].map(|i| (v[i] * sign * 100.0).round() / 100.0 + 0.0);
    Some(format!(
        "the bands conduct {share:.1e} times as well along ({x:.2}, {y:.2}, {z:.2}) as along the best direction, and means over three \
         directions count it: if vacuum lies there, one k-point along it (`--interpolate`) and `--dimension` say so"
    ))
}
