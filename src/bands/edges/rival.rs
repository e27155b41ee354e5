//! Edges of interpolated bands: what another interpolation of the same energies says of them is in the bars, too.

use super::mass::{DirectionalMass, EffectiveMass, PrincipalMass};
use super::{BandEdges, DirectGap, Edge, EdgeMass, SpinEdges};
use crate::crystal::Tensor;

impl BandEdges {
    /// With bars that hold what the edges of a rival ([`crate::bands::BandSource::rival`]) change. Masses that only one of both has are
    /// unknown.
    pub fn widened(mut self, rival: &Self) -> Self {
        for (own, other) in self.spins.iter_mut().zip(&rival.spins) {
            own.widen(other);
        }
        self
    }
}

impl SpinEdges {
    fn widen(&mut self, rival: &Self) {
        let edges = [
            (&mut self.valence, &rival.valence),
            (&mut self.conduction, &rival.conduction),
        ];
        for (own, other) in edges {
            if let (Some(own), Some(other)) = (own, other) {
                own.widen(other);
            }
        }
        if let (Some(own), Some(other)) = (&mut self.direct_gap, &rival.direct_gap) {
            own.widen(other);
        }
    }
}

impl DirectGap {
    fn widen(&mut self, rival: &Self) {
        add(&mut self.energy_ev, rival.energy_ev);
        self.unresolved = self.unresolved.or(rival.unresolved);
    }
}

impl Edge {
    fn widen(&mut self, rival: &Self) {
        add(&mut self.energy_ev, rival.energy_ev);
        self.unresolved = self.unresolved.or(rival.unresolved);
        let own = std::mem::replace(&mut self.mass, EdgeMass::Unknown);
        self.mass = match (own, &rival.mass) {
            (EdgeMass::Tensor(own), EdgeMass::Tensor(other)) => {
                EdgeMass::Tensor(own.widened(other))
            }
            (EdgeMass::Directional(own), EdgeMass::Directional(other)) => {
                EdgeMass::Directional(own.iter().filter_map(|m| m.widened(other)).collect())
            }
            _ => EdgeMass::Unknown,
        };
        if let EdgeMass::Directional(masses) = &self.mass
            && masses.is_empty()
        {
            self.mass = EdgeMass::Unknown;
        }
    }
}

impl EffectiveMass {
    fn widened(mut self, rival: &Self) -> Self {
        let (own, bars) = &mut self.inverse_mass;
        let other: &Tensor = &rival.inverse_mass.0;
        for i in 0..3 {
            for j in 0..3 {
                bars[i][j] += (own[i][j] - other[i][j]).abs();
            }
        }
        let both = self.principal.iter_mut().zip(&rival.principal);
        both.for_each(|(own, other): (&mut PrincipalMass, _)| add(&mut own.mass, other.mass));
        add(&mut self.dos_mass, rival.dos_mass);
        add(&mut self.conductivity_mass, rival.conductivity_mass);
        self
    }
}

impl DirectionalMass {
    /// None where the rival does not know the same band's mass along this direction.
    fn widened(mut self, rival: &[Self]) -> Option<Self> {
        let same = |m: &&Self| m.band == self.band && m.direction == self.direction;
        let other = rival.iter().find(same)?;
        if self.mass.0.is_finite() || other.mass.0.is_finite() {
            add(&mut self.mass, other.mass);
        }
        self.mass.1.is_finite().then_some(self)
    }
}

/// Adds the difference to the bar.
fn add(own: &mut (f64, f64), other: (f64, f64)) {
    own.1 += (own.0 - other.0).abs();
}
