//! Fourier interpolation on real bands: 16³ points against a direct run on 32³.

use crate::common::shared;
use bzint::bands::{BandSource, Field};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::surface;
use bzint::integrate::{Channel, Request};
use bzint::io::{self, OpenOptions};
use bzint::sampler::FourierBands;

/// Copper: energies at the points that the coarse grid lacks, band by band, and the Fermi surface.
#[test]
fn copper_interpolated_from_16_agrees_with_the_run_on_32() {
    let (Some(coarse), Some(dense)) = (
        shared("qe/cu/cu.nscf.xml.gz"),
        shared("qe/cu/cu.nscf32.xml.gz"),
    ) else {
        return;
    };
    let open = |path| io::open(path, &OpenOptions::default()).unwrap();
    let (coarse, dense) = (open(&coarse), open(&dense));
    let grid = dense.header().k_grid;
    let fourier = FourierBands::new(&*coarse, grid).unwrap();
    let energies = |source: &dyn BandSource, band: usize| {
        let mut e = vec![0.0; grid.len()];
        source
            .read_planes(Field::Energy, 0, band, 0, &mut e)
            .unwrap();
        e
    };
    for band in 0..6 {
        let (a, b) = (energies(&fourier, band), energies(&*dense, band));
        let off = a.iter().zip(&b).map(|(x, y)| (x - y).abs());
        let worst = off.clone().fold(0.0, f64::max);
        let rms = (off.map(|x| x * x).sum::<f64>() / a.len() as f64).sqrt();
        println!(
            "band {}: rms {:.1} meV, worst {:.0} meV",
            band + 1,
            1e3 * rms,
            1e3 * worst
        );
        // Kinks where sorted bands cross set the scale: measured 4 to 40 meV rms.
        assert!(rms < 0.06, "band {}: {rms}", band + 1);
        // Points of both grids are input: exact.
        for i in 0..16 {
            let j = grid.index([2 * i, (6 * i) % 32, 0]);
            assert!((a[j] - b[j]).abs() < 1e-6, "{}", a[j] - b[j]);
        }
    }
    let at = |source: &dyn BandSource| {
        let request = Request::for_bands(source.header());
        let level = dense.header().fermi_level_ev.unwrap();
        surface(source, &request, level, &mut CpuEngine::<f64>::default()).unwrap()
    };
    let (a, b) = (at(&fourier), at(&*dense));
    for channel in [Channel::States, Channel::VelocityProduct(0, 0)] {
        let ((x, dx), (y, dy)) = (a.total(channel), b.total(channel));
        println!("{channel:?}: interpolated {x:.5e} ± {dx:.1e}, direct {y:.5e} ± {dy:.1e}");
        assert!((x - y).abs() < dx + dy);
    }
}
