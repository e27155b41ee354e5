//! What symmetry allows beyond two centres: crystal fields, and integrals between near orbitals of any form. A model of
//! two-centre integrals has too few parameters for strongly warped bands.

use super::basis::{Basis, Operation};
use super::two_centre::{Bond, Kind, Parameter, TwoCentre};
use rustfft::num_complex::Complex64;
use std::collections::{BTreeMap, BTreeSet};

/// Integrals of any form are allowed up to this times the shortest bond.
const REACH: f64 = 1.5;

/// A matrix by (vector, row, column).
type Entries = BTreeMap<(usize, usize, usize), f64>;

impl TwoCentre {
    /// Adds every matrix between orbitals on sites not much farther apart than the nearest that the `operations` allow: crystal
    /// fields and integrals of three centres.
    pub fn allow(&mut self, basis: &Basis, operations: &[Operation], bonds: &[Bond]) {
        let Some(nearest) = bonds.first().map(|b| b.length) else {
            return;
        };
        let on_site = (0..basis.sites.len()).map(|i| (i, i, 0));
        let near = bonds.iter().filter(|b| b.length < REACH * nearest);
        let pairs: Vec<(usize, usize, usize)> = on_site
            .chain(near.map(|b| (b.from, b.to, b.vector)))
            .collect();
        let site_of = basis.site_of();
        let orbitals = |site: usize| {
            let own = site_of[..basis.n_spatial()].iter().enumerate();
            own.filter(|(_, s)| **s == site)
                .map(|(i, _)| i)
                .collect::<Vec<_>>()
        };
        let number: BTreeMap<[i32; 3], usize> = self
            .vectors
            .iter()
            .enumerate()
            .map(|(i, r)| (*r, i))
            .collect();
        let images = |pair: &(usize, usize, usize)| -> Vec<(usize, (usize, usize, usize))> {
            let place = |(number_of, op): (usize, &Operation)| {
                let (i, j) = (op.to[pair.0], op.to[pair.1]);
                let moved = op.moves(self.vectors[pair.2]);
                let r =
                    std::array::from_fn(|a| moved[a] + op.moved[pair.1][a] - op.moved[pair.0][a]);
                Some((number_of, (i, j, *number.get(&r)?)))
            };
            let unitary = operations
                .iter()
                .enumerate()
                .filter(|(_, op)| !op.conjugate);
            unitary.filter_map(place).collect()
        };
        let mut done: Vec<(usize, usize, usize)> = Vec::new();
        for pair in &pairs {
            if done.contains(pair) {
                continue;
            }
            let star = images(pair);
            for (_, image) in &star {
                done.push(*image);
                let back = self.vectors[image.2].map(|x| -x);
                done.extend(number.get(&back).map(|r| (image.1, image.0, *r)));
            }
            let mut kept: Vec<Entries> = Vec::new();
            for a in orbitals(pair.0) {
                for b in orbitals(pair.1) {
                    let mut sum: Entries = BTreeMap::new();
                    for (op, image) in &star {
                        let rows = &operations[*op].rows;
                        for i in orbitals(image.0) {
                            let Some((_, x)) = rows[i].iter().find(|(c, _)| *c == a) else {
                                continue;
                            };
                            for j in orbitals(image.1) {
                                let Some((_, y)) = rows[j].iter().find(|(c, _)| *c == b) else {
                                    continue;
                                };
                                let back = number[&self.vectors[image.2].map(|x| -x)];
                                *sum.entry((image.2, i, j)).or_default() += x.re * y.re;
                                *sum.entry((back, j, i)).or_default() += x.re * y.re;
                            }
                        }
                    }
                    let dot = |u: &BTreeMap<_, f64>, v: &BTreeMap<_, f64>| -> f64 {
                        u.iter()
                            .map(|(at, x)| x * v.get(at).copied().unwrap_or(0.0))
                            .sum()
                    };
                    let bonds = sum.keys().map(|(r, i, j)| (*r, site_of[*i], site_of[*j]));
                    let count = bonds.collect::<BTreeSet<_>>().len() as f64;
                    let whole = dot(&sum, &sum).sqrt();
                    if whole < 1e-9 {
                        continue;
                    }
                    sum.values_mut().for_each(|x| *x /= whole);
                    for _ in 0..2 {
                        for other in &kept {
                            let share = dot(&sum, other);
                            other
                                .iter()
                                .for_each(|(at, x)| *sum.entry(*at).or_default() -= share * x);
                        }
                    }
                    let rest = dot(&sum, &sum).sqrt();
                    if rest < 1e-6 {
                        continue;
                    }
                    sum.values_mut().for_each(|x| *x /= rest);
                    // One eV of the parameter is one eV of norm on each bond.
                    let entries = sum
                        .iter()
                        .filter(|(_, x)| x.abs() > 1e-12)
                        .map(|(&(r, i, j), x)| (r, i, j, Complex64::from(x * count.sqrt())));
                    self.parameters.push(Parameter {
                        kind: Kind::Allowed,
                        start: 0.0,
                        entries: entries.collect(),
                    });
                    kept.push(sum);
                }
            }
        }
    }
}
