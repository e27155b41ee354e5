//! What is done with the bands: chemical potentials, one spectrum, and every coefficient of every state on it.

use super::super::cases::{Cases, Fixed};
use super::super::level;
use super::{Impurities, Transport, TransportFound, Wanted};
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::Spectrum;
use crate::integrate::crossings::CrossingEffect;
use crate::integrate::{Bins, Channels, EnergyAxis, Engine, Measured, Request, measure};
use crate::progress;
use crate::sampler::MatthiessenBands;
use crate::scattering::ScatteringModel;
use crate::transport::{
    AxisPlan, Density, Doping, Extent, ImpurityLevel, Levels, RelaxationTime, Row, ThermalState,
    TransportDistribution, TransportRow, WindowRelevance, share_items, spin_distributions,
};
use rayon::prelude::*;

/// Whether Hall coefficients are computed where nobody says.
const HALL_BY_DEFAULT: bool = true;

/// One integration of the zone.
struct Integral {
    /// In the bins that the lowest temperature asks for.
    distributions: Distributions,
    /// In fewer bins, for temperatures from one on, K, that rise.
    hotter: Vec<(f64, Distributions)>,
    crossings: Option<CrossingEffect>,
}

/// What is averaged.
struct Distributions {
    all: TransportDistribution,
    /// Of up and of down, where they are wanted.
    spins: Option<[Option<TransportDistribution>; 2]>,
}

impl Integral {
    /// What a temperature, K, needs.
    fn at(&self, temperature_k: f64) -> &Distributions {
        let enough = self.hotter.iter().rev();
        let mut enough = enough.filter(|(from, _)| temperature_k >= *from);
        enough.next().map_or(&self.distributions, |(_, d)| d)
    }
}

/// What an integral is made for.
struct Wants<'a> {
    plan: &'a AxisPlan,
    axis: &'a EnergyAxis,
    split_ev: f64,
    extent: Option<&'a Extent>,
    /// Thermal states.
    states: usize,
}

/// So many states are worth a distribution in fewer bins, for temperatures that are so many times higher.
const MANY_STATES: usize = 256;
const HOTTER: f64 = 2.0;

impl Transport {
    /// Integrates the bands once (once more, coarsely, for dopings) and computes every row.
    pub(super) fn compute(
        &self,
        source: &dyn BandSource,
        model: Option<&ScatteringModel>,
        extent: Option<&Extent>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<TransportFound> {
        let phase = progress::phase("Fermi level", 0);
        let given = self.wanted.absolute();
        let (fermi, origin) = level::fermi_level_or(&self.level, given, source, request, engine)?;
        drop(phase);
        let gap = level::gap(&self.level, source, fermi);
        let temperatures = &self.temperatures_k;
        let hot = temperatures.iter().copied().fold(0.0, f64::max);
        let split = level::split(gap, fermi, hot);
        let mut plan = AxisPlan::for_bands(source, temperatures, gap, split);
        let dopings = self.dopings(gap, extent)?;
        let levels = match &dopings {
            Some(_) => Levels::Dopings(self.wanted.dopings().to_vec()),
            None => Levels::ChemicalPotentials(self.wanted.chemical_potentials(fermi)),
        };
        let cases = Cases {
            fixed: match dopings {
                Some(dopings) => Fixed::Dopings(dopings),
                None => Fixed::ChemicalPotentials(self.wanted.chemical_potentials(fermi)),
            },
            temperatures_k: temperatures.clone(),
            gap_ev: gap,
        };
        plan.chemical_potentials_ev =
            cases.ranges(source, &plan, split, extent, request, engine)?;
        let channels = self.channels(source)?;
        let axis = plan.axis()?;
        let middles = plan.chemical_potentials_ev.iter();
        let middles: Vec<f64> = middles.map(|(low, high)| 0.5 * (low + high)).collect();
        let times_vary = model.is_some() || self.mean_free_path.is_some();
        let relevance = WindowRelevance::new(temperatures, &middles, gap).by_energy(times_vary);
        let request = Request {
            channels,
            relevance: Some(&relevance),
            ..*request
        };
        let wants = Wants {
            plan: &plan,
            axis: &axis,
            split_ev: split,
            extent,
            states: cases.all().len(),
        };
        let spectra = |source: &dyn BandSource, engine: &mut dyn Engine| {
            self.integrate(source, &request, &wants, engine)
        };
        let integral = spectra(source, engine)?;
        let phase = progress::phase("coefficients", cases.all().len() as u64);
        let whole = &integral.distributions.all;
        let rows = match model.filter(|_| whole.has_lifetimes()) {
            Some(model) => {
                let integrate = |source: &dyn BandSource| {
                    phase.add(1);
                    spectra(source, engine)
                };
                self.rows_by_state(source, &integral, &cases, model, extent, integrate)?
            }
            None => {
                let row = |case: (f64, usize)| {
                    phase.add(1);
                    let distributions = integral.at(case.0);
                    let state = cases.state(&distributions.all, case)?;
                    self.row(distributions, &state, model, gap, extent)
                };
                cases
                    .all()
                    .into_par_iter()
                    .map(row)
                    .collect::<Result<_>>()?
            }
        };
        Ok(TransportFound {
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap.filter(level::whole),
            levels,
            rows,
            bins: axis.bins(),
            crossings: integral.crossings,
            conducted: whole.conducted(),
            extent: extent.copied(),
        })
    }

    /// One spectrum with all that is made of it.
    fn integrate(
        &self,
        source: &dyn BandSource,
        request: &Request,
        wants: &Wants,
        engine: &mut dyn Engine,
    ) -> Result<Integral> {
        let Wants { plan, axis, .. } = *wants;
        let Measured { result, crossings } = measure(source, request, &Bins(axis), engine)?;
        let mut hotter = Vec::new();
        let (cold, hot) = plan.temperatures_k;
        let mut from = HOTTER * cold;
        while from <= hot && wants.states >= MANY_STATES {
            let kept = plan.enough_from(axis, from)?;
            let fewer = result.thinned(&kept)?;
            hotter.push((from, self.distributions(source, &fewer, wants)?));
            from *= HOTTER;
        }
        Ok(Integral {
            distributions: self.distributions(source, &result, wants)?,
            hotter,
            crossings,
        })
    }

    fn distributions(
        &self,
        source: &dyn BandSource,
        spectrum: &Spectrum,
        wants: &Wants,
    ) -> Result<Distributions> {
        let in_extent = |distribution: TransportDistribution| match wants.extent {
            Some(extent) => distribution.with_extent(extent),
            None => distribution,
        };
        let spins = if self.spin_resolved {
            let both = spin_distributions(source, spectrum, wants.split_ev)?;
            Some(both.map(|one| one.map(in_extent)))
        } else {
            None
        };
        let all = TransportDistribution::new(source.header(), spectrum, wants.split_ev)?;
        Ok(Distributions {
            all: in_extent(all),
            spins,
        })
    }

    /// Rows where the mechanisms of `model`, which differ from state to state, add to the bands' own relaxation times: the zone is
    /// integrated once for each.
    fn rows_by_state(
        &self,
        source: &dyn BandSource,
        own: &Integral,
        cases: &Cases,
        model: &ScatteringModel,
        extent: Option<&Extent>,
        mut integrate: impl FnMut(&dyn BandSource) -> Result<Integral>,
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for case in cases.all() {
            let own = &own.distributions.all;
            let state = cases.state(own, case)?;
            let tau = own.scattered(model, cases.gap_ev, &state)?;
            let rate = |e: f64| 1.0 / tau.at(e);
            let combined = integrate(&MatthiessenBands::new(source, &rate))?;
            let combined = &combined.distributions;
            let state = cases.state(&combined.all, case)?;
            rows.push(self.row(combined, &state, Some(model), cases.gap_ev, extent)?);
        }
        Ok(rows)
    }

    fn channels(&self, source: &dyn BandSource) -> Result<Channels> {
        let own = source.header().has_lifetimes && self.relaxation.tau.is_none();
        if own {
            self.check_second_order()?;
        }
        // A chain has no Hall effect.
        let hall = self.extent.dimension > 1 && self.hall.unwrap_or(HALL_BY_DEFAULT);
        Ok(match (own, hall) {
            (true, true) => Channels::LifetimesHall,
            (true, false) => Channels::Lifetimes,
            _ if self.magnetoconductivity => Channels::Magneto,
            (false, true) => Channels::Hall,
            (false, false) => Channels::Basic,
        })
    }

    /// Everything that is written of a state.
    fn row(
        &self,
        distributions: &Distributions,
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
        extent: Option<&Extent>,
    ) -> Result<Row> {
        let distribution = &distributions.all;
        let mut extras = match model {
            Some(m) => share_items(&distribution.scattering_shares(m, gap, state)?),
            None => Vec::new(),
        };
        if let Some(spins) = &distributions.spins {
            let currents = self.currents(distribution, spins, state, model, gap)?;
            extras.extend(TransportRow::of_spins(&currents));
        }
        let coefficients = self.coefficients(distribution, state, model, gap)?;
        Ok(Row::new(&coefficients, extras, extent))
    }

    fn coefficients(
        &self,
        distribution: &TransportDistribution,
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
    ) -> Result<TransportRow> {
        let own = distribution.has_lifetimes();
        let relaxation = self.relaxation.relaxation(model, gap, own);
        let lattice = self.relaxation.lattice_thermal_conductivity;
        TransportRow::new(distribution, state, relaxation, lattice)
    }

    /// The coefficients of up and of down, with the relaxation time that both have.
    fn currents(
        &self,
        both: &TransportDistribution,
        spins: &[Option<TransportDistribution>; 2],
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
    ) -> Result<[Option<TransportRow>; 2]> {
        // Mechanisms see the carriers of both spins; the bands' own times hold them already.
        let scattered = match model {
            Some(m) if !both.has_lifetimes() => Some(both.scattered(m, gap, state)?),
            _ => None,
        };
        let one = |spin: &Option<TransportDistribution>| {
            let Some(distribution) = spin else {
                return Ok(None);
            };
            match &scattered {
                None => self.coefficients(distribution, state, None, gap).map(Some),
                Some(tau) => {
                    let relaxation = RelaxationTime::Binned(tau);
                    TransportRow::new(distribution, state, relaxation, None).map(Some)
                }
            }
        };
        Ok([one(&spins[0])?, one(&spins[1])?])
    }

    /// What was asked to be compensated, one per `--doping`; none where chemical potentials are given.
    ///
    /// # Errors
    /// [`Error::BadOption`] for impurity levels without a gap.
    fn dopings(
        &self,
        gap: Option<(f64, f64)>,
        extent: Option<&Extent>,
    ) -> Result<Option<Vec<Doping>>> {
        if !matches!(self.wanted, Wanted::Dopings(_)) {
            return Ok(None);
        }
        let (valence, conduction) = match gap {
            Some(edges) => edges,
            None if self.donors.is_empty() && self.acceptors.is_empty() => (0.0, 0.0),
            None => return Err(super::without_gap()),
        };
        for (option, levels, edge) in [
            ("--donors", &self.donors, conduction),
            ("--acceptors", &self.acceptors, valence),
        ] {
            if !levels.is_empty() && !edge.is_finite() {
                return Err(Error::bad_option(
                    option,
                    "the bands have no edge on that side of the Fermi level to count levels from",
                    "give `--doping`, or bands on both sides of the gap",
                ));
            }
        }
        let density = |x: f64| Density::of(x, extent);
        let levels = |all: &[Impurities], edge: f64, sign: f64, degeneracy: f64| {
            let one = |i: &Impurities| ImpurityLevel {
                density: density(i.density),
                energy_ev: edge + sign * i.depth_ev,
                degeneracy: i.degeneracy.unwrap_or(degeneracy),
            };
            all.iter().map(one).collect::<Vec<_>>()
        };
        let doping = |fixed| Doping {
            fixed,
            donors: levels(&self.donors, conduction, -1.0, 2.0),
            acceptors: levels(&self.acceptors, valence, 1.0, 4.0),
        };
        let fixed = self.wanted.dopings().iter().copied();
        Ok(Some(fixed.map(density).map(doping).collect()))
    }
}
