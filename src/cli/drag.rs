//! `bzint drag`.

use super::lists::{List, parse_temperatures};
use super::long::{Asked, Long, divided};
use super::options::{FermiOption, Output, parse_temperature};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::phonon::open;
use super::quantity::{Kind, number, positive, quantity};
use super::session;
use crate::error::{Error, Result};
use crate::io::{self, OpenOptions};
use crate::report::{DragReport, drag_json, drag_result, drag_table};
use crate::scale::{self, Work};
use crate::workflow::{
    self, Diffusion, DragOf, Electrons, Share, diffusion_of_results, shares_of_file,
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Options of `drag`.
#[derive(Args, Debug)]
pub struct Drag {
    /// Phonons, as for `bzint phonon`; none with --debye or --herring
    #[arg(required_unless_present_any = ["debye", "herring"])]
    file: Option<PathBuf>,
    /// Electrons in cm^-3 (or with a unit); negative for holes
    #[arg(long, value_name = "DENSITY", value_parser = parse_density, allow_hyphen_values = true, required_unless_present_any = ["debye", "herring", "bands"])]
    density: Option<f64>,
    /// Bands of electrons (any supported file) in the place of --density: those of the bands that the Fermi level crosses are counted
    #[arg(long, value_name = "BANDS", conflicts_with_all = ["density", "debye", "herring"])]
    bands: Option<PathBuf>,
    #[command(flatten)]
    fermi: FermiOption,
    /// Share of their momentum that phonons give to electrons, tau_tot/tau_pe, 0 to 1
    #[arg(long, value_name = "RATIO", value_parser = number, allow_hyphen_values = true, default_value = "1", conflicts_with_all = ["ratio_table", "electron_rate"])]
    ratio: f64,
    /// That share by temperature: a file with rows of T (K) and ratio, interpolated
    #[arg(long, value_name = "FILE", conflicts_with = "electron_rate")]
    ratio_table: Option<PathBuf>,
    /// Rate in 1/s at which electrons scatter phonons; the others are those of the file, or of --rates
    #[arg(long, value_name = "RATE", value_parser = number, allow_hyphen_values = true)]
    electron_rate: Option<f64>,
    /// Rates of other scattering from a parameter file, as for `bzint phonon`
    #[arg(long, value_name = "FILE.toml", requires = "electron_rate")]
    rates: Option<PathBuf>,
    /// Debye's solid with this temperature (K) in the place of a file
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true, conflicts_with_all = ["file", "electron_rate"])]
    debye: Option<f64>,
    /// Atoms per electron, with --debye
    #[arg(long, value_name = "N", value_parser = number, allow_hyphen_values = true, default_value = "1")]
    atoms_per_electron: f64,
    /// Herring's formula for semiconductors: BETA,V_S(m/s),TAU(s),MOBILITY(m^2/Vs)
    #[arg(long, value_name = "B,V,T,M", value_parser = parse_herring, allow_hyphen_values = true, conflicts_with_all = ["file", "debye"])]
    herring: Option<[f64; 4]>,
    /// Diffusion part of free electrons with this Fermi temperature, K
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true, conflicts_with = "diffusion")]
    fermi_temperature: Option<f64>,
    /// Diffusion part from results of `bzint transport -o`, interpolated in temperature
    #[arg(long, value_name = "TRANSPORT.h5")]
    diffusion: Option<PathBuf>,
    /// Temperatures in K: a list, or start:stop:step (default: 1 to 300)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// Also write everything to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Drag);

fn parse_density(text: &str) -> Result<f64, String> {
    match quantity(text, Kind::PerVolume)? {
        n if n != 0.0 => Ok(n),
        _ => Err("no electrons drag nothing: give a density that is not zero".into()),
    }
}

fn parse_herring(text: &str) -> Result<[f64; 4], String> {
    let parts: Vec<f64> = text
        .split(',')
        .map(|p| positive(p, Kind::Number, "number"))
        .collect::<Result<_, _>>()?;
    parts
        .try_into()
        .map_err(|_| "give four numbers: beta, v_s in m/s, tau in s, mobility in m^2/Vs".into())
}

impl Drag {
    /// Runs it.
    ///
    /// # Errors
    /// Where the phonons cannot be read or integrated, options contradict each other, or the result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.long
            .check(&self.output, self.out.as_ref(), self.csv.given())?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        self.fermi.check()?;
        let others = [&self.bands, &self.ratio_table, &self.rates, &self.diffusion];
        let all = [[&self.file].as_slice(), &others].concat();
        let inputs: Vec<&Path> = all.into_iter().filter_map(|p| p.as_deref()).collect();
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.named()?);
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let phonons = self.file.as_deref().map(open).transpose()?;
        if let Some(phonons) = &phonons {
            let read = phonons.header().provenance.notes.iter();
            for text in read.chain(&phonons.notes()) {
                session::note(&self.output, text);
            }
        }
        let told = OpenOptions::default();
        let bands = self.bands.as_deref().map(|file| io::open(file, &told));
        let bands = bands.transpose()?;
        let of = match (&phonons, self.debye, self.herring) {
            (_, Some(temperature_k), _) => DragOf::Debye {
                temperature_k,
                atoms_per_electron: self.atoms_per_electron,
            },
            (_, _, Some(all)) => DragOf::Herring(all),
            (Some(phonons), ..) => DragOf::Phonons {
                phonons,
                electrons: match &bands {
                    Some(bands) => Electrons::Of(&**bands, self.fermi),
                    None => Electrons::Density(self.density.unwrap_or(0.0)),
                },
            },
            _ => return Err(Error::Internal("drag of nothing".into())),
        };
        let asked = self.asked()?;
        asked.check(&of)?;
        outputs.spare_inputs()?;
        let about = Asked {
            file: self.file.as_deref().unwrap_or(Path::new("")),
            content: &|| {
                let own = phonons.as_ref().map(scale::of_phonons).transpose()?;
                Ok(format!("{own:?} {}", scale::of_files(&inputs)?))
            },
            options: format!(
                "{asked:?} {:?} {:?} {} {:?} {:?} {:?}",
                self.fermi,
                self.debye,
                self.atoms_per_electron,
                self.herring,
                self.density,
                self.bands
            ),
        };
        let work = self.long.begin_with(&self.output, about)?;
        let ledger = work.as_ref().map(Work::ledger);
        let found = asked.run_with(ledger, &of, &session::voice(&self.output));
        let found = (self.long).result(found, work.as_ref(), &self.output, &self.out)?;
        let Some(found) = found else {
            return Ok(());
        };
        let file = self.file.as_ref();
        let report = DragReport {
            input: file.map_or_else(String::new, |f| f.display().to_string()),
            found: &found,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| drag_json(&report), || drag_table(&report));
        let out = self.out.as_deref().zip(form);
        let result = || drag_result(&report, &session::command_line());
        end.result(out, &self.csv, &|| drag_json(&report), &result);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// What is asked for.
    fn asked(&self) -> Result<workflow::Drag> {
        let share = match (&self.ratio_table, self.electron_rate) {
            (Some(file), _) => Share::Curve(shares_of_file(file)?),
            (None, Some(rate)) => Share::Rates(rate, self.rates.clone()),
            (None, None) => Share::Constant(self.ratio),
        };
        let diffusion = match (self.fermi_temperature, &self.diffusion) {
            (Some(fermi), _) => Some(Diffusion::FreeElectrons(fermi)),
            (None, Some(file)) => Some(Diffusion::Curve(diffusion_of_results(file)?)),
            (None, None) => None,
        };
        Ok(workflow::Drag {
            temperatures_k: self.temperature.as_ref().map(|list| list.0.clone()),
            share,
            diffusion,
        })
    }
}
