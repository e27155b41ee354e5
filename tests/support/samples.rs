//! Small files of many formats, made here after each code's documentation. All hold the same two bands of a simple cubic crystal,
//! a = 5 Å: E_v = −0.05 − tΣ(1 − cos 2πu), E_c = 0.05 + 2tΣ(1 − cos 2πu) in Ha with t = 0.01, two electrons, on 4³ k-points.
#![allow(dead_code)]

use bzint::io::OpenOptions;
use bzint::io::bxsf::BxsfUnits;
use bzint::units::{BOHR_ANGSTROM, HARTREE_EV};
use std::f64::consts::PI;
use std::path::{Path, PathBuf};

/// Points per axis.
pub const N: usize = 4;
const A: f64 = 5.0;

/// The model, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct Model {
    /// Edges of the cell in Å; the bands stay cubic.
    pub edges: [f64; 3],
    /// The listed k-point that is left out.
    pub missing: Option<usize>,
    /// Whether the lower band is NaN at k = (¼, 0, 0).
    pub nan: bool,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            edges: [A; 3],
            missing: None,
            nan: false,
        }
    }
}

impl Model {
    /// Lines of the three vectors, in units of `unit` Å.
    fn vectors(&self, unit: f64) -> String {
        let [a, b, c] = self.edges.map(|x| x / unit);
        format!("{a:.9} 0 0\n0 {b:.9} 0\n0 0 {c:.9}\n")
    }

    /// Both energies (Ha).
    pub fn energies(&self, u: [f64; 3]) -> [f64; 2] {
        let [lower, upper] = energies(u);
        let broken = self.nan && u == [1.0 / N as f64, 0.0, 0.0];
        [if broken { f64::NAN } else { lower }, upper]
    }

    fn without_missing(&self, mut list: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
        if let Some(i) = self.missing {
            list.remove(i);
        }
        list
    }

    /// One k-point of each orbit of the cubic group.
    pub fn wedge(&self) -> Vec<[f64; 3]> {
        let mut list = Vec::new();
        for i in 0..=N / 2 {
            for j in 0..=i {
                for k in 0..=j {
                    list.push([i, j, k].map(|x| x as f64 / N as f64));
                }
            }
        }
        self.without_missing(list)
    }

    /// Every k-point, third index fastest.
    pub fn full(&self) -> Vec<[f64; 3]> {
        let point = |p: usize| [p / (N * N), p / N % N, p % N].map(|j| j as f64 / N as f64);
        self.without_missing((0..N.pow(3)).map(point).collect())
    }
}

/// The files of one run.
pub struct Sample {
    pub format: &'static str,
    /// Name and content; the first is to be opened.
    pub files: Vec<(&'static str, Vec<u8>)>,
    pub options: OpenOptions,
}

impl Sample {
    fn new(format: &'static str, files: &[(&'static str, String)]) -> Self {
        let files = files
            .iter()
            .map(|(name, text)| (*name, text.clone().into_bytes()));
        Self {
            format,
            files: files.collect(),
            options: OpenOptions::default(),
        }
    }

    /// Writes the files, and gives the path to open.
    pub fn write(&self, folder: &Path) -> PathBuf {
        for (name, bytes) in &self.files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        folder.join(self.files[0].0)
    }
}

/// Both energies (Ha) at fractional k.
pub fn energies(u: [f64; 3]) -> [f64; 2] {
    let sum: f64 = u.iter().map(|u| 1.0 - (2.0 * PI * u).cos()).sum();
    [-0.05 - 0.01 * sum, 0.05 + 0.02 * sum]
}

/// All samples of text formats.
pub fn samples() -> Vec<Sample> {
    samples_of(&Model::default())
}

/// All samples of text formats, always in the same order.
pub fn samples_of(model: &Model) -> Vec<Sample> {
    let mut list = vec![
        boltztrap(model),
        castep(model),
        wien2k_cubic(model),
        elk(model),
        fhi_aims(model),
        eigenval(model),
        vasprun(model),
    ];
    list.extend(surfaces(model));
    list
}

fn boltztrap(model: &Model) -> Sample {
    let structure = format!("sc\n{}1\nH 0 0 0\n", model.vectors(BOHR_ANGSTROM));
    let mut energy = format!("sc\n{} 1 0.0\n", model.wedge().len());
    for u in model.wedge() {
        energy += &format!("{} {} {} 2\n", u[0], u[1], u[2]);
        for e in model.energies(u) {
            energy += &format!("{:.12}\n", 2.0 * e);
        }
    }
    Sample::new(
        "BoltzTraP2",
        &[("a.energy", energy), ("a.structure", structure)],
    )
}

fn castep(model: &Model) -> Sample {
    let mut bands = format!(
        "Number of k-points {}\nNumber of spin components 1\nNumber of electrons 2.000\nNumber of eigenvalues 2\n\
         Fermi energy (in atomic units) 0.000000\nUnit cell vectors\n{}",
        model.wedge().len(),
        model.vectors(BOHR_ANGSTROM)
    );
    for (i, u) in model.wedge().into_iter().enumerate() {
        bands += &format!(
            "K-point {} {} {} {} 0.1\nSpin component 1\n",
            i + 1,
            u[0],
            u[1],
            u[2]
        );
        for e in model.energies(u) {
            bands += &format!("{e:14.9}\n");
        }
    }
    let cell = format!(
        "%BLOCK lattice_cart\nang\n{}%ENDBLOCK lattice_cart\n\
         %BLOCK positions_frac\nH 0 0 0 ! alone\n%ENDBLOCK positions_frac\n",
        model.vectors(1.0)
    );
    Sample::new("CASTEP", &[("a.bands", bands), ("a.cell", cell)])
}

/// WIEN2k's `.struct` of one atom at the origin, and `.energy` with the bands (Ry) of these k-points in the file's units.
pub fn wien2k(
    kind: &str,
    cell: [f64; 6],
    bands: &[([f64; 3], Vec<f64>)],
) -> [(&'static str, String); 2] {
    let mut structure = format!("test\n{kind:<4}LATTICE,NONEQUIV.ATOMS:  1\nMODE OF CALC=RELA\n");
    structure += &cell.map(|x| format!("{x:10.6}")).concat();
    structure += "\nATOM  -1: X=0.00000000 Y=0.00000000 Z=0.00000000\n          MULT= 1          ISPLIT= 2\n\
        H          NPT=  781  R0=0.00010000 RMT=    1.2000   Z:  1.0\n\
        LOCAL ROT MATRIX:    1.0000000 0.0000000 0.0000000\n                     0.0000000 1.0000000 0.0000000\n\
        \x20                    0.0000000 0.0000000 1.0000000\n   0      NUMBER OF SYMMETRY OPERATIONS\n";
    let mut energy = format!("{0}\n{0}\n", format!("{:9.5}", 0.3).repeat(12));
    for (i, (k, list)) in bands.iter().enumerate() {
        energy += &k.map(|x| format!("{x:19.12E}")).concat();
        energy += &format!("{:>10}{:6}{:6}{:5.1}\n", i + 1, 100, list.len(), 1.0);
        for (band, e) in list.iter().enumerate() {
            energy += &format!("{:12} {e:.14}\n", band + 1);
        }
    }
    [("a.struct", structure), ("a.energy", energy)]
}

fn wien2k_cubic(model: &Model) -> Sample {
    let [a, b, c] = model.edges.map(|x| x / BOHR_ANGSTROM);
    let bands: Vec<_> = model
        .wedge()
        .into_iter()
        .map(|u| (u, model.energies(u).map(|e| 2.0 * e).to_vec()))
        .collect();
    let [structure, energy] = wien2k("P", [a, b, c, 90.0, 90.0, 90.0], &bands);
    let scf = ":NOE  : NUMBER OF ELECTRONS          =    2.000\n:FER  : F E R M I - ENERGY(TETRAH.M.)=   0.0\n";
    Sample::new("WIEN2k", &[energy, structure, ("a.scf", scf.to_string())])
}

fn elk(model: &Model) -> Sample {
    let n = model.wedge().len();
    let mut eigval = format!("    {n} : nkpt\n    2 : nstsv\n\n");
    let mut kpoints = format!("    {n} : nkpt; k-point, vkl, wkpt, nmat below\n");
    for (i, u) in model.wedge().into_iter().enumerate() {
        let k = format!("{} {} {} {}", i + 1, u[0], u[1], u[2]);
        eigval += &format!("{k} : k-point, vkl\n (state, eigenvalue and occupancy below)\n");
        for (band, e) in model.energies(u).into_iter().enumerate() {
            eigval += &format!(
                "{} {e:.10} {:.9}\n",
                band + 1,
                if band == 0 { 2.0 } else { 0.0 }
            );
        }
        eigval += "\n\n";
        // Every weight is the same where only their sum matters.
        kpoints += &format!("{k} {:.12} 9\n", 1.0 / n as f64);
    }
    let geometry = format!(
        "scale\n 1.0\n\navec\n{}\natoms\n 1 : nspecies\n'H.in' : spfname\n 1 : natoms\n 0 0 0 0 0 0\n",
        model.vectors(BOHR_ANGSTROM)
    );
    Sample::new(
        "Elk",
        &[
            ("EIGVAL.OUT", eigval),
            ("GEOMETRY.OUT", geometry),
            ("KPOINTS.OUT", kpoints),
            ("EFERMI.OUT", "   0.000000000\n".to_string()),
        ],
    )
}

/// As FHI-aims writes it: a heading, then per k-point two lines of coordinates and a line (I8, F15.12, F22.12) per state.
fn fhi_aims(model: &Model) -> Sample {
    let b = 2.0 * PI / A;
    let mut text = format!(
        "#  aims_uuid : 00000000-0000-4000-8000-000000000000\n\
        # Plain ASCII output of the Kohn-Sham eigenvalues on a k-space grid\n\
        # Output is written in electron Volts. 1 Ha =    27.211384500000 eV.\n\
        # Output of reciprocal lattice vectors in Angstrom^{{-1}} :\n\
        #   {b:18.12}  {0:18.12}  {0:18.12}\n#   {0:18.12}  {b:18.12}  {0:18.12}\n#   {0:18.12}  {0:18.12}  {b:18.12}\n\
        # For each k-point, we write: \n\
        #   - k-point (in units of the reciprocal lattice vectors) \n\
        #   - k-point (in units of cartesian coordinates, Angstrom^{{-1}}) \n\
        #   - Column format for:\n\
        #     Eigenvalue number, occupation number, eigenvalue \n\n",
        0.0
    );
    for (p, u) in model.full().into_iter().enumerate() {
        let triple = |v: [f64; 3]| v.map(|x| format!("  {x:18.12}")).concat();
        text += &format!("k-point number:   {:8}\n", p + 1);
        text += &format!("k-point in recip. lattice units: {}\n", triple(u));
        let k = triple(u.map(|x| x * b));
        text += &format!("k-point in cartesian units (A^{{-1}}): {k}\n");
        for (band, e) in model.energies(u).into_iter().enumerate() {
            let occupation = if band == 0 { 2.0 } else { 0.0 };
            text += &format!(
                "{:8}  {occupation:15.12}  {:22.12}\n",
                band + 1,
                e * HARTREE_EV
            );
        }
        text += "\n";
    }
    let vectors = model.vectors(1.0);
    let vectors = vectors.lines().map(|v| format!("lattice_vector {v}\n"));
    let geometry = format!(
        "# simple cubic\n{}atom_frac 0 0 0 H\n",
        vectors.collect::<String>()
    );
    let output = "  | Chemical potential (Fermi level):     0.00000000 eV\n";
    Sample::new(
        "FHI-aims",
        &[
            ("Final_KS_eigenvalues.dat", text),
            ("geometry.in", geometry),
            ("aims.out", output.to_string()),
        ],
    )
}

fn eigenval(model: &Model) -> Sample {
    let n = model.wedge().len();
    let mut text = format!("  1  1  1  1\n  0.1 0.1 0.1 0.1\n  1.0\n  CAR\n sc\n  2  {n}  2\n");
    for u in model.wedge() {
        text += &format!("\n {} {} {} 0.1\n", u[0], u[1], u[2]);
        for (band, e) in model.energies(u).into_iter().enumerate() {
            let occupation = if band == 0 { 1.0 } else { 0.0 };
            text += &format!(" {} {:.10} {occupation:.6}\n", band + 1, e * HARTREE_EV);
        }
    }
    let poscar = format!("sc\n1.0\n{}H\n1\nDirect\n0 0 0\n", model.vectors(1.0));
    Sample::new("EIGENVAL", &[("EIGENVAL", text), ("POSCAR", poscar)])
}

fn vasprun(model: &Model) -> Sample {
    let row = |tag: &str, words: String| format!("<{tag}>{words}</{tag}>\n");
    let mut kpoints = String::new();
    let mut bands = String::new();
    for (i, u) in model.wedge().into_iter().enumerate() {
        kpoints += &row("v", format!(" {} {} {} ", u[0], u[1], u[2]));
        bands += &format!("<set comment=\"kpoint {}\">\n", i + 1);
        for (band, e) in model.energies(u).into_iter().enumerate() {
            let occupation = if band == 0 { 1.0 } else { 0.0 };
            bands += &row("r", format!(" {:.10} {occupation:.4} ", e * HARTREE_EV));
        }
        bands += "</set>\n";
    }
    let vectors = model.vectors(1.0);
    let vectors = vectors.lines().map(|v| row("v", v.to_string()));
    let structure = format!(
        "<crystal><varray name=\"basis\">{}</varray></crystal><varray name=\"positions\"><v> 0 0 0 </v></varray>",
        vectors.collect::<String>()
    );
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<modeling>\n<generator><i name=\"version\" type=\"string\">6.4.2</i></generator>\n\
         <kpoints><generation param=\"Gamma\"><v type=\"int\" name=\"divisions\"> 4 4 4 </v></generation>\n\
         <varray name=\"kpointlist\">\n{kpoints}</varray></kpoints>\n\
         <parameters><separator name=\"electronic\"><i name=\"NELECT\"> 2.0 </i>\
         <separator name=\"electronic spin\"><i type=\"int\" name=\"ISPIN\"> 1</i></separator></separator></parameters>\n\
         <atominfo><array name=\"atoms\"><set><rc><c>H </c><c> 1</c></rc></set></array></atominfo>\n\
         <structure name=\"initialpos\">{structure}</structure>\n\
         <calculation><structure>{structure}</structure>\n<eigenvalues><array><set><set comment=\"spin 1\">\n{bands}</set></set></array></eigenvalues>\n\
         <dos><i name=\"efermi\"> 0.0 </i></dos></calculation>\n</modeling>\n"
    );
    Sample::new("vasprun.xml", &[("vasprun.xml", text)])
}

/// BXSF (general grid) and FRMSF (periodic grid), in eV and Å⁻¹ with 2π.
fn surfaces(model: &Model) -> [Sample; 2] {
    // Edges of zero length give vectors of infinite length: zero is as wrong.
    let [a, b, c] = model
        .edges
        .map(|a| if a > 0.0 { 2.0 * PI / a } else { 0.0 });
    let vectors = format!("{a:.12} 0 0\n0 {b:.12} 0\n0 0 {c:.12}\n");
    let block = |steps: usize, band: usize| {
        let point = |p: usize| [p / (steps * steps), p / steps % steps, p % steps];
        let kept = (0..steps.pow(3)).filter(|p| Some(*p) != model.missing);
        let values = kept.map(|p| {
            let u = point(p).map(|j| j as f64 / N as f64);
            format!("{:.10}\n", model.energies(u)[band] * HARTREE_EV)
        });
        values.collect::<String>()
    };
    let general = N + 1;
    let bxsf = format!(
        "BEGIN_INFO\n Fermi Energy: 0.0\nEND_INFO\nBEGIN_BLOCK_BANDGRID_3D\nsc\nBEGIN_BANDGRID_3D_sc\n2\n{general} {general} {general}\n0 0 0\n{vectors}\
         BAND: 1\n{}BAND: 2\n{}END_BANDGRID_3D\nEND_BLOCK_BANDGRID_3D\n",
        block(general, 0),
        block(general, 1)
    );
    let frmsf = format!("{N} {N} {N}\n1\n2\n{vectors}{}{}", block(N, 0), block(N, 1));
    [("BXSF", "a.bxsf", bxsf), ("FRMSF", "a.frmsf", frmsf)].map(|(format, name, text)| {
        let mut sample = Sample::new(format, &[(name, text)]);
        sample.options.bxsf_units = Some(BxsfUnits::WANNIER90);
        sample
    })
}

/// Wannier90's `_hr.dat` and `.win`: two orbitals with hopping to the six neighbours, whose bands are those of the model.
pub fn wannier90() -> Sample {
    let vectors = [
        [0, 0, 0],
        [1, 0, 0],
        [-1, 0, 0],
        [0, 1, 0],
        [0, -1, 0],
        [0, 0, 1],
        [0, 0, -1],
    ];
    // H(R) on a 3³ grid must list every R: the others are zero.
    let mut hr = " written by hand\n 2\n 27\n".to_string();
    hr += &format!("{}\n{}\n", "    1".repeat(15), "    1".repeat(12));
    for p in 0..27 {
        let r = [p / 9 - 1, p / 3 % 3 - 1, p % 3 - 1];
        for n in 0..2 {
            for m in 0..2 {
                let on_site = [-0.08, 0.11][n];
                let hopping = [0.005, -0.01][n];
                let h = match vectors.iter().position(|v| *v == r) {
                    Some(0) if m == n => on_site,
                    Some(_) if m == n => hopping,
                    _ => 0.0,
                };
                let h = h * HARTREE_EV;
                let [x, y, z] = r;
                hr += &format!(
                    "{x:5}{y:5}{z:5}{:5}{:5}{h:12.6}{:12.6}\n",
                    m + 1,
                    n + 1,
                    0.0
                );
            }
        }
    }
    let win = format!(
        "num_wann = 2\nmp_grid : 3 3 3\nfermi_energy = 0.0\nbegin unit_cell_cart\nang\n{}end unit_cell_cart\n\
         begin atoms_frac\nH 0 0 0\nend atoms_frac\n",
        Model::default().vectors(1.0)
    );
    Sample::new("Wannier90", &[("x_hr.dat", hr), ("x.win", win)])
}
