//! How tensors become one number, and which bands are an insulator's: layers and chains with vacuum wherever it lies, one mean in
//! tables, JSON, HDF5, CSV, figures and pages; band edges between the grid points; damaged results. As a user meets them.

use crate::common::binary::{Finished, bzint_in};
use bzint::bands::{BandGrid, BandHeader, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::results::ResultFile;
use bzint::report::figure::{Selection, compose};
use serde_json::Value;
use std::f64::consts::TAU;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn bzint(words: &str) -> Finished {
    bzint_in(files(), words)
}

/// What a command says on stdout and on stderr.
fn said(words: &str) -> (String, String) {
    let output = bzint(words);
    let errors = output.said();
    (output.text(), errors)
}

fn json(words: &str) -> Value {
    serde_json::from_str(&said(&format!("{words} --json")).0).unwrap()
}

fn refused(words: &str) -> String {
    let output = bzint(words);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "bzint {words} was taken");
    assert!(
        !text.contains("internal") && !text.contains("panicked"),
        "{text}"
    );
    text
}

const LAYER: &str = "-T 300 --doping n1e19 --tau 1e-14 --interpolate none --backend cpu";
const CHAIN: &str = "-T 300 --doping n1e18 --tau 1e-14 --interpolate none --backend cpu";

fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = FILES.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let d = directory.path();
        // A square lattice of 4 Å with 10 Å of cell, its vacuum along each axis and along none.
        let turn = crate::common::general_rotation();
        for (name, vacuum, turned) in [
            ("along_c", 2, false),
            ("along_b", 1, false),
            ("along_a", 0, false),
            ("turned", 2, true),
        ] {
            let mut rows = [[0.0; 3]; 3];
            let mut n = [48; 3];
            let mut hopping = [1.0; 3];
            for (i, row) in rows.iter_mut().enumerate() {
                row[i] = if i == vacuum { 10.0 } else { 4.0 };
            }
            (n[vacuum], hopping[vacuum]) = (1, 0.0);
            if turned {
                rows =
                    rows.map(|r| std::array::from_fn(|i| (0..3).map(|j| turn[i][j] * r[j]).sum()));
            }
            cosine(d, name, rows, n, hopping);
        }
        let cube = |a: f64, c: f64| [[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, c]];
        // Grid points along c and nothing that moves there; hardly anything; a chain.
        cosine(d, "flat", cube(4.0, 10.0), [48, 48, 3], [1.0, 1.0, 0.0]);
        cosine(d, "hardly", cube(4.0, 10.0), [48, 48, 6], [1.0, 1.0, 1e-4]);
        cosine(d, "bulk", cube(4.0, 4.0), [24; 3], [1.0; 3]);
        cosine(d, "chain", cube(4.0, 10.0), [240, 1, 1], [1.0, 0.0, 0.0]);
        wannier_layer(d);
        for (name, spin, electrons) in [
            ("counted", SpinTreatment::Unpolarized, Some(2.0)),
            ("level", SpinTreatment::Unpolarized, None),
            ("spinor", SpinTreatment::Spinor, None),
            ("collinear", SpinTreatment::Collinear, None),
        ] {
            edge_between_points(d, name, spin, electrons);
        }
        wannier_edge(d);
        semimetal(d);
        let still: Band = &|_| 0.0;
        write(
            d,
            "still",
            CUBE,
            [4; 3],
            SpinTreatment::Unpolarized,
            &[still],
            |h| {
                h.fermi_level_ev = Some(0.0);
            },
        );
        without_a_temperature(d);
        directory
    });
    made.path()
}

/// Two bands E = ±(½ + 2 Σ t_i (1 − cos 2πu_i)) in eV, one full: the gap is 1 eV.
fn cosine(d: &Path, name: &str, rows: [[f64; 3]; 3], n: [usize; 3], t: [f64; 3]) {
    let upper = |u: [f64; 3]| {
        let sum: f64 = (0..3).map(|i| t[i] * (1.0 - (TAU * u[i]).cos())).sum();
        0.5 + 2.0 * sum
    };
    let lower = |u: [f64; 3]| -upper(u);
    write(
        d,
        name,
        rows,
        n,
        SpinTreatment::Unpolarized,
        &[&lower, &upper],
        |h| {
            h.fermi_level_ev = Some(0.0);
            h.n_electrons = Some(2.0);
        },
    );
}

type Band<'a> = &'a dyn Fn([f64; 3]) -> f64;

fn write(
    d: &Path,
    name: &str,
    rows: [[f64; 3]; 3],
    n: [usize; 3],
    spin: SpinTreatment,
    bands: &[Band],
    more: impl Fn(&mut BandHeader),
) {
    let grid = KGrid::gamma(n).unwrap();
    let lattice = Lattice::new(rows).unwrap();
    let mut header = BandHeader::new(lattice, grid, spin, bands.len());
    more(&mut header);
    let plane = n[1] * n[2];
    let mut energies = Vec::new();
    for _ in 0..header.n_spin() {
        for band in bands {
            energies.extend((0..grid.len()).map(|x| {
                let at = [x / plane, x / n[2] % n[1], x % n[2]];
                band(std::array::from_fn(|i| at[i] as f64 / n[i] as f64))
            }));
        }
    }
    let bands = BandGrid::new(header, energies).unwrap();
    bzint::io::hdf5::write(&d.join(format!("{name}.h5")), &bands, "a test").unwrap();
}

/// The layer as a Wannier Hamiltonian: `wannier/toy.win` and `toy_hr.dat`.
fn wannier_layer(d: &Path) {
    let head = "mp_grid = 5 5 1\nfermi_energy = 0.0";
    let of = |r: [i32; 3], band: usize| {
        let length: i32 = r.iter().map(|x| x * x).sum();
        let h = [4.5, -1.0].get(length as usize).copied().unwrap_or(0.0);
        if band == 0 { -h } else { h }
    };
    hamiltonian(d, "wannier", head, [2, 2, 0], 10.0, of, 2);
}

/// Writes `DIR/toy.win` and `DIR/toy_hr.dat` of orbitals that do not mix, on |R_i| up to `reach`.
fn hamiltonian(
    d: &Path,
    name: &str,
    head: &str,
    reach: [i32; 3],
    c: f64,
    of: impl Fn([i32; 3], usize) -> f64,
    orbitals: usize,
) {
    let directory = d.join(name);
    std::fs::create_dir(&directory).unwrap();
    let win = format!(
        "num_wann = {orbitals}\n{head}\nbegin unit_cell_cart\nAng\n 4.0 0.0 0.0\n 0.0 4.0 0.0\n 0.0 0.0 {c}\nend unit_cell_cart\n\
         begin atoms_frac\nCu 0.0 0.0 0.0\nend atoms_frac\n"
    );
    std::fs::write(directory.join("toy.win"), win).unwrap();
    let side = |i: usize| -reach[i]..=reach[i];
    let all: Vec<[i32; 3]> = side(0)
        .flat_map(|a| side(1).flat_map(move |b| side(2).map(move |c| [a, b, c])))
        .collect();
    let mut hr = format!("toy\n{orbitals:12}\n{:12}\n", all.len());
    for line in vec!["    1"; all.len()].chunks(15) {
        let _ = writeln!(hr, "{}", line.concat());
    }
    for r in all {
        for n in 0..orbitals {
            for m in 0..orbitals {
                let h = if m == n { of(r, m) } else { 0.0 };
                let _ = writeln!(
                    hr,
                    "{:5}{:5}{:5}{:5}{:5}{h:12.6}{:12.6}",
                    r[0],
                    r[1],
                    r[2],
                    m + 1,
                    n + 1,
                    0.0
                );
            }
        }
    }
    std::fs::write(directory.join("toy_hr.dat"), hr).unwrap();
}

/// The number of a line of a table, and half of its last digit.
fn line(table: &str, name: &str) -> (f64, f64) {
    let found = table
        .lines()
        .find_map(|l| l.trim().strip_prefix(name)?.strip_prefix(' '));
    number_in(
        found
            .unwrap_or_else(|| panic!("no {name} in\n{table}"))
            .trim(),
    )
}

/// "(1.739 ± 0.021)e21 S/m", "-213.2 ± 0.1 uV/K".
fn number_in(text: &str) -> (f64, f64) {
    let (text, unit) = match text.strip_prefix('(') {
        None => (text, 1.0),
        Some(rest) => {
            let (number, power) = rest.split_once(")e").unwrap();
            let power: i32 = power.split_whitespace().next().unwrap().parse().unwrap();
            (number, 10f64.powi(power))
        }
    };
    let number = text.split_whitespace().next().unwrap();
    let decimals = number.split_once('.').map_or(0, |(_, d)| d.len() as i32);
    (
        number.parse::<f64>().unwrap() * unit,
        0.5001 * 10f64.powi(-decimals) * unit,
    )
}

/// Printed digits of a number.
#[track_caller]
fn printed((number, half): (f64, f64), exact: f64, what: &str) {
    assert!(
        (number - exact).abs() <= half,
        "{what}: {number:e} ± {half:e}, expected {exact:e}"
    );
}

fn value(row: &Value, name: &str, i: usize, j: usize) -> f64 {
    row[name]["value"][i][j]
        .as_f64()
        .unwrap_or_else(|| panic!("{name} {}", row[name]))
}

#[track_caller]
fn close(a: f64, b: f64, within: f64, what: &str) {
    assert!(
        (a / b - 1.0).abs() < within,
        "{what}: {a:e}, expected {b:e}"
    );
}

/// The mean of an isotropic layer is its S_xx, and R_H that of the field along its normal, wherever the vacuum lies; −1/(ne) for a
/// band that is nearly parabolic. A note says that the table looks like a layer's.
#[test]
fn a_layer_is_averaged_over_its_plane_wherever_its_vacuum_lies() {
    let hall = -1.0 / (1e19 * 1e6 * 1.602_176_634e-19);
    for density in ["--interpolate none", "--tolerance 1e-3"] {
        let words = format!("-T 300 --doping n1e19 --tau 1e-14 {density} --backend cpu");
        let along = json(&format!("transport along_c.h5 {words}"));
        let row = &along["rows"][0];
        let seebeck = value(row, "seebeck", 0, 0) * 1e6;
        assert!(row["seebeck"]["value"][2][2].is_null() && row["seebeck"]["error"][0][2].is_null());
        assert_eq!(row["conductivity"]["value"][2][2], 0.0);
        let sigma = value(row, "conductivity", 0, 0);
        for name in ["along_c", "along_b", "along_a", "turned", "flat"] {
            let (table, note) = said(&format!("transport {name}.h5 {words}"));
            for (quantity, exact) in [("seebeck", seebeck), ("conductivity", sigma)] {
                let (number, half) = line(&table, quantity);
                printed((number, half + 2e-3 * exact.abs()), exact, name);
            }
            assert!(note.contains("`--dimension 2`"), "{name}: {note}");
            assert!(table.contains("half of their trace"), "{table}");
            let out = json(&format!("transport {name}.h5 {words}"));
            assert_eq!(out["conducting_directions"], 2, "{name}");
            let row = &out["rows"][0];
            let of = |name: &str, which: &str| row[name][which].as_f64().unwrap();
            let r_h = of("hall_coefficient", "value");
            printed(line(&table, "hall_coefficient"), r_h, name);
            // 48 points an axis leave R_H open; refined it is −1/(ne) to 1e-5.
            if density.contains("tolerance") {
                close(r_h, hall, 2e-3, name);
                let product = (r_h * sigma).abs();
                close(of("hall_mobility", "value"), product, 0.01, "hall_mobility");
            }
        }
    }
    // Nothing of the kind of a crystal.
    let words = "-T 300 --doping n1e20 --tau 1e-14 --interpolate none --backend cpu";
    let (table, note) = said(&format!("transport bulk.h5 {words}"));
    assert!(!note.contains("--dimension"), "{note}");
    assert!(table.contains("a third of their trace"), "{table}");
}

/// What hardly conducts along an axis conducts there all the same: the mean is over three, and a note says so.
#[test]
fn a_layered_crystal_is_averaged_over_three_directions() {
    let (table, note) = said(&format!("transport hardly.h5 {LAYER}"));
    let out = json(&format!("transport hardly.h5 {LAYER}"));
    let row = &out["rows"][0];
    let mean = |name: &str| (0..3).map(|i| value(row, name, i, i)).sum::<f64>() / 3.0;
    printed(
        line(&table, "conductivity"),
        mean("conductivity"),
        "conductivity",
    );
    printed(line(&table, "seebeck"), mean("seebeck") * 1e6, "seebeck");
    assert_eq!(out["conducting_directions"], 3);
    assert!(note.contains("(0.00, 0.00, 1.00)"), "{note}");
}

/// A Wannier Hamiltonian of a layer, and one grid point along an axis of a crystal, are layers as well.
#[test]
fn wannier_layers_and_single_k_points_are_averaged_alike() {
    let layer = json(&format!("transport along_c.h5 {LAYER}"));
    let s = value(&layer["rows"][0], "seebeck", 0, 0) * 1e6;
    // By refinement, and on a grid.
    let refined =
        json("transport wannier --dimension 2 -T 300 --doping n1e12 --tau 1e-14 --backend cpu");
    let gridded =
        json("transport along_c.h5 --dimension 2 -T 300 --doping n1e12 --tau 1e-14 --backend cpu");
    let [a, b] = [&refined, &gridded].map(|r| value(&r["rows"][0], "seebeck", 0, 0));
    close(a, b, 2e-3, "refined");
    let words = "-T 300 --doping n1e19 --tau 1e-14 --interpolate 48,48,1 --backend cpu";
    let (table, note) = said(&format!("transport wannier {words}"));
    close(line(&table, "seebeck").0, s, 2e-3, "wannier");
    assert!(note.contains("conduct in two directions"), "{note}");
    // A crystal's dispersion is not thrown away.
    let words = "transport bulk.h5 --interpolate 48,48,1 -T 300 --doping n1e19 --backend cpu";
    let output = bzint(words);
    let error = String::from_utf8_lossy(&output.stderr).to_string();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("along axis 3 the bands disperse"), "{error}");
}

/// A chain has the Seebeck coefficient of its direction and no Hall effect.
#[test]
fn a_chain_is_averaged_over_its_one_direction() {
    let (table, note) = said(&format!("transport chain.h5 {CHAIN}"));
    let out = json(&format!("transport chain.h5 {CHAIN}"));
    let row = &out["rows"][0];
    printed(
        line(&table, "seebeck"),
        value(row, "seebeck", 0, 0) * 1e6,
        "seebeck",
    );
    printed(
        line(&table, "conductivity"),
        value(row, "conductivity", 0, 0),
        "sigma",
    );
    assert!(note.contains("`--dimension 1`"), "{note}");
    assert!(
        row["hall_coefficient"]["value"].is_null(),
        "{}",
        row["hall_coefficient"]
    );
    let hall = table
        .lines()
        .find(|l| l.contains("hall_coefficient"))
        .unwrap();
    assert!(
        hall.contains("not defined") && !table.contains("NaN"),
        "{table}"
    );
    let best = json("optimize chain.h5 -T 300 --carriers n --interpolate none --backend cpu");
    let row = &best["rows"][0];
    let largest = row["largest_power_factor_over_tau"]["value"]
        .as_f64()
        .unwrap();
    close(
        largest,
        value(row, "power_factor_over_tau", 0, 0),
        1e-3,
        "largest",
    );
    let error = refused("optimize chain.h5 --component zz --interpolate none --backend cpu");
    assert!(error.contains("nothing conducts along z"), "{error}");
}

/// Table, JSON, HDF5, CSV, the figure's points and the page say the same, with and without `--dimension`.
#[test]
fn all_outputs_take_the_same_mean() {
    for (file, words, option, directions) in [
        ("along_b.h5", "-T 300,400 --doping n1e19,n3e19", "", 2),
        (
            "along_b.h5",
            "-T 300,400 --doping n1e12,n3e12",
            "--dimension 2",
            2,
        ),
        (
            "along_b.h5",
            "-T 300,400 --doping n1e12,n3e12",
            "--dimension 2 --thickness 5",
            2,
        ),
        ("chain.h5", "-T 300,400 --doping n1e18,n3e18", "", 1),
        (
            "chain.h5",
            "-T 300,400 --doping n1e6,n3e6",
            "--dimension 1",
            1,
        ),
    ] {
        let out = tempfile::tempdir().unwrap();
        let at = |ending: &str| out.path().join(format!("r.{ending}"));
        let words = format!(
            "transport {file} {words} {option} --tau 1e-14 --interpolate none --backend cpu -o {} --csv {}",
            at("h5").display(),
            at("csv").display()
        );
        let (table, _) = said(&words);
        let first = table.split("T = 300 K").nth(1).unwrap();
        let whole = json(&words);
        std::fs::write(at("json"), whole.to_string()).unwrap();
        let csv = std::fs::read_to_string(at("csv")).unwrap();
        let mut csv = csv.lines().map(|l| l.split(',').collect::<Vec<_>>());
        let (heads, cells) = (csv.next().unwrap(), csv.next().unwrap());
        let page = page(&at("h5"));
        for name in ["conductivity", "seebeck", "power_factor"] {
            let row = &whole["rows"][0];
            let there = |p: &&str| row[format!("{p}{name}").as_str()].is_object();
            let prefixes = ["", "sheet_", "line_"];
            let name = format!("{}{name}", prefixes.into_iter().find(there).unwrap());
            let scale = if name == "seebeck" { 1e6 } else { 1.0 };
            let diagonal = (0..3).filter_map(|i| row[&name]["value"][i][i].as_f64());
            let mean = diagonal.sum::<f64>() / f64::from(directions);
            printed(
                line(first, &name),
                mean * scale,
                &format!("{option} table {name}"),
            );
            let by_csv: f64 = ["xx", "yy", "zz"]
                .iter()
                .map(|c| {
                    heads
                        .iter()
                        .position(|h| h.starts_with(&format!("{name}_{c} ")))
                        .unwrap()
                })
                .map(|i| cells[i].parse::<f64>().unwrap())
                .filter(|x| !x.is_nan())
                .sum();
            close(by_csv / f64::from(directions), mean, 1e-12, "csv");
            for ending in ["h5", "json"] {
                let results = ResultFile::open(&at(ending)).unwrap();
                let selection = Selection {
                    quantities: vec![name.clone()],
                    log_y: Some(false),
                    ..Selection::default()
                };
                let figure = compose(&results, &selection, (460.0, 360.0))
                    .unwrap()
                    .unwrap();
                let point = figure.panels[0].curves[0].points[0];
                let drawn =
                    bzint::report::figure::notation(&name, &results.get(&name).unwrap().unit);
                close(
                    point.y / drawn.factor,
                    mean,
                    1e-12,
                    &format!("{option} {ending} {name}"),
                );
                printed(
                    page_cell(&page, &drawn.symbol),
                    mean * drawn.factor,
                    &format!("page {name}"),
                );
            }
        }
        assert!(!page.contains("NaN") && !page.contains("null"), "{page}");
        let svg = out.path().join("f.svg");
        said(&format!("plot {} -o {}", at("h5").display(), svg.display()));
        let svg = std::fs::read_to_string(svg).unwrap();
        let text: String = roxmltree::Document::parse(&svg)
            .unwrap()
            .descendants()
            .filter_map(|n| n.text().map(str::to_owned))
            .collect();
        let wrong = match option {
            "" => "cm−2",
            _ => "cm−3",
        };
        assert!(!text.contains(wrong), "{option}: {text}");
    }
}

fn page(results: &Path) -> String {
    let out = results.with_extension("html");
    said(&format!(
        "report {} -o {}",
        results.display(),
        out.display()
    ));
    std::fs::read_to_string(out).unwrap()
}

/// The number in the first row of the column that a symbol heads.
fn page_cell(page: &str, symbol: &str) -> (f64, f64) {
    let plain = |html: &str| {
        let mut text = String::new();
        let mut inside = true;
        for c in html.chars() {
            match c {
                '<' => inside = false,
                '>' => inside = true,
                c if inside => text.push(c),
                _ => {}
            }
        }
        text
    };
    let wanted: String = symbol.chars().filter(|c| !"_{}^".contains(*c)).collect();
    let heads = page
        .split("<thead>")
        .nth(1)
        .unwrap()
        .split("</thead>")
        .next()
        .unwrap();
    let heads: Vec<String> = heads.split("<th>").skip(1).map(plain).collect();
    let column = heads
        .iter()
        .position(|h| h.split(" (").next() == Some(&wanted));
    let column = column.unwrap_or_else(|| panic!("no {wanted} among {heads:?}"));
    let row = page
        .split("<tbody>")
        .nth(1)
        .unwrap()
        .split("</tr>")
        .next()
        .unwrap();
    let cells: Vec<String> = row.split("<td>").skip(1).map(plain).collect();
    let text = cells[column].replace('−', "-").replace("·10", "e");
    number_in(text.trim())
}

/// Nothing conducts far from every band: no Seebeck coefficient there, and no bar of one, in any output.
#[test]
fn what_is_not_defined_is_absent_from_tables_figures_and_pages() {
    let d = tempfile::tempdir().unwrap();
    let at = |name: &str| d.path().join(name).display().to_string();
    let words = format!(
        "transport still.h5 --mu-absolute 0,0.1 --interpolate none --backend cpu -o {}",
        at("r.h5")
    );
    let (table, _) = said(&words);
    assert!(
        table.contains("not defined") && !table.contains("NaN"),
        "{table}"
    );
    let out = json(&words);
    assert!(out["rows"][0]["seebeck"]["value"][0][0].is_null());
    let error = refused(&format!(
        "plot {} --quantity S -o {}",
        at("r.h5"),
        at("f.svg")
    ));
    assert!(error.contains("defined nowhere"), "{error}");
    said(&format!("plot {} -o {}", at("r.h5"), at("f.svg")));
    let page = page(&d.path().join("r.h5"));
    assert!(!page.contains("NaN") && !page.contains("µV"), "{page}");
    // Nor a component across the layer, where others are drawn.
    let layer = at("layer.h5");
    said(&format!("transport along_c.h5 {LAYER} -o {layer}"));
    let error = refused(&format!(
        "plot {layer} --quantity S --component zz -o {}",
        at("g.svg")
    ));
    assert!(error.contains("no component zz"), "{error}");
    said(&format!(
        "plot {layer} --quantity S --component xx -o {}",
        at("g.svg")
    ));
}

/// The ends of an optimum's range are drawn and printed as they are, not as the farther one on both sides.
#[test]
fn ranges_of_optima_are_as_wide_as_they_are_on_either_side() {
    let d = tempfile::tempdir().unwrap();
    let at = |name: &str| d.path().join(name);
    let words = format!(
        "optimize along_c.h5 --dimension 2 -T 300,500 --carriers n --interpolate none --backend cpu -o {}",
        at("o.h5").display()
    );
    let (table, _) = said(&words);
    std::fs::write(at("o.json"), json(&words).to_string()).unwrap();
    for name in ["o.h5", "o.json"] {
        let results = ResultFile::open(&at(name)).unwrap();
        let of = |name: &str| results.get(name).unwrap().data[0];
        let (n, low, high) = (
            of("sheet_optimal_doping"),
            of("sheet_optimal_doping_low"),
            of("sheet_optimal_doping_high"),
        );
        assert!(low < n && n < high && ((n - low) / (high - n) - 1.0).abs() > 0.01);
        let figure = compose(&results, &Selection::default(), (460.0, 360.0))
            .unwrap()
            .unwrap();
        let panel = &figure.panels[0];
        assert!(panel.y.unit.contains("cm^{−2}"), "{}", panel.y.unit);
        let (down, up) = panel.curves[0].points[0].bar;
        close(down, n - low, 1e-9, "downwards");
        close(up, high - n, 1e-9, "upwards");
    }
    let page = page(&at("o.h5"));
    assert!(
        page.contains(" +") && page.contains("n<sub>opt,2D"),
        "{page}"
    );
    assert!(table.contains(" +"), "{table}");
}

/// Two bands, gap 1 eV: the valence band −½Σ(cos 2πu − cos 2π·0.31)² has its top, 0 eV, between the points of an 8³ grid, whose
/// highest level is −0.20 eV; the conduction band is lowest, 1 eV, at Γ.
const TOP: f64 = 0.31;
fn valence(u: [f64; 3]) -> f64 {
    let one = |u: f64| -0.5 * ((TAU * u).cos() - (TAU * TOP).cos()).powi(2);
    u.into_iter().map(one).sum()
}
fn conduction(u: [f64; 3]) -> f64 {
    1.0 + u
        .into_iter()
        .map(|u| 0.5 * (1.0 - (TAU * u).cos()))
        .sum::<f64>()
}
const CUBE: [[f64; 3]; 3] = [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]];

/// The highest level of the valence band on n³ points.
fn highest_level(n: usize) -> f64 {
    let of = |i: usize| valence([i as f64 / n as f64; 3]);
    (0..n).map(of).fold(f64::NEG_INFINITY, f64::max)
}

fn edge_between_points(d: &Path, name: &str, spin: SpinTreatment, electrons: Option<f64>) {
    let more = |h: &mut BandHeader| {
        h.fermi_level_ev = Some(highest_level(8));
        h.n_electrons = electrons;
    };
    write(d, name, CUBE, [8; 3], spin, &[&valence, &conduction], more);
}

/// The same two bands as a Hamiltonian.
fn wannier_edge(d: &Path) {
    let c0 = (TAU * TOP).cos();
    let head = format!("mp_grid = 5 5 5\nfermi_energy = {:.4}", highest_level(5));
    let of = |r: [i32; 3], band: usize| {
        let others = r.iter().filter(|x| **x != 0).count();
        let reach: i32 = r.iter().map(|x| x.abs()).max().unwrap_or(0);
        match (others, reach, band) {
            (0, _, 0) => -1.5 * (0.5 + c0 * c0),
            (1, 1, 0) => 0.5 * c0,
            (1, 2, 0) => -0.125,
            (0, _, _) => 2.5,
            (1, 1, _) => -0.25,
            _ => 0.0,
        }
    };
    hamiltonian(d, "edge", &head, [2; 3], 4.0, of, 2);
}

/// Bands that overlap by 0.3 eV with their extremes between the points: a semimetal on any grid.
fn semimetal(d: &Path) {
    let upper = |u: [f64; 3]| conduction(u) - 1.3;
    write(
        d,
        "semimetal",
        CUBE,
        [8; 3],
        SpinTreatment::Unpolarized,
        &[&valence, &upper],
        |h| {
            h.fermi_level_ev = Some(-0.15);
            h.n_electrons = Some(2.0);
        },
    );
}

/// Whether bands are an insulator's is decided on those that are integrated: the level goes to mid-gap although the file's lies in
/// the interpolated valence band, and is said.
#[test]
fn a_band_edge_between_the_points_does_not_make_holes() {
    assert!(highest_level(8) < -0.15);
    for file in [
        "counted.h5",
        "level.h5",
        "spinor.h5",
        "collinear.h5",
        "edge",
    ] {
        for density in ["--interpolate 24", "--tolerance 0.01"] {
            let words = format!("fermi {file} {density} --backend cpu");
            if file == "level.h5" {
                let (table, _) = said(&words);
                assert!(table.contains("it lies in a gap"), "{words}\n{table}");
            }
            let out = json(&words);
            let level = out["fermi_level"]["value"].as_f64().unwrap();
            assert!((level - 0.5).abs() < 0.02, "{words}: {level}");
            let origin = out["fermi_level_origin"].as_str().unwrap();
            assert!(
                origin.contains("mid-gap") && origin.contains("inside the valence band"),
                "{origin}"
            );
        }
        let out = json(&format!(
            "transport {file} --mu 0 -T 300 --no-hall --backend cpu"
        ));
        let row = &out["rows"][0];
        for name in ["hole_density", "electron_density"] {
            let n = row[name]["value"].as_f64().unwrap();
            assert!(n < 1e14, "{file}: {name} {n:e}");
        }
        assert!(out["gap"].is_object());
        if !["level.h5", "edge"].contains(&file) {
            continue;
        }
        // The gap of the dense bands, made 1.5 eV.
        for density in ["--interpolate 24", "--tolerance 0.01"] {
            let out = json(&format!(
                "transport {file} {density} --scissor 1.5 --mu 0 --no-hall --backend cpu"
            ));
            let level = out["fermi_level"]["value"].as_f64().unwrap();
            assert!((level - 0.75).abs() < 0.02, "{file} {density}: {level}");
            assert!(out["rows"][0]["hole_density"]["value"].as_f64().unwrap() < 1e10);
        }
        // What is asked for is taken as it is.
        let given = json(&format!(
            "fermi {file} --fermi-level file --interpolate 24 --backend cpu"
        ));
        assert!(
            given["dos_at_fermi_level"]["value"].as_f64().unwrap() > 0.0,
            "{file}"
        );
    }
}

/// Bands that overlap have no gap, wherever the file's level is; nor have metals of real runs.
#[test]
fn metals_remain_metals() {
    let mut runs = vec![(PathBuf::from("semimetal.h5"), "--interpolate 24")];
    for (name, density) in [
        ("qe/al/al.nscf.xml.gz", "--interpolate 24"),
        ("qe/cu/cu.nscf.xml.gz", "--interpolate none"),
        ("vasp/IFermi_MgB2", "--interpolate none"),
        ("elk/al", "--interpolate none"),
        ("wannier/cu", "--interpolate 16"),
    ] {
        if let Some(found) = crate::common::shared(name) {
            runs.push((found, density));
        }
    }
    for (file, density) in runs {
        let out = json(&format!("fermi {} {density} --backend cpu", file.display()));
        let dos = out["dos_at_fermi_level"]["value"].as_f64().unwrap();
        let origin = out["fermi_level_origin"].as_str().unwrap();
        assert!(
            dos > 0.0 && !origin.contains("mid-gap"),
            "{}: {origin}",
            file.display()
        );
    }
}

/// Numbers that are missing from results are named with their place: no defect of the program, and nothing drawn without them.
#[test]
fn results_with_missing_numbers_say_which() {
    let d = tempfile::tempdir().unwrap();
    let words = "transport bulk.h5 -T 300,400 --mu 0,0.1 --tau 1e-14 --no-hall --interpolate none --backend cpu";
    let whole = json(words);
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 12] = [
        (
            |v| v["rows"][1]["seebeck"]["value"][0][0] = Value::Null,
            "seebeck[0][1][0][0]",
        ),
        (
            |v| v["rows"][1]["seebeck"]["value"] = Value::Null,
            "rows[1].seebeck.value",
        ),
        (
            |v| v["rows"][2]["conductivity"] = Value::Null,
            "rows[2].conductivity",
        ),
        (|v| drop(remove(&mut v["rows"][3], "seebeck")), "rows[3]"),
        (|v| drop(remove(&mut v["rows"][0], "seebeck")), "rows[0]"),
        (
            |v| drop(remove(&mut v["rows"][1]["seebeck"], "value")),
            "rows[1].seebeck",
        ),
        (
            |v| drop(remove(&mut v["rows"][1]["seebeck"], "error")),
            "rows[1].seebeck",
        ),
        (
            |v| {
                drop(
                    v["rows"][1]["seebeck"]["value"][1]
                        .as_array_mut()
                        .unwrap()
                        .pop(),
                )
            },
            "rows[1].seebeck.value[1]",
        ),
        (
            |v| v["rows"][1]["temperature"]["value"] = Value::Null,
            "rows[1].temperature",
        ),
        (
            |v| v["rows"][0]["chemical_potential"]["value"] = Value::Null,
            "rows[0].chemical_potential",
        ),
        (|v| drop(v["rows"].as_array_mut().unwrap().pop()), "rows[2]"),
        (|v| v["fermi_level"]["value"] = Value::Null, "fermi_level"),
    ];
    for (i, (change, place)) in changes.into_iter().enumerate() {
        let mut damaged = whole.clone();
        change(&mut damaged);
        let file = d.path().join(format!("damaged{i}.json"));
        std::fs::write(&file, damaged.to_string()).unwrap();
        for (command, ending) in [("plot", "svg"), ("report", "html")] {
            let out = file.with_extension(ending);
            let error = refused(&format!(
                "{command} {} -o {}",
                file.display(),
                out.display()
            ));
            let named = error.contains(&format!("damaged{i}.json"));
            assert!(named && error.contains(place), "{i} {place}: {error}");
            assert!(error.contains("--json"), "{error}");
            assert!(!out.exists());
        }
    }
    // The same of an HDF5 file, and of the lists of a density of states.
    let error = refused("plot nan.h5");
    assert!(
        error.contains("temperature[1]") && error.contains("nan.h5"),
        "{error}"
    );
    let mut dos = json("dos bulk.h5 --energy 0:1:0.25 --backend cpu");
    for (name, place) in [("electrons", "electrons"), ("energy", "density_of_states")] {
        dos[name]["value"].as_array_mut().unwrap().pop();
        let file = d.path().join(format!("dos_{name}.json"));
        std::fs::write(&file, dos.to_string()).unwrap();
        let error = refused(&format!("plot {}", file.display()));
        assert!(error.contains(place), "{error}");
    }
}

/// `nan.h5`: results whose second temperature is not there.
fn without_a_temperature(d: &Path) {
    let mut results = ResultFile::new("transport", "a test");
    results.attribute("fermi_level_ev", 0.0);
    let temperatures = vec![300.0, f64::NAN];
    results
        .dimension("temperature", temperatures, "K", "")
        .unwrap();
    results
        .dimension("chemical_potential", vec![0.0], "eV", "")
        .unwrap();
    let on = ["temperature", "chemical_potential"];
    results
        .variable("hole_density", &on, vec![1.0, 2.0], "cm^-3", "")
        .unwrap();
    results.write(&d.join("nan.h5")).unwrap();
}

fn remove(object: &mut Value, name: &str) -> Option<Value> {
    object.as_object_mut().unwrap().remove(name)
}

/// Each component of the plasma frequency has its own bar: along z, where nothing is wrong with the bands' few points, as little as
/// that of its conductivity says.
#[test]
fn plasma_frequencies_have_their_own_bars() {
    let out = json("fermi hardly.h5 --fermi-level 1.0 --interpolate none --backend cpu");
    let of = |name: &str, which: &str, i: usize| out[name][which][i][i].as_f64().unwrap();
    for i in 0..3 {
        let (a, da) = (
            of("plasma_frequency_squared", "value", i),
            of("plasma_frequency_squared", "error", i),
        );
        let (x, dx) = (
            of("plasma_frequency", "value", i),
            of("plasma_frequency", "error", i),
        );
        close(x, a.sqrt(), 1e-4, "root");
        let own = a.sqrt() - (a - da).max(0.0).sqrt();
        close(dx, own, 0.1, "bar");
    }
}
