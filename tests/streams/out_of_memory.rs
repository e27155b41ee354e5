//! A process that ends for want of memory leaves nothing half-written.
#![cfg(unix)]

use bzint::bands::model::{Model, ModelBands};
use bzint::bands::{BandHeader, BandSource, BandStatistics, Field};
use bzint::crystal::{KGrid, Lattice};
use std::process::Command;

/// As in the program.
#[global_allocator]
static ALLOCATOR: bzint::memory::Guarded = bzint::memory::Guarded;

/// Where the process that runs out of memory writes.
const PLACE: &str = "BZINT_TEST_OUT_OF_MEMORY";

/// Bands of which the last plane needs more than any machine has.
struct Endless(ModelBands);

impl BandSource for Endless {
    fn header(&self) -> &BandHeader {
        self.0.header()
    }

    fn statistics(&self) -> &[BandStatistics] {
        self.0.statistics()
    }

    fn read_planes(
        &self,
        field: Field,
        spin: usize,
        band: usize,
        first: usize,
        out: &mut [f64],
    ) -> bzint::Result<()> {
        let planes = out.len() / field.components() / self.header().k_grid.plane_len();
        if first + planes == self.header().k_grid.n[0] {
            let place = std::env::var(PLACE).unwrap();
            assert_eq!(names(&place).len(), 1, "the file in the making");
            drop(std::hint::black_box(Vec::<u8>::with_capacity(1 << 46)));
        }
        self.0.read_planes(field, spin, band, first, out)
    }
}

fn names(place: &str) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(place).unwrap();
    entries.map(|e| e.unwrap().file_name()).collect()
}

#[test]
fn a_file_in_the_making_is_removed_when_memory_ends() {
    if let Ok(place) = std::env::var(PLACE) {
        bzint::memory::before_the_end(bzint::io::output::discard_all_if_free);
        let lattice = Lattice::new([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]]).unwrap();
        let model = Model::TightBinding {
            hopping: 1.0,
            dimension: 3,
        };
        let bands = ModelBands::new(model, lattice, KGrid::gamma([24; 3]).unwrap(), false).unwrap();
        let path = std::path::Path::new(&place).join("bands.h5");
        bzint::io::hdf5::write(&path, &Endless(bands), "a test").unwrap();
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "a_file_in_the_making_is_removed_when_memory_ends",
            "--nocapture",
        ])
        .env(PLACE, directory.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("out of memory: "), "{text}");
    assert!(
        names(directory.path().to_str().unwrap()).is_empty(),
        "{text}"
    );
}
