//! Heat that phonons carry: what is asked for, and the way to it.

use super::phonon_density::{PhononDensity, density};
use super::run::ON_CPU;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::EnergyAxis;
use crate::integrate::ledger::jobs::{if_all_there, in_turn};
use crate::integrate::ledger::{Keeping, Ledger};
use crate::phonons::{
    self, Accumulation, Ballistic, Branch, Heat, Lifetimes, ModeSums, PhononRates, accumulation,
    ballistic, by_branch, heat, mode_sums, speeds, thermal_axis,
};
use crate::transport::TransportDirection;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What is asked of phonons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhononTransport {
    /// K; none for those of the file's lifetimes, else 300.
    pub temperatures_k: Option<Vec<f64>>,
    /// One relaxation time for every mode, s, in the place of the file's.
    pub tau: Option<f64>,
    /// A file of rates, in the place of the phonons' own.
    pub rates: Option<PathBuf>,
    /// Whether these rates are added to the phonons' own.
    pub add: bool,
    /// Lengths between boundaries that scatter, too, m; one result for each.
    pub boundaries_m: Option<Vec<f64>>,
    /// Whether the modes of the file's own grid are summed, too.
    pub as_in_file: bool,
    /// Whether each branch is told by itself.
    pub by_branch: bool,
    /// Whether κ is told by mean free path.
    pub accumulation: bool,
    /// Directions of ballistic transport by their names; x where there are none.
    pub directions: Vec<String>,
    /// Bins of frequency; none for as many as the lowest temperature needs.
    pub bins: Option<usize>,
    /// Whether spectra are kept.
    pub spectra: bool,
}

/// What was found.
pub struct PhononsFound {
    /// Where relaxation times come from, in words; none without.
    pub lifetimes: Option<String>,
    /// Rows.
    pub rows: Vec<PhononRow>,
    /// Densities.
    pub density: PhononDensity,
    /// Directions, with the temperatures of the rows without repetition.
    pub ballistic: Vec<(TransportDirection, Ballistic)>,
    /// The temperatures of `ballistic`, K.
    pub temperatures_k: Vec<f64>,
}

/// One temperature, and boundaries a length apart where there are any.
#[derive(Serialize, Deserialize)]
pub struct PhononRow {
    /// K.
    pub temperature_k: f64,
    /// m.
    pub boundary_m: Option<f64>,
    /// By tetrahedra.
    pub heat: Heat,
    /// The file's own grid summed mode by mode, where asked for.
    pub in_file: Option<ModeSums>,
    /// By branch, where asked for.
    pub branches: Vec<Branch>,
    /// κ by mean free path, where asked for.
    pub accumulation: Option<Accumulation>,
}

impl PhononTransport {
    /// Whether the options fit together.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check(&self) -> Result<()> {
        if self.tau.is_some() && self.rates.is_some() {
            let problem = "with `--rates` the relaxation times are known already";
            return Err(Error::bad_option("--tau", problem, "give one of both"));
        }
        if self.add && self.rates.is_none() {
            let problem = "there are no `--rates` to add";
            return Err(Error::bad_option(
                "--add",
                problem,
                "give `--rates FILE.toml`",
            ));
        }
        Ok(())
    }

    /// Everything that is asked for.
    ///
    /// # Errors
    /// For temperatures at which nothing is known of the lifetimes, unusable directions, and phonons that cannot be integrated.
    pub fn run(&self, phonons: &Phonons) -> Result<PhononsFound> {
        self.run_with(None, phonons)
    }

    /// As [`PhononTransport::run`], with a ledger in which rows and directions are looked up and kept.
    ///
    /// # Errors
    /// Likewise; [`Error::PartDone`] where the ledger divides the work, and its part is done.
    pub fn run_with(&self, ledger: Option<&Ledger>, phonons: &Phonons) -> Result<PhononsFound> {
        if let Some(ledger) = ledger {
            ledger.start(ON_CPU)?;
        }
        let keeping = ledger.map(Keeping::new);
        let temperatures_k = match &self.temperatures_k {
            Some(list) => list.clone(),
            None if phonons.rates().is_empty() => vec![300.0],
            None => phonons.rates().iter().map(|r| r.temperature_k).collect(),
        };
        let model = self.model()?;
        let lowest = temperatures_k.iter().copied().fold(f64::INFINITY, f64::min);
        let axis = thermal_axis(phonons, lowest, self.bins)?;
        let directions = self.directions(phonons)?;
        let asked = Asked {
            transport: self,
            phonons,
            model: model.as_ref(),
            units: directions.iter().map(|d| d.unit).collect(),
            axis: &axis,
        };
        let lengths: Vec<Option<f64>> = match &self.boundaries_m {
            None => vec![None],
            Some(list) => list.iter().map(|l| Some(*l)).collect(),
        };
        let each = temperatures_k
            .iter()
            .flat_map(|t| lengths.iter().map(move |l| (*t, *l)));
        let states: Vec<(f64, Option<f64>)> = each.collect();
        let row = |at: usize| asked.row(states[at]);
        let rows = in_turn(keeping, "temperatures and boundaries", states.len(), row);
        let rows = if_all_there(rows)?;
        let mut words = None;
        let mut first_times = None;
        if let Some(first) = states.first() {
            let rates = asked.rates(*first)?;
            words = self.words(phonons, rates.is_some());
            let rates = rates.or_else(|| self.tau.map(|tau| constant(phonons, 1.0 / tau)));
            first_times = rates.as_deref().map(times_of);
        }
        let accumulated = match self.accumulation {
            true => asked.accumulated(keeping, &states),
            false => Ok(states.iter().map(|_| None).collect()),
        };
        let accumulated = if_all_there(accumulated)?;
        let along = |at: usize| {
            let unit = asked.units[at];
            ballistic(
                phonons,
                unit,
                &temperatures_k,
                first_times.as_deref(),
                &axis,
            )
        };
        let found = in_turn(keeping, "directions", directions.len(), along);
        let found = if_all_there(found)?;
        let (Some(mut rows), Some(accumulated), Some(found)) = (rows, accumulated, found) else {
            return Err(Error::PartDone);
        };
        for (row, accumulated) in rows.iter_mut().zip(accumulated) {
            row.accumulation = accumulated;
            if !self.spectra {
                row.heat.kappa_below = Vec::new();
            }
        }
        Ok(PhononsFound {
            lifetimes: words,
            rows,
            density: density(phonons, &axis)?,
            ballistic: directions.into_iter().zip(found).collect(),
            temperatures_k,
        })
    }

    /// The file of rates, read.
    ///
    /// # Errors
    /// As [`PhononRates::read`].
    pub fn model(&self) -> Result<Option<PhononRates>> {
        self.rates.as_deref().map(PhononRates::read).transpose()
    }

    /// The directions of ballistic transport.
    fn directions(&self, phonons: &Phonons) -> Result<Vec<TransportDirection>> {
        if self.directions.is_empty() {
            return Ok(vec![TransportDirection::axis(0)]);
        }
        let header = phonons.header();
        let each = self.directions.iter().map(|text| {
            let direction = TransportDirection::parse(text, &header.lattice, &phonons.group)?;
            direction.check_moves(header)?;
            Ok(direction)
        });
        each.collect()
    }

    /// The rates of every mode at a temperature; none where there are none.
    fn rates_at(
        &self,
        phonons: &Phonons,
        model: Option<&PhononRates>,
        t: f64,
    ) -> Result<Option<Vec<f64>>> {
        if let Some(tau) = self.tau {
            return Ok(
                match self.boundaries_m.is_some() || self.accumulation || self.as_in_file {
                    true => Some(constant(phonons, 1.0 / tau)),
                    false => None,
                },
            );
        }
        let own = || -> Result<Vec<f64>> {
            let found = phonons.rates_at(t).ok_or_else(|| {
                let known: Vec<String> = phonons
                    .rates()
                    .iter()
                    .map(|r| format!("{}", r.temperature_k))
                    .collect();
                Error::bad_option(
                    "-T",
                    format!(
                        "the file has lifetimes at {} K, not at {t} K",
                        shortened(&known)
                    ),
                    "take one of these, or give `--tau` or `--rates`",
                )
            })?;
            Ok(found.per_second.clone())
        };
        match model {
            Some(model) => {
                let mut rates = model.at(phonons, t)?;
                if self.add {
                    for (sum, own) in rates.iter_mut().zip(own()?) {
                        *sum = if own > 0.0 { *sum + own } else { 0.0 };
                    }
                }
                Ok(Some(rates))
            }
            None if phonons.rates().is_empty() => match self.boundaries_m.is_some() {
                // Boundaries alone.
                true => Ok(Some(vec![0.0; phonons.peculiar.modes])),
                false => Ok(None),
            },
            None => own().map(Some),
        }
    }

    fn words(&self, phonons: &Phonons, any: bool) -> Option<String> {
        let mut words = match (self.tau, &self.rates) {
            (Some(tau), _) => format!("{tau:e} s for every mode"),
            (None, Some(file)) if self.add => {
                format!("those of the file and of {}", file.display())
            }
            (None, Some(file)) => format!("those of {}", file.display()),
            (None, None) if !any => return None,
            (None, None) if phonons.rates().is_empty() => "boundaries alone".to_owned(),
            (None, None) => "those of the file".to_owned(),
        };
        if self.boundaries_m.is_some() && words != "boundaries alone" {
            words += ", and boundaries";
        }
        Some(words)
    }
}

/// What is asked of the phonons, made ready.
struct Asked<'a> {
    transport: &'a PhononTransport,
    phonons: &'a Phonons,
    model: Option<&'a PhononRates>,
    /// Directions of ballistic transport.
    units: Vec<[f64; 3]>,
    axis: &'a EnergyAxis,
}

impl Asked<'_> {
    /// The rates of every mode at a temperature (K) and between boundaries (m); none where there are none.
    fn rates(&self, (t, length): (f64, Option<f64>)) -> Result<Option<Vec<f64>>> {
        let rates = self.transport.rates_at(self.phonons, self.model, t)?;
        match (rates, length) {
            (Some(rates), Some(l)) => with_boundary(self.phonons, &rates, l).map(Some),
            (rates, _) => Ok(rates),
        }
    }

    fn row(&self, state: (f64, Option<f64>)) -> Result<PhononRow> {
        let (t, length) = state;
        let (asked, phonons) = (self.transport, self.phonons);
        let rates = self.rates(state)?;
        let times = match (asked.tau, &rates) {
            (Some(tau), _) if length.is_none() => Some(Lifetimes::Constant(tau)),
            (_, Some(rates)) => Some(Lifetimes::of_rates(rates)),
            _ => None,
        };
        Ok(PhononRow {
            temperature_k: t,
            boundary_m: length,
            heat: heat(phonons, t, times.as_ref(), self.axis, asked.spectra)?,
            in_file: match asked.as_in_file {
                true => Some(mode_sums(phonons, t, rates.as_deref(), None, &self.units)?),
                false => None,
            },
            branches: match asked.by_branch {
                true => by_branch(phonons, t, times.as_ref(), self.axis)?,
                false => Vec::new(),
            },
            accumulation: None,
        })
    }

    /// κ by mean free path of all states, at the same lengths; none without rates.
    fn accumulated(
        &self,
        keeping: Option<Keeping>,
        states: &[(f64, Option<f64>)],
    ) -> Result<Vec<Option<Accumulation>>> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for state in states {
            if let Some(rates) = self.rates(*state)? {
                let own = phonons::path_range(self.phonons, &times_of(&rates))?;
                (low, high) = (low.min(own.0), high.max(own.1));
            }
        }
        let one = |at: usize| match self.rates(states[at])? {
            Some(rates) => {
                let (t, lengths) = (states[at].0, phonons::lengths((low, high)));
                accumulation(self.phonons, t, &times_of(&rates), &lengths).map(Some)
            }
            None => Ok(None),
        };
        in_turn(keeping, "mean free paths", states.len(), one)
    }
}

fn times_of(rates: &[f64]) -> Vec<f64> {
    rates
        .iter()
        .map(|r| if *r > 0.0 { 1.0 / r } else { 0.0 })
        .collect()
}

fn shortened(all: &[String]) -> String {
    match all.len() {
        0..=8 => all.join(", "),
        n => format!("{} to {} ({n} temperatures)", all[0], all[n - 1]),
    }
}

/// The same rate for all modes but those of frequency zero.
fn constant(phonons: &Phonons, rate: f64) -> Vec<f64> {
    let all = (0..phonons.n_branch()).flat_map(|b| phonons.energies(b));
    all.map(|e| if *e > 0.0 { rate } else { 0.0 }).collect()
}

/// Rates with |v|/L added; a mode without a rate of its own has none, unless boundaries are all there is.
fn with_boundary(phonons: &Phonons, rates: &[f64], length_m: f64) -> Result<Vec<f64>> {
    let alone = rates.iter().all(|r| *r == 0.0);
    let speeds = speeds(phonons)?;
    let both = rates.iter().zip(&speeds);
    Ok(both
        .map(|(r, v)| {
            if *r > 0.0 || alone {
                r + v / length_m
            } else {
                0.0
            }
        })
        .collect())
}
