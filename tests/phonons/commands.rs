//! The commands end to end: names of the summaries, files that are drawn, κ handed on to zT.

use crate::common::binary::{bzint_in, json_in as json, text_in as run};
use serde_json::Value;

#[track_caller]
fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn phonons_go_from_a_model_to_a_figure_and_into_zt() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(
        at,
        "model scalar-phonons -n 12 --shift 0.5,0.5,0.5 --frequency 5 -o p.h5",
    );
    let info = json(at, "info p.h5 --json");
    assert_eq!(
        (&info["holds"], &info["branches"]),
        (&"phonons".into(), &1.into())
    );
    let found = json(
        at,
        "phonon p.h5 --tau 10ps -T 100,300 --as-in-file --by-branch --accumulation --direction 1,1,1 -o r.h5 --json -q",
    );
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let kappa = &row["lattice_thermal_conductivity"];
        let (value, bar) = (number(&kappa["value"][0][0]), number(&kappa["error"][0][0]));
        let grid = number(&kappa["error_by_cause"]["grid"][0][0]);
        assert!(grid > 0.0 && grid <= bar * (1.0 + 1e-6), "{kappa}");
        assert_eq!(kappa["unit"], "W/(m K)");
        let sum = number(&row["as_in_file"]["lattice_thermal_conductivity"]["value"][0][0]);
        assert!((value - sum).abs() < 2.0 * bar, "{value} ± {bar}, {sum}");
        let branch = number(&row["branches"][0]["heat_capacity"]["value"]);
        assert!((branch / number(&row["heat_capacity"]["value"]) - 1.0).abs() < 1e-9);
        let paths = row["accumulation"]["lattice_thermal_conductivity"]["value"]
            .as_array()
            .unwrap();
        let last = number(&paths.last().unwrap()[0][0]);
        assert!((last / value - 1.0).abs() < 0.05, "{last} {value}");
        assert!(
            number(&row["ballistic"][0]["ballistic_thermal_conductance_per_area"]["value"]) > 0.0
        );
    }
    assert_eq!(found["spectra"].as_array().unwrap().len(), 1);
    run(at, "plot r.h5 -o r.svg -q");
    let figure = std::fs::read_to_string(at.join("r.svg")).unwrap();
    assert!(
        figure.contains("Λ") && figure.contains("along (1,1,1)"),
        "{}",
        figure.len()
    );
    run(at, "report r.h5 -o r.html -q");
    // Several boundaries have each its own.
    let words =
        "phonon p.h5 --tau 10ps -T 100,300 --boundary 100nm,1um --accumulation -o sizes.h5 -q";
    run(at, words);
    run(
        at,
        "plot sizes.h5 --quantity kappa_below_mean_free_path -o sizes.svg -q",
    );
    let drawn = std::fs::read_to_string(at.join("sizes.svg")).unwrap();
    assert!(
        drawn.contains("Λ") && drawn.contains("100 nm") && drawn.contains("1 µm"),
        "{drawn}"
    );
    // The summary is drawn as the file is; Miller indices say what a vector says.
    let along = json(
        at,
        "phonon p.h5 --tau 10ps -T 100,300 --direction 111 --json -q",
    );
    std::fs::write(at.join("r.json"), along.to_string()).unwrap();
    run(at, "plot r.json --quantity modes_per_area -o j.svg -q");
    let drawn = std::fs::read_to_string(at.join("j.svg")).unwrap();
    assert!(drawn.contains("along [111]"));
    let conductance = |all: &Value| {
        number(&all["rows"][0]["ballistic"][0]["ballistic_thermal_conductance_per_area"]["value"])
    };
    assert!((conductance(&along) / conductance(&found) - 1.0).abs() < 1e-12);
    // zT by the number, and by the file at that temperature.
    run(
        at,
        "model simple-cubic -n 16 --hopping 0.3 --fermi-level 0 -o b.h5",
    );
    let kappa = &rows[1]["lattice_thermal_conductivity"]["value"];
    let mean = (number(&kappa[0][0]) + number(&kappa[1][1]) + number(&kappa[2][2])) / 3.0;
    let zt = |lattice: &str| {
        let all = json(
            at,
            &format!(
                "transport b.h5 -T 300 --mu=-1.5 --tau 1e-14 --backend cpu --json -q --lattice-thermal-conductivity {lattice}"
            ),
        );
        number(&all["rows"][0]["figure_of_merit"]["value"][0][0])
    };
    let (by_number, by_file) = (zt(&format!("{mean}")), zt("r.h5@300"));
    assert!(
        (by_number / by_file - 1.0).abs() < 1e-9,
        "{by_number} {by_file}"
    );
    let call = "transport b.h5 --tau 1e-14 --lattice-thermal-conductivity r.h5";
    let refused = bzint_in(at, call);
    let said = refused.said();
    assert!(
        said.contains("2 temperatures") && refused.code() == Some(2),
        "{said}"
    );
}

#[test]
fn drag_names_its_parts_and_its_crossing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let found = json(
        at,
        "drag --debye 343 --fermi-temperature 8.16e4 -T 1:20:1 -o d.h5 --json -q",
    );
    assert!((number(&found["crossings"]["value"][0]) - 5.596109923).abs() < 1e-4);
    assert_eq!(found["larger_at_lowest_temperature"], "diffusion");
    assert!(number(&found["rows"][0]["seebeck_drag"]["value"][0][0]) < 0.0);
    assert!(number(&found["rows"][0]["seebeck_diffusion"]["value"]) < 0.0);
    run(at, "plot d.h5 -o d.svg -q");
    std::fs::write(at.join("d.json"), found.to_string()).unwrap();
    run(at, "plot d.json -o j.svg -q");
    let figure = |name: &str| std::fs::read_to_string(at.join(name)).unwrap();
    for part in ["drag", "diffusion", "total"] {
        assert!(figure("d.svg").contains(part) && figure("j.svg").contains(part));
    }
    // With rates: half of the momentum where electrons scatter as often as all else.
    run(at, "model scalar-phonons -n 8 --shift 0.5,0.5,0.5 -o p.h5");
    std::fs::write(at.join("r.toml"), "[[constant_time]]\ntau_s = 1e-10\n").unwrap();
    let s = |options: &str| {
        let all = json(
            at,
            &format!("drag p.h5 --density 1e22 -T 300 --json -q {options}"),
        );
        number(&all["rows"][0]["seebeck_drag"]["value"][0][0])
    };
    let half = s("--electron-rate 1e10 --rates r.toml") / s("");
    assert!((half - 0.5).abs() < 1e-6, "{half}");
    std::fs::write(at.join("ratio.txt"), "# T ratio\n100 0.2\n500 0.6\n").unwrap();
    assert!((s("--ratio-table ratio.txt") / s("") - 0.4).abs() < 1e-6);
}

#[test]
fn elastic_waves_and_maps_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let found = json(
        at,
        "focusing --elastic 165.64,63.94,79.51 --density 2329 --direction 1,2,3 --pixels 30 -o si.svg --json -q",
    );
    let fast = &found["rows"][1];
    assert!(
        (number(&fast["enhancement"]["value"]) - 1.56709123).abs() < 1e-7,
        "{fast}"
    );
    assert!(
        std::fs::read_to_string(at.join("si.svg"))
            .unwrap()
            .contains("slowness")
    );
    // A page has the waves, and not the maps' thousands of numbers.
    run(
        at,
        "focusing --elastic 165.64,63.94,79.51 --density 2329 --direction 1,2,3 --pixels 30 -o si.h5 -q",
    );
    run(at, "report si.h5 -o si.html -q");
    let page = std::fs::read_to_string(at.join("si.html")).unwrap();
    assert!(page.contains("<td>1.56709123</td>") && page.matches("<td>").count() < 100);
    run(at, "model scalar-phonons -n 8 --shift 0.5,0.5,0.5 -o p.h5");
    run(
        at,
        "focusing --phonons p.h5 -T 100 --pixels 30 -o map.png -q",
    );
    run(
        at,
        "focusing --phonons p.h5 -T 100 --pixels 30 -o map.svg -q",
    );
    let figure = std::fs::read_to_string(at.join("map.svg")).unwrap();
    assert!(figure.contains("slowness across") && figure.contains("group velocity across"));
    assert!(figure.contains("bars of the slowness"));
}

#[test]
fn a_d_wave_is_drawn_and_its_measured_heat_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(
        at,
        "model square -n 60,60,1 --fermi-level=-0.4 --velocities -o b.h5",
    );
    let found = json(
        at,
        "superconductor b.h5 --gap d:0.4 -T 100:1000:450 --gamma 0.08 --residual 0.0015,1 --backend cpu -o s.h5 --json -q",
    );
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        for name in ["thermal_conductivity_ratio", "superfluid_density"] {
            let (value, bar) = (
                number(&row[name]["value"][0]),
                number(&row[name]["error"][0]),
            );
            assert!(
                (0.0..=1.0).contains(&value) && bar > 0.0,
                "{name}: {value} ± {bar}"
            );
            assert!(
                row[name]["value"][2].is_null(),
                "nothing flows between layers"
            );
        }
    }
    assert!(found["verdict"].as_str().unwrap().len() > 20);
    run(at, "plot s.h5 -o s.svg -q");
    std::fs::write(at.join("s.json"), found.to_string()).unwrap();
    run(
        at,
        "plot s.json --quantity superfluid_density,penetration_depth -o j.svg -q",
    );
    let drawn = std::fs::read_to_string(at.join("j.svg")).unwrap();
    assert!(drawn.contains("along x") && drawn.contains("along y"));
    // A table of the same gap gives the same superfluid.
    let n = 60_i32;
    let gap: Vec<f64> = (0..n * n)
        .map(|p| {
            let c = |j: i32| (2.0 * std::f64::consts::PI * f64::from(j) / f64::from(n)).cos();
            0.2 * (c(p / n) - c(p % n))
        })
        .collect();
    let file = hdf5::File::create(at.join("table.h5")).unwrap();
    file.new_dataset::<f64>()
        .shape([gap.len()])
        .create("gap")
        .unwrap()
        .write_raw(&gap)
        .unwrap();
    file.close().unwrap();
    std::fs::copy(at.join("table.h5"), at.join("gap.h5")).unwrap();
    let table = json(
        at,
        "superconductor b.h5 --gap tabulated:gap.h5 --tc 2170 -T 100 --backend cpu --json -q",
    );
    let (a, b) = (
        &rows[0]["superfluid_density"],
        &table["rows"][0]["superfluid_density"],
    );
    let (x, y) = (number(&a["value"][0]), number(&b["value"][0]));
    assert!((x - y).abs() < 0.01, "{x} {y}");
    // In FRMSF the first property is the gap.
    run(at, "convert b.h5 -o b.frmsf -q");
    let whole = std::fs::read_to_string(at.join("b.frmsf")).unwrap();
    let properties: String = gap.iter().map(|x| format!("{x:e}\n")).collect();
    std::fs::write(at.join("gap.frmsf"), whole.clone() + &properties).unwrap();
    let frmsf = json(
        at,
        "superconductor b.h5 --gap tabulated:gap.frmsf --tc 2170 -T 100 --backend cpu --json -q",
    );
    for name in ["superfluid_density", "thermal_conductivity_ratio"] {
        let of = |all: &Value| number(&all["rows"][0][name]["value"][0]);
        assert!((of(&frmsf) - of(&table)).abs() < 1e-9, "{name}");
    }
    // A native file may have the gap beside its bands.
    std::fs::copy(at.join("b.h5"), at.join("own.h5")).unwrap();
    let file = hdf5::File::append(at.join("own.h5")).unwrap();
    file.new_dataset::<f64>()
        .shape([1, 60, 60, 1])
        .create("gap")
        .unwrap()
        .write_raw(&gap)
        .unwrap();
    file.close().unwrap();
    let own = json(
        at,
        "superconductor own.h5 --gap tabulated:own.h5 --tc 2170 -T 100 --backend cpu --json -q",
    );
    assert_eq!(own["rows"], table["rows"]);
    // Without a property there is no gap.
    let said = bzint_in(at, "superconductor b.h5 --gap tabulated:b.frmsf").refused();
    assert!(said.contains("property"), "{said}");
}

/// Momentum balance with the electrons of a file of bands: free electrons have k_F³/3π² of them.
#[test]
fn drag_counts_the_electrons_of_bands() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(at, "model scalar-phonons -n 8 --shift 0.5,0.5,0.5 -o p.h5");
    run(
        at,
        "model free-electrons -n 32 --lattice-constant 5 --fermi-level 0.5 -o b.h5",
    );
    let by_bands = json(at, "drag p.h5 --bands b.h5 -T 100,300 --json -q");
    let n = &by_bands["carrier_density"];
    // (2m E_F)^{3/2}/3π²ħ³ at 0.5 eV.
    let want = 1.6051e21;
    let (value, bar) = (number(&n["value"]), number(&n["error"]));
    assert!(
        (value - want).abs() < bar + 1e-4 * want && bar < 0.05 * want,
        "{value:e} ± {bar:e}"
    );
    let by_number = json(
        at,
        &format!("drag p.h5 --density {value} -T 100,300 --json -q"),
    );
    for i in 0..2 {
        let of = |all: &Value, which: &str| number(&all["rows"][i]["seebeck_drag"][which][0][0]);
        assert!((of(&by_bands, "value") / of(&by_number, "value") - 1.0).abs() < 1e-12);
        // The electrons' bar is in that of the thermopower.
        let more = of(&by_bands, "error") - of(&by_number, "error");
        let share = more / of(&by_bands, "value").abs() * value / bar;
        assert!((share - 1.0).abs() < 1e-6, "{share}");
    }
    // Copper's own: one electron of eleven is in the band that crosses.
    let Some(copper) = crate::common::shared("qe/cu/cu.nscf.xml.gz") else {
        return;
    };
    let found = json(
        at,
        &format!("drag p.h5 --bands {} -T 300 --json -q", copper.display()),
    );
    let n = &found["carrier_density"];
    let (value, bar) = (number(&n["value"]), number(&n["error"]));
    let want = 1.0 / (11.81e-24 / 1.0);
    assert!(
        (value / want - 1.0).abs() < 0.1 && bar < 0.1 * value,
        "{value:e} ± {bar:e}"
    );
}

/// Silicon's zT with the lattice thermal conductivity of its own phonons, file to file.
#[test]
fn silicon_takes_its_lattice_thermal_conductivity_from_its_phonons() {
    let (Some(phonons), Some(bands)) = (
        crate::common::shared("phonon/Si/kappa-m111111.hdf5"),
        crate::common::shared("qe/si/si.nscf.xml.gz"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let kappa = json(
        at,
        &format!("phonon {} -o si_kappa.h5 --json -q", phonons.display()),
    );
    let kappa = number(&kappa["rows"][0]["lattice_thermal_conductivity"]["value"][0][0]);
    let zt = |lattice: &str| {
        let all = json(
            at,
            &format!(
                "zt {} --interpolate none --mu=-0.4 --tau 10fs --backend cpu --json -q --lattice-thermal-conductivity {lattice}",
                bands.display()
            ),
        );
        number(&all["rows"][0]["figure_of_merit"]["value"])
    };
    let (by_file, by_number) = (zt("si_kappa.h5"), zt(&kappa.to_string()));
    assert!(
        (by_file / by_number - 1.0).abs() < 1e-6,
        "{by_file} {by_number}"
    );
    assert!(by_file > 0.0 && by_file < 0.1, "{by_file}");
}
