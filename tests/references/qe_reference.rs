//! Aluminium and copper from Quantum ESPRESSO: densities of states, electron counts, symmetry and Fermi velocities against
//! QE's own programs on the same grids. The files are shared data; where they are absent the tests say so.

use crate::common::{at_energy, in_bins, shared, velocity_tensor, with_velocities};
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::integrate::{Channel, EnergyAxis};
use bzint::kernel::velocity::{derivative, stencil, velocity};
use bzint::units::{BOHR_RADIUS, ELEMENTARY_CHARGE, EV, HARTREE, HBAR, RYDBERG_EV};
use std::io::Read;

/// The bands of a shared file, or a printed reason to skip.
fn bands(name: &str) -> Option<BandGrid> {
    let path = shared(name)?;
    Some(bzint::io::qe::read(&path).unwrap())
}

/// A shared text file, gzipped or not.
fn text(name: &str) -> Option<String> {
    let path = shared(name)?;
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    Some(text)
}

/// A printed number and half of its last digit.
fn printed(field: &str) -> (f64, f64) {
    let value: f64 = field.parse().unwrap();
    let (mantissa, exponent) = field.split_once('E').unwrap_or((field, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, d)| d.len());
    let exponent = exponent.parse::<i32>().unwrap() - decimals as i32;
    (value, 0.5 * f64::powi(10.0, exponent))
}

/// Rows of a dos.x file: E, dos, Int dos, each with half a digit.
fn dos_rows(text: &str) -> Vec<[(f64, f64); 3]> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| {
            let fields: Vec<_> = line.split_whitespace().map(printed).collect();
            [fields[0], fields[1], fields[2]]
        })
        .collect()
}

/// dos.x with linear tetrahedra along the shortest diagonal, both spins, at energies E_first + i·ΔE. For the whole range the
/// first is the lowest band energy itself, which the file prints to 3 decimals and the bands hold to all.
#[test]
fn densities_of_states_agree_with_dos_x_to_its_printed_digits() {
    for (xml, dos, step, from_the_bottom) in [
        (
            "qe/al/al.nscf.xml.gz",
            "qe/al/al.tetrahedra_lin.dos",
            0.05,
            true,
        ),
        (
            "qe/cu/cu.nscf.xml.gz",
            "qe/cu/cu.tetrahedra_lin.dos",
            0.05,
            true,
        ),
        (
            "qe/al/al.nscf32.xml.gz",
            "qe/al/al.32.tetrahedra_lin.dos",
            0.025,
            false,
        ),
        (
            "qe/cu/cu.nscf32.xml.gz",
            "qe/cu/cu.32.tetrahedra_lin.dos",
            0.025,
            false,
        ),
    ] {
        let (Some(bands), Some(text)) = (bands(xml), text(dos)) else {
            continue;
        };
        let request = with_velocities(&bands, 2);
        let rows = dos_rows(&text);
        let bottom = bands.statistics().iter().map(|s| s.energy_min);
        let first = if from_the_bottom {
            bottom.fold(f64::INFINITY, f64::min)
        } else {
            rows[0][0].0
        };
        let mut largest = [0.0f64; 2];
        let mut half_digits: f64 = 0.0;
        for (i, [energy, states, integral]) in rows.iter().enumerate() {
            let e = first + step * i as f64;
            assert!((e - energy.0).abs() <= energy.1 + 1e-6, "{e} {energy:?}");
            let s = at_energy(&bands, &request, e);
            let found = [s.total(Channel::States).0, s.electrons().0];
            for (x, (reference, half)) in [*states, *integral].into_iter().enumerate() {
                let off = (found[x] - reference).abs();
                largest[x] = largest[x].max(off);
                half_digits = half_digits.max(off / half);
                // The same tetrahedra: only the print is left (and 1e-9 between the two codes' electronvolts).
                assert!(
                    off <= 1.01 * half,
                    "{dos} at {e} eV: {} for {reference}",
                    found[x]
                );
            }
        }
        // The same through bins whose edges are those energies: N(E) at the edges is exact, not an average.
        let stop = first + step * (rows.len() - 1) as f64;
        let axis = EnergyAxis::new(first, stop, rows.len() - 1).unwrap();
        let (cumulative, _) = in_bins(&bands, &request, &axis).total_cumulative(Channel::States);
        for (found, row) in cumulative.iter().zip(&rows) {
            assert!(
                (found - row[2].0).abs() <= 1.01 * row[2].1,
                "{found} {row:?}"
            );
        }
        println!(
            "{dos}: {} energies; DOS off by at most {:.1e} 1/eV, integral by {:.1e}; {half_digits:.3} half digits at most",
            rows.len(),
            largest[0],
            largest[1]
        );
        // The comparison can fail: 2 meV beside, the DOS has other digits.
        let beside = rows.iter().enumerate().filter(|(i, row)| {
            let e = first + step * *i as f64 + 2e-3;
            let found = at_energy(&bands, &request, e).total(Channel::States).0;
            (found - row[1].0).abs() > row[1].1
        });
        assert!(beside.count() > rows.len() / 2);
    }
}

/// INDEX.md of the shared data: N(E_F) and the electrons there, by linear tetrahedra at the file's E_F (which is that of
/// optimized ones). The figures are interpolated between the printed rows of dos.x, 50 or 25 meV apart: N(E) is as good as
/// its four digits, and the density as its curvature between rows, 1e-3 here (the rows themselves differ by 2e-3 to 1e-2).
#[test]
fn electrons_and_states_at_the_fermi_level_are_those_of_the_linear_tetrahedra() {
    for (xml, electrons, half_digit, states, all) in [
        ("qe/al/al.nscf.xml.gz", 2.9931, 0.5e-3, 0.3596, 3.0),
        ("qe/cu/cu.nscf.xml.gz", 10.9928, 0.5e-2, 0.2827, 11.0),
        ("qe/al/al.nscf32.xml.gz", 2.9965, 0.5e-3, 0.400, 3.0),
        ("qe/cu/cu.nscf32.xml.gz", 11.0, 0.5e-2, 0.2848, 11.0),
    ] {
        let Some(bands) = bands(xml) else { continue };
        let level = bands.header().fermi_level_ev.unwrap();
        let s = at_energy(&bands, &with_velocities(&bands, 4), level);
        let (found, bar) = s.electrons();
        let (density, density_bar) = s.total(Channel::States);
        println!("{xml}: N = {found:.5} ± {bar:.5}, N(E_F) = {density:.5} ± {density_bar:.5} 1/eV");
        assert!((found - electrons).abs() <= half_digit, "{found}");
        assert!((density - states).abs() <= 1e-3, "{density} {states}");
        // The file's own count lies within the tetrahedron error; that of a band more or less does not.
        assert_eq!(bands.header().n_electrons, Some(all));
        assert!((found - all).abs() <= bar, "{found} ± {bar} for {all}");
        assert!(bar < 0.05, "{bar}");
    }
}

#[test]
fn tensors_of_cubic_metals_are_cubic_to_1e10() {
    for xml in [
        "qe/al/al.nscf.xml.gz",
        "qe/cu/cu.nscf.xml.gz",
        "qe/cu/cu.nscf32.xml.gz",
    ] {
        let Some(bands) = bands(xml) else { continue };
        let header = bands.header();
        let level = header.fermi_level_ev.unwrap();
        for order in [2, 4, 6] {
            let s = at_energy(&bands, &with_velocities(&bands, order), level);
            let (tensor, bar) = velocity_tensor(&s);
            let (mean, removed) = header.point_group.symmetrize(&header.lattice, &tensor);
            let scale = mean[0][0];
            println!(
                "{xml}, order {order}: symmetry removes {:.1e} of the tensor (bar {:.1e})",
                removed / scale,
                bar[0][0] / scale
            );
            for i in 0..3 {
                for j in 0..3 {
                    let expected = if i == j { scale } else { 0.0 };
                    let off = (mean[i][j] - expected).abs() / scale;
                    assert!(off < 1e-10, "{i}{j}: {off:e}");
                }
            }
            // One diagonal breaks the group at order h² (DESIGN): there is something to remove.
            assert!(removed > 1e-6 * scale);
        }
    }
}

/// The bars of 16³ and 32³ against the change between them, at the 32³ file's E_F. Band crossings are beyond the h² law, so
/// nothing proves a bar here; but two estimates whose bars do not even meet would be a lie.
#[test]
fn bars_of_real_metals_are_compared_with_the_change_to_a_finer_grid() {
    for name in ["al", "cu"] {
        let (Some(coarse), Some(fine)) = (
            bands(&format!("qe/{name}/{name}.nscf.xml.gz")),
            bands(&format!("qe/{name}/{name}.nscf32.xml.gz")),
        ) else {
            continue;
        };
        let level = fine.header().fermi_level_ev.unwrap();
        let both = [&coarse, &fine].map(|bands| {
            let header = bands.header();
            let s = at_energy(bands, &with_velocities(bands, 4), level);
            let (tensor, bar) = velocity_tensor(&s);
            let (mean, removed) = header.point_group.symmetrize(&header.lattice, &tensor);
            let factor = ELEMENTARY_CHARGE.powi(2) / EV / header.lattice.volume_m3();
            let sigma = mean[0][0] * factor;
            let bar = (bar[0][0] + bar[1][1] + bar[2][2]) / 3.0 * factor;
            (
                [s.total(Channel::States), (sigma, bar), s.electrons()],
                removed * factor,
            )
        });
        for (x, what) in ["N(E_F)", "σ/τ", "electrons"].iter().enumerate() {
            let ((a, bar_a), (b, bar_b)) = (both[0].0[x], both[1].0[x]);
            println!(
                "{name} {what}: 16³ {a:.5e} ± {bar_a:.1e}, 32³ {b:.5e} ± {bar_b:.1e}: change {:.1e} = {:.2} bars",
                b - a,
                (b - a).abs() / bar_a
            );
            assert!((b - a).abs() <= bar_a + bar_b, "{name} {what}");
        }
        println!(
            "{name}: symmetry removes {:.1e} at 16³, {:.1e} at 32³",
            both[0].1, both[1].1
        );
    }
}

/// What fermi_velocity.x writes: E − E_F and |v| of the bands that cross the Fermi level.
struct Frmsf {
    n: [usize; 3],
    n_band: usize,
    energies: Vec<f64>,
    speeds: Vec<f64>,
}

fn frmsf(text: &str) -> Frmsf {
    let mut numbers = text.split_whitespace().map(|x| x.parse::<f64>().unwrap());
    let mut count = || numbers.next().unwrap() as usize;
    let n = [count(), count(), count()];
    let _switch = count();
    let n_band = count();
    let all: Vec<f64> = numbers.skip(9).collect();
    let len = n_band * n.iter().product::<usize>();
    assert_eq!(all.len(), 2 * len);
    Frmsf {
        n,
        n_band,
        energies: all[..len].to_vec(),
        speeds: all[len..].to_vec(),
    }
}

/// PP/src/fermi_velocity.f90 (also of QE 6.7's output here): energies in Ry from E_F, |v| = |∂E/∂k| in Ry·bohr (over ħ) by
/// second-order differences on the periodic grid, both in single precision.
#[test]
fn fermi_velocities_agree_with_fermi_velocity_x() {
    for name in ["al", "cu"] {
        let (Some(bands), Some(text)) = (
            bands(&format!("qe/{name}/{name}.nscf.xml.gz")),
            text(&format!("qe/{name}/vfermi.frmsf.gz")),
        ) else {
            continue;
        };
        let header = bands.header();
        let fs = frmsf(&text);
        assert_eq!(fs.n, header.k_grid.n);
        let level = header.fermi_level_ev.unwrap();
        let crossing: Vec<usize> = (0..header.n_band)
            .filter(|&b| {
                let s = &bands.statistics()[b];
                s.energy_min <= level && level <= s.energy_max
            })
            .collect();
        assert_eq!(crossing.len(), fs.n_band);
        let len = header.k_grid.len();
        let rydberg_velocity = 0.5 * HARTREE * BOHR_RADIUS / HBAR;
        let fastest = fs.speeds.iter().fold(0.0, |a: f64, &b| a.max(b));
        for (b, &band) in crossing.iter().enumerate() {
            let energies = &fs.energies[b * len..][..len];
            let theirs = &fs.speeds[b * len..][..len];
            for (e, f) in bands.band(Field::Energy, 0, band).iter().zip(energies) {
                // Single precision of numbers below 1 Ry.
                assert!(((e - level) / RYDBERG_EV - f).abs() < 1.5e-7, "{e} {f}");
            }
            let compare = |order: usize| {
                let ours = speeds(&bands, band, order);
                let off = ours
                    .iter()
                    .zip(theirs)
                    .map(|(a, b)| a / rydberg_velocity - b);
                let near = energies.iter().map(|e| e.abs() * RYDBERG_EV < 0.5);
                let mut largest: f64 = 0.0;
                let (mut square, mut count) = (0.0, 0);
                for (off, near) in off.zip(near) {
                    largest = largest.max(off.abs());
                    if near {
                        square += off * off;
                        count += 1;
                    }
                }
                (largest, (square / f64::from(count)).sqrt())
            };
            let (second, fourth) = (compare(2), compare(4));
            println!(
                "{name} band {}: of {fastest:.3} Ry a₀/ħ, order 2 off by at most {:.1e}; order 4 by {:.1e}, rms within \
                 0.5 eV {:.1e}",
                band + 1,
                second.0,
                fourth.0,
                fourth.1
            );
            // The same differences on the same grid: single precision of the print.
            assert!(second.0 < 1.5e-7 * fastest, "{second:?}");
            // Order 4 is another estimate, off by order 2's own error (h²/6 of the third derivative: per cents here): the
            // comparison tells them apart.
            assert!(fourth.0 > 1e-3 * fastest, "{fourth:?}");
        }
    }
}

/// |v| in m/s of one band at every grid point, by the kernel's differences.
fn speeds(bands: &BandGrid, band: usize, order: usize) -> Vec<f64> {
    let header = bands.header();
    let n = header.k_grid.n;
    let e = bands.band(Field::Energy, 0, band);
    let mut matrix = header.lattice.gradient_to_velocity();
    for row in &mut matrix {
        for i in 0..3 {
            row[i] *= n[i] as f64;
        }
    }
    let coefficients = [1, 2, 3].map(|m| stencil(order, m));
    (0..header.k_grid.len())
        .map(|p| {
            let j = [p / (n[1] * n[2]), p / n[2] % n[1], p % n[2]];
            let d = [0, 1, 2].map(|axis| {
                let at = |m: usize, forward: bool| {
                    let mut k = j;
                    k[axis] = (j[axis] + if forward { m } else { n[axis] - m }) % n[axis];
                    e[header.k_grid.index(k)]
                };
                derivative::<f64>(
                    order,
                    &coefficients,
                    [1, 2, 3].map(|m| at(m, true)),
                    [1, 2, 3].map(|m| at(m, false)),
                )
            });
            let v = velocity(&matrix, d);
            v.iter().map(|x| x * x).sum::<f64>().sqrt()
        })
        .collect()
}
