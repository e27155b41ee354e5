//! The Quantum ESPRESSO reader on small files made here: spin, symmetry flags and everything that can be wrong with a file.

use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::crystal::KGrid;
use bzint::io::{self, OpenOptions, qe};
use bzint::units::HARTREE_EV;
use bzint::{Error, Result};
use std::fmt::Write;
use std::path::Path;

/// A pw.x file of a simple cubic crystal (a = 5 bohr, so that fractional k equals k in 2π/alat).
struct Xml {
    spin: &'static str,
    symmetries: String,
    grid: &'static str,
    fermi: &'static str,
    counts: &'static str,
    k_points: Vec<([f64; 3], Vec<f64>)>,
}

/// Γ, X, M, R of a 2×2×2 grid.
const CORNERS: [[f64; 3]; 4] = [[0.0; 3], [0.5, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5; 3]];

fn operation(r: [[i32; 3]; 3], attribute: &str) -> String {
    // Columns first, as Fortran stores them.
    let numbers: Vec<String> = (0..9).map(|x| format!("{}.0e0", r[x % 3][x / 3])).collect();
    format!(
        "<symmetry><info name=\"r\"{attribute}>crystal_symmetry</info><rotation rank=\"2\">{}</rotation></symmetry>\n",
        numbers.join(" ")
    )
}

/// The 24 proper rotations of the cube.
fn proper_rotations() -> String {
    let mut text = String::new();
    for [a, b, c] in [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [0, 2, 1],
        [2, 1, 0],
        [1, 0, 2],
    ] {
        for signs in 0..8 {
            let sign = |bit: i32| if signs & bit == 0 { 1 } else { -1 };
            let mut r = [[0; 3]; 3];
            (r[0][a], r[1][b], r[2][c]) = (sign(1), sign(2), sign(4));
            let parity = if (b + 3 - a) % 3 == 1 { 1 } else { -1 };
            if parity * sign(1) * sign(2) * sign(4) == 1 {
                text += &operation(r, "");
            }
        }
    }
    text + "<symmetry><info>lattice_symmetry</info><rotation>-1 0 0 0 -1 0 0 0 -1</rotation></symmetry>\n"
}

impl Xml {
    fn unpolarized() -> Self {
        Self {
            spin: "<lsda>false</lsda><noncolin>false</noncolin><spinorbit>false</spinorbit>",
            symmetries: proper_rotations(),
            grid: "<monkhorst_pack nk1=\"2\" nk2=\"2\" nk3=\"2\" k1=\"0\" k2=\"0\" k3=\"0\"/>",
            fermi: "<fermi_energy>2.5e-1</fermi_energy>",
            counts: "<nbnd>2</nbnd>",
            k_points: CORNERS
                .iter()
                .zip([0.0, 0.1, 0.2, 0.3])
                .map(|(&k, e)| (k, vec![e, e + 0.5]))
                .collect(),
        }
    }

    fn text(&self) -> String {
        let mut ks = String::new();
        for (k, energies) in &self.k_points {
            let list: Vec<String> = energies.iter().map(|e| format!("{e:e}")).collect();
            writeln!(
                ks,
                "<ks_energies><k_point weight=\"1\">{} {} {}</k_point>\n<eigenvalues size=\"{}\">\n{}\n</eigenvalues></ks_energies>",
                k[0], k[1], k[2], energies.len(), list.join("\n")
            )
            .unwrap();
        }
        format!(
            "<?xml version=\"1.0\"?>\n<qes:espresso xmlns:qes=\"http://www.quantum-espresso.org/ns/qes/qes-1.0\">\n<input></input>\n<output>\n\
             <atomic_structure nat=\"1\" alat=\"5.0\"><atomic_positions><atom name=\"Po\">0 0 0</atom></atomic_positions>\n\
             <cell><a1>5 0 0</a1><a2>0 5 0</a2><a3>0 0 5</a3></cell></atomic_structure>\n<symmetries>\n{}</symmetries>\n\
             {}<band_structure>{}{}<nelec>1.0</nelec>\n{}\n<starting_k_points>{}</starting_k_points>\n<nks>{}</nks>\n{ks}</band_structure>\n\
             </output>\n</qes:espresso>\n",
            self.symmetries,
            if self.spin.contains("MAGNETIC") {
                "<magnetization><do_magnetization>true</do_magnetization></magnetization>"
            } else {
                "<magnetization><do_magnetization>false</do_magnetization></magnetization>"
            },
            self.spin,
            self.counts,
            self.fermi,
            self.grid,
            self.k_points.len()
        )
    }

    fn read(&self) -> Result<BandGrid> {
        qe::parse(Path::new("test.xml"), &self.text())
    }
}

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

#[test]
fn implicit_time_reversal_adds_the_inversion() {
    let bands = Xml::unpolarized().read().unwrap();
    let header = bands.header();
    assert_eq!(header.point_group.order(), 48);
    assert_eq!(
        (header.n_electrons, header.fermi_level_ev),
        (Some(1.0), Some(0.25 * HARTREE_EV))
    );
    let steps = [0.0, 0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.3]; // [n1][n2][n3]: one step per ½ in k
    for band in 0..2 {
        for (e, step) in bands.band(Field::Energy, 0, band).iter().zip(steps) {
            assert!((e / HARTREE_EV - step - 0.5 * band as f64).abs() < 1e-12);
        }
    }
}

#[test]
fn lsda_lists_up_then_down_and_two_fermi_levels_are_not_merged() {
    let mut xml = Xml::unpolarized();
    xml.spin = "<lsda>true</lsda><noncolin>false</noncolin><spinorbit>false</spinorbit>";
    xml.fermi = "<two_fermi_energies>0.1 0.2</two_fermi_energies>";
    for (_, energies) in &mut xml.k_points {
        *energies = vec![
            energies[0],
            energies[1],
            energies[0] + 2.0,
            energies[1] + 2.0,
        ];
    }
    for counts in ["<nbnd_up>2</nbnd_up><nbnd_dw>2</nbnd_dw>", "<nbnd>4</nbnd>"] {
        xml.counts = counts;
        let bands = xml.read().unwrap();
        assert_eq!(bands.header().spin, SpinTreatment::Collinear);
        assert_eq!(bands.header().n_band, 2);
        assert_eq!(bands.header().fermi_level_ev, None);
        let notes = bands.header().provenance.notes.join(" ");
        assert!(
            notes.contains("2.7211 eV") && notes.contains("5.4423 eV"),
            "{notes}"
        );
        for band in 0..2 {
            let (up, down) = (
                bands.band(Field::Energy, 0, band),
                bands.band(Field::Energy, 1, band),
            );
            assert!(
                up.iter()
                    .zip(down)
                    .all(|(u, d)| (d - u - 2.0 * HARTREE_EV).abs() < 1e-9)
            );
        }
    }
    xml.fermi = "<two_fermi_energies>0.2 0.2</two_fermi_energies>";
    assert_eq!(
        xml.read().unwrap().header().fermi_level_ev,
        Some(0.2 * HARTREE_EV)
    );
    xml.counts = "";
    refused(xml.read(), &["<band_structure>", "<nbnd_up>"]);
}

#[test]
fn time_reversal_in_a_magnetic_spinor_run_is_what_its_flags_say() {
    let mut xml = Xml::unpolarized();
    xml.spin = "<lsda>false</lsda><noncolin>true</noncolin><spinorbit>true</spinorbit>";
    let bands = xml.read().unwrap();
    assert_eq!(bands.header().spin, SpinTreatment::Spinor);
    assert_eq!(bands.header().point_group.order(), 48);

    // Four points along x, where only C2(x) with time reversal, diag(-1, 1, 1) on k, brings 3/4 from 1/4.
    xml.spin =
        "<!--MAGNETIC--><lsda>false</lsda><noncolin>true</noncolin><spinorbit>true</spinorbit>";
    xml.grid = "<monkhorst_pack nk1=\"4\" nk2=\"1\" nk3=\"1\" k1=\"0\" k2=\"0\" k3=\"0\"/>";
    xml.k_points = (0..3)
        .map(|i| ([0.25 * f64::from(i), 0.0, 0.0], vec![f64::from(i), 9.0]))
        .collect();
    let identity = operation([[1, 0, 0], [0, 1, 0], [0, 0, 1]], "");
    let c2 = [[1, 0, 0], [0, -1, 0], [0, 0, -1]];
    xml.symmetries = identity.clone() + &operation(c2, " time_reversal=\"true\"");
    let bands = xml.read().unwrap();
    assert_eq!(bands.header().point_group.order(), 2);
    let steps: Vec<f64> = bands
        .band(Field::Energy, 0, 0)
        .iter()
        .map(|e| (e / HARTREE_EV).round())
        .collect();
    assert_eq!(steps, [0.0, 1.0, 2.0, 1.0]);
    xml.symmetries = identity + &operation(c2, "");
    refused(
        xml.read(),
        &["1 of the 4 points", "(0.750000, 0.000000, 0.000000)"],
    );
}

#[test]
fn shifted_grids_explicit_lists_and_files_without_symmetry_are_completed() {
    let mut xml = Xml::unpolarized();
    xml.grid = "<monkhorst_pack nk1=\"2\" nk2=\"2\" nk3=\"2\" k1=\"1\" k2=\"1\" k3=\"1\"/>";
    xml.k_points = vec![([0.25; 3], vec![0.1, 0.2])];
    assert_eq!(xml.read().unwrap().header().k_grid.shift, [0.5; 3]);
    xml = Xml::unpolarized();
    xml.grid = "<nk>4</nk>";
    assert_eq!(
        xml.read().unwrap().header().k_grid,
        KGrid::gamma([2; 3]).unwrap()
    );
    xml.symmetries.clear();
    let bands = xml.read().unwrap();
    let notes = &bands.header().provenance.notes;
    assert!(
        notes.iter().any(|n| n.contains("48 of the structure")),
        "{notes:?}"
    );
}

#[test]
fn equivalent_points_of_a_list_must_agree() {
    let mut xml = Xml::unpolarized();
    xml.k_points.push(([0.0, -0.5, 1.0], vec![0.1, 0.6])); // X again
    assert_eq!(xml.read().unwrap().header().point_group.order(), 48);
    xml.k_points[4].1[0] = 0.11;
    refused(
        xml.read(),
        &["k-points 2 and 5", "0.2721 eV", "equivalent by symmetry"],
    );
    // A complete list needs no symmetry: operations that its energies contradict are dropped.
    xml.k_points = (0..8)
        .map(|p| {
            (
                [p / 4, p / 2 % 2, p % 2].map(|j| 0.5 * f64::from(j)),
                vec![0.1 * f64::from(p / 4), 1.0],
            )
        })
        .collect();
    let bands = xml.read().unwrap();
    assert_eq!(bands.header().point_group.order(), 16, "tetragonal about x");
    assert!(
        bands
            .header()
            .provenance
            .notes
            .iter()
            .any(|n| n.contains("32 of the 48"))
    );
}

#[test]
fn a_pw_x_file_with_a_fault_is_refused_with_place_and_value() {
    let good = Xml::unpolarized().text();
    let read = |text: &str| qe::parse(Path::new("test.xml"), text);
    for tenth in 1..10 {
        let cut = &good[..good.len() * tenth / 10];
        refused(
            read(cut),
            &["test.xml: line", "the XML is broken", "copy it again"],
        );
    }
    let replace = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    refused(
        read(&replace("6e-1", "NaN")),
        &["<eigenvalues>", "k-point 2", "\"NaN\""],
    );
    refused(
        read(&replace("6e-1", "********")),
        &["k-point 2", "\"********\""],
    );
    refused(
        read(&replace("6e-1", "")),
        &["k-point 2 has 1 eigenvalues, where 2"],
    );
    refused(
        read(&replace("<nks>4", "<nks>5")),
        &["4 k-points are listed", "\"5\""],
    );
    refused(
        read(&replace("<nbnd>2</nbnd>", "")),
        &["<band_structure>", "<nbnd> is missing"],
    );
    refused(
        read(&replace("<nbnd>2</nbnd>", "<nbnd>0</nbnd>")),
        &["<nbnd>", "\"0\""],
    );
    refused(
        read(&replace("<a3>0 0 5", "<a3>0 5 0")),
        &["test.xml: lattice", "singular"],
    );
    refused(
        read(&replace("alat=\"5.0\"", "alat=\"0\"")),
        &["alat=\"0\""],
    );
    refused(
        read(&replace("<nelec>1.0", "<nelec>9.0")),
        &["9 electrons do not fit"],
    );
    refused(read(&replace("1.0e0", "0.5e0")), &["<rotation>", "0.5"]);
    refused(
        read(&good.replace("espresso", "modeling")),
        &["<modeling> is not"],
    );
    let mut gap = Xml::unpolarized();
    gap.k_points.remove(2);
    refused(
        gap.read(),
        &[
            "test.xml: k-points",
            "3 of the 8 points",
            "(0.500000, 0.500000, 0.000000)",
        ],
    );
}

#[test]
fn files_of_no_known_format_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        io::open(&path, &OpenOptions::default()).map(|_| ())
    };
    refused(open("a.xml", b""), &["a.xml", "empty"]);
    refused(
        open("b.xml", b"<?xml version=\"1.0\"?>\n<modeling>"),
        &["b.xml", "ends inside"],
    );
    refused(
        open("c.bxsf", b"hello world\n"),
        &["text that begins with \"hello world\""],
    );
    refused(
        open("d.png", b"\x89PNG\r\n\x1a\n\0\0\0"),
        &["unknown file format", "binary data"],
    );
    refused(
        open("e.xml.gz", b"\x1f\x8b\x08\0\0\0\0\0"),
        &["e.xml.gz", "unknown file format"],
    );
    let missing = io::open(Path::new("no/such/file"), &OpenOptions::default()).map(|_| ());
    assert!(matches!(missing, Err(Error::Io { .. })));
    refused(
        io::open(folder.path(), &OpenOptions::default()).map(|_| ()),
        &["directory without"],
    );

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, Xml::unpolarized().text().as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    open("f.xml.gz", &whole).unwrap();
    refused(
        open("g.xml.gz", &whole[..whole.len() / 2]),
        &["g.xml.gz: gzip stream", "cut short"],
    );
}
