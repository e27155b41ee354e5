//! `bzint bounds`.

use super::lists::{List, parse_positive};
use super::options::{Output, parse_temperature};
use super::outputs::{CsvOption, Delivery, Form, Outputs, file_to_write, of_option};
use super::session;
use crate::error::Result;
use crate::report::{bounds_json, bounds_result, bounds_table};
use crate::workflow::{self, Windows};
use clap::Args;
use std::path::PathBuf;

/// Options of `bounds`.
#[derive(Args, Debug)]
pub struct Bounds {
    /// alpha A (k_B^2 T/(hbar a_0 kappa_l) times the height of the transmission): a list, or 1e-2:1e6:log for decades, log5 for five
    /// values a decade
    #[arg(long, value_name = "LIST", value_parser = parse_positive, allow_hyphen_values = true, conflicts_with = "zt")]
    alpha_a: Option<List>,
    /// The windows that have these zT instead
    #[arg(long, value_name = "LIST", value_parser = parse_positive, allow_hyphen_values = true)]
    zt: Option<List>,
    /// Also give window edges in eV at this temperature (K)
    #[arg(short = 'T', long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true)]
    temperature: Option<f64>,
    /// Hot side of two terminals (K): power, efficiency and cooling of a channel between them
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true, requires = "cold")]
    hot: Option<f64>,
    /// Cold side (K)
    #[arg(long, value_name = "K", value_parser = parse_temperature, allow_hyphen_values = true, requires = "hot")]
    cold: Option<f64>,
    /// Shares of the largest power to work at
    #[arg(long, value_name = "LIST", value_parser = parse_positive, allow_hyphen_values = true, requires = "hot")]
    power: Option<List>,
    /// Also write the windows to this file: HDF5, or JSON or CSV where its name ends so
    #[arg(short, long = "output", value_name = "OUT.h5", value_parser = file_to_write())]
    out: Option<PathBuf>,
    #[command(flatten)]
    csv: CsvOption,
    #[command(flatten)]
    output: Output,
}

impl Bounds {
    /// Runs it.
    ///
    /// # Errors
    /// For numbers that are no αA, zT, temperature or share of power, or where the result cannot be written.
    pub fn run(self) -> Result<()> {
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let named = [of_option(&self.out), self.csv.named()?].concat();
        let outputs = Outputs::new(&self.output, &[], &named)?;
        let asked = workflow::Bounds {
            windows: match (self.alpha_a, self.zt) {
                (_, Some(zt)) => Windows::FiguresOfMerit(zt.0),
                (Some(all), None) => Windows::Heights(all.0),
                (None, None) => Windows::default(),
            },
            temperature_k: self.temperature,
            sides_k: self.hot.zip(self.cold),
            powers: self.power.map(|list| list.0),
        };
        let found = asked.run()?;
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(|| bounds_json(&found), || bounds_table(&found));
        let out = self.out.as_deref().zip(form);
        let result = || bounds_result(&found, &session::command_line());
        end.result(out, &self.csv, &|| bounds_json(&found), &result);
        end.finish()
    }
}
