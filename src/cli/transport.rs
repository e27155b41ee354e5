//! `bzint transport`.

use super::lists::{Impurity, List, parse_dopings, parse_impurity, parse_list, parse_temperatures};
use super::opened::{self, Opened, Preference};
use super::options::{FermiOption, Input, Method, Output};
use super::session;
use crate::bands::{BandHeader, BandSource, MeanFreePathBands};
use crate::error::{Error, Result};
use crate::integrate::{Channels, EnergyAxis, Engine, Request, Spectrum, Velocities, spectrum};
use crate::report::{
    Item, Levels, TransportReport, TransportRow, boltztrap_files, share_items, spin_items,
    transport_csv, transport_json, transport_result, transport_table,
};
use crate::scattering::ScatteringModel;
use crate::transport::{
    AxisPlan, Doping, Extent, ImpurityLevel, RelaxationTime, ThermalState, TransportDistribution,
    WindowRelevance, channel_group, spin_distributions,
};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Whether Hall coefficients are computed where neither `--hall` nor `--no-hall` is given.
const HALL_BY_DEFAULT: bool = true;

/// How far beyond the gap or the Fermi level the first look for a doping's chemical potential goes, eV.
const FIRST_LOOK_EV: f64 = 6.0;
/// How near to a gap's edges or the Fermi level dopings are expected at the first look, eV, and how much errors matter there:
/// a few per cent of the carriers are a small part of k_BT.
const FIRST_LOOK_NEAR_EV: f64 = 1.0;
const FIRST_LOOK_RELEVANCE: f64 = 0.03;

/// What `--output` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One HDF5 file.
    Hdf5,
    /// BoltzTraP2's OUT.trace, OUT.condtens and OUT.halltens.
    Boltztrap,
}

/// Options of `transport`.
#[derive(Args, Debug)]
pub struct Transport {
    #[command(flatten)]
    input: Input,
    /// Temperatures in K: 300, 300,500 or 300:800:50
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, default_value = "300")]
    temperature: List,
    /// Chemical potentials in eV relative to the Fermi level: a value, a list or start:stop:step (default: 0, unless doped)
    #[arg(long, value_name = "LIST", value_parser = parse_list, allow_hyphen_values = true)]
    mu: Option<List>,
    /// Chemical potentials in eV on the bands' own scale
    #[arg(long, value_name = "LIST", value_parser = parse_list, allow_hyphen_values = true, conflicts_with = "mu")]
    mu_absolute: Option<List>,
    /// Net dopings in cm^-3: 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    doping: Option<List>,
    /// Donors, density:depth[:degeneracy] in cm^-3 and eV below the conduction band (degeneracy 2); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, conflicts_with_all = ["mu", "mu_absolute"])]
    donors: Vec<Impurity>,
    /// Acceptors, density:depth[:degeneracy] in cm^-3 and eV above the valence band (degeneracy 4); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, conflicts_with_all = ["mu", "mu_absolute"])]
    acceptors: Vec<Impurity>,
    #[command(flatten)]
    level: FermiOption,
    /// Constant relaxation time in s; without it every coefficient is per relaxation time
    #[arg(long, value_name = "SECONDS")]
    tau: Option<f64>,
    /// Scattering mechanisms of a semiconductor: a TOML file such as data/silicon.toml
    #[arg(long, value_name = "FILE.toml", conflicts_with = "tau")]
    scattering: Option<PathBuf>,
    /// Constant mean free path in Å: every state relaxes in λ/|v|; on a uniform grid, without Hall coefficients
    #[arg(long, value_name = "ANGSTROM", allow_hyphen_values = true, conflicts_with_all = ["tau", "scattering", "hall", "magnetoconductivity"])]
    mean_free_path: Option<f64>,
    /// Lattice thermal conductivity in W/(m K), for zT (needs --tau, --scattering or relaxation times in the file)
    #[arg(long, value_name = "W/mK")]
    lattice_thermal_conductivity: Option<f64>,
    /// Coefficients of up and down electrons separately, too (collinear bands), and the polarisation of their currents
    #[arg(long)]
    spin_resolved: bool,
    /// Hall and Nernst coefficients too
    #[arg(long, overrides_with = "no_hall")]
    hall: bool,
    /// No Hall and Nernst coefficients: fewer sums
    #[arg(long)]
    no_hall: bool,
    /// Magnetoconductivity and magnetoresistance to second order in the field too
    #[arg(long, conflicts_with = "no_hall")]
    magnetoconductivity: bool,
    /// 2 for a layer, 1 for a chain with vacuum around it: values per area or length, dopings in cm^-2 or cm^-1
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
    dimension: u8,
    /// Thickness of a layer in Å, from which three-dimensional values are given too
    #[arg(long, value_name = "ANGSTROM", allow_hyphen_values = true)]
    thickness: Option<f64>,
    /// Cross-section of a chain in Å^2, likewise
    #[arg(long, value_name = "ANGSTROM2", allow_hyphen_values = true)]
    cross_section: Option<f64>,
    #[command(flatten)]
    method: Method,
    /// Also write every coefficient to this HDF5 file, or to BoltzTraP2's files of this name
    #[arg(short, long = "output", value_name = "OUT.h5")]
    out: Option<PathBuf>,
    /// What --output writes
    #[arg(long, value_enum, default_value = "hdf5", requires = "out")]
    format: Format,
    /// With --format boltztrap: without spin factors, and with its unit of chi, where BoltzTraP2 has them so
    #[arg(long, requires = "out")]
    bt2_compat: bool,
    /// Also write every coefficient to this file of comma-separated values
    #[arg(long, value_name = "OUT.csv")]
    csv: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// What the integration found.
struct Found {
    fermi_level_ev: f64,
    origin: String,
    gap_ev: Option<(f64, f64)>,
    levels: Levels,
    rows: Vec<TransportRow>,
    extras: Vec<Vec<Item>>,
    bins: usize,
}

impl Transport {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        self.check()?;
        let source = self.open()?;
        let header = source.header();
        session::notes(&self.output, header);
        if self.lattice_thermal_conductivity.is_some()
            && self.tau.is_none()
            && self.scattering.is_none()
            && !header.has_lifetimes
        {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS`",
            ));
        }
        let extent = self.extent(header)?;
        if self.spin_resolved {
            channel_group(&*source)?;
        }
        let (found, run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                self.compute(&*source, extent.as_ref(), request, engine)
            })?;
        let report = TransportReport {
            header,
            input: self.input.file.display().to_string(),
            fermi_level_ev: found.fermi_level_ev,
            origin: found.origin,
            gap_ev: found.gap_ev,
            tau_s: self.tau,
            scattering: self.scattering.as_ref().map(|p| p.display().to_string()),
            mean_free_path_angstrom: self.mean_free_path,
            lattice_w_mk: self.lattice_thermal_conductivity,
            extent,
            temperatures_k: self.temperature.0.clone(),
            levels: found.levels,
            rows: found.rows,
            extras: found.extras,
            bins: found.bins,
            run: &run,
        };
        let mut written = Vec::new();
        if let Some(path) = &self.out {
            written = self.write(path, &report)?;
        }
        if let Some(path) = &self.csv {
            crate::io::write_text(path, &transport_csv(&report))?;
            written.push(path.clone());
        }
        if self.output.json {
            super::print(&format!("{:#}", transport_json(&report)));
        } else {
            super::print(&transport_table(&report));
        }
        for path in written {
            session::note(&self.output, &format!("written to {}", path.display()));
        }
        Ok(())
    }

    /// The bands, with the relaxation times of a mean free path where that is asked for.
    fn open(&self) -> Result<Opened> {
        let Some(path) = self.mean_free_path else {
            return opened::open(&self.input, Preference::Refined);
        };
        // |v| has a kink where it is zero: no interpolation is refined towards it.
        let source = session::open(&self.input)?;
        let order = match self.method.velocity {
            Some(Velocities::FiniteDifference(order)) => order,
            None if !source.header().has_velocities => 4,
            _ => 0,
        };
        if order == 0 && !source.header().has_velocities {
            return Err(Error::bad_option(
                "--velocity file",
                "the bands bring no velocities",
                "give `--velocity 4`",
            ));
        }
        if self.input.interpolate.is_none() && self.input.kspacing.is_none() {
            let grid = source.header().k_grid;
            session::note(
                &self.output,
                &format!(
                    "--mean-free-path takes the {grid} k-grid as it is; `--interpolate N` gives a denser one"
                ),
            );
        }
        let bands = MeanFreePathBands::new(source, path, order)?;
        Ok(Opened::Table(Box::new(bands)))
    }

    /// Writes the results in the format asked for, and tells where.
    fn write(&self, path: &Path, report: &TransportReport) -> Result<Vec<PathBuf>> {
        if self.format == Format::Hdf5 {
            transport_result(report, &session::command_line())?.write(path)?;
            return Ok(vec![path.to_path_buf()]);
        }
        let mut written = Vec::new();
        for (suffix, text) in boltztrap_files(report, self.bt2_compat)? {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".{suffix}"));
            let file = PathBuf::from(name);
            crate::io::write_text(&file, &text)?;
            written.push(file);
        }
        Ok(written)
    }

    /// # Errors
    /// [`Error::BadOption`] for what can be told before any file is read.
    fn check(&self) -> Result<()> {
        self.check_dimension()?;
        let positive = |option: &str, value: Option<f64>, zero: bool, remedy: &str| match value {
            Some(x) if !(x.is_finite() && (x > 0.0 || (zero && x == 0.0))) => {
                Err(Error::bad_option(option, format!("{x}"), remedy))
            }
            _ => Ok(()),
        };
        if self.format == Format::Boltztrap && self.tau.is_some() {
            return Err(Error::bad_option(
                "--format boltztrap",
                "its columns are per relaxation time, and a relaxation time was given",
                "leave `--tau` away",
            ));
        }
        positive(
            "--tau",
            self.tau,
            false,
            "give a positive relaxation time in seconds, such as 1e-14",
        )?;
        positive(
            "--lattice-thermal-conductivity",
            self.lattice_thermal_conductivity,
            true,
            "give 0 or a positive number of W/(m K)",
        )
    }

    /// How far a layer or a chain reaches.
    ///
    /// # Errors
    /// [`Error::BadOption`] for bands without vacuum, and for options that mean nothing for this dimension.
    fn extent(&self, header: &BandHeader) -> Result<Option<Extent>> {
        match self.dimension {
            2 => Extent::layer(header, self.thickness).map(Some),
            1 => Extent::chain(header, self.cross_section).map(Some),
            _ => Ok(None),
        }
    }

    /// # Errors
    /// [`Error::BadOption`] for options that mean nothing for this dimension.
    fn check_dimension(&self) -> Result<()> {
        let bad = |option: &str, problem: String, remedy: &str| {
            Err(Error::bad_option(option, problem, remedy))
        };
        let n = self.dimension;
        if self.thickness.is_some() && n != 2 {
            return bad(
                "--thickness",
                format!("it is a layer's, and --dimension is {n}"),
                "give `--dimension 2`",
            );
        }
        if self.cross_section.is_some() && n != 1 {
            return bad(
                "--cross-section",
                format!("it is a chain's, and --dimension is {n}"),
                "give `--dimension 1`",
            );
        }
        if n == 3 {
            return Ok(());
        }
        let option = format!("--dimension {n}");
        if self.scattering.is_some() {
            return bad(
                &option,
                "the mechanisms of --scattering are those of three-dimensional bands".into(),
                "give `--tau SECONDS`, or neither",
            );
        }
        if self.format == Format::Boltztrap {
            return bad(
                &option,
                "BoltzTraP2's columns are three-dimensional".into(),
                "leave `--format boltztrap` away",
            );
        }
        if n == 1 && (self.hall || self.magnetoconductivity) {
            return bad(
                &option,
                "a chain has no Hall effect and no magnetoconductivity".into(),
                "leave `--hall` and `--magnetoconductivity` away",
            );
        }
        let sized = self.thickness.or(self.cross_section).is_some();
        if self.lattice_thermal_conductivity.is_some() && !sized {
            let size = if n == 2 {
                "`--thickness ANGSTROM`"
            } else {
                "`--cross-section ANGSTROM2`"
            };
            return bad(
                "--lattice-thermal-conductivity",
                "W/(m K) mean nothing without the extent that they refer to".into(),
                &format!("give {size}"),
            );
        }
        Ok(())
    }

    fn channels(&self, source: &dyn BandSource) -> Channels {
        if source.header().has_lifetimes && self.tau.is_none() && self.scattering.is_none() {
            Channels::Lifetimes
        } else if self.magnetoconductivity {
            Channels::Magneto
        } else if self.dimension == 1 {
            Channels::Basic
        } else if self.hall || (HALL_BY_DEFAULT && !self.no_hall) {
            Channels::Hall
        } else {
            Channels::Basic
        }
    }

    fn compute(
        &self,
        source: &dyn BandSource,
        extent: Option<&Extent>,
        request: &Request,
        engine: &mut dyn Engine,
    ) -> Result<Found> {
        let (fermi, origin) = session::fermi_level(&self.level, source, request, engine)?;
        let gap = session::gap(&self.level, source, fermi);
        let split = gap.map_or(fermi, |(valence, conduction)| 0.5 * (valence + conduction));
        let extremes = source.statistics().iter();
        let mut plan = AxisPlan {
            temperatures_k: least_and_largest(&self.temperature.0),
            chemical_potentials_ev: Vec::new(),
            band_edges_ev: extremes
                .flat_map(|s| [s.energy_min, s.energy_max])
                .collect(),
            gap_edges_ev: gap.map_or(vec![split], |(valence, conduction)| {
                vec![valence, conduction]
            }),
            margin_ev: 0.0,
        };
        plan.band_edges_ev.push(split);
        let dopings = self.dopings(gap, extent)?;
        let levels = match &dopings {
            None => {
                let shift = if self.mu_absolute.is_some() {
                    0.0
                } else {
                    fermi
                };
                let given = self.mu_absolute.as_ref().or(self.mu.as_ref());
                let mu = given.map_or(vec![0.0], |list| list.0.clone());
                Levels::ChemicalPotentials(mu.into_iter().map(|x| x + shift).collect())
            }
            Some(_) => {
                let given = self
                    .doping
                    .as_ref()
                    .map_or(vec![0.0], |list| list.0.clone());
                Levels::Dopings(given)
            }
        };
        match (&levels, &dopings) {
            (Levels::ChemicalPotentials(mu), _) => {
                plan.chemical_potentials_ev = mu.iter().map(|&x| (x, x)).collect();
            }
            (_, dopings) => {
                // A first look with wide bins tells where the chemical potentials lie.
                let first = AxisPlan {
                    margin_ev: FIRST_LOOK_EV,
                    ..plan.clone()
                };
                let near = |e: f64| {
                    let distance = plan.gap_edges_ev.iter().map(|edge| (e - edge).abs());
                    if distance.fold(f64::INFINITY, f64::min) < FIRST_LOOK_NEAR_EV {
                        FIRST_LOOK_RELEVANCE
                    } else {
                        0.0
                    }
                };
                let request = Request {
                    relevance: Some(&near),
                    ..*request
                };
                let states =
                    self.spectrum(source, &request, Channels::Basic, &first.axis()?, engine)?;
                let look = distribution_of(source, &states, split, extent)?;
                for &t in &self.temperature.0 {
                    for doping in dopings.iter().flatten() {
                        let mu = doping.chemical_potential(&look, t)?;
                        let margin = crate::units::BOLTZMANN_EV * t;
                        plan.chemical_potentials_ev.push((mu - margin, mu + margin));
                    }
                }
            }
        }
        let axis = plan.axis()?;
        let channels = self.channels(source);
        let levels_ev: Vec<f64> = plan
            .chemical_potentials_ev
            .iter()
            .map(|(low, high)| 0.5 * (low + high))
            .collect();
        let relevance = WindowRelevance::new(&self.temperature.0, &levels_ev, gap);
        let at = |e: f64| relevance.at(e);
        let request = Request {
            relevance: Some(&at),
            ..*request
        };
        let result = self.spectrum(source, &request, channels, &axis, engine)?;
        let distribution = distribution_of(source, &result, split, extent)?;
        let spins = match self.spin_resolved {
            true => {
                let both = spin_distributions(source, &result, split)?;
                Some(both.map(|one| one.map(|d| with_extent(d, extent))))
            }
            false => None,
        };
        let model = self
            .scattering
            .as_ref()
            .map(|path| ScatteringModel::read(path))
            .transpose()?;
        let cases: Vec<(f64, usize)> = self
            .temperature
            .0
            .iter()
            .flat_map(|&t| (0..levels.len()).map(move |i| (t, i)))
            .collect();
        let rows = cases
            .par_iter()
            .map(|&(t, i)| {
                let state = match &dopings {
                    Some(dopings) => distribution.at_doping(t, &dopings[i])?,
                    None => {
                        let (mu, _) = plan.chemical_potentials_ev[i];
                        distribution.at_chemical_potential(t, mu)?
                    }
                };
                let shares = match &model {
                    Some(model) => distribution.scattering_shares(model, gap, &state)?,
                    None => Vec::new(),
                };
                let row = self.row(&distribution, &state, model.as_ref(), gap)?;
                let mut extras = share_items(&shares);
                if let Some(spins) = &spins {
                    let currents =
                        self.currents(&distribution, spins, &state, model.as_ref(), gap)?;
                    extras.extend(spin_items(&currents));
                }
                Ok((row, extras))
            })
            .collect::<Result<Vec<_>>>()?;
        let (rows, extras) = rows.into_iter().unzip();
        Ok(Found {
            fermi_level_ev: fermi,
            origin,
            gap_ev: gap,
            levels,
            rows,
            extras,
            bins: axis.bins(),
        })
    }

    /// The one place where bands become a spectrum.
    fn spectrum(
        &self,
        source: &dyn BandSource,
        request: &Request,
        channels: Channels,
        axis: &EnergyAxis,
        engine: &mut dyn Engine,
    ) -> Result<Spectrum> {
        let request = Request {
            channels,
            ..*request
        };
        spectrum(source, &request, axis, engine)
    }

    fn row(
        &self,
        distribution: &TransportDistribution,
        state: &ThermalState,
        model: Option<&ScatteringModel>,
        gap: Option<(f64, f64)>,
    ) -> Result<TransportRow> {
        let relaxation = match (self.tau, model) {
            (Some(tau), _) => RelaxationTime::Constant(tau),
            (None, Some(model)) => RelaxationTime::Mechanisms(model, gap),
            (None, None) if distribution.has_lifetimes() => RelaxationTime::OfTheBands,
            (None, None) => RelaxationTime::Unknown,
        };
        let lattice = self.lattice_thermal_conductivity;
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
        // Mechanisms see the carriers of both spins.
        let scattered = model.map(|m| both.scattered(m, gap, state)).transpose()?;
        let one = |spin: &Option<TransportDistribution>| {
            let Some(distribution) = spin else {
                return Ok(None);
            };
            match &scattered {
                None => self.row(distribution, state, None, gap).map(Some),
                Some(tau) => {
                    let tau = |e: f64| tau.at(e);
                    let relaxation = RelaxationTime::Function(&tau);
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
        if self.doping.is_none() && self.donors.is_empty() && self.acceptors.is_empty() {
            return Ok(None);
        }
        let (valence, conduction) = match gap {
            Some(edges) => edges,
            None if self.donors.is_empty() && self.acceptors.is_empty() => (0.0, 0.0),
            None => {
                return Err(Error::bad_option(
                    "--donors and --acceptors",
                    "the bands have no gap at the Fermi level for levels to lie in",
                    "give `--doping`, or the electron count of an insulator (`--electrons N`)",
                ));
            }
        };
        let density = |x: f64| extent.map_or(x, |e| e.per_volume_cm3(x));
        let levels = |all: &[Impurity], edge: f64, sign: f64, degeneracy: f64| {
            let one = |i: &Impurity| ImpurityLevel {
                density_cm3: density(i.density_cm3),
                energy_ev: edge + sign * i.depth_ev,
                degeneracy: i.degeneracy.unwrap_or(degeneracy),
            };
            all.iter().map(one).collect::<Vec<_>>()
        };
        let fixed = self
            .doping
            .as_ref()
            .map_or(vec![0.0], |list| list.0.clone());
        let doping = |fixed_cm3| Doping {
            fixed_cm3,
            donors: levels(&self.donors, conduction, -1.0, 2.0),
            acceptors: levels(&self.acceptors, valence, 1.0, 4.0),
        };
        Ok(Some(fixed.into_iter().map(density).map(doping).collect()))
    }
}

fn distribution_of(
    source: &dyn BandSource,
    spectrum: &Spectrum,
    split_ev: f64,
    extent: Option<&Extent>,
) -> Result<TransportDistribution> {
    let distribution = TransportDistribution::new(source.header(), spectrum, split_ev)?;
    Ok(with_extent(distribution, extent))
}

fn with_extent(
    distribution: TransportDistribution,
    extent: Option<&Extent>,
) -> TransportDistribution {
    match extent {
        Some(extent) => distribution.with_extent(extent),
        None => distribution,
    }
}

fn least_and_largest(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        })
}
