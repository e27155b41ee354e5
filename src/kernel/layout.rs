//! What follows from the table of channels: where they stand in the channel vector of a set, their units and names, what a set needs of
//! the bands, and how an operation of the crystal acts on a channel.

use super::channels::{
    Channel, ChannelKind, Channels, DIRECTIONS, Entry, Indices, PAIRS, Row, pair,
};

/// Where the channels of a kind stand in a channel vector: so many of them from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first one's position.
    pub first: usize,
    /// How many there are; 0 where the set lacks the kind.
    pub count: usize,
}

/// The place of a kind in channel vectors of this width.
pub const fn place(width: usize, kind: ChannelKind) -> Place {
    match Channels::of_width(width) {
        Some(set) => set.place(kind),
        None => Place { first: 0, count: 0 },
    }
}

/// Width of the widest channel vector; every set is looked at: it holds its kinds, and no other has its width.
pub const MOST_CHANNELS: usize = {
    let (mut most, mut i) = (0, 0);
    while i < Channels::ALL.len() {
        let (set, row) = (Channels::ALL[i], Channels::ALL[i].row());
        assert!(row.filled() <= row.width && row.directions <= DIRECTIONS);
        assert!(
            matches!(Channels::of_width(row.width), Some(first) if first as usize == set as usize)
        );
        if most < row.width {
            most = row.width;
        }
        i += 1;
    }
    most
};

impl Row {
    const fn count(&self, kind: ChannelKind) -> usize {
        match kind.indices() {
            Indices::None => 1,
            Indices::Direction => self.directions,
            Indices::Pair => PAIRS.len(),
            Indices::TwoPairs => PAIRS.len() * PAIRS.len(),
        }
    }

    const fn filled(&self) -> usize {
        let (mut sum, mut i) = (0, 0);
        while i < self.kinds.len() {
            sum += self.count(self.kinds[i]);
            i += 1;
        }
        sum
    }

    /// Whether any of its kinds has a power of velocity (0), relaxation time (1) or inverse mass (2).
    const fn needs(&self, what: usize) -> bool {
        let mut i = 0;
        while i < self.kinds.len() {
            if self.kinds[i].entry().powers[what] > 0 {
                return true;
            }
            i += 1;
        }
        false
    }
}

impl Channels {
    /// Width of the channel vector.
    pub const fn width(self) -> usize {
        self.row().width
    }

    /// How many directions n̂ of channels |v·n̂| the set has room for.
    pub const fn directions(self) -> usize {
        self.row().directions
    }

    /// Whether channels of the set need the grid's relaxation times.
    pub const fn has_lifetimes(self) -> bool {
        self.row().needs(1)
    }

    /// Whether channels of the set need the inverse effective mass.
    pub const fn has_inverse_masses(self) -> bool {
        self.row().needs(2)
    }

    /// The set with this width, if any.
    pub const fn of_width(width: usize) -> Option<Self> {
        let mut i = 0;
        while i < Self::ALL.len() {
            if Self::ALL[i].width() == width {
                return Some(Self::ALL[i]);
            }
            i += 1;
        }
        None
    }

    /// Where channels of a kind stand in the set's channel vector.
    pub const fn place(self, kind: ChannelKind) -> Place {
        let row = self.row();
        let (mut first, mut i) = (0, 0);
        while i < row.kinds.len() {
            let count = row.count(row.kinds[i]);
            if row.kinds[i] as usize == kind as usize {
                return Place { first, count };
            }
            first += count;
            i += 1;
        }
        Place { first: 0, count: 0 }
    }

    /// Its channels in the order of the channel vector.
    pub fn channels(self) -> impl Iterator<Item = Channel> {
        let kinds = self.row().kinds.iter();
        kinds.flat_map(move |kind| (0..self.place(*kind).count).map(|at| kind.component(at)))
    }

    /// Channel `c` of states with the velocity `v` (m/s), the relaxation time `tau` (s) and the inverse mass `mass` (1/kg), but for
    /// numbers: its unit where these are units; 1 for the zeros behind the channels.
    pub fn unit(self, c: usize, v: f64, tau: f64, mass: f64) -> f64 {
        let Some(channel) = self.channels().nth(c) else {
            return 1.0;
        };
        let Entry {
            powers, lifetimes, ..
        } = channel.parts().0.entry();
        let further = if self.has_lifetimes() { lifetimes } else { 0 };
        let powers = [powers[0], powers[1] + further, powers[2]].map(|p| p as i32);
        let product = |of: fn(i32) -> i32| {
            v.powi(of(powers[0])) * tau.powi(of(powers[1])) * mass.powi(of(powers[2]))
        };
        let root = product(|p| p / 2);
        root * root * product(|p| p % 2)
    }
}

impl ChannelKind {
    /// What the indices of its channels count.
    pub const fn indices(self) -> Indices {
        self.entry().indices
    }

    /// The channel at this position among those of the kind.
    fn component(self, at: usize) -> Channel {
        let (k, l) = PAIRS[at % PAIRS.len()];
        self.channel(match self.indices() {
            Indices::None | Indices::Direction => [at, 0, 0, 0],
            Indices::Pair => [k, l, 0, 0],
            Indices::TwoPairs => {
                let (i, j) = PAIRS[at / PAIRS.len()];
                [i, j, k, l]
            }
        })
    }
}

impl Channel {
    /// Position in the channel vector; none where the set lacks the channel.
    pub fn index(self, set: Channels) -> Option<usize> {
        let (kind, [i, j, k, l]) = self.parts();
        let at = match kind.indices() {
            Indices::None => 0,
            Indices::Direction => i,
            Indices::Pair => pair(i, j),
            Indices::TwoPairs => PAIRS.len() * pair(i, j) + pair(k, l),
        };
        let place = set.place(kind);
        (at < place.count).then_some(place.first + at)
    }

    /// Its name in a set, directions being the Cartesian axes.
    pub fn name(self, set: Channels) -> String {
        let (kind, indices) = self.parts();
        let Entry {
            name, lifetimes, ..
        } = kind.entry();
        let mut name = name.to_owned();
        for (letter, index) in ["{i}", "{j}", "{k}", "{l}"].into_iter().zip(indices) {
            name = name.replace(letter, ["x", "y", "z", "4"][index]);
        }
        if lifetimes > 0 && set.has_lifetimes() {
            name += &format!(" tau^{lifetimes}");
        }
        name
    }

    /// Whether no operation of the crystal changes it.
    pub fn is_scalar(self) -> bool {
        self.parts().0.indices() == Indices::None
    }

    /// The channel that an operation of the crystal brings to the place of this one, and with which sign: the operation takes the
    /// Cartesian axis `from[a]`, times `signs[a]`, to axis a, and direction `directions[i]` to direction i.
    pub fn source(
        self,
        from: [usize; 3],
        signs: [f64; 3],
        directions: &[usize; DIRECTIONS],
    ) -> (Self, f64) {
        let (kind, at) = self.parts();
        let tensor = match kind.indices() {
            Indices::None => return (self, 1.0),
            Indices::Direction => return (kind.channel([directions[at[0]], 0, 0, 0]), 1.0),
            Indices::Pair => &at[..2],
            Indices::TwoPairs => &at[..],
        };
        let sign = tensor.iter().map(|a| signs[*a]).product();
        (kind.channel(at.map(|a| from[a])), sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_stand_where_they_say_and_have_one_name() {
        for &set in Channels::ALL {
            let mut names: Vec<String> = set.channels().map(|c| c.name(set)).collect();
            for (c, channel) in set.channels().enumerate() {
                assert_eq!(channel.index(set), Some(c), "{channel:?} of {set:?}");
            }
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{set:?}");
        }
        assert_eq!(
            Channel::Magneto(0, 1, 2, 0).name(Channels::Magneto),
            "w_xz w_yx"
        );
        assert_eq!(Channel::Hall(2, 1).index(Channels::Hall), Some(11));
        assert_eq!(
            Channel::Hall(1, 2).name(Channels::LifetimesHall),
            "Hall yz tau^2"
        );
        assert_eq!(Channel::AxisSpeed(2).index(Channels::Magneto), None);
        assert_eq!(Channel::SquaredPath.index(Channels::Speeds), None);
    }

    /// As numbers that can be told apart: powers of 2, 3 and 5.
    #[test]
    fn units_are_those_of_the_channels() {
        let unit =
            |channel: Channel, set: Channels| set.unit(channel.index(set).unwrap(), 2.0, 3.0, 5.0);
        use Channels::{Hall, Lifetimes, LifetimesHall, Magneto};
        for (channel, set, expected) in [
            (Channel::States, Hall, 1.0),
            (Channel::VelocityProduct(0, 1), Lifetimes, 4.0),
            (Channel::AxisSpeed(1), LifetimesHall, 2.0),
            (Channel::LifetimeProduct(2, 2), LifetimesHall, 12.0),
            (Channel::SquaredPath, Lifetimes, 36.0),
            (Channel::Hall(0, 2), Hall, 20.0),
            (Channel::Hall(0, 2), LifetimesHall, 180.0),
            (Channel::Magneto(0, 1, 2, 2), Magneto, 100.0),
        ] {
            assert_eq!(unit(channel, set), expected, "{channel:?} of {set:?}");
        }
        assert_eq!(Lifetimes.unit(19, 2.0, 3.0, 5.0), 1.0);
    }

    /// An operation that exchanges the first two axes and reverses the second.
    #[test]
    fn tensors_go_where_their_indices_go() {
        let (from, signs) = ([1, 0, 2], [1.0, -1.0, 1.0]);
        let source = |channel: Channel| channel.source(from, signs, &[3, 1, 2, 0]);
        assert_eq!(source(Channel::Speed), (Channel::Speed, 1.0));
        assert_eq!(source(Channel::AxisSpeed(0)), (Channel::AxisSpeed(3), 1.0));
        assert_eq!(source(Channel::Hall(0, 1)), (Channel::Hall(1, 0), -1.0));
        assert_eq!(
            source(Channel::Magneto(0, 1, 1, 2)),
            (Channel::Magneto(1, 0, 0, 2), 1.0)
        );
    }
}
