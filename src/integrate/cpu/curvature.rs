//! The inverse mass of a node. Twin: `shaders/shared/node_mass.wgsl`.

use super::view::{View, ahead, behind};
use crate::integrate::Masses;
use crate::kernel::Real;
use crate::kernel::curvature::{
    field_values, inverse_mass, inverse_mass_from_velocities, mixed_derivative, second_derivative,
};

impl<R: Real> View<'_, R> {
    /// Fills the channels of the node (buffer plane, j2, j3), with velocity `v`, that need its inverse mass. A call costs nothing
    /// beside some fifty loads; inlined into every loop for every instruction set it would double the size of the program.
    #[inline(never)]
    pub fn add_field_values<const N: usize>(
        &self,
        f: &mut [R; N],
        v: [R; 3],
        node: (usize, usize, usize),
        tau: R,
    ) {
        field_values(f, v, self.inverse_mass(node), tau);
    }

    /// M⁻¹ of a node (xx yy zz yz xz xy), in units of the band's mass unit.
    #[inline(never)]
    fn inverse_mass(&self, (plane, j2, j3): (usize, usize, usize)) -> [R; 6] {
        let setup = self.setup;
        match setup.context.masses {
            Masses::None => [R::ZERO; 6],
            Masses::Energies => {
                let d = self.second_derivatives(plane, j2, j3);
                let i = self.stride - 1;
                inverse_mass(&setup.gradient[i], &setup.mass_gradient[i], d)
            }
            Masses::Velocities => {
                let d = self.velocity_derivatives(plane, j2, j3);
                inverse_mass_from_velocities(&setup.mass_gradient[self.stride - 1], d)
            }
            Masses::Given => {
                let unit = 1.0 / setup.context.mass_unit;
                let m = &self.block.inverse_masses[6 * self.index(plane, j2, j3)..][..6];
                [0, 1, 2, 3, 4, 5].map(|c| R::from_f64(m[c] * unit))
            }
        }
    }

    /// Second differences of the levels (11 22 33 23 13 12).
    #[inline(always)]
    fn second_derivatives(&self, plane: usize, j2: usize, j3: usize) -> [R; 6] {
        let order = self.setup.context.order;
        let [_, n2, n3] = self.block.n;
        let level = |plane: usize, j2: usize, j3: usize| self.levels[self.index(plane, j2, j3)];
        let here = level(plane, j2, j3);
        let mut forward = [[R::Level::default(); 3]; 3];
        let mut backward = [[R::Level::default(); 3]; 3];
        // The four corners around the node in the planes of axes 23, 13 and 12.
        let mut corners = [[[R::Level::default(); 4]; 3]; 3];
        for m in 0..order / 2 {
            let s = (m + 1) * self.stride;
            let planes = self.block.planes;
            let (p1, m1) = (ahead(plane, s, planes), behind(plane, s, planes));
            let (p2, m2) = (ahead(j2, s, n2), behind(j2, s, n2));
            let (p3, m3) = (ahead(j3, s, n3), behind(j3, s, n3));
            forward[0][m] = level(p1, j2, j3);
            backward[0][m] = level(m1, j2, j3);
            forward[1][m] = level(plane, p2, j3);
            backward[1][m] = level(plane, m2, j3);
            forward[2][m] = level(plane, j2, p3);
            backward[2][m] = level(plane, j2, m3);
            corners[0][m] = [
                level(plane, p2, p3),
                level(plane, p2, m3),
                level(plane, m2, m3),
                level(plane, m2, p3),
            ];
            corners[1][m] = [
                level(p1, j2, p3),
                level(p1, j2, m3),
                level(m1, j2, m3),
                level(m1, j2, p3),
            ];
            corners[2][m] = [
                level(p1, p2, j3),
                level(p1, m2, j3),
                level(m1, m2, j3),
                level(m1, p2, j3),
            ];
        }
        let c = &self.setup.second_coefficients;
        [
            second_derivative(order, c, forward[0], here, backward[0]),
            second_derivative(order, c, forward[1], here, backward[1]),
            second_derivative(order, c, forward[2], here, backward[2]),
            mixed_derivative(order, c, corners[0]),
            mixed_derivative(order, c, corners[1]),
            mixed_derivative(order, c, corners[2]),
        ]
    }

    /// First differences `[axis][cart]` of the velocities, in units of the band's velocity unit.
    #[inline(always)]
    fn velocity_derivatives(&self, plane: usize, j2: usize, j3: usize) -> [[R; 3]; 3] {
        let context = &self.setup.context;
        let [_, n2, n3] = self.block.n;
        let unit = 1.0 / context.velocity_unit;
        let difference = |ahead: usize, behind: usize| {
            let (a, b) = (
                &self.block.velocities[3 * ahead..][..3],
                &self.block.velocities[3 * behind..][..3],
            );
            [0, 1, 2].map(|c| R::from_f64(a[c] * unit) - R::from_f64(b[c] * unit))
        };
        let planes = self.block.planes;
        let mut d = [[R::ZERO; 3]; 3];
        for m in 0..context.difference_order() / 2 {
            let s = (m + 1) * self.stride;
            let steps = [
                difference(
                    self.index(ahead(plane, s, planes), j2, j3),
                    self.index(behind(plane, s, planes), j2, j3),
                ),
                difference(
                    self.index(plane, ahead(j2, s, n2), j3),
                    self.index(plane, behind(j2, s, n2), j3),
                ),
                difference(
                    self.index(plane, j2, ahead(j3, s, n3)),
                    self.index(plane, j2, behind(j3, s, n3)),
                ),
            ];
            for axis in 0..3 {
                for c in 0..3 {
                    d[axis][c] += self.setup.coefficients[m] * steps[axis][c];
                }
            }
        }
        d
    }
}
