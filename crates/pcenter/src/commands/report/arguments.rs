//! Options that the reports share.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use partner_center::Timestamp;
use partner_center_reports::{Exclusions, FileError, Prices, Source};
use time::{Date, OffsetDateTime};

use super::listing::Query;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Option for the customers of a report.
#[derive(Args, Debug)]
pub(crate) struct Several {
    /// Only this customer: GUID, domain or beginning of a name; repeatable
    #[arg(id = "customer", long, value_name = "CUSTOMER")]
    pub(crate) customers: Vec<String>,
}

/// Data of a report: their day, and what is left out.
#[derive(Args, Debug)]
pub(crate) struct Scope {
    /// CSV file of what to leave out: product, pattern, customer
    ///
    /// The first line names the columns, of which at least one is needed. A row leaves out what
    /// fulfils all its conditions: the name or id of a product, a pattern of names with * and ?, the
    /// id or name of a customer. Example: --exclude-file exclude.csv
    #[arg(long, value_name = "FILE")]
    exclude_file: Option<PathBuf>,

    /// Include free and trial products
    ///
    /// They are left out by default, and the notes of the report state which ones.
    #[arg(long)]
    include_free: bool,

    /// Day of the licences and the usage [default: the latest one]
    ///
    /// Subscriptions are always those of today. Example: --processed-date 2026-10-31
    #[arg(long, value_name = "DATE", hide_short_help = true)]
    processed_date: Option<Timestamp>,

    /// Day from which renewals are counted, in UTC [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_day, hide_short_help = true)]
    today: Option<Date>,
}

impl Scope {
    /// Returns the day from which renewals are counted.
    pub(crate) fn today(&self, environment: &Environment<'_>) -> Date {
        self.today
            .unwrap_or_else(|| OffsetDateTime::from((environment.now)()).date())
    }

    /// Returns the day from which renewals are counted, in a report of the snapshots of `day`.
    #[cfg(feature = "lake")]
    pub(crate) fn today_of(&self, day: Date) -> Date {
        self.today.unwrap_or(day)
    }

    /// Returns the rows that a report needs, of all customers.
    pub(crate) fn query(&self, sources: &'static [Source]) -> Query {
        Query {
            sources,
            customers: Vec::new(),
            processed_date_time: self.processed_date.clone(),
            correlation_id: None,
        }
    }

    /// Reads the exclusion file, if there is one.
    pub(crate) fn exclusions(&self) -> Result<Exclusions, Failure> {
        let exclusions = match self.include_free {
            true => Exclusions::none(),
            false => Exclusions::default(),
        };
        match &self.exclude_file {
            Some(path) => read(path, "--exclude-file", |file| exclusions.with_file(file)),
            None => Ok(exclusions),
        }
    }
}

/// Option for prices.
#[derive(Args, Debug)]
pub(crate) struct PriceFile {
    /// CSV file with prices: product, unitPrice, currency, term
    ///
    /// The API has no prices. A product is its name or its id, the term month, year or 3 years.
    /// Amounts are added up per currency and never converted. Example: --prices prices.csv
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
}

impl PriceFile {
    /// Reads the price file, if there is one.
    pub(crate) fn read(&self) -> Result<Option<Prices>, Failure> {
        let prices = self.prices.as_deref();
        prices
            .map(|path| read(path, "--prices", Prices::read))
            .transpose()
    }
}

fn read<T>(
    path: &Path,
    flag: &str,
    read: impl FnOnce(File) -> Result<T, FileError>,
) -> Result<T, Failure> {
    let found = File::open(path).map_err(FileError::from).and_then(read);
    found.map_err(|error| {
        let failure = Failure::new(Exit::Usage, format!("{flag} {}: {error}", path.display()));
        match error.line {
            Some(_) => failure.help("correct the line, or remove it"),
            None => failure.help("check the path, and that the file can be read"),
        }
    })
}

fn parse_day(text: &str) -> Result<Date, String> {
    let day: Timestamp = text.parse().map_err(|error| format!("{error}"))?;
    match text.len() {
        10 => Ok(day.date()),
        _ => Err("expected a day such as 2026-11-25".to_owned()),
    }
}

/// Reads a number of licences.
pub(super) fn parse_licenses(text: &str) -> Result<u32, String> {
    whole_number(text, "licences such as 5")
}

/// Reads a number of days.
pub(super) fn parse_days(text: &str) -> Result<u32, String> {
    whole_number(text, "days such as 30")
}

fn whole_number(text: &str, what: &str) -> Result<u32, String> {
    let number = text.parse();
    number.map_err(|_| format!("expected a number of {what}, from 0 to {}", u32::MAX))
}
