//! ⟨|v·n̂| δ⟩ along any direction: modes per area are (h/2)(1/V_c)⟨|v·n̂| δ⟩ (docs/physics §15).

use crate::common::{Bars, at_energy, cubic, tight_binding, with_velocities};
use bzint::bands::BandSource;
use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::{KGrid, Lattice};
use bzint::integrate::refine::{Refinement, Refiner};
use bzint::integrate::{Channel, Channels, Request, SurfaceIntegral};
use bzint::sampler::FourierSeries;
use bzint::units::{EV, HBAR};
use std::f64::consts::PI;

const S2: f64 = std::f64::consts::FRAC_1_SQRT_2;
const S3: f64 = 0.577_350_269_189_625_8;

/// Modes per area (1/m²) along direction `i` of the request, and the bar.
fn modes(s: &SurfaceIntegral, i: usize, volume_m3: f64) -> (f64, f64) {
    let unit = PI * HBAR / volume_m3 / EV;
    let (value, bar) = s.total(Channel::AxisSpeed(i));
    (value * unit, bar * unit)
}

/// Share of x in 0 … 2π where |cos x| > c, for c ≥ 0.
fn share_above(c: f64) -> f64 {
    2.0 / PI * c.min(1.0).acos()
}

/// Modes of the simple-cubic band (a = 1 Å, t = 1 eV, both spins) per area, 1/m², by counting the crossings of lines along [110]:
/// with p = (k_x − k_y)/2, q = (k_x + k_y)/2 the band is −4 cos p cos q − 2 cos k_z, and a line runs through 2π of q.
fn counted_110(energy: f64) -> f64 {
    const LINES: usize = 200_000;
    let at = |i: usize| {
        let kz = 2.0 * PI * (i as f64 + 0.5) / LINES as f64;
        share_above((energy + 2.0 * kz.cos()).abs() / 4.0)
    };
    let crossings = 2.0 * (0..LINES).map(at).sum::<f64>() / LINES as f64;
    crossings * S2 * 1e20
}

/// Along [111]: E = −2|Z| cos(s + φ) with Z = Σ e^{iα} of three angles; lines with |Z| > |E|/2 have two crossings.
fn counted_111(energy: f64) -> f64 {
    const LINES: usize = 200_000;
    let least = (energy / 2.0).powi(2);
    let at = |i: usize| {
        let w = 2.0 * (PI * (i as f64 + 0.5) / LINES as f64).cos().abs();
        let c = (least - w * w - 1.0) / (2.0 * w);
        c.clamp(-1.0, 1.0).acos() / PI
    };
    let crossings = 2.0 * (0..LINES).map(at).sum::<f64>() / LINES as f64;
    crossings * S3 * 1e20
}

const DIAGONALS: [[f64; 3]; 4] = [
    [0.0, 0.0, 1.0],
    [S2, S2, 0.0],
    [S3, -S3, S3],
    [0.0, S2, -S2],
];

#[test]
fn simple_cubic_modes_along_diagonals_are_what_counting_crossings_gives() {
    // The counts themselves: at the band's edge a parabola with m = ħ²/2ta² has the same modes in every direction.
    let (e, edge) = (-5.9, 0.1 / (4.0 * PI) * 2.0 * 1e20);
    for counted in [counted_110(e), counted_111(e)] {
        assert!((counted / edge - 1.0).abs() < 0.02, "{counted:e} {edge:e}");
    }
    let mut bars = Bars::default();
    for n in [24, 32, 48] {
        let bands = tight_binding([n; 3], 1.0, 1.0, 3);
        for order in [0, 4] {
            let request = Request {
                directions: &DIAGONALS,
                ..with_velocities(&bands, order)
            };
            for energy in [-5.0, -4.3, -2.5, -1.0, 0.4, 3.7] {
                let s = at_energy(&bands, &request, energy);
                let exact = [
                    counted_110(energy),
                    counted_111(energy),
                    counted_110(energy),
                ];
                for (i, exact) in exact.into_iter().enumerate() {
                    let label = format!("{n}³, order {order}, {energy} eV, {:?}", DIAGONALS[i + 1]);
                    bars.add(label, modes(&s, i + 1, 1e-30), exact);
                }
            }
        }
    }
    bars.assert_honest("simple cubic along diagonals", 15.0);
}

/// Refined bands know directions through all images of theirs on the folded mesh.
#[test]
fn refined_modes_along_diagonals_reach_the_tolerance() {
    let model = Model::TightBinding {
        hopping: 1.0,
        dimension: 3,
    };
    let grid = KGrid::gamma([6; 3]).unwrap();
    let table = ModelBands::new(model, cubic(1.0), grid, false).unwrap();
    let series = FourierSeries::new(&table).unwrap();
    let refinement = Refinement {
        tolerance: 2e-3,
        ..Refinement::default()
    };
    let refiner = Refiner::new(&series, refinement).unwrap();
    let mut bars = Bars::default();
    for channels in [Channels::Speeds, Channels::Hall] {
        let directions = &DIAGONALS[1..1 + channels.directions().min(3)];
        let request = Request {
            channels,
            directions,
            ..Request::for_bands(table.header())
        };
        for energy in [-4.0, -1.0] {
            let (s, _) = refiner.surface(&request, energy).unwrap();
            let exact = [
                counted_110(energy),
                counted_111(energy),
                counted_110(energy),
            ];
            for (i, exact) in exact.iter().enumerate().take(directions.len()) {
                let (value, bar) = modes(&s, i, 1e-30);
                assert!(
                    (value / exact - 1.0).abs() < 4e-3,
                    "{channels:?} {energy} {i}"
                );
                bars.add(format!("{channels:?} {energy} {i}"), (value, bar), *exact);
            }
        }
    }
    bars.assert_honest("refined, along diagonals", 20.0);
}

/// Free electrons have m E/2πħ² modes per area and spin, whatever the direction: 4.17731470795e18 m⁻² at 1 eV.
#[test]
fn free_electrons_have_the_same_modes_in_every_direction() {
    let lattice = Lattice::new([[0.0, 3.0, 3.0], [3.0, 0.0, 3.0], [3.0, 3.0, 0.0]]).unwrap();
    let bands = ModelBands::new(
        Model::free_electrons(1.0),
        lattice,
        KGrid::gamma([64; 3]).unwrap(),
        true,
    )
    .unwrap();
    let (x, y, z) = (0.36, -0.48, 0.8);
    let directions = [[1.0, 0.0, 0.0], [S2, S2, 0.0], [S3, S3, S3], [x, y, z]];
    let mut bars = Bars::default();
    for channels in [Channels::Speeds, Channels::Hall] {
        let directions = &directions[directions.len() - channels.directions()..];
        let request = Request {
            channels,
            directions,
            ..with_velocities(&bands, 0)
        };
        let s = at_energy(&bands, &request, 1.0);
        let volume = bands.header().lattice.volume() * 1e-30;
        for i in 0..directions.len() {
            let label = format!("{channels:?}, {:?}", directions[i]);
            bars.add(label, modes(&s, i, volume), 4.17731470795e18);
        }
    }
    bars.assert_honest("free electrons along any direction", 15.0);
}

#[test]
fn directions_that_cannot_be_are_refused() {
    let bands = tight_binding([4; 3], 1.0, 1.0, 3);
    let refused = |channels, directions: &[[f64; 3]]| {
        let request = Request {
            channels,
            directions,
            ..with_velocities(&bands, 0)
        };
        request.validate(bands.header()).unwrap_err().to_string()
    };
    let long = refused(Channels::Speeds, &[[1.0, 1.0, 0.0]]);
    assert!(
        long.contains("(1, 1, 0)") && long.contains("length 1"),
        "{long}"
    );
    assert!(refused(Channels::Speeds, &[[f64::NAN; 3]]).contains("NaN"));
    assert!(refused(Channels::Basic, &[[1.0, 0.0, 0.0]]).contains("at most 0"));
    assert!(refused(Channels::Hall, &[[1.0, 0.0, 0.0]; 3]).contains("at most 2"));
}
