//! Wedges of magnetic crystals: what moments leave of the symmetry completes them, and nothing else does. The files are
//! `vasprun.xml`s of model bands whose own symmetry (not that of the moments) chooses the listed k-points.

use crate::common::binary::json_in;
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::crystal::{KGrid, Lattice, PointGroup, Rotation};
use bzint::io;
use std::f64::consts::PI;
use std::path::Path;

/// Points per axis.
const N: usize = 12;

/// A crystal with its moments, and its up and down (or spinor) band at fractional k, in eV.
struct Magnet {
    rows: [[f64; 3]; 3],
    atoms: Vec<(&'static str, [f64; 3])>,
    moments: Vec<f64>,
    spin: SpinTreatment,
    energies: fn([f64; 3]) -> [f64; 2],
}

impl Magnet {
    fn channels(&self) -> usize {
        if self.spin == SpinTreatment::Collinear {
            2
        } else {
            1
        }
    }

    /// Whether each channel's band is the same at k and at Rk; with `exchange` the up band at k and the down band at Rk.
    fn holds(&self, r: &Rotation, exchange: bool) -> bool {
        let grid = KGrid::gamma([N; 3]).unwrap();
        (0..grid.len()).all(|p| {
            let u = grid.point([p / (N * N), p / N % N, p % N]);
            let image = std::array::from_fn(|i| (0..3).map(|j| f64::from(r[i][j]) * u[j]).sum());
            let (here, mut there) = ((self.energies)(u), (self.energies)(image));
            if exchange {
                there.reverse();
            }
            (0..self.channels()).all(|s| (here[s] - there[s]).abs() < 1e-9)
        })
    }

    /// One k-point of each orbit under the operations of the lattice that the bands have, with those that exchange the channels
    /// where `exchange`; and their number.
    fn wedge(&self, exchange: bool) -> (Vec<[f64; 3]>, usize) {
        let lattice = Lattice::new(self.rows).unwrap();
        let all = PointGroup::of_lattice(&lattice, 1e-6);
        let group = all.filter(|r| self.holds(r, false) || (exchange && self.holds(r, true)));
        let grid = KGrid::gamma([N; 3]).unwrap();
        let mut seen = vec![false; grid.len()];
        let mut list = Vec::new();
        for p in 0..grid.len() {
            let u = grid.point([p / (N * N), p / N % N, p % N]);
            if !seen[p] {
                list.push(u);
            }
            for r in group.rotations() {
                let image =
                    std::array::from_fn(|i| (0..3).map(|j| f64::from(r[i][j]) * u[j]).sum());
                seen[grid.index(grid.locate(image, 1e-6).unwrap())] = true;
            }
        }
        (list, group.order())
    }

    fn full(&self) -> Vec<[f64; 3]> {
        let grid = KGrid::gamma([N; 3]).unwrap();
        (0..grid.len())
            .map(|p| grid.point([p / (N * N), p / N % N, p % N]))
            .collect()
    }

    /// The `vasprun.xml` that lists these k-points and moments.
    fn vasprun(&self, list: &[[f64; 3]], moments: &[f64]) -> String {
        let v = |x: &[f64]| {
            let words: Vec<String> = x.iter().map(|x| format!("{x:.10}")).collect();
            format!("<v> {} </v>\n", words.join(" "))
        };
        let rows = |list: &[[f64; 3]]| list.iter().map(|x| v(x)).collect::<String>();
        let symbols = self
            .atoms
            .iter()
            .map(|(symbol, _)| format!("<rc><c>{symbol}</c><c>1</c></rc>"));
        let positions: Vec<[f64; 3]> = self.atoms.iter().map(|(_, p)| *p).collect();
        let structure = format!(
            "<crystal><varray name=\"basis\">{}</varray></crystal><varray name=\"positions\">{}</varray>",
            rows(&self.rows),
            rows(&positions)
        );
        let mut bands = String::new();
        for s in 0..self.channels() {
            bands += "<set comment=\"spin\">";
            for u in list {
                bands += &format!("<set><r> {:.10} 0.5 </r></set>\n", (self.energies)(*u)[s]);
            }
            bands += "</set>";
        }
        format!(
            "<modeling><kpoints><generation><v type=\"int\" name=\"divisions\"> {N} {N} {N} </v></generation>\
             <varray name=\"kpointlist\">{}</varray></kpoints>\
             <parameters><i name=\"NELECT\"> 1.0 </i><i name=\"ISPIN\"> {} </i><i name=\"LNONCOLLINEAR\"> {} </i>\
             <v name=\"MAGMOM\"> {} </v></parameters>\
             <atominfo><array name=\"atoms\"><set>{}</set></array></atominfo>\
             <structure name=\"initialpos\">{structure}</structure>\
             <calculation><structure>{structure}</structure><eigenvalues><array><set>{bands}</set></array></eigenvalues>\
             <dos><i name=\"efermi\"> 0.1 </i></dos></calculation></modeling>",
            rows(list),
            self.channels(),
            if self.spin == SpinTreatment::Spinor {
                "T"
            } else {
                "F"
            },
            moments.iter().map(|m| format!("{m} ")).collect::<String>(),
            symbols.collect::<String>(),
        )
    }

    fn read(
        &self,
        folder: &Path,
        name: &str,
        list: &[[f64; 3]],
        moments: &[f64],
    ) -> bzint::Result<BandGrid> {
        let file = folder.join(name);
        std::fs::write(&file, self.vasprun(list, moments)).unwrap();
        BandGrid::load(io::open(&file, &Default::default())?.as_ref())
    }

    /// Completes the wedge, compares every energy with the model, and the tensors with those of the full list without symmetry.
    fn check(&self, exchange: bool, operations_of_wedge: usize) -> BandGrid {
        let folder = tempfile::tempdir().unwrap();
        let (list, order) = self.wedge(exchange);
        assert_eq!(order, operations_of_wedge);
        assert!(list.len() < N * N * N / 3, "{} points", list.len());
        let bands = self
            .read(folder.path(), "wedge.xml", &list, &self.moments)
            .unwrap();
        let h = bands.header();
        assert_eq!((h.spin, h.k_grid.n), (self.spin, [N; 3]));
        for (p, u) in self.full().into_iter().enumerate() {
            for s in 0..self.channels() {
                let error = bands.band(Field::Energy, s, 0)[p] - (self.energies)(u)[s];
                assert!(error.abs() < 1e-9, "spin {s}, {u:?}: {error:e}");
            }
        }
        // Atoms that all differ leave no operation but k → −k.
        let mut unlike = Magnet {
            atoms: self.atoms.clone(),
            moments: Vec::new(),
            ..*self
        };
        for (atom, name) in unlike
            .atoms
            .iter_mut()
            .zip(["Ni", "O", "Mn", "F", "Fe", "S", "Cr", "N"])
        {
            atom.0 = name;
            let away = f64::from(name.as_bytes()[0]) * name.len() as f64;
            let [x, y, z] = atom.1;
            atom.1 = [x + 1e-4 * away, y + 2.3e-4 * away, z - 0.7e-4 * away];
        }
        let without = unlike
            .read(folder.path(), "full.xml", &self.full(), &[])
            .unwrap();
        assert!(without.header().point_group.order() <= 2);
        let [with, without] = ["wedge.xml", "full.xml"].map(|name| tensor(folder.path(), name));
        let trace = |t: &[[[f64; 3]; 3]; 2]| (0..3).map(|i| t[0][i][i]).sum::<f64>();
        assert!((trace(&with) / trace(&without) - 1.0).abs() < 1e-9);
        // Tetrahedra themselves are less symmetric than the bands: that is in the bars.
        let bars = with[1].iter().chain(&without[1]).flatten();
        let bar = bars.copied().fold(0.0, f64::max);
        for (a, b) in with[0].iter().flatten().zip(without[0].iter().flatten()) {
            assert!((a - b).abs() <= bar, "{with:?} {without:?}");
        }
        bands
    }
}

/// σ/τ and its bar.
fn tensor(folder: &Path, name: &str) -> [[[f64; 3]; 3]; 2] {
    let json = json_in(folder, &format!("fermi {name} --backend cpu --json"));
    ["value", "error"].map(|part| {
        let list = &json["conductivity_over_tau"][part];
        std::array::from_fn(|i| std::array::from_fn(|j| list[i][j].as_f64().unwrap()))
    })
}

fn cos(x: f64) -> f64 {
    (2.0 * PI * x).cos()
}

const CUBIC: [[f64; 3]; 3] = [[4.2, 0.0, 0.0], [0.0, 4.2, 0.0], [0.0, 0.0, 4.2]];

/// Rocksalt in its cubic cell with ferromagnetic (001) layers that alternate: 16 of the 48 operations keep the moments, a
/// translation exchanges them, and both channels have the same bands.
fn nickel_oxide() -> Magnet {
    let metal = [
        [0.0, 0.0, 0.0],
        [0.5, 0.5, 0.0],
        [0.5, 0.0, 0.5],
        [0.0, 0.5, 0.5],
    ];
    let mut atoms: Vec<_> = metal.map(|p| ("Ni", p)).to_vec();
    atoms.extend(metal.map(|[x, y, z]| ("O", [(x + 0.5) % 1.0, y, z])));
    Magnet {
        rows: CUBIC,
        atoms,
        moments: vec![2.0, 2.0, -2.0, -2.0, 0.0, 0.0, 0.0, 0.0],
        spin: SpinTreatment::Collinear,
        energies: |[x, y, z]| [0.5 * (cos(x) + cos(y)) + 0.2 * cos(z); 2],
    }
}

#[test]
fn an_antiferromagnet_is_completed_by_the_operations_that_keep_its_moments() {
    let magnet = nickel_oxide();
    let bands = magnet.check(false, 16);
    assert_eq!(bands.header().point_group.order(), 16);

    // The cubic wedge of the nonmagnetic structure is not enough, and 48 operations would have completed it.
    let cubic = Magnet {
        energies: |[x, y, z]| [cos(x) + cos(y) + cos(z); 2],
        ..nickel_oxide()
    };
    let (list, order) = cubic.wedge(false);
    assert_eq!(order, 48);
    let folder = tempfile::tempdir().unwrap();
    let zero = magnet
        .read(folder.path(), "zero.xml", &list, &[0.0; 8])
        .unwrap();
    assert_eq!(zero.header().point_group.order(), 48);
    let error = magnet
        .read(folder.path(), "wedge.xml", &list, &magnet.moments)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("16 operations") && error.contains("magnetic moments are not used"),
        "{error}"
    );
}

/// Body-centred iron: every operation keeps the moment of a collinear run, the two channels differ.
#[test]
fn a_ferromagnet_is_completed_by_the_group_of_equal_moments() {
    let iron = Magnet {
        rows: CUBIC,
        atoms: vec![("Fe", [0.0; 3]), ("Fe", [0.5; 3])],
        moments: vec![2.2, 2.2],
        spin: SpinTreatment::Collinear,
        energies: |[x, y, z]| {
            let e = cos(x) + cos(y) + cos(z);
            [0.4 * e - 0.3, 0.35 * e + 0.4]
        },
    };
    assert_eq!(iron.check(false, 48).header().point_group.order(), 48);
}

/// Rutile's fourfold operations exchange the bands of the two sublattices.
#[test]
fn an_altermagnet_is_completed_by_operations_that_exchange_its_spins() {
    let u = 0.305;
    let manganese_fluoride = Magnet {
        rows: [[4.87, 0.0, 0.0], [0.0, 4.87, 0.0], [0.0, 0.0, 3.31]],
        atoms: vec![
            ("Mn", [0.0; 3]),
            ("Mn", [0.5; 3]),
            ("F", [u, u, 0.0]),
            ("F", [1.0 - u, 1.0 - u, 0.0]),
            ("F", [0.5 + u, 0.5 - u, 0.5]),
            ("F", [0.5 - u, 0.5 + u, 0.5]),
        ],
        moments: vec![4.5, -4.5, 0.0, 0.0, 0.0, 0.0],
        spin: SpinTreatment::Collinear,
        energies: |[x, y, z]| {
            let sin = |x: f64| (2.0 * PI * x).sin();
            let (even, odd) = (
                0.5 * (cos(x) + cos(y)) + 0.3 * cos(z),
                0.2 * sin(x) * sin(y),
            );
            [even + odd, even - odd]
        },
    };
    // The wedge of 16 operations, eight of which exchange the channels, and that of the eight that keep them.
    for (exchange, order) in [(true, 16), (false, 8)] {
        let bands = manganese_fluoride.check(exchange, order);
        assert_eq!(bands.header().point_group.order(), 8);
        let notes = &bands.header().provenance.notes;
        assert_eq!(
            notes.iter().any(|n| n.contains("exchange")),
            exchange,
            "{notes:?}"
        );
    }
    // Without moments nothing tells that the channels are exchanged; it is said what is assumed.
    let folder = tempfile::tempdir().unwrap();
    let (list, _) = manganese_fluoride.wedge(true);
    let bands = manganese_fluoride
        .read(folder.path(), "wedge.xml", &list, &[])
        .unwrap();
    let notes = &bands.header().provenance.notes;
    assert!(
        notes.iter().any(|n| n.contains("moments are not known")),
        "{notes:?}"
    );
}

/// Zincblende spinors with a moment along z: E(k) = E(−k) is lost, and eight operations are left, four with time reversal.
#[test]
fn spinors_with_a_moment_have_no_time_reversal_alone() {
    let h = 2.8;
    let arsenide = Magnet {
        rows: [[0.0, h, h], [h, 0.0, h], [h, h, 0.0]],
        atoms: vec![("Mn", [0.0; 3]), ("As", [0.25; 3])],
        moments: vec![0.0, 0.0, 3.0, 0.0, 0.0, 0.0],
        spin: SpinTreatment::Spinor,
        // Invariants of the magnetic group: k_z (k_x² − k_y²) changes sign under k → −k and under time reversal.
        energies: |u| {
            let [x, y, z] = [u[1] + u[2] - u[0], u[0] + u[2] - u[1], u[0] + u[1] - u[2]];
            let sin = |x: f64| (2.0 * PI * x).sin();
            let even = cos(x) + cos(y) + 0.5 * cos(z);
            [0.4 * even + 0.1 * sin(z) * (cos(x) - cos(y)); 2]
        },
    };
    let bands = arsenide.check(false, 8);
    assert_eq!(bands.header().point_group.order(), 8);
    let inversion: Rotation = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];
    assert!(!bands.header().point_group.rotations().contains(&inversion));
    let turned = |j: [usize; 3]| j.map(|j| (N - j) % N);
    let mut half = arsenide.full();
    half.retain(|u| {
        let j = u.map(|x| (x * N as f64).round() as usize);
        j <= turned(j)
    });
    // A half that only k → −k would complete.
    let folder = tempfile::tempdir().unwrap();
    let moment = [0.4, 1.3, 2.0, 0.0, 0.0, 0.0];
    let error = arsenide
        .read(folder.path(), "half.xml", &half, &moment)
        .unwrap_err()
        .to_string();
    assert!(error.contains("magnetic moments are not used"), "{error}");
}
