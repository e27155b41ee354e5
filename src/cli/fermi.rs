//! `bzint fermi`.

use super::opened::{self, Demands, Preference};
use super::options::{FermiOption, Input, Method, Output, parse_time};
use super::outputs::{Delivery, Form, Outputs, file_to_write, of_option, write_json};
use super::{level, plausible, session};
use crate::error::Result;
use crate::integrate::{At, measure};
use crate::progress;
use crate::report::{FermiReport, fermi_json, fermi_result, fermi_table};
use crate::transport::FermiTensors;
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
    /// Also write the tensors to this file: HDF5, or JSON where its name ends in .json
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

impl Fermi {
    /// Runs it.
    ///
    /// # Errors
    /// Where the bands cannot be read or integrated, or the result cannot be written.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.level.check()?;
        self.input.check(Some(&self.method))?;
        plausible::warn(&self.output, &plausible::TAU, self.tau);
        let form = self.out.as_deref().map(Form::without_csv).transpose()?;
        let outputs = Outputs::new(&self.output, &[&self.input.file], &of_option(&self.out))?;
        let demands = Demands {
            method: Some(&self.method),
            check: &|header, range| level::check_level(&self.level, header, range),
            table: None,
            lifetimes: self.tau.is_none(),
        };
        let source = opened::open(&self.input, Preference::AsGiven, &demands)?;
        outputs.spare_inputs()?;
        let header = source.header();
        session::notes(&self.output, header);
        let ((integral, origin, crossings), run) =
            session::integrate(&self.method, &self.output, &source, |request, engine| {
                let phase = progress::phase("Fermi level", 0);
                let (energy, origin) = level::fermi_level(&self.level, &*source, request, engine)?;
                drop(phase);
                let found = measure(&*source, request, &At(energy), engine)?;
                Ok((found.result, origin, found.crossings))
            })?;
        session::about_cap(&self.output, &run, header, None);
        let tensors = FermiTensors::new(header, &integral, self.tau)?;
        let report = FermiReport {
            header,
            input: self.input.file.display().to_string(),
            tensors: &tensors,
            origin,
            crossings,
            tau_s: self.tau,
            run: &run,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| fermi_json(&report), || fermi_table(&report));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Json => write_json(path, &fermi_json(&report)),
                _ => fermi_result(&report, &session::command_line())?.write(path),
            });
        }
        end.finish()
    }
}
