//! Files as users have them: lists of vectors that no run wrote, layers and chains, old and parallel WIEN2k files, files without
//! their companions, spins and units that a format does not state. `tests/support/field` holds the small ones.

mod common;
#[path = "common/wannier.rs"]
mod wannier;

use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment, WannierHamiltonian};
use bzint::io::bxsf::{self, BxsfUnits, WriteOptions};
use bzint::io::{self, OpenOptions, SpinDegeneracy, wannier90};
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV, RYDBERG_EV};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::{Path, PathBuf};
use std::process::Command;
use wannier::Run;

fn field(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support/field")
        .join(name)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn open(path: &Path) -> bzint::Result<BandGrid> {
    open_as(path, &OpenOptions::default())
}

fn open_as(path: &Path, options: &OpenOptions) -> bzint::Result<BandGrid> {
    BandGrid::load(io::open(path, options)?.as_ref())
}

fn error_of<T>(outcome: bzint::Result<T>) -> String {
    outcome.map(|_| ()).unwrap_err().to_string()
}

fn notes(bands: &impl BandSource) -> String {
    bands.header().provenance.notes.join(" ")
}

/// stdout, or stderr where the command fails.
fn bzint(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_bzint"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

fn json(arguments: &[&str]) -> Value {
    let text = bzint(arguments).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// Whether the bar holds `right`, and is no wider than `share` of it.
fn holds(found: &Value, name: &str, right: f64, share: f64) {
    let number = |key: &str| found[name][key].as_f64().unwrap();
    let (value, error) = (number("value"), number("error"));
    assert!(
        (value - right).abs() <= error,
        "{name}: {value} ± {error}, and {right} is right"
    );
    assert!(error <= share * right, "{name}: {value} ± {error}");
}

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
    model_file(&hr, ["1", "2", "1 1"], &hops[..2]);
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

// ---- WIEN2k, CASTEP, VASP

/// A 4×4×4 cubic grid whose 10 irreducible points the files hold.
fn is_whole(bands: &BandGrid) {
    let header = bands.header();
    assert_eq!(header.k_grid.n, [4; 3]);
    assert_eq!(header.point_group.order(), 48);
    let level = header.fermi_level_ev.unwrap();
    let states = bands
        .band(Field::Energy, 0, 0)
        .iter()
        .filter(|e| **e < level);
    assert!((1..32).contains(&states.count()));
}

fn wien2k(folder: &Path, struct_text: &str, parts: &[(&str, String)]) -> PathBuf {
    for entry in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    std::fs::write(folder.join("toy.struct"), struct_text).unwrap();
    std::fs::copy(field("wien2k.scf"), folder.join("toy.scf")).unwrap();
    for (ending, text) in parts {
        std::fs::write(folder.join(format!("toy.{ending}")), text).unwrap();
    }
    folder.join("toy.struct")
}

/// Columns (A4,23X,I3) of line 2, with and without the colon, with words of any kind between, and where they were edited.
#[test]
fn wien2k_counts_its_atoms_in_columns() {
    let folder = folder();
    let old = std::fs::read_to_string(field("wien2k.struct")).unwrap();
    let energy = std::fs::read_to_string(field("wien2k.energy")).unwrap();
    let without = "P   LATTICE,NONEQUIV.ATOMS   1";
    assert!(old.contains(without));
    for line in [
        without,
        "P   LATTICE,NONEQUIV.ATOMS:  1",
        "P                            1",
        "P   LATTICE,NONEQUIV. ATOMS  1",
        "P   LATTICE,NONEQUIV.ATOMS: 1 ",
        "P  LATTICE,NONEQUIV.ATOMS:1",
    ] {
        let text = old.replace(without, line);
        let path = wien2k(folder.path(), &text, &[("energy", energy.clone())]);
        for given in [
            &path,
            &path.with_extension("energy"),
            &folder.path().to_path_buf(),
        ] {
            let bands = open(given).unwrap_or_else(|error| panic!("\"{line}\": {error}"));
            is_whole(&bands);
            let level = bands.header().fermi_level_ev.unwrap();
            assert!((level - 3.081708).abs() < 1e-6, "{level}");
            assert_eq!(bands.header().n_electrons, Some(1.0));
        }
    }
    let none = old.replace(without, "P   LATTICE,NONEQUIV.ATOMS    ");
    let path = wien2k(folder.path(), &none, &[("energy", energy)]);
    let error = error_of(open(&path));
    assert!(
        error.contains("line 2") && error.contains("columns 28 to 30"),
        "{error}"
    );
}

/// Parts of a k-parallel run, beside each other or behind each other, are one list; one that is missing is said.
#[test]
fn wien2k_parts_of_parallel_runs_are_joined() {
    let folder = folder();
    let structure = std::fs::read_to_string(field("wien2k.struct")).unwrap();
    let energy = std::fs::read_to_string(field("wien2k.energy")).unwrap();
    let lines: Vec<&str> = energy.lines().collect();
    let (head, list) = lines.split_at(2);
    let part = |range: std::ops::Range<usize>| {
        // Three lines a k-point: two bands.
        let range = 3 * range.start..3 * range.end;
        [head, &list[range]].concat().join("\n") + "\n"
    };
    let whole = open(&wien2k(
        folder.path(),
        &structure,
        &[("energy", energy.clone())],
    ))
    .unwrap();
    let [a, b, c] = [part(0..4), part(4..7), part(7..10)];
    let same = |parts: &[(&str, String)], given: &str, spin: SpinTreatment| {
        let path = wien2k(folder.path(), &structure, parts);
        let bands = open(&path.with_file_name(given)).unwrap();
        assert_eq!(bands.header().spin, spin);
        for channel in 0..bands.header().n_spin() {
            assert_eq!(
                bands.band(Field::Energy, channel, 0),
                whole.band(Field::Energy, 0, 0),
                "{given}"
            );
        }
    };
    let plain = SpinTreatment::Unpolarized;
    same(&[("energy", a.clone() + &b + &c)], "toy.energy", plain);
    let three = |kind: &str| -> Vec<(String, String)> {
        let parts = [&a, &b, &c].into_iter().cloned().enumerate();
        parts
            .map(|(i, text)| (format!("{kind}_{}", i + 1), text))
            .collect()
    };
    fn named(list: &[(String, String)]) -> Vec<(&str, String)> {
        list.iter()
            .map(|(name, text)| (name.as_str(), text.clone()))
            .collect()
    }
    let parts = three("energy");
    for given in ["toy.struct", "toy.energy_1", "toy.energy_3", ""] {
        same(&named(&parts), given, plain);
    }
    // An empty file of the unparallel kind, as WIEN2k leaves it.
    let mut with_empty = named(&parts);
    with_empty.push(("energy", String::new()));
    same(&with_empty, "toy.struct", plain);
    let polarized: Vec<_> = [three("energyup"), three("energydn")].concat();
    same(
        &named(&polarized),
        "toy.energyup_2",
        SpinTreatment::Collinear,
    );
    same(
        &named(&three("energyso")),
        "toy.struct",
        SpinTreatment::Spinor,
    );
    let gap: Vec<_> = named(&parts)
        .into_iter()
        .filter(|(name, _)| *name != "energy_2")
        .collect();
    let path = wien2k(folder.path(), &structure, &gap);
    let error = error_of(open(&path.with_file_name("toy.energy_3")));
    assert!(error.contains("k-parallel"), "{error}");
    let error = error_of(open(&path));
    assert!(error.contains("toy.energy_1"), "{error}");
}

#[test]
fn castep_says_that_its_cell_is_missing() {
    let folder = folder();
    let bands = folder.path().join("toy.bands");
    std::fs::copy(field("castep.bands"), &bands).unwrap();
    let error = error_of(open(&bands));
    for part in ["no toy.cell", "put the run's toy.cell"] {
        assert!(error.contains(part), "{error}");
    }
    let cell = "%BLOCK lattice_cart\nbohr\n8 0 0\n0 8 0\n0 0 8\n%ENDBLOCK lattice_cart\n\
                %BLOCK positions_frac\nCu 0 0 0\n%ENDBLOCK positions_frac\n";
    std::fs::write(folder.path().join("toy.cell"), cell).unwrap();
    is_whole(&open(&bands).unwrap());
}

/// GW runs list the irreducible points, all, and the irreducible ones again.
#[test]
fn vasp_takes_the_list_that_fits_the_eigenvalues() {
    let folder = folder();
    let path = folder.path().join("vasprun.xml");
    let text = std::fs::read_to_string(field("gw_vasprun.xml")).unwrap();
    let pieces: Vec<&str> = text.split_inclusive("</kpoints>\n").collect();
    assert_eq!(pieces.len(), 4);
    let begin = pieces[1].find("  <kpoints>").unwrap();
    let full = &pieces[1][begin..];
    let last_first = [pieces[0], pieces[2], pieces[1], pieces[3]].concat();
    let without_full = text.replace(full, "");
    for (text, fits) in [
        (text.clone(), true),
        (last_first, true),
        (without_full.clone(), true),
        // Only the full list is left: 64 points, and 8 with eigenvalues.
        (
            text.replace(pieces[2], "")
                .replace(&pieces[0][pieces[0].find("  <kpoints>").unwrap()..], ""),
            false,
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        match (open(&path), fits) {
            (Ok(bands), true) => {
                let header = bands.header();
                assert_eq!((header.k_grid.n, header.point_group.order()), ([4; 3], 48));
                assert_eq!(header.fermi_level_ev, Some(-1.0));
            }
            (Err(error), false) => {
                let error = error.to_string();
                assert!(
                    error.contains("[8] k-points") && error.contains("64 k-points"),
                    "{error}"
                );
            }
            (outcome, _) => panic!("{:?}", outcome.map(|b| b.header().clone())),
        }
    }
}

#[test]
fn vaspout_with_bands_of_kpoints_opt_alone_is_read() {
    let bands = open(&field("opt_vaspout.h5")).unwrap();
    is_whole(&bands);
    assert_eq!(bands.header().fermi_level_ev, Some(-1.0));
    assert!(notes(&bands).contains("KPOINTS_OPT"), "{}", notes(&bands));
}

/// The compression that h5py offers beside gzip, in native files and in those of other codes.
#[test]
fn lzf_is_read() {
    let bands = open(&field("lzf_bands.h5")).unwrap();
    let grid = bands.header().k_grid;
    for (i, e) in bands.band(Field::Energy, 0, 0).iter().enumerate() {
        let u = grid.point([i / 16, i / 4 % 4, i % 4]);
        let right = -2.0 * u.iter().map(|u| (2.0 * PI * u).cos()).sum::<f64>();
        assert!((e - right).abs() < 1e-12, "{u:?}: {e}");
    }
    let (packed, plain) = (
        open(&field("lzf_vaspout.h5")).unwrap(),
        open(&field("opt_vaspout.h5")).unwrap(),
    );
    assert_eq!(
        packed.band(Field::Energy, 0, 0),
        plain.band(Field::Energy, 0, 0)
    );
    // A filter that nobody reads is named, and no damage: lzf's number in the file changed to Zstandard's.
    let folder = folder();
    for (number, name) in [(32015_u16, "Zstandard (HDF5 filter 32015)"), (4711, "4711")] {
        for file in ["lzf_bands.h5", "lzf_vaspout.h5"] {
            let mut bytes = std::fs::read(field(file)).unwrap();
            let places: Vec<usize> = (8..bytes.len() - 16)
                .filter(|&i| {
                    bytes[i..].starts_with(&32000_u16.to_le_bytes())
                        && bytes[i + 8..].starts_with(b"lzf\0")
                })
                .collect();
            assert!(!places.is_empty());
            for i in places {
                bytes[i..i + 2].copy_from_slice(&number.to_le_bytes());
            }
            let path = folder.path().join(file);
            std::fs::write(&path, bytes).unwrap();
            let error = error_of(open(&path));
            assert!(
                error.contains(name) && error.contains("h5repack"),
                "{error}"
            );
            assert!(!error.contains("damaged"), "{error}");
        }
    }
}

// ---- Spin that a file does not tell

/// README of `bxsf-one-file-per-spin`: N(E_F) 0.2854 /eV and half an electron in the up bands alone.
#[test]
fn one_channel_has_one_electron_per_state() {
    let units = ["--bxsf-units", "hartree,1/bohr,2pi"];
    let up = field("toy_up.bxsf");
    let fermi = |more: &[&str]| {
        let mut arguments = vec!["fermi", up.to_str().unwrap(), units[0], units[1], "--json"];
        arguments.extend(["--backend", "cpu"]);
        arguments.extend(more);
        json(&arguments)
    };
    let one = fermi(&["--spin-degeneracy", "1"]);
    holds(&one, "electrons", 0.5, 0.2);
    let (one, two) = (one, fermi(&[]));
    for name in ["electrons", "dos_at_fermi_level"] {
        let value = |found: &Value| found[name]["value"].as_f64().unwrap();
        assert!((value(&two) / value(&one) - 2.0).abs() < 1e-12, "{name}");
    }
    let fine = fermi(&["--spin-degeneracy", "1", "--interpolate", "48"]);
    holds(&fine, "dos_at_fermi_level", 0.2854, 0.1);
    let options = |spin_degeneracy| OpenOptions {
        bxsf_units: Some(BxsfUnits::ELK),
        spin_degeneracy,
    };
    for (said, g, words) in [
        (None, 2.0, "two electrons per state are assumed"),
        (
            Some(SpinDegeneracy::One),
            1.0,
            "one electron per state, as the user says",
        ),
        (
            Some(SpinDegeneracy::Two),
            2.0,
            "two electrons per state, as the user says",
        ),
    ] {
        let bands = open_as(&up, &options(said)).unwrap();
        assert_eq!(bands.header().spin.degeneracy(), g);
        assert!(notes(&bands).contains(words), "{}", notes(&bands));
    }
}

/// Where a file does not tell, the user's word holds; where it does, another word is refused.
#[test]
fn the_users_electrons_per_state_are_taken_where_the_file_has_none() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let one = OpenOptions {
        bxsf_units: None,
        spin_degeneracy: Some(SpinDegeneracy::One),
    };
    // Wannier: a .win that names no spin, and none at all.
    Run::new(2, true).write(folder.path(), "x");
    let win = std::fs::read_to_string(at("x.win")).unwrap();
    for text in [Some(win.clone()), None, Some(format!("spinors = T\n{win}"))] {
        match &text {
            Some(text) => std::fs::write(at("x.win"), text).unwrap(),
            None => std::fs::remove_file(at("x.win")).unwrap(),
        }
        let bands = io::open(&at("x_tb.dat"), &one).unwrap();
        assert_eq!(bands.header().spin.degeneracy(), 1.0, "{text:?}");
        let name = at("x_tb.dat");
        let arguments = [
            "fermi",
            name.to_str().unwrap(),
            "--fermi-level",
            "1",
            "--json",
        ];
        let electrons = |degeneracy: &[&str]| {
            let found = json(&[&arguments[..], degeneracy].concat());
            found["electrons"]["value"].as_f64().unwrap()
        };
        let ratio = electrons(&[]) / electrons(&["--spin-degeneracy", "1"]);
        let told = text.is_some_and(|text| text.contains("spinors"));
        assert!(
            (ratio - if told { 1.0 } else { 2.0 }).abs() < 1e-9,
            "{ratio}"
        );
    }
    // CASTEP's single component, FRMSF.
    std::fs::copy(field("castep.bands"), at("toy.bands")).unwrap();
    let cell = "%BLOCK lattice_cart\nbohr\n8 0 0\n0 8 0\n0 0 8\n%ENDBLOCK lattice_cart\n\
                %BLOCK positions_frac\nCu 0 0 0\n%ENDBLOCK positions_frac\n";
    std::fs::write(at("toy.cell"), cell).unwrap();
    let castep = open_as(&at("toy.bands"), &one).unwrap();
    assert_eq!(castep.header().spin, SpinTreatment::Spinor);
    io::frmsf::write(&at("toy.frmsf"), &castep, &WriteOptions::default()).unwrap();
    let frmsf = OpenOptions {
        bxsf_units: Some(BxsfUnits::WANNIER90),
        ..one
    };
    assert_eq!(
        open_as(&at("toy.frmsf"), &frmsf).unwrap().header().spin,
        SpinTreatment::Spinor
    );
    // Files that tell: VASP's, a native one, and bzint's own BXSF.
    io::bxsf::write(
        &at("own.bxsf"),
        &open(&field("opt_vaspout.h5")).unwrap(),
        &WriteOptions::default(),
    )
    .unwrap();
    for file in [
        field("opt_vaspout.h5"),
        field("lzf_bands.h5"),
        at("own.bxsf"),
    ] {
        let error = error_of(io::open(&file, &one));
        assert!(
            error.contains("--spin-degeneracy") && error.contains("unpolarized"),
            "{error}"
        );
        let two = OpenOptions {
            spin_degeneracy: Some(SpinDegeneracy::Two),
            ..one
        };
        assert!(io::open(&file, &two).is_ok());
    }
}

// ---- Units

/// ABINIT's printbxsf: hartree, gprimd in Å⁻¹ without 2π; two channels alternate. A cubic cell of 5 bohr.
#[test]
fn abinit_files_are_known_with_their_units_and_channels() {
    let n = 4;
    let energy = |i: usize, spin: usize| {
        let u = [i / 25 % 5, i / 5 % 5, i % 5].map(|j| (j % n) as f64 / n as f64);
        0.1 * u.iter().map(|u| -(2.0 * PI * u).cos()).sum::<f64>() + 0.05 * spin as f64
    };
    let text = |channels: usize| {
        let mut text = "  BEGIN_INFO\n    #\n    # this is a Band-XCRYSDEN-Structure-File for Visualization of Fermi Surface\n    # \
                        generated by the ABINIT package\n    #\n"
            .to_string();
        if channels == 2 {
            text += "    # NOTE: the first band is relative to spin-up electrons,\n    # the second band to spin-down and so on .. \n";
        }
        let b = 0.2 / BOHR_ANGSTROM;
        text += &format!(
            "   Fermi Energy:   1.00000000E-01\n  END_INFO\n  \n  BEGIN_BLOCK_BANDGRID_3D\n  band_energies\n  BEGIN_BANDGRID_3D\n   \
             {channels}\n  5 5 5\n  0.0 0.0 0.0\n  {b} 0.0 0.0\n  0.0 {b} 0.0\n  0.0 0.0 {b}\n"
        );
        for spin in 0..channels {
            text += &format!("  BAND:           {}\n", spin + 3);
            for i in 0..125 {
                text += &format!(
                    " {:.8E}{}",
                    energy(i, spin),
                    if i % 7 == 6 { "\n" } else { "" }
                );
            }
            text += "\n";
        }
        text + "   END_BANDGRID_3D\n  END_BLOCK_BANDGRID_3D\n"
    };
    let folder = folder();
    let path = folder.path().join("o_BXSF");
    for (channels, units) in [(1, None), (1, Some("abinit")), (2, None)] {
        std::fs::write(&path, text(channels)).unwrap();
        let options = OpenOptions {
            bxsf_units: units.map(|u: &str| u.parse().unwrap()),
            spin_degeneracy: None,
        };
        let bands = open_as(&path, &options).unwrap();
        let header = bands.header();
        let a = header.lattice.rows()[0][0];
        assert!((a / (5.0 * BOHR_ANGSTROM) - 1.0).abs() < 1e-9, "{a} Å");
        assert!((header.fermi_level_ev.unwrap() - 0.1 * HARTREE_EV).abs() < 1e-9);
        assert_eq!(
            (header.n_spin(), header.n_band, header.first_band),
            (channels, 1, 3)
        );
        for spin in 0..channels {
            let off = bands.band(Field::Energy, spin, 0)[0] / HARTREE_EV - energy(0, spin);
            assert!(off.abs() < 1e-8, "spin {spin}: {off}");
        }
    }
    let odd = text(2).replace("   2\n  5 5 5", "   1\n  5 5 5");
    let error = error_of(bxsf::parse(&path, &odd, None));
    assert!(
        error.contains("alternate") || error.contains("announced"),
        "{error}"
    );
}

/// One set of bands in every convention: what is written in one is read back in it, and nothing but the numbers differs.
#[test]
fn every_convention_is_written_as_it_is_read() {
    let folder = folder();
    let bands = open(&field("opt_vaspout.h5")).unwrap();
    let b = bands.header().lattice.reciprocal()[0][0];
    // The energy unit in eV, and what b₁ is in the file.
    let cases = [
        ("wannier90", 1.0, b),
        ("skeaf", RYDBERG_EV, b * BOHR_ANGSTROM / (2.0 * PI)),
        ("wien2k", RYDBERG_EV, b * BOHR_ANGSTROM / (2.0 * PI)),
        ("abinit", HARTREE_EV, b / (2.0 * PI)),
        ("elk", HARTREE_EV, b * BOHR_ANGSTROM),
        ("qe:8", 1.0, b * 8.0 * BOHR_ANGSTROM / (2.0 * PI)),
    ];
    for (name, energy, vector) in cases {
        let units: BxsfUnits = name.parse().unwrap();
        let options = WriteOptions {
            units,
            ..WriteOptions::default()
        };
        let path = folder.path().join("x.bxsf");
        bxsf::write(&path, &bands, &options).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let words: Vec<&str> = text
            .split("BEGIN_BANDGRID_3D_BANDS")
            .nth(1)
            .unwrap()
            .split_whitespace()
            .collect();
        let number = |i: usize| words[i].parse::<f64>().unwrap();
        assert!(
            (number(7) / vector - 1.0).abs() < 1e-12,
            "{name}: b₁ {}",
            words[7]
        );
        let first = bands.band(Field::Energy, 0, 0)[0] / energy;
        assert!(
            (number(18) / first - 1.0).abs() < 1e-12,
            "{name}: E {}",
            words[18]
        );
        // The comments tell, and so does the user where they are gone.
        let bare: String = text
            .lines()
            .filter(|l| !l.contains('#'))
            .map(|l| format!("{l}\n"))
            .collect();
        let told = bxsf::read(&path, None).unwrap();
        let said = bxsf::parse(&path, &bare, Some(units)).unwrap();
        let frmsf = folder.path().join("x.frmsf");
        io::frmsf::write(&frmsf, &bands, &options).unwrap();
        let frmsf = io::frmsf::read(&frmsf, Some(units)).unwrap();
        for (again, level) in [(told, 0.0), (said, 0.0), (frmsf, -1.0)] {
            for band in 0..2 {
                let pairs = again.band(Field::Energy, 0, band).iter().zip(bands.band(
                    Field::Energy,
                    0,
                    band,
                ));
                for (x, y) in pairs {
                    assert!((x + level - y).abs() < 1e-12, "{name}: {x} {y}");
                }
            }
            let a = again.header().lattice.rows()[0][0];
            assert!(
                (a / bands.header().lattice.rows()[0][0] - 1.0).abs() < 1e-9,
                "{name}: {a}"
            );
            assert_eq!(
                again.header().fermi_level_ev.unwrap() + level,
                -1.0,
                "{name}"
            );
        }
    }
}

/// What SKEAF reads: Ry, bohr⁻¹ without 2π, one band from Γ on, the repeats exact, a zero before the point, at most 100 characters.
#[test]
fn a_file_for_skeaf_is_as_skeaf_reads_it() {
    let folder = folder();
    let input = field("opt_vaspout.h5");
    let out = folder.path().join("x.bxsf");
    let (input, out) = (input.to_str().unwrap(), out.to_str().unwrap());
    let convert = |more: &[&str]| bzint(&[&["convert", input, "-o", out], more].concat());
    // The level crosses band 1 alone: it need not be named.
    for more in [
        &["--bxsf-units", "skeaf"][..],
        &["--bxsf-units", "skeaf", "--band", "1"],
        &["--output-units", "skeaf", "--band", "1"],
        &["--bxsf-units", "WIEN2k", "--band", "1"],
    ] {
        convert(more).unwrap();
        let text = std::fs::read_to_string(out).unwrap();
        assert!(text.lines().all(|line| line.len() <= 100), "{more:?}");
        let body = text.split("BEGIN_BANDGRID_3D_BANDS").nth(1).unwrap();
        let words: Vec<&str> = body.split_whitespace().collect();
        assert_eq!(&words[..7], ["1", "5", "5", "5", "0.0", "0.0", "0.0"]);
        assert_eq!(&words[16..18], ["BAND:", "1"]);
        assert!(
            words
                .iter()
                .all(|w| !w.starts_with('.') && !w.starts_with("-."))
        );
        let energies = &words[18..18 + 125];
        for i in 0..125 {
            let image = [i / 25 % 4, i / 5 % 5 % 4, i % 5 % 4];
            assert_eq!(
                energies[i],
                energies[(image[0] * 5 + image[1]) * 5 + image[2]]
            );
        }
        let level: f64 = text
            .split("Fermi Energy:")
            .nth(1)
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!((level + 1.0 / RYDBERG_EV).abs() < 1e-12);
        // Third axis fastest: b₃ before b₁ (along ⟨100⟩ they are equal, so against the bands themselves).
        let bands = open(Path::new(input)).unwrap();
        for (i, e) in bands.band(Field::Energy, 0, 0).iter().enumerate() {
            let at = (i / 16 * 5 + i / 4 % 4) * 5 + i % 4;
            let written: f64 = energies[at].parse().unwrap();
            assert!((written * RYDBERG_EV - e).abs() < 1e-12);
        }
    }
    // All bands in units of a code that reads them all; refusals.
    convert(&["--bxsf-units", "wien2k"]).unwrap();
    assert_eq!(
        std::fs::read_to_string(out)
            .unwrap()
            .matches("BAND:")
            .count(),
        2
    );
    std::fs::remove_file(out).unwrap();
    for (more, part) in [
        (&["--band", "7"][..], "1 to 2"),
        (
            &["--bxsf-units", "skeaf", "--fermi-level", "50"],
            "no band crosses",
        ),
        (&["--bxsf-units", "vasp"], "skeaf"),
    ] {
        let error = convert(more).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let h5 = folder.path().join("x.h5");
    let h5 = h5.to_str().unwrap();
    for option in [
        ["--bxsf-units", "skeaf"],
        ["--output-units", "skeaf"],
        ["--band", "1"],
    ] {
        let error = bzint(&[&["convert", input, "-o", h5], &option[..]].concat()).unwrap_err();
        assert!(error.contains(option[0]), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let error = bzint(&["fermi", input, "--bxsf-units", "skeaf"]).unwrap_err();
    assert!(error.contains("no BXSF or FRMSF"), "{error}");
    // Of a BXSF file the units are the input's; those of the output have their own option.
    let up = field("toy_up.bxsf");
    let from = [
        "convert",
        up.to_str().unwrap(),
        "-o",
        out,
        "--bxsf-units",
        "elk",
    ];
    bzint(&from).unwrap();
    let plain = std::fs::read_to_string(out).unwrap();
    bzint(&[&from[..], &["--output-units", "skeaf"]].concat()).unwrap();
    let skeaf = std::fs::read_to_string(out).unwrap();
    assert!(plain.contains("eV,1/angstrom,2pi") && skeaf.contains("Ry,1/bohr,no2pi"));
}
