//! Errors as Python's exceptions, of the classes in `bzint/errors.py`.

use bzint::Error;
use bzint::workflow::Argument;
use pyo3::prelude::*;

/// An argument as Python's users type it.
fn keyword(argument: &Argument) -> String {
    let name = match argument.name {
        // A scan's ends are one argument.
        "from" => "scan[0]".to_owned(),
        "to" => "scan[1]".to_owned(),
        name => name.replace('-', "_"),
    };
    match argument.value {
        None => name,
        Some(value) if value.chars().all(|c| c.is_ascii_lowercase() || c == '-') => {
            format!("{name}=\"{value}\"")
        }
        Some(value) => format!("{name}={value}"),
    }
}

/// A text of the library with Python's names of arguments.
pub fn spelled(text: &str) -> String {
    bzint::workflow::spelled(text, keyword)
}

/// The exception of an error: its class, and what it carries.
pub fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let (class, place, problem, remedy) = match error {
        Error::Io {
            path,
            action,
            source,
        } => (
            "FileError",
            path.display().to_string(),
            format!("cannot {action}: {source}"),
            String::new(),
        ),
        Error::UnknownFormat {
            path,
            reason,
            known,
        } => (
            "FileError",
            path.display().to_string(),
            reason.clone(),
            format!("bzint reads {known}"),
        ),
        Error::BadFile {
            path,
            place,
            problem,
            remedy,
        } => (
            "FileError",
            format!("{}: {place}", path.display()),
            problem.clone(),
            remedy.clone(),
        ),
        Error::Hdf5 {
            path,
            place,
            message,
        } => (
            "FileError",
            format!("{}: {place}", path.display()),
            message.clone(),
            String::new(),
        ),
        Error::BadBands {
            place,
            problem,
            remedy,
        } => ("BandsError", place.clone(), problem.clone(), remedy.clone()),
        Error::BadOption {
            option,
            problem,
            remedy,
        } => (
            "ArgumentError",
            option.clone(),
            problem.clone(),
            remedy.clone(),
        ),
        Error::OutOfMemory {
            what,
            needed_mib,
            available_mib,
            remedy,
        } => (
            "OutOfMemoryError",
            what.clone(),
            format!("{needed_mib} MiB are needed, {available_mib} MiB available"),
            remedy.clone(),
        ),
        Error::NoAdapter { reason } => (
            "DeviceError",
            "GPU".into(),
            reason.clone(),
            "give `--backend cpu`, or install a Vulkan driver".into(),
        ),
        Error::Gpu { adapter, reason } => (
            "DeviceError",
            adapter.clone(),
            reason.clone(),
            "run again with `--backend cpu`".into(),
        ),
        other => (
            "InternalError",
            String::new(),
            other.to_string(),
            String::new(),
        ),
    };
    raise(
        py,
        class,
        [&error.to_string(), &place, &problem, &remedy].map(|text| spelled(text)),
    )
}

/// An error of an argument that Python alone has.
pub fn argument(py: Python<'_>, place: &str, problem: &str, remedy: &str) -> PyErr {
    let message = format!("{place}: {problem}; {remedy}");
    raise(
        py,
        "ArgumentError",
        [&*message, place, problem, remedy].map(str::to_owned),
    )
}

/// A defect.
pub fn internal(py: Python<'_>, message: &str) -> PyErr {
    let text = format!("internal error: {message}; please report this");
    raise(
        py,
        "InternalError",
        [text, String::new(), message.to_owned(), String::new()],
    )
}

fn raise(py: Python<'_>, class: &str, [message, place, problem, remedy]: [String; 4]) -> PyErr {
    let made = py
        .import("bzint.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1((message, place, problem, remedy)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}
