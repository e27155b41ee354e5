//! `bzint drag`.

mod carriers;
mod tables;

use super::lists::{List, parse_temperatures};
use super::options::{FermiOption, Output, parse_temperature};
use super::outputs::{Delivery, Form, Outputs, file_to_write, of_option, write_json};
use super::phonon::{axis_for, open};
use super::quantity::{Kind, number, positive, quantity};
use super::session;
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use crate::integrate::EnergyAxis;
use crate::phonons::{
    DragModel, PhononRates, Wind, crossings, debye_drag, free_electron_diffusion, herring,
};
use crate::report::{DragReport, DragRow, drag_json, drag_result, drag_table};
use crate::uncertainty::{Scalar, TensorQuantity};
use carriers::carriers;
use clap::Args;
use std::path::{Path, PathBuf};
use tables::{Table, diffusion, table};

/// Temperatures where none are asked for, K.
const TEMPERATURES: [f64; 13] = [
    1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 50.0, 80.0, 120.0, 200.0, 300.0,
];

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
    /// Also write everything to this file: HDF5, or JSON where its name ends in .json
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

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

/// Where S_g comes from.
enum Source {
    /// A file's phonons, and what all of their momentum would do where their share is the same for all.
    File(Box<Phonons>, EnergyAxis, Option<Box<Wind>>),
    Debye(f64),
    Herring([f64; 4]),
}

impl Drag {
    /// Runs it.
    ///
    /// # Errors
    /// Where the phonons cannot be read or integrated, options contradict each other, or the result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let form = self.out.as_deref().map(Form::without_csv).transpose()?;
        self.fermi.check()?;
        let inputs: Vec<&Path> = [
            &self.file,
            &self.bands,
            &self.ratio_table,
            &self.rates,
            &self.diffusion,
        ]
        .into_iter()
        .filter_map(|p| p.as_deref())
        .collect();
        let outputs = Outputs::new(&self.output, &inputs, &of_option(&self.out))?;
        let mut temperatures = self
            .temperature
            .as_ref()
            .map_or_else(|| TEMPERATURES.to_vec(), |l| l.0.clone());
        temperatures.sort_by(f64::total_cmp);
        temperatures.dedup();
        let source = match (&self.file, self.debye, self.herring) {
            (_, Some(theta), _) => Source::Debye(theta),
            (_, _, Some(all)) => Source::Herring(all),
            (Some(file), ..) => {
                let phonons = open(file)?;
                for text in phonons
                    .header()
                    .provenance
                    .notes
                    .iter()
                    .chain(&phonons.notes())
                {
                    session::note(&self.output, text);
                }
                let axis = axis_for(&phonons, &temperatures)?;
                let wind = match self.electron_rate {
                    None => {
                        let whole = DragModel::Constant(1.0);
                        Some(Box::new(Wind::new(&phonons, &whole, &axis)?))
                    }
                    Some(_) => None,
                };
                Source::File(Box::new(phonons), axis, wind)
            }
            _ => return Err(Error::Internal("drag of nothing".into())),
        };
        let density = self.density()?;
        outputs.spare_inputs()?;
        let ratios = self.ratio_table.as_deref().map(table).transpose()?;
        let diffusion = self.diffusion.as_deref().map(diffusion).transpose()?;
        let diffusive = |t: f64| match (self.fermi_temperature, &diffusion) {
            (Some(fermi), _) => Some(free_electron_diffusion(t, fermi)),
            (None, Some(table)) => Some(table.at(t)),
            _ => None,
        };
        let model = self.rates.as_deref().map(PhononRates::read).transpose()?;
        let drag = |t: f64| self.drag(&source, density, ratios.as_ref(), model.as_ref(), t);
        let mut rows = Vec::new();
        for t in &temperatures {
            rows.push(DragRow {
                temperature_k: *t,
                drag: drag(*t)?,
                diffusion: diffusive(*t),
            });
        }
        let has_diffusion = self.fermi_temperature.is_some() || diffusion.is_some();
        let crossings = match has_diffusion {
            true => {
                let mean = |t: &TensorQuantity| (0..3).map(|i| t.value[i][i]).sum::<f64>() / 3.0;
                crossings(
                    &temperatures,
                    |t| Ok(mean(&drag(t)?)),
                    |t| diffusive(t).unwrap_or(0.0),
                )?
            }
            false => Vec::new(),
        };
        let report = DragReport {
            input: self
                .file
                .as_ref()
                .map_or_else(String::new, |f| f.display().to_string()),
            density_m3: self.file.as_ref().map(|_| density),
            rows,
            crossings,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| drag_json(&report), || drag_table(&report));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Json => write_json(path, &drag_json(&report)),
                _ => drag_result(&report, &session::command_line())?.write(path),
            });
        }
        end.finish()
    }

    /// Electrons per m³, as given or of the bands.
    fn density(&self) -> Result<Scalar> {
        let Some(file) = &self.bands else {
            return Ok(Scalar::new(self.density.unwrap_or(0.0) * 1e6, 0.0));
        };
        let found = carriers(file, &self.fermi)?;
        session::note(&self.output, &found.sentence());
        Ok(found.density_m3)
    }

    fn drag(
        &self,
        source: &Source,
        density_m3: Scalar,
        ratios: Option<&Table>,
        model: Option<&PhononRates>,
        t: f64,
    ) -> Result<TensorQuantity> {
        let ratio = ratios.map_or(self.ratio, |table| table.at(t));
        if !(0.0..=1.0).contains(&ratio) {
            return Err(Error::bad_option(
                "--ratio",
                format!("{ratio}: a phonon gives electrons a share of its momentum"),
                "give a number from 0 to 1",
            ));
        }
        let isotropic = |value: f64| {
            TensorQuantity::symmetric(|i, j| {
                if i == j {
                    (value, 1e-10 * value.abs())
                } else {
                    (0.0, 0.0)
                }
            })
        };
        match source {
            Source::Debye(theta) => Ok(isotropic(debye_drag(
                t,
                *theta,
                ratio,
                self.atoms_per_electron,
            )?)),
            Source::Herring([beta, v, tau, mobility]) => {
                Ok(isotropic(herring(*beta, *v, *tau, *mobility, t)))
            }
            Source::File(_, _, Some(wind)) => Ok(wind.on_degenerate(t, density_m3).scaled(ratio)),
            Source::File(phonons, axis, None) => {
                let rate = self.electron_rate.unwrap_or(0.0);
                if rate <= 0.0 {
                    return Err(Error::bad_option(
                        "--electron-rate",
                        format!("{rate} /s"),
                        "give a positive rate",
                    ));
                }
                let model = DragModel::Rates {
                    electron_rate: rate,
                    others: self.others(phonons, model, t)?,
                };
                Ok(Wind::new(phonons, &model, axis)?.on_degenerate(t, density_m3))
            }
        }
    }

    fn others(&self, phonons: &Phonons, model: Option<&PhononRates>, t: f64) -> Result<Vec<f64>> {
        if let Some(model) = model {
            return model.at(phonons, t);
        }
        match phonons.rates_at(t) {
            Some(rates) => Ok(rates.per_second.clone()),
            None => Err(Error::bad_option(
                "--electron-rate",
                format!("the file has no other rates at {t} K"),
                "give them by `--rates FILE.toml`, or a constant `--ratio`",
            )),
        }
    }
}
