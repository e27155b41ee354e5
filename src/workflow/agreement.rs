//! Whether a GPU agrees with the CPU on these bands, channel by channel.

use super::held::Held;
use super::level::{self, LevelChoice};
use super::method::Method;
use super::open::{Demands, Opened, Preference, open};
use super::opening::Opening;
use super::threads::on_threads;
use crate::bands::BandSource;
use crate::error::{Error, Result};
use crate::gpu::GpuEngine;
use crate::integrate::cpu::CpuEngine;
use crate::integrate::{
    Channel, Channels, EnergyAxis, Engine, Request, Spectrum, SurfaceIntegral, spectrum, surface,
};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Where the Fermi level comes from.
    pub level: LevelChoice,
    /// Bins of the spectrum that is compared.
    pub bins: usize,
}

impl Default for Agreement {
    fn default() -> Self {
        Self {
            level: LevelChoice::default(),
            bins: 500,
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct AgreementFound {
    /// The GPU.
    pub adapter: String,
    /// Channel by channel.
    pub channels: Vec<Agreed>,
}

impl AgreementFound {
    /// The largest difference of the GPU.
    pub fn largest(&self) -> f64 {
        let off = self.channels.iter().map(|row| row.off[0].max(row.off[2]));
        off.fold(0.0, f64::max)
    }

    /// Whether rounding explains what is different in every channel.
    ///
    /// # Errors
    /// [`Error::Gpu`] where it does not.
    pub fn check(&self) -> Result<()> {
        match self.channels.iter().all(Agreed::agrees) {
            true => Ok(()),
            false => Err(Error::Gpu {
                adapter: self.adapter.clone(),
                reason: format!(
                    "it differs from the CPU by up to {:.1e}, which rounding does not explain (see the table)",
                    self.largest()
                ),
            }),
        }
    }
}

/// The values of a channel set by one integrator.
struct Values {
    surface: SurfaceIntegral,
    spectrum: Spectrum,
}

/// One channel: the largest differences from the CPU's f64, over the channel's largest value.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// The channel's name.
    pub name: String,
    /// At the Fermi level, of the GPU and of the CPU's f32; and in the spectrum.
    pub off: [f64; 4],
    /// Of the GPU over the error bar, at the Fermi level and in the spectrum.
    pub beyond: [f64; 2],
}

impl Agreed {
    /// Rounding in f32 alone: each contribution is off by a few 2⁻²⁴, and at worst all in the same direction.
    pub const LIMIT: f64 = 1e-6;
    /// Where a coarse grid or a product of many factors costs more, it costs the CPU's f32 as much: this many times its difference is
    /// allowed, ...
    pub const OF_TWIN: f64 = 1.5;
    /// ... but never more than this, for the twin has the kernels' own mistakes, nor more than the error bar.
    pub const MOST: f64 = 1e-3;

    /// Takes what is worse in another set's line of the same channel; a line that disagrees, whole.
    fn widen(&mut self, other: &Self) {
        if self.agrees() && !other.agrees() {
            (self.off, self.beyond) = (other.off, other.beyond);
        } else if self.agrees() == other.agrees() {
            let larger = |a: &mut [f64], b: &[f64]| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a = a.max(*b));
            };
            larger(&mut self.off, &other.off);
            larger(&mut self.beyond, &other.beyond);
        }
    }

    /// Whether rounding explains what is different.
    pub fn agrees(&self) -> bool {
        let within =
            |gpu: f64, twin: f64| gpu <= Self::LIMIT.max((Self::OF_TWIN * twin).min(Self::MOST));
        let [surface, surface_twin, spectrum, spectrum_twin] = self.off;
        within(surface, surface_twin)
            && within(spectrum, spectrum_twin)
            && self.beyond.iter().all(|x| *x <= 1.0)
    }
}

impl Agreement {
    /// The same on the GPU and on the CPU, in f64 and in f32.
    ///
    /// # Errors
    /// Where there is no adapter, or the bands cannot be integrated.
    pub fn run(&self, held: Held, opening: &Opening, method: &Method) -> Result<AgreementFound> {
        let demands = Demands {
            method: None,
            check: &|header, range| level::check_level(&self.level, header, range),
            table: None,
            lifetimes: false,
        };
        let source = match open(held, opening, Preference::Table, &demands)? {
            Opened::Table(source) => source,
            Opened::Refined(..) => return Err(Error::Internal("a table was refined".into())),
        };
        let request = method.apply(Request::for_bands(source.header()));
        let mut gpu = GpuEngine::new(method.adapter())?;
        let energy = on_threads(method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            level::fermi_level(&self.level, &*source, &request, &mut engine)
        })?
        .0;
        let with = |channels| Request {
            channels,
            ..request
        };
        // What bounds the channels of a magnetic field.
        let bounds = on_threads(method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            self.values(&*source, &with(Channels::Magneto), energy, &mut engine)
        })?;
        // Kernels are compiled for each set: a channel's line is the worst of the sets that have it.
        let lifetimes = source.header().has_lifetimes;
        let served = |set: &&Channels| lifetimes || !set.has_lifetimes();
        let mut channels: Vec<Agreed> = Vec::new();
        for set in Channels::ALL.iter().filter(served) {
            let request = with(*set);
            for row in self.compare(&*source, &request, energy, &bounds, &mut gpu, method)? {
                match channels.iter_mut().find(|seen| seen.name == row.name) {
                    Some(seen) => seen.widen(&row),
                    None => channels.push(row),
                }
            }
        }
        Ok(AgreementFound {
            adapter: gpu.adapter(),
            channels,
        })
    }

    /// The channels of one set, compared.
    fn compare(
        &self,
        source: &dyn BandSource,
        request: &Request,
        energy: f64,
        bounds: &Values,
        gpu: &mut GpuEngine,
        method: &Method,
    ) -> Result<Vec<Agreed>> {
        let (reference, twin) = on_threads(method.threads, || {
            let mut engine = CpuEngine::<f64>::default();
            let reference = self.values(source, request, energy, &mut engine)?;
            let mut twin = CpuEngine::<f32>::default();
            Ok((reference, self.values(source, request, energy, &mut twin)?))
        })?;
        let gpu = self.values(source, request, energy, gpu)?;
        let set = request.channels;
        let longest = source.statistics().iter().map(|s| s.max_lifetime);
        let tau = set.has_lifetimes().then(|| longest.fold(0.0, f64::max));
        let row = |channel: Channel| {
            let at = |v: &Values| vec![v.surface.total(channel).0];
            let both = |v: &Values, c: Channel| -> Vec<(f64, f64)> {
                let spins = 0..v.spectrum.n_spin;
                let of = |spin| v.spectrum.density(spin, c);
                spins
                    .map(of)
                    .flat_map(|(x, bar)| x.into_iter().zip(bar))
                    .collect()
            };
            let bins = |v: &Values, c: Channel| -> Vec<f64> {
                both(v, c).into_iter().map(|(x, _)| x).collect()
            };
            let scale = |of: &dyn Fn(&Values, Channel) -> f64| {
                magnitude(channel, tau, &|c| of(&reference, c), &|c| of(bounds, c))
            };
            let at_scale = scale(&|v, c| v.surface.total(c).0.abs());
            let bins_scale = scale(&|v, c| {
                let bins = bins(v, c).into_iter();
                bins.fold(0.0, |m: f64, x| m.max(x.abs()))
            });
            let spectrum = |other: &Values| {
                deviation(
                    &bins(&reference, channel),
                    &bins(other, channel),
                    bins_scale,
                )
            };
            let beyond = [
                beyond_bars(
                    &[reference.surface.total(channel)],
                    &at(&gpu),
                    Agreed::LIMIT * at_scale,
                ),
                beyond_bars(
                    &both(&reference, channel),
                    &bins(&gpu, channel),
                    Agreed::LIMIT * bins_scale,
                ),
            ];
            Agreed {
                beyond,
                off: [
                    deviation(&at(&reference), &at(&gpu), at_scale),
                    deviation(&at(&reference), &at(&twin), at_scale),
                    spectrum(&gpu),
                    spectrum(&twin),
                ],
                name: channel.name(set),
            }
        };
        // The axes are all the directions there are.
        let used = set
            .channels()
            .filter(|c| !matches!(c, Channel::AxisSpeed(3..)));
        Ok(used.map(row).collect())
    }

    fn values(
        &self,
        source: &dyn BandSource,
        request: &Request,
        energy: f64,
        engine: &mut dyn Engine,
    ) -> Result<Values> {
        let [low, high] = source.energy_range();
        let axis = EnergyAxis::new(low - 1e-3, high + 1e-3, self.bins)?;
        Ok(Values {
            surface: surface(source, request, energy, engine)?,
            spectrum: spectrum(source, request, &axis, engine)?,
        })
    }
}

/// What a channel is measured against, `own` being its set's largest value of a channel, `full` that of the set for a magnetic field, and
/// `tau` the longest relaxation time where the set has them: its own value, or where terms of both signs may cancel what bounds them.
/// Off-diagonal components have the first diagonal one; |Hall| ≤ ½|v||w|, times τ², and |w w| ≤ |w|² by the Schwarz inequality.
fn magnitude(
    channel: Channel,
    tau: Option<f64>,
    own: &dyn Fn(Channel) -> f64,
    full: &dyn Fn(Channel) -> f64,
) -> f64 {
    let rates = || -> f64 {
        (0..9)
            .map(|x| full(Channel::Magneto(x / 3, x / 3, x % 3, x % 3)))
            .sum()
    };
    match channel {
        Channel::VelocityProduct(i, j) if i != j => own(Channel::VelocityProduct(0, 0)),
        Channel::LifetimeProduct(i, j) if i != j => own(Channel::LifetimeProduct(0, 0)),
        Channel::Hall(..) => {
            let squares: f64 = (0..3).map(|i| full(Channel::VelocityProduct(i, i))).sum();
            0.5 * (squares * rates()).sqrt() * tau.map_or(1.0, |tau| tau * tau)
        }
        Channel::Magneto(..) => rates(),
        other => own(other),
    }
}

/// Largest difference over the error bar, which is taken to be at least `least`.
fn beyond_bars(reference: &[(f64, f64)], other: &[f64], least: f64) -> f64 {
    reference
        .iter()
        .zip(other)
        .filter(|((x, _), y)| x != *y)
        .fold(0.0, |a: f64, ((x, bar), y)| {
            a.max((x - y).abs() / bar.max(least))
        })
}

/// Largest difference over `scale`.
fn deviation(reference: &[f64], other: &[f64], scale: f64) -> f64 {
    let off = reference
        .iter()
        .zip(other)
        .fold(0.0, |a: f64, (x, y)| a.max((x - y).abs()));
    if off == 0.0 { 0.0 } else { off / scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A twin with the kernels' own mistake does not excuse the GPU, and a bar that holds less than the difference does not either.
    #[test]
    fn what_the_twin_does_wrong_too_is_no_agreement() {
        let row = |off, beyond| Agreed {
            name: String::new(),
            off,
            beyond,
        };
        assert!(row([5e-7, 0.0, 1e-7, 0.0], [0.9, 0.0]).agrees());
        assert!(row([2e-5, 2e-5, 3e-6, 3e-6], [0.1, 0.1]).agrees());
        assert!(!row([1.0, 1.0, 0.0, 0.0], [0.5, 0.0]).agrees());
        assert!(!row([0.0, 0.0, 2e-3, 2e-3], [0.0, 0.5]).agrees());
        assert!(!row([2e-5, 2e-5, 0.0, 0.0], [1.5, 0.0]).agrees());
        assert!(!row([2e-5, 1e-5, 0.0, 0.0], [0.5, 0.0]).agrees());
        let bars = [(1.0, 0.1), (2.0, 0.0)];
        assert!((beyond_bars(&bars, &[1.05, 2.0], 1e-6) - 0.5).abs() < 1e-9);
        assert!(beyond_bars(&bars, &[1.0, 2.1], 1e-6) > 1e4);
        // A channel agrees where it does in every set that has it.
        let (good, bad) = ([5e-7, 0.0, 1e-7, 0.0], [2e-5, 1e-5, 0.0, 0.0]);
        for [first, second] in [[good, bad], [bad, good]] {
            let mut line = row(first, [0.5, 0.0]);
            line.widen(&row(second, [0.5, 0.0]));
            assert!(!line.agrees() && line.off == bad);
        }
    }
}
