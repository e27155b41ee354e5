//! Bands along a path through the zone, and the states beside them.

use super::dos::{Dos, EnergyRange};
use super::held::Held;
use super::integrator::integrate;
use super::level::{self, LevelChoice};
use super::method::Method;
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::said::Say;
use crate::bands::{BandHeader, BandSource, Derivatives, Interpolator, KBox};
use crate::crystal::Lattice;
use crate::error::{Error, Result};
use crate::transport::DosSpectrum;
use rayon::prelude::*;
use std::f64::consts::PI;

/// How far a lattice may be from the one that names its points, relative.
const LIKE: f64 = 1e-4;
/// Most points of a path.
const MOST_POINTS: usize = 100_000;
/// Error bar that refinement brings the density of states to where no other is asked for: a figure shows no more.
const TOLERANCE: f64 = 1e-2;
/// Bins of the density of states.
const BINS: usize = 400;

/// The length of a vector.
fn norm(x: [f64; 3]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// A named k-point, fractional.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Fractional coordinates.
    pub k: [f64; 3],
}

impl Node {
    /// A corner; Γ may be spelled in Latin letters.
    pub fn new(name: &str, k: [f64; 3]) -> Self {
        let name = match name {
            "G" | "GAMMA" | "Gamma" => "Γ",
            name => name,
        };
        Self {
            name: name.to_owned(),
            k,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct BandPath {
    /// Corners of the path; none for those that the lattice has by convention.
    pub nodes: Vec<Node>,
    /// Points of the whole path; more where it has more corners.
    pub points: usize,
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Energies whose density of states is wanted, too, eV from the Fermi level.
    pub states_ev: Option<(f64, f64)>,
}

impl Default for BandPath {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            points: 400,
            level: LevelChoice::default(),
            states_ev: None,
        }
    }
}

/// Bands along a path.
pub struct BandPathFound {
    /// Corners, with their distance from the beginning, Å⁻¹.
    pub nodes: Vec<(f64, Node)>,
    /// Distance of each point from the beginning, Å⁻¹.
    pub along: Vec<f64>,
    /// Fractional coordinates of each point.
    pub k: Vec<[f64; 3]>,
    /// `[spin][band][point]`, eV.
    pub energies: Vec<Vec<Vec<f64>>>,
    /// What another interpolation of the same table has else; empty where the bands are known.
    pub errors: Vec<Vec<Vec<f64>>>,
    /// The Fermi level, eV; none where nothing tells it.
    pub fermi_level_ev: Option<f64>,
    /// The density of states, where it is wanted.
    pub dos: Option<DosSpectrum>,
}

impl BandPath {
    /// The bands, interpolated.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(&self, held: Held, opening: &Opening, method: &Method) -> Result<Opened> {
        let demands = Demands {
            method: Some(method),
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        let mut opening = opening.clone();
        if opening.interpolate.is_none() && opening.kspacing.is_none() {
            opening.tolerance = opening.tolerance.or(Some(TOLERANCE));
        }
        open(held, &opening, Preference::Refined, &demands)
    }

    /// Energies along the path, the Fermi level, and the states that are wanted.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a path of one place, too many points, or bands that are not interpolated; those of the integrals.
    pub fn run(&self, bands: &Opened, method: &Method, say: Say) -> Result<BandPathFound> {
        let mut found = self.energies(bands)?;
        found.fermi_level_ev = match level::determines_level(&self.level, bands.header()) {
            true => {
                let (level, _) = integrate(method, bands, say, |request, engine| {
                    level::fermi_level(&self.level, &**bands, request, engine)
                })?;
                Some(level.0)
            }
            false => None,
        };
        let zero = found.fermi_level_ev.unwrap_or(0.0);
        if let Some((start, stop)) = self.states_ev {
            let states = Dos {
                energy: Some(EnergyRange {
                    start: zero + start,
                    stop: zero + stop,
                    step: None,
                }),
                bins: Some(BINS),
            };
            found.dos = Some(states.run(bands, method, say)?.0.dos);
        }
        Ok(found)
    }

    fn energies(&self, bands: &Opened) -> Result<BandPathFound> {
        let Opened::Refined(bands, _) = bands else {
            return Err(Error::bad_option(
                "--interpolate",
                "bands along a path are interpolated, and a table is taken as it is",
                "leave the option out, or give `--tolerance 1e-3`",
            ));
        };
        let header = bands.header();
        let nodes = match &self.nodes[..] {
            [] => named_points(&header.lattice),
            nodes => nodes.to_vec(),
        };
        let lengths: Vec<f64> = nodes
            .windows(2)
            .map(|w| {
                let step = [0, 1, 2].map(|i| w[1].k[i] - w[0].k[i]);
                norm(header.lattice.k_cartesian(step))
            })
            .collect();
        let whole: f64 = lengths.iter().sum();
        if whole.is_nan() || whole <= 0.0 || !(2..=MOST_POINTS).contains(&self.points) {
            return Err(Error::bad_option(
                "--path",
                format!(
                    "{} corners {whole} Å⁻¹ long, {} points",
                    nodes.len(),
                    self.points
                ),
                format!("give two corners or more that differ, and 2 to {MOST_POINTS} points"),
            ));
        }
        let (mut along, mut k, mut start) = (Vec::new(), Vec::new(), 0.0);
        // Steps of about the same length of which every corner ends one: as many in all as are between the points.
        let steps = (self.points - 1) as f64;
        let mut placed = vec![(0.0, nodes[0].clone())];
        for (w, length) in nodes.windows(2).zip(&lengths) {
            let up_to_corner = (steps * (start + length) / whole).round() as usize;
            let n = up_to_corner.saturating_sub(k.len()).max(1);
            for i in 0..n {
                let t = i as f64 / n as f64;
                along.push(start + t * length);
                k.push([0, 1, 2].map(|a| w[0].k[a] + t * (w[1].k[a] - w[0].k[a])));
            }
            start += length;
            placed.push((start, w[1].clone()));
        }
        along.push(start);
        k.extend(nodes.last().map(|n| n.k));
        let own = bands.interpolator();
        let energies = evaluated(own, header, &k)?;
        let mut errors: Vec<Vec<Vec<f64>>> = Vec::new();
        let mut next = own.rival();
        while let Some(rival) = next {
            if errors.is_empty() {
                errors = vec![vec![vec![0.0; k.len()]; header.n_band]; header.n_spin()];
            }
            add_differences(&mut errors, &energies, &evaluated(&*rival, header, &k)?);
            next = rival.rival();
        }
        Ok(BandPathFound {
            nodes: placed,
            along,
            k,
            energies,
            errors,
            fermi_level_ev: None,
            dos: None,
        })
    }
}

/// `[spin][band][point]`.
fn evaluated(
    bands: &dyn Interpolator,
    header: &BandHeader,
    k: &[[f64; 3]],
) -> Result<Vec<Vec<Vec<f64>>>> {
    let groups = bands.groups();
    let at = |&origin: &[f64; 3]| -> Result<Vec<f64>> {
        let k_box = KBox {
            origin,
            step: [0.0; 3],
            points: [1; 3],
        };
        let mut all = vec![0.0; header.n_spin_band()];
        for group in &groups {
            let found = bands.evaluate(group, &k_box, Derivatives::None)?;
            for (band, one) in group.bands.clone().zip(found) {
                all[group.spin * header.n_band + band] = one.energies[0];
            }
        }
        // Series of sorted bands may cross by a little: at a k-point they are told in order.
        for spin in all.chunks_mut(header.n_band) {
            spin.sort_by(f64::total_cmp);
        }
        Ok(all)
    };
    let points: Vec<Vec<f64>> = k.par_iter().map(at).collect::<Result<_>>()?;
    let one = |spin: usize, band: usize| -> Vec<f64> {
        points
            .iter()
            .map(|p| p[spin * header.n_band + band])
            .collect()
    };
    Ok((0..header.n_spin())
        .map(|spin| (0..header.n_band).map(|band| one(spin, band)).collect())
        .collect())
}

fn add_differences(sums: &mut [Vec<Vec<f64>>], a: &[Vec<Vec<f64>>], b: &[Vec<Vec<f64>>]) {
    let bands = sums.iter_mut().flatten().zip(a.iter().flatten());
    for ((sums, a), b) in bands.zip(b.iter().flatten()) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += (x - y).abs();
        }
    }
}

/// The corners that are usual for a lattice: of cubic ones along the Cartesian axes and of hexagonal ones by their names (Bouckaert,
/// Smoluchowski and Wigner's), of others halves of the reciprocal vectors.
fn named_points(lattice: &Lattice) -> Vec<Node> {
    let cubic = |all: &[(&str, [f64; 3])], a: f64| -> Vec<Node> {
        let node = |(name, x): &(&str, [f64; 3])| Node {
            name: (*name).into(),
            k: lattice.k_fractional(x.map(|x| 2.0 * PI / a * x)),
        };
        all.iter().map(node).collect()
    };
    const G: (&str, [f64; 3]) = ("Γ", [0.0; 3]);
    let volume = lattice.volume();
    // The smallest cube whose edges are lattice vectors says which of the three it is.
    for cells in [1.0, 2.0, 4.0] {
        let a = (cells * volume).cbrt();
        if !(0..3).all(|axis| is_vector(lattice, axis, a)) {
            continue;
        }
        return match cells as u8 {
            1 => {
                let (x, m) = (("X", [0.0, 0.5, 0.0]), ("M", [0.5, 0.5, 0.0]));
                cubic(&[G, x, m, G, ("R", [0.5; 3]), x], a)
            }
            2 => {
                let h = ("H", [0.0, 0.0, 1.0]);
                let (n, p) = (("N", [0.0, 0.5, 0.5]), ("P", [0.5; 3]));
                cubic(&[G, h, n, G, p, h], a)
            }
            _ => {
                let (x, w) = (("X", [0.0, 1.0, 0.0]), ("W", [0.5, 1.0, 0.0]));
                cubic(&[G, x, w, ("L", [0.5; 3]), G, ("K", [0.75, 0.75, 0.0])], a)
            }
        };
    }
    let node = |(name, k): (&str, [f64; 3])| Node {
        name: name.into(),
        k,
    };
    if let Some(third) = hexagonal(lattice) {
        let (m, l) = (("M", [0.5, 0.0, 0.0]), ("L", [0.5, 0.0, 0.5]));
        let k = ("K", [third, 1.0 / 3.0, 0.0]);
        let h = ("H", [third, 1.0 / 3.0, 0.5]);
        return [
            G,
            m,
            k,
            G,
            ("A", [0.0, 0.0, 0.5]),
            l,
            h,
            ("A", [0.0, 0.0, 0.5]),
        ]
        .map(node)
        .to_vec();
    }
    let half = |name, i: usize| {
        let mut k = [0.0; 3];
        k[i] = 0.5;
        (name, k)
    };
    [
        half("b_{1}/2", 0),
        G,
        half("b_{2}/2", 1),
        G,
        half("b_{3}/2", 2),
    ]
    .map(node)
    .to_vec()
}

/// Whether the vector of this length along a Cartesian axis is one of the lattice.
fn is_vector(lattice: &Lattice, axis: usize, length: f64) -> bool {
    // Its products with the reciprocal vectors are whole turns.
    lattice.reciprocal().iter().all(|b| {
        let turns = b[axis] * length / (2.0 * PI);
        (turns - turns.round()).abs() < LIKE
    })
}

/// Of a hexagonal lattice, a₃ along its axis, the first coordinate of K: it depends on whether a₁ and a₂ are 120° or 60° apart.
fn hexagonal(lattice: &Lattice) -> Option<f64> {
    let [a, b, c] = *lattice.rows();
    let dot = |x: [f64; 3], y: [f64; 3]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let cosine = |x, y| dot(x, y) / (dot(x, x) * dot(y, y)).sqrt();
    let alike = (dot(a, a) / dot(b, b) - 1.0).abs() < LIKE;
    let upright = cosine(a, c).abs() < LIKE && cosine(b, c).abs() < LIKE;
    match cosine(a, b) {
        _ if !alike || !upright => None,
        x if (x + 0.5).abs() < LIKE => Some(1.0 / 3.0),
        x if (x - 0.5).abs() < LIKE => Some(2.0 / 3.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rows: [[f64; 3]; 3]) -> String {
        let lattice = Lattice::new(rows).unwrap();
        named_points(&lattice)
            .iter()
            .map(|n| n.name.clone())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn lattices_are_known_and_their_points_lie_on_the_zones_face() {
        let fcc = [[-2.0, 0.0, 2.0], [0.0, 2.0, 2.0], [-2.0, 2.0, 0.0]];
        assert_eq!(names(fcc), "Γ X W L Γ K");
        assert_eq!(
            names([[2.0, 2.0, -2.0], [2.0, -2.0, 2.0], [-2.0, 2.0, 2.0]]),
            "Γ H N Γ P H"
        );
        assert_eq!(
            names([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]),
            "Γ X M Γ R X"
        );
        let s = 3f64.sqrt();
        for x in [-1.0, 1.0] {
            let hexagonal = [[2.0, 0.0, 0.0], [x, s, 0.0], [0.0, 0.0, 5.0]];
            assert_eq!(names(hexagonal), "Γ M K Γ A L H A");
            // K is as far from Γ as from two more lattice points: 4π/3a.
            let lattice = Lattice::new(hexagonal).unwrap();
            let k = lattice.k_cartesian(named_points(&lattice)[2].k);
            assert!((norm(k) - 2.0 * PI / 3.0).abs() < 1e-12);
        }
        assert_eq!(
            names([[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]]),
            "b_{1}/2 Γ b_{2}/2 Γ b_{3}/2"
        );
        // A point of the zone's face is as near to Γ as to another reciprocal lattice point: 2k·G = G².
        let lattice = Lattice::new(fcc).unwrap();
        for node in named_points(&lattice).iter().filter(|n| n.name != "Γ") {
            let k = lattice.k_cartesian(node.k);
            let shells = (0..343).map(|i| [i % 7, i / 7 % 7, i / 49].map(|x| f64::from(x) - 3.0));
            let on_face = shells.filter(|g| *g != [0.0; 3]).any(|g| {
                let g = lattice.k_cartesian(g);
                let (kg, gg) =
                    (0..3).fold((0.0, 0.0), |(a, b), i| (a + k[i] * g[i], b + g[i] * g[i]));
                (2.0 * kg - gg).abs() < 1e-9
            });
            assert!(on_face, "{}", node.name);
        }
    }
}
