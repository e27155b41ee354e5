//! The whole command on a real task: silicon from 16³ points to 80³, 15 temperatures × 401 chemical potentials, every coefficient
//! with its bar, written to HDF5. What bounds it: the tetrahedra's arithmetic in some 2,000 bins, done twice (the second time for
//! the interpolation's own error), then thermal averages of 6,000 states, each seen through every variation.
//!
//! `cargo bench --bench transport`; beside it `benches/peers/boltztrap2_full_run.py`, where BoltzTraP2 is installed.

use criterion::{Criterion, criterion_group, criterion_main};
use std::path::Path;
use std::process::{Command, Stdio};

fn full_run(c: &mut Criterion) {
    let name = "../shared/data/qe/si/si.nscf.xml.gz";
    let bands = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if !bands.exists() {
        println!("SKIPPED: {name} is not there");
        return;
    }
    let folder = std::env::temp_dir().join(format!("bzint-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut group = c.benchmark_group("silicon_80");
    group.sample_size(10);
    for (label, more) in [("hall", ""), ("all", "--magnetoconductivity")] {
        for threads in ["1", "2"] {
            let run = || {
                let words =
                    "--interpolate 80 -T 100:800:50 --mu -1:1:0.005 --backend cpu -q -o full.h5";
                let status = Command::new(env!("CARGO_BIN_EXE_bzint"))
                    .current_dir(&folder)
                    .arg("transport")
                    .arg(&bands)
                    .args(words.split_whitespace())
                    .args(more.split_whitespace())
                    .args(["--threads", threads])
                    .stdout(Stdio::null())
                    .status()
                    .unwrap();
                assert!(status.success());
            };
            group.bench_function(format!("{label}/{threads}"), |b| b.iter(run));
        }
    }
    group.finish();
    std::fs::remove_dir_all(&folder).unwrap();
}

criterion_group!(transport, full_run);
criterion_main!(transport);
