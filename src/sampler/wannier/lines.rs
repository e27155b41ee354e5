//! The sums over R₂ that several boxes share.

use super::series::{Fields, SIDE_BY_SIDE, Series};
use crate::sampler::KBox;

/// Sums over R₂, of which boxes that have the same points along axes 1 and 2 share all. They are made when they are needed.
#[derive(Default)]
pub(super) struct Lines {
    /// Whether those of every plane are kept, and the points along axis 2 that they are of.
    keeps: bool,
    of: Option<(f64, f64, usize)>,
    runs: Vec<Run>,
    places: Vec<(f64, usize)>,
}

/// Those of [`SIDE_BY_SIDE`] places.
#[derive(Default)]
struct Run {
    /// Its number.
    at: usize,
    fields: [Fields; SIDE_BY_SIDE],
    made: [bool; SIDE_BY_SIDE],
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

    /// Makes itself ready for a box with so many planes.
    pub fn begin(&mut self, k_box: &KBox, planes: usize) {
        let of = Some((k_box.origin[1], k_box.step[1], k_box.points[1]));
        if !self.keeps || self.of != of {
            self.runs
                .iter_mut()
                .for_each(|run| run.made = [false; SIDE_BY_SIDE]);
        }
        self.of = of;
        let runs = match self.keeps {
            true => planes * k_box.points[1].div_ceil(SIDE_BY_SIDE),
            false => 1,
        };
        self.runs.resize_with(runs, Run::default);
    }

    /// Makes those of run number `at`, the sums of `plane` at each of these places where there is one (along axis 2, and the order of its
    /// derivatives), that are not there.
    pub fn make(
        &mut self,
        series: &Series,
        plane: &Fields,
        at: usize,
        places: impl Iterator<Item = Option<(f64, usize)>>,
    ) -> &[Fields] {
        let run = &mut self.runs[if self.keeps { at } else { 0 }];
        if run.at != at {
            (run.at, run.made) = (at, [false; SIDE_BY_SIDE]);
        }
        self.places.clear();
        let mut missing = [false; SIDE_BY_SIDE];
        for ((place, made), missing) in places.zip(&mut run.made).zip(&mut missing) {
            if let Some(place) = place
                && !*made
            {
                self.places.push(place);
                (*made, *missing) = (true, true);
            }
        }
        let fields = run.fields.iter_mut().zip(missing);
        let wanted = fields.filter_map(|(fields, missing)| missing.then_some(fields));
        series.lines(plane, &self.places, wanted);
        &run.fields
    }
}
