//! The points of a grid by stars: one of each is worked on, the others are its images.

use super::basis::{Basis, Operation};
use super::multiplets::Multiplets;
use crate::crystal::{self, KGrid};
use rayon::prelude::*;

/// The point that stands for its star.
pub(super) struct Representative {
    /// Index on the grid.
    pub index: usize,
    /// Points of the star.
    pub weight: usize,
    /// States by what the little group makes of them.
    pub multiplets: Multiplets,
}

/// A grid by stars.
pub(super) struct Stars {
    pub grid: KGrid,
    pub operations: Vec<Operation>,
    pub representatives: Vec<Representative>,
    /// Representative and operation of each point.
    pub of_point: Vec<(u32, u32)>,
}

impl Stars {
    pub fn new(basis: &Basis, grid: KGrid, operations: Vec<Operation>) -> Self {
        const NONE: u32 = u32::MAX;
        let mut of_point = vec![(NONE, 0); grid.len()];
        let mut found: Vec<(usize, usize, Vec<usize>)> = Vec::new();
        for index in 0..grid.len() {
            if of_point[index].0 != NONE {
                continue;
            }
            let u = grid.point(grid.place(index));
            let star = found.len() as u32;
            let (mut weight, mut little) = (0, Vec::new());
            for (number, op) in operations.iter().enumerate() {
                let Some(there) = grid.locate(crystal::apply(&op.on_k, u), 1e-5) else {
                    continue;
                };
                let there = grid.index(there);
                if there == index {
                    little.push(number);
                }
                if of_point[there].0 == NONE {
                    of_point[there] = (star, number as u32);
                    weight += 1;
                }
            }
            found.push((index, weight, little));
        }
        let site_of = basis.site_of();
        let representatives = found
            .into_par_iter()
            .map(|(index, weight, little)| {
                let u = grid.point(grid.place(index));
                let matrix = |conjugate: bool| {
                    let ops = little.iter().map(|&i| &operations[i]);
                    let site_of = &site_of;
                    ops.filter(move |op| op.conjugate == conjugate)
                        .map(move |op| op.matrix(u, site_of))
                };
                let unitary: Vec<_> = matrix(false).collect();
                Representative {
                    index,
                    weight,
                    multiplets: Multiplets::new(
                        basis.len(),
                        &unitary,
                        matrix(true).next().as_ref(),
                    ),
                }
            })
            .collect();
        Self {
            grid,
            operations,
            representatives,
            of_point,
        }
    }
}
