//! FRMSF against the XML of the same run, and against itself.

use crate::common::shared;
use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::io::bxsf::{BxsfUnits, WriteOptions};
use bzint::io::{self, OpenOptions, frmsf};
use std::path::Path;

fn open(path: &Path, units: Option<&str>) -> Result<BandGrid> {
    let bxsf_units: Option<BxsfUnits> = units.map(|u| u.parse().unwrap());
    let options = OpenOptions {
        bxsf_units,
        ..OpenOptions::default()
    };
    BandGrid::load(io::open(path, &options)?.as_ref())
}

/// fermi_velocity.x wrote Ry, 1/bohr with 2π and a block of |v|; its bands are those that cross the Fermi level.
#[test]
fn fermi_velocity_x_agrees_with_the_xml_of_its_run() {
    for (name, xml, first) in [
        ("qe/al/vfermi.frmsf.gz", "qe/al/al.nscf.xml.gz", 2),
        ("qe/cu/vfermi.frmsf.gz", "qe/cu/cu.nscf.xml.gz", 0),
    ] {
        let (Some(path), Some(xml)) = (shared(name), shared(xml)) else {
            continue;
        };
        let text = open(&path, None).unwrap_err().to_string();
        assert!(text.contains("fermi_velocity.x"), "{text}");
        let (bands, xml) = (
            open(&path, Some("ry,1/bohr,2pi")).unwrap(),
            open(&xml, None).unwrap(),
        );
        let (a, b) = (bands.header(), xml.header());
        let level = b.fermi_level_ev.unwrap();
        println!("{name}: {} bands, {:?}", a.n_band, a.provenance.notes);
        assert_eq!((a.k_grid, a.fermi_level_ev), (b.k_grid, Some(0.0)));
        assert_eq!(a.point_group.order(), 48);
        assert!((a.lattice.volume() / b.lattice.volume() - 1.0).abs() < 1e-8);
        assert!(
            a.provenance
                .notes
                .iter()
                .any(|n| n.contains("further block"))
        );
        let crossing = (0..b.n_band)
            .find(|&i| xml.statistics()[i].energy_max > level)
            .unwrap();
        assert!(first == 0 || crossing + 1 == first);
        for band in 0..a.n_band {
            let pairs = bands.band(Field::Energy, 0, band).iter();
            let worst = pairs
                .zip(xml.band(Field::Energy, 0, crossing + band))
                .fold(0.0f64, |m, (x, y)| m.max((x + level - y).abs()));
            println!("band {}: {worst:.2e} eV", crossing + band + 1);
            assert!(worst < 1e-4, "{worst}");
        }
    }
}

#[test]
fn what_is_written_reads_back_and_every_switch_is_the_same_grid() {
    let Some(xml) = shared("qe/si72/si72.nscf.xml.gz") else {
        return;
    };
    let xml = open(&xml, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("si.frmsf");
    frmsf::write(&file, &xml, &WriteOptions::default()).unwrap();
    let again = open(&file, Some("wannier90")).unwrap();
    let level = xml.header().fermi_level_ev.unwrap();
    let largest = |a: &[f64], b: &[f64], shift: f64| {
        a.iter()
            .zip(b)
            .fold(0.0f64, |m, (x, y)| m.max((x + shift - y).abs()))
    };
    assert!(
        largest(
            again.band(Field::Energy, 0, 4),
            xml.band(Field::Energy, 0, 4),
            level
        ) < 1e-12
    );

    // Switch 0 with an odd grid is Γ-centred, but begins at −(N−1)/2N.
    let h = "3 1 1\n0\n1\n1 0 0\n0 1 0\n0 0 1\n";
    let turned = frmsf::parse(
        Path::new("a"),
        &format!("{h}-1 0 1\n"),
        Some(BxsfUnits::WANNIER90),
    )
    .unwrap();
    assert_eq!(turned.header().k_grid.shift, [0.0; 3]);
    assert_eq!(turned.band(Field::Energy, 0, 0), [0.0, 1.0, -1.0]);
    let half = frmsf::parse(
        Path::new("a"),
        "2 1 1\n0\n1\n1 0 0\n0 1 0\n0 0 1\n5 7\n",
        Some(BxsfUnits::WANNIER90),
    )
    .unwrap();
    assert_eq!(half.header().k_grid.shift, [0.5, 0.0, 0.0]);
    assert_eq!(half.band(Field::Energy, 0, 0), [7.0, 5.0]);
}

#[test]
fn damaged_files_are_refused() {
    let good = "2 2 1\n1\n1\n1 0 0\n0 1 0\n0 0 1\n1 2 3 4\n";
    let parse = |text: &str| {
        frmsf::parse(Path::new("x.frmsf"), text, Some(BxsfUnits::WANNIER90)).map(|_| ())
    };
    parse(good).unwrap();
    for end in 0..good.len() - 2 {
        assert!(parse(&good[..end]).is_err(), "{end}");
    }
    for (from, to, want) in [
        ("3 4", "NaN 4", "NaN"),
        ("2 2 1\n1\n1", "2 2 1\n3\n1", "switch 3"),
        ("2 2 1", "2000000 200000 1", "cannot hold"),
        ("0 1 0", "1 0 0", "singular"),
        ("3 4", "3 4 5", "follow"),
        ("1\n1\n1 0", "1\n0\n1 0", "0 bands"),
        ("2 2 1", "2 -2 1", "n2"),
    ] {
        assert!(good.contains(from));
        let text = parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(text.contains(want) && text.contains("x.frmsf"), "{text}");
    }
}
