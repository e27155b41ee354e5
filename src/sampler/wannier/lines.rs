//! The sums over R₂ that several boxes share.

use super::series::{Fields, SIDE_BY_SIDE};
use crate::sampler::KBox;

/// Sums over R₂, of which boxes that have the same points along axes 1 and 2 share all.
#[derive(Default)]
pub(super) struct Lines {
    /// Whether those of every plane are kept, and the points along axis 2 that they are of.
    keeps: bool,
    of: Option<(f64, f64, usize)>,
    /// Those of [`SIDE_BY_SIDE`] places.
    runs: Vec<Vec<Fields>>,
}

impl Lines {
    /// Of boxes that follow each other.
    pub fn of_boxes() -> Self {
        Self {
            keeps: true,
            ..Self::default()
        }
    }

    /// Forgets them: other points along axis 1 follow.
    pub fn forget(&mut self) {
        self.of = None;
    }

    /// Makes itself ready for a box; whether its sums are there.
    pub fn begin(&mut self, k_box: &KBox, planes: usize) -> bool {
        let of = Some((k_box.origin[1], k_box.step[1], k_box.points[1]));
        let there = self.keeps && self.of == of;
        self.of = of;
        let runs = if self.keeps {
            planes * k_box.points[1].div_ceil(SIDE_BY_SIDE)
        } else {
            1
        };
        self.runs.resize_with(runs, Vec::new);
        there
    }

    /// Those of run number `at`.
    pub fn run(&mut self, at: usize) -> &mut Vec<Fields> {
        &mut self.runs[if self.keeps { at } else { 0 }]
    }
}
