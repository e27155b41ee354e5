//! Averages over the Fermi surface of functions of the gap.

use super::gap::Gap;
use crate::bands::{BandGrid, BandSource, Field};
use crate::crystal::PointGroup;
use crate::error::Result;
use crate::integrate::{At, Channel, Channels, Engine, Request, Velocities, measure};
use crate::uncertainty::{Scalar, TensorQuantity};

/// ⟨v_i v_j g⟩/⟨v_i v_j⟩ component by component of the diagonal, and ⟨g⟩, over the Fermi surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceAverages {
    /// xx, yy, zz; NaN along directions without current.
    pub current: [Scalar; 3],
    /// ⟨v_i v_j g δ⟩ itself, as integrated and averaged over operations that keep the gap, m²/s² per eV and cell.
    pub weighted: TensorQuantity,
}

/// Averages of `g(|Δ_k|/Δ_max)`, which must not be negative, over the Fermi surface of bands in memory.
///
/// # Errors
/// As [`measure`].
pub fn surface_averages(
    bands: &BandGrid,
    request: &Request,
    fermi_ev: f64,
    gap: &Gap,
    engine: &mut dyn Engine,
    g: impl Fn(f64) -> f64,
) -> Result<SurfaceAverages> {
    let header = bands.header();
    let weights = weights(bands, gap, g);
    let all = |field: Field| -> Vec<f64> {
        let each = (0..header.n_spin()).flat_map(|s| (0..header.n_band).map(move |b| (s, b)));
        each.flat_map(|(s, b)| bands.band(field, s, b).iter().copied())
            .collect()
    };
    let velocities = header.has_velocities.then(|| all(Field::Velocity));
    averaged(bands, request, fermi_ev, gap, engine, (velocities, weights))
}

/// ⟨g⟩ over the Fermi surface, every state counting alike.
///
/// # Errors
/// As [`measure`].
pub fn surface_mean(
    bands: &BandGrid,
    request: &Request,
    fermi_ev: f64,
    gap: &Gap,
    engine: &mut dyn Engine,
    g: impl Fn(f64) -> f64,
) -> Result<Scalar> {
    let weights = weights(bands, gap, g);
    // With a velocity of one everywhere ⟨v_x² g⟩ is ⟨g⟩.
    let ones = weights.iter().flat_map(|_| [1.0, 0.0, 0.0]).collect();
    let request = Request {
        velocities: Velocities::FromFile,
        ..*request
    };
    let found = averaged(
        bands,
        &request,
        fermi_ev,
        gap,
        engine,
        (Some(ones), weights),
    )?;
    Ok(found.current[0])
}

/// g of every state.
fn weights(bands: &BandGrid, gap: &Gap, g: impl Fn(f64) -> f64) -> Vec<f64> {
    let header = bands.header();
    let points = header.k_grid.len();
    let pairs = (0..header.n_spin_band()).flat_map(|sb| (0..points).map(move |p| (sb, p)));
    pairs
        .map(|(sb, p)| g(gap.shape(header, sb, p).abs()))
        .collect()
}

fn averaged(
    bands: &BandGrid,
    request: &Request,
    fermi_ev: f64,
    gap: &Gap,
    engine: &mut dyn Engine,
    (velocities, weights): (Option<Vec<f64>>, Vec<f64>),
) -> Result<SurfaceAverages> {
    let header = bands.header().clone();
    let unit = velocities
        .as_ref()
        .is_some_and(|v| v.first_chunk() == Some(&[1.0, 0.0, 0.0]));
    let group: PointGroup = header.point_group.filter(|r| gap.is_kept_by(r));
    // A vector that is the same everywhere is no vector field of the crystal: it is not averaged.
    let group = if unit { PointGroup::identity() } else { group };
    let projector = group.projector(&header.lattice);
    let energies = (0..header.n_spin()).flat_map(|s| (0..header.n_band).map(move |b| (s, b)));
    let energies = energies
        .flat_map(|(s, b)| bands.band(Field::Energy, s, b).iter().copied())
        .collect();
    let weighted = BandGrid::with_fields(header, energies, velocities, Some(weights))?;
    let request = Request {
        channels: Channels::Lifetimes,
        ..*request
    };
    let found = measure(&weighted, &request, &At(fermi_ev), engine)?.result;
    let tensor = |channel: fn(usize, usize) -> Channel| {
        TensorQuantity::symmetric(|i, j| found.total(channel(i, j)))
            .symmetrized(&projector)
            .0
    };
    let (with, without) = (
        tensor(Channel::LifetimeProduct),
        tensor(Channel::VelocityProduct),
    );
    let ratio = |i: usize| {
        let (n, d) = (with.value[i][i], without.value[i][i]);
        if d <= 0.0 {
            return Scalar::new(f64::NAN, f64::NAN);
        }
        let value = n / d;
        Scalar::new(value, (with.error[i][i] + value * without.error[i][i]) / d)
    };
    Ok(SurfaceAverages {
        current: [0, 1, 2].map(ratio),
        weighted: with,
    })
}
