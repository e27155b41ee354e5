//! A mesh that a search came to.

use super::mesh::BlockId;
use super::{Refined, Worst};
use crate::bands::BandGroup;
use crate::error::Result;
use crate::integrate::ledger::bytes::{Reader, Writer};
use crate::integrate::ledger::{Account, Key};

/// Step of an account that has the end of its search; those before it are its rounds.
const END: u32 = u32::MAX;
const KEY: Key = Key { stage: END, at: 0 };

/// A mesh that meets the goals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Blocks with energies of interest, in order.
    pub blocks: Vec<(usize, BlockId)>,
    /// What is left of each one's difference of rules.
    pub left: Vec<f64>,
    /// Share of the zone in dropped blocks where a band is full, by spin·n_band + band.
    pub full: Vec<f64>,
    pub refined: Refined,
    /// Where a cap was reached: the goal that is furthest from its tolerance, the group of bands that has most of its error, and
    /// its share.
    pub worst: Option<(usize, BandGroup, f64)>,
}

impl Found {
    /// What refinement did, given what a goal is the sum of and between which energies (eV).
    pub fn refined(self, goal: impl Fn(usize) -> (&'static str, (f64, f64))) -> Refined {
        let worst = self.worst.map(|(worst, group, share)| {
            let (quantity, energies_ev) = goal(worst);
            Worst {
                quantity,
                energies_ev,
                spin: group.spin,
                bands: group.bands,
                share,
            }
        });
        Refined {
            worst,
            ..self.refined
        }
    }

    /// What an account has of it.
    ///
    /// # Errors
    /// Where that is no mesh.
    pub fn kept(account: &Account) -> Result<Option<Self>> {
        let partial = account.find(KEY);
        partial.first().map(|p| Self::read(&p.sums)).transpose()
    }

    /// Keeps it, in the place of the steps that led to it.
    pub fn keep(&self, account: &Account) {
        if account.keeps() {
            account.forget_steps(END);
            account.keep(KEY, 1, self.write());
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        let number = |out: &mut Writer, n: usize| out.unsigned(n as u128);
        number(&mut out, self.blocks.len());
        for ((group, block), left) in self.blocks.iter().zip(&self.left) {
            number(&mut out, *group);
            number(&mut out, block.level.into());
            block.at.iter().for_each(|x| out.unsigned((*x).into()));
            out.float(*left);
        }
        number(&mut out, self.full.len());
        self.full.iter().for_each(|x| out.float(*x));
        let refined = &self.refined;
        out.unsigned(refined.points.into());
        number(&mut out, refined.blocks);
        refined.finest.iter().for_each(|n| number(&mut out, *n));
        out.float(refined.reached);
        out.text(refined.cap.as_deref().unwrap_or_default());
        number(&mut out, self.worst.iter().count());
        if let Some((goal, group, share)) = &self.worst {
            for n in [*goal, group.spin, group.bands.start, group.bands.end] {
                number(&mut out, n);
            }
            out.float(*share);
        }
        out.0
    }

    fn read(bytes: &[u8]) -> Result<Self> {
        let mut from = Reader::new(bytes);
        let mut found = Self::default();
        for _ in 0..from.count()? {
            let group = from.count()?;
            let level = from.unsigned()? as u8;
            let mut at = [0; 3];
            for x in &mut at {
                *x = from.unsigned()? as u32;
            }
            found.blocks.push((group, BlockId { level, at }));
            found.left.push(from.float()?);
        }
        for _ in 0..from.count()? {
            found.full.push(from.float()?);
        }
        found.refined.points = from.unsigned()? as u64;
        found.refined.blocks = from.count()?;
        for n in &mut found.refined.finest {
            *n = from.count()?;
        }
        found.refined.reached = from.float()?;
        found.refined.cap = Some(from.text()?).filter(|cap| !cap.is_empty());
        if from.count()? > 0 {
            let goal = from.count()?;
            let spin = from.count()?;
            let bands = from.count()?..from.count()?;
            found.worst = Some((goal, BandGroup { spin, bands }, from.float()?));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mesh_that_was_kept_is_the_same() {
        let block = |level, at| BlockId { level, at };
        let found = Found {
            blocks: vec![(0, block(3, [1, 200, 70_000])), (7, block(0, [0; 3]))],
            left: vec![0.1, 1.0],
            full: vec![0.25, 0.0, 1.0 / 3.0],
            refined: Refined {
                points: 50_000_000,
                blocks: 2,
                finest: [64, 128, 1],
                reached: 2.5,
                cap: Some("the finest level is reached".into()),
                worst: None,
            },
            worst: Some((
                3,
                BandGroup {
                    spin: 1,
                    bands: 2..5,
                },
                0.7,
            )),
        };
        assert_eq!(Found::read(&found.write()).unwrap(), found);
        assert_eq!(
            Found::read(&Found::default().write()).unwrap(),
            Found::default()
        );
    }
}
