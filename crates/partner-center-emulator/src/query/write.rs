//! JSON text of rows.

use std::fmt::Write;

use super::{Query, Rows, Rules, group::Group, numbers};
use crate::data::table::{BATCH, Cell, ColumnKind, Key, Table};

/// Returns the rows as JSON objects, separated by commas or line feeds.
pub(super) fn rows(
    table: &dyn Table,
    keys: &[Key],
    columns: &[usize],
    one_per_line: bool,
) -> String {
    let next = if one_per_line { "\n{" } else { ",{" };
    let mut json = String::with_capacity(keys.len() * columns.len() * 24);
    let mut codes = vec![Vec::new(); columns.len()];
    let mut values = vec![Vec::new(); columns.len()];
    let kinds: Vec<_> = columns
        .iter()
        .filter_map(|column| table.columns().get(*column))
        .collect();
    for batch in keys.chunks(BATCH) {
        for ((column, kind), (codes, values)) in columns
            .iter()
            .zip(&kinds)
            .zip(codes.iter_mut().zip(&mut values))
        {
            codes.clear();
            match kind.kind {
                ColumnKind::Coded => table.codes(*column, batch, codes),
                _ => numbers(table, *column, batch, values),
            }
        }
        for row in 0..batch.len() {
            json.push_str(if json.is_empty() { "{" } else { next });
            for (index, (column, kind)) in columns.iter().zip(&kinds).enumerate() {
                if index > 0 {
                    json.push(',');
                }
                name(&mut json, kind.name);
                let number = values[index].get(row).copied().unwrap_or_default();
                match kind.kind {
                    ColumnKind::Coded => {
                        let code = codes[index].get(row).copied().unwrap_or_default();
                        cell(&mut json, &table.cell(*column, code));
                    }
                    ColumnKind::Count => count(&mut json, number, false),
                    ColumnKind::Decimal => decimal(&mut json, number),
                }
            }
            json.push('}');
        }
    }
    json
}

/// Returns a page of groups.
pub(super) fn groups(
    table: &dyn Table,
    groups: &[Group<'_>],
    query: &Query<'_>,
    rules: Rules,
) -> Rows {
    let total = groups.len();
    let start = query.skip.min(total);
    let end = query.skip.saturating_add(query.top).min(total);
    let page = groups.get(start..end).unwrap_or_default();
    let mut json = String::new();
    let kind = |name: &str| {
        table
            .column(name)
            .and_then(|index| table.columns().get(index))
    };
    for group in page {
        json.push_str(if json.is_empty() { "{" } else { ",{" });
        let mut separator = "";
        for (field, value) in query.group_by.iter().zip(&group.cells) {
            json.push_str(separator);
            separator = ",";
            name(&mut json, field);
            cell(&mut json, value);
        }
        for (measure, sum) in query.measures.iter().zip(&group.sums) {
            json.push_str(separator);
            separator = ",";
            name(&mut json, measure);
            match kind(measure).map(|column| column.kind) {
                Some(ColumnKind::Decimal) => decimal(&mut json, *sum),
                _ => count(&mut json, *sum, rules.group_counts_are_text),
            }
        }
        json.push('}');
    }
    Rows {
        json,
        count: page.len(),
        total,
    }
}

fn name(json: &mut String, name: &str) {
    json.push('"');
    json.push_str(name);
    json.push_str("\":");
}

fn cell(json: &mut String, cell: &Cell<'_>) {
    match cell {
        Cell::Null => json.push_str("null"),
        Cell::Boolean(true) => json.push_str("true"),
        Cell::Boolean(false) => json.push_str("false"),
        // Writing to a `String` does not fail.
        Cell::Number(number) => {
            let _ = write!(json, "{number}");
        }
        Cell::Time(moment) => {
            json.push('"');
            moment.write(json);
            json.push('"');
        }
        Cell::Text(text) => text_value(json, text),
    }
}

/// Writes a text; most texts have no characters to escape.
fn text_value(json: &mut String, text: &str) {
    let is_plain = text
        .bytes()
        .all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    match is_plain {
        true => {
            json.push('"');
            json.push_str(text);
            json.push('"');
        }
        // A text always has a JSON text.
        false => json.push_str(&serde_json::to_string(text).unwrap_or_default()),
    }
}

fn count(json: &mut String, number: i64, is_text: bool) {
    let quote = if is_text { "\"" } else { "" };
    let _ = write!(json, "{quote}{number}{quote}");
}

/// Writes a number in millionths: whole numbers without a point
/// ([T29](partner_center_catalog::deviations#t29)).
fn decimal(json: &mut String, millionths: i64) {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, fraction) = (
        millionths.unsigned_abs() / 1_000_000,
        millionths.unsigned_abs() % 1_000_000,
    );
    let _ = write!(json, "{sign}{whole}");
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        json.push('.');
        json.push_str(digits.trim_end_matches('0'));
    }
}
