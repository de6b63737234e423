//! The OpenAPI document: reading, structural checks and index.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use openapiv3::OpenAPI;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::tree::{Index, Node, Place};

pub(crate) mod element;
mod operation;
pub(crate) mod pointer;
mod structure;
mod tree;

pub use self::operation::{OperationRef, Pageable, ParameterRef, ResponseRef};

/// OpenAPI 3.0 document with a valid structure and resolvable references.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name of the file in messages.
    pub name: String,
    /// Text of the file.
    pub source: String,
    /// SHA-256 of the text, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Document as JSON with sorted keys; [`Spec::keys_at`] returns their order in the file.
    pub value: Value,
    /// Document in the generator's types, keys in the order of the file.
    pub document: OpenAPI,
    index: Index,
}

/// Error of a document that cannot be used. Its text is one line: place, problem, fix.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; give the path of the OpenAPI document", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("{name}: not a text file: byte {offset} is not UTF-8; give the YAML document")]
    NotText {
        /// The file.
        name: String,
        /// Offset of the first byte that is wrong.
        offset: usize,
    },
    /// The file is not YAML that can be converted to JSON.
    #[error("{name}:{line}:{column}: {what}")]
    Yaml {
        /// The file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// Problem and fix.
        what: String,
    },
    /// The YAML is not an OpenAPI document.
    #[error("{name}: not an OpenAPI document: {what}; it must begin with `openapi: 3.0.3`")]
    NotOpenApi {
        /// The file.
        name: String,
        /// Problem found.
        what: String,
    },
    /// The document has an unsupported version of OpenAPI.
    #[error(
        "{name}:{line}: version {found} at /openapi, but the generator supports 3.0.x; \
         set `openapi: 3.0.3` and write the document in its terms (`nullable: true` for \
         `type: [.., 'null']`, `example` for `examples`)"
    )]
    Version {
        /// The file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// The version in the document.
        found: String,
    },
    /// A part of the document does not have the structure that OpenAPI requires.
    #[error("{name}:{line}:{column}: {pointer}: not a valid {element}: {what}")]
    Structure {
        /// The file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// JSON pointer of the part.
        pointer: String,
        /// Kind of element that the part should be.
        element: &'static str,
        /// Problem of the part.
        what: String,
    },
    /// A reference cannot be resolved.
    #[error("{name}:{line}: {pointer}: the reference `{target}` {what}")]
    Reference {
        /// The file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// JSON pointer of the element that is the reference.
        pointer: String,
        /// Target of the reference.
        target: String,
        /// Problem and fix.
        what: String,
    },
}

impl Spec {
    /// Reads a document from a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, and the errors of [`Spec::parse`].
    pub fn load(path: &Path) -> Result<Spec, SpecError> {
        let bytes = std::fs::read(path).map_err(|source| SpecError::Read {
            path: path.to_owned(),
            source,
        })?;
        let name = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|error| SpecError::NotText {
            name: name.clone(),
            offset: error.utf8_error().valid_up_to(),
        })?;
        Spec::parse(&name, text)
    }

    /// Reads a document from text; `name` is its name in messages.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not YAML, has a duplicate key, is not an OpenAPI 3.0
    /// document, has a part with a wrong structure, or a reference that does not exist, points
    /// outside the file or is circular.
    pub fn parse(name: &str, text: impl Into<String>) -> Result<Spec, SpecError> {
        let source = text.into();
        let root = Node::parse(&source).map_err(|error| yaml_error(name, &error))?;
        let value = root.value.to_value();
        let index = root.value.index();
        structure::check_version(name, &value, &index)?;
        structure::check_references(name, &value, &index)?;
        let document = structure::document(name, &root.value, &value, &index)?;
        let sha256 = hexadecimal(&Sha256::digest(source.as_bytes()));
        Ok(Spec {
            name: name.to_owned(),
            source,
            sha256,
            value,
            document,
            index,
        })
    }

    /// Returns every operation, in document order.
    pub fn operations(&self) -> Vec<OperationRef<'_>> {
        operation::operations(self)
    }

    /// Returns the line of the element at a JSON pointer, from 1, or of its nearest existing
    /// parent.
    pub fn line_of(&self, pointer: &str) -> Option<usize> {
        self.index.nearest(pointer).map(|place| place.line)
    }

    /// Returns the keys of the mapping at a JSON pointer, in document order; empty if it is not a
    /// mapping.
    pub fn keys_at(&self, pointer: &str) -> &[String] {
        self.index.keys.get(pointer).map_or(&[], Vec::as_slice)
    }

    /// Returns the properties of a component schema, in document order; empty if there is no such
    /// schema or it has no properties.
    pub fn property_names(&self, schema: &str) -> &[String] {
        self.keys_at(&format!(
            "{}/properties",
            pointer::join("/components/schemas", schema)
        ))
    }

    /// Resolves the references at a JSON pointer and returns pointer and value of the definition.
    pub fn resolve(&self, pointer: &str) -> Option<(String, &Value)> {
        let mut at = pointer.to_owned();
        loop {
            let value = self.value.pointer(&at)?;
            match element::reference(value) {
                Some(target) => at = pointer::of_reference(target)?,
                None => return Some((at, value)),
            }
        }
    }

    /// Returns the position of an element in the document, for sorting.
    pub(crate) fn order_of(&self, pointer: &str) -> usize {
        self.index
            .nearest(pointer)
            .map_or(usize::MAX, |place| place.order)
    }
}

fn yaml_error(name: &str, error: &serde_saphyr::Error) -> SpecError {
    use serde_saphyr::Error as E;
    let error = error.without_snippet();
    let (line, column) = error.location().map_or((1, 1), |location| {
        let number = |n: u64| usize::try_from(n).unwrap_or(0);
        (number(location.line()), number(location.column()))
    });
    let what = match error {
        E::DuplicateMappingKey { key, .. } => format!(
            "the key {} is already in this mapping; keep one of the two",
            key.as_deref()
                .map_or_else(String::new, |key| format!("`{key}`"))
                .trim()
        ),
        E::Budget { .. } => format!(
            "too large or nested deeper than {} levels; name inner schemas under \
             /components/schemas and refer to them ({})",
            tree::MAX_DEPTH,
            without_place(error)
        ),
        E::RecursiveReferencesRequireWeakTypes { .. } => {
            "the anchor is used inside of what it names, which has no end; write the part out, or \
             put it under /components/schemas and refer to it by `$ref`"
                .to_owned()
        }
        E::MultipleDocuments { .. } => {
            "a second YAML document begins here; keep one document per file".to_owned()
        }
        _ => format!("not valid YAML: {}", without_place(error)),
    };
    SpecError::Yaml {
        name: name.to_owned(),
        line,
        column,
        what,
    }
}

/// Returns the error's text on one line, without the place, which begins the message.
fn without_place(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

impl Index {
    fn line(&self, pointer: &str) -> usize {
        self.nearest(pointer).map_or(1, |place: Place| place.line)
    }
}

#[cfg(test)]
mod tests;
