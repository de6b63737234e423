//! Bar charts: one small SVG image for each bar, between its label and its value as text, so that
//! labels wrap on a narrow screen and screen readers read a list.

use std::io::{self, Write};

use partner_center::Row;

use super::text::{escaped, grouped, label, write_data};
use super::values::{field, length, value};
use crate::output::{Chart, Section};

/// Maximum number of bars, in the order of the rows.
pub(super) const MAX_BARS: usize = 20;

/// Smallest visible length of a bar, in percent of the longest.
const MIN_PERCENT: f64 = 0.5;

/// Bar of a chart.
struct Bar<'row> {
    row: &'row dyn Row,
    part: f64,
    whole: Option<f64>,
}

/// Writes the chart of a section. `id`: that of the section.
pub(super) fn write(
    section: &Section,
    chart: &Chart,
    id: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = section.rows.iter().map(|row| &**row);
    let bars: Vec<_> = rows.filter_map(|row| Bar::new(row, chart)).collect();
    let all = bars.len();
    let shown = chart.chosen(bars, MAX_BARS);
    let left_out = all - shown.len();
    let lengths = shown.iter().map(Bar::extent);
    let longest = lengths.fold(0.0, f64::max);
    if longest <= 0.0 {
        return Ok(());
    }
    write!(
        out,
        "<figure class=\"chart\" aria-labelledby=\"{id}-chart\" aria-describedby=\"{id}-legend\">\n<figcaption id=\"{id}-chart\">{}</figcaption>\n",
        escaped(chart.title)
    )?;
    legend(chart, id, out)?;
    writeln!(out, "<ol>")?;
    for bar in &shown {
        bar.write(chart, longest, out)?;
    }
    writeln!(out, "</ol>")?;
    if left_out > 0 {
        writeln!(
            out,
            "<p class=\"hint\">{} {MAX_BARS} of {} bars. <a href=\"#{id}\">The table</a> has all rows.</p>",
            if chart.is_series {
                "Every so many days:"
            } else {
                "The first"
            },
            grouped(&all.to_string())
        )?;
    }
    writeln!(out, "</figure>")
}

/// Writes the meanings of the filled and the outlined part of a bar.
fn legend(chart: &Chart, id: &str, out: &mut dyn Write) -> io::Result<()> {
    let key = |class: &str, name: &str| {
        format!(
            "<span><svg class=\"key\" width=\"14\" height=\"10\" aria-hidden=\"true\"><rect class=\"{class}\" x=\"1\" y=\"1\" width=\"12\" height=\"8\"/></svg> {}</span>",
            escaped(&label(name))
        )
    };
    let whole = chart
        .whole
        .map(|name| key("whole", name))
        .unwrap_or_default();
    writeln!(
        out,
        "<p class=\"legend\" id=\"{id}-legend\">{}{whole}</p>",
        key("part", chart.value)
    )
}

impl<'row> Bar<'row> {
    /// Returns the bar of a row; `None` without a number.
    fn new(row: &'row dyn Row, chart: &Chart) -> Option<Self> {
        let part = length(field(row, chart.value))?;
        let whole = chart.whole.and_then(|name| length(field(row, name)));
        Some(Self { row, part, whole })
    }

    /// Returns the length of the longer part: a part can exceed its whole, such as more users than
    /// licences.
    fn extent(&self) -> f64 {
        self.whole.unwrap_or(0.0).max(self.part)
    }

    fn write(&self, chart: &Chart, longest: f64, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "<li><span class=\"label\">")?;
        let mut labels = Vec::new();
        for name in chart.labels {
            labels.push(value(field(self.row, name))?.text);
        }
        labels.retain(|text| !text.is_empty());
        for (index, text) in labels.iter().enumerate() {
            let (open, close) = if index == 0 {
                ("<b>", "</b>")
            } else {
                (", ", "")
            };
            write!(out, "{open}")?;
            write_data(text, out)?;
            write!(out, "{close}")?;
        }
        let part = escaped(&value(field(self.row, chart.value))?.text);
        write!(out, "</span> <span class=\"amount\">{part}")?;
        if let (Some(name), Some(_)) = (chart.whole, self.whole) {
            let whole = escaped(&value(field(self.row, name))?.text);
            write!(out, " <span class=\"of\">of {whole}</span>")?;
        }
        write!(out, "</span> ")?;
        self.write_image(longest, out)?;
        writeln!(out, "</li>")
    }

    /// Writes the bar. Widths in percent keep the thickness of lines at every width of the page.
    fn write_image(&self, longest: f64, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "<svg class=\"bar\" role=\"img\"><title>{}</title>",
            self.title(longest)
        )?;
        if self.part > 0.0 {
            let percent = percent(self.part, longest);
            write!(
                out,
                "<rect class=\"part\" y=\"1\" width=\"{percent}%\" height=\"12\"/>"
            )?;
        }
        if let Some(whole) = self.whole.filter(|whole| *whole > 0.0) {
            let percent = percent(whole, longest);
            write!(
                out,
                "<rect class=\"whole\" y=\"1\" width=\"{percent}%\" height=\"12\"/>"
            )?;
        }
        write!(out, "</svg>")
    }

    /// Returns what the image shows beyond the text beside it.
    fn title(&self, longest: f64) -> String {
        match self.whole {
            Some(whole) if whole > 0.0 => {
                format!("{} of the whole", share(self.part / whole))
            }
            Some(_) => "The whole is 0".to_owned(),
            None => format!("{} of the longest bar", share(self.part / longest)),
        }
    }
}

/// Returns a length in percent of the longest.
fn percent(length: f64, longest: f64) -> String {
    let percent = (length / longest * 100.0).clamp(MIN_PERCENT, 100.0);
    let text = format!("{percent:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a ratio as a whole percentage, which is 0 or 100 only for exact values.
fn share(ratio: f64) -> String {
    match ratio * 100.0 {
        percent if percent > 0.0 && percent < 1.0 => "less than 1%".to_owned(),
        percent if percent > 99.0 && percent < 100.0 => "more than 99%".to_owned(),
        percent => format!("{percent:.0}%"),
    }
}
