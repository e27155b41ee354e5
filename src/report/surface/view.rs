//! A surface as it is shown: folded into the first zone, with a colour for a property.

use super::colours::colour;
use super::zone::{Corner, Zone};
use crate::io::polygons::Polygons;
use crate::surface::vector::{Vector, norm, scale, unit};
use crate::surface::{BandSurface, Catalogue};
use crate::units::EV_ANGSTROM_OVER_HBAR;
use std::collections::HashMap;

/// Points nearer than this (Å⁻¹) are one.
const NEAR: f64 = 1e-6;

/// What colours show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// |v|.
    Speed,
    /// v along x.
    X,
    /// v along y.
    Y,
    /// v along z.
    Z,
    /// τ of the bands.
    Lifetime,
    /// |v| τ, for a constant τ where one is given, else for that of the bands.
    MeanFreePath,
    /// A component of M⁻¹: xx yy zz yz xz xy by number.
    InverseMass(usize),
}

/// What can be shown of bands, with relaxation times of their own or a constant one, and inverse masses where these are known.
pub fn surface_properties(lifetimes: bool, tau_s: Option<f64>, masses: bool) -> Vec<Property> {
    let mut all = vec![Property::Speed, Property::X, Property::Y, Property::Z];
    if lifetimes && tau_s.is_none() {
        all.push(Property::Lifetime);
    }
    if tau_s.is_some() || lifetimes {
        all.push(Property::MeanFreePath);
    }
    if masses {
        all.extend((0..6).map(Property::InverseMass));
    }
    all
}

impl Property {
    /// Name, as in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Speed => "speed",
            Self::X => "velocity_x",
            Self::Y => "velocity_y",
            Self::Z => "velocity_z",
            Self::Lifetime => "lifetime",
            Self::MeanFreePath => "mean_free_path",
            Self::InverseMass(i) => [
                "inverse_mass_xx",
                "inverse_mass_yy",
                "inverse_mass_zz",
                "inverse_mass_yz",
                "inverse_mass_xz",
                "inverse_mass_xy",
            ][i.min(5)],
        }
    }

    /// Unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::MeanFreePath => "m",
            Self::Lifetime => "s",
            Self::InverseMass(_) => "1/m_e",
            _ => "m/s",
        }
    }

    fn of(self, corner: &Corner, tau_s: Option<f64>) -> f64 {
        let v = scale(EV_ANGSTROM_OVER_HBAR, corner.gradient);
        match self {
            Self::Speed => norm(v),
            Self::X => v[0],
            Self::Y => v[1],
            Self::Z => v[2],
            Self::Lifetime => corner.time,
            Self::MeanFreePath => norm(v) * tau_s.unwrap_or(corner.time),
            Self::InverseMass(i) => corner.mass[i.min(5)],
        }
    }
}

/// A curve on the surface.
pub struct Line {
    /// What it is.
    pub name: String,
    /// Red green blue, 0 to 1.
    pub colour: [f64; 3],
    /// Its pieces, Å⁻¹.
    pub pieces: Vec<[Vector; 2]>,
}

/// Colours of curves, which stand out against those of the surface: red, black, orange, magenta, white.
const LINES: [[f64; 3]; 5] = [
    [0.85, 0.1, 0.1],
    [0.0, 0.0, 0.0],
    [1.0, 0.55, 0.0],
    [0.85, 0.1, 0.75],
    [1.0, 1.0, 1.0],
];

/// A surface in the first zone.
pub struct View {
    /// Its triangles; the first field is the property that colours show.
    pub polygons: Polygons,
    /// Edges of the zone, Å⁻¹.
    pub edges: Vec<[Vector; 2]>,
    /// Least and largest value of each field.
    pub ranges: Vec<(f64, f64)>,
    /// Triangles of each part.
    pub counts: Vec<usize>,
    /// Curves on it.
    pub lines: Vec<Line>,
    zone: Option<Zone>,
}

impl View {
    /// Of the surfaces of some bands, with `first_band` the number of the first; `properties` (one at least) with a constant τ, or the bands' own.
    pub fn new(
        surfaces: &[BandSurface],
        first_band: usize,
        properties: &[Property],
        tau_s: Option<f64>,
    ) -> Self {
        let mut polygons = Polygons::default();
        let zone = surfaces.first().map(|s| Zone::new(&s.mesh.reciprocal));
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); properties.len()];
        let spins = surfaces.iter().any(|s| s.spin > 0);
        for s in surfaces {
            let mesh = &s.mesh;
            for (number, sheet) in s.sheets.iter().enumerate() {
                let spin = if spins {
                    format!(" spin {}", s.spin + 1)
                } else {
                    String::new()
                };
                let name = format!("band {}{spin} sheet {}", s.band + first_band, number + 1);
                polygons.parts.push((name, polygons.triangles.len()));
                // Corners of one sheet in one place are one point.
                let mut shared: HashMap<[i64; 3], u32> = HashMap::new();
                for t in &sheet.triangles {
                    let t = &mesh.triangles[*t as usize];
                    let corners: [Corner; 3] = std::array::from_fn(|i| {
                        let v = t.vertices[i] as usize;
                        Corner {
                            k: mesh.cartesian(mesh.corner(t, i)),
                            gradient: mesh.gradient(mesh.vertices[v].slope),
                            mass: s.inverse_masses.get(v).copied().unwrap_or_default(),
                            time: s.lifetimes.get(v).copied().unwrap_or_default(),
                        }
                    });
                    let parts = zone.as_ref().map_or(Vec::new(), |z| z.fold(corners));
                    for part in parts {
                        let indices: Vec<u32> = part
                            .iter()
                            .map(|c| {
                                let place = c.k.map(|x| (x / NEAR).round() as i64);
                                *shared.entry(place).or_insert_with(|| {
                                    polygons.points.push(c.k.map(|x| x as f32));
                                    polygons.normals.push(unit(c.gradient).map(|x| x as f32));
                                    for (all, p) in values.iter_mut().zip(properties) {
                                        all.push(p.of(c, tau_s));
                                    }
                                    polygons.points.len() as u32 - 1
                                })
                            })
                            .collect();
                        for i in 2..indices.len() {
                            let t = [indices[0], indices[i - 1], indices[i]];
                            // Where the surface goes through a grid point, triangles shrink to nothing.
                            if t[0] != t[1] && t[1] != t[2] && t[2] != t[0] {
                                polygons.triangles.push(t);
                            }
                        }
                    }
                }
            }
        }
        let range = |all: &Vec<f64>| {
            all.iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| {
                    (l.min(*x), h.max(*x))
                })
        };
        let ranges: Vec<(f64, f64)> = values.iter().map(range).collect();
        if let (Some(first), Some((low, high))) = (values.first(), ranges.first()) {
            let width = (high - low).max(f64::MIN_POSITIVE);
            let of = |x: &f64| colour((x - low) / width).map(|c| (255.0 * c).round() as u8);
            polygons.colours = first.iter().map(of).collect();
        }
        polygons.fields = properties
            .iter()
            .zip(&values)
            .map(|(p, v)| {
                let values = v.iter().map(|x| *x as f32).collect();
                (p.name().to_owned(), p.unit().to_owned(), values)
            })
            .collect();
        let counts = (0..polygons.parts.len())
            .map(|i| {
                let last = polygons
                    .parts
                    .get(i + 1)
                    .map_or(polygons.triangles.len(), |p| p.1);
                last - polygons.parts[i].1
            })
            .collect();
        Self {
            polygons,
            edges: zone.as_ref().map_or(Vec::new(), |z| z.edges.clone()),
            ranges,
            counts,
            lines: Vec::new(),
            zone,
        }
    }

    /// Of polygons that are in the zone already.
    pub(super) fn drawn(
        polygons: Polygons,
        edges: Vec<[Vector; 2]>,
        ranges: Vec<(f64, f64)>,
        counts: Vec<usize>,
    ) -> Self {
        Self {
            polygons,
            edges,
            ranges,
            counts,
            lines: Vec::new(),
            zone: None,
        }
    }

    /// Adds the extremal orbits of a direction of the field, each folded into the zone, and named by its band.
    pub fn add_orbits(&mut self, orbits: &Catalogue, first_band: usize) {
        let Some(zone) = &self.zone else { return };
        for (i, o) in orbits.orbits.iter().enumerate() {
            let kind = if o.electron { "electrons" } else { "holes" };
            let pieces = o.points.windows(2).map(|p| zone.fold_piece([p[0], p[1]]));
            self.lines.push(Line {
                name: format!(
                    "band {} {kind} {:.1} T",
                    o.band + first_band,
                    o.frequency.value
                ),
                colour: LINES[i % LINES.len()],
                pieces: pieces.collect(),
            });
        }
    }
}
