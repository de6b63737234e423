//! Which values of a row are shown, and in which order.

use std::borrow::Cow;
use std::collections::HashMap;

use partner_center::{Field, FieldKind};
use serde_json::value::RawValue;

use crate::failure::{Exit, Failure};

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Name in the header, parts of an object joined by dots.
    pub(super) name: String,
    pub(super) kind: FieldKind,
    /// Whether a row had a value here.
    seen: bool,
}

/// The columns to show.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(super) columns: Vec<Column>,
    /// Whether they are somebody's choice, as opposed to all plain fields.
    pub(super) chosen: bool,
    /// Whether they were typed.
    pub(super) typed: bool,
}

impl Columns {
    /// The columns named in `--columns`, else these, else all that are no structures.
    pub(crate) fn choose(
        typed: Option<&str>,
        usual: &[&str],
        fields: &'static [Field],
    ) -> Result<Self, Failure> {
        let columns = match typed {
            Some(text) => read(text, usual, fields)?,
            None if usual.is_empty() => fields
                .iter()
                .filter(|field| field.kind != FieldKind::Structure)
                .map(|field| column(field.name, fields))
                .collect(),
            None => usual.iter().map(|name| column(name, fields)).collect(),
        };
        Ok(Self {
            columns,
            chosen: typed.is_some() || !usual.is_empty(),
            typed: typed.is_some(),
        })
    }

    /// The cells of a row, as JSON, in the order of the columns.
    pub(super) fn cells<'row>(
        &mut self,
        row: &'row str,
    ) -> serde_json::Result<Vec<Option<&'row RawValue>>> {
        let values: HashMap<String, &RawValue> = serde_json::from_str(row)?;
        let columns = self.columns.iter_mut();
        Ok(columns
            .map(|column| {
                let cell = find(&values, &column.name);
                column.seen |= cell.is_some();
                cell
            })
            .collect())
    }

    /// Typed names of parts that no row had: mistyped, most likely.
    pub(super) fn unseen_parts(&self) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().filter(|_| self.typed);
        columns
            .filter(|column| column.name.contains('.') && !column.seen)
            .map(|column| column.name.as_str())
    }
}

/// Goes down a dotted name. The first part is spelled as in the table, the others as typed.
fn find<'row>(values: &HashMap<String, &'row RawValue>, name: &str) -> Option<&'row RawValue> {
    let mut parts = name.split('.');
    let mut value = *values.get(parts.next()?)?;
    for part in parts {
        let inner: HashMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
        value = inner
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(part))?
            .1;
    }
    Some(value)
}

fn column(name: &str, fields: &[Field]) -> Column {
    let field = fields.iter().find(|field| field.name == name);
    Column {
        name: name.to_owned(),
        // Parts of objects are names, mostly.
        kind: field.map_or(FieldKind::Text, |field| field.kind),
        seen: false,
    }
}

/// Reads `--columns`; letter case does not matter.
fn read(text: &str, usual: &[&str], fields: &'static [Field]) -> Result<Vec<Column>, Failure> {
    let mut columns: Vec<Column> = Vec::new();
    for typed in text.split(',').map(str::trim) {
        let column = named(typed, usual, fields).ok_or_else(|| unknown(typed, usual, fields))?;
        if columns.iter().any(|known| known.name == column.name) {
            return Err(Failure::new(
                Exit::Usage,
                format!("--columns: `{}` is listed twice", column.name),
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn named(typed: &str, usual: &[&str], fields: &'static [Field]) -> Option<Column> {
    let known = fields.iter().map(|field| field.name);
    if let Some(name) = known
        .chain(usual.iter().copied())
        .find(|name| name.eq_ignore_ascii_case(typed))
    {
        return Some(column(name, fields));
    }
    let (object, rest) = typed.split_once('.')?;
    let object = fields.iter().find(|field| {
        field.kind == FieldKind::Structure && field.name.eq_ignore_ascii_case(object)
    })?;
    let filled = rest.split('.').all(|part| !part.is_empty());
    filled.then(|| column(&format!("{}.{rest}", object.name), fields))
}

fn unknown(typed: &str, usual: &[&str], fields: &'static [Field]) -> Failure {
    let parts = usual.iter().copied().filter(|name| name.contains('.'));
    let known: Vec<_> = fields
        .iter()
        .map(|field| field.name)
        .chain(parts)
        .map(|name| format!("`{name}`"))
        .collect();
    Failure::new(
        Exit::Usage,
        format!(
            "--columns: there is no `{}`; allowed: {}",
            super::printable(typed),
            known.join(", ")
        ),
    )
}

/// A value as one cell of text; no value is an empty cell, an object or a list is JSON.
pub(super) fn text(value: Option<&RawValue>) -> Cow<'_, str> {
    match value.map(RawValue::get) {
        None | Some("null") => Cow::Borrowed(""),
        Some(json) if json.starts_with('"') => {
            serde_json::from_str(json).map_or(Cow::Borrowed(json), Cow::Owned)
        }
        Some(json) => Cow::Borrowed(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> &'static [Field] {
        partner_center::Operation::find("customer").unwrap().fields
    }

    fn cells(typed: &str, row: &str) -> (Vec<String>, Vec<String>) {
        let mut columns = Columns::choose(Some(typed), &["id"], fields()).unwrap();
        let cells = columns.cells(row).unwrap().into_iter();
        let cells = cells.map(|cell| text(cell).into_owned()).collect();
        (cells, columns.unseen_parts().map(str::to_owned).collect())
    }

    #[test]
    fn values_keep_their_text_and_parts_are_found() {
        let row = r#"{"id":"a\"b","companyProfile":{"z":1.50,"domain":"d.e","a":null},"customDomains":["y","x"]}"#;
        let (cells, unseen) = cells(
            "ID, companyprofile.Domain,companyProfile,customDomains,companyProfile.a.b,commerceId",
            row,
        );
        assert_eq!(
            cells,
            [
                "a\"b",
                "d.e",
                r#"{"z":1.50,"domain":"d.e","a":null}"#,
                r#"["y","x"]"#,
                "",
                ""
            ]
        );
        assert_eq!(unseen, ["companyProfile.a.b"]);
    }

    #[test]
    fn what_is_no_column_is_refused() {
        for typed in ["", "id,", "id,ID", "name", "id.x", "companyProfile."] {
            let failure = Columns::choose(Some(typed), &["id"], fields()).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{typed}");
        }
    }
}
