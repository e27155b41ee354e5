//! Bands as Fourier series that can be evaluated anywhere.

use super::gradients::Gradients;
use super::nodes::Nodes;
use super::series::{Conditions, Series, Smoothness};
use super::series_box::SeriesBand;
use super::spline::SplineBand;
use super::{BandGroup, BoxBand, Derivatives, Interpolator, KBox, Sought};
use crate::bands::{BandHeader, BandSource, Field, count_by_level, ranges};
use crate::crystal::{KSet, PointGroup};
use crate::error::Result;
use crate::memory;
use crate::progress;
use rayon::prelude::*;
use std::sync::Arc;

/// Energies that differ less are the same (eV).
const SAME_ENERGY_EV: f64 = 1e-6;

/// One band.
enum Curve {
    /// A finite sum of cosines, as such.
    Waves(SeriesBand),
    /// The smoothest series, by a spline.
    Spline(SplineBand),
}

/// One band, what leaves it as it is, and how its slopes were fitted (see `series::Transform`).
struct Found {
    curve: Curve,
    symmetry: PointGroup,
    changed: f64,
    unmet: f64,
}

/// The smoothest Fourier series through every energy of a grid, and where asked every velocity (see `series` and `slopes`), with analytic velocities and masses.
pub struct FourierSeries {
    header: BandHeader,
    bands: Vec<Curve>,
    /// Operations that leave every band as it is.
    symmetry: PointGroup,
    /// The series that is smooth in another sense.
    rival: Option<Arc<Self>>,
}

impl FourierSeries {
    /// Interpolates `source` through its energies.
    ///
    /// # Errors
    /// Where the source cannot be read, or does not fit in memory.
    pub fn new(source: &dyn BandSource) -> Result<Self> {
        Self::through(source, Conditions::Energies)
    }

    /// Interpolates `source` through its energies (eV), or its velocities (m/s, Cartesian) as well: see [`Conditions`].
    ///
    /// # Errors
    /// As [`FourierSeries::new`]; [`crate::Error::BadBands`] where there are no velocities to be fitted.
    pub fn through(source: &dyn BandSource, conditions: Conditions) -> Result<Self> {
        let gradients = gradients(source, conditions)?;
        Self::smooth(source, smoothness(conditions), gradients.as_ref())
    }

    /// [`FourierSeries::new`] with a rival ([`Interpolator::rival`]), unless every band is a finite sum of cosines.
    ///
    /// # Errors
    /// As [`FourierSeries::new`].
    pub fn with_rival(source: &dyn BandSource) -> Result<Self> {
        Self::with_rival_through(source, Conditions::Energies)
    }

    /// [`FourierSeries::through`] with a rival that goes through the same energies and velocities.
    ///
    /// # Errors
    /// As [`FourierSeries::through`].
    pub fn with_rival_through(source: &dyn BandSource, conditions: Conditions) -> Result<Self> {
        let gradients = gradients(source, conditions)?;
        let mut series = Self::smooth(source, smoothness(conditions), gradients.as_ref())?;
        if series.is_splined() {
            let rival = Self::smooth(source, Smoothness::Curvature, gradients.as_ref())?;
            series.rival = Some(Arc::new(rival));
            let same = match conditions {
                Conditions::Energies => "energies",
                Conditions::EnergiesAndVelocities => "energies and velocities",
            };
            series.header.provenance.notes.push(format!(
                "Bars include what another series through the same {same} changes."
            ));
        }
        Ok(series)
    }

    fn is_splined(&self) -> bool {
        self.bands.iter().any(|b| matches!(b, Curve::Spline(_)))
    }

    /// Adds a remark on where the bands come from.
    pub fn note(&mut self, text: String) {
        self.header.provenance.notes.push(text);
    }

    /// [`Interpolator::rival`].
    pub fn fourier_rival(&self) -> Option<Arc<Self>> {
        self.rival.clone()
    }

    fn smooth(
        source: &dyn BandSource,
        smooth: Smoothness,
        gradients: Option<&Gradients>,
    ) -> Result<Self> {
        let mut header = source.header().clone();
        count_by_level(&mut header, &ranges(source));
        // Each band on the coarse grid, its transform, and as many nodes as some tens of its points.
        let values = 32 * header.n_spin_band();
        memory::check::<f64>(
            "the interpolation of a table",
            values.saturating_mul(header.k_grid.len()),
        )?;
        let conditions = match gradients {
            None => Conditions::Energies,
            Some(_) => Conditions::EnergiesAndVelocities,
        };
        let set = header.k_set();
        let mut series = Series::new(
            &header.lattice,
            &set,
            &header.point_group,
            smooth,
            conditions,
        );
        if header.k_basis.take().is_some() {
            // A grid to start from, and to look at.
            header.k_grid = set.grid_of_own_axes(&header.lattice)?;
        }
        let nodes = Nodes::choose(&header, conditions);
        if gradients.is_some() {
            series.fit_slopes(&header.lattice, |_, r| f64::from(r));
            series.fit_slopes(&header.lattice, |axis, r| nodes.slope(axis, r));
        }
        if header.has_lifetimes {
            header
                .provenance
                .notes
                .push("Relaxation times are not interpolated.".into());
        }
        header.has_velocities = true;
        header.has_inverse_masses = true;
        header.has_lifetimes = false;
        let phase = progress::phase("fitting the Fourier series", header.n_spin_band() as u64);
        let found: Vec<Found> = (0..header.n_spin_band())
            .into_par_iter()
            .map(|at| {
                let (spin, band) = (at / header.n_band, at % header.n_band);
                let what = "a band on the coarse grid";
                let mut energies = memory::zeros(what, set.grid.len())?;
                source.read_planes(Field::Energy, spin, band, 0, &mut energies)?;
                let symmetry = symmetry(&header.point_group, &set, &energies);
                let band = match gradients {
                    None => series.transform(&energies),
                    Some(g) => series.fitted(&energies, &g.symmetrised(spin, band, &symmetry)),
                };
                let curve = if band.finite_sum {
                    let full = series.coefficients(&band);
                    Curve::Waves(SeriesBand::new(series.extent(), &full))
                } else {
                    Curve::Spline(SplineBand::new(nodes, &series, &band))
                };
                phase.add(1);
                Ok(Found {
                    curve,
                    symmetry,
                    changed: band.changed,
                    unmet: band.unmet,
                })
            })
            .collect::<Result<_>>()?;
        let symmetry = header
            .point_group
            .filter(|r| found.iter().all(|f| f.symmetry.rotations().contains(r)));
        let worst = |of: fn(&Found) -> f64| found.iter().map(of).fold(0.0, f64::max);
        let fit = gradients.map(|g| g.note(worst(|f| f.changed), worst(|f| f.unmet)));
        let bands: Vec<Curve> = found.into_iter().map(|f| f.curve).collect();
        let splined = bands.iter().any(|b| matches!(b, Curve::Spline(_)));
        let how = if splined {
            let [m1, m2, m3] = nodes.m;
            format!(
                "{} lattice vectors, by quintic splines through it on {m1}×{m2}×{m3} points",
                series.len()
            )
        } else {
            "a finite sum of cosines".into()
        };
        let points = if set.basis.is_own() {
            set.grid.to_string()
        } else {
            set.grid.len().to_string()
        };
        header.provenance.notes.push(format!(
            "Interpolated from {points} k-points: Fourier series through every energy, {how}."
        ));
        header.provenance.notes.extend(fit);
        header.point_group = header.point_group.on_grid(&header.k_grid);
        Ok(Self {
            symmetry: symmetry.on_grid(&header.k_grid),
            header,
            bands,
            rival: None,
        })
    }

    /// No |∂E/∂u_a| of a band is larger, eV.
    pub fn slope_bounds(&self, spin: usize, band: usize) -> [f64; 3] {
        match &self.bands[spin * self.header.n_band + band] {
            Curve::Waves(waves) => waves.slope_bounds(),
            Curve::Spline(spline) => spline.slope_bounds(),
        }
    }

    /// No component of a band's M⁻¹ is larger, 1/kg.
    pub fn inverse_mass_bound(&self, spin: usize, band: usize) -> f64 {
        match &self.bands[spin * self.header.n_band + band] {
            Curve::Waves(waves) => waves.inverse_mass_bound(&self.header.lattice),
            Curve::Spline(spline) => spline.inverse_mass_bound(&self.header.lattice),
        }
    }

    fn curve(&self, group: &BandGroup) -> &Curve {
        &self.bands[group.spin * self.header.n_band + group.bands.start]
    }
}

impl Interpolator for FourierSeries {
    fn header(&self) -> &BandHeader {
        &self.header
    }

    fn symmetry(&self) -> &PointGroup {
        &self.symmetry
    }

    fn rival(&self) -> Option<Arc<dyn Interpolator>> {
        self.rival.clone().map(|r| r as Arc<dyn Interpolator>)
    }

    fn groups(&self) -> Vec<BandGroup> {
        (0..self.header.n_spin())
            .flat_map(|spin| (0..self.header.n_band).map(move |band| (spin, band)))
            .map(|(spin, band)| BandGroup {
                spin,
                bands: band..band + 1,
            })
            .collect()
    }

    fn evaluate(
        &self,
        group: &BandGroup,
        k_box: &KBox,
        derivatives: Derivatives,
    ) -> Result<Vec<BoxBand>> {
        let lattice = &self.header.lattice;
        Ok(vec![match self.curve(group) {
            Curve::Waves(waves) => waves.on_box(&waves.slab(k_box, derivatives), k_box, lattice),
            Curve::Spline(spline) => spline.on_box(k_box, derivatives, lattice),
        }])
    }

    fn evaluate_slab(
        &self,
        group: &BandGroup,
        boxes: &[KBox],
        sought: Sought,
        take: &mut dyn FnMut(usize, Vec<BoxBand>) -> Result<()>,
    ) -> Result<()> {
        let Some(first) = boxes.first() else {
            return Ok(());
        };
        let lattice = &self.header.lattice;
        let curve = self.curve(group);
        let slab = match curve {
            Curve::Waves(waves) => Some(waves.slab(first, sought.derivatives)),
            Curve::Spline(_) => None,
        };
        for (i, k_box) in boxes.iter().enumerate() {
            let values = match (curve, &slab) {
                (Curve::Waves(waves), Some(slab)) => vec![waves.on_box(slab, k_box, lattice)],
                _ => self.evaluate(group, k_box, sought.derivatives)?,
            };
            take(i, values)?;
        }
        Ok(())
    }
}

/// What is least of all series through what is given.
fn smoothness(conditions: Conditions) -> Smoothness {
    match conditions {
        Conditions::Energies => Smoothness::Usual,
        Conditions::EnergiesAndVelocities => Smoothness::ToVelocities,
    }
}

/// What is to be fitted besides energies.
fn gradients(source: &dyn BandSource, conditions: Conditions) -> Result<Option<Gradients>> {
    match conditions {
        Conditions::Energies => Ok(None),
        Conditions::EnergiesAndVelocities => Gradients::new(source).map(Some),
    }
}

/// The operations of the crystal that leave a band's energies on the grid as they are: some may exchange bands instead.
fn symmetry(group: &PointGroup, set: &KSet, energies: &[f64]) -> PointGroup {
    group.filter(|r| {
        (0..set.grid.len()).all(|x| {
            let u = set.point(x);
            let image = r.map(|row| (0..3).map(|i| f64::from(row[i]) * u[i]).sum());
            let same = |j: usize| (energies[j] - energies[x]).abs() <= SAME_ENERGY_EV;
            set.locate(image, 1e-5).is_some_and(same)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::model::{Model, ModelBands};
    use crate::crystal::{KGrid, Lattice};

    fn tight_binding(n: [usize; 3], shift: [f64; 3]) -> ModelBands {
        let lattice = Lattice::new([[3.0, 0.4, 0.0], [-0.7, 4.0, 0.3], [0.2, 0.5, 5.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 0.7,
            dimension: 3,
        };
        ModelBands::new(model, lattice, KGrid::new(n, shift).unwrap(), true).unwrap()
    }

    const BOX: KBox = KBox {
        origin: [0.13, -0.4, 0.77],
        step: [0.03, 0.05, 0.011],
        points: [3, 4, 5],
    };

    /// A resolved cosine: energies, velocities and masses on a box are the model's.
    #[test]
    fn a_box_holds_the_series_and_its_derivatives() {
        let coarse = tight_binding([5, 6, 7], [0.5, 0.0, 0.25]);
        let series = FourierSeries::new(&coarse).unwrap();
        let group = series.groups().remove(0);
        let band = series
            .evaluate(&group, &BOX, Derivatives::InverseMass)
            .unwrap()
            .remove(0);
        let to_velocity = coarse.header().lattice.gradient_to_velocity();
        let two_pi = 2.0 * std::f64::consts::PI;
        for at in 0..BOX.len() {
            let u = BOX.point([at / 20, at / 5 % 4, at % 5]);
            let e: f64 = u.iter().map(|x| -1.4 * (two_pi * x).cos()).sum();
            assert!((band.energies[at] - e).abs() < 1e-12, "{at}");
            let d = u.map(|x| 1.4 * two_pi * (two_pi * x).sin());
            let h = u.map(|x| 1.4 * two_pi * two_pi * (two_pi * x).cos());
            for a in 0..3 {
                let v: f64 = (0..3).map(|i| to_velocity[a][i] * d[i]).sum();
                assert!((band.velocities[3 * at + a] - v).abs() < 1e-8 * 1e6, "{at}");
            }
            for (slot, (a, b)) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
                .into_iter()
                .enumerate()
            {
                let m: f64 = (0..3)
                    .map(|i| to_velocity[a][i] * h[i] * to_velocity[b][i])
                    .sum::<f64>()
                    / crate::units::ELEMENTARY_CHARGE;
                let off = (band.inverse_masses[6 * at + slot] - m).abs();
                assert!(off < 1e-9 * 1e31, "{at} {slot}: {off:e}");
            }
        }
    }

    /// No energy between the points lies outside the bounds, and the bounds are not idle.
    #[test]
    fn bounds_hold_between_the_points() {
        let lattice = Lattice::new([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]).unwrap();
        let model = Model::free_electrons(1.0);
        let coarse = ModelBands::new(model, lattice, KGrid::gamma([6; 3]).unwrap(), false).unwrap();
        let series = FourierSeries::new(&coarse).unwrap();
        let group = series.groups().remove(0);
        let mut slack: f64 = 0.0;
        for i in 0..40 {
            let corner = [0.1, 0.37, 0.71].map(|x: f64| (x * f64::from(i)).fract());
            let (coarse_step, fine_step) = (0.02, 0.005);
            let on = |step: f64, n: usize| {
                let k_box = KBox {
                    origin: corner,
                    step: [step; 3],
                    points: [n; 3],
                };
                series
                    .evaluate(&group, &k_box, Derivatives::None)
                    .unwrap()
                    .remove(0)
            };
            let (wide, dense) = (on(coarse_step, 3), on(fine_step, 9));
            let least = dense.energies.iter().copied().fold(f64::INFINITY, f64::min);
            let most = dense
                .energies
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            assert!(wide.low <= least && wide.high >= most, "{corner:?}");
            slack = slack.max((least - wide.low).max(wide.high - most));
        }
        assert!(slack < 0.6, "bounds {slack} eV too wide");
    }
}
