//! Bars of a chart on a terminal.

use std::io::{self, Write};

use partner_center::Row;

use super::{Chart, Section};
use crate::output::Columns;
use crate::output::table::{display_width, grouped, shortened};
use crate::printable::printable;

/// Number of bars of a chart; the table above it has all rows.
const MAX_BARS: usize = 12;
/// Length of the longest bar.
const LENGTH: usize = 24;
/// Width of a terminal below which labels and numbers leave no space for bars.
const MIN_WIDTH: usize = 60;

/// Bar of a row.
struct Bar {
    label: String,
    /// Numbers beside the bar.
    figures: String,
    /// Length as a share of the longest one.
    share: f64,
}

/// Writes the bars of the first rows.
pub(super) fn write(
    section: &Section,
    chart: &Chart,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bars = bars(section, chart)?;
    if width < MIN_WIDTH || bars.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", shortened(chart.title, width))?;
    let bars = chart.chosen(bars, MAX_BARS);
    let figures = bars.iter().map(|bar| display_width(&bar.figures)).max();
    let space = width.saturating_sub(LENGTH + 4 + figures.unwrap_or(0));
    let labels = bars.iter().map(|bar| display_width(&bar.label)).max();
    let space = space.min(labels.unwrap_or(0));
    for bar in bars {
        let label = shortened(&bar.label, space);
        let padding = " ".repeat(space.saturating_sub(display_width(&label)));
        // The share is between 0 and 1.
        let filled = ((bar.share * LENGTH as f64).round() as usize).min(LENGTH);
        let (filled, rest) = ("█".repeat(filled), "░".repeat(LENGTH - filled));
        writeln!(out, "{label}{padding}  {filled}{rest}  {}", bar.figures)?;
    }
    Ok(())
}

/// Returns the bars of all rows that have a value.
fn bars(section: &Section, chart: &Chart) -> io::Result<Vec<Bar>> {
    let mut names = chart.labels.to_vec();
    names.push(chart.value);
    names.extend(chart.whole);
    let Ok(mut columns) = Columns::choose(None, &names, section.fields) else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for row in section.rows() {
        let texts = texts(row, &mut columns)?;
        let (labels, numbers) = texts.split_at(chart.labels.len().min(texts.len()));
        let parsed: Vec<f64> = numbers
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        let labels: Vec<_> = labels.iter().map(|label| printable(label)).collect();
        match (numbers, parsed.as_slice()) {
            ([value], [number]) => {
                let figures = grouped(value).into_owned();
                rows.push((labels.join(", "), figures, *number, None));
            }
            ([value, whole], [number, all]) => {
                let figures = format!("{} of {}", grouped(value), grouped(whole));
                rows.push((labels.join(", "), figures, *number, Some(*all)));
            }
            _ => {}
        }
    }
    let longest = rows
        .iter()
        .map(|(_, _, number, _)| *number)
        .fold(0.0, f64::max);
    let bars = rows.into_iter().map(|(label, figures, number, whole)| {
        let whole = whole.unwrap_or(longest);
        Bar {
            label,
            figures,
            share: match whole > 0.0 {
                true => (number / whole).clamp(0.0, 1.0),
                false => 0.0,
            },
        }
    });
    Ok(bars.collect())
}

fn texts(row: &dyn Row, columns: &mut Columns) -> io::Result<Vec<String>> {
    let (mut cells, mut buffer) = (Vec::new(), Vec::new());
    columns.cells(row, 1, &mut cells)?;
    let texts = cells
        .iter()
        .map(|cell| Ok(cell.text(&mut buffer)?.to_owned()));
    texts.collect()
}
