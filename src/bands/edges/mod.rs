//! Band edges of an insulator: where they lie, the gaps, and the effective masses there.
//!
//! The upper envelope of the full bands and the lower one of the empty bands are held in memory, a spin at a time; the bands
//! themselves are read plane by plane. An extremum is located between the grid points by a polynomial fit (`fit`); where
//! bands touch at it (the heavy and light holes of the diamond and zincblende crystals), no paraboloid exists and it stays
//! at its grid point.

mod cardinal;
mod extremum;
mod fit;
mod mass;
mod rival;

use super::{BandSource, Field, GapSplit, touching};
use crate::error::Result;
use crate::memory;
use extremum::{Search, extremum};
use mass::Nodes;

pub use mass::{DirectionalMass, EdgeMass, EffectiveMass, PrincipalMass};

/// The edges on both sides of a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct BandEdges {
    /// Of each spin channel.
    pub spins: Vec<SpinEdges>,
    /// Spin channel (from 0) with the highest valence maximum.
    pub valence_spin: usize,
    /// Spin channel (from 0) with the lowest conduction minimum; none where the file has no empty band.
    pub conduction_spin: Option<usize>,
}

/// The edges of one spin channel.
#[derive(Clone, Debug, PartialEq)]
pub struct SpinEdges {
    /// Valence band maximum; none where no band of this spin is full.
    pub valence: Option<Edge>,
    /// Conduction band minimum; none where no band of this spin is empty.
    pub conduction: Option<Edge>,
    /// Smallest vertical gap.
    pub direct_gap: Option<DirectGap>,
    /// Where, fractional, the bands on both sides of the gap may touch between the k-points: the gap may be closed.
    pub may_touch: Option<[f64; 3]>,
}

/// A band edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Band number in the code that wrote the file.
    pub band: usize,
    /// Energy and error bar, eV, between the grid points; without a bar where it is unresolved.
    pub energy_ev: (f64, f64),
    /// Why nothing is known between the grid points, where that is so.
    pub unresolved: Option<&'static str>,
    /// Energy of the extreme grid point, eV.
    pub grid_energy_ev: f64,
    /// The extreme grid point, fractional.
    pub grid_k_frac: [f64; 3],
    /// The extremum and the k-points that are equivalent to it, fractional.
    pub k_points: Vec<[f64; 3]>,
    /// Bands that touch there.
    pub touching: usize,
    /// Masses.
    pub mass: EdgeMass,
}

/// The smallest vertical gap.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectGap {
    /// Energy and error bar, eV, between the grid points; without a bar where it is unresolved.
    pub energy_ev: (f64, f64),
    /// Why nothing is known between the grid points, where that is so.
    pub unresolved: Option<&'static str>,
    /// Smallest on the grid, eV.
    pub grid_energy_ev: f64,
    /// Where, fractional.
    pub k_frac: [f64; 3],
}

impl BandEdges {
    /// The edges of the gap `split`.
    ///
    /// # Errors
    /// Where the bands cannot be read, or one band does not fit in memory.
    pub fn new(source: &dyn BandSource, split: &GapSplit) -> Result<Self> {
        let n_spin = source.header().n_spin();
        let spins: Vec<SpinEdges> = (0..n_spin)
            .map(|spin| SpinEdges::new(source, split, spin))
            .collect::<Result<_>>()?;
        let extreme = |energy: &dyn Fn(&SpinEdges) -> Option<f64>| {
            (0..n_spin)
                .filter_map(|s| energy(&spins[s]).map(|e| (s, e)))
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .map(|(s, _)| s)
        };
        let valence_spin = extreme(&|s| s.valence.as_ref().map(|e| -e.grid_energy_ev)).unwrap_or(0);
        let conduction_spin = extreme(&|s| s.conduction.as_ref().map(|e| e.grid_energy_ev));
        Ok(Self {
            spins,
            valence_spin,
            conduction_spin,
        })
    }

    /// Valence band maximum of all spins.
    pub fn valence(&self) -> Option<&Edge> {
        self.spins[self.valence_spin].valence.as_ref()
    }

    /// Conduction band minimum of all spins.
    pub fn conduction(&self) -> Option<&Edge> {
        self.spins[self.conduction_spin?].conduction.as_ref()
    }

    /// The gap between the two and its error bar, eV.
    pub fn gap_ev(&self) -> Option<(f64, f64)> {
        let (v, c) = (self.valence()?.energy_ev, self.conduction()?.energy_ev);
        Some((c.0 - v.0, c.1 + v.1))
    }

    /// Where the gap may be closed between the k-points, fractional.
    pub fn may_close(&self) -> Option<[f64; 3]> {
        self.spins.iter().find_map(|s| s.may_touch)
    }

    /// Why the gap is known between grid points only, where that is so.
    pub fn gap_unresolved(&self) -> Option<&'static str> {
        let edges = [self.valence(), self.conduction()];
        edges.into_iter().flatten().find_map(|e| e.unresolved)
    }

    /// The smallest vertical gap of all spins.
    pub fn direct_gap(&self) -> Option<&DirectGap> {
        self.spins
            .iter()
            .filter_map(|s| s.direct_gap.as_ref())
            .min_by(|a, b| a.grid_energy_ev.total_cmp(&b.grid_energy_ev))
    }
}

impl SpinEdges {
    fn new(source: &dyn BandSource, split: &GapSplit, spin: usize) -> Result<Self> {
        let header = source.header();
        let bands = |full: bool| -> Vec<usize> {
            (0..header.n_band)
                .filter(|b| split.full[spin * header.n_band + b] == full)
                .collect()
        };
        let (below, above) = (bands(true), bands(false));
        let upper = envelope(source, spin, &below, -1.0)?;
        let lower = envelope(source, spin, &above, 1.0)?;
        let edge = |envelope: &Option<Envelope>, bands: &[usize], sign| {
            let found = envelope
                .as_ref()
                .map(|e| Edge::new(source, spin, bands, e, sign));
            found.transpose()
        };
        let valence = edge(&upper, &below, -1.0)?;
        let conduction = edge(&lower, &above, 1.0)?;
        let smooth = [&valence, &conduction]
            .iter()
            .all(|e| e.as_ref().is_some_and(|e| e.touching == 1));
        let may_touch = upper.as_ref().zip(lower.as_ref()).and_then(|(v, c)| {
            let places = touching::between(&header.k_grid, &v.edge, &c.edge);
            places.first().map(|place| place.k_frac(&header.k_grid))
        });
        let direct_gap = upper.zip(lower).map(|(upper, lower)| {
            let (upper, mut lower) = (upper.edge, lower.edge);
            for (c, v) in lower.iter_mut().zip(&upper) {
                *c -= v;
            }
            let search = if smooth { Search::Smooth } else { Search::Grid };
            let found = extremum(header, &lower, 1.0, search);
            DirectGap {
                energy_ev: found.energy_ev,
                unresolved: found.unresolved,
                grid_energy_ev: found.grid_energy_ev,
                k_frac: found.k_points[0],
            }
        });
        Ok(Self {
            valence,
            conduction,
            direct_gap,
            may_touch,
        })
    }
}

impl Edge {
    /// The minimum of `sign`·E of `envelope`, which `bands` form.
    fn new(
        source: &dyn BandSource,
        spin: usize,
        bands: &[usize],
        envelope: &Envelope,
        sign: f64,
    ) -> Result<Self> {
        let header = source.header();
        let on_grid = extremum(header, &envelope.edge, sign, Search::Grid);
        let (at, e0) = (on_grid.grid_point, on_grid.grid_energy_ev);
        let mut nodes = Nodes::new(source, spin);
        let touching = nodes.touching(bands, at, e0)?;
        let pair = touching.len() > 1 && nodes.stay_together(&touching, at)?;
        let one = touching.len() == 1 || pair;
        let search = envelope
            .next
            .as_deref()
            .map_or(Search::Smooth, Search::NextTo);
        let (found, mass) = if one {
            let found = extremum(header, &envelope.edge, sign, search);
            let mass = mass::tensor(header, &found);
            (found, mass)
        } else {
            let masses = nodes.directional(&touching, at, sign)?;
            let mass = if masses.is_empty() {
                EdgeMass::Unknown
            } else {
                EdgeMass::Directional(masses)
            };
            (on_grid, mass)
        };
        // Of touching bands the one at the gap.
        let band = if sign > 0.0 {
            touching.first()
        } else {
            touching.last()
        };
        Ok(Self {
            band: band.map_or(0, |b| b + header.first_band),
            energy_ev: found.energy_ev,
            unresolved: found.unresolved,
            grid_energy_ev: e0,
            grid_k_frac: header.k_grid.point(at),
            k_points: found.k_points,
            touching: if pair { 1 } else { touching.len() },
            mass,
        })
    }
}

/// The two outermost energies of a set of bands, `[n1][n2][n3]`, eV.
struct Envelope {
    /// The band at the gap, at each k-point.
    edge: Vec<f64>,
    /// The one behind it; none of a single band.
    next: Option<Vec<f64>>,
}

/// The lowest and the second of `sign`·E over `bands` at each grid point; none without bands. Bands that nowhere are among
/// these two are not read.
fn envelope(
    source: &dyn BandSource,
    spin: usize,
    bands: &[usize],
    sign: f64,
) -> Result<Option<Envelope>> {
    let header = source.header();
    // (lowest, highest) of sign·E.
    let range = |band: usize| {
        let s = &source.statistics()[spin * header.n_band + band];
        let ends = (sign * s.energy_min, sign * s.energy_max);
        (ends.0.min(ends.1), ends.0.max(ends.1))
    };
    if bands.is_empty() {
        return Ok(None);
    }
    let mut tops: Vec<f64> = bands.iter().map(|&b| range(b).1).collect();
    tops.sort_by(f64::total_cmp);
    let reached = tops[1.min(tops.len() - 1)];
    let plane_len = header.k_grid.plane_len();
    let what = "the edge of the bands on the k-grid";
    let mut edge = memory::zeros(what, header.k_grid.len())?;
    let mut next = memory::zeros(what, header.k_grid.len())?;
    edge.fill(f64::INFINITY);
    next.fill(f64::INFINITY);
    let mut plane = memory::zeros("a k-plane", plane_len)?;
    for &band in bands.iter().filter(|&&b| range(b).0 <= reached) {
        for first in 0..header.k_grid.n[0] {
            source.read_planes(Field::Energy, spin, band, first, &mut plane)?;
            let at = first * plane_len;
            for (i, x) in plane.iter().enumerate() {
                let (e, second) = (sign * x, &mut next[at + i]);
                let lowest = &mut edge[at + i];
                *second = second.min(e.max(*lowest));
                *lowest = lowest.min(e);
            }
        }
    }
    for e in edge.iter_mut().chain(&mut next) {
        *e *= sign;
    }
    Ok(Some(Envelope {
        edge,
        next: (bands.len() > 1).then_some(next),
    }))
}
