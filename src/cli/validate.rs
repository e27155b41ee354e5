//! `bzint validate`.

use super::lists::{List, parse_temperatures};
use super::options::{FermiOption, Input, Method, Output, parse_bins};
use super::{session, terminal};
use crate::error::Result;
use crate::report::{agreement_json, agreement_table, coverage_json, coverage_table};
use crate::workflow::{Agreement, Coverage};
use clap::Args;

/// Options of `validate`.
#[derive(Args, Debug)]
pub struct Validate {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    level: FermiOption,
    #[command(flatten)]
    method: Method,
    /// Bins of the spectrum that is compared
    #[arg(long, value_name = "N", value_parser = parse_bins, allow_hyphen_values = true, default_value = "500", conflicts_with = "table")]
    bins: usize,
    /// Compare results instead: those from every second k-point of the table with those from all, whether the bars hold, quantity by quantity
    #[arg(long)]
    table: bool,
    /// Temperatures of that comparison, K: a list or first:last:step (default: 100,300,600)
    #[arg(short = 'T', long, value_name = "LIST", value_parser = parse_temperatures, allow_hyphen_values = true, requires = "table")]
    temperature: Option<List>,
    #[command(flatten)]
    output: Output,
}

impl Validate {
    /// Runs it.
    ///
    /// # Errors
    /// Where there is no adapter, the bands cannot be integrated, or CPU and GPU disagree.
    pub fn run(self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        if self.table {
            return self.compare_grids();
        }
        self.level.check()?;
        self.input.check(None)?;
        let asked = Agreement {
            level: self.level,
            bins: self.bins,
        };
        let found = asked.run(self.input.read()?, &self.input.opening, &self.method)?;
        match self.output.json {
            true => terminal::print_json(&agreement_json(&found))?,
            false => {
                let name = self.input.file.display().to_string();
                terminal::print(&agreement_table(&found, &name))?;
            }
        }
        found.check()
    }

    /// Results from every second point against those from all.
    fn compare_grids(&self) -> Result<()> {
        self.input.check(Some(&self.method))?;
        let held = self.input.read()?;
        let (opening, say) = (&self.input.opening, session::voice(&self.output));
        let asked = Coverage {
            temperatures_k: match &self.temperature {
                Some(list) => list.0.clone(),
                None => Coverage::default().temperatures_k,
            },
            level: self.level,
        };
        let found = asked.run(&held, opening, &self.method, &say)?;
        let name = self.input.file.display().to_string();
        if self.output.json {
            return terminal::print_json(&coverage_json(&found, &name));
        }
        terminal::print(&coverage_table(&found, &name))
    }
}
