//! Quantities of any rank.

use super::{RankFourQuantity, RankThreeQuantity, Scalar, Shape, Shares, TensorQuantity};

/// A value of any rank with its bars.
#[derive(Clone, Debug)]
pub enum Quantity {
    /// A number.
    Scalar(Scalar),
    /// `[row][col]`.
    Tensor(Box<TensorQuantity>),
    /// `[row][col][field]`.
    RankThree(Box<RankThreeQuantity>),
    /// `[row][col][field][field2]`.
    RankFour(Box<RankFourQuantity>),
}

impl From<Scalar> for Quantity {
    fn from(q: Scalar) -> Self {
        Self::Scalar(q)
    }
}

impl From<TensorQuantity> for Quantity {
    fn from(q: TensorQuantity) -> Self {
        Self::Tensor(Box::new(q))
    }
}

impl From<RankThreeQuantity> for Quantity {
    fn from(q: RankThreeQuantity) -> Self {
        Self::RankThree(Box::new(q))
    }
}

impl From<RankFourQuantity> for Quantity {
    fn from(q: RankFourQuantity) -> Self {
        Self::RankFour(Box::new(q))
    }
}

impl Quantity {
    /// Names of the dimensions.
    pub fn dimensions(&self) -> &'static [&'static str] {
        let all = &["row", "col", "field", "field2"];
        match self {
            Self::Scalar(_) => &all[..0],
            Self::Tensor(_) => &all[..2],
            Self::RankThree(_) => &all[..3],
            Self::RankFour(_) => &all[..4],
        }
    }

    /// Components, last index fastest.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Self::Scalar(q) => q.value.components().to_vec(),
            Self::Tensor(q) => q.value.components().to_vec(),
            Self::RankThree(q) => q.value.components().to_vec(),
            Self::RankFour(q) => q.value.components().to_vec(),
        }
    }

    /// Bars, likewise.
    pub fn errors(&self) -> Vec<f64> {
        match self {
            Self::Scalar(q) => q.error.components().to_vec(),
            Self::Tensor(q) => q.error.components().to_vec(),
            Self::RankThree(q) => q.error.components().to_vec(),
            Self::RankFour(q) => q.error.components().to_vec(),
        }
    }

    /// The causes' shares in the bars, likewise.
    pub fn shares(&self) -> &[Shares] {
        match self {
            Self::Scalar(q) => &q.shares,
            Self::Tensor(q) => &q.shares,
            Self::RankThree(q) => &q.shares,
            Self::RankFour(q) => &q.shares,
        }
    }

    /// Components and bars multiplied by a number without error.
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::Scalar(q) => Self::Scalar(q.scaled(factor)),
            Self::Tensor(q) => Self::Tensor(Box::new(q.scaled(factor))),
            Self::RankThree(q) => Self::RankThree(Box::new(q.scaled(factor))),
            Self::RankFour(q) => Self::RankFour(Box::new(q.scaled(factor))),
        }
    }
}
