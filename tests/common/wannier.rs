//! A small Wannier90 run made by the tests: random hops on the Wigner–Seitz cell of a 3×3×3 grid.
#![allow(dead_code)]

use crate::common::Lcg;
use nalgebra::DMatrix;
use rustfft::num_complex::Complex64;
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::fmt::Write;
use std::path::Path;

/// An element: R, m, n, value (eV), and the shifts of `use_ws_distance`.
pub type Element = ([i32; 3], usize, usize, Complex64, Vec<[i32; 3]>);

/// The run.
#[derive(Clone)]
pub struct Run {
    /// Lattice rows, Å.
    pub lattice: [[f64; 3]; 3],
    /// Number of orbitals.
    pub n: usize,
    /// Every element of every R.
    pub elements: Vec<Element>,
}

impl Run {
    /// Hops that fall off with |R|; real ones give time reversal. Elements between different orbitals at R₁ = 1 are shared
    /// with the image at R₁ = −2.
    pub fn new(n: usize, real: bool) -> Self {
        let mut random = Lcg(11);
        let mut known: BTreeMap<([i32; 3], usize, usize), Complex64> = BTreeMap::new();
        let side = -1..=1;
        let mut elements = Vec::new();
        for r in side.clone().flat_map(|a| {
            let side = -1..=1;
            side.flat_map(move |b| (-1..=1).map(move |c| [a, b, c]))
        }) {
            let length: i32 = r.iter().map(|x| x * x).sum();
            for m in 0..n {
                for k in 0..n {
                    let back = (r.map(|x| -x), k, m);
                    let value = known.get(&back).map_or_else(
                        || {
                            let scale = 2.0 * (-1.2 * f64::from(length)).exp();
                            let im = if real { 0.0 } else { random.next() - 0.5 };
                            let h = Complex64::new(random.next() - 0.5, im) * scale;
                            if length == 0 && m == k {
                                Complex64::new(2.0 * m as f64, 0.0)
                            } else {
                                h
                            }
                        },
                        |h| h.conj(),
                    );
                    known.insert((r, m, k), value);
                    let shifts = match r[0] {
                        1 if m < k => vec![[0; 3], [-3, 0, 0]],
                        -1 if k < m => vec![[0; 3], [3, 0, 0]],
                        _ => vec![[0; 3]],
                    };
                    elements.push((r, m, k, value, shifts));
                }
            }
        }
        Self {
            lattice: [[3.0, 0.2, 0.0], [-0.4, 3.5, 0.1], [0.3, 0.0, 4.0]],
            n,
            elements,
        }
    }

    /// H(k) at fractional `u` by the plain sum with every shift, eV.
    pub fn hamiltonian(&self, u: [f64; 3]) -> DMatrix<Complex64> {
        let mut h = DMatrix::zeros(self.n, self.n);
        for (r, m, k, value, shifts) in &self.elements {
            for t in shifts {
                let turn: f64 = (0..3).map(|a| f64::from(r[a] + t[a]) * u[a]).sum();
                h[(*m, *k)] +=
                    value * Complex64::from_polar(1.0 / shifts.len() as f64, 2.0 * PI * turn);
            }
        }
        h
    }

    /// The levels at `u`, eV, ascending.
    pub fn levels(&self, u: [f64; 3]) -> Vec<f64> {
        let mut e: Vec<f64> = self
            .hamiltonian(u)
            .symmetric_eigenvalues()
            .iter()
            .copied()
            .collect();
        e.sort_by(f64::total_cmp);
        e
    }

    /// Writes the files `SEED_hr.dat`, `SEED_tb.dat`, `SEED_wsvec.dat`, `SEED.win`.
    pub fn write(&self, directory: &Path, seed: &str) {
        let vectors = self.elements.len() / (self.n * self.n);
        let counts = format!("{:>12}\n{vectors:>12}\n", self.n);
        let mut degeneracies = String::new();
        for line in vec!["    1"; vectors].chunks(15) {
            let _ = writeln!(degeneracies, "{}", line.concat());
        }
        let mut hr = format!(" written by a test\n{counts}{degeneracies}");
        let rows: Vec<String> = self
            .lattice
            .iter()
            .map(|a| format!("{:20.12}{:20.12}{:20.12}\n", a[0], a[1], a[2]))
            .collect();
        let mut tb = format!(
            " written by a test\n{}{counts}{degeneracies}",
            rows.concat()
        );
        let mut wsvec = "## written by a test with use_ws_distance=.true.\n".to_string();
        let mut positions = String::new();
        for (i, (r, m, k, h, shifts)) in self.elements.iter().enumerate() {
            let [a, b, c] = r;
            let (m, k) = (m + 1, k + 1);
            if i % (self.n * self.n) == 0 {
                let _ = writeln!(tb, "\n{a:5}{b:5}{c:5}");
                let _ = writeln!(positions, "\n{a:5}{b:5}{c:5}");
            }
            let _ = writeln!(hr, "{a:5}{b:5}{c:5}{m:5}{k:5}{:12.6}{:12.6}", h.re, h.im);
            let _ = writeln!(tb, "{m:5}{k:5} {:.16e} {:.16e}", h.re, h.im);
            let _ = writeln!(positions, "{m:5}{k:5} 0.1 0. 0.2 0. 0.3 0.");
            let _ = writeln!(wsvec, "{a:5}{b:5}{c:5}{m:5}{k:5}\n{:5}", shifts.len());
            for [a, b, c] in shifts {
                let _ = writeln!(wsvec, "{a:5}{b:5}{c:5}");
            }
        }
        let win = format!(
            "num_wann = {}\nmp_grid : 3 3 3\nfermi_energy 1.25 ! eV\nbegin unit_cell_cart\nang\n{}end unit_cell_cart\n",
            self.n,
            rows.concat()
        );
        for (suffix, text) in [
            ("_hr.dat", hr),
            ("_tb.dat", tb + &positions),
            ("_wsvec.dat", wsvec),
            (".win", win),
        ] {
            std::fs::write(directory.join(format!("{seed}{suffix}")), text).unwrap();
        }
    }
}
