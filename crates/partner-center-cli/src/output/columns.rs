//! Which values of a row are shown, and in which order.

use std::borrow::Cow;

use partner_center::{Field, FieldKind};
use serde_json::value::RawValue;

use super::column_names::{column, paths, read};
use super::members::Members;
use crate::failure::Failure;
use partner_center::credential::profiles::nearest;

/// Column of the output.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Name in the header, parts of an object joined by dots.
    pub(super) name: String,
    pub(super) kind: FieldKind,
    /// Whether the spec has it.
    pub(super) known: bool,
    /// Whether a row had a value here.
    pub(super) seen: bool,
}

/// The columns to show.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(super) columns: Vec<Column>,
    /// Whether they are a choice, as opposed to all plain fields.
    pub(super) chosen: bool,
    /// Whether they were typed.
    pub(super) typed: bool,
    others: Others,
    /// Names for which a row had two different values, each with the first such row.
    ambiguous: Vec<(String, u64)>,
    /// All names that `--columns` can have, for suggestions.
    names: Vec<String>,
}

/// Treatment of values that have no column.
#[derive(Clone, Debug)]
enum Others {
    /// Left out: the columns are a choice.
    LeftOut,
    /// Given a column: nothing is written yet.
    Added,
    /// The header is written. Their names, each with the first row that has one.
    Missed(Vec<(String, u64)>),
}

impl Columns {
    /// The columns named in `--columns`, else these, else all plain fields.
    pub(crate) fn choose(
        typed: Option<&str>,
        usual: &[&str],
        fields: &'static [Field],
    ) -> Result<Self, Failure> {
        let mut names = Vec::new();
        paths(fields, "", true, &mut |name, _| names.push(name));
        let columns = match typed {
            Some(text) => read(text, fields, &names)?,
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
            others: Others::LeftOut,
            ambiguous: Vec::new(),
            names,
        })
    }

    /// The columns named in `--columns`, else a column for each value that a row can have:
    /// those of the spec, or of grouped rows, and then those that the first rows have
    /// beside them.
    pub(crate) fn of_every_value(
        typed: Option<&str>,
        grouped: Option<&[&str]>,
        fields: &'static [Field],
    ) -> Result<Self, Failure> {
        let mut columns = Self::choose(typed, grouped.unwrap_or_default(), fields)?;
        if typed.is_none() {
            columns.others = Others::Added;
            if grouped.is_none() {
                columns.columns.clear();
                paths(fields, "", false, &mut |name, kind| {
                    columns.columns.push(Column {
                        name,
                        kind,
                        known: true,
                        seen: false,
                    });
                });
            }
        }
        Ok(columns)
    }

    /// The columns of the header that a run before has written.
    pub(super) fn set_header(&mut self, names: &[String], fields: &[Field]) {
        self.columns = names.iter().map(|name| column(name, fields)).collect();
        self.fix();
    }

    /// Typed columns that the spec does not have and a row had.
    pub(super) fn seen(&self) -> Vec<String> {
        let columns = self.columns.iter().filter(|_| self.typed);
        let seen = columns.filter(|column| !column.known && column.seen);
        seen.map(|column| column.name.clone()).collect()
    }

    /// Takes over what the rows of earlier runs had.
    pub(super) fn restore(&mut self, seen: &[String], missed: &[(String, u64)]) {
        for column in &mut self.columns {
            column.seen |= seen.contains(&column.name);
        }
        if let Others::Missed(known) = &mut self.others {
            known.extend_from_slice(missed);
        }
    }

    /// The names, where the first rows decided on them.
    pub(super) fn decided(&self) -> Option<Vec<String>> {
        let decided = matches!(self.others, Others::Missed(_));
        let names = self.columns.iter().map(|column| column.name.clone());
        decided.then(|| names.collect())
    }

    /// Adds columns for what these rows have beside the known ones.
    pub(super) fn discover(&mut self, rows: &[String], number: u64) -> serde_json::Result<()> {
        if matches!(self.others, Others::Added) {
            for (row, number) in rows.iter().zip(number..) {
                self.cells(row, number)?;
            }
        }
        Ok(())
    }

    /// From now on the columns stay as they are.
    pub(super) fn fix(&mut self) {
        if matches!(self.others, Others::Added) {
            self.others = Others::Missed(Vec::new());
        }
    }

    /// The cells of a row, as JSON, in the order of the columns. `number` is that of the
    /// row, counted from 1.
    pub(super) fn cells<'row>(
        &mut self,
        row: &'row str,
        number: u64,
    ) -> serde_json::Result<Vec<Option<&'row RawValue>>> {
        let mut cells = vec![None; self.columns.len()];
        self.place("", serde_json::from_str(row)?, 0, number, &mut cells)?;
        Ok(cells)
    }

    /// Puts the values of an object into their cells.
    fn place<'row>(
        &mut self,
        prefix: &str,
        Members(members): Members<'row>,
        depth: usize,
        number: u64,
        cells: &mut Vec<Option<&'row RawValue>>,
    ) -> serde_json::Result<()> {
        // Rows and columns are in the same order, as a rule.
        let mut next = 0;
        for (name, value) in members {
            let path = match prefix {
                "" => name,
                prefix => Cow::Owned(format!("{prefix}{name}")),
            };
            let place = self.find(&path, next);
            if let Some(place) = place {
                next = place + 1;
                if let (Some(cell), Some(column)) =
                    (cells.get_mut(place), self.columns.get_mut(place))
                {
                    column.seen = true;
                    match cell {
                        Some(other) if other.get() != value.get() => {
                            note(&mut self.ambiguous, &column.name, number);
                            // The exact name comes before one in another case.
                            if column.name == path {
                                *cell = Some(value);
                            }
                        }
                        _ => *cell = Some(value),
                    }
                }
            }
            let text = value.get();
            if text.starts_with('{') && depth < DEEPEST {
                let has_parts = self.has_parts(&path);
                let all = !matches!(self.others, Others::LeftOut);
                if has_parts || (all && place.is_none()) {
                    let Members(parts) = serde_json::from_str(text)?;
                    if has_parts || !parts.is_empty() {
                        let path = format!("{path}.");
                        self.place(&path, Members(parts), depth + 1, number, cells)?;
                        continue;
                    }
                }
            }
            if place.is_none() && !(text == "null" && self.has_parts(&path)) {
                self.other(&path, value, number, cells);
            }
        }
        Ok(())
    }

    /// A value that has no column.
    fn other<'row>(
        &mut self,
        path: &str,
        value: &'row RawValue,
        number: u64,
        cells: &mut Vec<Option<&'row RawValue>>,
    ) {
        match &mut self.others {
            Others::LeftOut => {}
            Others::Added => {
                self.columns.push(Column {
                    name: path.to_owned(),
                    kind: FieldKind::Text,
                    known: false,
                    seen: true,
                });
                cells.push(Some(value));
            }
            Others::Missed(missed) => {
                if value.get() != "null" {
                    note(missed, path, number);
                }
            }
        }
    }

    /// The column of this name. Rows have documented names in the documented spelling;
    /// a typed name that the spec does not have is found in any case.
    fn find(&self, path: &str, next: usize) -> Option<usize> {
        let is_it = |column: &Column| column.name == path;
        if self.columns.get(next).is_some_and(is_it) {
            return Some(next);
        }
        let mut columns = self.columns.iter();
        columns.position(is_it).or_else(|| {
            let is_typed = |column: &Column| self.typed && !column.known;
            let mut columns = self.columns.iter();
            columns.position(|column| is_typed(column) && column.name.eq_ignore_ascii_case(path))
        })
    }

    /// Whether there are columns for parts of this object.
    fn has_parts(&self, path: &str) -> bool {
        self.columns.iter().any(|column| {
            let rest = column.name.get(path.len()..);
            rest.is_some_and(|rest| rest.starts_with('.'))
                && column
                    .name
                    .get(..path.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(path))
        })
    }

    /// Typed names that the spec does not have and no row had: mistyped, most likely.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let columns = self.columns.iter().filter(|_| self.typed);
        columns
            .filter(|column| !column.known && !column.seen)
            .map(|column| {
                let names = self.names.iter().map(String::as_str);
                (column.name.as_str(), nearest(&column.name, names))
            })
    }

    /// Names for which a row had two different values, each with the first such row.
    pub(super) fn ambiguous(&self) -> &[(String, u64)] {
        &self.ambiguous
    }

    /// Names of values that came when the header was written, each with its first row.
    pub(super) fn missed(&self) -> &[(String, u64)] {
        match &self.others {
            Others::Missed(missed) => missed,
            Others::LeftOut | Others::Added => &[],
        }
    }
}

/// More names than this are not properties but data.
const MOST_MISSED: usize = 20;

/// Levels of objects whose parts have columns of their own; documented rows have three.
/// Objects below are JSON text: each level is parsed once more, which is quadratic.
pub(super) const DEEPEST: usize = 8;

/// Adds a name with the first row that has it.
fn note(names: &mut Vec<(String, u64)>, path: &str, number: u64) {
    if names.len() < MOST_MISSED && names.iter().all(|(name, _)| name != path) {
        names.push((path.to_owned(), number));
    }
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

    fn row_of(columns: &mut Columns, row: &str, number: u64) -> Vec<String> {
        let cells = columns.cells(row, number).unwrap().into_iter();
        cells.map(|cell| text(cell).into_owned()).collect()
    }

    fn names(columns: &Columns) -> Vec<&str> {
        let columns = columns.columns.iter();
        columns.map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn values_keep_their_text_and_parts_are_found() {
        let row = r#"{"id":"a\"b","companyProfile":{"z":1.50,"domain":"d.e","a":null},"customDomains":["y","x"],"newField":7}"#;
        let typed = "ID, companyprofile.Domain,companyProfile,customDomains,companyProfile.a.b,commerceId,companyProfile.Z,NEWFIELD";
        let mut columns = Columns::choose(Some(typed), &["id"], fields()).unwrap();
        assert_eq!(
            row_of(&mut columns, row, 1),
            [
                "a\"b",
                "d.e",
                r#"{"z":1.50,"domain":"d.e","a":null}"#,
                r#"["y","x"]"#,
                "",
                "",
                "1.50",
                "7",
            ]
        );
        assert_eq!(names(&columns)[1], "companyProfile.domain");
        let unseen: Vec<_> = columns.unseen().map(|(name, _)| name).collect();
        assert_eq!(unseen, ["companyProfile.a.b"]);
    }

    #[test]
    fn every_value_of_the_first_rows_has_a_column_and_later_ones_are_reported() {
        let mut columns = Columns::of_every_value(None, None, fields()).unwrap();
        let documented = columns.columns.len();
        let rows = [
            r#"{"id":"1","companyProfile":{"domain":"d","new":{"deep":1}},"links":null}"#,
            r#"{"id":"2","newList":[1,"x"],"newObject":{},"newNull":null}"#,
        ]
        .map(str::to_owned);
        columns.discover(&rows, 1).unwrap();
        columns.fix();
        let new = ["companyProfile.new.deep", "newList", "newObject", "newNull"];
        assert_eq!(names(&columns)[documented..], new);
        let cells = row_of(&mut columns, &rows[1], 2);
        assert_eq!(cells[documented..], ["", r#"[1,"x"]"#, "{}", ""]);

        // A null loses nothing; neither does an object that was empty.
        let later =
            r#"{"id":"3","billingProfile":null,"later":true,"newList":{"a":1},"none":null}"#;
        let cells = row_of(&mut columns, later, 3);
        assert_eq!(cells[documented + 1], r#"{"a":1}"#);
        row_of(&mut columns, later, 4);
        assert_eq!(columns.missed(), [("later".to_owned(), 3)]);
        assert_eq!(columns.decided().unwrap().len(), documented + new.len());
    }
}
