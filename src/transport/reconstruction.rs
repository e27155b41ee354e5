//! From what bins hold to a density at points inside them: conservative polynomials, kept admissible.
//!
//! The cumulative integral at the edges of 3 or 5 neighbouring bins is a polynomial's; its slope is the density inside the
//! middle bin, and returns that bin's content exactly. Where the slope would leave what a density can be (a negative number of
//! states, an indefinite v_i v_j, next to a band edge), it is drawn towards the bin's average, which always can. An integral of
//! a smooth function over bins of width h is then right to O(h⁴) or O(h⁶), and the integrals of a positive density stay
//! moments of a positive measure: σ, κ and zT keep their signs whatever the bins.

use crate::integrate::EnergyAxis;
use crate::quadrature::GAUSS_4 as GAUSS;
use std::ops::Range;

/// Points per bin, and the largest number of bins that a polynomial takes up.
pub(super) const NODES: usize = GAUSS.len();
const WIDEST: usize = 5;

/// One bin's share in the content that its points stand for.
#[derive(Clone, Debug)]
struct Stencil {
    /// First bin whose content enters.
    first: usize,
    /// Content at a point per content of each bin.
    share: [[f64; WIDEST]; NODES],
}

/// Points in every bin and the linear map from bins' contents to the points'.
#[derive(Clone, Debug)]
pub(super) struct Reconstruction {
    /// Energies of the points, eV, `NODES` per bin.
    energies: Vec<f64>,
    stencils: Vec<Stencil>,
}

impl Reconstruction {
    /// Polynomials over `order` bins (3 or 5) for the quantities `contents`, `[quantity][bin]`, limited so that `admissible`
    /// holds at every point of a bin, for values per bin.
    pub fn new(
        axis: &EnergyAxis,
        order: usize,
        contents: &[&[f64]],
        admissible: impl Fn(&[f64]) -> bool,
    ) -> Self {
        let bins = axis.bins();
        let mut energies = Vec::with_capacity(NODES * bins);
        let mut stencils = Vec::with_capacity(bins);
        let mut values = vec![0.0; contents.len()];
        for bin in 0..bins {
            let half = 0.5 * axis.bin_width(bin);
            let centre = 0.5 * (axis.edge(bin) + axis.edge(bin + 1));
            energies.extend(GAUSS.map(|(x, _)| centre + half * x));
            let width = order.min(WIDEST).min(bins);
            let first = bin.saturating_sub(width / 2).min(bins - width);
            let edges: Vec<f64> = (first..=first + width)
                .map(|k| (axis.edge(k) - centre) / half)
                .collect();
            let mut share = [[0.0; WIDEST]; NODES];
            for (row, (x, w)) in share.iter_mut().zip(GAUSS) {
                slopes(&edges, x, row);
                row.iter_mut().for_each(|s| *s *= w);
            }
            let mut stencil = Stencil { first, share };
            let allowed = |stencil: &Stencil, values: &mut [f64]| {
                stencil.share.iter().all(|row| {
                    for (value, content) in values.iter_mut().zip(contents) {
                        *value = dot(row, &content[first..first + width]);
                    }
                    admissible(values)
                })
            };
            if !allowed(&stencil, &mut values) {
                let (mut good, mut bad) = (0.0, 1.0);
                for _ in 0..12 {
                    let half_way = 0.5 * (good + bad);
                    if allowed(&stencil.flattened(bin, half_way), &mut values) {
                        good = half_way;
                    } else {
                        bad = half_way;
                    }
                }
                stencil = stencil.flattened(bin, good);
            }
            stencils.push(stencil);
        }
        Self { energies, stencils }
    }

    /// Energies of all points, eV, increasing.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// Bin of a point.
    pub fn bin_of(&self, point: usize) -> usize {
        point / NODES
    }

    /// The bins whose contents the points stand for.
    pub fn bins(&self, points: &Range<usize>) -> Range<usize> {
        if points.is_empty() {
            return 0..0;
        }
        let last = self.stencils[(points.end - 1) / NODES].first + WIDEST;
        self.stencils[points.start / NODES].first..last.min(self.stencils.len())
    }

    /// The weights of bins that integrate a function given at the points `first ..`: Σ_bins weight · content. Returned are
    /// those of [`Reconstruction::bins`].
    pub fn weights(&self, first: usize, values: &[f64]) -> Vec<f64> {
        let bins = self.bins(&(first..first + values.len()));
        // A stencil may be narrower than its place.
        let mut weights = vec![0.0; bins.len() + WIDEST];
        let mut rest = values;
        let mut point = first;
        while !rest.is_empty() {
            // The points of one bin; some may be missing at the ends.
            let skipped = point % NODES;
            let count = (NODES - skipped).min(rest.len());
            let mut here = [0.0; NODES];
            here[skipped..skipped + count].copy_from_slice(&rest[..count]);
            let Stencil { first, share } = &self.stencils[point / NODES];
            let target = &mut weights[first - bins.start..][..WIDEST];
            for i in 0..NODES {
                for (w, s) in target.iter_mut().zip(&share[i]) {
                    *w += s * here[i];
                }
            }
            rest = &rest[count..];
            point += count;
        }
        weights.truncate(bins.len());
        weights
    }

    /// What each point stands for of a quantity with these contents of bins.
    pub fn at_points(&self, contents: &[f64]) -> Vec<f64> {
        let of = |stencil: &Stencil| {
            stencil
                .share
                .map(|row| dot(&row, &contents[stencil.first..]))
        };
        self.stencils.iter().flat_map(of).collect()
    }
}

impl Stencil {
    /// `share` of the polynomial and the rest of the bin's average.
    fn flattened(&self, bin: usize, share: f64) -> Self {
        let mut flat = self.clone();
        for (row, (_, w)) in flat.share.iter_mut().zip(GAUSS) {
            row.iter_mut().for_each(|s| *s *= share);
            row[bin - self.first] += (1.0 - share) * 0.5 * w;
        }
        flat
    }
}

/// Slope at `x`, per unit of x, of the polynomial through the cumulative contents at `edges`, for a content of 1 in each bin.
fn slopes(edges: &[f64], x: f64, row: &mut [f64; WIDEST]) {
    // Σ over the edges j above bin i of ℓ_j'(x): the content of bin i lifts the cumulative from there on.
    for j in 1..edges.len() {
        let mut slope = 0.0;
        for m in 0..edges.len() {
            if m == j {
                continue;
            }
            let mut product = 1.0 / (edges[j] - edges[m]);
            for l in 0..edges.len() {
                if l != j && l != m {
                    product *= (x - edges[l]) / (edges[j] - edges[l]);
                }
            }
            slope += product;
        }
        row[..j].iter_mut().for_each(|s| *s += slope);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uneven() -> EnergyAxis {
        let mut edges = vec![0.0];
        for k in 0..24 {
            edges.push(edges[k] + 0.02 * (1.3 + (1.7 * k as f64).sin()));
        }
        EnergyAxis::from_edges(edges).unwrap()
    }

    fn contents(axis: &EnergyAxis, cumulative: impl Fn(f64) -> f64) -> Vec<f64> {
        let of = |w: &[f64]| cumulative(w[1]) - cumulative(w[0]);
        axis.edges().windows(2).map(of).collect()
    }

    /// ∫ g h is exact for a density of the polynomials' degree, at the ends of the axis too, and not one degree above.
    #[test]
    fn densities_up_to_the_degree_are_exact() {
        let axis = uneven();
        let top = axis.last();
        for (order, degree) in [(3, 2), (5, 4)] {
            for extra in [0, 1] {
                let d = degree + extra;
                let c = contents(&axis, |e| e.powi(d + 1) / f64::from(d + 1));
                let r = Reconstruction::new(&axis, order, &[&c], |_| true);
                let h: Vec<f64> = r.energies().iter().map(|e| e * e).collect();
                let w = r.weights(0, &h);
                let got = dot(&w, &c);
                let exact = top.powi(d + 3) / f64::from(d + 3);
                let off = (got / exact - 1.0).abs();
                assert_eq!(off < 1e-12, extra == 0, "{order} {d}: {off:e}");
                let points: f64 = r.at_points(&c).iter().sum();
                assert!((points / c.iter().sum::<f64>() - 1.0).abs() < 1e-13);
            }
        }
    }

    /// At a step of the density the plain polynomial goes negative; the limited one does not, and holds what the bins hold.
    #[test]
    fn limited_densities_stay_positive_and_keep_their_content() {
        let axis = uneven();
        let c = contents(&axis, |e| (e - 0.3).max(0.0).sqrt());
        let plain = Reconstruction::new(&axis, 5, &[&c], |_| true);
        assert!(plain.at_points(&c).iter().any(|&x| x < -1e-4));
        let limited = Reconstruction::new(&axis, 5, &[&c], |v| v[0] >= 0.0);
        let points = limited.at_points(&c);
        assert!(points.iter().all(|&x| x >= 0.0));
        for (bin, held) in c.iter().enumerate() {
            let sum: f64 = points[NODES * bin..][..NODES].iter().sum();
            assert!((sum - held).abs() < 1e-14);
        }
    }
}
