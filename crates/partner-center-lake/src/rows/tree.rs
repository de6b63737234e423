//! Columns of a batch as the object that was flattened into them.

use std::cell::OnceCell;

use delta_kernel::arrow::array::RecordBatch;
use delta_kernel::arrow::datatypes::Field;

use super::RowError;
use super::cell::Cells;

/// Key of a field's metadata for its name in the response. Parts of nested objects are separated by
/// dots.
const WIRE_NAME: &str = "wireName";

/// Object: the row itself, or an object in it.
#[derive(Debug, Default)]
pub(super) struct Object<'batch> {
    pub(super) members: Vec<(String, Node<'batch>)>,
    /// Positions of the members that a type has, which are the same for all rows. The type is known
    /// by the address of its names.
    chosen: OnceCell<(usize, Vec<usize>)>,
}

#[derive(Debug)]
pub(super) enum Node<'batch> {
    Value(Cells<'batch>),
    Object(Object<'batch>),
}

impl<'batch> Object<'batch> {
    pub(super) fn of(batch: &'batch RecordBatch) -> Result<Self, RowError> {
        let mut root = Self::default();
        let fields = batch.schema_ref().fields().iter();
        for (field, column) in fields.zip(batch.columns()) {
            let value = Cells::new(field, column)?;
            if let [parents @ .., last] = path(field).as_slice() {
                root.insert(parents, last, value);
            }
        }
        Ok(root)
    }

    /// Adds a value in the object that these names lead to.
    fn insert(&mut self, parents: &[&str], name: &str, value: Cells<'batch>) {
        let [first, rest @ ..] = parents else {
            self.members.push((name.to_owned(), Node::Value(value)));
            return;
        };
        for (known, node) in &mut self.members {
            if let Node::Object(object) = node
                && known == first
            {
                return object.insert(rest, name, value);
            }
        }
        let mut object = Self::default();
        object.insert(rest, name, value);
        self.members
            .push(((*first).to_owned(), Node::Object(object)));
    }

    /// Returns the members whose names a type has, in any case.
    pub(super) fn chosen(&self, names: &'static [&'static str]) -> Chosen<'_> {
        let find = || {
            let members = self.members.iter().enumerate();
            let known = members.filter(|(_, (name, _))| {
                names.iter().any(|known| known.eq_ignore_ascii_case(name))
            });
            known.map(|(at, _)| at).collect::<Vec<_>>()
        };
        let address = names.as_ptr().addr();
        let (known, chosen) = self.chosen.get_or_init(|| (address, find()));
        match *known == address {
            true => Chosen::Cached(chosen.iter()),
            false => Chosen::Found(find().into_iter()),
        }
    }
}

/// Positions of members.
pub(super) enum Chosen<'object> {
    Cached(std::slice::Iter<'object, usize>),
    Found(std::vec::IntoIter<usize>),
    All(std::ops::Range<usize>),
}

impl Iterator for Chosen<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::Cached(positions) => positions.next().copied(),
            Self::Found(positions) => positions.next(),
            Self::All(positions) => positions.next(),
        }
    }
}

/// Returns the names that lead to the value of a column.
fn path(field: &Field) -> Vec<&str> {
    match field.metadata().get(WIRE_NAME) {
        Some(name) => name.split('.').collect(),
        None => vec![field.name().as_str()],
    }
}
