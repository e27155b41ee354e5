//! Which planes a family of orbits is integrated over.

use super::families::{End, Families, Family};

/// Fewest planes of a family.
const FEWEST: usize = 5;

/// Fewest planes of a family thinner than `SHORT` of the zone's width, whose share of any sum is as small.
const FEWEST_SHORT: usize = 3;
const SHORT: f64 = 0.05;
/// A family thinner than this share of the zone's width holds nothing.
const SHORTEST: f64 = 1e-7;

/// Points and weights of the Gauss–Legendre rule with `m` points on (0, 1).
pub fn gauss_legendre(m: usize) -> Vec<(f64, f64)> {
    let mut rule = Vec::with_capacity(m);
    for i in 0..m {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (m as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut before, mut here) = (1.0, x);
            for k in 2..=m {
                let k = k as f64;
                (before, here) = (here, ((2.0 * k - 1.0) * x * here - (k - 1.0) * before) / k);
            }
            if m == 1 {
                (before, here) = (1.0, x);
            }
            slope = m as f64 * (x * here - before) / (x * x - 1.0);
            let step = here / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        let weight = 2.0 / ((1.0 - x * x) * slope * slope);
        rule.push((0.5 * (1.0 - x), 0.5 * weight));
    }
    rule
}

/// A plane of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Number of the family.
    pub family: usize,
    /// Height u·R.
    pub height: f64,
    /// Its share of k along the field, Å⁻¹.
    pub thickness: f64,
}

/// Where in a family a share `x` of its planes lies, and the slope of that: evenly between poles, crowding towards saddles, where dwell times diverge as
/// a logarithm.
fn graded(family: &Family, x: f64) -> (f64, f64) {
    let y = 1.0 - x;
    match (family.lower == End::Saddle, family.upper == End::Saddle) {
        (false, false) => (x, 1.0),
        (true, false) => (x * x * x, 3.0 * x * x),
        (false, true) => (1.0 - y * y * y, 3.0 * y * y),
        (true, true) => (
            x * x * x * (10.0 - 15.0 * x + 6.0 * x * x),
            30.0 * x * x * y * y,
        ),
    }
}

/// Planes for every family, about `density` over the mean width of the zone.
pub fn planes(families: &Families, density: f64) -> Vec<Plane> {
    let b = &families.mesh.reciprocal;
    let width = super::vector::dot(b[0], super::vector::cross(b[1], b[2]))
        .abs()
        .cbrt();
    let mut all = Vec::new();
    for (number, family) in families.families.iter().enumerate() {
        let length = (family.to - family.from) * families.direction.period;
        // Saddles in one plane that rounding parts.
        if length < SHORTEST * width {
            continue;
        }
        let ends = [family.lower, family.upper];
        let saddles = ends.iter().filter(|e| **e == End::Saddle).count();
        let count = (density * (length / width).sqrt()).ceil() as usize;
        let least = match length < SHORT * width {
            true => FEWEST_SHORT + saddles,
            false => FEWEST + 2 * saddles,
        };
        let count = count.max(least);
        if family.lower == End::Nowhere {
            // Periodic: even planes converge faster than any power.
            for i in 0..count {
                let x = (i as f64 + 0.5) / count as f64;
                all.push(Plane {
                    family: number,
                    height: family.from + x * (family.to - family.from),
                    thickness: length / count as f64,
                });
            }
            continue;
        }
        for (x, weight) in gauss_legendre(count) {
            let (at, slope) = graded(family, x);
            all.push(Plane {
                family: number,
                height: family.from + at * (family.to - family.from),
                thickness: weight * slope * length,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::gauss_legendre;

    /// Exact to degree 2m − 1, and not beyond.
    #[test]
    fn a_rule_has_its_degree() {
        for m in [1, 2, 5, 12] {
            let moment =
                |p: i32| -> f64 { gauss_legendre(m).iter().map(|(x, w)| w * x.powi(p)).sum() };
            let last = 2 * m as i32 - 1;
            assert!((moment(last) - 1.0 / f64::from(last + 1)).abs() < 1e-13);
            // Beyond, by less than rounding for many points.
            let beyond = (moment(last + 1) - 1.0 / f64::from(last + 2)).abs();
            assert!(m > 5 || beyond > 1e-14, "{m}: {beyond:e}");
        }
    }
}
