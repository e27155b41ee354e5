//! Regular k-sets that are a line of N points in every basis of the crystal: bands are interpolated through them, and have the values of a
//! dense grid within their bars.

use super::field_kgrids::{
    Integers, apply, bzint, coset, fcc, json, modulo, number, of_supercell, shuffled, vasprun_of,
    wedge,
};
use crate::common::Lcg;
use bzint::bands::unfold::{IrreducibleBands, KList, Weights};
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, KLattice, Lattice, PointGroup};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::refine::{Refinement, RefiningEngine};
use bzint::integrate::{At, Channel, Channels, Request, SurfaceIntegral, measure};
use bzint::sampler::{FourierBands, FourierSeries, InterpolatedBands, Interpolator};

fn triclinic() -> Lattice {
    Lattice::new([[3.0, 0.2, 0.0], [0.7, 3.4, 0.3], [-0.5, 0.6, 4.1]]).unwrap()
}

/// Two bands of waves to far neighbours, of symmetric signs; they cross.
struct Bands {
    waves: Vec<([f64; 3], [f64; 2])>,
}

impl Bands {
    fn new(lattice: &Lattice, decay: f64) -> Self {
        let a = lattice.rows();
        let mut waves = Vec::new();
        for x in 0..11i32.pow(3) {
            let n = [x / 121, x / 11 % 11, x % 11].map(|x| f64::from(x - 5));
            let r: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| n[i] * a[i][c]).sum());
            let length = r.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 0.1 && length < 5.0 * decay + 3.0 {
                let t = -(-length / decay).exp();
                // Of the length alone, so that the lattice's symmetry stays.
                waves.push((r, [t, t * (2.0 * length / decay).cos()]));
            }
        }
        let norm: f64 = waves.iter().map(|w| w.1[0].abs()).sum();
        for w in &mut waves {
            w.1 = w.1.map(|t| 6.0 * t / norm);
        }
        Self { waves }
    }

    fn at(&self, k: [f64; 3], band: usize) -> f64 {
        self.waves
            .iter()
            .map(|(r, t)| t[band] * (0..3).map(|c| k[c] * r[c]).sum::<f64>().cos())
            .sum()
    }
}

fn source(
    lattice: &Lattice,
    points: Vec<[f64; 3]>,
    weights: Weights,
    group: &PointGroup,
    bands: &[usize],
    decay: f64,
) -> BandGrid {
    let model = Bands::new(lattice, decay);
    let mut energies = Vec::new();
    for k in &points {
        let k = lattice.k_cartesian(*k);
        let mut level: Vec<f64> = bands.iter().map(|b| model.at(k, *b)).collect();
        level.sort_by(f64::total_cmp);
        energies.extend(level);
    }
    IrreducibleBands {
        lattice: lattice.clone(),
        spin: SpinTreatment::Unpolarized,
        n_band: bands.len(),
        energies,
        k: KList {
            points,
            weights,
            ..KList::default()
        },
        atoms: Vec::new(),
        point_group: group.clone(),
        time_reversal: true,
    }
    .into_grid()
    .unwrap()
}

/// The same bands on a dense grid of the own axes.
fn dense(lattice: &Lattice, n: usize, bands: &[usize], decay: f64) -> BandGrid {
    let model = Bands::new(lattice, decay);
    let grid = KGrid::gamma([n; 3]).unwrap();
    let header = BandHeader::new(
        lattice.clone(),
        grid,
        SpinTreatment::Unpolarized,
        bands.len(),
    );
    let mut energies = vec![0.0; bands.len() * grid.len()];
    for i in 0..grid.len() {
        let k = lattice.k_cartesian(grid.point(grid.place(i)));
        let mut level: Vec<f64> = bands.iter().map(|b| model.at(k, *b)).collect();
        level.sort_by(f64::total_cmp);
        for (b, e) in level.into_iter().enumerate() {
            energies[b * grid.len() + i] = e;
        }
    }
    BandGrid::new(header, energies).unwrap()
}

/// A random supercell of `count` points, not far from a cube, whose quotient is cyclic.
fn cyclic(lattice: &Lattice, count: usize, random: &mut Lcg) -> Integers {
    let edge = (count as f64).cbrt().round() as i64;
    loop {
        let mut whole =
            |up_to: i64| ((2.0 * random.next() - 1.0) * (up_to as f64 + 0.499)).round() as i64;
        let rows: Integers = std::array::from_fn(|i| {
            std::array::from_fn(|j| if i == j { edge + whole(1) } else { whole(2) })
        });
        let minor = |i: usize, j: usize| {
            let (p, q, r, s) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
            rows[p][r] * rows[q][s] - rows[p][s] * rows[q][r]
        };
        let determinant: i64 = (0..3).map(|j| rows[0][j] * minor(0, j)).sum();
        if determinant.unsigned_abs() as usize != count {
            continue;
        }
        let (basis, _) = of_supercell(rows);
        let found = KLattice::generated_by(&basis)
            .unwrap()
            .grid_basis(lattice)
            .unwrap();
        if found.n.iter().filter(|n| **n == 1).count() == 2 {
            return rows;
        }
    }
}

fn channels() -> Vec<Channel> {
    let mut all = vec![Channel::States];
    for (i, j) in [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)] {
        all.push(Channel::VelocityProduct(i, j));
    }
    all
}

fn on_table(bands: &dyn BandSource, e: f64) -> SurfaceIntegral {
    let request = Request {
        channels: Channels::Speeds,
        ..Request::for_bands(bands.header())
    };
    measure(bands, &request, &At(e), &mut CpuEngine::<f64>::default())
        .unwrap()
        .result
}

/// How many values of `table` on its own k-points, of how many, hold the truth: uniform grids and refined.
fn held(table: &BandGrid, truth: &[(f64, SurfaceIntegral)]) -> (usize, usize) {
    let series = FourierSeries::with_rival(table).unwrap();
    let grid = series.header().k_grid;
    let uniform = FourierBands::with_rival(table, grid).unwrap();
    let refined = InterpolatedBands::new(Box::new(series)).unwrap();
    let refinement = Refinement {
        tolerance: 1e-2,
        ..Refinement::default()
    };
    let mut engine = RefiningEngine::new(refinement);
    let (mut inside, mut all) = (0, 0);
    for (e, exact) in truth {
        let request = Request {
            channels: Channels::Speeds,
            ..Request::for_bands(refined.header())
        };
        let fine = measure(&refined, &request, &At(*e), &mut engine).unwrap();
        for found in [on_table(&uniform, *e), fine.result] {
            for c in channels() {
                let ((x, dx), (y, dy)) = (exact.total(c), found.total(c));
                assert!(dy > 0.0 || x == 0.0, "{c:?} at {e}: {y} ± {dy}, {x}");
                all += 1;
                inside += usize::from((x - y).abs() <= dx + dy);
            }
        }
    }
    (inside, all)
}

/// Random cyclic sets of a triclinic crystal, shifted and not: smooth bands, bands that cross, bands that the sets barely resolve. The bars
/// hold as often as those of product grids of as many points.
#[test]
fn bars_of_cyclic_sets_hold_as_those_of_product_grids_do() {
    let lattice = triclinic();
    let mut random = Lcg(3);
    let (mut cyclic_sets, mut products) = ((0, 0), (0, 0));
    for (bands, decay) in [(vec![0], 1.2), (vec![0, 1], 1.2), (vec![0], 2.0)] {
        let dense = dense(&lattice, 48, &bands, decay);
        let truth: Vec<_> = [-1.5, -0.4, 0.3].map(|e| (e, on_table(&dense, e))).into();
        for (count, n) in [(61, 4), (211, 6), (499, 8)] {
            let shift = match count {
                211 => [0.3, 0.1, 0.7],
                _ => [0.0; 3],
            };
            let (basis, _) = of_supercell(cyclic(&lattice, count, &mut random));
            let set = shuffled(coset(basis, count, shift), &mut random);
            let none = PointGroup::identity();
            let table = source(&lattice, set, Weights::unknown(), &none, &bands, decay);
            assert!(table.header().k_basis.is_some() && table.header().k_grid.len() == count);
            // It cannot be taken for a layer or a chain.
            let request = Request::for_bands(table.header());
            let mut engine = CpuEngine::<f64>::default();
            let refused = measure(&table, &request, &At(0.0), &mut engine).unwrap_err();
            assert!(refused.to_string().contains("interpolate"), "{refused}");
            let grid = KGrid::new([n; 3], shift).unwrap();
            let points = (0..grid.len()).map(|i| grid.point(grid.place(i)));
            let product = source(
                &lattice,
                points.collect(),
                Weights::unknown(),
                &none,
                &bands,
                decay,
            );
            for (table, sum) in [(&table, &mut cyclic_sets), (&product, &mut products)] {
                let (inside, all) = held(table, &truth);
                println!(
                    "{bands:?} {decay}, {}: {inside} of {all}",
                    table.header().k_grid
                );
                sum.0 += inside;
                sum.1 += all;
            }
        }
    }
    println!("cyclic sets {cyclic_sets:?}, product grids {products:?}");
    assert_eq!(cyclic_sets.1, products.1);
    assert!(cyclic_sets.0 + cyclic_sets.1 / 50 >= products.0);
    assert!(10 * cyclic_sets.0 >= 9 * cyclic_sets.1);
}

/// Fcc, sets with a threefold axis: as a list, as wedge under those operations, both read with all 48 of the crystal; shuffled, with weights.
#[test]
fn a_wedge_of_a_cyclic_set_is_its_list() {
    let lattice = fcc();
    let group = PointGroup::of_lattice(&lattice, 1e-6);
    let mut random = Lcg(11);
    for row in [[4, 1, 0], [5, 2, 1], [7, 1, 0]] {
        let [a, b, c] = row;
        let (basis, count) = of_supercell([[a, b, c], [c, a, b], [b, c, a]]);
        let n = KLattice::generated_by(&basis)
            .unwrap()
            .grid_basis(&lattice)
            .unwrap()
            .n;
        println!("{row:?}: {count} points, {n:?}");
        assert!(n.iter().filter(|n| **n == 1).count() > 0);
        let set = coset(basis, count, [0.0; 3]);
        let known: std::collections::HashSet<_> = set.iter().map(|k| modulo(*k)).collect();
        let keeping = group.filter(|r| set.iter().all(|k| known.contains(&modulo(apply(r, *k)))));
        assert!(keeping.order() >= 6, "{}", keeping.order());
        let (points, stars) = wedge(&set, &keeping);
        assert!(points.len() < count / 3);
        let pairs: Vec<_> = points.into_iter().zip(stars).collect();
        let (points, stars): (Vec<_>, Vec<_>) = shuffled(pairs, &mut random).into_iter().unzip();
        let mut wrong = stars.clone();
        wrong[1] *= 3.0;
        let list = shuffled(set.clone(), &mut random);
        let equal = Weights::counted(vec![1.0; count]);
        let read = |points: &[[f64; 3]], weights| {
            source(&lattice, points.to_vec(), weights, &group, &[0], 1.2)
        };
        let from_wedge = read(&points, Weights::counted(stars));
        let from_list = read(&list, equal);
        let model = Bands::new(&lattice, 1.2);
        for table in [&from_wedge, &from_list] {
            let header = table.header();
            assert_eq!(header.k_grid.len(), count, "{row:?}");
            assert_eq!(header.lattice, lattice);
            assert_eq!(header.point_group.order(), keeping.order());
            let k_set = header.k_set();
            for (i, e) in table.band(Field::Energy, 0, 0).iter().enumerate() {
                let exact = model.at(lattice.k_cartesian(k_set.point(i)), 0);
                assert!((e - exact).abs() < 1e-9, "{row:?}, point {i}");
            }
        }
        let values = [&from_wedge, &from_list].map(|table| {
            let grid = KGrid::gamma([12; 3]).unwrap();
            on_table(&FourierBands::with_rival(table, grid).unwrap(), -0.4)
        });
        let exact = on_table(&dense(&lattice, 48, &[0], 1.2), -0.4);
        for c in channels() {
            let [(x, dx), (y, _)] = values.each_ref().map(|v| v.total(c));
            let (right, bar) = exact.total(c);
            assert!(
                (x - y).abs() <= 1e-9 * x.abs().max(dx),
                "{row:?} {c:?}: {x} and {y}"
            );
            assert!(
                (x - right).abs() <= dx + bar,
                "{row:?} {c:?}: {x} ± {dx}, {right}"
            );
        }
        let refused = IrreducibleBands {
            k: KList {
                points: points.clone(),
                weights: Weights::counted(wrong),
                ..KList::default()
            },
            lattice: lattice.clone(),
            spin: SpinTreatment::Unpolarized,
            n_band: 1,
            energies: vec![0.0; points.len()],
            atoms: Vec::new(),
            point_group: group.clone(),
            time_reversal: true,
        };
        let text = refused.into_grid().unwrap_err().to_string();
        assert!(text.contains("its weight"), "{text}");
    }
}

/// A file, as the commands read it: told in `info`, of the values of a grid, for every density that can be asked for; written as a grid.
#[test]
fn every_command_takes_a_cyclic_set() {
    let folder = tempfile::tempdir().unwrap();
    let lattice = triclinic();
    let model = Bands::new(&lattice, 1.2);
    let energy = |u: [f64; 3]| model.at(lattice.k_cartesian(u), 0);
    let (basis, count) = of_supercell(cyclic(&lattice, 211, &mut Lcg(9)));
    let (points, stars) = wedge(
        &coset(basis, count, [0.0; 3]),
        &PointGroup::identity().with_inversion(),
    );
    let cyclic = folder.path().join("cyclic.xml");
    std::fs::write(&cyclic, vasprun_of(&lattice, &points, &stars, "", &energy)).unwrap();
    let grid = KGrid::gamma([14; 3]).unwrap();
    let points: Vec<_> = (0..grid.len()).map(|i| grid.point(grid.place(i))).collect();
    let plain = folder.path().join("plain.xml");
    let equal = vec![1.0; points.len()];
    std::fs::write(&plain, vasprun_of(&lattice, &points, &equal, "", &energy)).unwrap();
    let [cyclic, plain] = [&cyclic, &plain].map(|p| p.to_str().unwrap());
    let info = json(&["info", cyclic, "--json"]);
    let notes = info["notes"].to_string();
    assert!(notes.contains("regular lattice of 211 points"), "{notes}");
    assert!(notes.contains("interpolated through them"), "{notes}");
    let fermi = |file: &str, more: &[&str]| {
        let level = [
            "fermi",
            file,
            "--fermi-level",
            "-0.4",
            "--backend",
            "cpu",
            "--json",
        ];
        json(&[&level, more].concat())
    };
    let exact = fermi(plain, &["--tolerance", "1e-3"]);
    for more in [&[][..], &["--tolerance", "1e-2"], &["--interpolate", "16"]] {
        let found = fermi(cyclic, more);
        for name in ["dos_at_fermi_level", "electrons"] {
            let ((x, dx), (y, dy)) = (number(&exact, name), number(&found, name));
            assert!(
                dy > 0.0 && (x - y).abs() <= dx + dy,
                "{more:?} {name}: {y} ± {dy}, {x}"
            );
        }
        let of = |out: &serde_json::Value, which: &str, i: usize| {
            out["conductivity_over_tau"][which][i][i].as_f64().unwrap()
        };
        for i in 0..3 {
            let (x, dx) = (of(&exact, "value", i), of(&exact, "error", i));
            let (y, dy) = (of(&found, "value", i), of(&found, "error", i));
            assert!(
                (x - y).abs() <= dx + dy && dy < 0.5 * y,
                "{more:?}: {y} ± {dy}, {x}"
            );
        }
    }
    let seebeck = |file: &str| {
        let words = [
            "transport",
            file,
            "-T",
            "600",
            "--mu-absolute",
            "-0.4",
            "--backend",
            "cpu",
            "--no-hall",
            "--json",
        ];
        let out = json(&words);
        let s = &out["rows"][0]["seebeck"];
        [0, 1, 2].map(|i| ["value", "error"].map(|w| s[w][i][i].as_f64().unwrap()))
    };
    for ([x, dx], [y, dy]) in seebeck(plain).into_iter().zip(seebeck(cyclic)) {
        assert!(
            dy > 0.0 && (x - y).abs() <= dx + dy,
            "S: {y} ± {dy}, {x} ± {dx}"
        );
    }
    for (more, says) in [
        (&["--interpolate", "none"][..], "as it is"),
        (&["--interpolate", "16", "--fit-velocities"], "velocities"),
        (
            &["--tolerance", "1e-2", "--interpolator", "isospectral"],
            "--interpolator series",
        ),
        (&["--interpolate", "3"], "give at least 4"),
    ] {
        let output = bzint(&[&["fermi", cyclic], more].concat());
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {text}");
        assert!(text.contains(says), "{more:?}: {text}");
    }
    let native = folder.path().join("grid.h5");
    let native = native.to_str().unwrap();
    assert!(
        bzint(&["convert", cyclic, "-o", native, "-q"])
            .status
            .success()
    );
    let again = json(&["info", native, "--json"]);
    assert!(
        again["k_grid"]
            .as_array()
            .unwrap()
            .iter()
            .all(|n| n.as_u64().unwrap() >= 4)
    );
    assert!(
        again["notes"].to_string().contains("211"),
        "{}",
        again["notes"]
    );
}
