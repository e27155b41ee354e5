//! `bzint landauer`.

use super::opened::{self, Demands, Opened, Preference};
use super::options::{Input, Method, Output, Range, parse_bins, parse_length, parse_range};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::session;
use super::states::{Scene, StateFound, StatesOption};
use crate::bands::{BandHeader, BandSource, Field};
use crate::error::{Error, Result};
use crate::integrate::{Bins, EnergyAxis, Engine, Request, measure, spectrum};
use crate::progress;
use crate::report::{
    LANDAUER_LEGEND, ModeSpectra, Sheet, SheetItem, SheetRow, TransportReport, sheet_csv,
    sheet_json, sheet_result, sheet_table,
};
use crate::sampler::{Derivatives, InterpolatedBands, KBox};
use crate::transport::{
    CountedModes, DeviceCoefficients, Directions, Extent, MOST_DIRECTIONS, ModeSpectrum,
    TransportDirection, counted_modes,
};
use crate::units::ANGSTROM;
use clap::Args;
use std::path::PathBuf;

/// Bins of the spectra by default.
const BINS: usize = 200;
/// How far the spectra reach from the Fermi level or the edges of the gap by default, eV.
const REACH_EV: f64 = 1.0;
/// Points per axis of the grid on which crossings of interpolated bands are counted, at least.
const COUNTING_POINTS: usize = 64;

/// Options of `landauer`.
#[derive(Args, Debug)]
pub struct Landauer {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    states: StatesOption,
    /// Length of a device, as 100nm (Å where no unit is given): its conductances beside those of a contact (needs a relaxation time)
    #[arg(long, value_name = "LENGTH", value_parser = parse_length, allow_hyphen_values = true)]
    length: Option<f64>,
    /// Energies of the spectra in eV on the bands' scale, start:stop[:step] (default: 1 eV around the Fermi level or the gap)
    #[arg(long, value_name = "RANGE", value_parser = parse_range, allow_hyphen_values = true)]
    energy: Option<Range>,
    /// Number of energies of the spectra, where the range gives no step (default: 200)
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true)]
    bins: Option<usize>,
    /// What each band has of the modes, too
    #[arg(long)]
    by_band: bool,
    /// Print the spectra as columns instead of the table
    #[arg(long, conflicts_with = "json")]
    spectrum: bool,
    #[command(flatten)]
    method: Method,
    /// Also write spectra and rows to this file: HDF5, or JSON (or the rows as CSV) where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write the rows to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Landauer {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.check()?;
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let relaxation = &self.states.relaxation;
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(relaxation.scattering.as_deref());
        let mut named = of_option(&self.out);
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        let model = relaxation.model()?;
        if let (Some(model), Some(file)) = (&model, &relaxation.scattering) {
            model.check_dimension(self.states.extent.dimension, file)?;
        }
        let check = |header: &BandHeader, range: Option<(f64, f64)>| {
            self.check_length(relaxation.known(header))?;
            self.states.check_bands(header, range)
        };
        let demands = Demands {
            method: Some(&self.method),
            check: &check,
            table: None,
            lifetimes: relaxation.tau.is_none(),
        };
        let source = opened::open(&self.input, Preference::Refined, &demands)?;
        outputs.spare_inputs()?;
        let header = source.header();
        session::notes(&self.output, header);
        session::doubts(&relaxation.doubts(model.as_ref(), &*source)?);
        let extent = self.states.extent.extent(header)?;
        let directions = self.states.directions(header)?;
        let scene = Scene {
            source: &*source,
            model: model.as_ref(),
            extent: extent.as_ref(),
            directions: &directions,
        };
        let length = self.length.map(|l| l * ANGSTROM);
        let ((found, spectra), run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                let found = self.states.compute(
                    &scene,
                    request,
                    engine,
                    &|modes, state, relaxation, direction| {
                        modes.device(state, relaxation, direction, length, extent.as_ref())
                    },
                )?;
                let axis = self.axis(&*source, found.fermi_level_ev, found.gap_ev)?;
                let spectra = self.spectra(&scene, request, engine, &axis)?;
                Ok((found, spectra))
            })?;
        session::about_cap(&self.output, &run, header, None);
        let axis = self.axis(&*source, found.fermi_level_ev, found.gap_ev)?;
        let spectra = ModeSpectra {
            counted: counted(&source, &directions, &axis, extent.as_ref())?,
            spectra,
            dimension: extent.map_or(3, |e| e.dimension()),
            first_band: header.first_band,
        };
        let sheet = Sheet {
            kind: "landauer",
            title: "Modes",
            base: TransportReport {
                header,
                input: self.input.file.display().to_string(),
                fermi_level_ev: found.fermi_level_ev,
                origin: found.origin,
                gap_ev: found.gap_ev,
                tau_s: relaxation.tau,
                scattering: relaxation.scattering_file(),
                mean_free_path_angstrom: None,
                lattice_w_mk: None,
                extent,
                directions: Directions::of(&found.conducted).count(),
                temperatures_k: self.states.temperature.0.clone(),
                levels: found.levels,
                rows: Vec::new(),
                bins: found.bins,
                crossings: found.crossings,
                run: &run,
            },
            directions: directions.clone(),
            length_m: length,
            rows: found.states.iter().map(row).collect(),
            unshown: &[],
            legend: LANDAUER_LEGEND,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(
            || sheet_json(&sheet, spectra.json()),
            || match self.spectrum {
                true => spectra.columns(),
                false => sheet_table(&sheet) + &spectra.sentence(),
            },
        );
        let tables = Tables {
            json: &|| sheet_json(&sheet, spectra.json()),
            csv: &|| sheet_csv(&sheet),
            hdf5: &|| {
                let mut file = sheet_result(&sheet, &session::command_line())?;
                spectra.fill(&mut file)?;
                Ok(file)
            },
        };
        end.tables(self.out.as_deref().zip(form), self.csv.as_deref(), &tables);
        end.finish()
    }

    /// # Errors
    /// [`Error::BadOption`] for options that do not fit together.
    fn check(&self) -> Result<()> {
        self.input.check(Some(&self.method))?;
        self.states.check(&self.output, false)?;
        if self
            .states
            .relaxation
            .lattice_thermal_conductivity
            .is_some()
        {
            return Err(Error::bad_option(
                "--lattice-thermal-conductivity",
                "modes and conductances of electrons do not depend on the lattice's heat",
                "leave it away, or see `bzint zt`",
            ));
        }
        if self.bins.is_some() && self.energy.is_some_and(|range| range.step.is_some()) {
            return Err(Error::bad_option(
                "--bins",
                "the step of --energy says already how many there are",
                "give one of both: `--energy start:stop --bins N`, or `--energy start:stop:step`",
            ));
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::BadOption`] for a length without a relaxation time.
    fn check_length(&self, known: bool) -> Result<()> {
        if self.length.is_none() || known {
            return Ok(());
        }
        Err(Error::bad_option(
            "--length",
            "there is no relaxation time, and so no mean free path to compare it with",
            "give `--tau SECONDS` or `--scattering FILE.toml`, or leave it away",
        ))
    }

    /// The energies of the spectra.
    fn axis(
        &self,
        source: &dyn BandSource,
        fermi_ev: f64,
        gap: Option<(f64, f64)>,
    ) -> Result<EnergyAxis> {
        let bins = self.bins.unwrap_or(BINS);
        let Some(range) = self.energy else {
            let (low, high) = gap.unwrap_or((fermi_ev, fermi_ev));
            let all = source.statistics();
            let lowest = all
                .iter()
                .map(|s| s.energy_min)
                .fold(f64::INFINITY, f64::min);
            let highest = all
                .iter()
                .map(|s| s.energy_max)
                .fold(f64::NEG_INFINITY, f64::max);
            // Beside all bands there is nothing to see.
            let start = (low - REACH_EV)
                .min(highest - REACH_EV)
                .max(lowest - 0.1 * REACH_EV);
            let stop = (high + REACH_EV)
                .max(lowest + REACH_EV)
                .min(highest + 0.1 * REACH_EV);
            return EnergyAxis::new(start, stop.max(start + 1e-3), bins);
        };
        let bins = range.step.map_or(bins, |step| {
            ((range.stop - range.start) / step).round().max(1.0) as usize
        });
        let stop = range
            .step
            .map_or(range.stop, |step| range.start + step * bins as f64);
        EnergyAxis::new(range.start, stop, bins)
    }

    /// M(E) and λ(E) along every direction.
    fn spectra(
        &self,
        scene: &Scene,
        request: &Request,
        engine: &mut dyn Engine,
        axis: &EnergyAxis,
    ) -> Result<Vec<ModeSpectrum>> {
        let header = scene.source.header();
        let channels = self.states.channels(header);
        let constant = self.states.relaxation.tau.map(|tau| move |_: f64| tau);
        let own = |_: f64| 1.0;
        let tau: Option<&(dyn Fn(f64) -> f64 + Sync)> = match &constant {
            Some(constant) => Some(constant),
            None if channels.has_lifetimes() => Some(&own),
            None => None,
        };
        let mut all = Vec::new();
        for directions in scene.directions.chunks(MOST_DIRECTIONS) {
            let units: Vec<[f64; 3]> = directions.iter().map(|d| d.unit).collect();
            let request = Request {
                channels,
                directions: &units,
                ..*request
            };
            let measured = measure(scene.source, &request, &Bins(axis), engine)?;
            let by_band = match self.by_band {
                true => {
                    let request = Request {
                        by_band: true,
                        ..request
                    };
                    spectrum(scene.source, &request, axis, engine)?.by_band
                }
                false => Vec::new(),
            };
            let mut result = measured.result;
            result.by_band = by_band;
            all.extend(
                directions
                    .iter()
                    .enumerate()
                    .map(|(i, d)| ModeSpectrum::new(header, &result, d, i, tau, scene.extent)),
            );
        }
        Ok(all)
    }
}

/// Modes by counting crossings: of a table on its own points, of interpolated bands on as many as a table would have to have.
fn counted(
    source: &Opened,
    directions: &[TransportDirection],
    axis: &EnergyAxis,
    extent: Option<&Extent>,
) -> Result<Vec<Option<CountedModes>>> {
    let header = source.header();
    let statistics = source.statistics();
    let bands = (header, statistics);
    let one = |n: [usize; 3], energies: &(dyn Fn(usize, usize) -> Result<Vec<f64>> + Sync)| {
        let _phase = progress::phase("counting crossings", directions.len() as u64);
        let count = |d: &TransportDirection| counted_modes(bands, n, energies, d, axis, extent);
        directions.iter().map(count).collect::<Result<Vec<_>>>()
    };
    match source {
        Opened::Table(table) => {
            let n = header.k_grid.n;
            one(n, &|spin, band| {
                let mut out = vec![0.0; header.k_grid.len()];
                table.read_planes(Field::Energy, spin, band, 0, &mut out)?;
                Ok(out)
            })
        }
        Opened::Refined(interpolated, _) => {
            let n = header.k_grid.n.map(|n| {
                if n == 1 {
                    1
                } else {
                    n * COUNTING_POINTS.div_ceil(n)
                }
            });
            let all = dense_energies(interpolated, n, axis)?;
            one(
                n,
                &|spin, band| Ok(all[spin * header.n_band + band].clone()),
            )
        }
    }
}

/// Energies of the bands that reach the axis on a dense grid, `[spin·n_band + band]`; nothing of the others.
fn dense_energies(
    bands: &InterpolatedBands,
    n: [usize; 3],
    axis: &EnergyAxis,
) -> Result<Vec<Vec<f64>>> {
    let header = bands.header();
    let mut all = vec![Vec::new(); header.n_spin_band()];
    let k_box = KBox {
        origin: [0.0; 3],
        step: n.map(|n| 1.0 / n as f64),
        points: n,
    };
    for group in bands.interpolator().groups() {
        let first = group.spin * header.n_band;
        let reached = |band: usize| {
            let s = &bands.statistics()[first + band];
            s.energy_max >= axis.first() && s.energy_min <= axis.last()
        };
        if !group.bands.clone().any(reached) {
            continue;
        }
        let found = bands
            .interpolator()
            .evaluate(&group, &k_box, Derivatives::None)?;
        for (band, own) in group.bands.clone().zip(found) {
            all[first + band] = own.energies;
        }
    }
    Ok(all)
}

fn row(state: &StateFound<DeviceCoefficients>) -> SheetRow {
    let items = state.found.all.iter().map(|n| SheetItem {
        name: n.name.into(),
        unit: n.unit,
        about: n.about,
        value: n.value,
    });
    SheetRow {
        temperature_k: state.temperature_k,
        direction: state.direction,
        mu_ev: state.mu_ev,
        carriers: state.carriers,
        level: state.level,
        items: items.collect(),
    }
}
