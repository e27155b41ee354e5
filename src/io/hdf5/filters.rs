//! Compression of HDF5 datasets beyond the filters of the library itself: h5py's LZF is read, others are named.
//!
//! LZF (Marc Lehmann's liblzf; HDF5 filter 32000, registered by h5py): a stream of runs. A byte c < 32 is followed by c + 1 literal
//! bytes; otherwise c = lll ooooo, where lll + 2 bytes (for lll = 7, 9 and the next byte) are copied from 256·ooooo + the next byte
//! + 1 before the end of what is there. A copy may overlap its own source.

use hdf5_reader::FilterRegistry;
use hdf5_reader::error::Error as ReaderError;

/// h5py's own filter.
const LZF: u16 = 32000;
/// Filters that files are written with and that are not read (The HDF Group's list of registered filters).
const OTHERS: [(u16, &str); 8] = [
    (307, "bzip2"),
    (32001, "Blosc"),
    (32004, "LZ4"),
    (32008, "bitshuffle"),
    (32013, "ZFP"),
    (32015, "Zstandard"),
    (32017, "SZ"),
    (32026, "Blosc2"),
];
/// What the reader says of such a filter.
const UNREAD: &str = "unsupported filter";

/// The filters that are read, and names for others.
pub(super) fn registry() -> FilterRegistry {
    let mut registry = FilterRegistry::new();
    registry.register(
        LZF,
        Box::new(|_, data, _| {
            unpacked(data).ok_or_else(|| ReaderError::FilterError("broken LZF stream".into()))
        }),
    );
    for (id, name) in OTHERS {
        registry.register(
            id,
            Box::new(move |_, _, _| {
                let name = format!("the data are compressed with {name} (HDF5 filter {id})");
                Err(ReaderError::UnsupportedFilter(name))
            }),
        );
    }
    registry
}

/// What to do about a problem: `otherwise`, but for a filter that is not read.
pub(in crate::io) fn remedy<'a>(problem: &str, otherwise: &'a str) -> &'a str {
    if problem.contains(UNREAD) {
        "write the file again with gzip, lzf or no compression, as `h5repack -f GZIP=4 IN OUT` does"
    } else {
        otherwise
    }
}

/// The content of an LZF stream; `None` where it is broken. Three bytes give 264 at most, so that it cannot grow without bound.
fn unpacked(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(2 * data.len());
    let mut bytes = data.iter();
    while let Some(&control) = bytes.next() {
        if control < 32 {
            let (literal, behind) = bytes
                .as_slice()
                .split_at_checked(usize::from(control) + 1)?;
            out.extend_from_slice(literal);
            bytes = behind.iter();
            continue;
        }
        let length = match usize::from(control >> 5) {
            7 => 9 + usize::from(*bytes.next()?),
            short => 2 + short,
        };
        let back = (usize::from(control & 31) << 8) + usize::from(*bytes.next()?) + 1;
        let start = out.len().checked_sub(back)?;
        for at in start..start + length {
            out.push(*out.get(at)?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_short_and_long_copies_are_unpacked() {
        // "abc", then 4 bytes from 3 back (an overlap), then 9 + 1 bytes from 1 back.
        let stream = [2, b'a', b'b', b'c', 2 << 5, 2, 7 << 5, 1, 0];
        assert_eq!(unpacked(&stream).unwrap(), b"abcabcaaaaaaaaaaa");
        assert_eq!(unpacked(&[]).unwrap(), b"");
        for broken in [
            &[3u8, 1, 2][..],
            &[0, 1, 1 << 5],
            &[0, 1, 1 << 5, 1],
            &[7 << 5],
        ] {
            assert_eq!(unpacked(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn only_an_unread_filter_has_its_own_remedy() {
        assert_eq!(remedy("checksum mismatch", "copy it"), "copy it");
        assert!(remedy("unsupported filter: filter id 4711", "copy it").contains("h5repack"));
    }
}
