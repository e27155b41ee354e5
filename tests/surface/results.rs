//! Files of surfaces and of open orbits, and figures of them.

use crate::common::binary::bzint;
use bzint::io::results::ResultFile;
use std::path::Path;

fn cubic(folder: &Path, level: f64) -> String {
    let bands = folder.join("b.h5").display().to_string();
    bzint(&format!(
        "model simple-cubic -n 24 --lattice-constant 4 --fermi-level={level} -o {bands} -q"
    ))
    .text();
    bands
}

/// The HDF5 file of a surface holds its mesh, closed and on the surface, its properties, and the table with bars of `--json`; `plot` draws it in the colours
/// of any property.
#[test]
fn a_surface_in_hdf5_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let bands = cubic(folder.path(), -4.0);
    let (file, picture) = (at("s.h5"), at("s.svg"));
    let found = bzint(&format!(
        "surface {bands} --interpolate none --tau 1e-14 -o {file} -o {picture} --json -q"
    ))
    .json();
    let read = ResultFile::read(Path::new(&file), Some("surface")).unwrap();
    let data = |name: &str| read.get(name).unwrap().data.clone();
    let sheet = &found["sheets"][0];
    for (name, key) in [
        ("area", "area"),
        ("carriers", "carriers"),
        ("fermi_velocity", "fermi_velocity"),
    ] {
        let own = read.get(name).unwrap();
        assert_eq!(own.data, [sheet[key]["value"].as_f64().unwrap()]);
        assert_eq!(
            own.error.as_ref().unwrap()[0],
            sheet[key]["error"].as_f64().unwrap()
        );
        assert!(own.error.as_ref().unwrap()[0] > 0.0);
    }
    assert_eq!(
        (data("character"), data("euler_characteristic")),
        (vec![1.0], vec![2.0])
    );
    assert!(read.get("mean_free_path").is_some() && read.get("velocity_z").is_some());
    // Every triangle's corners are vertices on E = −4, its edges are those of two triangles, and the areas sum to the surface's.
    let (places, corners) = (data("place"), data("vertices"));
    let of = |i: f64| -> [f64; 3] { std::array::from_fn(|c| places[3 * i as usize + c]) };
    let mut edges = std::collections::BTreeMap::new();
    let mut area = 0.0;
    for t in corners.chunks_exact(3) {
        let p = [of(t[0]), of(t[1]), of(t[2])];
        for k in p {
            let e: f64 = k.iter().map(|k| -2.0 * (4.0 * k).cos()).sum();
            assert!((e + 4.0).abs() < 2e-3, "{e}");
        }
        let (a, b): ([f64; 3], [f64; 3]) = (
            std::array::from_fn(|c| p[1][c] - p[0][c]),
            std::array::from_fn(|c| p[2][c] - p[0][c]),
        );
        let n = [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ];
        area += 0.5 * n.iter().map(|x| x * x).sum::<f64>().sqrt();
        for (i, j) in [(0, 1), (1, 2), (2, 0)] {
            let (x, y) = (t[i] as u64, t[j] as u64);
            *edges.entry((x.min(y), x.max(y))).or_insert(0) += 1;
        }
    }
    assert!(edges.values().all(|n| *n == 2));
    assert!((area / data("area")[0] - 1.0).abs() < 1e-2, "{area}");
    assert_eq!(data("triangle_count")[0] as usize, corners.len() / 3);
    for words in [
        "-o p.png",
        "--quantity velocity_x -o q.png",
        "-o p.svg --dark",
    ] {
        let out = words.split(' ').find(|w| w.contains('.')).unwrap();
        let words = words.replace(out, &at(out));
        bzint(&format!("plot {file} {words} -q")).text();
        assert!(std::fs::metadata(at(out)).unwrap().len() > 5000, "{out}");
    }
    assert_ne!(
        std::fs::read(at("p.png")).unwrap(),
        std::fs::read(at("q.png")).unwrap()
    );
    assert!(
        std::fs::read_to_string(picture)
            .unwrap()
            .contains("speed in m/s")
    );
    let said = bzint(&format!(
        "plot {file} --quantity lifetime -o {}",
        at("r.png")
    ))
    .said();
    assert!(said.contains("no property of this surface"), "{said}");
}

/// Open orbits with their direction and range along the field are in the file, also where there are none but open ones.
#[test]
fn open_orbits_in_hdf5() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let bands = cubic(folder.path(), 0.0);
    let file = at("o.h5");
    let found = bzint(&format!(
        "orbits {bands} --interpolate none --direction 101 -o {file} --json -q"
    ))
    .json();
    let open: Vec<_> = found["orbits"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|o| o["kind"] == "open")
        .collect();
    assert!(!open.is_empty());
    let read = ResultFile::read(Path::new(&file), Some("orbits")).unwrap();
    let data = |name: &str| read.get(name).unwrap().data.clone();
    assert_eq!(data("open_share").len(), open.len());
    for (i, o) in open.iter().enumerate() {
        assert_eq!(
            data("open_share")[i],
            o["share_of_states"].as_f64().unwrap()
        );
        assert_eq!(
            data("open_k_from")[i],
            o["k_field_range"][0].as_f64().unwrap()
        );
        assert_eq!(
            data("open_k_to")[i],
            o["k_field_range"][1].as_f64().unwrap()
        );
        for b in 0..3 {
            let along = data(&format!("open_along_b{}", b + 1))[i];
            assert_eq!(along, o["open_direction"][b].as_f64().unwrap());
        }
    }
    // A warped cylinder along z in a field along x: open orbits alone.
    let (tube, alone) = (at("tube.h5"), at("alone.h5"));
    bzint(&format!(
        "model square -n 32,32,8 --fermi-level=-1 -o {tube} -q"
    ))
    .text();
    bzint(&format!(
        "orbits {tube} --interpolate none --direction 100 -o {alone} -o {} -q",
        at("alone.csv")
    ))
    .text();
    let read = ResultFile::read(Path::new(&alone), Some("orbits")).unwrap();
    assert!(read.get("open_share").unwrap().data.iter().sum::<f64>() > 0.9);
    assert!(read.get("frequency").is_none());
    let said = bzint(&format!("plot {alone} -o {}", at("alone.svg"))).said();
    assert!(
        said.contains("no direction has an extremal orbit"),
        "{said}"
    );
}
