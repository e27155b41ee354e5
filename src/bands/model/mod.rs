//! Analytic model bands, with analytic velocities: the references that every integral is tested against.
//!
//! Formulas and reference values: docs/physics §1 (E = A kᵅ), §2 (ellipsoidal valleys), §18 (tight binding).

mod valley;

pub use valley::{Strain, Valley};

use super::{BandHeader, BandSource, BandStatistics, Field, SpinTreatment, StatisticsBuilder};
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::memory;
use crate::units::HBAR2_OVER_ME;
use rayon::prelude::*;
use std::f64::consts::PI;

/// Strains beyond this are no longer linear.
const LARGEST_STRAIN: f64 = 0.2;

/// A family of analytic bands.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// E = A kᵅ around the zone centre, A in eV Åᵅ.
    PowerLaw {
        /// Exponent α > 0.
        alpha: f64,
        /// Prefactor A in eV Åᵅ.
        prefactor: f64,
    },
    /// One band per parabolic valley.
    Valleys(Vec<Valley>),
    /// E = −2t Σ_i cos 2πu_i over the first `dimension` axes (simple cubic, square, chain).
    TightBinding {
        /// Hopping t in eV.
        hopping: f64,
        /// Number of axes with dispersion, 1 to 3.
        dimension: usize,
    },
}

impl Model {
    /// Free electrons of mass `mass` (in m_e).
    pub fn free_electrons(mass: f64) -> Self {
        Self::PowerLaw {
            alpha: 2.0,
            prefactor: 0.5 * HBAR2_OVER_ME / mass,
        }
    }

    /// One ellipsoidal valley at the zone centre with principal masses along x, y, z (in m_e).
    pub fn ellipsoid(masses: [f64; 3]) -> Self {
        let mut inverse_mass = [[0.0; 3]; 3];
        for i in 0..3 {
            inverse_mass[i][i] = 1.0 / masses[i];
        }
        Self::Valleys(vec![Valley {
            centre: [0.0; 3],
            inverse_mass,
            bottom_ev: 0.0,
        }])
    }

    /// Silicon's six ⟨100⟩ valleys at 0.85 Γ–X on its fcc lattice (m_l = 0.9163, m_t = 0.1905).
    pub fn silicon() -> (Self, Lattice) {
        let lattice = fcc(5.431);
        let valleys = (0..3)
            .flat_map(|i| [1.0, -1.0].map(|sign| (i, sign)))
            .map(|(i, sign)| {
                let mut axis = [0.0; 3];
                axis[i] = sign;
                let k = axis.map(|x| x * 0.85 * 2.0 * PI / 5.431);
                Valley::with_axis(lattice.k_fractional(k), axis, 0.9163, 0.1905)
            })
            .collect();
        (Self::Valleys(valleys), lattice)
    }

    /// Germanium's four L valleys on its fcc lattice (m_l = 1.588, m_t = 0.08152).
    pub fn germanium() -> (Self, Lattice) {
        let lattice = fcc(5.658);
        let axes = [
            [1.0, 1.0, 1.0],
            [-1.0, 1.0, 1.0],
            [1.0, -1.0, 1.0],
            [1.0, 1.0, -1.0],
        ];
        let valleys = axes
            .map(|axis| {
                let k = axis.map(|x| x * PI / 5.658);
                Valley::with_axis(lattice.k_fractional(k), axis, 1.588, 0.08152)
            })
            .to_vec();
        (Self::Valleys(valleys), lattice)
    }

    /// Valleys moved by a strain, which leaves their masses and places.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bands that are no valleys, or a strain that is not small.
    pub fn strained(mut self, strain: &Strain) -> Result<Self> {
        if let Some(e) = strain
            .strain
            .iter()
            .find(|e| e.is_nan() || e.abs() > LARGEST_STRAIN)
        {
            return Err(Error::bad_option(
                "--strain",
                format!("a component is {e}"),
                "give strains without unit, small as 0.01 (1 %)",
            ));
        }
        let Self::Valleys(valleys) = &mut self else {
            return Err(Error::bad_option(
                "--strain",
                format!("the model {} has no valleys", self.name()),
                "give `ellipsoid`, `silicon-valleys` or `germanium-valleys`",
            ));
        };
        for valley in valleys {
            valley.bottom_ev += strain.shift_ev(valley.axis());
        }
        Ok(self)
    }

    /// Number of bands.
    pub fn n_band(&self) -> usize {
        match self {
            Self::Valleys(valleys) => valleys.len(),
            Self::PowerLaw { .. } | Self::TightBinding { .. } => 1,
        }
    }

    /// A short name for provenance.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PowerLaw { .. } => "power_law",
            Self::Valleys(_) => "valleys",
            Self::TightBinding { dimension: 1, .. } => "chain",
            Self::TightBinding { dimension: 2, .. } => "square",
            Self::TightBinding { .. } => "simple_cubic",
        }
    }

    /// Energy (eV) and velocity (m/s, Cartesian) of `band` at the fractional point `u`.
    pub fn evaluate(&self, lattice: &Lattice, band: usize, u: [f64; 3]) -> (f64, [f64; 3]) {
        let per_gradient = crate::units::EV_ANGSTROM_OVER_HBAR;
        match self {
            Self::PowerLaw { alpha, prefactor } => {
                let k = nearest_image(lattice, u);
                let k2: f64 = k.iter().map(|x| x * x).sum();
                let energy = prefactor * k2.powf(0.5 * alpha);
                let slope = if k2 > 0.0 { alpha * energy / k2 } else { 0.0 };
                (energy, k.map(|x| per_gradient * slope * x))
            }
            Self::Valleys(valleys) => {
                let valley = &valleys[band];
                let k = nearest_image(lattice, std::array::from_fn(|i| u[i] - valley.centre[i]));
                let gradient: [f64; 3] = valley
                    .inverse_mass
                    .map(|row| HBAR2_OVER_ME * (row[0] * k[0] + row[1] * k[1] + row[2] * k[2]));
                let kinetic = 0.5 * (0..3).map(|i| gradient[i] * k[i]).sum::<f64>();
                (
                    valley.bottom_ev + kinetic,
                    gradient.map(|g| per_gradient * g),
                )
            }
            Self::TightBinding { hopping, dimension } => {
                let m = lattice.gradient_to_velocity();
                let mut energy = 0.0;
                let mut velocity = [0.0; 3];
                for (i, x) in u.iter().take(*dimension).enumerate() {
                    let (sin, cos) = (2.0 * PI * x).sin_cos();
                    energy -= 2.0 * hopping * cos;
                    for a in 0..3 {
                        velocity[a] += m[a][i] * 4.0 * PI * hopping * sin;
                    }
                }
                (energy, velocity)
            }
        }
    }

    fn validate(&self) -> Result<()> {
        let bad = |option: &str, problem: String, remedy: &str| {
            Err(Error::bad_option(option, problem, remedy))
        };
        match self {
            Self::PowerLaw { alpha, prefactor } => {
                let usable =
                    alpha.is_finite() && *alpha > 0.0 && prefactor.is_finite() && *prefactor > 0.0;
                if !usable {
                    return bad(
                        "model power_law",
                        format!("alpha {alpha}, prefactor {prefactor}"),
                        "both must be positive",
                    );
                }
            }
            Self::Valleys(valleys) => {
                for valley in valleys {
                    let m = nalgebra::Matrix3::from_fn(|i, j| valley.inverse_mass[i][j]);
                    if !m.iter().all(|x| x.is_finite()) || m.cholesky().is_none() {
                        return bad(
                            "model valleys",
                            format!(
                                "the inverse mass tensor {:?} is not positive definite",
                                valley.inverse_mass
                            ),
                            "give positive masses",
                        );
                    }
                }
            }
            Self::TightBinding { hopping, dimension } => {
                if !hopping.is_finite() || *hopping == 0.0 || !(1..=3).contains(dimension) {
                    return bad(
                        "model tight binding",
                        format!("hopping {hopping} eV in {dimension} dimensions"),
                        "the hopping must not be zero, the dimension 1, 2 or 3",
                    );
                }
            }
        }
        Ok(())
    }
}

#[allow(clippy::unreachable, reason = "a constant, regular lattice")]
fn fcc(a: f64) -> Lattice {
    let h = 0.5 * a;
    Lattice::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])
        .unwrap_or_else(|_| unreachable!("fcc is regular"))
}

/// Cartesian k (Å⁻¹) of the shortest among the images of `u`.
fn nearest_image(lattice: &Lattice, u: [f64; 3]) -> [f64; 3] {
    let b = lattice.reciprocal();
    let reduced = u.map(|x| x - x.round());
    let mut best = [0.0; 3];
    let mut best2 = f64::INFINITY;
    for image in 0..27 {
        let w = [image / 9, image / 3 % 3, image % 3];
        let k: [f64; 3] = std::array::from_fn(|a| {
            (0..3)
                .map(|i| (reduced[i] + w[i] as f64 - 1.0) * b[i][a])
                .sum()
        });
        let k2 = k.iter().map(|x| x * x).sum();
        if k2 < best2 {
            best2 = k2;
            best = k;
        }
    }
    best
}

/// A [`Model`] on a k-grid, evaluated plane by plane.
#[derive(Clone, Debug)]
pub struct ModelBands {
    model: Model,
    header: BandHeader,
    statistics: Vec<BandStatistics>,
}

impl ModelBands {
    /// The model on `k_grid`; with `velocities` the analytic ones can be read, else integrators differentiate the energies.
    ///
    /// # Errors
    /// [`Error::BadOption`] for unusable parameters.
    pub fn new(model: Model, lattice: Lattice, k_grid: KGrid, velocities: bool) -> Result<Self> {
        model.validate()?;
        let mut header =
            BandHeader::new(lattice, k_grid, SpinTreatment::Unpolarized, model.n_band());
        header.has_velocities = velocities;
        header.provenance.format = format!("model {}", model.name());
        header.provenance.notes.push(format!("{model:?}"));
        header.point_group = symmetry(&model, &header.lattice).on_grid(&k_grid);
        let mut bands = Self {
            model,
            header,
            statistics: Vec::new(),
        };
        let plane_len = k_grid.plane_len();
        for band in 0..bands.header.n_band {
            let mut builder = StatisticsBuilder::new(k_grid.n, format!("band {}", band + 1));
            let what = format!("a plane of the {k_grid} grid");
            let mut energies = memory::zeros(&what, plane_len)?;
            let mut speeds = memory::zeros(&what, if velocities { 3 * plane_len } else { 0 })?;
            for plane in 0..k_grid.n[0] {
                bands.read_planes(Field::Energy, 0, band, plane, &mut energies)?;
                builder.add_energies(&energies)?;
                if velocities {
                    bands.read_planes(Field::Velocity, 0, band, plane, &mut speeds)?;
                    builder.add_velocities(&speeds)?;
                }
            }
            bands.statistics.push(builder.finish()?);
        }
        Ok(bands)
    }

    /// Sets the Fermi level, eV, that the bands state.
    pub fn set_fermi_level(&mut self, fermi_level_ev: Option<f64>) {
        self.header.fermi_level_ev = fermi_level_ev;
    }

    /// The model's formula.
    pub fn model(&self) -> &Model {
        &self.model
    }
}

/// The lattice's operations that leave the set of bands unchanged (they may exchange valleys), tried on a few points in
/// general position.
fn symmetry(model: &Model, lattice: &Lattice) -> PointGroup {
    let probes = [[0.11, 0.23, 0.37], [-0.41, 0.07, 0.19], [0.31, -0.29, 0.43]];
    let sorted = |u: [f64; 3]| {
        let mut energies: Vec<f64> = (0..model.n_band())
            .map(|band| model.evaluate(lattice, band, u).0)
            .collect();
        energies.sort_by(f64::total_cmp);
        energies
    };
    PointGroup::of_lattice(lattice, 1e-6).filter(|r| {
        probes.iter().all(|&u| {
            let there = sorted(crate::crystal::apply(r, u));
            let pairs = sorted(u).into_iter().zip(there);
            pairs
                .into_iter()
                .all(|(a, b)| (a - b).abs() < 1e-9 * (1.0 + a.abs()))
        })
    })
}

impl BandSource for ModelBands {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn statistics(&self) -> &[BandStatistics] {
        &self.statistics
    }

    fn read_planes(
        &self,
        field: Field,
        _spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> Result<()> {
        let grid = self.header.k_grid;
        let components = field.components();
        out.par_chunks_exact_mut(grid.n[2] * components)
            .enumerate()
            .for_each(|(row, out)| {
                let (i, j) = (first + row / grid.n[1], row % grid.n[1]);
                for (k, out) in out.chunks_exact_mut(components).enumerate() {
                    let u = grid.point([i, j, k]);
                    let (energy, velocity) = self.model.evaluate(&self.header.lattice, band, u);
                    match field {
                        Field::Energy => out[0] = energy,
                        Field::Velocity => out.copy_from_slice(&velocity),
                        Field::InverseMass | Field::Lifetime => out.fill(f64::NAN),
                    }
                }
            });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// v = ∇_k E/ħ by central differences of the energy itself, in Cartesian k.
    #[test]
    fn velocities_are_the_gradients_of_the_energies() {
        let (si, si_lattice) = Model::silicon();
        let skew = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let cases = [
            (si, si_lattice),
            (Model::free_electrons(0.7), skew.clone()),
            (
                Model::PowerLaw {
                    alpha: 1.5,
                    prefactor: 2.0,
                },
                skew.clone(),
            ),
            (
                Model::TightBinding {
                    hopping: 0.3,
                    dimension: 3,
                },
                skew,
            ),
        ];
        for (model, lattice) in cases {
            for band in 0..model.n_band() {
                let u = [0.13, -0.21, 0.08];
                let k = lattice.k_cartesian(u);
                let v = model.evaluate(&lattice, band, u).1;
                for a in 0..3 {
                    let h = 1e-5;
                    let at = |sign: f64| {
                        let mut shifted = k;
                        shifted[a] += sign * h;
                        model
                            .evaluate(&lattice, band, lattice.k_fractional(shifted))
                            .0
                    };
                    let numeric =
                        (at(1.0) - at(-1.0)) / (2.0 * h) * crate::units::EV_ANGSTROM_OVER_HBAR;
                    let scale = v.iter().fold(1.0, |s: f64, x| s.max(x.abs()));
                    assert!(
                        (numeric - v[a]).abs() < 1e-6 * scale,
                        "{model:?} {band} {a}"
                    );
                }
            }
        }
    }

    #[test]
    fn valleys_have_the_symmetry_of_their_crystal_as_a_set() {
        let grid = KGrid::gamma([4; 3]).unwrap();
        for (model, lattice) in [Model::silicon(), Model::germanium()] {
            let bands = ModelBands::new(model, lattice, grid, false).unwrap();
            assert_eq!(bands.header().point_group.order(), 48);
        }
    }

    #[test]
    fn unusable_parameters_are_refused() {
        let lattice = fcc(4.0);
        let grid = KGrid::gamma([4; 3]).unwrap();
        for model in [
            Model::free_electrons(0.0),
            Model::ellipsoid([1.0, -1.0, 1.0]),
            Model::TightBinding {
                hopping: f64::NAN,
                dimension: 3,
            },
        ] {
            assert!(ModelBands::new(model, lattice.clone(), grid, false).is_err());
        }
    }
}
