//! MAGMOM of noncollinear runs, which VASP writes with respect to SAXIS.

use crate::bands::SpinTreatment;

/// SAXIS where none is set: the moments are Cartesian.
pub(super) const DEFAULT_AXIS: [f64; 3] = [0.0, 0.0, 1.0];

/// The moments in Cartesian components: with α the azimuth of SAXIS and β its angle to z, m = R_z(α) R_y(β) m_axis (VASP wiki, SAXIS).
/// Numbers per atom of collinear runs stay as they are.
pub(super) fn cartesian(moments: Vec<f64>, spin: SpinTreatment, axis: [f64; 3]) -> Vec<f64> {
    if spin != SpinTreatment::Spinor || axis == DEFAULT_AXIS || !moments.len().is_multiple_of(3) {
        return moments;
    }
    let [x, y, z] = axis;
    let (sa, ca) = y.atan2(x).sin_cos();
    let (sb, cb) = x.hypot(y).atan2(z).sin_cos();
    let (vectors, _) = moments.as_chunks::<3>();
    let turned = vectors.iter().map(|[mx, my, mz]| {
        let across = cb * mx + sb * mz;
        [
            ca * across - sa * my,
            sa * across + ca * my,
            cb * mz - sb * mx,
        ]
    });
    turned.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_component_lies_along_saxis() {
        for axis in [
            [1.0, 0.0, 0.0],
            [1.0, 1.0, 1.0],
            [0.0, -2.0, 0.5],
            [0.0, 0.0, -1.0],
        ] {
            let norm = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
            let m = cartesian(vec![0.0, 0.0, 2.0], SpinTreatment::Spinor, axis);
            for c in 0..3 {
                assert!(
                    (m[c] - 2.0 * axis[c] / norm).abs() < 1e-12,
                    "{axis:?}: {m:?}"
                );
            }
            // A rotation: lengths and angles stay.
            let m = cartesian(
                vec![1.0, 2.0, 3.0, 3.0, -1.0, 0.5],
                SpinTreatment::Spinor,
                axis,
            );
            let dot: f64 = (0..3).map(|c| m[c] * m[c + 3]).sum();
            assert!((dot - 2.5).abs() < 1e-12);
        }
        let collinear = vec![1.0, -1.0, 0.0];
        assert_eq!(
            cartesian(collinear.clone(), SpinTreatment::Collinear, [1.0, 0.0, 0.0]),
            collinear
        );
    }
}
