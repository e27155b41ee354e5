//! Integrals over analytic bands against their exact values (PHYSICS.md §1, §2, §18).

mod common;

use bzint::bands::BandSource;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::{Channel, Request, surface};
use common::{SIMPLE_CUBIC, simple_cubic};

#[test]
fn simple_cubic_values_lie_within_their_bars() {
    for n in [32, 64, 128] {
        let bands = simple_cubic(n, 1.0, 1.0);
        let request = Request::for_bands(bands.header());
        // Velocity unit a t/ħ.
        let v0 = bzint::units::EV_ANGSTROM_OVER_HBAR;
        for (e, d, occ, t, xi) in SIMPLE_CUBIC {
            let s = surface(&bands, &request, e, &mut CpuEngine::<f64>::default()).unwrap();
            let show = |name: &str, (v, err): (f64, f64), exact: f64| {
                let off = v - exact;
                println!(
                    "{n} {e} {name}: {off:+.2e} bar {err:.2e} ratio {:.2} N2 {:.2}",
                    err / off.abs(),
                    off * (n * n) as f64
                );
            };
            let half = |(v, e): (f64, f64), u: f64| (v / 2.0 / u, e / 2.0 / u);
            show("D", half(s.total(Channel::States), 1.0), d);
            show("N", half(s.electrons(), 1.0), occ);
            show(
                "T",
                half(s.total(Channel::VelocityProduct(0, 0)), v0 * v0),
                t,
            );
            show(
                "Tz",
                half(s.total(Channel::VelocityProduct(2, 2)), v0 * v0),
                t,
            );
            show(
                "Xi",
                half(
                    s.total(Channel::AxisSpeed(0)),
                    v0 / (2.0 * std::f64::consts::PI),
                ),
                xi,
            );
        }
    }
}
