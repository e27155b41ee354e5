//! What a user may have to say about a file that does not tell: units, and electrons per state.

use super::bxsf::BxsfUnits;
use crate::bands::{BandHeader, SpinTreatment};
use crate::error::{Error, Result};

/// What a user may have to say about a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    /// Units of a BXSF or FRMSF file, where the file does not tell.
    pub bxsf_units: Option<BxsfUnits>,
    /// Electrons that a state holds, where the file does not tell.
    pub spin_degeneracy: Option<SpinDegeneracy>,
}

/// Electrons that one state holds, in the user's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpinDegeneracy {
    /// One: one spin channel of two, or spinors.
    One,
    /// Two: bands without spin.
    Two,
}

/// What readers note of files that do not tell how many electrons a state holds.
pub(super) const TWO_ASSUMED: &str = "two electrons per state are assumed";

impl OpenOptions {
    /// Puts the user's number of electrons per state in the place of a reader's assumption.
    ///
    /// # Errors
    /// [`Error::BadOption`] where the file tells another number; [`Error::BadBands`] where its electrons do not fit.
    pub(crate) fn settle_spin(&self, header: &mut BandHeader) -> Result<()> {
        let Some(degeneracy) = self.spin_degeneracy else {
            return Ok(());
        };
        let (spin, words) = match degeneracy {
            SpinDegeneracy::One => (SpinTreatment::Spinor, "one electron per state"),
            SpinDegeneracy::Two => (SpinTreatment::Unpolarized, "two electrons per state"),
        };
        if !header.spin_assumed {
            return self.check_spin(header);
        }
        header.spin = spin;
        header.spin_assumed = false;
        let said = format!("{words}, as the user says");
        let notes = &mut header.provenance.notes;
        if notes.iter().any(|note| note.contains(TWO_ASSUMED)) {
            for note in notes {
                *note = note.replace(TWO_ASSUMED, &said);
            }
        } else {
            notes.push(format!("The file does not tell spin: {said}."));
        }
        header.validate()
    }

    /// Refuses a number of electrons per state other than the file's own.
    pub(super) fn check_spin(&self, header: &BandHeader) -> Result<()> {
        let wanted = match self.spin_degeneracy {
            None => return Ok(()),
            Some(SpinDegeneracy::One) => 1.0,
            Some(SpinDegeneracy::Two) => 2.0,
        };
        if header.spin.degeneracy() == wanted {
            return Ok(());
        }
        Err(Error::bad_option(
            "--spin-degeneracy",
            format!(
                "{wanted}, where the file itself says {} bands of {} electrons per state",
                header.spin.name(),
                header.spin.degeneracy()
            ),
            "leave the option out: it is for files that do not tell",
        ))
    }
}
