//! `bzint transport`.

mod compute;

use super::dimension::DimensionOption;
use super::lists::{
    Dopings, Impurity, List, parse_dopings, parse_energies, parse_impurity, parse_temperatures,
};
use super::opened::{self, Demands, Opened, Preference};
use super::options::{FermiOption, Input, Method, Output, parse_length};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::relaxation::RelaxationOption;
use super::{level, plausible, session};
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::integrate::Velocities;
use crate::io::write_text;
use crate::report::{
    BOLTZTRAP_FILES, TransportReport, boltztrap_files, transport_csv, transport_json,
    transport_result, transport_table,
};
use crate::sampler::{InterpolatedBands, MeanFreePathBands, MeanFreePathSeries};
use crate::transport::{Directions, channel_group, check_collinear};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// What `--output` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One HDF5 file.
    Hdf5,
    /// BoltzTraP2's OUT.trace, OUT.condtens and OUT.halltens.
    Boltztrap,
}

/// Most rows of a calculation, one a temperature and level: and what each takes until it is written.
const MOST_ROWS: usize = 200_000;
const ROW_BYTES: usize = 24 << 10;

/// Options of `transport`.
#[derive(Args, Debug)]
pub struct Transport {
    #[command(flatten)]
    input: Input,
    /// Temperatures in K: 300, 300,500 or 300:800:50
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, default_value = "300")]
    temperature: List,
    /// Chemical potentials in eV relative to the Fermi level: a value, a list or start:stop:step (default: 0, unless doped)
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true)]
    mu: Option<List>,
    /// Chemical potentials in eV on the bands' own scale
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true, conflicts_with = "mu")]
    mu_absolute: Option<List>,
    /// Net dopings in cm^-3 (cm^-2 of a layer, cm^-1 of a chain): 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    doping: Option<Dopings>,
    /// Donors, density:depth[:degeneracy] in cm^-3 (as --doping) and eV below the conduction band (degeneracy 2); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    donors: Vec<Impurity>,
    /// Acceptors, density:depth[:degeneracy] in cm^-3 (as --doping) and eV above the valence band (degeneracy 4); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    acceptors: Vec<Impurity>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    relaxation: RelaxationOption,
    /// Constant mean free path in Å: every state relaxes in λ/|v|
    #[arg(long, value_name = "ANGSTROM", value_parser = parse_length, allow_hyphen_values = true, conflicts_with_all = ["tau", "scattering", "magnetoconductivity"])]
    mean_free_path: Option<f64>,
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
    #[command(flatten)]
    extent: DimensionOption,
    #[command(flatten)]
    method: Method,
    /// Also write every coefficient to this file: HDF5, or JSON or CSV where its name ends so; or to BoltzTraP2's files of this name
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// What --output writes
    #[arg(long, value_enum, default_value = "hdf5", requires = "out")]
    format: Format,
    /// With --format boltztrap: without spin factors, and with its unit of chi, where BoltzTraP2 has them so
    #[arg(long, requires = "out")]
    bt2_compat: bool,
    /// Also write every coefficient to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Transport {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.check()?;
        let form = self.form()?;
        let outputs = self.outputs()?;
        let model = self.relaxation.model()?;
        if let (Some(model), Some(file)) = (&model, &self.relaxation.scattering) {
            model.check_dimension(self.extent.dimension, file)?;
        }
        let source = self.open()?;
        outputs.spare_inputs()?;
        self.check_gap(&*source)?;
        let header = source.header();
        session::notes(&self.output, header);
        if self.mean_free_path.is_none() {
            session::doubts(&self.relaxation.doubts(model.as_ref(), &*source)?);
        }
        let extent = self.extent.extent(header)?;
        if self.spin_resolved {
            channel_group(&*source)?;
        }
        let (found, run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                self.compute(&*source, model.as_ref(), extent.as_ref(), request, engine)
            })?;
        if let Some(text) = self.extent.note(header, &found.conducted) {
            session::note(&self.output, &text);
        }
        session::about_cap(&self.output, &run, header, session::widest(&found.rows));
        let report = TransportReport {
            header,
            input: self.input.file.display().to_string(),
            fermi_level_ev: found.fermi_level_ev,
            origin: found.origin,
            gap_ev: found.gap_ev,
            tau_s: self.relaxation.tau,
            scattering: self.relaxation.scattering_file(),
            mean_free_path_angstrom: self.mean_free_path,
            lattice_w_mk: self.relaxation.lattice_thermal_conductivity,
            extent,
            directions: Directions::of(&found.conducted).count(),
            temperatures_k: self.temperature.0.clone(),
            levels: found.levels,
            rows: found.rows,
            bins: found.bins,
            crossings: found.crossings,
            run: &run,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| transport_json(&report), || transport_table(&report));
        if form.is_none() {
            self.write_boltztrap(&report, &mut end)?;
        }
        let tables = Tables {
            json: &|| transport_json(&report),
            csv: &|| transport_csv(&report),
            hdf5: &|| transport_result(&report, &session::command_line()),
        };
        end.tables(self.out.as_deref().zip(form), self.csv.as_deref(), &tables);
        end.finish()
    }

    /// The form of `--output`'s file; none where there is no such file, or three of BoltzTraP2's.
    fn form(&self) -> Result<Option<Form>> {
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        match (&self.out, self.format) {
            (Some(path), Format::Hdf5) => Form::of(path).map(Some),
            _ => Ok(None),
        }
    }

    /// The places of all files to be written.
    fn outputs(&self) -> Result<Outputs> {
        let mut named = match (&self.out, self.format) {
            (Some(path), Format::Boltztrap) => boltztrap_names(path)
                .map(|file| ("--output", file))
                .to_vec(),
            _ => of_option(&self.out),
        };
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.relaxation.scattering.as_deref());
        Outputs::new(&self.output, &inputs, &named)
    }

    /// Whether the options fit together, and a warning of absurd values.
    fn check(&self) -> Result<()> {
        self.check_dimension()?;
        self.input.check(Some(&self.method))?;
        self.level.check()?;
        self.check_format()?;
        let dopings = self.doping.as_ref();
        self.extent
            .check_density("--doping", dopings.and_then(|d| d.per))?;
        for (option, levels) in [("--donors", &self.donors), ("--acceptors", &self.acceptors)] {
            for level in levels {
                self.extent.check_density(option, level.per)?;
            }
        }
        self.check_rows()?;
        let relaxation = &self.relaxation;
        let lattice = relaxation.lattice_thermal_conductivity;
        plausible::warn(&self.output, &plausible::TAU, relaxation.tau);
        plausible::warn(&self.output, &plausible::LATTICE, lattice);
        plausible::warn(
            &self.output,
            &plausible::MEAN_FREE_PATH,
            self.mean_free_path,
        );
        plausible::warn(&self.output, &plausible::SCISSOR, self.input.scissor);
        plausible::warn(&self.output, &plausible::THICKNESS, self.extent.thickness);
        let temperatures = self.temperature.0.iter().copied();
        plausible::warn(&self.output, &plausible::TEMPERATURE, temperatures);
        if self.extent.dimension == 3 {
            let densities = dopings.into_iter().flat_map(|d| d.values.iter().copied());
            plausible::warn(&self.output, &plausible::DOPING, densities);
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::BadOption`] for more rows than can be meant.
    fn check_rows(&self) -> Result<()> {
        let levels = [&self.mu, &self.mu_absolute].into_iter().flatten();
        let dopings = self.doping.as_ref().map(|d| d.values.len());
        let levels = levels
            .map(|list| list.0.len())
            .next()
            .or(dopings)
            .unwrap_or(1);
        let temperatures = self.temperature.0.len();
        let rows = levels.saturating_mul(temperatures);
        if rows <= MOST_ROWS {
            return crate::memory::check::<[u8; ROW_BYTES]>(
                &format!("a calculation of {rows} rows"),
                rows,
            );
        }
        Err(Error::bad_option(
            "--temperature",
            format!(
                "{temperatures} temperatures at {levels} chemical potentials or dopings are {rows} rows, more than {MOST_ROWS}"
            ),
            "give fewer, or larger steps",
        ))
    }

    /// # Errors
    /// [`Error::BadOption`] for what BoltzTraP2's files have no place for.
    fn check_format(&self) -> Result<()> {
        let given = [
            ("--tau", self.relaxation.tau.is_some()),
            ("--scattering", self.relaxation.scattering.is_some()),
            ("--mean-free-path", self.mean_free_path.is_some()),
        ];
        match (self.format, given.iter().find(|(_, given)| *given)) {
            (Format::Boltztrap, Some((option, _))) => Err(Error::bad_option(
                "--format boltztrap",
                "its columns are per relaxation time, and a relaxation time was given",
                format!("leave `{option}` away"),
            )),
            (Format::Hdf5, _) if self.bt2_compat => Err(Error::bad_option(
                "--bt2-compat",
                "it changes BoltzTraP2's files, and an HDF5 file is to be written",
                "give `--format boltztrap`, or leave it away",
            )),
            _ => Ok(()),
        }
    }

    /// Objections to the bands, before anything long is made of them.
    fn check_bands(&self, header: &BandHeader, range_ev: Option<(f64, f64)>) -> Result<()> {
        let known = self.relaxation.known(header) || self.mean_free_path.is_some();
        self.relaxation.check_lattice(known)?;
        self.extent.extent(header)?;
        let own = header.has_lifetimes && self.relaxation.tau.is_none();
        if self.format == Format::Boltztrap && own {
            return Err(Error::bad_option(
                "--format boltztrap",
                "its columns are per relaxation time, and the bands bring relaxation times",
                "leave it away",
            ));
        }
        if own {
            self.check_second_order()?;
        }
        if self.spin_resolved {
            check_collinear(header)?;
        }
        // Chemical potentials on the bands' own scale need no Fermi level.
        if self.mu_absolute.is_some() && !level::determines_level(&self.level, header) {
            return Ok(());
        }
        level::check_level(&self.level, header, range_ev)
    }

    /// # Errors
    /// [`Error::BadOption`] for impurity levels of bands that can have no gap at the Fermi level, whatever they do between their points.
    fn check_gap(&self, bands: &dyn BandSource) -> Result<()> {
        let levels = !self.donors.is_empty() || !self.acceptors.is_empty();
        if !levels || self.input.scissor.is_some() || level::may_be_in_gap(&self.level, bands) {
            return Ok(());
        }
        Err(without_gap())
    }

    /// # Errors
    /// [`Error::BadOption`] where the magnetoconductivity of relaxation times that vary is asked for.
    fn check_second_order(&self) -> Result<()> {
        if !self.magnetoconductivity {
            return Ok(());
        }
        Err(Error::bad_option(
            "--magnetoconductivity",
            "the second order in the field needs the gradient of the bands' own relaxation times",
            "leave it away, or give a constant one (`--tau SECONDS`)",
        ))
    }

    /// # Errors
    /// [`Error::BadOption`] for options that mean nothing for this dimension.
    fn check_dimension(&self) -> Result<()> {
        self.extent
            .check(self.relaxation.lattice_thermal_conductivity)?;
        let n = self.extent.dimension;
        let option = format!("--dimension {n}");
        if n < 3 && self.format == Format::Boltztrap {
            return Err(Error::bad_option(
                option,
                "BoltzTraP2's columns are three-dimensional",
                "leave `--format boltztrap` away",
            ));
        }
        if n == 1 && (self.hall || self.magnetoconductivity) {
            return Err(Error::bad_option(
                option,
                "a chain has no Hall effect and no magnetoconductivity",
                "leave `--hall` and `--magnetoconductivity` away",
            ));
        }
        Ok(())
    }

    /// The bands, with the relaxation times of a mean free path where that is asked for.
    fn open(&self) -> Result<Opened> {
        let demands = Demands {
            method: Some(&self.method),
            check: &|header, range| self.check_bands(header, range),
            table: Some(&|table| self.check_gap(table)),
            lifetimes: self.relaxation.tau.is_none() && self.mean_free_path.is_none(),
        };
        let opened = opened::open(&self.input, Preference::Refined, &demands)?;
        let Some(path) = self.mean_free_path else {
            return Ok(opened);
        };
        match opened {
            Opened::Refined(bands, refinement) => {
                let series = MeanFreePathSeries::new(bands.into_interpolator().into(), path)?;
                let bands = InterpolatedBands::new(Box::new(series))?;
                Ok(Opened::Refined(bands, refinement))
            }
            Opened::Table(source) => {
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
                let bands = MeanFreePathBands::new(source, path, order)?;
                Ok(Opened::Table(Box::new(bands)))
            }
        }
    }

    /// Writes BoltzTraP2's files.
    fn write_boltztrap(&self, report: &TransportReport, end: &mut Delivery<'_>) -> Result<()> {
        let Some(path) = &self.out else {
            return Ok(());
        };
        let texts = boltztrap_files(report, self.bt2_compat)?;
        for (file, (_, text)) in boltztrap_names(path).iter().zip(texts) {
            end.write(file, |file| write_text(file, &text));
        }
        Ok(())
    }
}

/// The error of impurity levels where there is no gap.
fn without_gap() -> Error {
    Error::bad_option(
        "--donors and --acceptors",
        "the bands have no gap at the Fermi level for levels to lie in",
        "give `--doping`, or the electron count of an insulator (`--electrons N`)",
    )
}

/// OUT.trace, OUT.condtens and OUT.halltens, in the order of their texts.
fn boltztrap_names(path: &Path) -> [PathBuf; 3] {
    BOLTZTRAP_FILES.map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{suffix}"));
        PathBuf::from(name)
    })
}
