//! Many results: one table, one figure, one job.

use crate::common::binary::{bzint, bzint_with};
use serde_json::Value;
use std::path::Path;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// Writes results of the cubic crystal at two temperatures and dopings.
fn results(folder: &Path, name: &str, temperatures: &str) -> String {
    let out = folder.join(name).display().to_string();
    bzint(&format!(
        "transport {DATA}/cubic.energy --backend cpu --interpolate 28 -T {temperatures} --doping 1e19,p1e20 --no-hall -q -o {out}"
    ))
    .text();
    out
}

#[test]
fn a_table_has_the_numbers_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let a = results(folder.path(), "a.h5", "300,500");
    let b = results(folder.path(), "b.h5", "700");
    let json = bzint(&format!("table {a} {b} --columns S,sigma:zz --json")).json();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    let file = bzint::io::results::ResultFile::open(Path::new(&b)).unwrap();
    let seebeck = file.get("seebeck").unwrap();
    let row = &rows[5];
    assert_eq!(
        (row["temperature"].as_f64(), row["doping"].as_f64()),
        (Some(700.0), Some(-1e20))
    );
    let mean = (seebeck.data[9] + seebeck.data[13] + seebeck.data[17]) / 3.0;
    let value = |v: &Value| v["value"].as_f64().unwrap();
    assert!((value(&row["seebeck"]) / mean - 1.0).abs() < 1e-12);
    let sigma = file.get("conductivity_over_tau").unwrap().data[17];
    assert_eq!(value(&row["conductivity_over_tau_zz"]), sigma);
    let csv = bzint(&format!("table {a} {b} --columns S --format csv")).text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 7);
    assert!(
        lines[0]
            .starts_with("file,temperature [K],doping [cm^-3],seebeck [V/K],seebeck_error [V/K]"),
        "{}",
        lines[0]
    );
    let cells: Vec<&str> = lines[6].split(',').collect();
    assert_eq!(cells[3].parse::<f64>().unwrap(), value(&row["seebeck"]));
    let markdown = bzint(&format!("table {a}")).text();
    assert!(
        markdown.starts_with("| file | temperature [K] | doping [cm^-3] |")
            && markdown.contains(" ± ")
    );
    assert_eq!(
        bzint(&format!("table {a} --columns nonsense")).code(),
        Some(2)
    );
}

/// What `--csv -` prints is what the result holds, with names and units, for every command that has results.
#[test]
fn every_result_is_had_as_comma_separated_values() {
    let folder = tempfile::tempdir().unwrap();
    let sc = folder.path().join("sc.h5").display().to_string();
    bzint(&format!(
        "model simple-cubic -n 16 --fermi-level=-4 -q -o {sc}"
    ))
    .text();
    let phonons = folder.path().join("phonons.h5").display().to_string();
    bzint(&format!("model scalar-phonons -n 8 -q -o {phonons}")).text();
    let out = folder.path().join("out.h5").display().to_string();
    for (words, kind, column, unit) in [
        (
            format!("fermi {sc} --backend cpu"),
            "fermi",
            "conductivity_over_tau_xx",
            "1/(Ohm m s)",
        ),
        (
            format!("dos {sc} --backend cpu --bins 20"),
            "dos",
            "density_of_states",
            "1/eV",
        ),
        (
            format!("surface {sc} --interpolate none"),
            "surface",
            "area",
            "1/angstrom^2",
        ),
        (
            format!("orbits {sc} --interpolate none"),
            "orbits",
            "frequency_T",
            "",
        ),
        (
            format!("superconductor {sc} --gap s:1meV --backend cpu"),
            "superconductor",
            "penetration_depth_x",
            "nm",
        ),
        (
            format!("phonon {phonons} --tau 1e-11 -T 100,300"),
            "phonon",
            "heat_capacity",
            "J/(m^3 K)",
        ),
        (
            "drag --debye 343 --fermi-temperature 8e4".into(),
            "drag",
            "seebeck_drag",
            "V/K",
        ),
        ("bounds".into(), "bounds", "figure_of_merit", ""),
        (
            "focusing --elastic 165.64,63.94,79.51 --density 2329".into(),
            "focusing",
            "phase_velocity",
            "m/s",
        ),
    ] {
        let csv = bzint(&format!("{words} -q --csv -")).text();
        bzint(&format!("{words} -q -o {out}")).text();
        let file = bzint::io::results::ResultFile::read(Path::new(&out), Some(kind)).unwrap();
        let head = csv.lines().next().unwrap();
        let title = match unit {
            "" => column.to_owned(),
            unit => format!("{column} [{unit}]"),
        };
        let at = head.split(',').position(|c| c == title);
        let at = at.unwrap_or_else(|| panic!("{words}: no {title} in {head}"));
        let second = csv.lines().nth(1).unwrap();
        // Labels of directions have commas of their own.
        let cells: Vec<&str> = second.rsplit(',').collect();
        let cell = cells[head.split(',').count() - 1 - at];
        let name = ["_xx", "_x", "_T"]
            .iter()
            .find_map(|end| column.strip_suffix(end));
        let name = name.unwrap_or(column);
        let variable = file.get(name).or_else(|| file.get("seebeck")).unwrap();
        let (found, held) = (cell.parse::<f64>().unwrap(), variable.data[0]);
        assert!(
            (found - held).abs() <= 1e-6 * held.abs(),
            "{words}: {second}"
        );
    }
}

#[test]
fn curves_are_chosen_thinned_overlaid_and_dark() {
    let folder = tempfile::tempdir().unwrap();
    let many = results(folder.path(), "many.h5", "300:1050:50");
    let other = results(folder.path(), "other.h5", "300,600");
    let figure = |options: &str| {
        let svg = folder.path().join("figure.svg");
        let done = bzint(&format!(
            "plot {many} --quantity S -o {} {options}",
            svg.display()
        ));
        assert_eq!(done.code(), Some(0), "{options}: {}", done.said());
        (std::fs::read_to_string(svg).unwrap(), done.said())
    };
    let curves = |svg: &str| {
        (300..=1050)
            .step_by(50)
            .filter(|t| svg.contains(&format!(">{t} K<")))
            .count()
    };
    // The longer axis is the abscissa: sixteen temperatures, two dopings.
    let (svg, said) = figure("");
    assert!(
        curves(&svg) == 0 && svg.contains(">n: ") && !said.contains("curves"),
        "{said}"
    );
    let (svg, said) = figure("--against doping");
    assert_eq!(curves(&svg), 12);
    assert!(said.contains("12 of 16 curves"), "{said}");
    let (svg, said) = figure("--against doping --temperatures 300,900");
    assert_eq!(curves(&svg), 2);
    assert!(
        svg.contains(">900 K<") && !said.contains("curves"),
        "{said}"
    );
    let (svg, _) = figure("--against temperature --dopings p1e20");
    assert!(svg.contains(">p: ") && !svg.contains(">n: "));
    let (svg, _) = figure(&format!(
        "--against doping --temperatures 300,600 --overlay {other}"
    ));
    for label in ["many: 300 K", "many: 600 K", "other: 300 K", "other: 600 K"] {
        assert!(svg.contains(label), "{label}");
    }
    let (dark, _) = figure("--dark --logy=false");
    assert!(!dark.contains("#FFFFFF") && !dark.contains("#000000"));
    // Of a map the paper alone is dark: its colours are numbers.
    let map = |options: &str| {
        let svg = folder.path().join("map.svg");
        let elastic = "focusing --elastic 165.64,63.94,79.51 --density 2329 --pixels 20 -q";
        let done = bzint(&format!("{elastic} -o {} {options}", svg.display()));
        assert_eq!(done.code(), Some(0), "{options}: {}", done.said());
        std::fs::read_to_string(svg).unwrap()
    };
    let (light, dark) = (map(""), map("--dark"));
    assert!(light.contains("\"#FFFFFF\"") && !dark.contains("\"#FFFFFF\""));
    let numbers = |svg: &str| {
        let all = svg.match_indices("style=\"fill:");
        all.map(|(at, _)| svg[at..at + 20].to_owned())
            .collect::<Vec<_>>()
    };
    assert!(numbers(&light).len() > 100 && numbers(&light) == numbers(&dark));
    assert_eq!(
        bzint(&format!("plot {many} --temperatures 333")).code(),
        Some(2)
    );
    // A PNG tells its size: 288 dots per inch.
    let png = folder.path().join("figure.png");
    bzint(&format!("plot {many} --quantity S -o {}", png.display())).text();
    let bytes = std::fs::read(png).unwrap();
    let at = bytes.windows(4).position(|w| w == b"pHYs").unwrap();
    assert_eq!(
        u32::from_be_bytes(bytes[at + 4..at + 8].try_into().unwrap()),
        11338
    );
    let expected = {
        let mut c = flate2::Crc::new();
        c.update(&bytes[at..at + 13]);
        c.sum()
    };
    assert_eq!(
        u32::from_be_bytes(bytes[at + 13..at + 17].try_into().unwrap()),
        expected
    );
}

#[test]
fn a_job_is_its_command_for_each_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let job = format!(
        "command = \"fermi\"\nfiles = [\"{DATA}/cu.nscf.xml.gz\", \"{DATA}/al.nscf.xml.gz\"]\noutput = \"{}\"\nbackend = \"cpu\"\ntau = 1e-14\nquiet = true\n",
        at("{stem}.h5")
    );
    std::fs::write(at("job.toml"), job).unwrap();
    let plan = bzint_with(&["run", &at("job.toml"), "--dry-run"]).text();
    assert_eq!(plan.lines().count(), 2);
    assert!(
        plan.contains("bzint fermi") && plan.contains("--tau=1e-14"),
        "{plan}"
    );
    bzint_with(&["run", &at("job.toml")]).text();
    let typed = at("typed.h5");
    bzint(&format!(
        "fermi {DATA}/cu.nscf.xml.gz --backend cpu --tau 1e-14 -q -o {typed}"
    ))
    .text();
    let open = |path: &str| bzint::io::results::ResultFile::open(Path::new(path)).unwrap();
    let (ours, theirs) = (open(&at("cu.h5")), open(&typed));
    assert_eq!(ours.variables(), theirs.variables());
    let command = format!("{:?}", ours.get_attribute("command"));
    assert!(
        command.contains("bzint fermi") && !command.contains("job.toml"),
        "{command}"
    );
    let again = bzint_with(&["run", &at("job.toml"), "--skip-existing"]);
    assert!(again.said().contains("cu.h5 is there") && again.text().is_empty());
    std::fs::write(
        at("bad.toml"),
        "command = \"fermi\"\nfile = \"x.xml\"\ntemprature = 300\n",
    )
    .unwrap();
    let bad = bzint_with(&["run", &at("bad.toml")]);
    assert_eq!(bad.code(), Some(1));
    assert!(bad.said().contains("temprature"), "{}", bad.said());
}

#[test]
fn inputs_side_by_side_give_what_one_after_another_gives() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let run = |own: &str, options: &[&str]| {
        std::fs::create_dir(at(own)).unwrap();
        let output = at(&format!("{own}/{{stem}}.h5"));
        std::fs::write(
            at("job.toml"),
            format!("command = \"fermi\"\noutput = \"{output}\"\nbackend = \"cpu\"\n"),
        )
        .unwrap();
        let list = format!("{DATA}/cu.nscf.xml.gz\n# a note\nmissing.xml\n{DATA}/al.nscf.xml.gz\n");
        std::fs::write(at("list"), list).unwrap();
        let (job, list) = (at("job.toml"), at("list"));
        let done = bzint_with(&[&["run", &job, "--list", &list], options].concat());
        assert_eq!(done.code(), Some(1), "{}", done.said());
        assert!(
            done.said().contains("1 of 3 inputs failed"),
            "{}",
            done.said()
        );
        let printed = String::from_utf8(done.stdout.clone()).unwrap();
        let same = |l: &&str| !l.trim_start().starts_with("backend");
        let printed: Vec<String> = printed.lines().filter(same).map(str::to_owned).collect();
        let open = |name: &str| {
            bzint::io::results::ResultFile::open(Path::new(&at(&format!("{own}/{name}.h5"))))
                .unwrap()
        };
        let found = ["cu", "al"].map(|name| open(name).variables().to_vec());
        (printed, found)
    };
    let (one_by_one, first) = run("first", &[]);
    let (together, second) = run("second", &["--jobs", "2"]);
    assert!(one_by_one.len() > 40);
    assert_eq!((one_by_one, first), (together, second));
    // What is there is not made again, and a part that fails is.
    let again = bzint_with(&[
        "run",
        &at("job.toml"),
        "--list",
        &at("list"),
        "--skip-existing",
        "--jobs",
        "3",
    ]);
    assert!(
        again.said().contains("cu.h5 is there") && again.said().contains("1 of 3"),
        "{}",
        again.said()
    );
    assert_eq!(
        bzint_with(&["run", &at("job.toml"), "--jobs", "0"]).code(),
        Some(2)
    );
}

#[test]
fn bands_along_a_path_go_through_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let json = bzint(&format!("bands {DATA}/cubic.energy --points 70 --json")).json();
    let names: Vec<&str> = json["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Γ", "X", "M", "Γ", "R", "X"]);
    // E_c = 0.05 + 0.02 Σ(1 − cos 2πu) in hartree, everywhere.
    let k = json["k"].as_array().unwrap();
    assert_eq!(k.len(), 70);
    let energies = &json["energies"]["value"][0][1];
    // A finite sum of cosines is known, and has no bar.
    assert!(json["energies"]["error"].is_null());
    for (i, k) in k.iter().enumerate() {
        let sum: f64 = (0..3)
            .map(|a| 1.0 - (std::f64::consts::TAU * k[a].as_f64().unwrap()).cos())
            .sum();
        let exact = 27.211386245988 * (0.05 + 0.02 * sum);
        let off = (energies[i].as_f64().unwrap() - exact).abs();
        assert!(off < 1e-6, "{i}: {off:e}");
    }
    // The longest way is Γ to R, √3/2 of an edge of the zone.
    let edge = std::f64::consts::TAU / 5.0;
    let nodes = json["nodes"].as_array().unwrap();
    let length = nodes[4]["distance"].as_f64().unwrap() - nodes[3]["distance"].as_f64().unwrap();
    assert!((length - 0.75f64.sqrt() * edge).abs() < 1e-6, "{length}");
    bzint(&format!(
        "bands {DATA}/cu.nscf.xml.gz -o {} --csv {}",
        at("cu.svg"),
        at("cu.csv")
    ))
    .text();
    let svg = std::fs::read_to_string(at("cu.svg")).unwrap();
    for text in [">Γ<", ">X<", ">W<", ">L<", ">K<", "N(E)"] {
        assert!(svg.contains(text), "{text}");
    }
    let csv = std::fs::read_to_string(at("cu.csv")).unwrap();
    assert!(csv.starts_with("distance [1/angstrom],k1,k2,k3,band_1 [eV],band_1_error [eV]"));
    assert!(csv.lines().count() > 390);
    let own = [
        "bands",
        &format!("{DATA}/cubic.energy"),
        "--path",
        "G 0,0,0; Z 0,0,0.5",
        "--csv",
        "-",
    ];
    let own = bzint_with(&own).text();
    assert!(
        own.lines()
            .nth(1)
            .unwrap()
            .starts_with("0.00000000,0.00000000")
    );
    for bad in ["G 0,0,0", "G 0,0", "0,0,0; 1,1,1"] {
        assert_eq!(
            bzint_with(&[
                "bands",
                &format!("{DATA}/cubic.energy"),
                "--path",
                bad,
                "--json"
            ])
            .code(),
            Some(2),
            "{bad}"
        );
    }
}

#[test]
fn every_kind_of_results_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let model = path("model.h5");
    let done = bzint(&format!(
        "model simple-cubic -n 16 --fermi-level=-1.5 -q -o {model}"
    ));
    assert_eq!(done.code(), Some(0), "{}", done.said());
    for (command, shown) in [
        ("surface MODEL --mesh 16", "<picture>"),
        ("orbits MODEL --mesh 16", "extremal orbits"),
        ("magneto MODEL --mesh 16 -B 0,1 --tau 1ps", "magnetic field"),
        ("fermi MODEL", "Fermi surface"),
        (
            "focusing --elastic 165.64,63.94,79.51 --density 2329 --pixels 20",
            "Waves",
        ),
    ] {
        let command = command.replace("MODEL", &model);
        let (results, page) = (path("results.h5"), path("page.html"));
        let done = bzint(&format!("{command} -q -o {results}"));
        assert_eq!(done.code(), Some(0), "{command}: {}", done.said());
        let done = bzint(&format!("report {results} -q -o {page}"));
        assert_eq!(done.code(), Some(0), "{command}: {}", done.said());
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains(shown), "{command}");
    }
}
