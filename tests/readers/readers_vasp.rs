//! VASP's files, real ones from the shared data, against INDEX.md there; and damaged ones.

use bzint::Result;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::io::{self, OpenOptions};
use std::io::Read;
use std::path::Path;

/// A file of VASP.
fn shared(name: &str) -> Option<std::path::PathBuf> {
    crate::common::shared(&format!("vasp/{name}"))
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

/// EIGENVAL, POSCAR and DOSCAR as VASP lays them out, with the numbers of a vasprun.xml.
fn as_eigenval(folder: &Path, bands: &BandGrid, k_points: &[[f64; 3]], occupied: f64) {
    let h = bands.header();
    let n = h.atoms.len();
    let mut text = format!(
        "  {n}  {n}  1  {}\n 1 2 3 4 5E-15\n 1.0E-4\n  CAR \n title\n",
        h.n_spin()
    );
    text += &format!(
        "  {}  {}  {}\n",
        h.n_electrons.unwrap(),
        k_points.len(),
        h.n_band
    );
    let weight = 1.0 / k_points.len() as f64;
    for k in k_points {
        text += &format!(
            " \n  {:.7E}  {:.7E}  {:.7E}  {weight:.7E}\n",
            k[0], k[1], k[2]
        );
        let p = h.k_grid.index(h.k_grid.locate(*k, 1e-3).unwrap());
        for band in 0..h.n_band {
            text += &format!("  {}", band + 1);
            for spin in 0..h.n_spin() {
                text += &format!("  {:.6}", bands.band(Field::Energy, spin, band)[p]);
            }
            for _ in 0..h.n_spin() {
                let filled = (band as f64) < h.n_electrons.unwrap() / 2.0;
                text += &format!("  {:.6}", if filled { occupied } else { 0.0 });
            }
            text += "\n";
        }
    }
    std::fs::write(folder.join("EIGENVAL"), text).unwrap();
    let mut poscar = "title\n 1.0\n".to_string();
    for row in h.lattice.rows() {
        poscar += &format!(" {} {} {}\n", row[0], row[1], row[2]);
    }
    let mut names: Vec<&str> = h.atoms.iter().map(|a| a.symbol.as_str()).collect();
    names.dedup();
    let counts: Vec<String> = names
        .iter()
        .map(|s| {
            h.atoms
                .iter()
                .filter(|a| a.symbol == *s)
                .count()
                .to_string()
        })
        .collect();
    poscar += &format!("{}\n{}\nDirect\n", names.join(" "), counts.join(" "));
    for a in &h.atoms {
        poscar += &format!(" {} {} {}\n", a.position[0], a.position[1], a.position[2]);
    }
    std::fs::write(folder.join("POSCAR"), poscar).unwrap();
    let doscar = format!(
        "  {n}  {n}  1  0\n 1 2 3 4 5E-15\n 1.0E-4\n  CAR \n title\n 20.0 -10.0 301 {} 1.0\n",
        h.fermi_level_ev.unwrap()
    );
    std::fs::write(folder.join("DOSCAR"), doscar).unwrap();
}

/// The k-points that a vasprun.xml lists.
fn listed(text: &str) -> Vec<[f64; 3]> {
    let start = text.find("kpointlist").unwrap();
    let list = &text[start..start + text[start..].find("</varray>").unwrap()];
    let rows = list.lines().filter(|l| l.contains("<v>"));
    rows.map(|l| {
        let n: Vec<f64> = l
            .split_ascii_whitespace()
            .filter_map(|w| w.parse().ok())
            .collect();
        [n[0], n[1], n[2]]
    })
    .collect()
}

#[test]
fn eigenval_agrees_with_the_vasprun_of_the_same_run() {
    for name in [
        "IFermi_MgB2/vasprun.xml.gz",
        "btp2_Si.vasp/vasprun.xml.gz",
        "pymatgen/vasprun.Al.xml.gz",
    ] {
        let Some(path) = shared(name) else { continue };
        let xml = open(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        as_eigenval(folder.path(), &xml, &listed(&plain(&path)), 1.0);
        let bands = open(folder.path()).unwrap();
        let (a, b) = (bands.header(), xml.header());
        assert_eq!((a.k_grid, a.spin, a.n_band), (b.k_grid, b.spin, b.n_band));
        assert_eq!(
            (a.fermi_level_ev, a.n_electrons),
            (b.fermi_level_ev, b.n_electrons)
        );
        assert_eq!(a.point_group.order(), b.point_group.order());
        for spin in 0..a.n_spin() {
            let pairs =
                bands
                    .band(Field::Energy, spin, 2)
                    .iter()
                    .zip(xml.band(Field::Energy, spin, 2));
            assert!(pairs.fold(0.0f64, |m, (x, y)| m.max((x - y).abs())) < 1e-6);
        }
        // Without a DOSCAR the level is OUTCAR's; without any, unknown.
        std::fs::remove_file(folder.path().join("DOSCAR")).unwrap();
        assert_eq!(open(folder.path()).unwrap().header().fermi_level_ev, None);
        std::fs::write(
            folder.path().join("OUTCAR"),
            " E-fermi :   1.25     XC(G=0): -9.\n E-fermi : 2.5 X\n",
        )
        .unwrap();
        assert_eq!(
            open(folder.path()).unwrap().header().fermi_level_ev,
            Some(2.5)
        );
        std::fs::remove_file(folder.path().join("POSCAR")).unwrap();
        let text = open(&folder.path().join("EIGENVAL"))
            .unwrap_err()
            .to_string();
        assert!(text.contains("POSCAR"), "{text}");
    }
}

#[test]
fn occupations_tell_spinors_and_damage_is_named() {
    let Some(path) = shared("btp2_Si.vasp/vasprun.xml.gz") else {
        return;
    };
    let xml = open(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    as_eigenval(folder.path(), &xml, &listed(&plain(&path)), 2.0);
    assert_eq!(
        open(folder.path()).unwrap().header().spin,
        SpinTreatment::Spinor
    );
    as_eigenval(folder.path(), &xml, &listed(&plain(&path)), 1.0);
    let file = folder.path().join("EIGENVAL");
    let text = std::fs::read_to_string(&file).unwrap();
    for tenth in 0..10 {
        std::fs::write(&file, &text[..text.len() * tenth / 10]).unwrap();
        assert!(open(&file).is_err());
    }
    for (from, to, want) in [
        ("  165  8\n", "  164  8\n", "follows the last"),
        (
            "  165  8\n",
            "  99999999999999  9999999999\n",
            "cannot hold",
        ),
        ("  2  2  1  1", "  3  3  1  1", "POSCAR"),
        ("  1  -5", "  1  NaN", "band 1 of k-point 4"),
        (
            "0.0000000E0  0.0000000E0  0.0000000E0",
            "1.0000000E-3  0.0000000E0  0.0000000E0",
            "k-point",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let message = open(&file).unwrap_err().to_string();
        assert!(message.contains(want), "{message}");
    }
    std::fs::write(&file, text).unwrap();
    let poscar = folder.path().join("POSCAR");
    let whole = std::fs::read_to_string(&poscar).unwrap();
    for tenth in 0..10 {
        std::fs::write(&poscar, &whole[..whole.len() * tenth / 10]).unwrap();
        let _ = open(&file);
    }
    std::fs::write(
        &poscar,
        whole.replace("2\nDirect", "99999999999999999\nDirect"),
    )
    .unwrap();
    assert!(open(&file).is_err());
}

#[test]
fn real_eigenval_files_are_recognised() {
    for name in ["pymatgen/EIGENVAL.gz", "pymatgen/EIGENVAL.ispin2.gz"] {
        let Some(path) = shared(name) else { continue };
        let text = open(&path).unwrap_err().to_string();
        assert!(text.contains("POSCAR"), "{text}");
    }
}

/// The real file is a hybrid run: 16 k-points of a 6³ grid with weights, and 147 without on a path.
#[test]
fn vaspout_takes_the_uniform_part_of_a_hybrid_run() {
    let Some(path) = shared("pymatgen/vaspout.line_mode_band_structure.h5.gz") else {
        return;
    };
    let bands = open(&path).unwrap();
    let h = bands.header();
    println!(
        "{:?} {:?} edges {:?}",
        h.provenance.format,
        h.provenance.notes,
        edges(&bands)
    );
    assert_eq!(
        (h.k_grid.n, h.n_band, h.spin),
        ([6; 3], 20, SpinTreatment::Unpolarized)
    );
    assert_eq!((h.n_electrons, h.point_group.order()), (Some(18.0), 48));
    assert!((h.fermi_level_ev.unwrap() - 4.440287798950607).abs() < 1e-12);
    assert!(
        h.provenance
            .notes
            .iter()
            .any(|n| n.contains("147 of the 163"))
    );
}

/// A uniform one with the same names, made here (no public one was found).
#[test]
fn vaspout_agrees_with_the_vasprun_of_the_same_run() {
    let Some(path) = shared("IFermi_MgB2/vasprun.xml.gz") else {
        return;
    };
    let xml = open(&path).unwrap();
    let h = xml.header();
    let k = listed(&plain(&path));
    let folder = tempfile::tempdir().unwrap();
    let write = |k: &[[f64; 3]], n_k: usize, bad: Option<f64>| {
        let file = hdf5::File::create(folder.path().join("vaspout.h5")).unwrap();
        let mut energies = Vec::new();
        for spin in 0..2 {
            for u in k {
                let p = h.k_grid.index(h.k_grid.locate(*u, 1e-3).unwrap());
                energies.extend((0..h.n_band).map(|b| xml.band(Field::Energy, spin, b)[p]));
            }
        }
        if let Some(value) = bad {
            energies[70] = value;
        }
        let flat: Vec<f64> = k.iter().flatten().copied().collect();
        let g = file
            .create_group("results")
            .unwrap()
            .create_group("electron_eigenvalues")
            .unwrap();
        let put = |group: &hdf5::Group, name: &str, shape: &[usize], data: &[f64]| {
            group
                .new_dataset::<f64>()
                .shape(shape)
                .create(name)
                .unwrap()
                .write_raw(data)
                .unwrap();
        };
        put(&g, "eigenvalues", &[2, k.len(), h.n_band], &energies);
        put(&g, "kpoint_coords", &[n_k, 3], &flat[..3 * n_k]);
        put(
            &g,
            "kpoints_symmetry_weight",
            &[k.len()],
            &vec![1.0; k.len()],
        );
        put(&g, "nelectrons", &[], &[14.0]);
        let g = file.create_group("results/electron_dos").unwrap();
        put(&g, "efermi", &[], &[h.fermi_level_ev.unwrap()]);
        let g = file.create_group("results/positions").unwrap();
        put(&g, "scale", &[], &[1.0]);
        put(
            &g,
            "lattice_vectors",
            &[3, 3],
            h.lattice.rows().as_flattened(),
        );
        let positions: Vec<f64> = h.atoms.iter().flat_map(|a| a.position).collect();
        put(&g, "position_ions", &[3, 3], &positions);
        put(&g, "number_ion_types", &[2], &[1.0, 2.0]);
        let names: Vec<hdf5::types::FixedAscii<2>> = ["Mg", "B"]
            .map(|s| hdf5::types::FixedAscii::from_ascii(s).unwrap())
            .to_vec();
        g.new_dataset_builder()
            .with_data(&names)
            .create("ion_types")
            .unwrap();
    };
    write(&k, k.len(), None);
    let bands = open(folder.path()).unwrap();
    assert_eq!(bands.header().k_grid, h.k_grid);
    assert_eq!(
        (bands.header().spin, bands.header().n_electrons),
        (h.spin, h.n_electrons)
    );
    assert_eq!(bands.header().point_group.order(), 24);
    assert_eq!(
        bands.band(Field::Energy, 1, 7),
        xml.band(Field::Energy, 1, 7)
    );

    let file = folder.path().join("vaspout.h5");
    let whole = std::fs::read(&file).unwrap();
    for tenth in 0..10 {
        std::fs::write(&file, &whole[..whole.len() * tenth / 10]).unwrap();
        assert!(open(&file).is_err());
    }
    write(&k, k.len(), Some(f64::NAN));
    let text = open(&file).unwrap_err().to_string();
    assert!(
        text.contains("eigenvalues") && text.contains("NaN"),
        "{text}"
    );
    write(&k, k.len() - 1, None);
    assert!(open(&file).unwrap_err().to_string().contains("39 k-points"));
    write(&k[..39], 39, None);
    let text = open(&file).unwrap_err().to_string();
    assert!(text.contains("reached by none"), "{text}");
}

/// No spin-orbit run is among the samples: the flag of a real file is set here.
#[test]
fn spin_orbit_gives_spinors() {
    let Some(path) = shared("btp2_Si.vasp/vasprun.xml.gz") else {
        return;
    };
    let text = plain(&path).replace("\"LSORBIT\"> F", "\"LSORBIT\"> T");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vasprun.xml");
    std::fs::write(&file, text).unwrap();
    let bands = open(&file).unwrap();
    assert_eq!(bands.header().spin, SpinTreatment::Spinor);
    let notes = &bands.header().provenance.notes;
    assert!(notes.iter().any(|n| n.contains("assumed")), "{notes:?}");
}
