//! Cells that are images of each other are integrated once: the sums are those over all cells.

use bzint::bands::BandSource;
use bzint::bands::model::{Model, ModelBands};
use bzint::crystal::{KGrid, Lattice};
use bzint::error::Result;
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::spectrum;
use bzint::integrate::{
    BandContext, Block, Channels, EnergyAxis, Engine, Part, Request, SlabSums, Target,
};
use bzint::sampler::FourierBands;

const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// The CPU without folding.
struct Plain(CpuEngine<f64>);

impl Engine for Plain {
    fn backend(&self) -> &'static str {
        self.0.backend()
    }

    fn adapter(&self) -> String {
        self.0.adapter()
    }

    fn begin_band(&mut self, context: &BandContext, target: &Target) -> Result<()> {
        self.0.begin_band(context, target)
    }

    fn add_block(&mut self, block: &Block, parts: &[Part]) -> Result<Vec<SlabSums>> {
        self.0.add_block(block, parts)
    }

    fn quantum(&self) -> f64 {
        self.0.quantum()
    }

    fn max_block_points(&self) -> usize {
        self.0.max_block_points()
    }
}

#[test]
fn folded_spectra_are_the_plain_ones() {
    let lattices = [
        [[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]],
        [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]],
        [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]],
    ];
    for rows in lattices {
        let lattice = Lattice::new(rows).unwrap();
        let model = Model::free_electrons(1.0);
        let coarse = KGrid::gamma([6; 3]).unwrap();
        let coarse = ModelBands::new(model, lattice, coarse, false).unwrap();
        for n in [[12, 12, 12], [10, 12, 10]] {
            let bands = FourierBands::new(&coarse, KGrid::gamma(n).unwrap()).unwrap();
            assert!(bands.symmetry().order() > 1);
            let (low, high) = (
                bands.statistics()[0].energy_min,
                bands.statistics()[0].energy_max,
            );
            let axis = EnergyAxis::new(low + 0.1, high - 0.1, 60).unwrap();
            let diagonals = [[0.0, HALF, HALF], [HALF, 0.0, -HALF], [0.48, 0.6, 0.64]];
            let cases: [(Channels, &[[f64; 3]]); 5] = [
                (Channels::Speeds, &[]),
                (Channels::Magneto, &[]),
                (Channels::Speeds, &diagonals[..2]),
                (Channels::Speeds, &diagonals),
                (Channels::Hall, &diagonals[1..]),
            ];
            for (channels, directions) in cases {
                let request = Request {
                    channels,
                    directions,
                    ..Request::for_bands(bands.header())
                };
                let folded =
                    spectrum(&bands, &request, &axis, &mut CpuEngine::<f64>::default()).unwrap();
                let plain = spectrum(
                    &bands,
                    &request,
                    &axis,
                    &mut Plain(CpuEngine::<f64>::default()),
                )
                .unwrap();
                let edges = axis.bins() + 1;
                for c in 0..channels.width() {
                    let (a, b) = (
                        row(&folded.cumulative, c, edges),
                        row(&plain.cumulative, c, edges),
                    );
                    // Components that symmetry forbids are rounding of those that it allows.
                    let family = match c {
                        0 => 0..1,
                        1..=6 => 1..7,
                        7 => 7..8,
                        _ if channels == Channels::Speeds => 8..12,
                        14 | 15 => 14..16,
                        8..=13 => 8..14,
                        _ => 16..52,
                    };
                    let scale = family
                        .flat_map(|f| row(&plain.cumulative, f, edges))
                        .fold(0.0f64, |m, x| m.max(x.abs()));
                    for (x, y) in a.iter().zip(&b) {
                        assert!(
                            (x - y).abs() <= 2e-6 * scale,
                            "{c}: {x:e} {y:e} of {scale:e}"
                        );
                    }
                }
            }
        }
    }
}

fn row(all: &[f64], c: usize, edges: usize) -> Vec<f64> {
    all[c * edges..][..edges].to_vec()
}
