//! HDF5 files of one changed byte or word, each of which has crashed libhdf5 or held it up when it still did the reading.

use crate::binary_samples::{binary_samples, native};
use crate::samples::{Model, Sample};
use bzint::bands::BandGrid;
use bzint::io;

/// What reading gives after a change of one of the sample's files.
fn after(sample: &Sample, file: usize, change: impl FnOnce(&mut Vec<u8>)) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let main = sample.write(folder.path());
    let (name, bytes) = &sample.files[file];
    let mut bytes = bytes.clone();
    change(&mut bytes);
    std::fs::write(folder.path().join(name), bytes).unwrap();
    io::open(&main, &sample.options)
        .and_then(|source| BandGrid::load(source.as_ref()))
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Where `pattern` lies first.
fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    let mut windows = bytes.windows(pattern.len());
    windows.position(|w| w == pattern).expect("no such bytes")
}

/// A reference to a text of `length` bytes: its length, the heap's address, and the number in the heap.
fn reference(bytes: &[u8], length: u32, number: u32) -> usize {
    let heap = find(bytes, b"GCOL") as u64;
    let mut pattern = length.to_le_bytes().to_vec();
    pattern.extend(heap.to_le_bytes());
    pattern.extend(number.to_le_bytes());
    find(bytes, &pattern)
}

#[track_caller]
fn refused(result: Result<(), String>, expected: &str) {
    let error = result.unwrap_err();
    assert!(error.contains(expected), "{error}");
}

/// H5HG_read looked into its table of objects without asking how long it is: a segmentation fault.
#[test]
fn a_text_that_points_out_of_its_heap_is_refused() {
    let sample = native();
    for number in [999u32, 0xea60, 0xffff] {
        let result = after(&sample, 0, |bytes| {
            let at = reference(bytes, "bands".len() as u32, 1);
            bytes[at + 12..at + 16].copy_from_slice(&number.to_le_bytes());
        });
        refused(result, "points to a text that is not in the file");
    }
    // A heap that is not there, or nowhere.
    for heap in [8u64, 1 << 40] {
        let result = after(&sample, 0, |bytes| {
            let at = reference(bytes, "bands".len() as u32, 1);
            bytes[at + 4..at + 12].copy_from_slice(&heap.to_le_bytes());
        });
        refused(result, "points to a text that is not in the file");
    }
}

/// Free space without size in a heap of texts, and a ring of free blocks in one of names: libhdf5 went on without end.
#[test]
fn heaps_without_end_are_read_to_their_end() {
    let sample = native();
    let texts = after(&sample, 0, |bytes| {
        let mut at = find(bytes, b"GCOL") + 16;
        while bytes[at] != 0 || bytes[at + 1] != 0 {
            let size = u64::from_le_bytes(bytes[at + 8..at + 16].try_into().unwrap());
            at += 16 + size.next_multiple_of(8) as usize;
        }
        bytes[at + 8..at + 16].fill(0);
    });
    let names = after(&sample, 0, |bytes| {
        let at = find(bytes, b"HEAP\0\0\0\0");
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let (free, data) = (number(at + 16), number(at + 24));
        bytes[data + free..data + free + 8].copy_from_slice(&(free as u64).to_le_bytes());
    });
    // Nothing is written, so free space is nothing to a reader.
    assert_eq!((texts, names), (Ok(()), Ok(())));
}

/// The message of the layout of a dataset in one piece: version 3, class 1, address, size.
fn layout(bytes: &[u8], size: u64) -> usize {
    let mut windows = bytes.windows(18);
    let found = windows.position(|w| w[..2] == [3, 1] && w[10..] == size.to_le_bytes());
    found.expect("no such layout")
}

/// Data that lie nowhere, begin or end behind the file, or are said to lie in the header: where there were none, libhdf5 copied them
/// from address 0.
#[test]
fn data_that_are_not_in_the_file_are_refused() {
    let sample = &binary_samples(&Model::default())[2];
    assert_eq!(sample.format, "ABINIT");
    // The vectors of the lattice, of the whole file.
    let with = |change: &dyn Fn(&mut [u8])| {
        after(sample, 1, |bytes| {
            let at = layout(bytes, 72);
            change(&mut bytes[at..at + 18]);
        })
    };
    for address in [1u64 << 20, u64::MAX - 8, u64::MAX] {
        let result = with(&|bytes| bytes[2..10].copy_from_slice(&address.to_le_bytes()));
        let error = result.unwrap_err();
        assert!(error.contains("a_GSR.nc"), "{error}");
    }
    for class in [0, 2, 3, 4, 255] {
        let error = with(&|bytes| bytes[1] = class).unwrap_err();
        assert!(error.contains("a_GSR.nc"), "{error}");
        let nowhere = with(&|bytes| {
            bytes[1] = class;
            bytes[2..10].fill(0);
        });
        let error = nowhere.unwrap_err();
        assert!(error.contains("a_GSR.nc"), "{error}");
    }
    for size in [0u64, 8, 64, 80, 1 << 40, u64::MAX] {
        let result = with(&|bytes| bytes[10..18].copy_from_slice(&size.to_le_bytes()));
        let error = result.unwrap_err();
        assert!(error.contains("a_GSR.nc"), "{error}");
    }
}
