//! `bzint dos`.

use super::long::{Long, divided};
use super::options::{Input, Method, Output, Range, parse_bins, parse_range};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::session;
use crate::error::Result;
use crate::report::{DosReport, dos_json, dos_result, dos_table};
use crate::scale::Work;
use crate::workflow;
use clap::Args;
use std::path::PathBuf;

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
    /// Also write the spectrum to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Dos);

impl Dos {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or integrated, or the result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = workflow::Dos {
            energy: self.energy,
            bins: self.bins,
        };
        asked.check()?;
        self.input.check(Some(&self.method))?;
        self.long
            .check(&self.output, self.out.as_ref(), self.csv.given())?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.named()?);
        let outputs = Outputs::new(&self.output, &[&self.input.file], &named)?;
        let held = self.input.read()?;
        let asks = format!("{asked:?}");
        let work = (self.long).begin(&self.output, &self.input, &self.method, &held, &asks)?;
        let bands = asked.open(held, &self.input.opening, &self.method)?;
        outputs.spare_inputs()?;
        let header = bands.header();
        session::notes(&self.output, header);
        let ledger = work.as_ref().map(Work::ledger);
        let voice = session::voice(&self.output);
        let found = asked.run_with(ledger, &bands, &self.method, &voice);
        let found = (self.long).result(found, work.as_ref(), &self.output, &self.out)?;
        let Some((found, run)) = found else {
            return Ok(());
        };
        let run = session::with_budgets(run, &self.output);
        session::about_cap(&self.output, &run, header, None);
        let report = DosReport {
            header,
            input: self.input.file.display().to_string(),
            dos: &found.dos,
            crossings: found.crossings,
            run: &run,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| dos_json(&report), || dos_table(&report));
        let out = self.out.as_deref().zip(form);
        let result = || dos_result(&report, &session::command_line());
        end.result(out, &self.csv, &|| dos_json(&report), &result);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }
}
