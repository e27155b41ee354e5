//! `bzint superconductor`.

use super::lists::{List, parse_energies, parse_temperatures};
use super::long::{Long, divided};
use super::options::{FermiOption, Input, Method, Output, parse_temperature};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::quantity::{Kind, excerpt, number, quantity};
use super::session;
use crate::error::Result;
use crate::report::{
    SuperconductorReport, superconductor_json, superconductor_result, superconductor_table,
};
use crate::scale::{self, Work};
use crate::superconductor::Symmetry;
use crate::workflow::{self, GapChoice};
use clap::Args;
use std::path::PathBuf;

/// Options of `superconductor`.
#[derive(Args, Debug)]
pub struct Superconductor {
    #[command(flatten)]
    input: Input,
    /// Gap at T = 0: s:EV (the same everywhere), d:EV (half of EV times cos 2πu1 − cos 2πu2), or tabulated:FILE (an HDF5 file with a
    /// dataset `gap` in eV on the bands' grid, or an FRMSF file, whose first property it is, in the file's unit of energy)
    #[arg(long, value_name = "GAP", value_parser = parse_gap)]
    gap: GapChoice,
    /// Critical temperature in K (default: what weak coupling says of the gap)
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true)]
    tc: Option<f64>,
    /// Temperatures in K, below T_c: a list, or start:stop:step (default: 0.05 to 0.95 of T_c)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true)]
    temperature: Option<List>,
    /// Scattering of quasiparticles (eV) for the heat that nodes carry at T = 0: a list shows that it does not matter
    #[arg(long, value_name = "LIST", value_parser = parse_energies, allow_hyphen_values = true)]
    gamma: Option<List>,
    /// A measured kappa/T at T = 0 in W/(K^2 m), and that of the normal state, A,B: says which gap it speaks for (needs --gamma)
    #[arg(long, value_name = "A,B", value_parser = parse_pair, requires = "gamma")]
    residual: Option<(f64, f64)>,
    #[command(flatten)]
    fermi: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Also write everything to this file, with the density of states: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    long: Long,
    #[command(flatten)]
    output: Output,
}

fn parse_gap(text: &str) -> Result<GapChoice, String> {
    let form = |symmetry, rest: &str| match quantity(rest, Kind::Energy)? {
        x if x > 0.0 => Ok(GapChoice::Form(symmetry, x)),
        x => Err(format!("a gap of {x} eV is none")),
    };
    match text.split_once(':') {
        Some(("s", rest)) => form(Symmetry::S, rest),
        Some(("d", rest)) => form(Symmetry::D, rest),
        Some(("tabulated", file)) if !file.is_empty() => Ok(GapChoice::Table(file.into())),
        _ => Err(format!(
            "`{}`: give s:EV, d:EV or tabulated:FILE, such as s:1.3meV",
            excerpt(text)
        )),
    }
}

fn parse_pair(text: &str) -> Result<(f64, f64), String> {
    let (a, b) = text.split_once(',').ok_or("give two numbers A,B")?;
    match (number(a)?, number(b)?) {
        (a, b) if a >= 0.0 && b > 0.0 => Ok((a, b)),
        _ => Err("give two positive numbers".into()),
    }
}

divided!(Superconductor);

impl Superconductor {
    /// Runs it.
    ///
    /// # Errors
    /// For bands that cannot be read, a gap that does not fit them, temperatures from T_c on, or results that cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        self.long
            .check(&self.output, self.out.as_ref(), self.csv.given())?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let asked = self.asked();
        asked.check()?;
        let mut inputs = vec![self.input.file.as_path()];
        if let GapChoice::Table(file) = &self.gap {
            inputs.push(file);
        }
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.named()?);
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        self.input.check(None)?;
        let held = self.input.read()?;
        let alike = workflow::Superconductor {
            density: true,
            ..asked.clone()
        };
        let gap = match &self.gap {
            GapChoice::Table(file) => scale::of_file(file)?,
            GapChoice::Form(..) => String::new(),
        };
        let asks = format!("{alike:?} {gap}");
        let work = (self.long).begin(&self.output, &self.input, &self.method, &held, &asks)?;
        let bands = asked.open(held, &self.input.opening)?;
        outputs.spare_inputs()?;
        session::notes(&self.output, bands.header());
        let ledger = work.as_ref().map(Work::ledger);
        let voice = session::voice(&self.output);
        let found = asked.run_with(ledger, &bands, &self.method, &voice);
        let found = (self.long).result(found, work.as_ref(), &self.output, &self.out)?;
        let Some((found, _)) = found else {
            return Ok(());
        };
        let report = SuperconductorReport {
            header: bands.header(),
            input: self.input.file.display().to_string(),
            found: &found,
        };
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(
            || superconductor_json(&report),
            || superconductor_table(&report),
        );
        let out = self.out.as_deref().zip(form);
        let result = || superconductor_result(&report, &session::command_line());
        end.result(out, &self.csv, &|| superconductor_json(&report), &result);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// What is asked for.
    fn asked(&self) -> workflow::Superconductor {
        let list = |list: &Option<List>| list.as_ref().map(|l| l.0.clone());
        workflow::Superconductor {
            gap: self.gap.clone(),
            critical_k: self.tc,
            temperatures_k: list(&self.temperature),
            gammas_ev: list(&self.gamma).unwrap_or_default(),
            residual: self.residual,
            level: self.fermi,
            density: self.out.is_some() || self.long.is_part(),
        }
    }
}
