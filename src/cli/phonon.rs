//! `bzint phonon`.

use super::lists::{List, parse_lengths, parse_temperatures};
use super::options::{Output, parse_bins, parse_threads, parse_time};
use super::outputs::{Delivery, Form, Outputs, file_to_write, of_option, write_json};
use super::session;
use super::states::apart;
use super::threads::on_threads;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::{Channel, Channels, EnergyAxis};
use crate::io;
use crate::phonons::{
    self, Lifetimes, PhononRates, PhononSpectrum, accumulation, ballistic, by_branch, heat,
    mode_sums, speeds, thermal_axis,
};
use crate::report::{
    PhononDensity, PhononReport, PhononRow, phonon_json, phonon_result, phonon_table,
};
use crate::transport::TransportDirection;
use crate::uncertainty::Scalar;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// m in one Å.
const ANGSTROM: f64 = 1e-10;

/// Options of `phonon`.
#[derive(Args, Debug)]
pub struct Phonon {
    /// Phonons: bzint's own .h5, phonopy's mesh.hdf5 or mesh.yaml, phono3py's kappa-*.hdf5, a BTE.* file of ShengBTE, or the directory
    /// of such a run
    file: PathBuf,
    /// Temperatures in K: a list, or start:stop:step (default: the file's own, else 300)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// One relaxation time for every mode, in s, in the place of the file's
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true, conflicts_with = "rates")]
    tau: Option<f64>,
    /// Rates of scattering from a parameter file (TOML: umklapp, isotopes, boundary, point_defects, constant_time), in the place of the
    /// file's
    #[arg(long, value_name = "FILE.toml")]
    rates: Option<PathBuf>,
    /// Add the rates of --rates to those of the file (Matthiessen's rule)
    #[arg(long, requires = "rates")]
    add: bool,
    /// Boundaries so far apart scatter, too, at the rate |v|/L; one result for each of a list of lengths (Å, or 100nm,1um,…)
    #[arg(long, value_name = "LENGTHS", value_parser = parse_lengths, allow_hyphen_values = true)]
    boundary: Option<List>,
    /// Also sum over the modes of the file's own grid, as the program that wrote it does
    #[arg(long)]
    as_in_file: bool,
    /// Also give each branch by itself
    #[arg(long)]
    by_branch: bool,
    /// Also give kappa as a function of the mean free path
    #[arg(long)]
    accumulation: bool,
    /// Directions of ballistic transport, as of `bzint landauer`: 001, 1-10, x or a Cartesian vector 1,1,0 (default: x)
    #[arg(long, value_name = "DIRECTIONS", allow_hyphen_values = true)]
    direction: Vec<String>,
    /// Bins of frequency (default: as many as the lowest temperature needs, 1000 at least)
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true)]
    bins: Option<usize>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = parse_threads, allow_hyphen_values = true)]
    threads: Option<usize>,
    /// Also write everything to this file, spectra too: HDF5, or JSON where its name ends in .json
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Phonon {
    /// Runs it.
    ///
    /// # Errors
    /// Where the phonons cannot be read or integrated, or the result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let form = self.out.as_deref().map(Form::without_csv).transpose()?;
        let mut inputs = vec![self.file.as_path()];
        inputs.extend(self.rates.as_deref());
        let outputs = Outputs::new(&self.output, &inputs, &of_option(&self.out))?;
        let phonons = open(&self.file)?;
        outputs.spare_inputs()?;
        for text in phonons
            .header()
            .provenance
            .notes
            .iter()
            .chain(&phonons.notes())
        {
            session::note(&self.output, text);
        }
        let report = on_threads(self.threads, || self.report(&phonons))?;
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| phonon_json(&report), || phonon_table(&report));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Json => write_json(path, &phonon_json(&report)),
                _ => phonon_result(&report, &session::command_line())?.write(path),
            });
        }
        end.finish()
    }

    fn report<'a>(&self, phonons: &'a Phonons) -> Result<PhononReport<'a>> {
        let start = Instant::now();
        let temperatures_k = match &self.temperature {
            Some(list) => list.0.clone(),
            None if phonons.rates().is_empty() => vec![300.0],
            None => phonons.rates().iter().map(|r| r.temperature_k).collect(),
        };
        let model = self.rates.as_deref().map(PhononRates::read).transpose()?;
        let lowest = temperatures_k.iter().copied().fold(f64::INFINITY, f64::min);
        let axis = thermal_axis(phonons, lowest, self.bins)?;
        let directions = self.directions(phonons)?;
        let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
        let lengths: Vec<Option<f64>> = match &self.boundary {
            None => vec![None],
            Some(list) => list.0.iter().map(|l| Some(ANGSTROM * l)).collect(),
        };
        let (mut rows, mut words) = (Vec::new(), None);
        let mut first_times = None;
        let mut later: Vec<(usize, f64, Vec<f64>)> = Vec::new();
        for t in &temperatures_k {
            let rates = self.rates_at(phonons, model.as_ref(), *t)?;
            if words.is_none() {
                words = self.words(phonons, rates.is_some());
            }
            for length in &lengths {
                let rates = match (&rates, length) {
                    (Some(rates), Some(l)) => Some(with_boundary(phonons, rates, *l)?),
                    (rates, _) => rates.clone(),
                };
                let times = match (self.tau, &rates) {
                    (Some(tau), _) if length.is_none() => Some(Lifetimes::Constant(tau)),
                    (_, Some(rates)) => Some(Lifetimes::of_rates(rates)),
                    _ => None,
                };
                if first_times.is_none()
                    && let Some(rates) = &rates
                {
                    first_times = Some(times_of(rates));
                }
                if first_times.is_none()
                    && let Some(tau) = self.tau
                {
                    first_times = Some(times_of(&constant(phonons, 1.0 / tau)));
                }
                let spectral = self.out.is_some();
                let row = PhononRow {
                    temperature_k: *t,
                    boundary_m: *length,
                    heat: heat(phonons, *t, times.as_ref(), &axis, spectral)?,
                    in_file: match self.as_in_file {
                        true => Some(mode_sums(phonons, *t, rates.as_deref(), None, &units)?),
                        false => None,
                    },
                    branches: match self.by_branch {
                        true => by_branch(phonons, *t, times.as_ref(), &axis)?,
                        false => Vec::new(),
                    },
                    accumulation: None,
                };
                if self.accumulation
                    && let Some(rates) = &rates
                {
                    later.push((rows.len(), *t, times_of(rates)));
                }
                rows.push(row);
            }
        }
        accumulate(phonons, &mut rows, &later)?;
        let mut all = Vec::new();
        for n in directions {
            let found = ballistic(
                phonons,
                n.unit,
                &temperatures_k,
                first_times.as_deref(),
                &axis,
            )?;
            all.push((n, found));
        }
        Ok(PhononReport {
            phonons,
            input: self.file.display().to_string(),
            lifetimes: words,
            rows,
            density: density(phonons, &axis)?,
            ballistic: all,
            temperatures_k,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// The directions of ballistic transport.
    fn directions(&self, phonons: &Phonons) -> Result<Vec<TransportDirection>> {
        if self.direction.is_empty() {
            return Ok(vec![TransportDirection::axis(0)]);
        }
        let header = phonons.header();
        let each = self.direction.iter().flat_map(|text| apart(text));
        each.map(|text| {
            let direction = TransportDirection::parse(text, &header.lattice, &phonons.group)?;
            direction.check_moves(header)?;
            Ok(direction)
        })
        .collect()
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
                match self.boundary.is_some() || self.accumulation || self.as_in_file {
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
            None if phonons.rates().is_empty() => match self.boundary.is_some() {
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
        if self.boundary.is_some() && words != "boundaries alone" {
            words += ", and boundaries";
        }
        Some(words)
    }
}

/// κ by mean free path of some rows, with their temperatures (K) and relaxation times (s), all at the same lengths.
fn accumulate(
    phonons: &Phonons,
    rows: &mut [PhononRow],
    of: &[(usize, f64, Vec<f64>)],
) -> Result<()> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, _, times) in of {
        let own = phonons::path_range(phonons, times)?;
        (low, high) = (low.min(own.0), high.max(own.1));
    }
    for (row, t, times) in of {
        let lengths = phonons::lengths((low, high));
        rows[*row].accumulation = Some(accumulation(phonons, *t, times, &lengths)?);
    }
    Ok(())
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

/// Opens phonons.
///
/// # Errors
/// As [`io::phonons::open`]; where the file holds bands of electrons, one that says so.
pub fn open(file: &std::path::Path) -> Result<Phonons> {
    match io::phonons::open(file) {
        Err(Error::UnknownFormat {
            path,
            reason,
            known,
        }) => {
            let bands = io::open(&path, &io::OpenOptions::default());
            match bands {
                Ok(bands) => Err(Error::bad_file(
                    &path,
                    "file",
                    format!(
                        "it holds bands of electrons ({}), where phonons are wanted",
                        bands.header().provenance.format
                    ),
                    "give a file of phonons: `bzint phonon --help` says which are read",
                )),
                Err(_) => Err(Error::UnknownFormat {
                    path,
                    reason,
                    known,
                }),
            }
        }
        other => other,
    }
}

fn density(phonons: &Phonons, axis: &EnergyAxis) -> Result<PhononDensity> {
    let found = PhononSpectrum::new(phonons, phonons.branches(), axis, Channels::Basic)?;
    let spectrum = &found.spectrum;
    let pairs = |channel: Channel| -> Vec<Scalar> {
        let (value, error) = spectrum.total_density(channel);
        let both = value.into_iter().zip(error);
        both.map(|(value, error)| Scalar::new(value, error))
            .collect()
    };
    let states = pairs(Channel::States);
    let speed = pairs(Channel::Speed)
        .into_iter()
        .zip(&states)
        .map(|(v, n)| match n.value > 0.0 {
            true => Scalar::new(
                v.value / n.value,
                v.error / n.value + v.value / n.value * n.error / n.value,
            ),
            false => Scalar::new(0.0, 0.0),
        })
        .collect();
    let squares = [0, 1, 2].map(|i| pairs(Channel::VelocityProduct(i, i)));
    let velocity_squared = (0..axis.bins())
        .map(|k| {
            Scalar::new(
                squares.iter().map(|s| s[k].value).sum::<f64>() / 3.0,
                squares.iter().map(|s| s[k].error).sum::<f64>() / 3.0,
            )
        })
        .collect();
    let (count, bars) = spectrum.total_cumulative(Channel::States);
    let at = |k: usize| Scalar::new(count[k], bars[k]);
    let zero = axis.edges().iter().position(|e| *e >= 0.0).unwrap_or(0);
    Ok(PhononDensity {
        edges_ev: axis.edges().to_vec(),
        states,
        speed,
        velocity_squared,
        total: [at(axis.bins()), at(zero)],
    })
}

/// The axis for some temperatures, for other commands.
///
/// # Errors
/// As [`phonons::thermal_axis`].
pub fn axis_for(phonons: &Phonons, temperatures_k: &[f64]) -> Result<EnergyAxis> {
    let lowest = temperatures_k.iter().copied().fold(f64::INFINITY, f64::min);
    phonons::thermal_axis(phonons, lowest, None)
}
