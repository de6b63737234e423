//! Document of a report: tables that belong together, with the texts that explain them. It is held
//! in memory, unlike the rows of a listing.

mod bars;
mod prose;
mod structured;
#[cfg(test)]
mod tests;
mod workbook;
mod write;

use partner_center::{Field, Row};

pub(crate) use write::DocumentOutput;

/// Report that is ready to be written in any format.
#[derive(Debug)]
pub(crate) struct Document {
    /// Name of the command, such as `unused`.
    pub(crate) report: &'static str,
    /// Title for people, such as "Unused licences".
    pub(crate) title: String,
    /// Day for which the report was made, `2026-11-25`.
    pub(crate) as_of: String,
    /// Conclusions in one sentence each, such as "412 of 5,120 seats are unused".
    pub(crate) summary: Vec<String>,
    /// Tables. The first one is the report itself: the formats of rows, such as CSV, have its rows
    /// only.
    pub(crate) sections: Vec<Section>,
    /// Age and completeness of the data, one line per source.
    pub(crate) sources: Vec<String>,
    /// Definitions of columns, exclusions and limits of the data, one per footnote.
    pub(crate) notes: Vec<String>,
}

/// Table of a document.
#[derive(Debug)]
pub(crate) struct Section {
    /// Key in JSON and name of the sheet in a workbook: lower case, without spaces.
    pub(crate) name: &'static str,
    /// Title for people.
    pub(crate) title: String,
    /// All fields of a row, with their kinds and meanings.
    pub(crate) fields: &'static [Field],
    /// Columns of a table on a terminal or a page; empty for all.
    pub(crate) columns: Vec<&'static str>,
    /// Rows in their order.
    pub(crate) rows: Vec<Box<dyn Row>>,
    /// Rows of totals, with the same fields: one, or one per currency.
    pub(crate) totals: Vec<Box<dyn Row>>,
    /// Chart of these rows, for HTML and for bars on a terminal.
    pub(crate) chart: Option<Chart>,
}

/// Chart of the rows of a section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chart {
    /// What the chart shows, for people who cannot see it.
    pub(crate) title: &'static str,
    /// Fields whose values label a bar, from general to specific.
    pub(crate) labels: &'static [&'static str],
    /// Field with the length of the bar.
    pub(crate) value: &'static str,
    /// Field with the length of the whole, of which `value` is a part. `None` for bars without one.
    pub(crate) whole: Option<&'static str>,
    /// Whether the rows are a series in time, of which bars are chosen at equal distances. Otherwise
    /// the first rows have bars.
    pub(crate) is_series: bool,
}

impl Chart {
    /// Chooses at most `most` of the bars.
    pub(in crate::output) fn chosen<T>(&self, bars: Vec<T>, most: usize) -> Vec<T> {
        let count = bars.len();
        if !self.is_series || count <= most || most < 2 {
            return bars.into_iter().take(most).collect();
        }
        // The last row, which is the latest one, always has a bar.
        let is_chosen = |at: usize| {
            let number = at * (most - 1) / (count - 1);
            at == 0 || number != (at - 1) * (most - 1) / (count - 1)
        };
        let bars = bars.into_iter().enumerate();
        bars.filter(|(at, _)| is_chosen(*at))
            .map(|(_, bar)| bar)
            .collect()
    }
}

impl Section {
    /// Returns the rows.
    fn rows(&self) -> Vec<&dyn Row> {
        self.rows.iter().map(|row| &**row).collect()
    }

    /// Returns the rows of totals.
    fn totals(&self) -> Vec<&dyn Row> {
        self.totals.iter().map(|row| &**row).collect()
    }
}
