//! What a band asks of the device: parameters of its dispatches, their size, and what cannot be done.

use super::layouts::Params;
use crate::bands::Field;
use crate::error::{Error, Result};
use crate::integrate::cpu::Setup;
use crate::integrate::{BandContext, Block, Channels};
use crate::kernel::Real;
use crate::kernel::real::width;
use crate::kernel::smearing::CUTOFF;
use std::ops::Range;

/// Pairs of cell and edge in one submission; a pair costs about 1500 operations with the 20 channels that come with lifetimes.
pub const CELL_EDGES: u64 = 1 << 22;

/// The uniform block of a view of `block`, without the run of cells.
pub fn params(setup: &Setup<f32>, block: &Block, cells: &Range<usize>, stride: usize) -> Params {
    let [n1, n2, n3] = block.n;
    let inverse = |width_ev: f64| setup.scale.step_ev / width_ev;
    let s = &setup.context.statistics;
    // The subgrid's smearing is √2 wider, as in the twin.
    let width_ev = setup.context.smearing.map(|(width_ev, _)| {
        if stride == 2 {
            width_ev * std::f64::consts::SQRT_2
        } else {
            width_ev
        }
    });
    let padded = |rows: &[[f32; 3]; 3]| rows.map(|[x, y, z]| [x, y, z, 0.0]);
    let last = setup.thresholds.len() - 1;
    let (bound_first, bound_last) = match setup.axis {
        Some(_) => (
            f32::bound(&setup.thresholds[0]),
            f32::bound(&setup.thresholds[last]),
        ),
        None => setup.tie_bounds,
    };
    Params {
        n1: n1 as u32,
        n2: n2 as u32,
        n3: n3 as u32,
        stride: stride as u32,
        cells1: cells.len().div_ceil(stride) as u32,
        cells2: n2.div_ceil(stride) as u32,
        cells3: n3.div_ceil(stride) as u32,
        start1: cells.start as u32,
        lower1: block.plane_index(cells.start) as u32,
        first_cell: 0,
        cell_count: 0,
        edges: setup.thresholds.len() as u32,
        bound_first,
        bound_last,
        range: setup.scale.range as f32,
        quanta: (1u64 << setup.bits) as f32,
        inverse: width_ev.map_or(0.0, inverse) as f32,
        per_width: width_ev.map_or(0.0, |w| width(s.energy_min, s.energy_max) * (1.0 / w)) as f32,
        tie: setup.tie as f32,
        reserved: 0,
        gradient: padded(&setup.gradient[stride - 1]),
        mass_gradient: padded(&setup.mass_gradient[stride - 1]),
        directions: setup.directions.map(|[x, y, z]| [x, y, z, 0.0]),
    }
}

/// Tiles of so many cells along each axis that cover a view.
pub fn tiles(view: &Params, tile: [u32; 3]) -> u64 {
    let cells = [view.cells1, view.cells2, view.cells3];
    cells
        .iter()
        .zip(tile)
        .map(|(cells, tile)| u64::from(cells.div_ceil(tile)))
        .product()
}

/// Cells in one submission, from a bound on the edges that one cell can meet.
pub fn cells_per_submission(setup: &Setup<f32>) -> u64 {
    // Wider channel vectors cost in proportion.
    let share = setup
        .context
        .channels
        .width()
        .div_ceil(Channels::Lifetimes.width()) as u64;
    let Some(axis) = &setup.axis else {
        return CELL_EDGES / 2 / share;
    };
    let reach_ev = setup.context.smearing.map_or_else(
        || setup.context.statistics.max_step.iter().sum(),
        |(width_ev, _)| 2.0 * CUTOFF * width_ev,
    );
    let edges = (reach_ev / axis.least_width()).min(axis.bins() as f64) as u64 + 2;
    (CELL_EDGES / edges / share).max(4096)
}

/// Contributions at one energy must fit the limbs of their sums: |δ|·range < 2³³ (see `kernel::fixed_point`).
pub fn check_smearing(setup: &Setup<f32>) -> Result<()> {
    let Some((width_ev, _)) = setup.context.smearing else {
        return Ok(());
    };
    let s = &setup.context.statistics;
    let range_ev = width(s.energy_min, s.energy_max);
    if range_ev / width_ev < (1u64 << 33) as f64 {
        return Ok(());
    }
    Err(Error::bad_option(
        "smearing width",
        format!("{width_ev} eV is too small for a band {range_ev} eV wide"),
        "use tetrahedra",
    ))
}

/// Bytes of the widest field of a k-point.
pub fn bytes_per_point(context: &BandContext) -> u64 {
    let components = context.fields().into_iter().map(Field::components).max();
    4 * components.unwrap_or(1) as u64
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::bands::BandSource;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};
    use crate::integrate::{EnergyAxis, Request, Target};

    /// A simple-cubic band.
    pub fn bands() -> ModelBands {
        let lattice = Lattice::new([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 1.0,
            dimension: 3,
        };
        ModelBands::new(model, lattice, KGrid::gamma([8; 3]).unwrap(), false).unwrap()
    }

    #[test]
    fn submissions_shrink_where_a_cell_meets_many_edges() {
        let bands = bands();
        let request = Request::for_bands(bands.header());
        let context = BandContext::new(bands.header(), &bands.statistics()[0], &request, 0, 0);
        let cells = |bins| {
            let axis = EnergyAxis::new(-6.0, 6.0, bins).unwrap();
            cells_per_submission(&Setup::new(&context, &Target::Bins(axis)))
        };
        assert!(cells(1) > 1_000_000 && cells(100) < cells(10) && cells(1 << 20) == 4096);
    }

    #[test]
    fn a_smearing_too_narrow_for_the_sums_is_refused() {
        let bands = bands();
        let request = Request {
            weights: crate::integrate::Weights::Gaussian(1e-10),
            ..Request::for_bands(bands.header())
        };
        let context = BandContext::new(bands.header(), &bands.statistics()[0], &request, 0, 0);
        let setup = Setup::new(&context, &Target::At(0.0));
        assert!(check_smearing(&setup).is_err());
    }
}
