//! Spin and units that a file does not tell, and what is written in them.

use super::{bzint, error_of, field, folder, holds, json, notes, open, open_as};
use crate::wannier::Run;
use bzint::bands::{BandSource, Field, SpinTreatment};
use bzint::io::bxsf::{self, BxsfUnits, WriteOptions};
use bzint::io::{self, OpenOptions, SpinDegeneracy};
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV, RYDBERG_EV};
use serde_json::Value;
use std::f64::consts::PI;
use std::path::Path;

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
