//! Wannier90: lists of vectors that no run wrote, layers and chains.

use super::{bzint, error_of, folder, holds, json};
use crate::wannier::Run;
use bzint::bands::WannierHamiltonian;
use bzint::io::wannier90;
use std::f64::consts::PI;
use std::path::Path;

// ---- Wannier90: lists of vectors

/// A one-band `_hr.dat` with `degeneracies` as they are to be written.
fn model_file(path: &Path, counts: [&str; 3], hops: &[([i32; 3], f64)]) {
    let mut text = format!(" model\n{}\n{}\n{}\n", counts[0], counts[1], counts[2]);
    for ([a, b, c], h) in hops {
        text += &format!("{a:5}{b:5}{c:5}    1    1{h:12.6}    0.000000\n");
    }
    std::fs::write(path, text).unwrap();
}

fn win_file(path: &Path, mp_grid: &str, lengths: [f64; 3]) {
    let [a, b, c] = lengths;
    let text = format!(
        "num_wann = 1\n{mp_grid}\nbegin unit_cell_cart\nang\n{a} 0 0\n0 {b} 0\n0 0 {c}\nend unit_cell_cart\n\
         begin atoms_frac\nX 0 0 0\nend atoms_frac\n"
    );
    std::fs::write(path, text).unwrap();
}

/// Nearest neighbours along the first `dimension` of `axes`.
fn neighbours(axes: [usize; 3], dimension: usize, on_site: f64, hop: f64) -> Vec<([i32; 3], f64)> {
    let mut hops = vec![([0; 3], on_site)];
    for &axis in &axes[..dimension] {
        for sign in [1, -1] {
            let mut r = [0; 3];
            r[axis] = sign;
            hops.push((r, hop));
        }
    }
    hops
}

/// E = 1.8 − 0.6 Σ cos: seven vectors are a whole Hamiltonian, whatever stands behind the counts and whatever `mp_grid` says.
#[test]
fn a_model_is_summed_as_it_stands() {
    let folder = folder();
    let (hr, win) = (
        folder.path().join("sc_hr.dat"),
        folder.path().join("sc.win"),
    );
    let hops = neighbours([0, 1, 2], 3, 1.8, -0.3);
    let plain = [
        "           1",
        "           7",
        "    1    1    1    1    1    1    1",
    ];
    let commented = [" 1 !num_wann", " 7 ! nrpts (R)", "1 1 1 1 1 1\n 1 ! last"];
    let repeated = ["1", "7  of them", "7*1"];
    for counts in [plain, commented, repeated] {
        for (mp_grid, said) in [
            ("", "regular k-grid"),
            ("mp_grid = 3 3 3", "mp_grid 3×3×3"),
            ("mp_grid : 8 8 1", "mp_grid 8×8×1"),
            // The right number of points, and the wrong ones.
            ("mp_grid 7 1 1", "mp_grid 7×1×1"),
        ] {
            model_file(&hr, counts, &hops);
            win_file(&win, mp_grid, [5.0; 3]);
            let h = wannier90::read(&hr).unwrap();
            let notes = h.header().provenance.notes.join(" ");
            assert!(notes.contains(said), "{mp_grid}: {notes}");
            assert!(
                notes.contains("as it stands") && !notes.contains("wsvec"),
                "{notes}"
            );
            assert_eq!(h.header().k_grid.n, [3; 3]);
            for u in [[0.0; 3], [0.17, -0.4, 0.31], [0.5, 0.25, 0.0]] {
                let right = 1.8 - 0.6 * u.iter().map(|u| (2.0 * PI * u).cos()).sum::<f64>();
                assert!((h.at(u)[0].re - right).abs() < 1e-12, "{u:?}");
            }
        }
    }
    // Right for E = −Σ cos at −1 eV (a van Hove energy), a = 4 Å: README of `wannier-hr-tight-binding`.
    model_file(&hr, plain, &neighbours([0, 1, 2], 3, 0.0, -0.5));
    win_file(&win, "mp_grid = 3 3 3", [4.0; 3]);
    let name = hr.to_str().unwrap();
    let found = json(&[
        "fermi",
        name,
        "--fermi-level",
        "-1",
        "--interpolate",
        "64",
        "--json",
        "--backend",
        "cpu",
    ]);
    holds(&found, "electrons", 0.426370, 0.02);
    holds(&found, "dos_at_fermi_level", 0.57076, 0.1);
    let sigma = found["conductivity_over_tau"]["value"][0][0]
        .as_f64()
        .unwrap();
    assert!((sigma / 2.20490e20 - 1.0).abs() < 5e-3, "{sigma}");
    assert!(bzint(&["info", name]).unwrap().contains("as it stands"));
}

/// Repeated vectors add up, and one that is missing its partner is told with what is odd about the list.
#[test]
fn repeated_vectors_add_up_and_lone_ones_are_refused() {
    let folder = folder();
    let hr = folder.path().join("x_hr.dat");
    win_file(&folder.path().join("x.win"), "", [5.0; 3]);
    let mut hops = neighbours([0, 1, 2], 1, 0.5, -1.0);
    hops.extend([([1, 0, 0], -0.25), ([-1, 0, 0], -0.25)]);
    model_file(&hr, ["1", "5", "1 1 1 1 1"], &hops);
    let h = wannier90::read(&hr).unwrap();
    assert!((h.at([0.1, 0.7, 0.2])[0].re - (0.5 - 2.5 * (0.2 * PI).cos())).abs() < 1e-12);
    let notes = h.header().provenance.notes.join(" ");
    assert!(notes.contains("2 of 5 lattice vectors"), "{notes}");
    let lone = [hops[0], hops[1], ([0, 1, 0], -1.0)];
    model_file(&hr, ["1", "3", "1 1 1"], &lone);
    let error = error_of(wannier90::read(&hr));
    for part in ["R is missing", "regular k-grid", "x_hr.dat"] {
        assert!(error.contains(part), "{error}");
    }
    // 0.4 meV of 1 eV is said and averaged; 50 meV are an error.
    for (off, said) in [(4e-4, true), (0.05, false)] {
        model_file(
            &hr,
            ["1", "3", "1 1 1"],
            &[([0; 3], 0.5), ([1, 0, 0], -1.0), ([-1, 0, 0], -1.0 + off)],
        );
        match wannier90::read(&hr) {
            Ok(h) => assert!(
                said && h
                    .header()
                    .provenance
                    .notes
                    .join(" ")
                    .contains("4.000e-4 eV")
            ),
            Err(error) => assert!(
                !said && error.to_string().contains("5.000e-2 eV"),
                "{error}"
            ),
        }
    }
}

/// Wannier90 4's expanded lists: the elements have degeneracies and shifts, and `_wsvec.dat` is for information.
#[test]
fn an_expanded_list_is_not_shifted_again() {
    let run = Run::new(2, false);
    let u = [0.17, -0.33, 0.29];
    let exact = run.hamiltonian(u);
    let off = |h: &WannierHamiltonian| {
        let found = h.at(u).into_iter().enumerate();
        found.fold(0.0_f64, |worst, (i, x)| {
            worst.max((x - exact[(i / 2, i % 2)]).norm())
        })
    };
    // Each shift becomes a vector of its own.
    let mut expanded = run.clone();
    let mut vectors: Vec<[i32; 3]> = Vec::new();
    let moved = |r: &[i32; 3], t: &[i32; 3]| -> [i32; 3] { std::array::from_fn(|a| r[a] + t[a]) };
    for (r, _, _, _, shifts) in &run.elements {
        vectors.extend(shifts.iter().map(|t| moved(r, t)));
    }
    vectors.sort_unstable();
    vectors.dedup();
    expanded.elements.clear();
    for v in &vectors {
        for (m, k) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let there = run.elements.iter().filter(|e| (e.1, e.2) == (m, k));
            let sum = there.map(|(r, _, _, h, shifts)| {
                let hits = shifts.iter().filter(|t| moved(r, t) == *v).count();
                h * hits as f64 / shifts.len() as f64
            });
            expanded.elements.push((*v, m, k, sum.sum(), vec![[0; 3]]));
        }
    }
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let shifted = {
        run.write(folder.path(), "x");
        std::fs::read_to_string(at("x_wsvec.dat")).unwrap()
    };
    let header = |token: &str| shifted.replacen(".true.", &format!(".true.{token}"), 1);
    let win = std::fs::read_to_string(at("x.win")).unwrap();
    expanded.write(folder.path(), "x");
    // Said by the shifts' first line, by the list's own, or by the .win.
    let token = "  write_ndegen_applied=.true.";
    for place in ["x_wsvec.dat", "x_tb.dat", "x.win"] {
        expanded.write(folder.path(), "x");
        std::fs::write(at("x_wsvec.dat"), header("")).unwrap();
        match place {
            "x_wsvec.dat" => std::fs::write(at(place), header(token)).unwrap(),
            "x_tb.dat" => {
                let text = std::fs::read_to_string(at(place)).unwrap();
                std::fs::write(at(place), text.replacen('\n', &format!("{token}\n"), 1)).unwrap();
            }
            _ => std::fs::write(at(place), format!("write_ndegen_applied = T\n{win}")).unwrap(),
        }
        let h = wannier90::read(&at("x_tb.dat")).unwrap();
        assert!(off(&h) < 1e-12, "{place}: {}", off(&h));
        let notes = h.header().provenance.notes.join(" ");
        assert!(notes.contains("_wsvec.dat are not applied"), "{notes}");
        assert_eq!(h.header().k_grid.n, [3; 3]);
    }
    // The folded list of another run beside such shifts.
    run.write(folder.path(), "x");
    std::fs::write(at("x_wsvec.dat"), header(token)).unwrap();
    let tb = std::fs::read_to_string(at("x_tb.dat")).unwrap();
    let tb = tb.replacen("    1    1    1", "    2    1    1", 1);
    std::fs::write(at("x_tb.dat"), tb).unwrap();
    let error = error_of(wannier90::read(&at("x_tb.dat")));
    assert!(error.contains("write_ndegen_applied"), "{error}");
}

// ---- Wannier90: layers and chains

/// E = −2 Σ cos along one or two axes, with `mp_grid` and as a bare list, the axes in any order: what `fermi` finds is exact within its
/// bars, and nothing conducts across.
#[test]
fn layers_and_chains_are_integrated_in_their_axes() {
    let folder = folder();
    let (hr, win) = (folder.path().join("x_hr.dat"), folder.path().join("x.win"));
    let name = hr.to_str().unwrap();
    let orders = [[0, 1, 2], [2, 0, 1], [1, 2, 0]];
    for (dimension, electrons, states) in [(1, 2.0 / 3.0, 0.367552597), (2, 0.616625, 0.283822)] {
        for axes in orders {
            let mut hops = neighbours(axes, dimension, 0.0, -1.0);
            let mut grid = [1; 3];
            let mut lengths = [10.0; 3];
            for &axis in &axes[..dimension] {
                grid[axis] = 3;
                lengths[axis] = 4.0;
            }
            let full = format!("mp_grid = {} {} {}", grid[0], grid[1], grid[2]);
            if dimension == 2 {
                for (a, b) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                    let mut r = [0; 3];
                    (r[axes[0]], r[axes[1]]) = (a, b);
                    hops.push((r, 0.0));
                }
            }
            let bare = 2 * dimension + 1;
            for (mp_grid, count) in [(full.as_str(), hops.len()), ("", bare)] {
                let ones = vec!["1"; count].join(" ");
                model_file(&hr, ["1", &count.to_string(), &ones], &hops[..count]);
                win_file(&win, mp_grid, lengths);
                assert_eq!(wannier90::read(&hr).unwrap().header().k_grid.n, grid);
                let found = json(&[
                    "fermi",
                    name,
                    "--fermi-level",
                    "-1",
                    "--json",
                    "--backend",
                    "cpu",
                ]);
                holds(&found, "electrons", electrons, 2e-3);
                holds(&found, "dos_at_fermi_level", states, 5e-3);
                let sigma = &found["conductivity_over_tau"]["value"];
                let along = sigma[axes[0]][axes[0]].as_f64().unwrap();
                for a in 0..3 {
                    let s = sigma[a][a].as_f64().unwrap();
                    match axes[..dimension].contains(&a) {
                        true => assert!((s / along - 1.0).abs() < 1e-3 && s > 1e18, "{sigma}"),
                        false => assert_eq!(s, 0.0, "{sigma}"),
                    }
                }
            }
        }
    }
    // The last one is a layer in axes 1 and 2 of (y, z).
    let level = ["--fermi-level", "-1", "--backend", "cpu"];
    for command in [
        &["dos", name, "--backend", "cpu"][..],
        &[
            "transport",
            name,
            "-T",
            "300",
            level[0],
            level[1],
            level[2],
            level[3],
        ],
        &[
            "optimize", name, "-T", "300", level[0], level[1], level[2], level[3],
        ],
        &["info", name],
    ] {
        bzint(command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    }
}

/// Shifts bring hops out of the layer, where there is no k-point to tell them from those within: bands do not disperse across it.
#[test]
fn shifts_across_a_layer_do_not_make_it_disperse() {
    let mut run = Run::new(2, false);
    run.elements.retain(|e| e.0[2] == 0);
    for (_, m, k, _, shifts) in &mut run.elements {
        if m != k {
            let across = if *m < *k { 1 } else { -1 };
            *shifts = shifts
                .iter()
                .flat_map(|t| [*t, [t[0], t[1], across]])
                .collect();
        }
    }
    let folder = folder();
    run.write(folder.path(), "x");
    let win = folder.path().join("x.win");
    let text = std::fs::read_to_string(&win).unwrap();
    std::fs::write(&win, text.replace("3 3 3", "3 3 1")).unwrap();
    let h = wannier90::read(&win).unwrap();
    assert!(h.vectors().iter().all(|r| r[2] == 0));
    let (flat, exact) = (
        h.at([0.17, -0.33, 0.4]),
        run.hamiltonian([0.17, -0.33, 0.0]),
    );
    for (i, x) in flat.into_iter().enumerate() {
        assert!((x - exact[(i / 2, i % 2)]).norm() < 1e-12);
    }
}
