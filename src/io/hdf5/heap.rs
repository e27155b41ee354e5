//! A guard for HDF5's heaps: global ones, in which attributes of variable length lie, and local ones with the names of a group. Where
//! damage makes the size of a free object 0, or a list of free blocks a ring, HDF5 1.10.8 goes on without end, or until the memory is full.
//!
//! A collection (HDF5 file format specification, III.E) is `GCOL`, version 1, three zero bytes and its size; then objects, each with
//! index, reference count, four zero bytes and size (little endian: 2, 2, 4, 8 bytes), and its data filled up to 8 bytes. The
//! object of index 0 is the free space at the end, whose size counts its own 16 bytes. A local heap (III.D) is `HEAP`, four zero bytes, the
//! size of its data, the offset of the first free block in them, and their address; a free block has the offset of the next (1: none) and
//! its size, 8 bytes each.

/// What a collection of version 1 begins with.
const START: &[u8] = b"GCOL\x01\0\0\0";
/// What a local heap begins with.
const LOCAL: &[u8] = b"HEAP\0\0\0\0";
/// Bytes before the first object, and of the head of each.
const HEAD: usize = 16;

/// Where in `bytes`, the beginning of a file, lies a free object that is smaller than its own head, or a local heap whose free blocks
/// are a ring.
pub(super) fn endless_object(bytes: &[u8]) -> Option<usize> {
    let starts = (0..bytes.len()).step_by(8);
    starts.into_iter().find_map(|start| match &bytes[start..] {
        rest if rest.starts_with(START) => endless_in(bytes, start),
        rest if rest.starts_with(LOCAL) => ring_in(bytes, start),
        _ => None,
    })
}

fn ring_in(bytes: &[u8], start: usize) -> Option<usize> {
    let size = number(bytes, start + 8)?;
    let mut free = number(bytes, start + 16)?;
    let data = number(bytes, start + 24)?;
    if data.checked_add(size)? > bytes.len() {
        return None;
    }
    // There is room for so many blocks.
    for _ in 0..=size / HEAD {
        if free == 1 || free >= size {
            return None;
        }
        free = number(bytes, data + free)?;
    }
    Some(start)
}

fn endless_in(bytes: &[u8], start: usize) -> Option<usize> {
    let end = start.checked_add(number(bytes, start + 8)?)?;
    let mut at = start + HEAD;
    while at.checked_add(HEAD)? <= end {
        let index = u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        let size = number(bytes, at + 8)?;
        let step = match index {
            0 if size < HEAD => return Some(at),
            0 => size,
            _ => size.checked_next_multiple_of(8)?.checked_add(HEAD)?,
        };
        at = at.checked_add(step)?;
    }
    None
}

/// The 8 bytes from `at` as a number; `None` where they are not there or too large for one.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let eight = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    usize::try_from(u64::from_le_bytes(eight)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a collection of 4096 bytes at 8: objects of these indices and sizes.
    fn file(objects: &[(u16, u64)]) -> Vec<u8> {
        let mut bytes = vec![0; 8];
        bytes.extend(START);
        bytes.extend(4096u64.to_le_bytes());
        for (index, size) in objects {
            bytes.extend(index.to_le_bytes());
            bytes.extend([0; 6]);
            bytes.extend(size.to_le_bytes());
            if *index > 0 && *size < 4096 {
                bytes.resize(bytes.len() + size.next_multiple_of(8) as usize, b'x');
            }
        }
        bytes.resize(8 + 4096, 0);
        bytes
    }

    #[test]
    fn a_free_object_of_no_size_is_found_and_others_are_not() {
        let free = 4096 - 16 - 24;
        assert_eq!(endless_object(&file(&[(1, 5), (0, free)])), None);
        assert_eq!(endless_object(&file(&[(1, 5), (0, 0)])), Some(8 + 16 + 24));
        assert_eq!(endless_object(&file(&[(1, 5)])), Some(8 + 16 + 24));
        // Exactly full, and objects that reach beyond the collection or the numbers: HDF5 has errors for those.
        assert_eq!(endless_object(&file(&[(1, 4096 - 32)])), None);
        assert_eq!(endless_object(&file(&[(1, 1 << 20)])), None);
        assert_eq!(endless_object(&file(&[(1, u64::MAX)])), None);
        assert_eq!(endless_object(b"GCOL\x01\0\0\0"), None);
        assert_eq!(endless_object(&[]), None);
    }

    #[test]
    fn a_ring_of_free_blocks_is_found_and_a_list_is_not() {
        let file = |first: u64, next: u64| {
            let mut bytes = LOCAL.to_vec();
            // 64 bytes of data behind the head of 32.
            bytes.extend([64, first, 32].map(u64::to_le_bytes).concat());
            bytes.resize(32 + 64, 0);
            bytes[32 + 16..32 + 24].copy_from_slice(&next.to_le_bytes());
            bytes
        };
        assert_eq!(endless_object(&file(16, 1)), None);
        assert_eq!(endless_object(&file(1, 16)), None);
        assert_eq!(endless_object(&file(16, 16)), Some(0));
        assert_eq!(endless_object(&file(u64::MAX, 0)), None);
        assert_eq!(endless_object(&file(16, 99)), None);
    }
}
