//! The table of channels: what is averaged over the zone, and the sets in which it is integrated.
//!
//! Where a channel stands in a channel vector, its unit and name, what it needs of the bands, and how an operation of the crystal acts on
//! it are derived from here (`layout`), and so are the constants of the shaders. A new channel is an entry of [`Channel`], a place in
//! one of the [`Channels`], and its value in a kernel and its twin (`velocity`, `curvature`).

/// Directions n̂ that channels |v·n̂| can have at once.
pub const DIRECTIONS: usize = 4;

/// Index pairs of a symmetric tensor, in the order in which its components are stored.
pub const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)];

/// Position of a pair in [`PAIRS`].
pub const fn pair(i: usize, j: usize) -> usize {
    if i == j { i } else { 6 - i - j }
}

/// What the indices of a channel count, and thereby what an operation of the crystal does to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indices {
    /// There are none: a scalar.
    None,
    /// Directions, as many as the set has room for: an operation takes one to another.
    Direction,
    /// A tensor of rank 2, symmetric: [`PAIRS`]. Polar, or with axial indices in pairs, whose determinants meet twice.
    Pair,
    /// A tensor of rank 4, symmetric in the first and in the last two indices: 6 × 6.
    TwoPairs,
}

/// What an entry says of a channel.
pub(super) struct Entry {
    /// With `{i}`, `{j}`, `{k}` and `{l}` where indices stand.
    pub name: &'static str,
    pub indices: Indices,
    /// Powers of velocity, relaxation time and inverse mass in its unit: it needs what it has a power of.
    pub powers: [u32; 3],
    /// Further power of the relaxation time in sets that need one anyway.
    pub lifetimes: u32,
}

const fn entry(name: &'static str, indices: Indices, powers: [u32; 3]) -> Entry {
    Entry {
        name,
        indices,
        powers,
        lifetimes: 0,
    }
}

macro_rules! channels {
    ([$a:ident, $b:ident, $c:ident, $d:ident] $(
        $(#[$doc:meta])*
        $name:ident $(($($index:ident: $usize:ty),+))? = $entry:expr;
    )+) => {
        /// A quantity that is averaged over the zone. SI unit in parentheses; all are per cell and summed over bands, spin degeneracy
        /// g_s included.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Channel { $($(#[$doc])* $name $(($($usize),+))?,)+ }

        /// Channels that differ in their indices alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ChannelKind { $($(#[$doc])* $name,)+ }

        impl ChannelKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub(super) const fn entry(self) -> Entry {
                match self { $(Self::$name => $entry,)+ }
            }

            #[allow(unused_variables, reason = "few kinds have all indices")]
            pub(super) fn channel(self, [$a, $b, $c, $d]: [usize; 4]) -> Channel {
                match self { $(Self::$name => Channel::$name $(($($index),+))?,)+ }
            }
        }

        impl Channel {
            /// Its kind and its indices, followed by zeros.
            pub fn parts(self) -> (ChannelKind, [usize; 4]) {
                match self {
                    $(Self::$name $(($($index),+))? => (ChannelKind::$name, padded([$($($index),+)?])),)+
                }
            }
        }
    };
}

channels! { [i, j, k, l]
    /// States, a pure number.
    States = entry("states", Indices::None, [0, 0, 0]);
    /// v_i v_j (m²/s²); Cartesian indices 0 … 2.
    VelocityProduct(i: usize, j: usize) = entry("v_{i} v_{j}", Indices::Pair, [2, 0, 0]);
    /// |v| (m/s).
    Speed = entry("|v|", Indices::None, [1, 0, 0]);
    /// |v·n̂| (m/s), n̂ being this one of the request's directions, by default the Cartesian axes 0 … 2.
    AxisSpeed(i: usize) = entry("|v_{i}|", Indices::Direction, [1, 0, 0]);
    /// v_i v_j τ (m²/s).
    LifetimeProduct(i: usize, j: usize) = entry("v_{i} v_{j} tau", Indices::Pair, [2, 1, 0]);
    /// |v|²τ² (m²).
    SquaredPath = entry("|v|^2 tau^2", Indices::None, [2, 2, 0]);
    /// Of l and k: ½ ε_lij ε_abk v_i v_b (M⁻¹)_aj, symmetric in them (m²/s² kg⁻¹): the antisymmetric part, in i and j, of what σ_ijk
    /// averages (docs/physics §3); times τ² (m²/kg) where the set has the grid's relaxation times.
    Hall(i: usize, j: usize) = Entry { lifetimes: 2, ..entry("Hall {i}{j}", Indices::Pair, [2, 0, 1]) };
    /// w_ik w_jl, symmetrised over i, j and over k, l, with w_jk = ε_abk v_b (M⁻¹)_aj (m²/s² kg⁻²): the second order of
    /// Jones and Zener. Indices i, j, k, l.
    Magneto(i: usize, j: usize, k: usize, l: usize) = entry("w_{i}{k} w_{j}{l}", Indices::TwoPairs, [2, 0, 2]);
}

/// A set's row: the channel vector holds the kinds in this order, and zeros behind them.
pub(super) struct Row {
    pub width: usize,
    pub directions: usize,
    pub kinds: &'static [ChannelKind],
}

macro_rules! sets {
    ([$dollar:tt] $(
        $(#[$doc:meta])*
        $name:ident { width: $width:literal, directions: $directions:literal, of: [$($kind:ident),+] $(,)? }
    )+) => {
        /// Which channels are accumulated. No two sets have the same width, by which kernels know them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Channels { $($(#[$doc])* $name,)+ }

        impl Channels {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub(super) const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        width: $width,
                        directions: $directions,
                        kinds: &[$(ChannelKind::$kind),+],
                    },)+
                }
            }
        }

        /// `by_width!(set, N => …)`: what is done for channel vectors of a length `N` that is known when it is compiled.
        macro_rules! by_width {
            ($dollar set:expr, $dollar width:ident => $dollar run:expr) => {
                match $dollar set {
                    $($crate::kernel::channels::Channels::$name => {
                        const $dollar width: usize = $width;
                        $dollar run
                    })+
                }
            };
        }
    };
}

sets! { [$]
    /// States, v_i v_j and |v|.
    Basic { width: 8, directions: 0, of: [States, VelocityProduct, Speed] }
    /// With |v·n̂| of up to four directions.
    Speeds { width: 12, directions: 4, of: [States, VelocityProduct, Speed, AxisSpeed] }
    /// With |v·n̂| of up to four directions, v_i v_j τ and |v|²τ², τ being the grid's relaxation times.
    Lifetimes {
        width: 20,
        directions: 4,
        of: [States, VelocityProduct, Speed, AxisSpeed, LifetimeProduct, SquaredPath],
    }
    /// `Basic` with |v·n̂| of up to two directions, the Hall products times τ², v_i v_j τ and |v|²τ².
    LifetimesHall {
        width: 24,
        directions: 2,
        of: [States, VelocityProduct, Speed, Hall, AxisSpeed, LifetimeProduct, SquaredPath],
    }
    /// `Basic` with the Hall products and |v·n̂| of up to two directions.
    Hall { width: 16, directions: 2, of: [States, VelocityProduct, Speed, Hall, AxisSpeed] }
    /// `Hall` with the products of second order in the magnetic field.
    Magneto { width: 52, directions: 2, of: [States, VelocityProduct, Speed, Hall, AxisSpeed, Magneto] }
}

pub(crate) use by_width;

/// Indices followed by zeros.
fn padded<const N: usize>(indices: [usize; N]) -> [usize; 4] {
    let mut all = [0; 4];
    all[..N].copy_from_slice(&indices);
    all
}
