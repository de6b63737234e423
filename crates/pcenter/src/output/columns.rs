//! Columns of the output: the values of a row that are written, and their order.

use partner_center::{Field, FieldKind, Row};
use partner_center_core::nearest::nearest;

use super::cells::ObjectColumns;
use super::column_names::{Names, column, paths};
use crate::failure::Failure;

/// Column of the output.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Name in the header; parts of an object have dots in their names.
    pub(super) name: String,
    pub(super) kind: FieldKind,
    /// Whether the spec documents the name.
    pub(super) known: bool,
    /// Whether a row had a value for the column.
    pub(super) seen: bool,
}

/// Columns of an output document.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(super) columns: Vec<Column>,
    /// Whether the user or the report chose the columns; otherwise they are all fields that are not
    /// structures.
    pub(super) chosen: bool,
    /// Whether the columns are those of `--columns`.
    pub(super) typed: bool,
    pub(super) others: Others,
    /// Names for which a row had two different values, with the number of the first such row.
    ambiguous: Vec<(String, u64)>,
    /// All names that `--columns` accepts, for suggestions.
    names: Vec<String>,
    /// Columns of the fields of a row; `None` until the first row, and after a change of the
    /// columns.
    pub(super) row_columns: Option<ObjectColumns>,
}

/// Treatment of values that have no column.
#[derive(Clone, Debug)]
pub(super) enum Others {
    /// The values are left out, because the columns are a selection.
    LeftOut,
    /// The values get a column, because no header has been written.
    Added,
    /// The values are reported, because the header has been written: their names, with the number
    /// of the first row that has each.
    Missed(Vec<(String, u64)>),
}

impl Columns {
    /// Returns the columns of `--columns`, or else the columns `usual`, or else all fields that are
    /// not structures.
    pub(crate) fn choose(
        typed: Option<&str>,
        usual: &[&str],
        fields: &'static [Field],
    ) -> Result<Self, Failure> {
        let mut chosen = match typed {
            Some(text) => {
                let names: Vec<_> = text.split(',').map(str::trim).collect();
                let columns = Names {
                    flag: "--columns",
                    is_strict: false,
                };
                return Self::named(columns, &names, fields);
            }
            None => Self::new(fields),
        };
        chosen.chosen = !usual.is_empty();
        chosen.columns = match usual {
            [] => fields
                .iter()
                .filter(|field| field.kind != FieldKind::Structure)
                .map(|field| column(field.name, fields))
                .collect(),
            usual => usual.iter().map(|name| column(name, fields)).collect(),
        };
        Ok(chosen)
    }

    /// Returns the columns that the value of a flag names.
    pub(super) fn named(
        flag: Names,
        names: &[&str],
        fields: &'static [Field],
    ) -> Result<Self, Failure> {
        let mut columns = Self::new(fields);
        columns.columns = flag.read(names, fields, &columns.names)?;
        (columns.chosen, columns.typed) = (true, true);
        Ok(columns)
    }

    fn new(fields: &'static [Field]) -> Self {
        let mut names = Vec::new();
        paths(fields, "", true, &mut |name, _| names.push(name));
        Self {
            columns: Vec::new(),
            chosen: false,
            typed: false,
            others: Others::LeftOut,
            ambiguous: Vec::new(),
            names,
            row_columns: None,
        }
    }

    /// Returns the columns of `--columns`, or else one column for every value of a row: first those
    /// of the spec or of grouped rows, then those of further properties of the first page.
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

    /// Moves the columns with these names to the front, in this order.
    pub(super) fn put_first(&mut self, names: &[&str]) {
        let position = |column: &Column| names.iter().position(|name| *name == column.name);
        self.columns
            .sort_by_key(|column| position(column).unwrap_or(usize::MAX));
        // It has the old positions.
        self.row_columns = None;
    }

    /// Sets the columns to those of the header that an earlier run has written.
    pub(super) fn set_header(&mut self, names: &[String], fields: &[Field]) {
        self.columns = names.iter().map(|name| column(name, fields)).collect();
        self.fix();
    }

    /// Returns undocumented names of `--columns` for which a row had a value.
    pub(super) fn seen(&self) -> Vec<String> {
        let columns = self.columns.iter().filter(|_| self.typed);
        let seen = columns.filter(|column| !column.known && column.seen);
        seen.map(|column| column.name.clone()).collect()
    }

    /// Marks the columns of these names as seen; case-insensitive.
    pub(super) fn mark_seen(&mut self, names: &[String]) {
        for column in &mut self.columns {
            let mut names = names.iter();
            column.seen |= names.any(|name| name.eq_ignore_ascii_case(&column.name));
        }
    }

    /// Adds the seen and missed names of earlier runs.
    pub(super) fn restore(&mut self, seen: &[String], missed: &[(String, u64)]) {
        for column in &mut self.columns {
            column.seen |= seen.contains(&column.name);
        }
        if let Others::Missed(known) = &mut self.others {
            known.extend_from_slice(missed);
        }
    }

    /// Returns the names of the columns, if the first rows decided them.
    pub(super) fn decided(&self) -> Option<Vec<String>> {
        let decided = matches!(self.others, Others::Missed(_));
        let names = self.columns.iter().map(|column| column.name.clone());
        decided.then(|| names.collect())
    }

    /// Adds columns for the properties of these rows that have none.
    pub(super) fn discover(&mut self, rows: &[&dyn Row], number: u64) -> std::io::Result<()> {
        if matches!(self.others, Others::Added) {
            let mut cells = Vec::new();
            for (row, number) in rows.iter().copied().zip(number..) {
                self.cells(row, number, &mut cells)?;
            }
        }
        Ok(())
    }

    /// Ends the discovery of columns.
    pub(super) fn fix(&mut self) {
        if matches!(self.others, Others::Added) {
            self.others = Others::Missed(Vec::new());
        }
        self.row_columns = None;
    }

    /// Sorts the columns by this key.
    pub(super) fn sort_by_key(&mut self, key: impl Fn(&Column) -> u8) {
        self.columns.sort_by_key(key);
        self.row_columns = None;
    }

    /// Adds the column of an undocumented property.
    pub(super) fn add(&mut self, path: &str) {
        self.columns.push(Column {
            name: path.to_owned(),
            kind: FieldKind::Text,
            known: false,
            seen: true,
        });
    }

    /// Returns the column of a dotted name. `next` is the likely one. Rows have documented names in
    /// the documented spelling; an undocumented name of `--columns` is case-insensitive.
    pub(super) fn find(&self, path: &str, next: usize) -> Option<usize> {
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

    /// Returns whether there are columns for parts of this object.
    pub(super) fn has_parts(&self, path: &str) -> bool {
        self.columns.iter().any(|column| {
            let rest = column.name.get(path.len()..);
            rest.is_some_and(|rest| rest.starts_with('.'))
                && column
                    .name
                    .get(..path.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(path))
        })
    }

    /// Returns the undocumented names of `--columns` that no row had, which are probably mistyped,
    /// each with the closest documented name.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let columns = self.columns.iter().filter(|_| self.typed);
        columns
            .filter(|column| !column.known && !column.seen)
            .map(|column| {
                let names = self.names.iter().map(String::as_str);
                (column.name.as_str(), nearest(&column.name, names))
            })
    }

    /// Returns the names for which a row had two different values, with the number of the first
    /// such row.
    pub(super) fn ambiguous(&self) -> &[(String, u64)] {
        &self.ambiguous
    }

    pub(super) fn note_ambiguous(&mut self, name: &str, number: u64) {
        note(&mut self.ambiguous, name, number);
    }

    /// Returns the names of values that appeared after the header was written, with the number of
    /// the first row that has each.
    pub(super) fn missed(&self) -> &[(String, u64)] {
        match &self.others {
            Others::Missed(missed) => missed,
            Others::LeftOut | Others::Added => &[],
        }
    }

    pub(super) fn note_missed(&mut self, name: &str, number: u64) {
        if let Others::Missed(missed) = &mut self.others {
            note(missed, name, number);
        }
    }
}

/// Maximum number of reported names. More names than this are probably data and not properties.
const MAX_NOTED: usize = 20;

/// Adds a name with the number of the first row that has it.
fn note(names: &mut Vec<(String, u64)>, path: &str, number: u64) {
    if names.len() < MAX_NOTED && names.iter().all(|(name, _)| name != path) {
        names.push((path.to_owned(), number));
    }
}

#[cfg(test)]
mod tests {
    use partner_center::types::Customer;

    use super::*;

    fn fields() -> &'static [Field] {
        partner_center::Operation::find("customer").unwrap().fields
    }

    fn customer(json: &str) -> Customer {
        serde_json::from_str(json).unwrap()
    }

    fn row_of(columns: &mut Columns, row: &str, number: u64) -> Vec<String> {
        let (row, mut cells) = (customer(row), Vec::new());
        columns.cells(&row, number, &mut cells).unwrap();
        let cells = cells.iter();
        cells
            .map(|cell| cell.text(&mut Vec::new()).unwrap().to_owned())
            .collect()
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
                r#"{"domain":"d.e","a":null,"z":1.50}"#,
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
        let page = rows.each_ref().map(|row| customer(row)).to_vec();
        let references: Vec<&dyn Row> = page.iter().map(|row| row as &dyn Row).collect();
        columns.discover(&references, 1).unwrap();
        columns.fix();
        let new = ["companyProfile.new.deep", "newList", "newNull", "newObject"];
        assert_eq!(names(&columns)[documented..], new);
        let cells = row_of(&mut columns, &rows[1], 2);
        assert_eq!(cells[documented..], ["", r#"[1,"x"]"#, "", "{}"]);

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
