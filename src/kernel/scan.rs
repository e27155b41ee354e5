//! Which cells of a grid an energy cuts: one bit a node, cells as words of 64.
//! Twin: `shaders/scan.wgsl`, where an invocation's word is a column of 32 nodes.
//!
//! A cell lies below the energy where all its corners do, and is cut where some do and some do not. The four edges of a row of
//! cells are words of nodes: their AND and OR, combined with themselves shifted by the cell's width, tell 64 cells at once.

/// Nodes, or cells, in a word.
pub const WORD: usize = 64;

/// Words of a row of `n` nodes with two more behind it, so that every cell's upper nodes are in the row.
pub fn words(n: usize) -> usize {
    (n + 2).div_ceil(WORD)
}

/// Bit j of the row says whether level j lies below each of two bounds. Behind the last node comes the first, twice: a cell
/// that starts at the last node ends there, whatever its stride.
#[inline(always)]
pub fn below_bits<L: Copy + PartialOrd>(levels: &[L], bounds: [L; 2], rows: [&mut [u64]; 2]) {
    let [first, second] = rows;
    first.fill(0);
    second.fill(0);
    for ((chunk, a), b) in levels
        .chunks(WORD)
        .zip(first.iter_mut())
        .zip(second.iter_mut())
    {
        let (mut x, mut y) = (0u64, 0u64);
        if let Ok(chunk) = <&[L; WORD]>::try_from(chunk) {
            for i in 0..WORD {
                x |= u64::from(chunk[i] < bounds[0]) << i;
                y |= u64::from(chunk[i] < bounds[1]) << i;
            }
        } else {
            for (i, level) in chunk.iter().enumerate() {
                x |= u64::from(*level < bounds[0]) << i;
                y |= u64::from(*level < bounds[1]) << i;
            }
        }
        (*a, *b) = (x, y);
    }
    for row in [first, second] {
        for node in [levels.len(), levels.len() + 1] {
            row[node / WORD] |= (row[0] & 1) << (node % WORD);
        }
    }
}

/// Cells of one word of a row: those below, and those cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellBits {
    /// Every corner lies below the first bound.
    pub below: u64,
    /// Of the others, those of which some corner lies below the second bound.
    pub cut: u64,
}

/// The cells that start in word `w` of a row of `n` nodes, from the bits of its four edges below either bound.
#[inline(always)]
pub fn cell_bits(
    below: [&[u64]; 4],
    reached: [&[u64]; 4],
    w: usize,
    n: usize,
    stride: usize,
) -> CellBits {
    let all = |w: usize| below[0][w] & below[1][w] & below[2][w] & below[3][w];
    let any = |w: usize| reached[0][w] | reached[1][w] | reached[2][w] | reached[3][w];
    let (all_here, any_here) = (all(w), any(w));
    let (all_next, any_next) = if w + 1 < below[0].len() {
        (all(w + 1), any(w + 1))
    } else {
        (0, 0)
    };
    let upper = |here: u64, next: u64| (here >> stride) | (next << (WORD - stride));
    let starts = starts(w, n, stride);
    let below = all_here & upper(all_here, all_next) & starts;
    CellBits {
        below,
        cut: (any_here | upper(any_here, any_next)) & starts & !below,
    }
}

/// The nodes of word `w` at which a cell starts.
#[inline(always)]
fn starts(w: usize, n: usize, stride: usize) -> u64 {
    let every = if stride == 2 { !0 / 3 } else { !0 };
    match n.saturating_sub(w * WORD) {
        0 => 0,
        left if left < WORD => every & ((1 << left) - 1),
        _ => every,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cell by cell from the levels, on rows of every length around the word's, with both strides.
    #[test]
    fn words_tell_the_same_cells_as_their_corners() {
        let mut state = 5u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 60) as i32
        };
        for n in [
            1usize, 2, 3, 5, 8, 61, 62, 63, 64, 65, 66, 127, 128, 129, 200,
        ] {
            for stride in [1, 2] {
                for bounds in [[8, 8], [7, 9], [15, 16]] {
                    let rows: Vec<Vec<i32>> = (0..4)
                        .map(|_| (0..n).map(|_| random().max(random())).collect())
                        .collect();
                    let mut bits = vec![[vec![0; words(n)], vec![0; words(n)]]; 4];
                    for (levels, [a, b]) in rows.iter().zip(&mut bits) {
                        below_bits(levels, bounds, [a, b]);
                    }
                    let edge = |b: usize| [0, 1, 2, 3].map(|r: usize| &bits[r][b][..]);
                    for start in (0..n).step_by(stride) {
                        let found = cell_bits(edge(0), edge(1), start / WORD, n, stride);
                        let upper = (start + stride.min(n - start)) % n;
                        let corners: Vec<i32> =
                            rows.iter().flat_map(|r| [r[start], r[upper]]).collect();
                        let below = corners.iter().all(|e| *e < bounds[0]);
                        let cut = !below && corners.iter().any(|e| *e < bounds[1]);
                        let bit = |word: u64| word >> (start % WORD) & 1 == 1;
                        assert_eq!(
                            (bit(found.below), bit(found.cut)),
                            (below, cut),
                            "{n} {start}"
                        );
                    }
                    let all: u32 = (0..words(n))
                        .map(|w| cell_bits(edge(0), edge(1), w, n, stride))
                        .map(|c| (c.below | c.cut).count_ones())
                        .sum();
                    assert!(all as usize <= n.div_ceil(stride));
                }
            }
        }
    }
}
