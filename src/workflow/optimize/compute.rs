//! What is done with the bands: one spectrum, and every search on it.

use super::super::level;
use super::{Optimize, OptimizeFound, Sign};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::{Bins, Channels, Engine, Measured, Request, measure};
use crate::progress;
use crate::scattering::{Carrier, ScatteringModel};
use crate::transport::{
    AxisPlan, Extent, Objective, Optimum, Search, TransportDistribution, TransportRow,
    WindowRelevance,
};
use crate::units::BOLTZMANN_EV;
use rayon::prelude::*;

/// How far beyond a band edge or the Fermi level chemical potentials are looked at by default: the larger of so many eV and
/// so many k_BT.
const WITHIN_EV: f64 = 0.5;
const WITHIN_KT: f64 = 12.0;
/// How far into the gap, in k_BT: docs/physics §12 has optima at −5.
const INTO_GAP_KT: f64 = 20.0;
/// So far from mid-gap, in k_BT, carriers of the other sign are fewer than 1e-6 of these, unless their masses differ 100 times.
const ALONE_KT: f64 = 10.0;
/// Chemical potentials of the range for which refinement is told that energies matter.
const RELEVANT: usize = 12;

impl Optimize {
    /// One spectrum over all chemical potentials, then every search on it.
    pub(super) fn compute(
        &self,
        source: &dyn BandSource,
        objective: Objective,
        model: Option<&ScatteringModel>,
        extent: Option<&Extent>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<OptimizeFound> {
        let phase = progress::phase("Fermi level", 0);
        let (fermi, origin) = level::fermi_level(&self.level, source, request, engine)?;
        drop(phase);
        let gap = level::gap(&self.level, source, fermi);
        let temperatures = &self.temperatures_k;
        let cold = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
        let hot = temperatures.iter().copied().fold(0.0, f64::max);
        let (valence, conduction) = gap.unwrap_or((fermi, fermi));
        let middle = level::split(gap, fermi, hot);
        let beyond = (self.within).unwrap_or(WITHIN_EV.max(WITHIN_KT * BOLTZMANN_EV * hot));
        // Half a gap may be infinite.
        let into = (0.5 * (conduction - valence)).min(INTO_GAP_KT * BOLTZMANN_EV * hot);
        // Near mid-gap carriers of the other sign matter, which the mechanisms may say nothing of.
        let alone = (0.5 * (conduction - valence) - ALONE_KT * BOLTZMANN_EV * hot).max(0.0);
        let knows = |carrier| model.is_none_or(|m| m.carriers(carrier).is_ok());
        let range = |sign: Sign| {
            let (other, edge, away) = match sign {
                Sign::P => (Carrier::Electrons, valence, -1.0),
                _ => (Carrier::Holes, conduction, 1.0),
            };
            let into = if knows(other) { into } else { into.min(alone) };
            let (a, b) = (edge - away * into, edge + away * beyond);
            (a.min(b), a.max(b))
        };
        // Of bands all on one side of the Fermi level there are carriers of one sign.
        let exists = |sign: &Sign| match sign {
            Sign::P => valence.is_finite(),
            _ => conduction.is_finite(),
        };
        let signs: Vec<Sign> = self.signs().into_iter().filter(exists).collect();
        if signs.is_empty() {
            return Err(Error::bad_option(
                "--carriers",
                format!(
                    "{:?}-type is wanted, and the bands are all on the other side of the Fermi level ({fermi:.4} eV, {origin})",
                    self.carriers
                ),
                "give the other sign, or bands on both sides of the gap",
            ));
        }
        let ranges: Vec<(f64, f64)> = signs.iter().map(|s| range(*s)).collect();
        let plan = AxisPlan {
            chemical_potentials_ev: ranges.clone(),
            ..AxisPlan::for_bands(source, temperatures, gap, middle)
        };
        let axis = plan.axis()?;
        let levels: Vec<f64> = ranges
            .iter()
            .flat_map(|(low, high)| {
                (0..=RELEVANT).map(move |i| low + (high - low) * i as f64 / RELEVANT as f64)
            })
            .collect();
        let times_vary = self.relaxation.scattering.is_some();
        let relevance = WindowRelevance::new(&[cold, hot], &levels, gap).by_energy(times_vary);
        let lifetimes = source.header().has_lifetimes;
        let own = lifetimes && !self.relaxation.given();
        let request = Request {
            channels: if own {
                Channels::Lifetimes
            } else {
                Channels::Basic
            },
            relevance: Some(&relevance),
            ..*request
        };
        let Measured {
            result: states,
            crossings,
        } = measure(source, &request, &Bins(&axis), engine)?;
        let mut distribution = TransportDistribution::new(source.header(), &states, middle)?;
        if let Some(extent) = extent {
            distribution = distribution.with_extent(extent);
        }
        let relaxation = self.relaxation.relaxation(model, gap, own);
        let lattice = self.relaxation.lattice_thermal_conductivity;
        let direction = self.direction(distribution.directions())?;
        let search = |range_ev: (f64, f64)| Search {
            objective,
            direction,
            relaxation,
            range_ev,
        };
        let cases: Vec<(f64, (f64, f64))> = temperatures
            .iter()
            .flat_map(|&t| ranges.iter().map(move |&range| (t, range)))
            .collect();
        let phase = progress::phase("search for the optima", cases.len() as u64);
        let cases: Vec<(Optimum, TransportRow)> = cases
            .par_iter()
            .map(|&(t, range_ev)| {
                let optimum = distribution.optimum(&search(range_ev), t)?;
                let row = TransportRow::new(&distribution, &optimum.state, relaxation, lattice)?;
                phase.add(1);
                Ok((optimum, row))
            })
            .collect::<Result<_>>()?;
        let best = ranges
            .iter()
            .enumerate()
            .map(|(sign, &range_ev)| {
                let own = cases.iter().skip(sign).step_by(ranges.len());
                let listed: Vec<Optimum> = own.map(|(optimum, _)| optimum.clone()).collect();
                distribution.best_temperature(&search(range_ev), &listed)
            })
            .collect::<Result<_>>()?;
        Ok(OptimizeFound {
            objective,
            absolute: own || self.relaxation.given(),
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap.filter(level::whole),
            signs,
            cases,
            best,
            bins: axis.bins(),
            crossings,
            conducted: distribution.conducted(),
            extent: extent.copied(),
        })
    }
}
