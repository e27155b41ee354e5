//! Directions of transport as users name them, and which of them a crystal makes equal.

use crate::bands::BandHeader;
use crate::crystal::{Lattice, PointGroup, Tensor};
use crate::error::{Error, Result};

/// What a direction may look like.
pub const MILLER_HELP: &str = "001, 1-10 or [1 1 0] (Miller indices of the direct lattice: of the cubic axes where the crystal is cubic, else of \
                               the file's own lattice vectors), x, y, z, or a Cartesian vector as 0.5,0.5,0";

/// A direction of transport.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportDirection {
    /// As given.
    pub label: String,
    /// Cartesian, of length 1.
    pub unit: [f64; 3],
}

/// Unit vectors that differ by no more are one.
const SAME: f64 = 1e-6;
/// The share of a direction that may stick out of a layer's plane.
const OUT: f64 = 1e-6;

impl TransportDirection {
    /// A Cartesian axis.
    pub fn axis(i: usize) -> Self {
        let mut unit = [0.0; 3];
        unit[i] = 1.0;
        Self {
            label: ["x", "y", "z"][i].into(),
            unit,
        }
    }

    /// What `text` says, for a crystal with this lattice and point group.
    ///
    /// # Errors
    /// [`Error::BadOption`] for what is no direction, or one of no length.
    pub fn parse(text: &str, lattice: &Lattice, group: &PointGroup) -> Result<Self> {
        let bad =
            |why: String| Error::bad_option("--direction", why, format!("give {MILLER_HELP}"));
        let trimmed = text.trim();
        let inner = trimmed
            .strip_prefix('[')
            .and_then(|t| t.strip_suffix(']'))
            .unwrap_or(trimmed)
            .trim();
        if let Some(i) = ["x", "y", "z"]
            .iter()
            .position(|a| inner.eq_ignore_ascii_case(a))
        {
            return Ok(Self::axis(i));
        }
        let vector = if inner.contains(',') || inner.contains('.') {
            let parts: Vec<&str> = inner.split(',').collect();
            let numbers: Vec<f64> = parts.iter().filter_map(|p| p.trim().parse().ok()).collect();
            match numbers[..] {
                [x, y, z] if parts.len() == 3 => [x, y, z],
                _ => {
                    return Err(bad(format!(
                        "`{trimmed}` is no Cartesian vector of three numbers"
                    )));
                }
            }
        } else {
            let Some(indices) = miller(inner) else {
                return Err(bad(format!("`{trimmed}` is no direction")));
            };
            let axes = conventional_axes(lattice, group);
            std::array::from_fn(|c| (0..3).map(|i| f64::from(indices[i]) * axes[i][c]).sum())
        };
        let length = norm(&vector);
        if !(length > 0.0 && length.is_finite()) {
            return Err(bad(format!("`{trimmed}` has no length")));
        }
        Ok(Self {
            label: trimmed.to_owned(),
            unit: vector.map(|x| x / length + 0.0),
        })
    }

    /// Whether bands whose grid has one k-point along some axes move along it.
    ///
    /// # Errors
    /// [`Error::BadOption`] where it leaves the plane of a layer or the line of a chain.
    pub fn check_moves(&self, header: &BandHeader) -> Result<()> {
        let n = header.k_grid.n;
        if !n.contains(&1) {
            return Ok(());
        }
        // The part in the space that the vectors with several k-points span.
        let mut basis: Vec<[f64; 3]> = Vec::new();
        for (row, _) in header.lattice.rows().iter().zip(n).filter(|(_, n)| *n > 1) {
            let mut rest = *row;
            for b in &basis {
                let along = dot(b, row);
                (0..3).for_each(|c| rest[c] -= along * b[c]);
            }
            let length = norm(&rest);
            basis.push(rest.map(|x| x / length));
        }
        let inside: f64 = basis.iter().map(|b| dot(b, &self.unit).powi(2)).sum();
        if (1.0 - inside).abs() < OUT {
            return Ok(());
        }
        let place = match basis.len() {
            2 => "out of the plane of the layer",
            1 => "away from the line of the chain",
            _ => "where the bands have a single k-point",
        };
        Err(Error::bad_option(
            "--direction",
            format!("`{}` points {place}: nothing moves there", self.label),
            "give a direction along which the bands have several k-points",
        ))
    }

    /// The shortest integer vector (h, k, l) along which h b₁ + k b₂ + l b₃ lies on it; none where none is short.
    pub fn reciprocal_indices(&self, lattice: &Lattice) -> Option<[i32; 3]> {
        const FARTHEST: i32 = 6;
        let b = lattice.reciprocal();
        let range = -FARTHEST..=FARTHEST;
        let mut best: Option<(f64, [i32; 3])> = None;
        for h in range.clone() {
            for k in range.clone() {
                for l in range.clone() {
                    let g: [f64; 3] = std::array::from_fn(|c| {
                        f64::from(h) * b[0][c] + f64::from(k) * b[1][c] + f64::from(l) * b[2][c]
                    });
                    let length = norm(&g);
                    let parallel = dot(&g, &self.unit) > length * (1.0 - SAME * SAME);
                    if length > 0.0
                        && parallel
                        && best.is_none_or(|(least, _)| length < least * (1.0 - SAME))
                    {
                        best = Some((length, [h, k, l]));
                    }
                }
            }
        }
        best.map(|(_, indices)| indices)
    }

    /// nᵀ T n.
    pub fn component(&self, t: &Tensor) -> f64 {
        let n = self.unit;
        (0..9).map(|x| n[x / 3] * t[x / 3][x % 3] * n[x % 3]).sum()
    }
}

/// Of some directions those that no operation of the group takes, forth or back, to one before.
pub fn inequivalent(
    directions: &[TransportDirection],
    group: &PointGroup,
    lattice: &Lattice,
) -> Vec<TransportDirection> {
    let operations = group.cartesian(lattice);
    let mut kept: Vec<TransportDirection> = Vec::new();
    for direction in directions {
        let image = |o: &Tensor| -> [f64; 3] {
            std::array::from_fn(|i| (0..3).map(|j| o[i][j] * direction.unit[j]).sum())
        };
        let known = operations.iter().any(|o| {
            kept.iter()
                .any(|k| dot(&image(o), &k.unit).abs() > 1.0 - SAME)
        });
        if !known {
            kept.push(direction.clone());
        }
    }
    kept
}

/// Indices from `110`, `1-10`, `-1-1 2` or `1 1 -2`.
fn miller(text: &str) -> Option<[i32; 3]> {
    let spaced: Vec<&str> = text.split_whitespace().collect();
    if spaced.len() == 3 {
        let all: Vec<i32> = spaced.iter().filter_map(|s| s.parse().ok()).collect();
        return <[i32; 3]>::try_from(all).ok();
    }
    let mut all = Vec::new();
    let mut sign = 1;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '-' | '−' if sign == 1 => sign = -1,
            c => {
                all.push(sign * i32::try_from(c.to_digit(10)?).ok()?);
                sign = 1;
            }
        }
    }
    if sign == -1 {
        return None;
    }
    <[i32; 3]>::try_from(all).ok()
}

/// The axes that Miller indices count along, Cartesian and of any common length: a cubic crystal's three fourfold (or twofold, in
/// T and T_h) axes, each next to the Cartesian axis that it is nearest to; of another crystal its lattice vectors (Å).
fn conventional_axes(lattice: &Lattice, group: &PointGroup) -> Tensor {
    let operations = group.cartesian(lattice);
    let trace = |o: &Tensor| o[0][0] + o[1][1] + o[2][2];
    let determinant = |o: &Tensor| {
        o[0][0] * (o[1][1] * o[2][2] - o[1][2] * o[2][1])
            - o[0][1] * (o[1][0] * o[2][2] - o[1][2] * o[2][0])
            + o[0][2] * (o[1][0] * o[2][1] - o[1][1] * o[2][0])
    };
    // Rotations by a third of a turn about four axes are what cubic means.
    let thirds = operations
        .iter()
        .filter(|o| determinant(o) > 0.5 && trace(o).abs() < 1e-6)
        .count();
    if thirds < 8 {
        return *lattice.rows();
    }
    // Axes of twofold rotations that are squares of fourfold ones, or all there are: three that are at right angles.
    let twofold: Vec<[f64; 3]> = operations
        .iter()
        .filter(|o| determinant(o) > 0.5 && (trace(o) + 1.0).abs() < 1e-6)
        .filter_map(axis_of_twofold)
        .collect();
    let mut axes = Vec::new();
    for a in &twofold {
        let at_right_angles = twofold.iter().filter(|b| dot(a, b).abs() < 1e-6).count();
        // ⟨100⟩ is at right angles to two of ⟨100⟩ and two of ⟨110⟩; ⟨110⟩ to one of each.
        let fourfold = twofold.len() == 3 || at_right_angles >= 4;
        if fourfold {
            axes.push(*a);
        }
    }
    if axes.len() != 3 {
        return *lattice.rows();
    }
    let mut ordered = [[0.0; 3]; 3];
    for (c, place) in ordered.iter_mut().enumerate() {
        let Some(nearest) =
            (0..axes.len()).max_by(|i, j| axes[*i][c].abs().total_cmp(&axes[*j][c].abs()))
        else {
            return *lattice.rows();
        };
        let axis = axes.swap_remove(nearest);
        let sign = if axis[c] < 0.0 { -1.0 } else { 1.0 };
        *place = axis.map(|x| sign * x);
    }
    ordered
}

/// The axis of a rotation by half a turn: what it leaves.
fn axis_of_twofold(o: &Tensor) -> Option<[f64; 3]> {
    // (O + 1)/2 projects on the axis.
    let column = (0..3).max_by(|a, b| o[*a][*a].total_cmp(&o[*b][*b]))?;
    let v: [f64; 3] = std::array::from_fn(|i| o[i][column] + if i == column { 1.0 } else { 0.0 });
    let length = norm(&v);
    (length > 1e-6).then(|| v.map(|x| x / length))
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn norm(v: &[f64; 3]) -> f64 {
    dot(v, v).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fcc() -> (Lattice, PointGroup) {
        let lattice = Lattice::new([[-2.0, 0.0, 2.0], [0.0, 2.0, 2.0], [-2.0, 2.0, 0.0]]).unwrap();
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        (lattice, group)
    }

    fn unit(text: &str, (lattice, group): &(Lattice, PointGroup)) -> [f64; 3] {
        TransportDirection::parse(text, lattice, group)
            .unwrap()
            .unit
    }

    #[test]
    fn indices_of_a_cubic_crystal_count_along_its_cubic_axes() {
        let cubic = fcc();
        let close = |a: [f64; 3], b: [f64; 3]| (0..3).all(|i| (a[i] - b[i]).abs() < 1e-12);
        let h = std::f64::consts::FRAC_1_SQRT_2;
        for (text, want) in [
            ("001", [0.0, 0.0, 1.0]),
            ("[1 0 0]", [1.0, 0.0, 0.0]),
            ("1-10", [h, -h, 0.0]),
            ("-1 -1 0", [-h, -h, 0.0]),
            ("0,3,4", [0.0, 0.6, 0.8]),
            ("y", [0.0, 1.0, 0.0]),
        ] {
            assert!(
                close(unit(text, &cubic), want),
                "{text}: {:?}",
                unit(text, &cubic)
            );
        }
        // The same crystal turned by 45° about z: its cubic axes turn with it.
        let turned = Lattice::new([
            [-2.0 * h, 2.0 * h, 2.0],
            [2.0 * h, 2.0 * h, 2.0],
            [0.0, 4.0 * h, 0.0],
        ])
        .unwrap();
        let group = PointGroup::of_lattice(&turned, 1e-6);
        assert_eq!(group.order(), 48);
        let axis = unit("100", &(turned, group));
        assert!(
            (axis[0].abs() - h).abs() < 1e-12 && (axis[1].abs() - h).abs() < 1e-12,
            "{axis:?}"
        );
    }

    #[test]
    fn indices_of_other_crystals_count_along_the_lattice_vectors() {
        let lattice = Lattice::new([
            [3.0, 0.0, 0.0],
            [-1.5, 1.5 * 3f64.sqrt(), 0.0],
            [0.0, 0.0, 5.0],
        ])
        .unwrap();
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let along = unit("110", &(lattice.clone(), group.clone()));
        assert!((along[0] - 0.5).abs() < 1e-12 && (along[1] - 0.75f64.sqrt()).abs() < 1e-12);
        // Sixfold: x and the direction at 60° are one, z another.
        let all =
            ["x", "110", "z"].map(|t| TransportDirection::parse(t, &lattice, &group).unwrap());
        assert_eq!(inequivalent(&all, &group, &lattice).len(), 2);
    }

    #[test]
    fn what_is_no_direction_is_refused() {
        let (lattice, group) = fcc();
        for bad in [
            "000", "0,0,0", "11", "1111", "1,2", "north", "", "1--10", "nan,0,0", "1,2,x",
        ] {
            let error = TransportDirection::parse(bad, &lattice, &group)
                .unwrap_err()
                .to_string();
            assert!(error.contains("--direction"), "{bad}: {error}");
        }
    }

    #[test]
    fn reciprocal_vectors_along_a_direction_are_found() {
        let (lattice, group) = fcc();
        for text in ["001", "110", "111"] {
            let direction = TransportDirection::parse(text, &lattice, &group).unwrap();
            let h = direction.reciprocal_indices(&lattice).unwrap();
            let b = lattice.reciprocal();
            let g: [f64; 3] =
                std::array::from_fn(|c| (0..3).map(|i| f64::from(h[i]) * b[i][c]).sum());
            assert!((dot(&g, &direction.unit) - norm(&g)).abs() < 1e-12 * norm(&g));
        }
        let odd = TransportDirection::parse("0.123,0.456,0.789", &lattice, &group).unwrap();
        assert_eq!(odd.reciprocal_indices(&lattice), None);
    }
}
