//! VASP's files, real ones from the shared data, against INDEX.md there; and damaged ones.

use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::io::{self, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

fn shared(name: &str) -> Option<PathBuf> {
    let path =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/vasp")).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: shared data file {name} is not there");
    None
}

fn open(path: &Path) -> Result<BandGrid> {
    BandGrid::load(io::open(path, &OpenOptions::default())?.as_ref())
}

fn plain(path: &Path) -> String {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Top of the band that the electrons fill last, and bottom of the next, per channel.
fn edges(bands: &BandGrid) -> (f64, f64) {
    let header = bands.header();
    let filled = (header.n_electrons.unwrap() / 2.0).round() as usize;
    let s = bands.statistics();
    (s[filled - 1].energy_max, s[filled].energy_min)
}

#[test]
fn every_uniform_vasprun_gives_its_full_grid() {
    use SpinTreatment::{Collinear, Unpolarized};
    let cases = [
        (
            "IFermi_MgB2/vasprun.xml.gz",
            [8, 8, 7],
            Collinear,
            64,
            14.0,
            5.09505239,
            24,
        ),
        (
            "btp2_Si.vasp/vasprun.xml.gz",
            [17; 3],
            Unpolarized,
            8,
            8.0,
            5.71756438,
            48,
        ),
        (
            "amset_Si/vasprun.xml.gz",
            [0; 3],
            Unpolarized,
            40,
            8.0,
            5.65476745,
            48,
        ),
        (
            "pymatgen/vasprun.Al.xml.gz",
            [13; 3],
            Collinear,
            5,
            3.0,
            7.93802192,
            48,
        ),
        (
            "pymatgen/vasprun.LiF.xml.gz",
            [7; 3],
            Collinear,
            10,
            10.0,
            -1.23130125,
            48,
        ),
        (
            "pymatgen/vasprun.uniform.xml.gz",
            [19; 3],
            Unpolarized,
            12,
            8.0,
            5.64118301,
            48,
        ),
        (
            "pymatgen/vasprun_Li_no_projected.xml.gz",
            [6, 4, 4],
            Collinear,
            5,
            3.0,
            -0.26028079,
            0,
        ),
    ];
    for (name, n, spin, n_band, electrons, fermi, order) in cases {
        let Some(path) = shared(name) else { continue };
        let bands = open(&path).unwrap();
        let h = bands.header();
        println!(
            "{name}: {} {} operations, {:?}, edges {:?}, {:?}",
            h.k_grid,
            h.point_group.order(),
            h.provenance.format,
            edges(&bands),
            h.provenance.notes
        );
        if n[0] > 0 {
            assert_eq!(h.k_grid.n, n, "{name}");
        }
        assert_eq!((h.spin, h.n_band), (spin, n_band), "{name}");
        assert_eq!(h.n_electrons, Some(electrons), "{name}");
        assert_eq!(h.fermi_level_ev, Some(fermi), "{name}");
        if order > 0 {
            assert_eq!(h.point_group.order(), order, "{name}");
        }
    }
}

#[test]
fn line_mode_is_refused_and_says_so() {
    let Some(path) = shared("pymatgen/vasprun_Si_bands.xml.gz") else {
        return;
    };
    let text = open(&path).unwrap_err().to_string();
    assert!(
        text.contains("line mode") && text.contains("uniform"),
        "{text}"
    );
}

#[test]
fn a_directory_is_as_good_as_its_file_and_plain_as_gzip() {
    let Some(path) = shared("pymatgen/vasprun.Al.xml.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("vasprun.xml"), plain(&path)).unwrap();
    let (a, b) = (open(&path).unwrap(), open(folder.path()).unwrap());
    assert_eq!(a.band(Field::Energy, 1, 2), b.band(Field::Energy, 1, 2));
    assert_eq!(a.header().provenance.sha256.len(), 64);
}

/// Silicon's irreducible 17³ list written out in full must give the same energies without symmetry.
#[test]
fn symmetry_on_and_off_give_the_same_bands() {
    let Some(path) = shared("btp2_Si.vasp/vasprun.xml.gz") else {
        return;
    };
    let wedge = open(&path).unwrap();
    let full = full_list(&plain(&path), &wedge);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vasprun.xml");
    std::fs::write(&file, full).unwrap();
    let again = open(&file).unwrap();
    assert_eq!(again.header().k_grid, wedge.header().k_grid);
    for band in 0..8 {
        let pairs =
            wedge
                .band(Field::Energy, 0, band)
                .iter()
                .zip(again.band(Field::Energy, 0, band));
        let worst = pairs.fold(0.0f64, |m, (a, b)| m.max((a - b).abs()));
        assert!(worst < 1e-9, "band {band}: {worst}");
    }
    assert_eq!(again.header().point_group.order(), 48);
}

/// The file with every k-point listed, and no `<generation>`.
fn full_list(text: &str, bands: &BandGrid) -> String {
    let grid = bands.header().k_grid;
    let [_, n2, n3] = grid.n;
    let (mut points, mut values) = (String::new(), String::new());
    for p in 0..grid.len() {
        let u = grid.point([p / (n2 * n3), p / n3 % n2, p % n3]);
        points += &format!("<v>{:.8} {:.8} {:.8}</v>\n", u[0], u[1], u[2]);
        values += &format!("<set comment=\"kpoint {}\">\n", p + 1);
        for band in 0..bands.header().n_band {
            values += &format!("<r>{:.10} 1.0</r>\n", bands.band(Field::Energy, 0, band)[p]);
        }
        values += "</set>\n";
    }
    let cut = |text: &str, from: &str, to: &str, new: &str| {
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        format!("{}{new}{}", &text[..start], &text[end..])
    };
    let k = format!("<kpoints><varray name=\"kpointlist\">{points}</varray></kpoints>");
    let text = cut(text, "<kpoints>", "</kpoints>", &k);
    let e = format!(
        "<eigenvalues><array><set><set comment=\"spin 1\">{values}</set></set></array></eigenvalues>"
    );
    cut(&text, "<eigenvalues>", "</eigenvalues>", &e)
}

#[test]
fn zero_weight_points_are_dropped_with_a_note() {
    let Some(path) = shared("pymatgen/vasprun.Al.xml.gz") else {
        return;
    };
    let text = plain(&path);
    let k_end = text
        .find("  </varray>\n  <varray name=\"weights\"")
        .unwrap();
    let mut text = format!(
        "{}   <v> 0.1234 0.2 0.3 </v>\n{}",
        &text[..k_end],
        &text[k_end..]
    );
    let w_end = text.find("  </varray>\n </kpoints>").unwrap();
    text.insert_str(w_end, "   <v> 0.00000000 </v>\n");
    let extra =
        "<set comment=\"kpoint 85\">".to_string() + &"<r>1.0 0.0</r>".repeat(5) + "</set>\n";
    let mut parts = text.splitn(2, "<eigenvalues>");
    let (before, after) = (parts.next().unwrap(), parts.next().unwrap());
    let after = after.replacen("<set comment=\"spin 2\">", "@@", 1);
    let (one, two) = after.split_once("@@").unwrap();
    let one = one.trim_end().strip_suffix("</set>").unwrap();
    let (two, rest) = two.split_once("    </set>\n   </array>").unwrap();
    let two = two.trim_end().strip_suffix("</set>").unwrap();
    let text = format!(
        "{before}<eigenvalues>{one}{extra}</set><set comment=\"spin 2\">{two}{extra}</set></set>\n   </array>{rest}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vasprun.xml");
    std::fs::write(&file, text).unwrap();
    let (a, b) = (open(&path).unwrap(), open(&file).unwrap());
    assert_eq!(a.band(Field::Energy, 0, 1), b.band(Field::Energy, 0, 1));
    let notes = &b.header().provenance.notes;
    assert!(notes.iter().any(|n| n.contains("weight 0")), "{notes:?}");
}

#[test]
fn damaged_files_give_an_error_that_names_the_place() {
    let Some(path) = shared("pymatgen/vasprun.Al.xml.gz") else {
        return;
    };
    let text = plain(&path);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vasprun.xml");
    let error_of = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        open(&file)
            .expect_err("a damaged file was read")
            .to_string()
    };
    for tenth in 0..10 {
        let text = error_of(&text.as_bytes()[..text.len() * tenth / 10]);
        assert!(text.contains("vasprun.xml"), "{text}");
    }
    let gzip = std::fs::read(&path).unwrap();
    for tenth in 1..10 {
        error_of(&gzip[..gzip.len() * tenth / 10]);
    }
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        error_of(text.replacen(from, to, 1).as_bytes())
    };
    let energies = text.find("<eigenvalues>").unwrap();
    let row = energies + text[energies..].find("<r>").unwrap();
    let nan = format!("{}<r> NaN {}", &text[..row], &text[row + 12..]);
    let message = error_of(nan.as_bytes());
    assert!(message.contains("spin 1, k-point 1, band 1"), "{message}");
    let k = "   <v>       0.07692308       0.00000000       0.00000000 </v>\n";
    let message = replaced(k, "");
    assert!(message.contains("84"), "{message}");
    let message = replaced(
        "<v>       0.00000000       0.00000000       0.00000000 </v>\n   <v>       0.07692308",
        "<v> 0.0 0.0 </v><v>0.07692308",
    );
    assert!(message.contains("vector"), "{message}");
    replaced("<modeling>", "<other>");
}
