//! `bzint dos`.

use super::opened::{self, Demands, Preference};
use super::options::{Input, Method, Output, Range, parse_bins, parse_range};
use super::outputs::{Delivery, Form, Outputs, file_to_write, of_option, write_json};
use super::session;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::integrate::{Bins, Channels, EnergyAxis, Request, measure};
use crate::report::{DosReport, dos_json, dos_result, dos_table};
use crate::transport::DosSpectrum;
use clap::Args;
use std::path::PathBuf;

/// Bins by default.
const BINS: usize = 1000;

/// Options of `dos`.
#[derive(Args, Debug)]
pub struct Dos {
    #[command(flatten)]
    input: Input,
    /// Energies in eV, start:stop[:step] (default: all bands)
    #[arg(long, value_name = "RANGE", value_parser = parse_range, allow_hyphen_values = true)]
    energy: Option<Range>,
    /// Number of bins, where the range gives no step (default: 1000)
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true)]
    bins: Option<usize>,
    #[command(flatten)]
    method: Method,
    /// Also write the spectrum to this file: HDF5, or JSON where its name ends in .json
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Dos {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or integrated, or the result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if self.bins.is_some() && self.energy.is_some_and(|range| range.step.is_some()) {
            return Err(Error::bad_option(
                "--bins",
                "the step of --energy says already how many there are",
                "give one of both: `--energy start:stop --bins N`, or `--energy start:stop:step`",
            ));
        }
        self.input.check(Some(&self.method))?;
        let form = self.out.as_deref().map(Form::without_csv).transpose()?;
        let outputs = Outputs::new(&self.output, &[&self.input.file], &of_option(&self.out))?;
        let demands = Demands {
            method: Some(&self.method),
            check: &|_, _| Ok(()),
            table: None,
            lifetimes: false,
        };
        let source = opened::open(&self.input, Preference::AsGiven, &demands)?;
        outputs.spare_inputs()?;
        let header = source.header();
        session::notes(&self.output, header);
        let axis = self.axis(&*source)?;
        let ((result, crossings), run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                let request = Request {
                    channels: Channels::Basic,
                    ..*request
                };
                let found = measure(&*source, &request, &Bins(&axis), engine)?;
                Ok((found.result, found.crossings))
            })?;
        session::about_cap(&self.output, &run, header, None);
        let dos = DosSpectrum::new(header, &result);
        let report = DosReport {
            header,
            input: self.input.file.display().to_string(),
            dos: &dos,
            crossings,
            run: &run,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| dos_json(&report), || dos_table(&report));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Json => write_json(path, &dos_json(&report)),
                _ => dos_result(&report, &session::command_line())?.write(path),
            });
        }
        end.finish()
    }

    /// The axis asked for; by default all bands with a margin of one bin.
    fn axis(&self, source: &dyn BandSource) -> Result<EnergyAxis> {
        let bins = self.bins.unwrap_or(BINS);
        let Some(range) = self.energy else {
            let all = source.statistics();
            let low = all
                .iter()
                .map(|s| s.energy_min)
                .fold(f64::INFINITY, f64::min);
            let high = all
                .iter()
                .map(|s| s.energy_max)
                .fold(f64::NEG_INFINITY, f64::max);
            let reach = self.method.weights.smearing().map_or(0.0, |(s, _)| 6.0 * s);
            let margin = reach + ((high - low) / bins as f64).max(1e-3);
            return EnergyAxis::new(low - margin, high + margin, bins);
        };
        let bins = range.step.map_or(bins, |step| {
            ((range.stop - range.start) / step).round().max(1.0) as usize
        });
        let stop = range
            .step
            .map_or(range.stop, |step| range.start + step * bins as f64);
        EnergyAxis::new(range.start, stop, bins)
    }
}
