//! What no material can exceed: the best transmission for a thermoelectric (G. D. Mahan, J. O. Sofo, PNAS 93, 7436 (1996), with the number of
//! channels limited) and the quantum bounds on power and efficiency (R. S. Whitney, Phys. Rev. Lett. 112, 130601 (2014)).
//! Formulas and values: docs/physics §15, §16, §17, §22. Nothing here knows any bands.

mod box_optimum;
mod channels;
mod dilogarithm;
mod efficiency;
mod terminals;
mod window;

pub use box_optimum::{BoxOptimum, MAHAN_SOFO, NARROW_LIMIT, NARROW_WIDTH, WIDE_LIMIT, WIDE_SLOPE};
pub use channels::{ChannelMoments, ThermoelectricWindow, WHOLE_WINDOW, best_window};
pub use efficiency::{efficiency_at_maximum_power, maximum_efficiency};
pub use terminals::{
    Filter, Operation, Terminals, cooling_bound_w, efficiency_at_most_power, largest_power_w,
};
pub use window::WindowMoments;
