//! Many thermal states: those of higher temperatures are averaged in fewer bins, and come to what the finer bins give.

use bzint::transport::Row;
use bzint::uncertainty::{Quantity, Scalar};
use bzint::workflow::{
    Backend, Density, FermiChoice, Held, InterpolatorKind, LevelChoice, Method, Opening, Transport,
    Wanted,
};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// Rows at 150 and 700 K over so many chemical potentials from −0.6 to 0.6 eV, whose ends are those of the axis however many there are.
fn rows(file: &str, level: f64, opening: &Opening, count: usize) -> Vec<Row> {
    let step = 1.2 / (count - 1) as f64;
    let asked = Transport {
        temperatures_k: vec![150.0, 700.0],
        wanted: Wanted::FromFermiLevel((0..count).map(|i| -0.6 + i as f64 * step).collect()),
        level: LevelChoice {
            fermi_level: Some(FermiChoice::Given(level)),
            electrons: None,
        },
        ..Transport::default()
    };
    let method = Method {
        backend: Backend::Cpu,
        ..Method::default()
    };
    let held = Held::read(format!("{DATA}/{file}").as_ref(), &Default::default()).unwrap();
    let bands = asked.open(held, opening, &method).unwrap();
    asked.run(&bands, &method, &|_| {}).unwrap().0.rows
}

/// A number, or the first component of a tensor.
fn along_x(row: &Row, name: &str) -> Scalar {
    match row.get(name) {
        Some(Quantity::Scalar(number)) => *number,
        Some(Quantity::Tensor(tensor)) => Scalar {
            value: tensor.value[0][0],
            error: tensor.error[0][0],
            ..Scalar::default()
        },
        other => panic!("{name}: {other:?}"),
    }
}

/// A metal with a band edge in the window, and a semiconductor with its gap: values agree to a small part of their bars, which stay as wide.
#[test]
fn hot_states_in_fewer_bins_are_those_of_all_bins() {
    let uniform = Opening {
        interpolate: Some(Density::Grid([20; 3])),
        interpolator: Some(InterpolatorKind::Series),
        ..Opening::default()
    };
    for (file, level) in [("cubic.energy", 0.0), ("cu.nscf.xml.gz", 9.5)] {
        // 2·129 states are many, 2·33 are not; every fourth is the same.
        let (many, few) = (129, 33);
        let fewer_bins = rows(file, level, &uniform, many);
        let all_bins = rows(file, level, &uniform, few);
        let mut changed = 0;
        for (t, kelvin) in [150.0, 700.0].into_iter().enumerate() {
            for i in 0..few {
                let own = &fewer_bins[t * many + 4 * i];
                let fine = &all_bins[t * few + i];
                assert_eq!((own.temperature_k, fine.temperature_k), (kelvin, kelvin));
                for name in [
                    "carrier_density",
                    "heat_capacity",
                    "density_of_states",
                    "conductivity_over_tau",
                    "thermal_conductivity_electronic_over_tau",
                    "seebeck",
                ] {
                    let [own, fine] = [own, fine].map(|row| along_x(row, name));
                    let off = (own.value - fine.value).abs();
                    let place = format!("{file} {kelvin} K {i} {name}: {own:?} {fine:?}");
                    if t == 0 {
                        assert!(off <= 1e-12 * fine.value.abs(), "{place}");
                        continue;
                    }
                    changed += usize::from(off > 0.0);
                    assert!(
                        off <= 0.1 * fine.error + 1e-12 * fine.value.abs(),
                        "{place}"
                    );
                    let ratio = own.error / fine.error;
                    assert!(fine.error == 0.0 || (0.9..1.2).contains(&ratio), "{place}");
                }
            }
        }
        assert!(changed > few, "{file}: {changed} values are of fewer bins");
    }
}
