//! `bzint transport`.

mod compute;

use super::dimension::DimensionOption;
use super::lists::{Impurity, List, parse_dopings, parse_impurity, parse_list, parse_temperatures};
use super::opened::{self, Opened, Preference};
use super::options::{FermiOption, Input, Method, Output};
use super::relaxation::RelaxationOption;
use super::session;
use crate::error::{Error, Result};
use crate::integrate::Velocities;
use crate::report::{
    TransportReport, boltztrap_files, transport_csv, transport_json, transport_result,
    transport_table,
};
use crate::sampler::{InterpolatedBands, MeanFreePathBands, MeanFreePathSeries};
use crate::transport::channel_group;
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
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, default_value = "300")]
    temperature: List,
    /// Chemical potentials in eV relative to the Fermi level: a value, a list or start:stop:step (default: 0, unless doped)
    #[arg(long, value_name = "LIST", value_parser = parse_list, allow_hyphen_values = true)]
    mu: Option<List>,
    /// Chemical potentials in eV on the bands' own scale
    #[arg(long, value_name = "LIST", value_parser = parse_list, allow_hyphen_values = true, conflicts_with = "mu")]
    mu_absolute: Option<List>,
    /// Net dopings in cm^-3 (cm^-2 of a layer, cm^-1 of a chain): 1e19, n1e19 and -1e19 are electrons (n-type), p1e19 and +1e19 holes (p-type); a list
    #[arg(long, value_name = "LIST", value_parser = parse_dopings, allow_hyphen_values = true, conflicts_with_all = ["mu", "mu_absolute"])]
    doping: Option<List>,
    /// Donors, density:depth[:degeneracy] in cm^-3 (as --doping) and eV below the conduction band (degeneracy 2); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, conflicts_with_all = ["mu", "mu_absolute"])]
    donors: Vec<Impurity>,
    /// Acceptors, density:depth[:degeneracy] in cm^-3 (as --doping) and eV above the valence band (degeneracy 4); may be repeated
    #[arg(long, value_name = "LEVEL", value_parser = parse_impurity, conflicts_with_all = ["mu", "mu_absolute"])]
    acceptors: Vec<Impurity>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    relaxation: RelaxationOption,
    /// Constant mean free path in Å: every state relaxes in λ/|v|
    #[arg(long, value_name = "ANGSTROM", allow_hyphen_values = true, conflicts_with_all = ["tau", "scattering", "magnetoconductivity"])]
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

impl Transport {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        self.check_dimension()?;
        if self.format == Format::Boltztrap && self.relaxation.tau.is_some() {
            return Err(Error::bad_option(
                "--format boltztrap",
                "its columns are per relaxation time, and a relaxation time was given",
                "leave `--tau` away",
            ));
        }
        let model = self.relaxation.model()?;
        if let (Some(model), Some(file)) = (&model, &self.relaxation.scattering) {
            model.check_dimension(self.extent.dimension, file)?;
        }
        let source = self.open()?;
        let header = source.header();
        session::notes(&self.output, header);
        if self.mean_free_path.is_none() {
            session::doubts(&self.relaxation.doubts(model.as_ref(), &*source)?);
        }
        if self.relaxation.lattice_thermal_conductivity.is_some() && !self.relaxation.known(header)
        {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "there is no relaxation time, and so no zT",
                "give `--tau SECONDS`",
            ));
        }
        let extent = self.extent.extent(header)?;
        if self.spin_resolved {
            channel_group(&*source)?;
        }
        let (found, run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                self.compute(&*source, model.as_ref(), extent.as_ref(), request, engine)
            })?;
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
            temperatures_k: self.temperature.0.clone(),
            levels: found.levels,
            rows: found.rows,
            bins: found.bins,
            crossings: found.crossings,
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
        let opened = opened::open(&self.input, Preference::Refined)?;
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
}
