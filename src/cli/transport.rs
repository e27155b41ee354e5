//! `bzint transport`.

use super::dimension::DimensionOption;
use super::lists::{
    Dopings, Impurity, List, parse_dopings, parse_energies, parse_impurity, parse_temperatures,
};
use super::long::{Long, divided};
use super::options::{FermiOption, Input, Method, Output, parse_length};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::relaxation::RelaxationOption;
use super::session::{self, Notes};
use crate::bands::BandHeader;
use crate::error::{Error, Result};
use crate::io::write_text;
use crate::report::{
    BOLTZTRAP_FILES, TransportReport, boltztrap_files, transport_csv, transport_json,
    transport_result, transport_table,
};
use crate::scale::Work;
use crate::workflow::{self, Answer, Impurities, Wanted, plausible};
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
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Transport);

impl Transport {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = self.asked();
        self.check(&asked)?;
        let other = match self.format {
            Format::Boltztrap => Some("--format boltztrap"),
            Format::Hdf5 => self.csv.as_ref().map(|_| "--csv"),
        };
        self.long.check(&self.output, self.out.as_ref(), other)?;
        let form = self.form()?;
        let outputs = self.outputs()?;
        // Before anything long is made of the bands.
        let model = asked.relaxation.model_for(asked.extent.dimension)?;
        let held = self.input.read()?;
        let asks = format!("{asked:?} {model:?}");
        let work = (self.long).begin(&self.output, &self.input, &self.method, &held, &asks)?;
        let notes = Notes::default();
        let opened = |header: &BandHeader| {
            outputs.spare_inputs()?;
            self.check_boltztrap(header)?;
            notes.print(&self.output, header);
            Ok(())
        };
        let answer = asked.answer_with(
            work.as_ref().map(Work::ledger),
            held,
            &self.input.opening,
            &self.method,
            &session::voice(&self.output),
            &opened,
        );
        let answer = (self.long).result(answer, work.as_ref(), &self.output, &self.out)?;
        let Some(Answer { bands, found, run }) = answer else {
            return Ok(());
        };
        let header = bands.header();
        let run = session::with_budgets(run, &self.output);
        session::about_cap(&self.output, &run, header, session::widest(&found.rows));
        let input = self.input.file.display().to_string();
        let report = TransportReport::new(&asked, found, header, input, &run);
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
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
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
            _ => of_option(&self.long.output(&self.out)),
        };
        named.extend(self.long.files());
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.relaxation.scattering.as_deref());
        Outputs::new(&self.output, &inputs, &named)
    }

    /// What the options ask for.
    fn asked(&self) -> workflow::Transport {
        let impurities = |all: &[Impurity]| {
            let one = |i: &Impurity| Impurities {
                density: i.density,
                depth_ev: i.depth_ev,
                degeneracy: i.degeneracy,
            };
            all.iter().map(one).collect::<Vec<_>>()
        };
        let levels = !self.donors.is_empty() || !self.acceptors.is_empty();
        let wanted = match (&self.doping, &self.mu_absolute, &self.mu) {
            (Some(dopings), ..) => Wanted::Dopings(dopings.values.clone()),
            (_, Some(list), _) => Wanted::Absolute(list.0.clone()),
            (_, _, Some(list)) => Wanted::FromFermiLevel(list.0.clone()),
            _ if levels => Wanted::Dopings(vec![0.0]),
            _ => Wanted::FromFermiLevel(vec![0.0]),
        };
        workflow::Transport {
            temperatures_k: self.temperature.0.clone(),
            wanted,
            donors: impurities(&self.donors),
            acceptors: impurities(&self.acceptors),
            level: self.level,
            relaxation: self.relaxation.clone(),
            mean_free_path: self.mean_free_path,
            spin_resolved: self.spin_resolved,
            hall: match (self.hall, self.no_hall) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            },
            magnetoconductivity: self.magnetoconductivity,
            extent: self.extent,
        }
    }

    /// Whether the options fit together, and warnings of absurd values.
    fn check(&self, asked: &workflow::Transport) -> Result<()> {
        self.input.check(Some(&self.method))?;
        self.check_format()?;
        let dopings = self.doping.as_ref();
        self.extent
            .check_density("--doping", dopings.and_then(|d| d.per))?;
        for (option, levels) in [("--donors", &self.donors), ("--acceptors", &self.acceptors)] {
            for level in levels {
                self.extent.check_density(option, level.per)?;
            }
        }
        asked.check()?;
        let doubts = asked.doubts();
        let scissor = plausible::SCISSOR.doubt(self.input.scissor);
        for text in doubts.iter().chain(&scissor) {
            session::warning(&self.output, text);
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::BadOption`] for bands with relaxation times where BoltzTraP2's files are to be written.
    fn check_boltztrap(&self, header: &BandHeader) -> Result<()> {
        if self.format == Format::Boltztrap && header.has_lifetimes {
            return Err(Error::bad_option(
                "--format boltztrap",
                "its columns are per relaxation time, and the bands bring relaxation times",
                "leave it away",
            ));
        }
        Ok(())
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
            (Format::Boltztrap, None) if self.extent.dimension < 3 => Err(Error::bad_option(
                format!("--dimension {}", self.extent.dimension),
                "BoltzTraP2's columns are three-dimensional",
                "leave `--format boltztrap` away",
            )),
            (Format::Hdf5, _) if self.bt2_compat => Err(Error::bad_option(
                "--bt2-compat",
                "it changes BoltzTraP2's files, and an HDF5 file is to be written",
                "give `--format boltztrap`, or leave it away",
            )),
            _ => Ok(()),
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

/// OUT.trace, OUT.condtens and OUT.halltens, in the order of their texts.
fn boltztrap_names(path: &Path) -> [PathBuf; 3] {
    BOLTZTRAP_FILES.map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{suffix}"));
        PathBuf::from(name)
    })
}
