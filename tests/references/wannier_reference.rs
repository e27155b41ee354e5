//! Wannier interpolation on real runs of silicon and copper, against the ab-initio bands and other codes.

use crate::common::binary::bzint_with;
use crate::common::{Lcg, shared};
use bzint::bands::{BandSource, Field};
use bzint::crystal::KGrid;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::integrate::{Channels, Request};
use bzint::io::bxsf::BxsfUnits;
use bzint::io::{self, OpenOptions, wannier90};
use bzint::sampler::{Derivatives, Interpolator, KBox, WannierBands, WannierGrid};
use bzint::transport::FermiTensors;
use std::path::Path;

fn grid_of(path: &Path, n: [usize; 3]) -> WannierGrid {
    let hamiltonian = wannier90::read(path).unwrap();
    WannierGrid::new(hamiltonian, KGrid::gamma(n).unwrap()).unwrap()
}

/// `[band][point]`, eV.
fn energies(source: &dyn BandSource) -> Vec<Vec<f64>> {
    let header = source.header();
    (0..header.n_band)
        .map(|band| {
            let mut e = vec![0.0; header.k_grid.len()];
            source
                .read_planes(Field::Energy, 0, band, 0, &mut e)
                .unwrap();
            e
        })
        .collect()
}

/// Every level of Wannier90's own interpolation, to the digits of its BXSF file, which it makes without the shifts of
/// `use_ws_distance`: here they are left out by hiding their file.
#[test]
fn levels_are_those_that_wannier90_prints() {
    for (name, n) in [("si", 24), ("cu", 40)] {
        let (Some(files), Some(bxsf)) = (
            shared(&format!("wannier/{name}/{name}_tb.dat.gz")),
            shared(&format!("wannier/{name}/{name}_w90.bxsf.gz")),
        ) else {
            return;
        };
        let hidden = tempfile::tempdir().unwrap();
        for suffix in ["_tb.dat.gz", ".win"] {
            let file = format!("{name}{suffix}");
            std::fs::copy(files.with_file_name(&file), hidden.path().join(&file)).unwrap();
        }
        let ours = grid_of(hidden.path(), [n; 3]);
        let options = OpenOptions {
            bxsf_units: Some("wannier90".parse::<BxsfUnits>().unwrap()),
            ..OpenOptions::default()
        };
        let theirs = io::open(&bxsf, &options).unwrap();
        assert_eq!(theirs.header().k_grid.n, [n; 3]);
        let mut worst: f64 = 0.0;
        for (a, b) in energies(&ours).iter().zip(&energies(&*theirs)) {
            for (x, y) in a.iter().zip(b) {
                worst = worst.max((x - y).abs());
            }
        }
        println!("{name}: {worst:.1e} eV");
        // Both files have 8 digits, of energies up to 20 eV.
        assert!(worst < 2e-6, "{name}: {worst}");
    }
}

/// The ab-initio levels on the runs' own points (kept exactly inside the frozen window), and on 16³ points between, within
/// 0.5 eV of copper's Fermi level and of the top of silicon's valence band.
#[test]
fn levels_are_near_the_ab_initio_ones() {
    for (name, frozen, fermi, worst_allowed, rms_allowed) in [
        ("si", 6.6, 6.2310, 0.0235, 0.010),
        ("cu", 18.2, 14.5551, 0.0315, 0.015),
    ] {
        let (Some(files), Some(eig), Some(qe)) = (
            shared(&format!("wannier/{name}/{name}_tb.dat.gz")),
            shared(&format!("wannier/{name}/{name}.eig.gz")),
            shared(&format!("qe/{name}/{name}.nscf.xml.gz")),
        ) else {
            return;
        };
        let coarse = energies(&grid_of(&files, [8; 3]));
        let mut text = String::new();
        let mut reader = flate2::read::GzDecoder::new(std::fs::File::open(eig).unwrap());
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        let mut worst: f64 = 0.0;
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (band, k): (usize, usize) = (words[0].parse().unwrap(), words[1].parse().unwrap());
            let e: f64 = words[2].parse().unwrap();
            // The .win lists the k-points of the grid in order, third index fastest.
            if e < frozen && band <= coarse.len() {
                worst = worst.max((coarse[band - 1][k - 1] - e).abs());
            }
        }
        println!("{name}: frozen levels to {worst:.1e} eV");
        assert!(worst < 1e-5, "{name}: {worst}");

        let dense = energies(&grid_of(&files, [16; 3]));
        let exact = energies(&*io::open(&qe, &OpenOptions::default()).unwrap());
        let near: Vec<f64> = dense
            .iter()
            .zip(&exact)
            .flat_map(|(a, b)| a.iter().zip(b))
            .filter(|(_, e)| (**e - fermi).abs() < 0.5)
            .map(|(a, e)| a - e)
            .collect();
        let worst = near.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        let rms = (near.iter().map(|x| x * x).sum::<f64>() / near.len() as f64).sqrt();
        println!(
            "{name}: {} levels near E_F, at most {worst:.4}, rms {rms:.4} eV",
            near.len()
        );
        assert!(worst < worst_allowed && rms < rms_allowed, "{name}");
    }
}

#[test]
fn both_files_give_the_same_bands() {
    for name in ["si", "cu"] {
        let (Some(tb), Some(hr)) = (
            shared(&format!("wannier/{name}/{name}_tb.dat.gz")),
            shared(&format!("wannier/{name}/{name}_hr.dat.gz")),
        ) else {
            return;
        };
        let (tb, hr) = (grid_of(&tb, [5, 6, 7]), grid_of(&hr, [5, 6, 7]));
        assert!(tb.bands().time_reversal() && hr.bands().time_reversal());
        assert_eq!(tb.bands().header().point_group.order(), 48, "{name}");
        let mut worst: f64 = 0.0;
        for (a, b) in energies(&tb).iter().zip(&energies(&hr)) {
            worst = a
                .iter()
                .zip(b)
                .fold(worst, |w, (x, y)| w.max((x - y).abs()));
        }
        println!(
            "{name}: {worst:.1e} eV, {:?}",
            tb.bands().header().provenance.notes
        );
        // Six decimals, on 617 vectors × 8 orbitals: 0.3e-6·√5000 on average, and several times that at worst.
        assert!(worst < 2e-4, "{name}: {worst}");
    }
}

fn tensors(source: &dyn BandSource, energy: f64) -> FermiTensors {
    let request = Request {
        channels: Channels::Basic,
        ..Request::for_bands(source.header())
    };
    let integral = surface(source, &request, energy, &mut CpuEngine::<f64>::default()).unwrap();
    FermiTensors::new(source.header(), &integral, None).unwrap()
}

/// Copper at 40³ against WannierBerri with tetrahedra on the same grid (per spin there, both here).
#[test]
fn copper_agrees_with_wannierberri() {
    let Some(files) = shared("wannier/cu/cu_tb.dat.gz") else {
        return;
    };
    let source = grid_of(&files, [40; 3]);
    // E, DOS 1/eV, electrons, σ/τ 1e15/(Ω m s).
    for (energy, dos, electrons, sigma) in [
        (14.1551, 0.15323, 5.44172, 768_987.93),
        (14.5551, 0.14490, 5.50140, 869_365.83),
        (14.9551, 0.13920, 5.55803, 972_542.84),
    ] {
        let found = tensors(&source, energy);
        let got = &found.conductivity_over_tau;
        let (value, bar) = (got.value[0][0], got.error[0][0]);
        println!(
            "σ/τ {value:.5e} ± {bar:.1e}, WannierBerri {:.5e}",
            2e15 * sigma
        );
        assert!((value - 2e15 * sigma).abs() < bar + 0.005 * value);
        let (held, states) = (found.electrons, found.dos);
        println!(
            "N {held:?}, DOS {states:?}, WannierBerri {} {}",
            2.0 * electrons,
            2.0 * dos
        );
        assert!((held.value - 2.0 * electrons).abs() < held.error + 1e-3);
        assert!((states.value - 2.0 * dos).abs() < states.error + 0.01 * dos);
    }
}

/// Silicon's valence and conduction bands at 40³.
#[test]
fn silicon_agrees_with_wannierberri() {
    let Some(files) = shared("wannier/si/si_tb.dat.gz") else {
        return;
    };
    let source = grid_of(&files, [40; 3]);
    for (energy, sigma) in [
        (5.6, 2.21237e20),
        (5.9, 8.86196e19),
        (7.1, 1.55721e20),
        (7.4, 3.97375e20),
    ] {
        let found = tensors(&source, energy);
        let got = &found.conductivity_over_tau;
        let (value, bar) = (got.value[0][0], got.error[0][0]);
        println!("σ/τ {value:.5e} ± {bar:.1e}, WannierBerri {sigma:.5e}");
        assert!((value - sigma).abs() < bar + 0.005 * value, "{energy}");
    }
}

/// Random points in boxes of all sizes: no level leaves its bounds; how tight they are is printed.
#[test]
fn bounds_hold_for_real_bands() {
    let mut random = Lcg(5);
    for name in ["si", "cu"] {
        let Some(files) = shared(&format!("wannier/{name}/{name}_tb.dat.gz")) else {
            return;
        };
        let bands = WannierBands::new(wannier90::read(&files).unwrap()).unwrap();
        let n = bands.header().n_band;
        for cells in [8.0, 16.0, 64.0] {
            for derivatives in [Derivatives::None, Derivatives::Velocity] {
                let (mut margin, mut widths, mut count) = (0.0, 0.0, 0.0);
                for _ in 0..2 {
                    let k_box = KBox {
                        origin: [0; 3].map(|_| random.next()),
                        step: [1.0 / cells / 8.0; 3],
                        points: [9; 3],
                    };
                    let group = &bands.groups()[0];
                    let found = bands.evaluate(group, &k_box, derivatives).unwrap();
                    for _ in 0..100 {
                        let u = k_box.origin.map(|o| o + random.next() / cells);
                        let levels = bands.energies(u).unwrap();
                        for (band, e) in found.iter().zip(levels) {
                            assert!(band.low <= e && e <= band.high, "{name} {cells}");
                        }
                    }
                    for band in &found {
                        let low = band.energies.iter().copied().fold(f64::INFINITY, f64::min);
                        let high = band.energies.iter().copied().fold(-f64::INFINITY, f64::max);
                        margin += (low - band.low) + (band.high - high);
                        widths += high - low;
                        count += 2.0;
                    }
                }
                println!(
                    "{name}: 9³ points on 1/{cells} of the zone, {derivatives:?}, {n} bands: margins {:.4} eV on average, ranges {:.4} eV",
                    margin / count,
                    2.0 * widths / count
                );
            }
        }
    }
}

/// Silicon's carriers from its Wannier Hamiltonian: coarse thermal averages hold in their bars what the same gave at a tolerance twenty times
/// smaller (bars of 0.03 %), and are no wider than their errors allow.
#[test]
fn thermal_averages_of_silicon_hold_the_finer_ones() {
    let Some(run) = shared("wannier/si/si_tb.dat.gz") else {
        return;
    };
    let run = run.parent().unwrap().to_str().unwrap();
    let words = format!(
        "transport {run} -T 300 --doping p1e19,n1e19 --hall --tolerance 2e-2 --json -q --backend cpu"
    );
    let out = bzint_with(&words.split(' ').collect::<Vec<_>>()).json();
    let fine = [
        [7.9838e17, 325.93e-6, 4.5185e-7],
        [1.26231e18, -280.296e-6, -5.3180e-7],
    ];
    let mut ratios = Vec::new();
    for (row, fine) in fine.iter().enumerate() {
        let row = &out["rows"][row];
        // A doping that was given stays it in every reading of the grid.
        let carriers = &row["carrier_density"];
        assert!(carriers["error"].as_f64().unwrap() < 1e13, "{carriers}");
        let places = [
            ("conductivity_over_tau", &[0, 0][..]),
            ("seebeck", &[0, 0]),
            ("hall", &[0, 1, 2]),
        ];
        for ((name, at), fine) in places.into_iter().zip(fine) {
            let of = |key: &str| {
                at.iter()
                    .fold(&row[name][key], |x, i| &x[*i])
                    .as_f64()
                    .unwrap()
            };
            let (value, bar) = (of("value"), of("error"));
            println!("{name} {value:e} ± {bar:e}, finer {fine:e}");
            assert!(
                (value - fine).abs() <= bar + 3e-4 * fine.abs(),
                "{name} {value:e} ± {bar:e}"
            );
            assert!(bar < 0.04 * fine.abs(), "{name} {value:e} ± {bar:e}");
            ratios.push(bar / (value - fine).abs());
        }
    }
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[3] < 10.0, "{ratios:?}");
}
