//! Workbook of a document: one sheet per section, and a sheet with the texts that explain them.

use std::io::{self, Write};
use std::path::Path;

use super::Document;
use crate::output::Columns;
use crate::output::xlsx::Book;

/// Writes the workbook, and returns it for its limits.
pub(super) fn write(
    document: &Document,
    columns: Vec<Columns>,
    folder: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<Book> {
    let mut book = Book::new(folder)?;
    for (section, mut columns) in document.sections.iter().zip(columns) {
        let rows = section.rows();
        columns.discover(&rows, 1)?;
        // A reader sees the columns of the table without scrolling past ids.
        columns.put_first(&section.columns);
        columns.fix();
        book.begin(section.name, &columns)?;
        book.rows(&rows, 1, &mut columns)?;
        book.end(&section.totals(), &mut columns)?;
    }
    book.about(&about(document))?;
    book.save(out)?;
    Ok(book)
}

/// Returns the headings and texts of the sheet that explains the others.
fn about(document: &Document) -> Vec<(String, String)> {
    let mut lines = vec![
        ("Report".to_owned(), document.title.clone()),
        ("As of".to_owned(), document.as_of.clone()),
    ];
    for (heading, texts) in [
        ("Summary", &document.summary),
        ("Sources", &document.sources),
        ("Notes", &document.notes),
    ] {
        for (index, text) in texts.iter().enumerate() {
            let heading = if index == 0 { heading } else { "" };
            lines.push((heading.to_owned(), text.clone()));
        }
    }
    for section in &document.sections {
        lines.push((format!("Sheet {}", section.name), section.title.clone()));
        let columns = section.fields.iter();
        lines.extend(columns.map(|field| (field.name.to_owned(), field.meaning.to_owned())));
    }
    lines
}
