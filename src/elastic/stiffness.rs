//! Elastic constants C_ijkl, from the independent ones of a crystal system.

use crate::error::{Error, Result};
use nalgebra::{Matrix6, SymmetricEigen};

/// Which constants each number of them stands for, by Voigt's indices.
const FORMS: &str = "3 numbers C11,C12,C44 (cubic), 5 C11,C12,C13,C33,C44 (hexagonal), 6 C11,C12,C13,C33,C44,C66 (tetragonal), \
     7 C11,C12,C13,C14,C33,C44,C66 (trigonal; C66 = (C11 − C12)/2), 9 C11,C22,C33,C12,C13,C23,C44,C55,C66 (orthorhombic), or 21, the \
     upper triangle row by row";

/// Elastic constants, GPa.
#[derive(Clone, Debug, PartialEq)]
pub struct Stiffness {
    voigt: [[f64; 6]; 6],
}

impl Stiffness {
    /// From independent constants in GPa: 3, 5, 6, 7, 9 or 21 of them.
    ///
    /// # Errors
    /// [`Error::BadOption`] for another number of them, or a crystal that is not stable (an energy of deformation that is not positive).
    pub fn new(constants: &[f64]) -> Result<Self> {
        let mut c = [[0.0; 6]; 6];
        match *constants {
            [c11, c12, c44] => {
                for i in 0..3 {
                    c[i][i] = c11;
                    c[i + 3][i + 3] = c44;
                }
                (c[0][1], c[0][2], c[1][2]) = (c12, c12, c12);
            }
            [c11, c12, c13, c33, c44] => {
                uniaxial(&mut c, [c11, c12, c13, c33, c44, 0.5 * (c11 - c12)])
            }
            [c11, c12, c13, c33, c44, c66] => uniaxial(&mut c, [c11, c12, c13, c33, c44, c66]),
            [c11, c12, c13, c14, c33, c44, c66] => {
                uniaxial(&mut c, [c11, c12, c13, c33, c44, c66]);
                (c[0][3], c[1][3], c[4][5]) = (c14, -c14, c14);
            }
            [c11, c22, c33, c12, c13, c23, c44, c55, c66] => {
                let diagonal = [c11, c22, c33, c44, c55, c66];
                for (i, x) in diagonal.into_iter().enumerate() {
                    c[i][i] = x;
                }
                (c[0][1], c[0][2], c[1][2]) = (c12, c13, c23);
            }
            _ if constants.len() == 21 => {
                let mut all = constants.iter();
                for i in 0..6 {
                    for j in i..6 {
                        c[i][j] = all.next().copied().unwrap_or(0.0);
                    }
                }
            }
            _ => {
                return Err(Error::bad_option(
                    "--elastic",
                    format!("{} constants", constants.len()),
                    format!("give {FORMS}, in GPa"),
                ));
            }
        }
        for i in 0..6 {
            for j in 0..i {
                c[i][j] = c[j][i];
            }
        }
        Self { voigt: c }.stable()
    }

    fn stable(self) -> Result<Self> {
        let matrix = Matrix6::from_fn(|i, j| self.voigt[i][j]);
        let finite = matrix.iter().all(|x| x.is_finite());
        let least = match finite {
            true => SymmetricEigen::new(matrix).eigenvalues.min(),
            false => f64::NAN,
        };
        if least > 0.0 {
            return Ok(self);
        }
        Err(Error::bad_option(
            "--elastic",
            format!("a deformation has the stiffness {least} GPa: such a crystal is not stable"),
            "check the constants, their order and their unit (GPa)",
        ))
    }

    /// C_ijkl, GPa.
    pub fn at(&self, i: usize, j: usize, k: usize, l: usize) -> f64 {
        self.voigt[pair(i, j)][pair(k, l)]
    }
}

/// Tetragonal, hexagonal and the like: the same along x and y.
fn uniaxial(c: &mut [[f64; 6]; 6], [c11, c12, c13, c33, c44, c66]: [f64; 6]) {
    let diagonal = [c11, c11, c33, c44, c44, c66];
    for (i, x) in diagonal.into_iter().enumerate() {
        c[i][i] = x;
    }
    (c[0][1], c[0][2], c[1][2]) = (c12, c13, c13);
}

/// Voigt's index of a pair: xx yy zz yz xz xy.
fn pair(i: usize, j: usize) -> usize {
    match (i.min(j), i.max(j)) {
        (1, 2) => 3,
        (0, 2) => 4,
        (0, 1) => 5,
        (i, _) => i,
    }
}
