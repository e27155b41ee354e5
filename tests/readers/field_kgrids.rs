//! Regular k-sets that are no grid along the cell's own axes: several shifts, supercells of k, images of even Monkhorst–Pack grids;
//! as wedge and as full list, through the library and through files of ABINIT and VASP as the command reads them.

use crate::common::Lcg;
pub use crate::common::binary::bzint_with as bzint;
use bzint::Result;
use bzint::bands::unfold::{IrreducibleBands, KList, Weights};
use bzint::bands::{BandGrid, BandSource, Field, SpinTreatment};
use bzint::crystal::{Atom, KGrid, Lattice, PointGroup};
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

pub type Matrix = [[f64; 3]; 3];
pub type Integers = [[i64; 3]; 3];

const A: f64 = 4.0;

pub fn fcc() -> Lattice {
    let h = A / 2.0;
    Lattice::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]]).unwrap()
}

fn body_centred(c: f64) -> Lattice {
    let (h, c) = (A / 2.0, c / 2.0);
    Lattice::new([[-h, h, c], [h, -h, c], [h, h, -c]]).unwrap()
}

fn hexagonal() -> Lattice {
    let h = A * 0.75f64.sqrt();
    Lattice::new([[A, 0.0, 0.0], [-A / 2.0, h, 0.0], [0.0, 0.0, 1.5 * A]]).unwrap()
}

/// E = −Σ cos k·R over the shortest vectors of the lattice and some longer ones: every symmetry of the lattice.
struct Model {
    vectors: Vec<([f64; 3], f64)>,
}

impl Model {
    fn new(lattice: &Lattice) -> Self {
        let a = lattice.rows();
        let mut vectors = Vec::new();
        for n in 0..9usize.pow(3) {
            let n = [n / 81, n / 9 % 9, n % 9].map(|x| x as f64 - 4.0);
            let r: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| n[i] * a[i][c]).sum());
            let length = r.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 0.1 && length < 1.3 * A {
                vectors.push((r, (-2.0 * length / A).exp()));
            }
        }
        Self { vectors }
    }

    fn energy(&self, k: [f64; 3]) -> f64 {
        let phase = |r: &[f64; 3]| (0..3).map(|c| k[c] * r[c]).sum::<f64>();
        self.vectors
            .iter()
            .map(|(r, t)| -10.0 * t * phase(r).cos())
            .sum()
    }
}

pub fn modulo(k: [f64; 3]) -> [i64; 3] {
    k.map(|x| ((x * 1e7).round() as i64).rem_euclid(10_000_000))
}

pub fn apply(r: &[[i32; 3]; 3], k: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| (0..3).map(|j| f64::from(r[i][j]) * k[j]).sum())
}

/// k₀ + Λ with the rows of a matrix as basis of Λ, each point once (Λ holds the reciprocal lattice).
pub fn coset(basis: Matrix, count: usize, shift: [f64; 3]) -> Vec<[f64; 3]> {
    let origin: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| shift[i] * basis[i][c]).sum());
    let mut points = vec![origin];
    let mut known = std::collections::HashSet::from([modulo(origin)]);
    let mut at = 0;
    while at < points.len() {
        for row in basis {
            let k: [f64; 3] = std::array::from_fn(|c| points[at][c] + row[c]);
            let k = k.map(|x| x - (x + 1e-9).floor());
            if known.insert(modulo(k)) {
                points.push(k);
            }
        }
        at += 1;
    }
    assert_eq!(points.len(), count);
    points
}

/// g_i with g_i·R_j = δ_ij for the rows R_j: ABINIT's `kptrlatt`.
pub fn of_supercell(rows: Integers) -> (Matrix, usize) {
    let cell = Lattice::new(rows.map(|r| r.map(|x| x as f64))).unwrap();
    let basis = cell
        .reciprocal()
        .map(|g| g.map(|x| x * 0.5 / std::f64::consts::PI));
    (basis, cell.volume().round() as usize)
}

fn plain(n: [usize; 3]) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 / n[i] as f64 } else { 0.0 }))
}

/// All images of the points, each once.
fn images(points: &[[f64; 3]], group: &PointGroup) -> Vec<[f64; 3]> {
    let mut known = std::collections::HashSet::new();
    let all = points
        .iter()
        .flat_map(|k| group.rotations().iter().map(|r| apply(r, *k)));
    all.filter(|k| known.insert(modulo(*k))).collect()
}

/// One point of each star within the set, with the number of points of the set in it.
pub fn wedge(points: &[[f64; 3]], group: &PointGroup) -> (Vec<[f64; 3]>, Vec<f64>) {
    let set: std::collections::HashSet<_> = points.iter().map(|k| modulo(*k)).collect();
    let mut done = std::collections::HashSet::new();
    let (mut kept, mut weights) = (Vec::new(), Vec::new());
    for &k in points {
        if done.contains(&modulo(k)) {
            continue;
        }
        let mut star = 0.0;
        for r in group.rotations() {
            let image = modulo(apply(r, k));
            if set.contains(&image) && done.insert(image) {
                star += 1.0;
            }
        }
        kept.push(k);
        weights.push(star);
    }
    (kept, weights)
}

pub fn shuffled<T>(mut list: Vec<T>, random: &mut Lcg) -> Vec<T> {
    for i in (1..list.len()).rev() {
        list.swap(i, (random.next() * (i + 1) as f64) as usize);
    }
    list
}

fn read(
    lattice: &Lattice,
    points: Vec<[f64; 3]>,
    weights: Weights,
    group: &PointGroup,
) -> Result<BandGrid> {
    let model = Model::new(lattice);
    let energies = points.iter().map(|&k| model.energy(lattice.k_cartesian(k)));
    let bands = IrreducibleBands {
        lattice: lattice.clone(),
        spin: SpinTreatment::Unpolarized,
        n_band: 1,
        energies: energies.collect(),
        k: KList {
            points,
            weights,
            ..KList::default()
        },
        atoms: vec![Atom {
            symbol: "H".to_string(),
            position: [0.1, 0.2, 0.3],
        }],
        point_group: group.clone(),
        time_reversal: true,
    };
    bands.into_grid()
}

/// The grid is of this many points of the same crystal (or of more, which symmetry adds), and every energy is the model's at its
/// Cartesian k-point.
#[track_caller]
fn assert_model(what: &str, bands: &BandGrid, lattice: &Lattice, count: usize) {
    let header = bands.header();
    println!("{what}: {} {:?}", header.k_grid, header.lattice.rows());
    assert_eq!(header.k_grid.len() % count, 0, "{what}");
    assert!(
        (header.lattice.volume() / lattice.volume() - 1.0).abs() < 1e-9,
        "{what}"
    );
    for row in header.lattice.rows() {
        for b in lattice.reciprocal() {
            let n = (0..3).map(|c| row[c] * b[c]).sum::<f64>() * 0.5 / std::f64::consts::PI;
            assert!(
                (n - n.round()).abs() < 1e-9,
                "{what}: {row:?} is no lattice vector"
            );
        }
    }
    let model = Model::new(lattice);
    let energies = bands.band(Field::Energy, 0, 0);
    for (i, e) in energies.iter().enumerate() {
        let k = header.k_grid.point(header.k_grid.place(i));
        let exact = model.energy(header.lattice.k_cartesian(k));
        assert!(
            (e - exact).abs() < 1e-6,
            "{what}, point {i}: {e} is not {exact}"
        );
    }
    let r = |l: &Lattice, x: [f64; 3]| -> [f64; 3] {
        std::array::from_fn(|c| (0..3).map(|i| x[i] * l.rows()[i][c]).sum())
    };
    let (new, old) = (
        r(&header.lattice, header.atoms[0].position),
        r(lattice, [0.1, 0.2, 0.3]),
    );
    assert!(
        (0..3).all(|c| (new[c] - old[c]).abs() < 1e-9),
        "{what}: atoms moved"
    );
    // Every operation is one of the lattice, and takes grid points to grid points.
    let all = PointGroup::of_lattice(lattice, 1e-6)
        .with_inversion()
        .cartesian(lattice);
    for c in header.point_group.cartesian(&header.lattice) {
        let same = |d: &Matrix| (0..9).all(|x| (c[x / 3][x % 3] - d[x / 3][x % 3]).abs() < 1e-9);
        assert!(all.iter().any(same), "{what}: {c:?}");
    }
}

/// Wedge and full list, in order and not, with weights and without.
fn every_way(what: &str, lattice: &Lattice, set: &[[f64; 3]], operations: usize) {
    let group = PointGroup::of_lattice(lattice, 1e-6);
    let mut random = Lcg(set.len() as u64);
    let (points, stars) = wedge(set, &group);
    let pairs: Vec<_> = points.into_iter().zip(stars).collect();
    let (points, stars): (Vec<_>, Vec<_>) = shuffled(pairs, &mut random).into_iter().unzip();
    let full = shuffled(set.to_vec(), &mut random);
    let equal = vec![1.0 / set.len() as f64; set.len()];
    for (way, points, weights) in [
        ("wedge", points.clone(), Weights::counted(stars)),
        ("wedge without weights", points, Weights::unknown()),
        ("full list", full.clone(), Weights::counted(equal)),
        ("full list without weights", full, Weights::unknown()),
    ] {
        let what = format!("{what}, {way}");
        let bands =
            read(lattice, points, weights, &group).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_model(&what, &bands, lattice, set.len());
        let order = bands.header().point_group.order();
        assert_eq!(order, operations, "{what}");
    }
}

#[test]
fn several_shifts_and_supercells_of_k_are_grids_in_another_basis() {
    // ABINIT's four shifts (½½½) (½00) (0½0) (00½) are steps of a simple cubic lattice; its two of bcc (¼¼¼) (−¼−¼−¼) a bcc one.
    for n in [2, 3, 4] {
        let m = n as i64;
        let (basis, count) = of_supercell([[-m, m, m], [m, -m, m], [m, m, -m]]);
        assert_eq!(count, 4 * n * n * n);
        every_way(
            &format!("fcc, four shifts, {n}"),
            &fcc(),
            &coset(basis, count, [0.5; 3]),
            48,
        );
        every_way(
            &format!("fcc, supercell {n}"),
            &fcc(),
            &coset(basis, count, [0.0; 3]),
            48,
        );
    }
    for n in [2, 4] {
        let step = 1.0 / n as f64;
        let centred = [[step, 0.0, 0.0], [0.0, step, 0.0], [0.5 * step; 3]];
        let set = coset(centred, 2 * n * n * n, [0.0, 0.0, 0.5]);
        every_way(&format!("bcc, two shifts, {n}"), &body_centred(A), &set, 48);
        every_way(
            &format!("bct, two shifts, {n}"),
            &body_centred(1.7 * A),
            &set,
            16,
        );
    }
    let (basis, count) = of_supercell([[4, 2, 0], [-2, 2, 0], [0, 0, 3]]);
    every_way(
        "hexagonal, off-diagonal",
        &hexagonal(),
        &coset(basis, count, [0.0; 3]),
        24,
    );
    let flat = of_supercell([[4, 2, 0], [-2, 2, 0], [0, 0, 1]]);
    let set = coset(flat.0, flat.1, [0.0; 3]);
    every_way("hexagonal layer, off-diagonal", &hexagonal(), &set, 24);
    let group = PointGroup::of_lattice(&hexagonal(), 1e-6);
    let layer = read(&hexagonal(), set, Weights::unknown(), &group).unwrap();
    assert_eq!(layer.header().k_grid.n[2], 1);
    assert_eq!(layer.header().lattice.rows()[2], hexagonal().rows()[2]);
}

/// The set is a grid along the own axes: nothing moves.
#[test]
fn plain_grids_keep_the_cells_own_basis() {
    for (lattice, n, shift) in [
        (fcc(), [4, 4, 4], [0.0; 3]),
        (fcc(), [4, 4, 4], [0.5; 3]),
        (body_centred(A), [4, 4, 4], [0.5; 3]),
        (hexagonal(), [4, 4, 2], [0.0; 3]),
        (hexagonal(), [3, 3, 1], [0.0; 3]),
    ] {
        let set = coset(plain(n), n.iter().product(), shift);
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let equal = Weights::counted(vec![1.0; set.len()]);
        let bands = read(&lattice, set.clone(), equal, &group).unwrap();
        assert_eq!(bands.header().k_grid, KGrid::new(n, shift).unwrap());
        assert_eq!(bands.header().lattice, lattice);
        assert_model("plain", &bands, &lattice, set.len());
    }
}

/// VASP lists the images of an even grid that lacks the symmetry of the crystal: of fcc they are one lattice again, of a hexagonal
/// cell three grids that symmetry takes to each other, of bcc the grid itself.
#[test]
fn images_of_an_even_monkhorst_pack_grid_are_read_as_lattice_or_as_one_of_the_grids() {
    for (what, lattice, count) in [
        ("fcc", fcc(), 256),
        ("bcc", body_centred(A), 64),
        ("bct", body_centred(1.7 * A), 64),
        ("hexagonal", hexagonal(), 64),
    ] {
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let set = images(&coset(plain([4; 3]), 64, [0.5; 3]), &group);
        println!("{what}: {} images", set.len());
        let (points, stars) = wedge(&set, &group);
        let half = wedge(&set, &PointGroup::identity().with_inversion());
        for (points, weights) in [
            (points, Weights::counted(stars)),
            (half.0, Weights::counted(half.1)),
            (set.clone(), Weights::counted(vec![1.0; set.len()])),
        ] {
            let listed = points.len();
            let bands = read(&lattice, points, weights, &group).unwrap();
            assert_model(what, &bands, &lattice, 64);
            // A wedge may lie on the one grid altogether.
            let n = bands.header().k_grid.len();
            assert!(n == count || n == 64 && listed < count / 2, "{what}: {n}");
        }
    }
}

/// Random lattices of k of triclinic and monoclinic crystals, in any order, with any shift, reduced by what symmetry they have.
#[test]
fn generalised_regular_grids_are_read_whatever_their_matrix() {
    let mut random = Lcg(7);
    for case in 0..60 {
        let monoclinic = case % 2 == 0;
        let rows = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let off = if monoclinic && (i == 1 || j == 1) {
                    0.0
                } else {
                    1.2
                };
                if i == j {
                    3.5 + i as f64
                } else {
                    off * (random.next() - 0.5)
                }
            })
        });
        let lattice = Lattice::new(rows).unwrap();
        let mut whole = |up_to: f64| ((2.0 * random.next() - 1.0) * (up_to + 0.499)).round() as i64;
        let mut supercell: Integers = std::array::from_fn(|i| {
            let n = 2 + (whole(1.0) + 1);
            std::array::from_fn(|j| if i == j { n } else { 0 })
        });
        // Unimodular from the right: the same group in another basis.
        for _ in 0..3 {
            let (i, j, c) = (whole(1.0) + 1, whole(1.0) + 1, whole(1.0));
            if i != j {
                for row in &mut supercell {
                    row[i as usize] += c * row[j as usize];
                }
            }
        }
        let (basis, count) = of_supercell(supercell);
        let shift = match case % 3 {
            0 => [0.0; 3],
            1 => [0.5, 0.0, 0.5],
            _ => [random.next(), random.next(), random.next()],
        };
        let set = coset(basis, count, shift);
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let known: std::collections::HashSet<_> = set.iter().map(|k| modulo(*k)).collect();
        let kept = |r: &bzint::crystal::Rotation| {
            set.iter().all(|k| known.contains(&modulo(apply(r, *k))))
        };
        let (points, stars) = wedge(&set, &group.filter(kept));
        let pairs: Vec<_> = points.into_iter().zip(stars).collect();
        let (points, stars): (Vec<_>, Vec<_>) = shuffled(pairs, &mut random).into_iter().unzip();
        for (way, points, weights) in [
            ("wedge", points, Weights::counted(stars)),
            (
                "list",
                shuffled(set.clone(), &mut random),
                Weights::unknown(),
            ),
        ] {
            let what = format!("case {case}, {way}, {supercell:?}, shift {shift:?}");
            let bands = read(&lattice, points, weights, &group);
            let bands = bands.unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_model(&what, &bands, &lattice, set.len());
        }
    }
}

/// What is no regular set, or one that no basis makes a grid of, is refused.
#[test]
fn what_is_no_grid_is_refused() {
    let (lattice, group) = (fcc(), PointGroup::of_lattice(&fcc(), 1e-6));
    let (basis, count) = of_supercell([[-4, 4, 4], [4, -4, 4], [4, 4, -4]]);
    let set = coset(basis, count, [0.5; 3]);
    let (points, stars) = wedge(&set, &group);
    let mut cut = points.clone();
    cut.pop();
    let error = read(&lattice, cut, Weights::unknown(), &group).unwrap_err();
    assert!(error.to_string().contains("k-points"), "{error}");
    let mut mixed = set.clone();
    mixed.extend(coset(plain([3; 3]), 27, [0.0; 3]));
    let error = read(&lattice, mixed, Weights::unknown(), &group).unwrap_err();
    assert!(error.to_string().contains("no regular grid"), "{error}");
    // A diagonal through the zone is a lattice, too, with one point across it.
    let low = Lattice::new([[3.0, 0.1, 0.2], [0.0, 3.5, 0.3], [0.2, 0.0, 4.0]]).unwrap();
    let set: Vec<[f64; 3]> = (0..40).map(|i| [f64::from(i) / 40.0; 3]).collect();
    let error = read(&low, set, Weights::unknown(), &PointGroup::identity());
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("40 points") && text.contains("too few of them to tell a slope"),
        "{text}"
    );
    // The weights of other stars.
    for (weights, says) in [
        (stars.iter().map(|w| 1.0 / w).collect(), "points of the"),
        (vec![1.0; stars.len()], "points of the"),
    ] {
        let error = read(&lattice, points.clone(), Weights::counted(weights), &group);
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("its weight is") && text.contains(says),
            "{text}"
        );
    }
    let note = read(
        &lattice,
        points,
        Weights::listed(vec![1.0; stars.len()]),
        &group,
    )
    .unwrap();
    let notes = &note.header().provenance.notes;
    assert!(notes.iter().any(|n| n.contains("same weight")), "{notes:?}");
}

pub fn json(arguments: &[&str]) -> Value {
    bzint(arguments).json()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn put(file: &hdf5::Group, name: &str, shape: &[usize], data: &[f64]) {
    let dataset = file.new_dataset::<f64>().shape(shape).create(name);
    dataset.unwrap().write_raw(data).unwrap();
}

/// A `_GSR.nc` of the nearest-neighbour band of this lattice (eV), one electron, E_F = −1 eV.
struct Gsr<'a> {
    lattice: &'a Lattice,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    supercell: Option<(Integers, Vec<[f64; 3]>)>,
    operations: bool,
}

/// E = −Σ cos k·R over the shortest vectors, each pair ±R once.
fn nearest(lattice: &Lattice, k: [f64; 3]) -> f64 {
    let a = lattice.rows();
    let mut shells: Vec<(f64, [f64; 3])> = Vec::new();
    for x in -1..=1 {
        for y in -1..=1 {
            for z in -1..=1 {
                let r: [f64; 3] = std::array::from_fn(|c| {
                    f64::from(x) * a[0][c] + f64::from(y) * a[1][c] + f64::from(z) * a[2][c]
                });
                shells.push((r.iter().map(|x| x * x).sum(), r));
            }
        }
    }
    let least = shells
        .iter()
        .map(|s| s.0)
        .filter(|l| *l > 0.1)
        .fold(f64::INFINITY, f64::min);
    let near = shells.iter().filter(|s| (s.0 - least).abs() < 0.1);
    let u = lattice.k_cartesian(k);
    near.map(|(_, r)| -0.5 * (0..3).map(|c| u[c] * r[c]).sum::<f64>().cos())
        .sum()
}

impl Gsr<'_> {
    fn write(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let file = hdf5::File::create(&path).unwrap();
        let n = self.points.len();
        let e: Vec<f64> = self
            .points
            .iter()
            .map(|k| nearest(self.lattice, *k) / HARTREE_EV)
            .collect();
        let both: Vec<f64> = e.iter().flat_map(|e| [*e, e + 20.0 / HARTREE_EV]).collect();
        put(&file, "eigenvalues", &[1, n, 2], &both);
        put(
            &file,
            "reduced_coordinates_of_kpoints",
            &[n, 3],
            self.points.as_flattened(),
        );
        if !self.weights.is_empty() {
            let sum: f64 = self.weights.iter().sum();
            let weights: Vec<f64> = self.weights.iter().map(|w| w / sum).collect();
            put(&file, "kpoint_weights", &[n], &weights);
        }
        if let Some((rows, shifts)) = &self.supercell {
            let rows = rows.map(|r| r.map(|x| x as f64));
            put(&file, "kptrlatt_orig", &[3, 3], rows.as_flattened());
            put(
                &file,
                "shiftk_orig",
                &[shifts.len(), 3],
                shifts.as_flattened(),
            );
        }
        if self.operations {
            let group = PointGroup::of_lattice(self.lattice, 1e-6);
            // On k they are the transposed; ABINIT stores columns first.
            let all = group
                .rotations()
                .iter()
                .flat_map(|r| r.as_flattened().to_vec());
            let all: Vec<f64> = all.map(f64::from).collect();
            put(
                &file,
                "reduced_symmetry_matrices",
                &[group.order(), 3, 3],
                &all,
            );
        }
        let rows = self.lattice.rows().map(|r| r.map(|x| x / BOHR_ANGSTROM));
        put(&file, "primitive_vectors", &[3, 3], rows.as_flattened());
        put(&file, "reduced_atom_positions", &[1, 3], &[0.0; 3]);
        put(&file, "atom_species", &[1], &[1.0]);
        put(&file, "fermi_energy", &[], &[-1.0 / HARTREE_EV]);
        put(&file, "kptopt", &[], &[1.0]);
        put(&file, "nelect", &[], &[1.0]);
        file.close().unwrap();
        path
    }
}

pub fn number(v: &Value, name: &str) -> (f64, f64) {
    let of = |x: &Value| match x {
        Value::Array(rows) => (0..3).map(|i| rows[i][i].as_f64().unwrap()).sum::<f64>() / 3.0,
        x => x.as_f64().unwrap_or(f64::NAN),
    };
    (of(&v[name]["value"]), of(&v[name]["error"]))
}

const QUANTITIES: [&str; 3] = ["electrons", "dos_at_fermi_level", "conductivity_over_tau"];

/// N and σ/τ at −1 eV of both files agree within their bars, which are no wider than `most` of the value.
#[track_caller]
fn assert_same_metal(a: &Path, b: &Path, most: f64) {
    let at = |path: &Path| {
        json(&[
            "fermi",
            text(path),
            // Between the energies of grid points.
            "--fermi-level=-1.03",
            "--json",
            "--backend",
            "cpu",
            "--interpolate",
            "32",
        ])
    };
    let (a, b) = (at(a), at(b));
    for name in QUANTITIES {
        let ((x, dx), (y, dy)) = (number(&a, name), number(&b, name));
        println!("{name}: {x:.6e} ± {dx:.1e}, {y:.6e} ± {dy:.1e}");
        assert!((x - y).abs() <= dx + dy, "{name}: {x} ± {dx}, {y} ± {dy}");
        assert!(dx < most * x.abs(), "{name}: {x} ± {dx}");
    }
}

/// The same bands from a re-based and from a plain grid, and from what `convert` made of the re-based one.
#[test]
fn re_based_bands_have_the_values_of_plain_ones_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let step = 1.0 / 6.0;
    let centred = [[step, 0.0, 0.0], [0.0, step, 0.0], [0.5 * step; 3]];
    let six = of_supercell([[-6, 6, 6], [6, -6, 6], [6, 6, -6]]);
    for (name, lattice, set) in [
        ("fcc", fcc(), coset(six.0, six.1, [0.5; 3])),
        ("bcc", body_centred(A), coset(centred, 432, [0.0, 0.0, 0.5])),
    ] {
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let gsr = |points, weights, name: String| {
            Gsr {
                lattice: &lattice,
                points,
                weights,
                supercell: None,
                operations: true,
            }
            .write(d, &name)
        };
        let (points, stars) = wedge(&set, &group);
        let wedge_file = gsr(points, stars, format!("{name}_GSR.nc"));
        let full = gsr(set.clone(), Vec::new(), format!("{name}full_GSR.nc"));
        let own = coset(plain([10; 3]), 1000, [0.0; 3]);
        let plain_file = gsr(own, Vec::new(), format!("{name}plain_GSR.nc"));
        let info = json(&["info", text(&wedge_file), "--json"]);
        assert_eq!(info["symmetry_operations"], 48);
        let n: Vec<u64> = info["k_grid"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_u64().unwrap())
            .collect();
        assert_eq!(n.iter().product::<u64>(), set.len() as u64);
        let notes = info["notes"].to_string();
        assert!(notes.contains("same crystal lattice"), "{notes}");
        assert_eq!(
            json(&["info", text(&full), "--json"])["k_grid"],
            info["k_grid"]
        );
        assert_same_metal(&wedge_file, &plain_file, 0.05);
        let native = d.join(format!("{name}.h5"));
        assert!(
            bzint(&["convert", text(&wedge_file), "-o", text(&native)])
                .status
                .success()
        );
        let again = json(&["info", text(&native), "--json"]);
        for key in [
            "k_grid",
            "k_shift",
            "lattice",
            "symmetry_operations",
            "band_ranges",
            "notes",
            "atoms",
        ] {
            assert_eq!(again[key], info[key], "{key}");
        }
        let calls = [&wedge_file, &native].map(|path| {
            let mut all = json(&[
                "fermi",
                text(path),
                "--json",
                "--backend",
                "cpu",
                "--interpolate",
                "none",
            ]);
            for key in ["input", "seconds"] {
                all[key] = Value::Null;
            }
            QUANTITIES.map(|q| all[q].clone())
        });
        assert_eq!(calls[0], calls[1]);
    }
}

/// BXSF and FRMSF hold Γ-centred and shifted grids in any basis: what comes back is the same crystal.
#[test]
fn other_writers_are_right_in_the_new_basis() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    let lattice = fcc();
    let six = of_supercell([[-6, 6, 6], [6, -6, 6], [6, 6, -6]]);
    let points = coset(six.0, six.1, [0.0; 3]);
    let gsr = Gsr {
        lattice: &lattice,
        points,
        weights: Vec::new(),
        supercell: None,
        operations: true,
    };
    let path = gsr.write(d, "a_GSR.nc");
    let values = |path: &Path, level: &str| {
        json(&[
            "fermi",
            text(path),
            "--bxsf-units",
            "wannier90",
            level,
            "--json",
            "--backend",
            "cpu",
            "--interpolate",
            "none",
        ])
    };
    let native = d.join("a.h5");
    let made = bzint(&["convert", text(&path), "-o", text(&native)]);
    assert!(made.status.success());
    let original = json(&[
        "fermi",
        text(&native),
        "--fermi-level=-1",
        "--json",
        "--backend",
        "cpu",
        "--interpolate",
        "none",
    ]);
    for name in ["a.bxsf", "a.frmsf"] {
        let out = d.join(name);
        let made = bzint(&["convert", text(&path), "-o", text(&out)]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        // FRMSF has energies relative to the Fermi level.
        let level = if name == "a.frmsf" { "0" } else { "-1" };
        let again = values(&out, &format!("--fermi-level={level}"));
        let ((x, dx), (y, _)) = (
            number(&original, "conductivity_over_tau"),
            number(&again, "conductivity_over_tau"),
        );
        println!("{name}: {x:e} ± {dx:e}, {y:e}");
        assert!((x - y).abs() <= 1e-4 * x, "{name}: {x} ± {dx}, {y}");
    }
}

/// `kptrlatt` with shifts that break the crystal's symmetry: the images do not tell the lattice, the file does.
#[test]
fn the_supercell_that_the_file_names_is_taken_where_the_points_agree() {
    let folder = tempfile::tempdir().unwrap();
    let lattice = fcc();
    let group = PointGroup::of_lattice(&lattice, 1e-6);
    let rows = [[4, 0, 0], [2, 4, 0], [0, 0, 6]];
    let (basis, count) = of_supercell(rows);
    let set = coset(basis, count, [0.5, 0.0, 0.0]);
    let (points, stars) = wedge(&set, &group);
    assert!(points.len() < set.len());
    let gsr = Gsr {
        lattice: &lattice,
        points,
        weights: stars,
        supercell: Some((rows, vec![[0.5, 0.0, 0.0]])),
        operations: true,
    };
    let info = json(&[
        "info",
        text(&gsr.write(folder.path(), "a_GSR.nc")),
        "--json",
    ]);
    let n: Vec<u64> = info["k_grid"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_u64().unwrap())
        .collect();
    println!("{n:?} {}", info["notes"]);
    assert_eq!(n.iter().product::<u64>(), count as u64);
}

/// The bands of a lattice as VASP writes them.
fn vasprun(lattice: &Lattice, points: &[[f64; 3]], weights: &[f64], generation: &str) -> String {
    vasprun_of(lattice, points, weights, generation, &|k| {
        nearest(lattice, k)
    })
}

/// A band as VASP writes it, of a function of the fractional k-point.
pub fn vasprun_of(
    lattice: &Lattice,
    points: &[[f64; 3]],
    weights: &[f64],
    generation: &str,
    energy: &dyn Fn([f64; 3]) -> f64,
) -> String {
    let row = |v: &[f64]| {
        let words: Vec<String> = v.iter().map(|x| format!("{x:16.8}")).collect();
        format!("<v>{}</v>\n", words.concat())
    };
    let sum: f64 = weights.iter().sum();
    let k: String = points.iter().map(|k| row(k)).collect();
    let w: String = weights.iter().map(|w| row(&[w / sum])).collect();
    let basis: String = lattice.rows().iter().map(|a| row(a)).collect();
    let bands: String = points
        .iter()
        .map(|k| format!("<set><r>{:.8} 1.0</r></set>\n", energy(*k)))
        .collect();
    let structure = format!(
        "<crystal><varray name=\"basis\">{basis}</varray></crystal><varray name=\"positions\"><v> 0 0 0 </v></varray>"
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<modeling>\n<generator><i name=\"version\" type=\"string\">6.4.2</i></generator>\n\
         <kpoints>{generation}<varray name=\"kpointlist\">\n{k}</varray><varray name=\"weights\">\n{w}</varray></kpoints>\n\
         <parameters><i name=\"NELECT\"> 1.0 </i><i type=\"int\" name=\"ISPIN\"> 1</i></parameters>\n\
         <atominfo><array name=\"atoms\"><set><rc><c>Cu</c><c> 1</c></rc></set></array></atominfo>\n\
         <structure name=\"initialpos\">{structure}</structure>\n\
         <calculation><structure>{structure}</structure>\n<eigenvalues><array><set><set comment=\"spin 1\">\n{bands}</set></set></array></eigenvalues>\n\
         <dos><i name=\"efermi\"> -1.0 </i></dos></calculation>\n</modeling>\n"
    )
}

/// An even Monkhorst–Pack grid as VASP lists it, with its symmetry, with time reversal alone, and without either.
#[test]
fn vasps_even_grids_on_centred_cells_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let generation = "<generation param=\"Monkhorst-Pack\"><v type=\"int\" name=\"divisions\"> 4 4 4 </v>\
        <v name=\"usershift\"> 0 0 0 </v><v name=\"shift\"> 0.5 0.5 0.5 </v></generation>\n";
    for (name, lattice) in [
        ("fcc", fcc()),
        ("bcc", body_centred(A)),
        ("bct", body_centred(1.7 * A)),
        ("hexagonal", hexagonal()),
    ] {
        let group = PointGroup::of_lattice(&lattice, 1e-6);
        let reversal = PointGroup::identity().with_inversion();
        let set = images(&coset(plain([4; 3]), 64, [0.5; 3]), &group);
        for (way, reducing) in [
            ("wedge", &group),
            ("half", &reversal),
            ("all", &PointGroup::identity()),
        ] {
            let (points, stars) = wedge(&set, reducing);
            let path = folder.path().join(format!("{name}-{way}.xml"));
            std::fs::write(&path, vasprun(&lattice, &points, &stars, generation)).unwrap();
            let bands = bzint::io::open(&path, &Default::default()).unwrap();
            let header = bands.header();
            println!(
                "{name} {way}: {} of {} points, {:?}",
                header.k_grid,
                points.len(),
                header.provenance.notes
            );
            assert_eq!(header.k_grid.len() % 64, 0);
            let bands = BandGrid::load(bands.as_ref()).unwrap();
            let energies = bands.band(Field::Energy, 0, 0);
            for (i, e) in energies.iter().enumerate() {
                let k = header.k_grid.point(header.k_grid.place(i));
                let k = lattice.k_fractional(header.lattice.k_cartesian(k));
                assert!(
                    (e - nearest(&lattice, k)).abs() < 1e-6,
                    "{name} {way}: point {i}"
                );
            }
            // Wrong stars: the first weighs three times as much.
            let mut wrong = stars;
            wrong[0] *= 3.0;
            std::fs::write(&path, vasprun(&lattice, &points, &wrong, generation)).unwrap();
            let error = bzint::io::open(&path, &Default::default())
                .err()
                .map(|e| e.to_string());
            let error =
                error.unwrap_or_else(|| panic!("{name} {way}: wrong weights were accepted"));
            assert!(error.contains("weight"), "{name} {way}: {error}");
        }
    }
}

/// A grid that the list fills, and other points without any symmetry to them.
#[test]
fn an_announced_grid_is_read_where_the_list_has_other_points_besides() {
    let folder = tempfile::tempdir().unwrap();
    let generation = "<generation param=\"Monkhorst-Pack\"><v type=\"int\" name=\"divisions\"> 4 4 4 </v></generation>\n";
    let lattice = Lattice::new([[3.0, 0.1, 0.2], [0.0, 3.5, 0.3], [0.2, 0.0, 4.0]]).unwrap();
    let mut points = coset(plain([4; 3]), 64, [0.5; 3]);
    points.extend(coset(plain([4; 3]), 64, [0.5, 0.5, 0.0]));
    points.extend(coset(plain([4; 3]), 64, [0.5, 0.0, 0.0]));
    let (points, weights) = wedge(&points, &PointGroup::identity().with_inversion());
    let path = folder.path().join("vasprun.xml");
    std::fs::write(&path, vasprun(&lattice, &points, &weights, generation)).unwrap();
    let bands = bzint::io::open(&path, &Default::default()).unwrap();
    let header = bands.header();
    assert_eq!((header.k_grid.n, &header.lattice), ([4; 3], &lattice));
    let notes = &header.provenance.notes;
    assert!(
        notes
            .iter()
            .any(|n| n.contains("64 of the 96") && n.contains("not used")),
        "{notes:?}"
    );
}

/// Each reader that has weights takes those of the stars, in any sum and as few digits as it prints, and refuses others.
#[test]
fn weights_of_other_stars_are_refused_by_every_reader() {
    let folder = tempfile::tempdir().unwrap();
    let d = folder.path();
    // 4³ points of a simple cubic crystal: 1 6 3 12 12 3 8 12 6 1 in the order of `samples`.
    let model = crate::samples::Model::default();
    let cubic = Lattice::new([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]).unwrap();
    let group = PointGroup::of_lattice(&cubic, 1e-6);
    let full = model.full();
    let star = |k: &[f64; 3]| images(&[*k], &group).len() as f64;
    let stars: Vec<f64> = model.wedge().iter().map(star).collect();
    assert_eq!(stars.iter().sum::<f64>(), full.len() as f64);
    let mut wrong = stars.clone();
    wrong.swap(0, 1);
    let wedge_sum = 64.0;
    for sample in crate::samples::samples_of(&model) {
        // What stands before and after a k-point's weight, and how it is printed.
        type Print = fn(f64) -> String;
        let (file, line, print): (&str, &str, Print) = match sample.format {
            "CASTEP" => ("a.bands", " 0.1\nSpin", |w| format!(" {w:.8}\nSpin")),
            "EIGENVAL" => ("EIGENVAL", " 0.1\n", |w| format!(" {w:.7E}\n")),
            "Elk" => ("KPOINTS.OUT", " 0.100000000000 9", |w| {
                format!(" {w:.10} 9")
            }),
            "WIEN2k" => ("a.energy", "     2  1.0\n", |w| {
                format!("     2{:5.1}\n", 64.0 * w)
            }),
            _ => continue,
        };
        for (weights, right) in [(&stars, true), (&wrong, false)] {
            let place = d.join(format!("{}{right}", sample.format));
            std::fs::create_dir(&place).unwrap();
            let path = sample.write(&place);
            let text = std::fs::read_to_string(place.join(file)).unwrap();
            // In EIGENVAL the second line has such numbers, too.
            let (head, body) = text.split_at(text.find("CAR").unwrap_or(0));
            assert_eq!(body.matches(line).count(), stars.len(), "{}", sample.format);
            let mut pieces = body.split(line);
            let mut text = head.to_string() + pieces.next().unwrap_or_default();
            for (w, piece) in weights.iter().zip(pieces) {
                text += &(print(w / wedge_sum) + piece);
            }
            std::fs::write(place.join(file), text).unwrap();
            let opened = bzint::io::open(&path, &Default::default());
            match (opened, right) {
                (Ok(bands), true) => {
                    let notes = &bands.header().provenance.notes;
                    assert!(
                        !notes.iter().any(|n| n.contains("same weight")),
                        "{notes:?}"
                    );
                }
                (Err(e), false) => {
                    let e = e.to_string();
                    println!("{}: {e}", sample.format);
                    assert!(
                        e.contains("k-point 1 ") && e.contains("its weight is"),
                        "{e}"
                    );
                }
                (Ok(_), false) => panic!("{}: wrong weights were accepted", sample.format),
                (Err(e), true) => panic!("{}: {e}", sample.format),
            }
        }
    }
    let (points, weights) = wedge(
        &coset(plain([4; 3]), 64, [0.0; 3]),
        &PointGroup::of_lattice(&fcc(), 1e-6),
    );
    for (weights, right) in [
        (weights.clone(), true),
        (weights.into_iter().rev().collect(), false),
    ] {
        let lattice = fcc();
        let gsr = Gsr {
            lattice: &lattice,
            points: points.clone(),
            weights,
            supercell: None,
            operations: true,
        };
        let output = bzint(&["info", text(&gsr.write(d, "a_GSR.nc"))]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), right, "{error}");
        assert!(right || error.contains("its weight is"), "{error}");
    }
    // Quantum ESPRESSO: the weights of a real run in the opposite order.
    let packed =
        std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/data/al.nscf.xml.gz")).unwrap();
    let mut whole = String::new();
    flate2::read::MultiGzDecoder::new(packed)
        .read_to_string(&mut whole)
        .unwrap();
    let path = d.join("a.xml");
    assert!(bzint::io::qe::parse(&path, &whole).is_ok());
    let pieces: Vec<&str> = whole.split("<k_point weight=\"").collect();
    let values: Vec<&str> = pieces
        .iter()
        .skip(1)
        .map(|p| p.split('"').next().unwrap())
        .collect();
    let mut reversed = pieces[0].to_string();
    for (piece, value) in pieces.iter().skip(1).zip(values.iter().rev()) {
        let (_, rest) = piece.split_once('"').unwrap();
        reversed += &format!("<k_point weight=\"{value}\"{rest}");
    }
    let error = bzint::io::qe::parse(&path, &reversed)
        .unwrap_err()
        .to_string();
    assert!(error.contains("its weight is"), "{error}");
}

fn field(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/field")).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: {name} is not there");
    None
}

#[test]
fn the_files_of_real_use_have_their_grids_and_values() {
    for (name, count) in [
        ("abinit-fcc-4shifts-coarse/t_GSR.nc", 32),
        ("abinit-fcc-4shifts-full-list/t_GSR.nc", 256),
        ("vasp-even-mp-on-fcc/vasprun.xml", 256),
    ] {
        let Some(path) = field(name) else { continue };
        let info = json(&["info", text(&path), "--json"]);
        let n: Vec<u64> = info["k_grid"]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_u64().unwrap())
            .collect();
        assert_eq!(n.iter().product::<u64>(), count, "{name}");
        assert_eq!(info["symmetry_operations"], 48, "{name}");
        for denser in ["none", "40"] {
            // The table of 32 points is too coarse for anything but its integral over all of it.
            if count == 32 && denser == "none" {
                continue;
            }
            let fermi = json(&[
                "fermi",
                text(&path),
                "--fermi-level=-1",
                "--json",
                "--backend",
                "cpu",
                "--interpolate",
                denser,
            ]);
            for (quantity, exact) in QUANTITIES.into_iter().zip([0.462199, 0.22164, 7.5248e20]) {
                let (value, bar) = number(&fermi, quantity);
                println!("{name}: {quantity} {value:e} ± {bar:e}, exactly {exact:e}");
                assert!(
                    (value - exact).abs() <= bar + 1e-5 * exact,
                    "{name}: {quantity} {value} ± {bar}"
                );
                assert!(
                    denser == "none" || bar < 0.02 * exact,
                    "{name}: {quantity} ± {bar}"
                );
            }
        }
    }
}
