//! `bzint fermi`.

use super::long::{Long, divided};
use super::options::{FermiOption, Input, Method, Output, parse_time};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::session;
use crate::error::Result;
use crate::report::{FermiReport, fermi_json, fermi_result, fermi_table};
use crate::scale::Work;
use crate::workflow;
use clap::Args;
use std::path::PathBuf;

/// Options of `fermi`.
#[derive(Args, Debug)]
pub struct Fermi {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    /// Constant relaxation time in s, for sigma itself
    #[arg(long, value_name = "SECONDS", value_parser = parse_time, allow_hyphen_values = true)]
    tau: Option<f64>,
    #[command(flatten)]
    method: Method,
    /// Also write the tensors to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Fermi);

impl Fermi {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or integrated, or the result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = workflow::Fermi {
            level: self.level,
            tau: self.tau,
        };
        asked.check()?;
        self.input.check(Some(&self.method))?;
        for text in asked.doubts() {
            session::warning(&self.output, &text);
        }
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
        let report = FermiReport {
            header,
            input: self.input.file.display().to_string(),
            tensors: &found.tensors,
            origin: found.origin,
            crossings: found.crossings,
            tau_s: self.tau,
            run: &run,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| fermi_json(&report), || fermi_table(&report));
        let out = self.out.as_deref().zip(form);
        let result = || fermi_result(&report, &session::command_line());
        end.result(out, &self.csv, &|| fermi_json(&report), &result);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }
}
