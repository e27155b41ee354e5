//! Bands as they were read, before anything is made of them.

use crate::bands::{BandHeader, BandSource, WannierHamiltonian};
use crate::error::Result;
use crate::io::{self, OpenOptions};
use crate::progress;
use crate::scale;
use std::path::Path;
use std::sync::Arc;

/// A file's bands, to be opened as each result wants them.
#[derive(Clone)]
pub struct Held {
    pub(super) name: String,
    pub(super) bands: Bands,
}

#[derive(Clone)]
pub(super) enum Bands {
    Table(Arc<dyn BandSource>),
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
        let bands = Bands::Table(io::open(path, told)?.into());
        Ok(Self { name, bands })
    }

    /// A table that is called `name` in messages.
    pub fn table(name: impl Into<String>, table: impl BandSource + 'static) -> Self {
        Self {
            name: name.into(),
            bands: Bands::Table(Arc::new(table)),
        }
    }

    /// What they are called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the bands are.
    pub fn header(&self) -> &BandHeader {
        match &self.bands {
            Bands::Table(table) => table.header(),
            Bands::Hamiltonian(hamiltonian) => hamiltonian.header(),
        }
    }

    /// Hash of what they hold, whatever file they lie in.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn content(&self) -> Result<String> {
        match &self.bands {
            Bands::Table(table) => scale::of_table(&**table),
            Bands::Hamiltonian(hamiltonian) => Ok(scale::of_hamiltonian(hamiltonian)),
        }
    }

    /// The table; none of a Hamiltonian, which has none.
    pub fn as_table(&self) -> Option<&dyn BandSource> {
        match &self.bands {
            Bands::Table(table) => Some(&**table),
            Bands::Hamiltonian(_) => None,
        }
    }
}
