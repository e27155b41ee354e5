//! BXSF on small files made here: what a faulty file says, and what the format cannot hold.

use bzint::Result;
use bzint::bands::{BandGrid, BandHeader, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice};
use bzint::io::bxsf::{self, BxsfUnits, WriteOptions};
use std::fmt::Write;
use std::path::Path;

/// The message, with everything that it must say.
#[track_caller]
fn refused<T>(result: Result<T>, parts: &[&str]) {
    let Err(error) = result else {
        panic!("accepted, where {parts:?} was expected");
    };
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// One band on a 2×2×2 grid, as the general grid of 3×3×3: E = j1 + 2 j2 + 4 j3.
fn bxsf_text() -> String {
    let mut text = String::from(
        "BEGIN_INFO\n Fermi Energy: 1.5\nEND_INFO\nBEGIN_BLOCK_BANDGRID_3D\nname\nBEGIN_BANDGRID_3D_x\n1\n3 3 3\n0 0 0\n1 0 0\n0 1 0\n0 0 1\nBAND: 4\n",
    );
    for p in 0..27 {
        write!(
            text,
            "{}.00 ",
            p / 9 % 2 + 2 * (p / 3 % 3 % 2) + 4 * (p % 3 % 2)
        )
        .unwrap();
    }
    text + "\nEND_BANDGRID_3D\nEND_BLOCK_BANDGRID_3D\n"
}

#[test]
fn a_bxsf_file_with_a_fault_is_refused_with_place_and_value() {
    let good = bxsf_text();
    let read = |text: &str| bxsf::parse(Path::new("t.bxsf"), text, Some(BxsfUnits::WANNIER90));
    let bands = read(&good).unwrap();
    assert_eq!(
        bands.band(Field::Energy, 0, 0),
        [0.0, 4.0, 2.0, 6.0, 1.0, 5.0, 3.0, 7.0]
    );
    assert_eq!(
        (bands.header().first_band, bands.header().fermi_level_ev),
        (4, Some(1.5))
    );
    let replace = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    refused(
        read(&replace("0.00 4.00 0.00", "0.00 4.00 0.30")),
        &["point (0, 0, 2) is 0.3", "must repeat"],
    );
    refused(
        read(&replace("0.00 4.00 0.00", "0.00 NaN 0.00")),
        &["line 14", "energy 2 of 27 of band 4", "\"NaN\""],
    );
    refused(
        read(&replace("0.00 4.00 0.00", "0.00 4.00")),
        &["\"END_BANDGRID_3D\", not a finite number"],
    );
    refused(
        read(&replace("0.00 4.00 0.00", "9.00 0.00 4.00 0.00")),
        &["must repeat"],
    );
    refused(
        read(&good[..good.len() / 2]),
        &["the file ends", "cut short"],
    );
    refused(
        read(&good[..good.find("END_BAND").unwrap()]),
        &["END_BANDGRID_3D is expected"],
    );
    refused(read(&replace("x\n1\n", "x\n0\n")), &["line 7", "0 bands"]);
    refused(
        read(&replace("x\n1\n", "x\n2\n")),
        &["line 15", "\"END_BANDGRID_3D\" stands where a line `BAND:`"],
    );
    refused(
        read(&replace("x\n1\n", "x\n99999999999\n")),
        &["more than the file can hold"],
    );
    refused(read(&replace("3 3 3", "3 1 3")), &["line 8", "at least 2"]);
    refused(
        read(&replace("0 0 1\n", "0 1 0\n")),
        &["lattice", "singular"],
    );
    refused(
        read(&replace("0 0 0\n", "0.3 0 0\n")),
        &["grid origin", "0.3"],
    );
    refused(
        read(&replace("Energy: 1.5", "Energy: x")),
        &["line 2", "\"x\""],
    );
    refused(
        read("BEGIN_INFO\nEND_INFO\n"),
        &["no line BEGIN_BLOCK_BANDGRID_3D"],
    );
    refused(
        bxsf::parse(Path::new("t.bxsf"), &good, None),
        &["t.bxsf", "--bxsf-units"],
    );
}

#[test]
fn what_bxsf_cannot_hold_is_refused_and_leaves_no_file() {
    let lattice = Lattice::new([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]]).unwrap();
    let grid = |shift: f64, spin: SpinTreatment, fermi: Option<f64>| {
        let k_grid = KGrid::new([2; 3], [shift; 3]).unwrap();
        let mut header = BandHeader::new(lattice.clone(), k_grid, spin, 1);
        header.fermi_level_ev = fermi;
        let count = 8 * header.n_spin();
        BandGrid::new(
            header,
            (0..count).map(|i| (i as f64).sqrt() / 3.0).collect(),
        )
        .unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("t.bxsf");
    let none = WriteOptions::default();
    let plain = SpinTreatment::Unpolarized;
    refused(
        bxsf::write(&target, &grid(0.5, plain, Some(0.1)), &none),
        &["does not start at Γ"],
    );
    refused(
        bxsf::write(&target, &grid(0.0, plain, None), &none),
        &["--fermi-level"],
    );
    let polarized = grid(0.0, SpinTreatment::Collinear, Some(0.1));
    refused(
        bxsf::write(&target, &polarized, &none),
        &["--spin", "one channel"],
    );
    let wrong = WriteOptions {
        spin: Some(2),
        ..none
    };
    refused(
        bxsf::write(&target, &polarized, &wrong),
        &["--spin", "channel 3 of 2"],
    );
    let nowhere = folder.path().join("no/such/folder/t.bxsf");
    refused(
        bxsf::write(&nowhere, &grid(0.0, plain, Some(0.1)), &none),
        &["no file can be created in the directory"],
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let down = WriteOptions {
        spin: Some(1),
        ..none
    };
    bxsf::write(&target, &polarized, &down).unwrap();
    let again = bxsf::read(&target, None).unwrap();
    assert_eq!(
        again.band(Field::Energy, 0, 0),
        polarized.band(Field::Energy, 1, 0)
    );
    assert_eq!(again.header().spin.degeneracy(), 1.0);
}
