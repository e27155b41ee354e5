//! Readers of binary files: BoltzTraP2's `.bt2` (xz) and ABINIT's classic netCDF. Samples: `support/sc.bt2`, a cosine model
//! written by BoltzTraP2 26.3.1's own serializer (its fit, stars of the cubic group), and `support/si_cdf?_GSR.nc`, the band data of
//! a silicon run of ABINIT 9.6.2 in the three classic formats.

use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::io::{self, OpenOptions};
use bzint::units::HARTREE_EV;
use lzma_rust2::{XzOptions, XzReader, XzWriter};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support")
        .join(name)
}

fn open(path: &Path) -> Result<BandGrid> {
    BandGrid::load(io::open(path, &OpenOptions::default())?.as_ref())
}

fn packed(text: &str) -> Vec<u8> {
    let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// The bands, or the error, of a `.bt2` with this text.
fn of_text(text: &str) -> Result<BandGrid> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bt2");
    std::fs::write(&path, packed(text)).unwrap();
    open(&path)
}

fn text_of_sample() -> String {
    let bytes = std::fs::read(sample("sc.bt2")).unwrap();
    let mut text = String::new();
    XzReader::new(bytes.as_slice(), true)
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[track_caller]
fn error_after(from: &str, to: &str) -> String {
    let text = text_of_sample();
    assert!(text.contains(from), "the sample has no {from}");
    let error = of_text(&text.replacen(from, to, 1))
        .expect_err("accepted")
        .to_string();
    println!("{error}");
    assert!(error.contains("a.bt2"), "{error}");
    error
}

/// E_v = −0.05 − tΣ(1 − cos 2πu), E_c = 0.05 + 2tΣ(1 − cos 2πu) in Ha, t = 0.01, a = 5 Å, on 6³.
#[test]
fn the_band_data_of_a_bt2_file_are_read() {
    let bands = open(&sample("sc.bt2")).unwrap();
    let h = bands.header();
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([6; 3], [0.0; 3]));
    assert_eq!(
        (h.spin, h.n_band, h.point_group.order()),
        (SpinTreatment::Unpolarized, 2, 48)
    );
    assert_eq!((h.fermi_level_ev, h.n_electrons), (Some(0.0), Some(2.0)));
    assert!((h.lattice.volume() - 125.0).abs() < 1e-6);
    assert_eq!((h.atoms.len(), h.atoms[0].symbol.as_str()), (1, "H"));
    assert_eq!(h.provenance.format, "BoltzTraP2 bt2");
    for p in 0..h.k_grid.len() {
        let u = h.k_grid.point([p / 36, p / 6 % 6, p % 6]);
        let sum: f64 = u
            .iter()
            .map(|u| 1.0 - (2.0 * std::f64::consts::PI * u).cos())
            .sum();
        let want = [-0.05 - 0.01 * sum, 0.05 + 0.02 * sum].map(|e| e * HARTREE_EV);
        for band in 0..2 {
            // Twelve digits of a Rydberg went in.
            assert!((bands.band(Field::Energy, 0, band)[p] - want[band]).abs() < 2e-11);
        }
    }
}

#[test]
fn one_electron_per_state_and_moments_are_told_from_a_bt2_file() {
    let text = text_of_sample();
    let with = |dosweight: &str, magmom: &str| {
        let text = text
            .replacen(
                "\"dosweight\": 2.0",
                &format!("\"dosweight\": {dosweight}"),
                1,
            )
            .replacen("\"magmom\": null}", &format!("\"magmom\": {magmom}}}"), 1);
        of_text(&text)
    };
    let array = |data: &str| {
        format!(
            "{{\"BoltzTraP2_type\": \"Array\", \"array_type\": \"NumPy/float64\", \"data\": {data}}}"
        )
    };
    for magmom in [
        "null".to_string(),
        array("[0.0]"),
        array("[2.0]"),
        array("[[0.0, 0.0, 0.0]]"),
    ] {
        let bands = with("1.0", &magmom).unwrap();
        let h = bands.header();
        assert_eq!(
            (h.spin, h.point_group.order()),
            (SpinTreatment::Spinor, 48),
            "{magmom}"
        );
    }
    // With a moment along z the cubic wedge is not completed by the 16 operations that keep it, and no others are taken.
    let error = with("1", &array("[[0.0, 0.0, 1.0]]")).unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("under 16 operations") && error.contains("moments"),
        "{error}"
    );
    for (dosweight, magmom, word) in [
        ("1.0", array("[1.0, 2.0]"), "magmom"),
        ("1.5", "null".to_string(), "dosweight"),
    ] {
        let error = with(dosweight, &magmom).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    // Files of the first versions have no magmom, and no electron count is no obstacle.
    let older = text.replacen(", \"magmom\": null}", "}", 1);
    assert!(older.len() < text.len());
    assert_eq!(of_text(&older).unwrap().header().n_electrons, Some(2.0));
}

#[test]
fn damaged_bt2_files_are_refused() {
    assert!(error_after("\"ebands\"", "\"bands\"").contains("ebands"));
    assert!(error_after("[[-0.05, ", "[[NaN, ").contains("line 1"));
    assert!(error_after("[[-0.05, ", "[[-0.05, -0.05, ").contains("band 1 has 21"));
    assert!(error_after("[[-0.05, ", "[[-1e999, ").contains("range"));
    assert!(error_after("[0.1666666667, 0.0, 0.0]", "[0.1666666667, 0.0]").contains("line 1"));
    assert!(
        error_after("[0.1666666667, 0.0, 0.0]", "[0.1466666667, 0.0, 0.0]").contains("k-points")
    );
    assert!(error_after("\"fermi\": 0.0", "\"fermi\": null").contains("null"));
    for text in ["[]", "{}", "[1, 2]", "", "no JSON", "[{\"ebands\": 3}]"] {
        let error = of_text(text).expect_err(text).to_string();
        assert!(error.contains("a.bt2"), "{error}");
    }
    let whole = std::fs::read(sample("sc.bt2")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bt2");
    for end in (6..whole.len() - 1).step_by(whole.len() / 60) {
        std::fs::write(&path, &whole[..end]).unwrap();
        let error = open(&path).expect_err("a cut file was read").to_string();
        assert!(
            error.contains("xz stream") || error.contains("JSON"),
            "{error}"
        );
    }
    // A stream that would unpack to a thousand times more than numbers do.
    std::fs::write(&path, packed(&" ".repeat(300_000_000))).unwrap();
    assert!(open(&path).is_err());
}

#[test]
fn classic_netcdf_is_read_as_netcdf_4_is() {
    let first = open(&sample("si_cdf1_GSR.nc")).unwrap();
    let h = first.header();
    assert_eq!((h.k_grid.n, h.k_grid.shift), ([12; 3], [0.0; 3]));
    assert_eq!(
        (h.spin, h.n_band, h.point_group.order(), h.n_electrons),
        (SpinTreatment::Unpolarized, 10, 48, Some(8.0))
    );
    // The Fermi level is the top of the valence bands (shared/data/INDEX.md).
    assert!((h.fermi_level_ev.unwrap() - 0.0154622 * HARTREE_EV).abs() < 1e-5);
    assert!((first.statistics()[3].energy_max - h.fermi_level_ev.unwrap()).abs() < 1e-6);
    let symbols: Vec<&str> = h.atoms.iter().map(|a| a.symbol.as_str()).collect();
    assert_eq!(symbols, ["Si", "Si"]);
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("si_GSR.nc.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&std::fs::read(sample("si_cdf5_GSR.nc")).unwrap())
        .unwrap();
    std::fs::write(&packed, gzip.finish().unwrap()).unwrap();
    let mut others = vec![sample("si_cdf2_GSR.nc"), sample("si_cdf5_GSR.nc"), packed];
    let shared =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/abinit/si/sio_GSR.nc.gz");
    if shared.exists() {
        others.push(shared);
    }
    for path in others {
        let other = open(&path).unwrap();
        let (a, b) = (h, other.header());
        assert_eq!(
            (a.k_grid, a.n_band, a.fermi_level_ev),
            (b.k_grid, b.n_band, b.fermi_level_ev)
        );
        assert_eq!((&a.lattice, &a.atoms), (&b.lattice, &b.atoms));
        for band in 0..10 {
            assert_eq!(
                first.band(Field::Energy, 0, band),
                other.band(Field::Energy, 0, band)
            );
        }
    }
}

#[test]
fn damaged_classic_netcdf_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a_GSR.nc");
    for name in ["si_cdf1_GSR.nc", "si_cdf2_GSR.nc", "si_cdf5_GSR.nc"] {
        let whole = std::fs::read(sample(name)).unwrap();
        for end in (4..whole.len() / 2).step_by(197) {
            std::fs::write(&path, &whole[..end]).unwrap();
            let error = open(&path).expect_err("a cut file was read").to_string();
            assert!(error.contains("a_GSR.nc"), "{error}");
        }
        let mut foreign = whole.clone();
        let at = foreign
            .windows(11)
            .position(|w| w == b"eigenvalues")
            .unwrap();
        foreign[at] = b'x';
        std::fs::write(&path, foreign).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("without ABINIT's eigenvalues"), "{error}");
    }
}
