//! `bzint optimize`.

use super::dimension::DimensionOption;
use super::lists::{List, parse_temperatures};
use super::long::{Long, divided};
use super::options::{FermiOption, Input, Method, Output, parse_within};
use super::outputs::{Delivery, Form, Outputs, check_csv, file_to_write, of_option, write_json};
use super::parsed::menu;
use super::relaxation::RelaxationOption;
use super::session::{self, Notes};
use crate::bands::BandHeader;
use crate::error::Result;
use crate::io::write_text;
use crate::report::{optimum_json, optimum_report, optimum_result, optimum_table, transport_csv};
use crate::scale::Work;
use crate::workflow::{self, Answer, Component, Goal, Sign, plausible};
use clap::Args;
use std::path::{Path, PathBuf};

menu!(Goal);

menu!(Sign);

menu!(Component);

/// Options of `optimize`.
#[derive(Args, Debug)]
pub struct Optimize {
    #[command(flatten)]
    input: Input,
    /// What to make largest; zT needs a relaxation time and a lattice thermal conductivity
    #[arg(long, alias = "maximize", value_enum, default_value = "power-factor")]
    maximise: Goal,
    /// Temperatures in K: 300, 300,500 or 300:800:50; of several the best is sought between them, too
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, default_value = "300")]
    temperature: List,
    /// Sign of the carriers
    #[arg(long, value_enum, default_value = "both")]
    carriers: Sign,
    /// Component that is made largest
    #[arg(long, value_enum, default_value = "average")]
    component: Component,
    /// How far beyond the band edge (or a metal's Fermi level) to look, eV (default: 0.5, or 12 k_BT where that is more)
    #[arg(long, value_name = "EV", value_parser = parse_within, allow_hyphen_values = true)]
    within: Option<f64>,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    relaxation: RelaxationOption,
    #[command(flatten)]
    extent: DimensionOption,
    #[command(flatten)]
    method: Method,
    /// Also write every coefficient at each optimum to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    /// Also write them to this file of comma-separated values; `-` prints them instead of the table
    #[arg(long, value_name = "OUT.csv", value_parser = file_to_write())]
    csv: Option<PathBuf>,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Optimize);

impl Optimize {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let other = self.csv.as_ref().map(|_| "--csv");
        self.long.check(&self.output, self.out.as_ref(), other)?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let outputs = self.outputs()?;
        let asked = self.asked();
        self.input.check(Some(&self.method))?;
        asked.check()?;
        let scissor = plausible::SCISSOR.doubt(self.input.scissor);
        for text in asked.doubts().iter().chain(&scissor) {
            session::warning(&self.output, text);
        }
        // Before anything long is made of the bands.
        let model = asked.relaxation.model_for(asked.extent.dimension)?;
        let notes = Notes::default();
        let opened = |header: &BandHeader| {
            outputs.spare_inputs()?;
            notes.print(&self.output, header);
            Ok(())
        };
        let held = self.input.read()?;
        let asks = format!("{asked:?} {model:?}");
        let work = (self.long).begin(&self.output, &self.input, &self.method, &held, &asks)?;
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
        let input = self.input.file.display().to_string();
        let (report, said) = optimum_report(&asked, found, header, input, &run);
        session::about_cap(&self.output, &run, header, session::widest(&report.rows));
        let hdf5 =
            |path: &Path| optimum_result(&report, &said, &session::command_line())?.write(path);
        let json = || optimum_json(&report, &said);
        let csv = |path: &Path| write_text(path, &transport_csv(&report));
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(json, || optimum_table(&report, &said));
        if let (Some(path), Some(form)) = (&self.out, form) {
            end.write(path, |path| match form {
                Form::Csv => csv(path),
                Form::Json => write_json(path, &json()),
                Form::Hdf5 => hdf5(path),
            });
        }
        if let Some(path) = &self.csv {
            end.write(path, csv);
        }
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// The places of all files to be written.
    fn outputs(&self) -> Result<Outputs> {
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(self.relaxation.scattering.as_deref());
        Outputs::new(&self.output, &inputs, &named)
    }

    /// What the options ask for.
    fn asked(&self) -> workflow::Optimize {
        workflow::Optimize {
            maximise: self.maximise,
            temperatures_k: self.temperature.0.clone(),
            carriers: self.carriers,
            component: self.component,
            within: self.within,
            level: self.level,
            relaxation: self.relaxation.clone(),
            extent: self.extent,
        }
    }
}
