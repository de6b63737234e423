//! Documents for reading: tables with the texts that explain them, as plain text or Markdown.

use std::io::{self, Write};

use super::{Document, Section, bars};
use crate::output::table::{Look, Table, display_width};
use crate::output::{Columns, markdown};
use crate::printable::printable;

/// Writes the document as plain text.
pub(super) fn write_text(
    document: &Document,
    columns: &mut [Columns],
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("{} ({})", document.title, document.as_of);
    look.bold(&printable(&title), out)?;
    for text in &document.summary {
        paragraph("", text, look, out)?;
    }
    for (section, columns) in document.sections.iter().zip(columns) {
        writeln!(out)?;
        // A single section is what the title says.
        if document.sections.len() > 1 {
            look.bold(&printable(&section.title), out)?;
        }
        write_table(section, columns, look, out)?;
    }
    for (title, texts) in [("Sources", &document.sources), ("Notes", &document.notes)] {
        if !texts.is_empty() {
            writeln!(out)?;
            look.bold(title, out)?;
            for text in texts {
                paragraph("- ", text, look, out)?;
            }
        }
    }
    Ok(())
}

fn write_table(
    section: &Section,
    columns: &mut Columns,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::default();
    table.collect(&section.rows(), 1, columns, look)?;
    table.collect_totals(&section.totals(), columns, look)?;
    table.write(columns, look, out)?;
    if let (Some(width), Some(chart)) = (look.width, &section.chart) {
        bars::write(section, chart, width, out)?;
    }
    match section.rows.is_empty() && !look.terminal {
        true => writeln!(out, "no rows"),
        false => Ok(()),
    }
}

/// Writes a text after a mark, on lines that fit the width of the terminal.
fn paragraph(mark: &str, text: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let text = printable(text);
    let (indent, width) = (mark.len(), look.width.unwrap_or(usize::MAX));
    let (mut line, mut used) = (mark.to_owned(), indent);
    for word in text.split(' ') {
        let length = display_width(word);
        if used > indent {
            if used.saturating_add(1 + length) > width {
                writeln!(out, "{line}")?;
                line = " ".repeat(indent);
                used = indent;
            } else {
                line.push(' ');
                used += 1;
            }
        }
        line.push_str(word);
        used += length;
    }
    writeln!(out, "{line}")
}

/// Writes the document as Markdown.
pub(super) fn write_markdown(
    document: &Document,
    columns: &mut [Columns],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "# {}\n", markdown::escaped(&document.title))?;
    writeln!(out, "As of {}.", markdown::escaped(&document.as_of))?;
    for text in &document.summary {
        writeln!(out, "\n{}", markdown::escaped(text))?;
    }
    for (section, columns) in document.sections.iter().zip(columns) {
        writeln!(out)?;
        if document.sections.len() > 1 {
            writeln!(out, "## {}\n", markdown::escaped(&section.title))?;
        }
        match section.rows.is_empty() {
            true => writeln!(out, "No rows.")?,
            false => {
                markdown::begin(columns, out)?;
                markdown::rows(&section.rows(), 1, columns, out)?;
                markdown::totals(&section.totals(), columns, out)?;
            }
        }
    }
    for (title, texts) in [("Sources", &document.sources), ("Notes", &document.notes)] {
        if !texts.is_empty() {
            writeln!(out, "\n## {title}\n")?;
            for text in texts {
                writeln!(out, "- {}", markdown::escaped(text))?;
            }
        }
    }
    Ok(())
}
