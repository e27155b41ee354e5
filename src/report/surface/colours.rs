//! A scale of colours that is even to the eye, also without colour vision: dark blue over green to yellow.

/// Its colours at 0, 1/8 … 1, red green blue.
const STOPS: [[f64; 3]; 9] = [
    [0.28, 0.08, 0.36],
    [0.28, 0.19, 0.49],
    [0.24, 0.31, 0.54],
    [0.19, 0.42, 0.56],
    [0.14, 0.53, 0.55],
    [0.15, 0.64, 0.50],
    [0.34, 0.75, 0.39],
    [0.66, 0.84, 0.22],
    [0.97, 0.90, 0.16],
];

/// The colour of a share between 0 and 1, components 0 to 1.
pub(super) fn colour(share: f64) -> [f64; 3] {
    let x = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    } * 8.0;
    let i = (x as usize).min(7);
    let t = x - i as f64;
    [0, 1, 2].map(|c| STOPS[i][c] * (1.0 - t) + STOPS[i + 1][c] * t)
}
