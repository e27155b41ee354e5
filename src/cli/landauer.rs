//! `bzint landauer`.

use super::long::{Long, divided};
use super::options::{Input, Method, Output, Range, parse_bins, parse_length, parse_range};
use super::outputs::{Delivery, Form, Outputs, Tables, check_csv, file_to_write, of_option};
use super::session::{self, Notes};
use super::states::StatesOption;
use crate::bands::BandHeader;
use crate::error::Result;
use crate::report::{landauer_report, landauer_result, landauer_table, sheet_csv, sheet_json};
use crate::scale::Work;
use crate::workflow::{self, Answer};
use clap::Args;
use std::path::PathBuf;

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
    long: Long,
    #[command(flatten)]
    output: Output,
}

divided!(Landauer);

impl Landauer {
    /// Runs it.
    ///
    /// # Errors
    /// Where the call is wrong, the bands cannot be read or integrated, or a result cannot be written.
    pub fn run(mut self) -> Result<()> {
        let _progress = session::show_progress(&self.output);
        let asked = self.asked();
        self.input.check(Some(&self.method))?;
        self.states.check_density()?;
        asked.check()?;
        for text in asked.doubts() {
            session::warning(&self.output, &text);
        }
        if let Some(path) = &self.csv {
            check_csv(path)?;
        }
        let other = self.csv.as_ref().map(|_| "--csv");
        self.long.check(&self.output, self.out.as_ref(), other)?;
        let form = self.out.as_deref().map(Form::of).transpose()?;
        let relaxation = &asked.states.relaxation;
        let mut inputs = vec![self.input.file.as_path()];
        inputs.extend(relaxation.scattering.as_deref());
        let mut named = of_option(&self.long.output(&self.out));
        named.extend(self.long.files());
        named.extend(self.csv.iter().map(|path| ("--csv", path.clone())));
        let outputs = Outputs::new(&self.output, &inputs, &named)?;
        // Before anything long is made of the bands.
        let model = relaxation.model_for(asked.states.extent.dimension)?;
        let notes = Notes::default();
        let opened = |header: &BandHeader| {
            outputs.spare_inputs()?;
            notes.print(&self.output, header);
            Ok(())
        };
        let say = session::voice(&self.output);
        let (held, opening) = (self.input.read()?, &self.input.opening);
        let asks = format!("{asked:?} {model:?}");
        let work = (self.long).begin(&self.output, &self.input, &self.method, &held, &asks)?;
        let ledger = work.as_ref().map(Work::ledger);
        let answer = asked.answer_with(ledger, held, opening, &self.method, &say, &opened);
        let answer = (self.long).result(answer, work.as_ref(), &self.output, &self.out)?;
        let Some(Answer { bands, found, run }) = answer else {
            return Ok(());
        };
        let header = bands.header();
        let run = session::with_budgets(run, &self.output);
        session::about_cap(&self.output, &run, header, None);
        let input = self.input.file.display().to_string();
        let (sheet, spectra) = landauer_report(&asked, found, header, input, &run);
        let mut end = Delivery::new(&self.output, &outputs);
        end.print(
            || sheet_json(&sheet, spectra.json()),
            || match self.spectrum {
                true => spectra.columns(),
                false => landauer_table(&sheet, &spectra),
            },
        );
        let tables = Tables {
            json: &|| sheet_json(&sheet, spectra.json()),
            csv: &|| sheet_csv(&sheet),
            hdf5: &|| landauer_result(&sheet, &spectra, &session::command_line()),
        };
        end.tables(self.out.as_deref().zip(form), self.csv.as_deref(), &tables);
        end.finish()?;
        work.as_ref().map_or(Ok(()), Work::end)
    }

    /// What the options ask for.
    fn asked(&self) -> workflow::Landauer {
        workflow::Landauer {
            states: self.states.asked(),
            length: self.length,
            energy: self.energy,
            bins: self.bins,
            by_band: self.by_band,
        }
    }
}
