//! Writing a native band file, plane by plane.

use super::container::{self, text, write_error};
use super::scales::DimensionScales;
use super::schema::{KIND, NEWEST_SCHEMA, SCHEMA};
use super::{KIND_BANDS, field_name};
use crate::bands::{
    BandHeader, BandSource, BandStatistics, Field, SpinTreatment, StatisticsBuilder,
};
use crate::error::{Error, Result};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Group, H5Type, Hyperslab};
use ndarray::ArrayViewD;
use std::path::Path;

/// A chunk is at least one plane, and as many as fit into this many bytes: large grids are read plane by plane without
/// waste, small ones do not drown in chunks.
const CHUNK_BYTES: usize = 64 * 1024;

/// Level of gzip: band energies shrink by about a quarter, whatever the level, for their lower digits are noise.
const GZIP_LEVEL: u8 = 4;

/// Dimensions of the three fields; the last for velocities alone.
const GRID: [&str; 6] = ["spin", "band", "k1", "k2", "k3", "cart"];

/// Writes `source` as a native band file, atomically, in memory of a few planes. `command` is kept as provenance.
///
/// # Errors
/// Whatever `source` returns, [`Error::BadBands`] for numbers that are not finite, [`Error::Io`] where the target cannot be
/// written. Nothing is left behind then, and a file that was there before stays as it was.
pub fn write(path: &Path, source: &dyn BandSource, command: &str) -> Result<()> {
    let header = source.header();
    header.check_k_grid()?;
    header.validate()?;
    container::create(path, |file| {
        let mut scales = DimensionScales::new(file);
        write_header(file, &mut scales, header, command).map_err(write_error(path, "header"))?;
        let statistics = write_fields(path, file, &mut scales, source)?;
        write_statistics(file, &mut scales, header, &statistics)
            .and_then(|()| scales.finish())
            .map_err(write_error(path, "statistics"))
    })
}

/// A new dataset in the file being written, with its data, dimensions, unit and long name.
struct New<'a> {
    name: &'a str,
    dimensions: &'a [&'a str],
    unit: &'a str,
    long_name: &'a str,
}

impl New<'_> {
    fn put<T: H5Type>(
        &self,
        group: &Group,
        scales: &mut DimensionScales<'_>,
        shape: &[usize],
        data: &[T],
    ) -> hdf5::Result<()> {
        let dataset = empty::<T>(group, shape, self.name)?;
        dataset.write_raw(data)?;
        container::describe(&dataset, self.unit, self.long_name)?;
        scales.attach(&dataset, self.dimensions)
    }
}

/// A dataset without times in its header; an empty shape makes a scalar.
fn empty<T: H5Type>(group: &Group, shape: &[usize], name: &str) -> hdf5::Result<Dataset> {
    let builder = group.new_dataset::<T>().obj_track_times(false);
    if shape.is_empty() {
        builder.shape(()).create(name)
    } else {
        builder.shape(shape.to_vec()).create(name)
    }
}

/// A dimension with its coordinates.
fn scale<T: H5Type>(
    group: &Group,
    scales: &mut DimensionScales<'_>,
    name: &str,
    long_name: &str,
    coordinates: &[T],
) -> hdf5::Result<()> {
    let dataset = empty::<T>(group, &[coordinates.len()], name)?;
    dataset.write_raw(coordinates)?;
    container::describe(&dataset, "", long_name)?;
    scales.add(name, dataset)
}

fn write_header(
    file: &File,
    scales: &mut DimensionScales<'_>,
    header: &BandHeader,
    command: &str,
) -> hdf5::Result<()> {
    let provenance = &header.provenance;
    for (name, value) in [
        (KIND, KIND_BANDS),
        ("bzint_version", env!("CARGO_PKG_VERSION")),
        ("command", command),
        ("source_format", &provenance.format),
        ("source_path", &provenance.path),
        ("source_sha256", &provenance.sha256),
        ("spin_treatment", header.spin.name()),
    ] {
        container::set_text(file, name, value)?;
    }
    container::set_number(file, SCHEMA, NEWEST_SCHEMA)?;
    container::set_texts(file, "notes", &provenance.notes)?;
    container::set_number(file, "spin_degeneracy", header.spin.degeneracy())?;
    container::set_number(file, "first_band", header.first_band as i64)?;

    write_scales(file, scales, header)?;
    let put = |name, dimensions, unit, long_name| New {
        name,
        dimensions,
        unit,
        long_name,
    };
    put(
        "lattice",
        &["axis", "cart"],
        "angstrom",
        "lattice vectors a1 a2 a3 as rows",
    )
    .put(file, scales, &[3, 3], header.lattice.rows().as_flattened())?;
    put(
        "reciprocal_lattice",
        &["axis", "cart"],
        "1/angstrom",
        "reciprocal vectors b1 b2 b3 as rows, with 2 pi",
    )
    .put(
        file,
        scales,
        &[3, 3],
        header.lattice.reciprocal().as_flattened(),
    )?;
    let grid = &header.k_grid;
    put("k_grid", &["axis"], "", "k-points along b1 b2 b3").put(
        file,
        scales,
        &[3],
        &grid.n.map(|n| n as i64),
    )?;
    put("k_shift", &["axis"], "", "shift of the k-grid in steps").put(
        file,
        scales,
        &[3],
        &grid.shift,
    )?;
    let rotations = header.point_group.rotations();
    let entries: Vec<i64> = rotations
        .iter()
        .flatten()
        .flatten()
        .map(|&x| x.into())
        .collect();
    put(
        "rotations",
        &["operation", "row", "column"],
        "",
        "operations on fractional k that leave every band unchanged",
    )
    .put(file, scales, &[rotations.len(), 3, 3], &entries)?;
    if let Some(fermi) = header.fermi_level_ev {
        put("fermi_level", &[], "eV", "Fermi level").put(file, scales, &[], &[fermi])?;
    }
    if let Some(n) = header.n_electrons {
        put("n_electrons", &[], "", "electrons per cell in these bands").put(
            file,
            scales,
            &[],
            &[n],
        )?;
    }
    if header.atoms.is_empty() {
        return Ok(());
    }
    let atoms = file.create_group("atoms")?;
    let count = header.atoms.len();
    let numbers: Vec<i64> = (1..=count as i64).collect();
    scale(&atoms, scales, "atom", "number of the atom", &numbers)?;
    let symbols: Vec<VarLenUnicode> = header.atoms.iter().map(|a| text(&a.symbol)).collect();
    put("symbols", &["atom"], "", "chemical symbols").put(&atoms, scales, &[count], &symbols)?;
    let positions: Vec<f64> = header.atoms.iter().flat_map(|a| a.position).collect();
    put("positions", &["atom", "axis"], "", "fractional positions").put(
        &atoms,
        scales,
        &[count, 3],
        &positions,
    )
}

fn write_scales(
    file: &File,
    scales: &mut DimensionScales<'_>,
    header: &BandHeader,
) -> hdf5::Result<()> {
    let spins: &[&str] = match header.spin {
        SpinTreatment::Collinear => &["up", "down"],
        SpinTreatment::Unpolarized | SpinTreatment::Spinor => &[header.spin.name()],
    };
    let words = |list: &[&str]| list.iter().map(|w| text(w)).collect::<Vec<_>>();
    let numbers = |first: usize, n: usize| (first..first + n).map(|i| i as i64).collect::<Vec<_>>();
    scale(file, scales, "spin", "spin channel", &words(spins))?;
    scale(
        file,
        scales,
        "band",
        "number of the band",
        &numbers(header.first_band, header.n_band),
    )?;
    for (axis, name) in ["k1", "k2", "k3"].into_iter().enumerate() {
        let coordinates: Vec<f64> = (0..header.k_grid.n[axis])
            .map(|i| header.k_grid.point([i; 3])[axis])
            .collect();
        let long_name = format!("fractional k along b{}", axis + 1);
        scale(file, scales, name, &long_name, &coordinates)?;
    }
    scale(
        file,
        scales,
        "cart",
        "Cartesian direction",
        &words(&["x", "y", "z"]),
    )?;
    scale(
        file,
        scales,
        "axis",
        "number of the lattice vector",
        &numbers(1, 3),
    )?;
    scale(file, scales, "row", "row of the matrix", &numbers(1, 3))?;
    scale(
        file,
        scales,
        "column",
        "column of the matrix",
        &numbers(1, 3),
    )?;
    let operations = header.point_group.rotations().len();
    scale(
        file,
        scales,
        "operation",
        "number of the operation",
        &numbers(1, operations),
    )
}

/// The fields of a source: name of the dataset, unit and long name.
fn write_fields(
    path: &Path,
    file: &File,
    scales: &mut DimensionScales<'_>,
    source: &dyn BandSource,
) -> Result<Vec<BandStatistics>> {
    let header = source.header();
    let mut fields = vec![(Field::Energy, "eV", "band energies")];
    if header.has_velocities {
        fields.push((Field::Velocity, "m/s", "group velocities"));
    }
    if header.has_lifetimes {
        fields.push((Field::Lifetime, "s", "relaxation times"));
    }
    let mut sinks = Vec::new();
    for (field, unit, long_name) in fields {
        let name = field_name(field);
        let dataset = field_dataset(file, header, field)
            .and_then(|dataset| {
                container::describe(&dataset, unit, long_name)?;
                scales.attach(
                    &dataset,
                    &GRID[..if field == Field::Velocity { 6 } else { 5 }],
                )?;
                Ok(dataset)
            })
            .map_err(write_error(path, name))?;
        sinks.push((
            field,
            dataset,
            vec![0.0; header.k_grid.plane_len() * field.components()],
        ));
    }
    let mut statistics = Vec::with_capacity(header.n_spin_band());
    for spin in 0..header.n_spin() {
        for band in 0..header.n_band {
            let label = format!("spin {}, band {}", spin + 1, band + header.first_band);
            let mut builder = StatisticsBuilder::new(header.k_grid.n, label);
            for plane in 0..header.k_grid.n[0] {
                for (field, dataset, buffer) in &mut sinks {
                    source.read_planes(*field, spin, band, plane, buffer)?;
                    match field {
                        Field::Energy => builder.add_energies(buffer)?,
                        Field::Velocity => builder.add_velocities(buffer)?,
                        Field::Lifetime => builder.add_lifetimes(buffer)?,
                        Field::InverseMass => {
                            return Err(Error::Internal("inverse masses are not stored".into()));
                        }
                    }
                    let mut shape = vec![1, header.k_grid.n[1], header.k_grid.n[2]];
                    if *field == Field::Velocity {
                        shape.push(3);
                    }
                    let view = ArrayViewD::from_shape(shape, buffer)
                        .map_err(|error| Error::Internal(format!("plane buffer: {error}")))?;
                    dataset
                        .write_slice(view, planes(spin, band, plane..plane + 1, *field))
                        .map_err(write_error(path, field_name(*field)))?;
                }
            }
            statistics.push(builder.finish()?);
        }
    }
    Ok(statistics)
}

/// The chunked, compressed dataset of one field.
fn field_dataset(file: &File, header: &BandHeader, field: Field) -> hdf5::Result<Dataset> {
    let n = header.k_grid.n;
    let components = field.components();
    let plane_bytes = n[1] * n[2] * components * size_of::<f64>();
    let planes = (CHUNK_BYTES / plane_bytes).clamp(1, n[0]);
    let mut shape = vec![header.n_spin(), header.n_band, n[0], n[1], n[2]];
    let mut chunk = vec![1, 1, planes, n[1], n[2]];
    if field == Field::Velocity {
        shape.push(components);
        chunk.push(components);
    }
    let mut builder = file
        .new_dataset::<f64>()
        .obj_track_times(false)
        .chunk(chunk);
    if hdf5::filters::deflate_available() {
        builder = builder.shuffle().deflate(GZIP_LEVEL);
    }
    builder.shape(shape).create(field_name(field))
}

fn write_statistics(
    file: &File,
    scales: &mut DimensionScales<'_>,
    header: &BandHeader,
    statistics: &[BandStatistics],
) -> hdf5::Result<()> {
    type Pick = fn(&BandStatistics) -> f64;
    let each: [(&str, &str, &str, Pick); 4] = [
        ("energy_min", "eV", "lowest energy of the band", |s| {
            s.energy_min
        }),
        ("energy_max", "eV", "highest energy of the band", |s| {
            s.energy_max
        }),
        (
            "max_speed",
            "m/s",
            "largest group velocity of the band",
            |s| s.max_speed,
        ),
        (
            "max_lifetime",
            "s",
            "longest relaxation time of the band",
            |s| s.max_lifetime,
        ),
    ];
    let shape = [header.n_spin(), header.n_band];
    for (name, unit, long_name, pick) in each {
        let data: Vec<f64> = statistics.iter().map(pick).collect();
        New {
            name,
            dimensions: &["spin", "band"],
            unit,
            long_name,
        }
        .put(file, scales, &shape, &data)?;
    }
    let data: Vec<f64> = statistics.iter().flat_map(|s| s.max_step).collect();
    New {
        name: "max_step",
        dimensions: &["spin", "band", "axis"],
        unit: "eV",
        long_name: "largest difference of neighbouring energies along each axis",
    }
    .put(file, scales, &[shape[0], shape[1], 3], &data)
}

/// The hyperslab of whole planes of one band.
fn planes(spin: usize, band: usize, range: std::ops::Range<usize>, field: Field) -> Hyperslab {
    let mut slices = vec![
        spin.into(),
        band.into(),
        range.into(),
        (..).into(),
        (..).into(),
    ];
    if field == Field::Velocity {
        slices.push((..).into());
    }
    Hyperslab::from(slices)
}
