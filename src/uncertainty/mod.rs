//! Where error bars come from: the causes of errors, numbers that carry their bars cause by cause, and the one policy that turns what a
//! replica of an integral changes into a bar.

mod any_rank;
mod cause;
pub mod policy;
mod quantity;

pub use any_rank::Quantity;
pub use cause::{ByCause, Cause, Shares};
pub use quantity::{RankFourQuantity, RankThreeQuantity, Scalar, Shape, TensorQuantity, WithBar};
