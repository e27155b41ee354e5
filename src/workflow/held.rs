//! Bands as they were read, before anything is made of them.

use crate::bands::{BandHeader, BandSource, WannierHamiltonian};
use crate::error::Result;
use crate::io::{self, OpenOptions};
use crate::progress;
use crate::sampler::IsospectralBands;
use crate::sampler::isospectral::{self, Wanted};
use crate::scale;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A file's bands, to be opened as each result wants them.
#[derive(Clone)]
pub struct Held {
    pub(super) name: String,
    pub(super) bands: Bands,
}

#[derive(Clone)]
pub(super) enum Bands {
    Table(Arc<dyn BandSource>, Searched),
    Hamiltonian(Box<WannierHamiltonian>),
}

impl Held {
    /// Reads any supported file, or a directory that holds one.
    ///
    /// # Errors
    /// As [`io::open`].
    pub fn read(path: &Path, told: &OpenOptions) -> Result<Self> {
        let name = path.display().to_string();
        if let Some(mut hamiltonian) = io::open_wannier(path)? {
            told.settle_spin(hamiltonian.header_mut())?;
            let bands = Bands::Hamiltonian(Box::new(hamiltonian));
            return Ok(Self { name, bands });
        }
        let _phase = progress::phase("reading the bands", 0);
        let bands = Bands::Table(io::open(path, told)?.into(), Searched::default());
        Ok(Self { name, bands })
    }

    /// A table that is called `name` in messages.
    pub fn table(name: impl Into<String>, table: impl BandSource + 'static) -> Self {
        Self {
            name: name.into(),
            bands: Bands::Table(Arc::new(table), Searched::default()),
        }
    }

    /// What they are called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        match &self.bands {
            Bands::Table(table, _) => table.header(),
            Bands::Hamiltonian(hamiltonian) => hamiltonian.header(),
        }
    }

    /// Hash of what they hold, whatever file they lie in.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn content(&self) -> Result<String> {
        match &self.bands {
            Bands::Table(table, _) => scale::of_table(&**table),
            Bands::Hamiltonian(hamiltonian) => Ok(scale::of_hamiltonian(hamiltonian)),
        }
    }

    /// The table; none of a Hamiltonian, which has none.
    pub fn as_table(&self) -> Option<&dyn BandSource> {
        match &self.bands {
            Bands::Table(table, _) => Some(&**table),
            Bands::Hamiltonian(_) => None,
        }
    }
}

impl Held {
    /// Whether a search for Hamiltonians finds any, or why not; none where the bands are a Hamiltonian already.
    pub(super) fn hamiltonians(
        &self,
        wanted: Wanted,
    ) -> Option<Result<std::result::Result<(), String>>> {
        let Bands::Table(table, searched) = &self.bands else {
            return None;
        };
        let sought = searched.for_bands(&**table, wanted);
        Some(sought.map(|sought| sought.map(|_| ())))
    }
}

/// What searches for Hamiltonians came to, each made once for all results of the same bands.
#[derive(Clone, Default)]
pub(super) struct Searched([Arc<Mutex<Option<SearchEnd>>>; 2]);

/// The bands with their Hamiltonians, or why there are none.
type SearchEnd = std::result::Result<IsospectralBands, String>;

impl Searched {
    /// What a search in `table` comes to.
    ///
    /// # Errors
    /// As [`isospectral::search`].
    pub fn for_bands(&self, table: &dyn BandSource, wanted: Wanted) -> Result<SearchEnd> {
        let place = match wanted {
            Wanted::WherePredictedBetter => &self.0[0],
            Wanted::Wherever => &self.0[1],
        };
        // Whoever else asks waits for the answer.
        let mut known = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sought) = &*known {
            return Ok(sought.clone());
        }
        let sought = isospectral::search(table, wanted)?.bands;
        Ok(known.insert(sought).clone())
    }
}
