//! Model phonons with exact values (docs/physics §14): a chain of masses and springs, and one scalar branch on a simple cubic lattice.

use crate::bands::{BandHeader, SpinTreatment};
use crate::crystal::{KGrid, Lattice, PointGroup};
use crate::error::{Error, Result};
use crate::excitations::Phonons;
use std::f64::consts::PI;

/// A model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PhononModel {
    /// ω = ω_m |sin(q a/2)| along the first axis.
    Chain,
    /// ω² = ω₀² (3 − cos q_x a − cos q_y a − cos q_z a).
    Scalar,
}

impl PhononModel {
    /// Its phonons on a cubic cell of constant `a_angstrom`; `frequency_thz` is ω_m/2π or ω₀/2π.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a frequency that is not positive; as [`KGrid::new`] and [`Lattice::new`].
    pub fn phonons(self, a_angstrom: f64, frequency_thz: f64, grid: KGrid) -> Result<Phonons> {
        if !(frequency_thz.is_finite() && frequency_thz > 0.0) {
            return Err(Error::bad_option(
                "--frequency",
                format!("{frequency_thz} THz"),
                "give a positive frequency in THz",
            ));
        }
        let a = a_angstrom;
        let lattice = Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, a]])?;
        let (mut frequencies, mut velocities) = (Vec::new(), Vec::new());
        // ω in units of ω₀, v in m/s: ω₀ a × ∂(ω/ω₀)/∂(qa).
        let unit = 2.0 * PI * frequency_thz * 1e12 * a * 1e-10;
        for p in 0..grid.len() {
            let q = grid.point(grid.place(p)).map(|u| 2.0 * PI * u);
            let (omega, slope) = self.at(q);
            frequencies.push(frequency_thz * omega);
            velocities.extend(slope.map(|x| unit * x));
        }
        let mut header = BandHeader::new(lattice, grid, SpinTreatment::Spinor, 1);
        let group = match self {
            Self::Chain => PointGroup::identity().with_inversion(),
            Self::Scalar => PointGroup::of_lattice(&header.lattice, 1e-6),
        };
        header.point_group = group.on_grid(&grid);
        header.provenance.format = match self {
            Self::Chain => "model phonon-chain".into(),
            Self::Scalar => "model scalar-phonons".into(),
        };
        let mut phonons = Phonons::new(header, frequencies, Some(velocities), Vec::new())?;
        phonons.group = group;
        Ok(phonons)
    }

    /// ω/ω₀ and its derivatives by q a.
    fn at(self, q: [f64; 3]) -> (f64, [f64; 3]) {
        match self {
            Self::Chain => {
                let (s, c) = (0.5 * q[0]).sin_cos();
                // At Γ the slope to the right: what is squared has a limit there.
                let slope = if s < 0.0 { -0.5 * c } else { 0.5 * c };
                (s.abs(), [slope, 0.0, 0.0])
            }
            Self::Scalar => {
                // 1 − cos q = 2 sin²(q/2): no digits are lost near Γ.
                let omega = q
                    .iter()
                    .map(|x| 2.0 * (0.5 * x).sin().powi(2))
                    .sum::<f64>()
                    .sqrt();
                let slope = q.map(|x| {
                    if omega > 0.0 {
                        0.5 * x.sin() / omega
                    } else {
                        0.0
                    }
                });
                (omega, slope)
            }
        }
    }
}
