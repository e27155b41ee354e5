//! HDF5 result files that xarray opens: named dimensions with coordinates, variables with units and error bars, and
//! attributes. Nothing here knows any physics.
//!
//! Schema 1: root attributes `bzint_kind` (what the results are, "transport" …), `bzint_schema` = 1, `bzint_version`, `command` and
//! whatever the caller adds; every dimension a one-dimensional dataset of coordinates (numbers or strings) and dimension scale of the same
//! name; every variable an f64 dataset on named dimensions; the error bar of `NAME` is the variable `NAME_error`, of the same dimensions and unit.
//!
//! ```
//! use bzint::io::results::ResultFile;
//! # fn main() -> bzint::Result<()> {
//! # let directory = tempfile::tempdir().unwrap();
//! # let path = directory.path().join("dos.h5");
//! let mut file = ResultFile::new("dos", "bzint dos bands.h5");
//! file.dimension("energy", vec![0.0, 0.5], "eV", "energy")?;
//! file.variable("states", &["energy"], vec![1.0, 2.0], "1/eV", "density of states")?;
//! file.error_bar("states", vec![0.1, 0.2])?;
//! file.write(&path)?;
//! let again = ResultFile::read(&path, Some("dos"))?;
//! assert_eq!(again.get("states").unwrap().data, [1.0, 2.0]);
//! # Ok(())
//! # }
//! ```

mod file;
mod json;
#[cfg(feature = "hdf5-write")]
mod write;

use super::hdf5::schema::{KIND, NEWEST_SCHEMA, SCHEMA};
use super::text;
use crate::error::{Error, Result};
use crate::io::input;
use std::path::Path;

/// The commands that give results.
const KINDS: [&str; 15] = [
    "transport",
    "optimize",
    "dos",
    "fermi",
    "phonon",
    "drag",
    "focusing",
    "superconductor",
    "landauer",
    "zt",
    "screen",
    "bounds",
    "surface",
    "orbits",
    "magneto",
];

/// Coordinates along a dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Coordinates {
    /// Numbers, in the dimension's unit.
    Numbers(Vec<f64>),
    /// Labels.
    Labels(Vec<String>),
}

impl Coordinates {
    /// Number of coordinates.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Labels(labels) => labels.len(),
        }
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<f64>> for Coordinates {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Vec<String>> for Coordinates {
    fn from(labels: Vec<String>) -> Self {
        Self::Labels(labels)
    }
}

impl From<&[&str]> for Coordinates {
    fn from(labels: &[&str]) -> Self {
        Self::Labels(labels.iter().map(ToString::to_string).collect())
    }
}

/// The value of a global attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// An integer.
    Integer(i64),
}

impl From<&str> for AttributeValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for AttributeValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<f64> for AttributeValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<i64> for AttributeValue {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

/// A named axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Name, unique among dimensions and variables.
    pub name: String,
    /// Coordinates.
    pub coordinates: Coordinates,
    /// Unit of numeric coordinates; empty where there is none.
    pub unit: String,
    /// Description in words.
    pub long_name: String,
}

/// An array on named axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name, unique among dimensions and variables.
    pub name: String,
    /// Names of its dimensions, slowest first; none for a scalar.
    pub dimensions: Vec<String>,
    /// Values, last dimension fastest; NaN where a quantity is not defined.
    pub data: Vec<f64>,
    /// Error bars of the same shape, where there are any.
    pub error: Option<Vec<f64>>,
    /// The bars by their causes, likewise with the dimension [`CAUSE`] behind.
    pub error_by_cause: Option<Vec<f32>>,
    /// Unit; empty where there is none.
    pub unit: String,
    /// Description in words.
    pub long_name: String,
}

/// Names of the dimensions of Cartesian tensors, in their order.
pub const TENSOR: [&str; 4] = ["row", "col", "field", "field2"];

impl Variable {
    /// How many of the last dimensions are indices of a Cartesian tensor: those from `row` on. (A `field` of its own is a magnetic field's strength.)
    pub fn rank(&self) -> usize {
        let tensor = |d: &String| TENSOR.contains(&d.as_str());
        let first = self.dimensions.iter().position(|d| d == TENSOR[0]);
        let own = first.map_or(&[][..], |at| &self.dimensions[at..]);
        if own.iter().all(tensor) { own.len() } else { 0 }
    }

    /// The dimensions before those: what the tensor, or number, belongs to.
    pub fn states(&self) -> &[String] {
        &self.dimensions[..self.dimensions.len() - self.rank()]
    }
}

/// Results in memory, to be written or as read.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultFile {
    kind: String,
    dimensions: Vec<Dimension>,
    variables: Vec<Variable>,
    attributes: Vec<(String, AttributeValue)>,
}

/// Name of the dimension of causes.
pub const CAUSE: &str = "cause";

/// Most bytes of a summary: each takes some ten bytes of memory while it is read.
const MOST_SUMMARY: u64 = 256 << 20;

impl ResultFile {
    /// Empty results of a kind ("fermi", "dos", "transport" …), made by `command`.
    pub fn new(kind: &str, command: &str) -> Self {
        Self {
            kind: kind.into(),
            dimensions: Vec::new(),
            variables: Vec::new(),
            attributes: vec![
                ("bzint_version".into(), env!("CARGO_PKG_VERSION").into()),
                ("command".into(), command.into()),
            ],
        }
    }

    /// The attributes that tell a file of ours: what it holds, and the version of its layout.
    pub fn identity(&self) -> [(String, AttributeValue); 2] {
        [
            (KIND.into(), self.kind.as_str().into()),
            (SCHEMA.into(), NEWEST_SCHEMA.into()),
        ]
    }

    /// Opens results of any kind: an HDF5 file, or the summary that `--json` printed.
    ///
    /// # Errors
    /// As [`ResultFile::read`]; [`Error::BadFile`] for a file of bands.
    pub fn open(path: &Path) -> Result<Self> {
        use std::io::Read;
        let mut start = [0; 1];
        let mut opened = input::open(path)?;
        let found = opened.read(&mut start).map_err(Error::io(path, "read"))?;
        let results = if found == 1 && matches!(start[0], b'{' | b'[' | b' ' | b'\n') {
            json::parse(path, &text::read_small(path, MOST_SUMMARY)?.text)?
        } else {
            Self::read(path, None)?
        };
        if KINDS.contains(&results.kind()) {
            return Ok(results);
        }
        Err(Error::bad_file(
            path,
            "kind",
            format!("it holds {}, not results", results.kind()),
            format!(
                "give what `-o` or `--json` of one of these wrote: {}",
                KINDS.join(", ")
            ),
        ))
    }

    /// All global attributes, in the order of the file.
    pub fn attributes(&self) -> &[(String, AttributeValue)] {
        &self.attributes
    }

    /// The kind of results.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// All dimensions.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// All variables.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|v| v.name == name)
    }

    /// The dimension of that name.
    pub fn get_dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|d| d.name == name)
    }

    /// The global attribute of that name.
    pub fn get_attribute(&self, name: &str) -> Option<&AttributeValue> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value)
    }

    /// Adds a global attribute, or replaces it.
    pub fn attribute(&mut self, name: &str, value: impl Into<AttributeValue>) -> &mut Self {
        self.attributes.retain(|(n, _)| n != name);
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds a dimension with its coordinates.
    ///
    /// # Errors
    /// [`Error::Internal`] for a name that is taken or unusable, or no coordinates.
    pub fn dimension(
        &mut self,
        name: &str,
        coordinates: impl Into<Coordinates>,
        unit: &str,
        long_name: &str,
    ) -> Result<&mut Self> {
        self.check_name(name)?;
        let coordinates = coordinates.into();
        if coordinates.is_empty() {
            return Err(Error::Internal(format!("dimension `{name}` is empty")));
        }
        self.dimensions.push(Dimension {
            name: name.into(),
            coordinates,
            unit: unit.into(),
            long_name: long_name.into(),
        });
        Ok(self)
    }

    /// Adds the dimensions `row` and `col` (x, y, z) of Cartesian tensors.
    ///
    /// # Errors
    /// As [`ResultFile::dimension`].
    pub fn tensor_dimensions(&mut self) -> Result<&mut Self> {
        let xyz: &[&str] = &["x", "y", "z"];
        self.dimension("row", xyz, "", "Cartesian row of a tensor")?;
        self.dimension("col", xyz, "", "Cartesian column of a tensor")
    }

    /// Adds a variable on dimensions that were added before, last dimension fastest; a scalar has no dimensions.
    ///
    /// # Errors
    /// [`Error::Internal`] for a name that is taken or unusable, an unknown dimension, or a wrong number of values.
    pub fn variable(
        &mut self,
        name: &str,
        dimensions: &[&str],
        data: Vec<f64>,
        unit: &str,
        long_name: &str,
    ) -> Result<&mut Self> {
        self.check_name(name)?;
        let shape = self.shape(dimensions)?;
        check_len(name, &shape, data.len())?;
        self.variables.push(Variable {
            name: name.into(),
            dimensions: dimensions.iter().map(ToString::to_string).collect(),
            data,
            error: None,
            error_by_cause: None,
            unit: unit.into(),
            long_name: long_name.into(),
        });
        Ok(self)
    }

    /// Gives the variable `name` error bars, written as `NAME_error`.
    ///
    /// # Errors
    /// [`Error::Internal`] where there is no such variable or the number of values differs from its own.
    pub fn error_bar(&mut self, name: &str, error: Vec<f64>) -> Result<&mut Self> {
        self.check_name(&format!("{name}_error"))?;
        let Some(variable) = self.variables.iter_mut().find(|v| v.name == name) else {
            return Err(Error::Internal(format!(
                "error bar of no variable `{name}`"
            )));
        };
        check_len(name, &[variable.data.len()], error.len())?;
        variable.error = Some(error);
        Ok(self)
    }

    /// Gives the variable `name` its bars by their `causes`, `[value][cause]`, written as `NAME_error_by_cause`; nothing where all are
    /// zero.
    ///
    /// # Errors
    /// As [`ResultFile::error_bar`], and for other causes than before.
    pub fn error_by_cause(
        &mut self,
        name: &str,
        causes: &[&str],
        bars: Vec<f32>,
    ) -> Result<&mut Self> {
        if bars.iter().all(|x| *x == 0.0) {
            return Ok(self);
        }
        self.check_name(&format!("{name}_error_by_cause"))?;
        match self.get_dimension(CAUSE) {
            None => {
                self.dimension(CAUSE, causes, "", "cause of an error")?;
            }
            Some(known) if known.coordinates != Coordinates::from(causes) => {
                return Err(Error::Internal(format!("other causes of `{name}`")));
            }
            Some(_) => {}
        }
        let Some(variable) = self.variables.iter_mut().find(|v| v.name == name) else {
            return Err(Error::Internal(format!("causes of no variable `{name}`")));
        };
        check_len(name, &[variable.data.len(), causes.len()], bars.len())?;
        variable.error_by_cause = Some(bars);
        Ok(self)
    }

    fn check_name(&self, name: &str) -> Result<()> {
        let usable =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let error_bar = |v: &Variable| {
            v.error.is_some() && name.strip_suffix("_error") == Some(&v.name)
                || v.error_by_cause.is_some()
                    && name.strip_suffix("_error_by_cause") == Some(&v.name)
        };
        let taken = self.get(name).is_some()
            || self.get_dimension(name).is_some()
            || self.variables.iter().any(error_bar);
        if usable && !taken {
            return Ok(());
        }
        let reason = if taken { "taken" } else { "no identifier" };
        Err(Error::Internal(format!("result name `{name}` is {reason}")))
    }

    fn shape(&self, dimensions: &[impl AsRef<str>]) -> Result<Vec<usize>> {
        dimensions
            .iter()
            .map(|name| match self.get_dimension(name.as_ref()) {
                Some(dimension) => Ok(dimension.coordinates.len()),
                None => Err(Error::Internal(format!("no dimension `{}`", name.as_ref()))),
            })
            .collect()
    }
}

fn check_len(name: &str, shape: &[usize], got: usize) -> Result<()> {
    let want: usize = shape.iter().product();
    if got == want {
        return Ok(());
    }
    let text = format!("`{name}` has {got} values for the shape {shape:?}");
    Err(Error::Internal(text))
}
