//! The orbits that an experiment in one direction of the field sees: extremal ones with their multiplicity and bars, and bands of open ones.

use super::direction::Direction;
use super::extremes::{apart, elsewhere, extremes};
use super::families::Families;
use super::field::Spline;
use super::planes::planes;
use super::sums::orbits_in;
use super::survey::{BandSurface, with_bar};
use super::vector::Vector;
use crate::error::{Error, Result};
use crate::uncertainty::Scalar;
use serde::{Deserialize, Serialize};

/// Orbits whose frequencies and masses differ by less than this share are images of each other.
const SAME: f64 = 2e-5;

/// A family of open orbits with a smaller share of the states is none that is told: symmetry keeps saddles in one plane, which an interpolation parts by
/// what it leaves open.
const THINNEST: f64 = 1e-4;

/// An extremal orbit, or several that are alike.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrbitRow {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// Whether it encloses lower energies.
    pub electron: bool,
    /// Frequency and its bar, T.
    pub frequency: Scalar,
    /// Cyclotron mass from the dwell time and its bar, electron masses.
    pub mass: Scalar,
    /// Cyclotron mass from areas at two energies.
    pub mass_from_areas: f64,
    /// ∂²A/∂k², the larger in amount the sharper.
    pub curvature: f64,
    /// Place of the plane along the field, Å⁻¹.
    pub k_field: f64,
    /// Time-averaged place, Cartesian, Å⁻¹.
    pub centre: Vector,
    /// Orbits of this frequency and mass on the surface.
    pub multiplicity: usize,
    /// The orbit's points, Cartesian, Å⁻¹.
    pub points: Vec<Vector>,
}

/// Open orbits of one family.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenRow {
    /// Spin channel, from 0.
    pub spin: usize,
    /// Band, from 0.
    pub band: usize,
    /// The reciprocal lattice vector (coefficients of b₁ b₂ b₃) of one round.
    pub along: [i32; 3],
    /// Range of k along the field, Å⁻¹.
    pub range: (f64, f64),
    /// Share of the band's states on them.
    pub share: f64,
}

/// The orbits of one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Catalogue {
    /// The field's direction.
    pub direction: Direction,
    /// Extremal orbits, by band and frequency.
    pub orbits: Vec<OrbitRow>,
    /// Open orbits.
    pub open: Vec<OpenRow>,
}

/// A band with its splines: the result's, that of every second point, and there another interpolation's.
pub struct Interpolations<'a> {
    /// The surface.
    pub surface: &'a BandSurface,
    /// The result's.
    pub fine: Spline,
    /// Every second point's.
    pub coarse: Spline,
    /// There, another interpolation's.
    pub rival: Option<Spline>,
}

/// The orbits along `direction`, with about `density` planes over the width of the zone, `most` at most.
///
/// # Errors
/// [`Error::BadOption`] for more than `most` extremal orbits.
pub fn catalogue(
    bands: &[Interpolations],
    direction: Direction,
    density: f64,
    most: usize,
) -> Result<Catalogue> {
    let mut found = Catalogue {
        direction,
        orbits: Vec::new(),
        open: Vec::new(),
    };
    for b in bands {
        let families = Families::new(&b.surface.mesh, &b.fine, direction);
        let slices = planes(&families, density);
        let orbits = orbits_in(&families, &slices, None);
        let mut own: Vec<OrbitRow> = Vec::new();
        for x in extremes(&families, &slices, &orbits) {
            let coarse = elsewhere(&families, &b.coarse, &x);
            let open = b.rival.as_ref().map(|r| {
                let rival = elsewhere(&families, r, &x);
                let along = apart(&families, &b.coarse, r, &x.orbit);
                let off = |own: f64, rival: f64, along: f64| own + (rival - own).abs().max(along);
                (
                    off(coarse.0, rival.0, along.0),
                    off(coarse.1, rival.1, along.1),
                )
            });
            let row = OrbitRow {
                spin: b.surface.spin,
                band: b.surface.band,
                electron: x.electron,
                frequency: with_bar(x.frequency, Some(coarse.0), open.map(|r| r.0)),
                mass: with_bar(x.mass, Some(coarse.1), open.map(|r| r.1)),
                mass_from_areas: x.mass_from_areas,
                curvature: x.curvature,
                k_field: x.k_field,
                centre: x.orbit.centre(),
                multiplicity: 1,
                points: x.orbit.points,
            };
            let near = |a: f64, b: f64, bars: f64| (a - b).abs() < SAME * a.abs() + bars;
            let same = own.iter_mut().find(|o| {
                o.electron == row.electron
                    && near(
                        o.frequency.value,
                        row.frequency.value,
                        0.1 * row.frequency.error,
                    )
                    && near(
                        o.mass.value,
                        row.mass.value,
                        0.1 * row.mass.error + 1e-4 * row.mass.value,
                    )
            });
            match same {
                Some(o) => {
                    o.multiplicity += 1;
                    widen(&mut o.frequency, &row.frequency);
                    widen(&mut o.mass, &row.mass);
                }
                None => own.push(row),
            }
            if own.len() > most {
                return Err(Error::bad_option(
                    "--max-orbits",
                    format!("there are more than {most} extremal orbits in one direction"),
                    "give a larger number, or a coarser `--mesh` where the surface is ragged",
                ));
            }
        }
        own.sort_by(|a, b| a.frequency.value.total_cmp(&b.frequency.value));
        found.orbits.extend(own);
        let states: f64 = slices
            .iter()
            .zip(&orbits)
            .map(|(p, o)| o.as_ref().map_or(0.0, |o| p.thickness * o.dwell))
            .sum();
        for (number, family) in families.families.iter().enumerate() {
            let own = || {
                slices
                    .iter()
                    .zip(&orbits)
                    .filter(|(p, _)| p.family == number)
            };
            let Some(winding) = own().find_map(|(_, o)| o.as_ref().map(|o| o.winding)) else {
                continue;
            };
            if winding == [0; 3] {
                continue;
            }
            let on: f64 = own()
                .map(|(p, o)| o.as_ref().map_or(0.0, |o| p.thickness * o.dwell))
                .sum();
            let share = on / states.max(f64::MIN_POSITIVE);
            if share < THINNEST {
                continue;
            }
            found.open.push(OpenRow {
                spin: b.surface.spin,
                band: b.surface.band,
                along: winding,
                range: (family.from * direction.period, family.to * direction.period),
                share,
            });
        }
    }
    Ok(found)
}

/// Takes the wider of two bars.
fn widen(own: &mut Scalar, other: &Scalar) {
    if other.error > own.error {
        (own.error, own.shares) = (other.error, other.shares);
    }
}
