//! Elements of the XML file, read with errors that name their line.

use crate::error::{Error, Result};
use crate::io::text;
use roxmltree::Node;
use std::path::Path;

/// What to do about a file that is not whole.
pub(super) const RUN_AGAIN: &str =
    "the file is incomplete or was edited: copy it again, or repeat the run";

/// Reads elements, and names file and element in its errors.
pub(super) struct Reader<'a> {
    /// The file, for errors.
    pub path: &'a Path,
}

impl Reader<'_> {
    pub fn child<'n>(&self, node: Node<'n, 'n>, name: &str) -> Result<Node<'n, 'n>> {
        find(node, name).ok_or_else(|| self.bad(node, format!("<{name}> is missing"), RUN_AGAIN))
    }

    pub fn flag(&self, node: Node, name: &str) -> Result<bool> {
        let child = self.child(node, name)?;
        Ok(child.text().is_some_and(is_true))
    }

    pub fn optional_number(&self, node: Node, name: &str) -> Result<Option<f64>> {
        let Some(child) = find(node, name) else {
            return Ok(None);
        };
        match self.numbers(child)?.as_slice() {
            [value] => Ok(Some(*value)),
            other => Err(self.bad(
                child,
                format!("{} numbers, where one is expected", other.len()),
                RUN_AGAIN,
            )),
        }
    }

    pub fn vector(&self, node: Node) -> Result<[f64; 3]> {
        let numbers = self.numbers(node)?;
        <[f64; 3]>::try_from(numbers.as_slice()).map_err(|_| {
            self.bad(
                node,
                format!("{} numbers, where a vector has 3", numbers.len()),
                RUN_AGAIN,
            )
        })
    }

    pub fn numbers(&self, node: Node) -> Result<Vec<f64>> {
        let text = node.text().unwrap_or("");
        text.split_ascii_whitespace()
            .enumerate()
            .map(|(i, token)| {
                text::number(token).ok_or_else(|| {
                    self.bad(
                        node,
                        format!("number {} is \"{token}\", not a finite number", i + 1),
                        "the run did not converge or the file is damaged: repeat the run",
                    )
                })
            })
            .collect()
    }

    pub fn at_k_point(&self, error: Error, number: usize) -> Error {
        match error {
            Error::BadFile {
                path,
                place,
                problem,
                remedy,
            } => Error::BadFile {
                path,
                place: format!("{place}, k-point {number}"),
                problem,
                remedy,
            },
            other => other,
        }
    }

    pub fn bad(&self, node: Node, problem: impl Into<String>, remedy: &str) -> Error {
        let line = node.document().text_pos_at(node.range().start).row;
        let place = format!("<{}> in line {line}", node.tag_name().name());
        Error::bad_file(self.path, place, problem, remedy)
    }
}

pub(super) fn find<'n>(node: Node<'n, 'n>, name: &str) -> Option<Node<'n, 'n>> {
    node.children().find(|child| child.has_tag_name(name))
}

pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | ".true." | "1")
}
