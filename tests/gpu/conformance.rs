//! What every engine must hold, for every set of channels in the table and every representation of δ.
//!
//! Model of the error. A cell's contribution goes through about 30 roundings of relative size eps/2 (eps = 1.2e-7: edges to
//! ratios to weights, stencil to velocity to products), a quotient may be off by 2.5 ulp and a square root by 3. They are
//! independent from cell to cell, so a sum of contributions of one sign is off by far less than one contribution: the bound
//! of 8 eps = 1e-6 relative to the channel's largest value is that of a single worst contribution with random signs
//! (√30·eps ≈ 6 eps), added to nothing else. Where terms have both signs a channel is measured against what they can add up to. A GPU
//! and its `f32` twin do the same operations on the same numbers: they part only by quotients, square roots, exponentials and by
//! products that the driver's compiler contracts.

use crate::common::{cubic, tight_binding};
use crate::shared_gpu::{gpu, skewed, waves};
use bzint::bands::{BandGrid, BandSource, Field};
use bzint::crystal::{KGrid, Lattice};
use bzint::integrate::cpu::CpuEngine;
use bzint::integrate::parts::{spectrum, surface};
use bzint::integrate::{
    Channel, Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, Velocities, Weights,
};
use bzint::kernel::channels::{ChannelKind, Indices};
use bzint::sampler::FourierBands;

/// An engine in single precision against `f64`, relative to what the channel's terms can add up to.
const AGAINST_REFERENCE: f64 = 1e-6;
/// GPU against its `f32` twin: half of the above, for the ten or so operations that may differ.
const AGAINST_TWIN: f64 = 5e-7;

const WEIGHTS: [Weights; 3] = [
    Weights::Tetrahedra,
    Weights::Gaussian(0.2),
    Weights::MethfesselPaxton(0.3),
];
const ENERGIES: [f64; 3] = [-0.77, 0.31, 1.9];
const ALONG: [[f64; 3]; 4] = [
    [0.6, 0.8, 0.0],
    [0.48, 0.6, 0.64],
    [0.0, -0.6, 0.8],
    [1.0, 0.0, 0.0],
];

struct Case {
    name: String,
    bands: Box<dyn BandSource>,
    request: Request<'static>,
}

/// `order` 0 takes velocities, and inverse masses, that the bands bring.
fn case(
    name: &str,
    bands: impl BandSource + 'static,
    order: usize,
    channels: Channels,
    weights: Weights,
) -> Case {
    let request = Request {
        velocities: match order {
            0 => Velocities::FromFile,
            order => Velocities::FiniteDifference(order),
        },
        weights,
        channels,
        directions: &ALONG[..channels.directions()],
        ..Request::for_bands(bands.header())
    };
    Case {
        name: format!("{name}, order {order}, {channels:?}, {weights:?}"),
        bands: Box::new(bands),
        request,
    }
}

fn plain(n: [usize; 3]) -> BandGrid {
    waves(skewed(), n, [0.0; 3], false, false)
}

/// Every set with all weights. Velocities come from elsewhere in each, because every shader is compiled for its own.
fn of_every_set() -> Vec<Case> {
    let mut all = Vec::new();
    for (i, &channels) in Channels::ALL.iter().enumerate() {
        for (j, weights) in WEIGHTS.into_iter().enumerate() {
            let order = [4, 6, 0, 2][(i + j) % 4];
            let shift = [0.5, 0.0, 0.5].map(|x| x * j as f64 / 2.0);
            let lifetimes = channels.has_lifetimes();
            let bands = waves(skewed(), [12, 10, 9], shift, order == 0, lifetimes);
            all.push(case("waves", bands, order, channels, weights));
        }
    }
    all
}

/// Grids of every shape, and every source of velocities and inverse masses.
fn of_every_shape() -> Vec<Case> {
    let shapes: [(&str, Lattice, [usize; 3], f64); 6] = [
        ("odd grid", skewed(), [5, 7, 6], 0.0),
        ("fewest points", skewed(), [1, 2, 3], 0.0),
        ("sheet", skewed(), [24, 20, 1], 0.0),
        // More rows and columns than a tile of the scan has, and more planes.
        ("wide planes", skewed(), [4, 35, 71], 0.0),
        ("many planes", skewed(), [330, 3, 4], 0.0),
        ("shifted cubic grid", cubic(4.0), [12, 10, 8], 0.5),
    ];
    let mut all = Vec::new();
    for (name, lattice, n, shift) in shapes {
        for channels in [Channels::Speeds, Channels::Hall] {
            let bands = waves(lattice.clone(), n, [shift; 3], false, false);
            all.push(case(name, bands, 4, channels, Weights::Tetrahedra));
        }
    }
    for order in [2, 6] {
        let (channels, weights) = (Channels::Speeds, Weights::Tetrahedra);
        all.push(case("order", plain([12; 3]), order, channels, weights));
    }
    let coarse = tight_binding([6; 3], 2.0, 0.5, 3);
    let grid = KGrid::new([9, 8, 10], [0.5, 0.0, 0.0]).unwrap();
    let given = FourierBands::new(&coarse, grid).unwrap();
    let (channels, weights) = (Channels::Magneto, Weights::Tetrahedra);
    all.push(case("given masses", given, 0, channels, weights));
    all
}

fn cases() -> Vec<Case> {
    let mut all = of_every_set();
    all.extend(of_every_shape());
    all
}

/// From below both bands to above them, so that the edges meet every state.
fn axis() -> EnergyAxis {
    EnergyAxis::new(-3.5, 5.7, 230).unwrap()
}

impl Case {
    fn spectrum(&self, engine: &mut dyn Engine) -> Spectrum {
        spectrum(&*self.bands, &self.request, &axis(), engine).unwrap()
    }

    fn surface(&self, energy_ev: f64, engine: &mut dyn Engine) -> SurfaceIntegral {
        surface(&*self.bands, &self.request, energy_ev, engine).unwrap()
    }

    /// The reference's case of the set that has what bounds the channels of a field.
    fn full(&self) -> Self {
        Self {
            name: String::new(),
            bands: Box::new(BandGrid::load(&*self.bands).unwrap()),
            request: Request {
                channels: Channels::Magneto,
                directions: &[],
                ..self.request
            },
        }
    }

    /// What the terms of a channel can add up to, from its set's own values and from all those of [`Case::full`]: a tensor's
    /// components its trace, |Hall| ≤ ½|v||w| and |w w| ≤ |w|², averaged by the Schwarz inequality.
    fn magnitude(
        &self,
        channel: Channel,
        own: &dyn Fn(Channel) -> f64,
        full: &dyn Fn(Channel) -> f64,
    ) -> f64 {
        let set = self.request.channels;
        let w2 = || -> f64 {
            (0..9)
                .map(|x| full(Channel::Magneto(x / 3, x / 3, x % 3, x % 3)))
                .sum()
        };
        let (kind, _) = channel.parts();
        match kind {
            ChannelKind::Magneto => w2(),
            ChannelKind::Hall => {
                let v2: f64 = (0..3).map(|i| full(Channel::VelocityProduct(i, i))).sum();
                let longest = self.bands.statistics().iter().map(|s| s.max_lifetime);
                let tau = match set.has_lifetimes() {
                    true => longest.fold(0.0, f64::max),
                    false => 1.0,
                };
                0.5 * (v2 * w2()).sqrt() * tau * tau
            }
            _ if kind.indices() == Indices::Direction => own(Channel::Speed),
            _ => set
                .channels()
                .filter(|c| matches!(c.parts(), (k, [i, j, ..]) if k == kind && i == j))
                .map(own)
                .sum(),
        }
        .abs()
    }

    /// Largest difference of two spectra, the second of them the reference.
    fn off_spectrum(&self, a: &Spectrum, b: &Spectrum, full: &Spectrum) -> f64 {
        let edges = a.axis.bins() + 1;
        let mut worst: f64 = 0.0;
        for (c, channel) in self.request.channels.channels().enumerate() {
            let at = |k: usize| {
                let of = |s: &Spectrum, c: Channel| s.total_cumulative(c).0[k];
                self.magnitude(channel, &|c| of(b, c), &|c| of(full, c))
            };
            let largest = (0..edges).step_by(5).map(at).fold(0.0, f64::max);
            for (x, y) in [
                (&a.cumulative, &b.cumulative),
                (&a.cumulative_error, &b.cumulative_error),
            ] {
                for k in c * edges..(c + 1) * edges {
                    if x[k] != y[k] {
                        worst = worst.max((x[k] - y[k]).abs() / largest);
                    }
                }
            }
        }
        worst
    }

    /// Largest difference of two integrals at one energy, the second of them the reference.
    fn off_surface(&self, a: &SurfaceIntegral, b: &SurfaceIntegral, full: &SurfaceIntegral) -> f64 {
        let set = self.request.channels;
        let mut worst: f64 = 0.0;
        for (a, b) in a.bands.iter().zip(&b.bands) {
            for (c, channel) in set.channels().enumerate() {
                let own = |c: Channel| c.index(set).map_or(0.0, |c| b.values[c]);
                let largest = self.magnitude(channel, &own, &|c| full.total(c).0);
                for off in [
                    a.values[c] - b.values[c],
                    a.bars[c].total() - b.bars[c].total(),
                ] {
                    if off != 0.0 {
                        worst = worst.max(off.abs() / largest);
                    }
                }
            }
            worst = worst.max((a.occupied - b.occupied).abs());
        }
        worst
    }
}

fn reference() -> CpuEngine<f64> {
    CpuEngine::default()
}

fn twin() -> CpuEngine<f32> {
    CpuEngine::default()
}

/// Every engine there is.
fn each_engine(mut test: impl FnMut(&str, &mut dyn Engine)) {
    test("CPU f64", &mut reference());
    test("CPU f32", &mut twin());
    if let Some(mut gpu) = gpu() {
        test("GPU", &mut *gpu);
    }
}

#[test]
fn spectra_agree_with_the_reference_and_with_the_twin() {
    for case in cases() {
        let full = case.full().spectrum(&mut reference());
        let exact = case.spectrum(&mut reference());
        let single = case.spectrum(&mut twin());
        each_engine(|engine_name, engine| {
            let got = case.spectrum(engine);
            let off = case.off_spectrum(&got, &exact, &full);
            let apart = case.off_spectrum(&got, &single, &full);
            println!("{engine_name}, {}: {off:.1e}, twin {apart:.1e}", case.name);
            match engine_name {
                "CPU f64" => assert!(got == exact, "{}", case.name),
                "CPU f32" => assert!(got == single, "{}", case.name),
                _ => assert!(apart < AGAINST_TWIN, "{}: {apart}", case.name),
            }
            assert!(
                off < AGAINST_REFERENCE,
                "{engine_name}, {}: {off}",
                case.name
            );
        });
    }
}

#[test]
fn surfaces_agree_with_the_reference_and_with_the_twin() {
    for case in cases() {
        for e in ENERGIES {
            let full = case.full().surface(e, &mut reference());
            let exact = case.surface(e, &mut reference());
            let single = case.surface(e, &mut twin());
            each_engine(|engine_name, engine| {
                let got = case.surface(e, engine);
                let off = case.off_surface(&got, &exact, &full);
                let apart = case.off_surface(&got, &single, &full);
                let name = format!("{engine_name}, {} at {e}", case.name);
                println!("{name}: {off:.1e}, twin {apart:.1e}");
                match engine_name {
                    "CPU f64" => assert!(got == exact, "{name}"),
                    "CPU f32" => assert!(got == single, "{name}"),
                    _ => assert!(apart < AGAINST_TWIN, "{name}: {apart}"),
                }
                assert!(off < AGAINST_REFERENCE, "{name}: {off}");
            });
        }
    }
}

/// The comparisons above can fail: one energy of 1728 moved by a hundredth of the band's width is seen, and so is another stencil.
#[test]
fn one_wrong_energy_and_another_stencil_are_noticed() {
    let right = plain([12; 3]);
    let mut energies = right.band(Field::Energy, 0, 0).to_vec();
    energies.extend(right.band(Field::Energy, 0, 1));
    // What the cells around the moved point reach.
    let e = energies[777] + 0.01;
    energies[777] += 0.1;
    let wrong = BandGrid::new(right.header().clone(), energies).unwrap();
    let of = |bands: &BandGrid, order| {
        case(
            "12³",
            bands.clone(),
            order,
            Channels::Hall,
            Weights::Tetrahedra,
        )
    };
    let expected = of(&right, 4);
    let full = expected.full();
    let (bins, at) = (
        full.spectrum(&mut reference()),
        full.surface(e, &mut reference()),
    );
    each_engine(|name, engine| {
        for other in [of(&wrong, 4), of(&right, 6)] {
            let got = other.spectrum(engine);
            let off = expected.off_spectrum(&got, &expected.spectrum(&mut reference()), &bins);
            assert!(off > 10.0 * AGAINST_REFERENCE, "{name}: {off}");
            let got = other.surface(e, engine);
            let off = expected.off_surface(&got, &expected.surface(e, &mut reference()), &at);
            assert!(off > 10.0 * AGAINST_REFERENCE, "{name}: {off}");
        }
    });
}

/// One case of every set, with all weights among them.
fn one_of_every_set() -> impl Iterator<Item = Case> {
    let all = of_every_set().into_iter().enumerate();
    all.filter(|(at, _)| at % 3 == at / 3 % 3)
        .map(|(_, case)| case)
}

#[test]
fn every_block_size_gives_the_same_bits() {
    for mut case in one_of_every_set().chain(of_every_shape().into_iter().take(4)) {
        each_engine(|name, engine| {
            case.request.block_planes = None;
            let expected = (case.spectrum(engine), case.surface(0.31, engine));
            for planes in [1, 2, 3, 5, 1000] {
                case.request.block_planes = Some(planes);
                let again = (case.spectrum(engine), case.surface(0.31, engine));
                assert!(again == expected, "{name}, {}, {planes} planes", case.name);
            }
        });
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bits() {
    for case in one_of_every_set() {
        let both = || {
            let of = |engine: &mut dyn Engine| (case.spectrum(engine), case.surface(0.31, engine));
            (of(&mut reference()), of(&mut twin()))
        };
        let expected = both();
        assert!(expected.0 != expected.1, "the comparison can fail");
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let again = pool.build().unwrap().install(both);
            assert!(again == expected, "{}, {threads} threads", case.name);
        }
    }
}

/// States are counted exactly: the whole band lies below an edge above it, and N(E) never falls.
#[test]
fn states_are_counted_once_and_never_fall() {
    for case in cases() {
        each_engine(|name, engine| {
            let (n, error) = case.spectrum(engine).total_cumulative(Channel::States);
            let smearing = case.request.weights.smearing();
            if smearing.is_none_or(|(_, order)| order == 0) {
                assert!(n.windows(2).all(|w| w[0] <= w[1]), "{name}, {}", case.name);
            }
            if smearing.is_none() {
                let states = 2.0 * case.bands.header().n_band as f64;
                assert_eq!(*n.last().unwrap(), states, "{name}, {}", case.name);
                assert_eq!(*error.last().unwrap(), 0.0, "{name}, {}", case.name);
            }
        });
    }
}

/// A channel is the same in every set that has it with the same unit, bit for bit.
#[test]
fn sets_agree_on_what_they_share() {
    let bands = || waves(skewed(), [10, 9, 8], [0.0; 3], false, true);
    let of = |set| case("waves", bands(), 4, set, Weights::Tetrahedra);
    let unit = |set: Channels, c: usize| set.unit(c, 2.0, 3.0, 5.0);
    for engine in [&mut reference() as &mut dyn Engine, &mut twin()] {
        let all: Vec<SurfaceIntegral> = Channels::ALL
            .iter()
            .map(|set| of(*set).surface(0.4, engine))
            .collect();
        let mut shared = 0;
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
            for (c, channel) in a.channels.channels().enumerate() {
                let place = channel.index(b.channels);
                let Some(d) = place.filter(|d| unit(a.channels, c) == unit(b.channels, *d)) else {
                    continue;
                };
                shared += 1;
                let (x, y) = (a.bands[0].values[c], b.bands[0].values[d]);
                assert_eq!(x, y, "{channel:?} of {:?} and {:?}", a.channels, b.channels);
            }
        }
        assert!(shared > 300, "{shared}");
    }
}
