//! The operations that magnetic moments leave.
//!
//! * Collinear bands without spin-orbit coupling: spin and space are separate, so that an operation moves a moment to another atom and
//!   never turns it. Those that take each atom to one of the same moment keep E↑(k) and E↓(k); those that swap opposite sublattices
//!   exchange the two: E↓(Rk) = E↑(k). Complex conjugation gives E↑(k) = E↑(−k) besides, always.
//! * Spinors: an operation turns the moment, an axial vector, with the atom. Operations that only hold together with time reversal, which
//!   turns every moment round, take k to −k. Time reversal alone is lost, and E(k) = E(−k) with it where no inversion is left.

use super::symmetry::{moyo_cell, not_found};
use super::{Atom, Lattice, PointGroup, Rotation};
use crate::error::{Error, Result};
use moyo::base::{Collinear, MagneticCell, NonCollinear, RotationMagneticMomentAction};

/// Moments in μ_B closer than this are one.
const SAME_MOMENT: f64 = 1e-3;

impl PointGroup {
    /// The point group of each spin channel of a collinear structure without spin-orbit coupling, with a moment (μ_B) per atom;
    /// tolerance in Å. E(k) = E(−k) is not in it (see [`PointGroup::with_inversion`]).
    ///
    /// # Errors
    /// As [`PointGroup::of_structure`], and where the moments are not one per atom.
    pub fn of_collinear_structure(
        lattice: &Lattice,
        atoms: &[Atom],
        moments: &[f64],
        tolerance: f64,
    ) -> Result<Self> {
        one_per_atom(moments.len(), atoms.len())?;
        let mut atoms = atoms.to_vec();
        for (atom, moment) in atoms.iter_mut().zip(moments) {
            let same = moments
                .iter()
                .position(|m| (m - moment).abs() < SAME_MOMENT);
            atom.symbol = format!("{}#{}", atom.symbol, same.unwrap_or(0));
        }
        Self::of_structure(lattice, &atoms, tolerance)
    }

    /// An operation R on k that exchanges up and down bands of the collinear structure, E↓(Rk) = E↑(k), and that this group (of
    /// either channel) does not hold: only altermagnets have one. With the group it gives every such operation. `None` where
    /// there is none, also where E↑(k) = E↓(k) as a translation or inversion swaps the sublattices.
    ///
    /// # Errors
    /// As [`PointGroup::of_collinear_structure`].
    pub fn exchange_of_spins(
        &self,
        lattice: &Lattice,
        atoms: &[Atom],
        moments: &[f64],
        tolerance: f64,
    ) -> Result<Option<Rotation>> {
        one_per_atom(moments.len(), atoms.len())?;
        let cell = moyo_cell(lattice, atoms, tolerance)?;
        let dataset = moyo::MoyoMagneticDataset::new(
            &MagneticCell::from_cell(cell, moments.iter().map(|&m| Collinear(m)).collect()),
            tolerance,
            moyo::base::AngleTolerance::default(),
            Some(SAME_MOMENT),
            // A polar number is not changed by a rotation, and is turned round by time reversal: here the exchange of the spins.
            RotationMagneticMomentAction::Polar,
            true,
        )
        .map_err(not_found)?;
        let exchanging = dataset
            .magnetic_operations
            .iter()
            .filter(|m| m.time_reversal);
        let mut on_k = exchanging.map(|magnetic| -> Rotation {
            let w = &magnetic.operation.rotation;
            std::array::from_fn(|i| std::array::from_fn(|j| w[(j, i)]))
        });
        Ok(on_k.find(|r| !self.rotations().contains(r)))
    }

    /// The operations on k that leave the spinor bands of a magnetic structure unchanged, with a moment (μ_B, Cartesian) per atom;
    /// tolerance in Å. Operations with time reversal are combined with k → −k already.
    ///
    /// # Errors
    /// As [`PointGroup::of_structure`], and where the moments are not one per atom.
    pub fn of_magnetic_structure(
        lattice: &Lattice,
        atoms: &[Atom],
        moments: &[[f64; 3]],
        tolerance: f64,
    ) -> Result<Self> {
        one_per_atom(moments.len(), atoms.len())?;
        let cell = moyo_cell(lattice, atoms, tolerance)?;
        let moments = moments.iter().map(|&m| NonCollinear(m.into())).collect();
        let dataset = moyo::MoyoMagneticDataset::new(
            &MagneticCell::from_cell(cell, moments),
            tolerance,
            moyo::base::AngleTolerance::default(),
            Some(SAME_MOMENT),
            RotationMagneticMomentAction::Axial,
            true,
        )
        .map_err(not_found)?;
        let rotations = dataset.magnetic_operations.iter().map(|magnetic| {
            let sign = if magnetic.time_reversal { -1 } else { 1 };
            let w = &magnetic.operation.rotation;
            std::array::from_fn(|i| std::array::from_fn(|j| sign * w[(i, j)]))
        });
        Self::from_direct(lattice, rotations.collect::<Vec<Rotation>>())
    }
}

fn one_per_atom(moments: usize, atoms: usize) -> Result<()> {
    if moments == atoms {
        return Ok(());
    }
    Err(Error::bad_bands(
        "magnetic moments",
        format!("{moments} moments for {atoms} atoms"),
        "give one per atom",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: f64 = 1e-4;
    /// k → −k, as an operation.
    const INVERSION: Rotation = [[-1, 0, 0], [0, -1, 0], [0, 0, -1]];

    fn atom(symbol: &str, position: [f64; 3]) -> Atom {
        Atom {
            symbol: symbol.into(),
            position,
        }
    }

    fn bcc() -> (Lattice, Vec<Atom>) {
        let h = 1.433;
        let lattice = Lattice::new([[-h, h, h], [h, -h, h], [h, h, -h]]).unwrap();
        (lattice, vec![atom("Fe", [0.0; 3])])
    }

    /// Two atoms in diamond's places.
    fn diamond() -> (Lattice, Vec<Atom>) {
        let h = 2.7;
        let lattice = Lattice::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]]).unwrap();
        (lattice, vec![atom("Mn", [0.0; 3]), atom("Mn", [0.25; 3])])
    }

    /// Rutile: metal at the corner and the centre, surrounded by anions turned by 90°.
    fn rutile() -> (Lattice, Vec<Atom>) {
        let (a, c, u) = (4.87, 3.31, 0.305);
        let lattice = Lattice::new([[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, c]]).unwrap();
        let atoms = vec![
            atom("Mn", [0.0; 3]),
            atom("Mn", [0.5; 3]),
            atom("F", [u, u, 0.0]),
            atom("F", [1.0 - u, 1.0 - u, 0.0]),
            atom("F", [0.5 + u, 0.5 - u, 0.5]),
            atom("F", [0.5 - u, 0.5 + u, 0.5]),
        ];
        (lattice, atoms)
    }

    fn spinors(structure: &(Lattice, Vec<Atom>), moments: &[[f64; 3]]) -> PointGroup {
        PointGroup::of_magnetic_structure(&structure.0, &structure.1, moments, TOLERANCE).unwrap()
    }

    #[test]
    fn collinear_iron_keeps_every_operation_and_spin_orbit_coupling_takes_some() {
        let iron = bcc();
        let up = PointGroup::of_collinear_structure(&iron.0, &iron.1, &[2.2], TOLERANCE).unwrap();
        assert_eq!(up.order(), 48);
        // 4/mm'm', -3m', m'm'm, and -1 alone for a moment in general direction.
        for (moment, order) in [
            ([0.0, 0.0, 2.2], 16),
            ([1.3, 1.3, 1.3], 12),
            ([1.5, 1.5, 0.0], 8),
            ([0.3, 0.7, 1.9], 2),
            ([0.0; 3], 48),
        ] {
            assert_eq!(spinors(&iron, &[moment]).order(), order, "{moment:?}");
        }
        // Along z the axis stays: k_z and k_x are not equivalent any more.
        let along_z = spinors(&iron, &[[0.0, 0.0, 2.2]]);
        let b = iron.0.reciprocal();
        for r in along_z.rotations() {
            let u = iron.0.k_fractional([0.0, 0.0, 1.0]);
            let turned = super::super::apply(r, u);
            let k: [f64; 3] = std::array::from_fn(|c| (0..3).map(|i| turned[i] * b[i][c]).sum());
            assert!(k[0].abs() < 1e-9 && k[1].abs() < 1e-9, "{k:?}");
        }
    }

    #[test]
    fn a_two_atom_antiferromagnet_loses_what_swaps_its_sublattices() {
        let (lattice, atoms) = diamond();
        let group =
            |m: &[f64]| PointGroup::of_collinear_structure(&lattice, &atoms, m, TOLERANCE).unwrap();
        assert_eq!(group(&[3.0, 3.0]).order(), 48);
        let up = group(&[3.0, -3.0]);
        // T_d is left: the inversion swaps the two atoms.
        assert_eq!(up.order(), 24);
        assert!(!up.rotations().contains(&INVERSION));
        // k → −k holds for either channel all the same.
        assert_eq!(up.with_inversion().order(), 48);
        // … so that the inversion, which exchanges them, makes both channels equal and adds no operation.
        let exchange =
            up.with_inversion()
                .exchange_of_spins(&lattice, &atoms, &[3.0, -3.0], TOLERANCE);
        assert_eq!(exchange.unwrap(), None);
        assert!(PointGroup::of_collinear_structure(&lattice, &atoms, &[1.0], TOLERANCE).is_err());
    }

    /// Antiferromagnetic rutile, an altermagnet: the fourfold operations exchange up and down bands, so that they hold for
    /// neither channel alone; with spin-orbit coupling and moments along z they hold together with time reversal (4'/mm'm').
    #[test]
    fn rutile_is_an_altermagnet() {
        let structure = rutile();
        let (lattice, atoms) = &structure;
        let collinear =
            |m: &[f64]| PointGroup::of_collinear_structure(lattice, atoms, m, TOLERANCE).unwrap();
        assert_eq!(collinear(&[0.0; 6]).order(), 16);
        let up = collinear(&[4.5, -4.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(up.order(), 8);
        let fourfold: Rotation = [[0, -1, 0], [1, 0, 0], [0, 0, 1]];
        assert!(!up.rotations().contains(&fourfold));
        let exchange = |m: &[f64]| {
            let group = collinear(m).with_inversion();
            let found = group.exchange_of_spins(lattice, atoms, m, TOLERANCE);
            (group, found.unwrap())
        };
        let (group, found) = exchange(&[4.5, -4.5, 0.0, 0.0, 0.0, 0.0]);
        let r = found.unwrap();
        let products = group
            .rotations()
            .iter()
            .map(|g| crate::crystal::rotation::compose(&r, g));
        assert!(products.into_iter().any(|p| p == fourfold));
        assert_eq!(exchange(&[4.5, 4.5, 0.0, 0.0, 0.0, 0.0]).1, None);
        let mut moments = [[0.0; 3]; 6];
        (moments[0], moments[1]) = ([0.0, 0.0, 4.5], [0.0, 0.0, -4.5]);
        let with_coupling = spinors(&structure, &moments);
        assert_eq!(with_coupling.order(), 16);
        assert!(with_coupling.rotations().contains(&fourfold));
        // Ferromagnetic along x: 2/m of x with m'm' of y and z.
        (moments[0], moments[1]) = ([4.5, 0.0, 0.0], [4.5, 0.0, 0.0]);
        assert_eq!(spinors(&structure, &moments).order(), 8);
    }

    /// Zincblende has no inversion: with a moment along z, E(k) = E(−k) is lost; without one time reversal gives it.
    #[test]
    fn time_reversal_is_lost_with_a_moment() {
        let (lattice, mut atoms) = diamond();
        atoms[1].symbol = "As".to_string();
        let structure = (lattice, atoms);
        let magnetic = spinors(&structure, &[[0.0, 0.0, 3.0], [0.0; 3]]);
        // -42'm' of -43m: four unitary operations and four with time reversal.
        assert_eq!(magnetic.order(), 8);
        assert!(!magnetic.rotations().contains(&INVERSION));
        assert_eq!(spinors(&structure, &[[0.0; 3]; 2]).order(), 48);
    }
}
