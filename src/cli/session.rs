//! What every subcommand does around its work: open the bands, choose the integrator, say what was noted.

use super::opened;
use super::options::{Input, Output};
use super::terminal;
use crate::bands::{BandHeader, BandSource};
use crate::error::{Error, Result};
use crate::transport::Row;
use crate::workflow::{self, Demands, Kind, Opened, Preference, Run, Said};
use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

/// Opens the input as a table, interpolated to a uniform grid where asked, where `check` has no objection to what the file holds.
///
/// # Errors
/// As [`opened::open`], and those of `check`; [`Error::BadOption`] where refinement is asked for.
pub fn open_checked(
    input: &Input,
    check: impl Fn(&BandHeader, Option<(f64, f64)>) -> Result<()>,
) -> Result<Box<dyn BandSource>> {
    input.check(None)?;
    let demands = Demands {
        method: None,
        check: &check,
        table: None,
        lifetimes: false,
    };
    match opened::open(input, Preference::Table, &demands)? {
        Opened::Table(source) => Ok(source),
        Opened::Refined(..) => Err(Error::Internal("a table was refined".into())),
    }
}

/// Prints a warning on stderr, unless quiet.
pub fn warning(output: &Output, text: &str) {
    if !output.quiet {
        terminal::say("warning", text);
    }
}

pub use super::progress::show as show_progress;

/// Prints a note on stderr, unless quiet.
pub fn note(output: &Output, text: &str) {
    if !output.quiet {
        terminal::say("note", text);
    }
}

/// Prints the reader's notes.
pub fn notes(output: &Output, header: &BandHeader) {
    Notes::default().print(output, header);
}

/// Readers' notes, each printed once though several bands may be made of a file.
#[derive(Default)]
pub struct Notes(RefCell<Vec<String>>);

impl Notes {
    /// Prints those that were not printed before.
    pub fn print(&self, output: &Output, header: &BandHeader) {
        if !output.verbose && header.provenance.format.starts_with("model") {
            return;
        }
        let mut printed = self.0.borrow_mut();
        let own = header.provenance.notes.iter().cloned();
        for text in own.chain(workflow::notes_on_axes(header)) {
            if !printed.contains(&text) {
                note(output, &text);
                printed.push(text);
            }
        }
    }
}

/// What a job typed in the place of the user.
static TYPED: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// From now on this is the command line.
pub fn set_command_line(words: &[String]) {
    *TYPED.lock().unwrap_or_else(PoisonError::into_inner) = Some(words.to_vec());
}

/// The words of the command line, the program's name first.
pub fn words() -> Vec<String> {
    let own = TYPED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    own.unwrap_or_else(|| {
        let words = std::env::args_os().skip(1);
        let words = words.map(|word| word.to_string_lossy().into_owned());
        std::iter::once("bzint".to_owned()).chain(words).collect()
    })
}

/// The command line as it can be typed again, for provenance.
pub fn command_line() -> String {
    typed(&words())
}

/// Words as a shell takes them.
pub fn typed(words: &[String]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+,.:/@%^".contains(c);
    let one = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A run whose tables say what bars are made of where much is to be said.
pub fn with_budgets(run: Run, output: &Output) -> Run {
    let budgets = output.verbose;
    Run { budgets, ..run }
}

/// Prints what the workflow says, each as it matters.
pub fn voice(output: &Output) -> impl Fn(Said) + Sync + '_ {
    |said| match said.kind {
        Kind::Note => note(output, &said.text),
        Kind::Warning => warning(output, &said.text),
        Kind::Doubt => terminal::say("warning", &said.text),
    }
}

/// A state's widest bar: T (K), μ (eV), the quantity's name, and its bar as a share of it.
pub struct Widest {
    pub temperature_k: f64,
    pub mu_ev: f64,
    pub name: String,
    pub relative: f64,
}

/// The widest bar of some results.
pub fn widest(rows: &[Row]) -> Option<Widest> {
    let of_row = |row: &Row| {
        let (name, _, relative) = row.widest_bar()?;
        Some(Widest {
            temperature_k: row.temperature_k,
            mu_ev: row.scalar("chemical_potential").value,
            name: name.to_owned(),
            relative,
        })
    };
    let all = rows.iter().filter_map(of_row);
    all.max_by(|a, b| a.relative.total_cmp(&b.relative))
}

/// Says where refinement stopped before its tolerance: what is how far from it, which bands that comes from, and which of the
/// results, if any are given, has the widest bar.
pub fn about_cap(output: &Output, run: &Run, header: &BandHeader, widest: Option<Widest>) {
    let Some((refined, cap)) = run
        .refined
        .as_ref()
        .and_then(|r| Some((r, r.cap.as_ref()?)))
    else {
        return;
    };
    let mut text = format!(
        "refinement stopped before its tolerance: {cap}; the worst bar is {:.1} times too wide",
        refined.reached
    );
    if let Some(worst) = &refined.worst {
        let (low, high) = worst.energies_ev;
        let at = match high > low {
            true => format!("from {low:.4} to {high:.4} eV"),
            false => format!("at {low:.4} eV"),
        };
        let (first, last) = (worst.bands.start, worst.bands.end.max(1) - 1);
        let bands = match last > first {
            true => format!(
                "bands {} to {}",
                header.first_band + first,
                header.first_band + last
            ),
            false => format!("band {}", header.first_band + first),
        };
        let spin = match header.n_spin() {
            1 => String::new(),
            _ => format!(" of spin {}", worst.spin + 1),
        };
        text += &format!(
            ", that of {} {at}, {:.0} % of it from {bands}{spin}",
            worst.quantity,
            100.0 * worst.share
        );
    }
    if let Some(widest) = widest {
        text += &format!(
            "; of the results `{}` at {} K and mu = {:.4} eV has the widest bar, {:.2} % of it",
            widest.name,
            widest.temperature_k,
            widest.mu_ev,
            100.0 * widest.relative
        );
    }
    text += "; a larger --tolerance is reached sooner, fewer temperatures or chemical potentials leave more points for each";
    note(output, &text);
}
