//! Tables of a page.

use std::collections::BTreeSet;
use std::io::{self, Write};

use partner_center::{Field, FieldKind, Row};

use super::text::{escaped, grouped, label, write_data};
use super::values::{Value, field, is_numeric, value};
use crate::output::Section;

/// Number of rows from which a table has a search box and scrolls within the page.
const MANY_ROWS: usize = 20;

/// Number of rows that are shown at first. A browser lays out a table again while it reads more
/// rows, which took 16 seconds for 50,000 rows; the script shows the other rows on request.
const FIRST_ROWS: usize = 1_000;

/// Returns the fields of the columns of a section.
pub(super) fn columns(section: &Section) -> Vec<&'static Field> {
    let fields = section.fields.iter();
    if section.columns.is_empty() {
        return fields
            .filter(|field| field.kind != FieldKind::Structure)
            .collect();
    }
    let known = |name: &&str| fields.clone().find(|field| field.name == *name);
    section.columns.iter().filter_map(known).collect()
}

/// Writes the table of a section. `id`: that of the section.
pub(super) fn write(section: &Section, id: &str, out: &mut dyn Write) -> io::Result<()> {
    if section.rows.is_empty() {
        return writeln!(out, "<p class=\"empty\">No rows.</p>");
    }
    let columns = columns(section);
    let count = section.rows.len();
    let many = count > MANY_ROWS;
    // Shown by the script, without which they do nothing.
    write!(out, "<div class=\"tools\" hidden>")?;
    if many {
        write!(
            out,
            "<label for=\"{id}-find\">Find rows</label> <input id=\"{id}-find\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"> "
        )?;
    }
    writeln!(
        out,
        "<span role=\"status\"></span> <button type=\"button\" class=\"more\" hidden></button></div>"
    )?;
    writeln!(
        out,
        "<div class=\"scroll{}\" role=\"region\" aria-labelledby=\"{id}-title\" tabindex=\"0\">\n<table>\n<caption>{}, {}</caption>",
        if many { " tall" } else { "" },
        escaped(&section.title),
        counted(count),
    )?;
    write!(out, "<thead><tr>")?;
    for column in &columns {
        write!(
            out,
            "<th scope=\"col\"{}>{}</th>",
            class(column.kind),
            escaped(&label(column.name))
        )?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for (position, row) in section.rows.iter().enumerate() {
        if position == FIRST_ROWS {
            writeln!(out, "</tbody>\n<tbody class=\"rest\">")?;
        }
        write_row(&**row, &columns, None, out)?;
    }
    writeln!(out, "</tbody>")?;
    if !section.totals.is_empty() {
        writeln!(out, "<tfoot>")?;
        for row in &section.totals {
            write_row(&**row, &columns, Some("Total"), out)?;
        }
        writeln!(out, "</tfoot>")?;
    }
    writeln!(out, "</table>\n</div>")
}

/// Returns a number of rows in words.
fn counted(rows: usize) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("{} rows", grouped(&rows.to_string())),
    }
}

/// Writes a row, whose first cell is its header. `unnamed`: text of an empty first cell.
fn write_row(
    row: &dyn Row,
    columns: &[&Field],
    unnamed: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<tr>")?;
    for (position, column) in columns.iter().enumerate() {
        let (open, close) = match position {
            0 => ("<th scope=\"row\"", "</th>"),
            _ => ("<td", "</td>"),
        };
        let Value { mut text, key } = value(field(row, column.name))?;
        if let (0, true, Some(name)) = (position, text.is_empty(), unnamed) {
            text.push_str(name);
        }
        let class = match (column.kind, text.as_str()) {
            (FieldKind::Boolean, "Yes") => " class=\"d yes\"",
            (FieldKind::Boolean, "No") => " class=\"d no\"",
            (kind, _) => class(kind),
        };
        write!(out, "{open}{class}")?;
        if let Some(key) = key {
            write!(out, " data-v=\"{}\"", escaped(&key))?;
        }
        write!(out, ">")?;
        write_data(&text, out)?;
        write!(out, "{close}")?;
    }
    writeln!(out, "</tr>")
}

/// Returns the attribute for the alignment and the wrapping of a column.
fn class(kind: FieldKind) -> &'static str {
    match kind {
        kind if is_numeric(kind) => " class=\"n\"",
        FieldKind::Guid => " class=\"g\"",
        FieldKind::Timestamp | FieldKind::Boolean => " class=\"d\"",
        _ => "",
    }
}

/// Writes the meanings of the columns of all tables, each name once.
pub(super) fn write_meanings(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    let mut names = BTreeSet::new();
    let fields = sections
        .iter()
        .filter(|section| !section.rows.is_empty())
        .flat_map(columns);
    let explained: Vec<_> = fields
        .filter(|field| !field.meaning.is_empty() && names.insert((field.name, field.meaning)))
        .collect();
    if explained.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"columns\">\n<h2 id=\"columns\">Columns</h2>\n<dl>"
    )?;
    for field in explained {
        writeln!(
            out,
            "<div><dt>{}</dt><dd>{}. <code>{}</code></dd></div>",
            escaped(&label(field.name)),
            escaped(field.meaning),
            escaped(field.name)
        )?;
    }
    writeln!(out, "</dl>\n</section>")
}
