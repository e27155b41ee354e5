//! Wannier90's files: every way to name them, and every way in which they can be bad.

use crate::common::binary::bzint_with;
use crate::wannier::Run;
use bzint::bands::{SpinTreatment, WannierHamiltonian};
use bzint::io::{self, OpenOptions, wannier90};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn written(run: &Run) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    run.write(directory.path(), "x");
    directory
}

/// Largest difference of H(k) from the plain sum, eV.
fn off(h: &WannierHamiltonian, run: &Run) -> f64 {
    let u = [0.17, -0.33, 0.29];
    let exact = run.hamiltonian(u);
    let found = h.at(u).into_iter().enumerate();
    found.fold(0.0, |worst, (i, x)| {
        worst.max((x - exact[(i / run.n, i % run.n)]).norm())
    })
}

fn gzip(path: &Path) {
    let mut name = path.as_os_str().to_owned();
    name.push(".gz");
    let mut out =
        flate2::write::GzEncoder::new(std::fs::File::create(name).unwrap(), Default::default());
    out.write_all(&std::fs::read(path).unwrap()).unwrap();
    out.finish().unwrap();
    std::fs::remove_file(path).unwrap();
}

#[test]
fn any_file_the_directory_and_the_seed_name_the_hamiltonian() {
    let run = Run::new(3, false);
    let directory = written(&run);
    let at = |name: &str| directory.path().join(name);
    let all = |names: &[&str]| {
        for name in names {
            let h = io::open_wannier(&at(name)).unwrap().expect(name);
            // _hr.dat has six decimals, on 27 vectors.
            let digits = if name.contains("_hr") { 2e-5 } else { 1e-12 };
            assert!(off(&h, &run) < digits, "{name}: {}", off(&h, &run));
            let header = h.header();
            assert_eq!(header.k_grid.n, [3; 3], "{name}");
            assert_eq!(header.fermi_level_ev, Some(1.25));
            assert_eq!(header.n_band, 3);
        }
    };
    all(&["x_tb.dat", "x_hr.dat", "x.win", "x_wsvec.dat", "x", ""]);
    for suffix in ["_tb.dat", "_hr.dat", ".win", "_wsvec.dat"] {
        gzip(&at(&format!("x{suffix}")));
    }
    all(&[
        "x_tb.dat.gz",
        "x_hr.dat.gz",
        "x.win.gz",
        "x_wsvec.dat.gz",
        "x",
        "",
    ]);
}

#[test]
fn files_that_are_missing_are_said() {
    let run = Run::new(2, true);
    let directory = written(&run);
    let at = |name: &str| directory.path().join(name);
    let notes = |h: &WannierHamiltonian| h.header().provenance.notes.join(" ");

    std::fs::remove_file(at("x_wsvec.dat")).unwrap();
    let h = wannier90::read(&at("x")).unwrap();
    assert!(notes(&h).contains("_wsvec.dat"), "{}", notes(&h));
    assert!(off(&h, &run) > 0.01, "the shifts matter here");

    std::fs::remove_file(at("x.win")).unwrap();
    let h = wannier90::read(&at("x_tb.dat")).unwrap();
    assert_eq!(h.header().k_grid.n, [3; 3], "from the vectors alone");
    assert_eq!(h.header().fermi_level_ev, None);
    assert!(notes(&h).contains("no .win"), "{}", notes(&h));
    let error = wannier90::read(&at("x_hr.dat")).unwrap_err().to_string();
    assert!(error.contains("no SEED.win"), "{error}");

    run.write(directory.path(), "y");
    let error = wannier90::read(directory.path()).unwrap_err().to_string();
    assert!(error.contains("several") && error.contains("y"), "{error}");
    std::fs::remove_file(at("y_tb.dat")).unwrap();
    std::fs::remove_file(at("y_hr.dat")).unwrap();
    let error = wannier90::read(&at("y.win")).unwrap_err().to_string();
    assert!(error.contains("neither"), "{error}");
    assert!(io::open_wannier(&at("nothing")).unwrap().is_none());
    assert!(io::open(&at("nothing"), &OpenOptions::default()).is_err());
}

#[test]
fn spinors_have_one_electron_per_state_and_a_named_spin_channel_too() {
    let directory = written(&Run::new(2, true));
    let win = directory.path().join("x.win");
    let text = std::fs::read_to_string(&win).unwrap();
    for (line, spin) in [
        ("spinors = .false.\n", SpinTreatment::Unpolarized),
        ("spinors : T\n", SpinTreatment::Spinor),
        ("spin = up\n", SpinTreatment::Spinor),
    ] {
        std::fs::write(&win, format!("{line}{text}")).unwrap();
        let h = wannier90::read(&win).unwrap();
        assert_eq!(h.header().spin, spin, "{line}");
        let said = h.header().provenance.notes.join(" ").contains("\"up\"");
        assert_eq!(said, line.contains("up"));
    }
}

/// Every damage is an error that names the file and what is wrong; nothing panics.
#[test]
fn damaged_files_are_refused() {
    let run = Run::new(2, false);
    type Damage = fn(&str) -> String;
    let cut: Damage = |text| text[..text.len() * 2 / 3].trim_end().to_string();
    let cases: [(&str, &str, Damage); 16] = [
        ("_hr.dat", "cut short", cut),
        ("_tb.dat", "cut short", cut),
        ("_wsvec.dat", "cut short", cut),
        ("_hr.dat", "NaN", |t| {
            t.replacen(
                "    0    0    0    1    1    0.000000",
                "    0    0    0    1    1         NaN",
                1,
            )
        }),
        ("_tb.dat", "finite numbers", |t| {
            t.replacen("e-1", "e-1x", 1)
        }),
        ("_hr.dat", "conjugate of", |t| {
            t.replacen(
                "    0    0    0    1    1    0.000000    0.000000",
                "    0    0    0    1    1    0.000000    0.500000",
                1,
            )
        }),
        ("_hr.dat", "degeneracy 28", |t| {
            t.replacen("          27", "          28", 1)
        }),
        ("_hr.dat", "27 degeneracies", |t| {
            t.replacen("          27", "          26", 1)
        }),
        ("_hr.dat", "orbitals 1 to 2", |t| {
            t.replacen("    0    0    0    1    1", "    0    0    0    3    1", 1)
        }),
        ("_hr.dat", "twice", |t| {
            t.replacen("    0    0    0    2    1", "    0    0    0    1    1", 1)
        }),
        ("_hr.dat", "R changes", |t| {
            t.replacen("    0    0    0    2    1", "    0    0    1    2    1", 1)
        }),
        ("_hr.dat", "degeneracy", |t| {
            t.replacen("    1    1\n", "    1    0\n", 1)
        }),
        ("_hr.dat", "inverses add up", |t| {
            t.replacen("    1    1\n", "    1    2\n", 1)
        }),
        (".win", "mp_grid", |t| {
            t.replace("mp_grid : 3 3 3", "mp_grid : 3 3 three")
        }),
        (".win", "num_wann = 5", |t| {
            t.replace("num_wann = 2", "num_wann = 5")
        }),
        ("_wsvec.dat", "no lattice vector", |t| {
            t.replacen("    0    0    0    1    1", "    0    0    7    1    1", 1)
        }),
    ];
    for (i, (suffix, expected, damage)) in cases.into_iter().enumerate() {
        let directory = written(&run);
        let file: PathBuf = directory.path().join(format!("x{suffix}"));
        let text = std::fs::read_to_string(&file).unwrap();
        let bad = damage(&text);
        assert_ne!(bad, text, "case {i} damages {suffix}");
        std::fs::write(&file, bad).unwrap();
        // The damaged file itself, or the one whose companion it is.
        let named = if suffix.contains("dat") && !suffix.contains("ws") {
            file
        } else {
            directory.path().join("x_hr.dat")
        };
        let error = wannier90::read(&named).unwrap_err().to_string();
        assert!(error.contains(expected), "case {i}, {suffix}: {error}");
        assert!(error.contains("/x"), "case {i} names its file: {error}");
    }
    // A vector without its partner, and one twice.
    let without = |keep: fn(&[i32; 3]) -> bool| {
        let mut run = run.clone();
        run.elements.retain(|e| keep(&e.0));
        let directory = written(&run);
        std::fs::remove_file(directory.path().join("x.win")).unwrap();
        wannier90::read(&directory.path().join("x_tb.dat"))
            .unwrap_err()
            .to_string()
    };
    let error = without(|r| *r != [1, 1, 0]);
    assert!(error.contains("regular k-grid"), "{error}");
}

#[test]
fn the_command_line_takes_wannier_input() {
    let directory = written(&Run::new(3, true));
    let bzint = |arguments: &[&str]| {
        let output = bzint_with(arguments);
        let notes = output.said();
        (output.text(), notes)
    };
    let input = directory.path().join("x");
    let input = input.to_str().unwrap();
    let (text, _) = bzint(&["info", input]);
    assert!(text.contains("Wannier90 _tb.dat"), "{text}");
    assert!(text.contains("12×12×12"), "{text}");
    let run = ["fermi", input, "--backend", "cpu", "--json"];
    let (text, notes) = bzint(&run);
    assert!(!notes.contains("No grid is asked for"), "{notes}");
    assert!(text.contains("refined to 1e-3"), "{text}");
    let (text, notes) = bzint(&[&run[..], &["--interpolate", "10"]].concat());
    assert!(!notes.contains("No grid is asked for"), "{notes}");
    let result: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(result["k_grid"], serde_json::json!([10, 10, 10]), "{text}");
    assert!(result["dos_at_fermi_level"]["value"].as_f64().unwrap() > 0.0);
    let out = directory.path().join("bands.h5");
    bzint(&[
        "convert",
        input,
        "--interpolate",
        "6",
        "-o",
        out.to_str().unwrap(),
    ]);
    let native = io::open(&out, &OpenOptions::default()).unwrap();
    assert_eq!(native.header().k_grid.n, [6; 3]);
    assert!(native.header().has_velocities);
}
