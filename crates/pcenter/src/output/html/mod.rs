//! Document as one self-contained HTML page: it loads nothing, and its content security policy
//! allows only its own style and script.

mod chart;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod sample;
mod table;
mod text;
mod values;

use std::io::{self, BufWriter, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use self::text::{escaped, write_data};
use self::values::long_day;
use super::{Document, Section};

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// Number of columns from which a page is printed in landscape format.
const WIDE: usize = 7;

/// Writes a document as an HTML page.
pub(crate) fn write(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::new(out);
    head(document, out)?;
    header(document, out)?;
    writeln!(out, "<main id=\"main\" tabindex=\"-1\">")?;
    summary(&document.summary, out)?;
    // A single chart is an overview, which the reader needs before the tables.
    let charts = document
        .sections
        .iter()
        .filter(|section| section.chart.is_some());
    let overview = charts.clone().count() == 1;
    for section in charts.filter(|_| overview) {
        write_chart(section, out)?;
    }
    contents(&document.sections, out)?;
    for section in &document.sections {
        write_section(section, !overview, out)?;
    }
    footnotes(document, out)?;
    writeln!(out, "</main>")?;
    writeln!(
        out,
        "<footer><p>Made by <code>pcenter report {}</code>, version {}.</p></footer>",
        escaped(document.report),
        env!("CARGO_PKG_VERSION"),
    )?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?;
    out.flush()
}

fn head(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    // Hashes instead of `unsafe-inline`: text of the data that became markup could not run.
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"format-detection\" content=\"telephone=no\">\n\
         <title>{}, {}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>",
        hash(STYLE),
        hash(SCRIPT),
        escaped(&document.title),
        escaped(&long_day(&document.as_of)),
    )
}

fn header(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let columns = document
        .sections
        .iter()
        .map(|section| table::columns(section).len());
    let class = if columns.max() > Some(WIDE) {
        " class=\"wide\""
    } else {
        ""
    };
    writeln!(
        out,
        "<body{class}>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n\
         <p class=\"source\">Microsoft Partner Center</p>"
    )?;
    write!(out, "<h1>")?;
    write_data(&document.title, out)?;
    writeln!(
        out,
        "</h1>\n<p class=\"as-of\">As of <time datetime=\"{}\">{}</time></p>\n</header>",
        escaped(&document.as_of),
        escaped(&long_day(&document.as_of))
    )
}

fn summary(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    write_list("summary", "Summary", "ul", lines, out)
}

/// Writes links to the sections, if there are several.
fn contents(sections: &[Section], out: &mut dyn Write) -> io::Result<()> {
    if sections.len() < 2 {
        return Ok(());
    }
    write!(out, "<nav aria-label=\"Sections\"><ul>")?;
    for section in sections {
        let id = id(section);
        write!(out, "<li><a href=\"#{id}\">")?;
        write_data(&section.title, out)?;
        write!(out, "</a></li>")?;
    }
    writeln!(out, "</ul></nav>")
}

/// Returns the id of a section, which no part of the page has.
fn id(section: &Section) -> String {
    format!("s-{}", escaped(section.name))
}

fn write_chart(section: &Section, out: &mut dyn Write) -> io::Result<()> {
    match &section.chart {
        Some(chart) => chart::write(section, chart, &id(section), out),
        None => Ok(()),
    }
}

/// Writes the table of a section, and its chart if that is not written elsewhere.
fn write_section(section: &Section, with_chart: bool, out: &mut dyn Write) -> io::Result<()> {
    let id = id(section);
    write!(
        out,
        "<section id=\"{id}\" class=\"table\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">"
    )?;
    write_data(&section.title, out)?;
    writeln!(out, "</h2>")?;
    if with_chart {
        write_chart(section, out)?;
    }
    table::write(section, &id, out)?;
    writeln!(out, "</section>")
}

fn footnotes(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<div class=\"footnotes\">")?;
    write_list("sources", "Sources", "ul", &document.sources, out)?;
    write_list("notes", "Notes", "ol", &document.notes, out)?;
    table::write_meanings(&document.sections, out)?;
    writeln!(out, "</div>")
}

/// Writes a section that is a list of sentences, unless there are none.
fn write_list(
    id: &str,
    title: &str,
    list: &str,
    lines: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section class=\"{id}\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n<{list}>"
    )?;
    for line in lines {
        write!(out, "<li>")?;
        write_data(line, out)?;
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</{list}>\n</section>")
}

#[cfg(test)]
mod tests;
