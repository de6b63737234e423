//! Age and extent of the rows of each operation.

use std::collections::BTreeMap;

use super::Holdings;
use super::moment::Moment;
use super::names::number;
use crate::text::{counted, plural};

/// Operation whose rows a report reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Source {
    /// `commercial_licenses_deployment`: sold and deployed licences.
    Deployment,
    /// `commercial_licenses_usage`: active licences by workload.
    Usage,
    /// `subscriptions`: renewals, terms and licences of subscriptions.
    Subscriptions,
}

/// Processing times of the rows of an operation.
#[derive(Debug, Default)]
pub(crate) struct Freshness {
    pub(crate) rows: u64,
    /// Rows that are left out because a row with the same key is newer.
    pub(crate) older: u64,
    undated: u64,
    /// Earliest and latest processing time by service.
    services: Vec<Option<(Moment, Moment)>>,
    /// Whether rows are known to be missing.
    pub(crate) is_incomplete: bool,
    /// Whether rows may be counted twice.
    pub(crate) may_repeat: bool,
}

impl Freshness {
    pub(crate) fn add(&mut self, service: u32, processed: Option<Moment>, older: u64) {
        self.rows += 1;
        self.older += older;
        let Some(processed) = processed else {
            self.undated += 1;
            return;
        };
        let service = service as usize;
        if self.services.len() <= service {
            self.services.resize(service + 1, None);
        }
        if let Some(times) = self.services.get_mut(service) {
            let (first, last) = times.unwrap_or((processed, processed));
            *times = Some((first.min(processed), last.max(processed)));
        }
    }

    pub(crate) fn add_undated(&mut self) {
        self.rows += 1;
    }
}

impl Holdings {
    /// States that rows of an operation are missing, such as after an error on a later page: the
    /// summaries and notes of the reports then say which figures can be wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::types::CommercialLicensesUsage;
    /// use partner_center_reports::{Exclusions, Holdings, Source, adoption};
    ///
    /// let row: CommercialLicensesUsage = serde_json::from_str(
    ///     r#"{"workloadName": "Exchange", "licensesActive": 5, "licensesQualified": 8}"#,
    /// )?;
    /// let mut holdings = Holdings::new();
    /// holdings.add_usage(&row);
    /// holdings.mark_incomplete(Source::Usage);
    ///
    /// let report = adoption(&holdings.join(), &Exclusions::default());
    /// let incomplete = |line: &String| line.starts_with("Usage data are incomplete");
    /// assert!(report.summary.iter().any(incomplete));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn mark_incomplete(&mut self, source: Source) {
        self.freshness[source as usize].is_incomplete = true;
    }

    /// States that rows of an operation may have been added twice, such as those of pages that
    /// repeat an earlier page.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{Exclusions, Holdings, Source, adoption};
    ///
    /// let mut holdings = Holdings::new();
    /// holdings.mark_repeated(Source::Usage);
    /// let report = adoption(&holdings.join(), &Exclusions::default());
    /// assert!(report.notes.iter().any(|note| note.contains("counted twice")));
    /// ```
    pub fn mark_repeated(&mut self, source: Source) {
        self.freshness[source as usize].may_repeat = true;
    }

    pub(crate) fn is_incomplete(&self, source: Source) -> bool {
        self.freshness[source as usize].is_incomplete
    }

    pub(crate) fn may_repeat(&self, source: Source) -> bool {
        self.freshness[source as usize].may_repeat
    }

    /// Returns one line on the number of rows of an operation and the days on which they were
    /// processed, which differ by service.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{Holdings, Source};
    ///
    /// assert_eq!(Holdings::new().freshness(Source::Usage), "no rows");
    /// ```
    #[must_use]
    pub fn freshness(&self, source: Source) -> String {
        let freshness = &self.freshness[source as usize];
        if freshness.rows == 0 {
            return "no rows".to_owned();
        }
        let mut line = counted(freshness.rows, "row", "rows");
        if source == Source::Subscriptions {
            line.push_str(", as of the call: the operation has no processing time");
            self.add_subscription_remarks(&mut line);
            return line;
        }
        let mut by_days: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (service, times) in freshness.services.iter().enumerate() {
            let days = times.and_then(|(first, last)| Some((first.date()?, last.date()?)));
            let code = self.services.get(number(service));
            if let (Some((first, last)), Some(code)) = (days, code) {
                let days = match first == last {
                    true => first.to_string(),
                    false => format!("{first} to {last}"),
                };
                by_days.entry(days).or_default().push(&code.code);
            }
        }
        let one = by_days.len() == 1;
        for (days, services) in &mut by_days {
            services.sort_unstable();
            let services = match one {
                true => String::new(),
                false => format!(" ({})", services.join(", ")),
            };
            line.push_str(&format!(", processed {days}{services}"));
        }
        if freshness.undated > 0 {
            let rows = counted(freshness.undated, "row", "rows");
            line.push_str(&format!(", {rows} without a processing time"));
        }
        if freshness.older > 0 {
            let rows = counted(freshness.older, "row", "rows");
            line.push_str(&format!(
                ", {rows} left out because a newer row has the same product, service and channel"
            ));
        }
        line
    }

    fn add_subscription_remarks(&self, line: &mut String) {
        let read = &self.subscriptions;
        if read.ended > 0 {
            let verb = plural(read.ended, "has", "have");
            let rows = counted(read.ended, "subscription", "subscriptions");
            line.push_str(&format!("; {rows} {verb} ended"));
            if read.ended_licenses != 0 {
                let licenses = counted(read.ended_licenses, "licence", "licences");
                line.push_str(&format!(", with {licenses} that are not counted"));
            }
        }
        if read.without_licenses > 0 {
            let rows = counted(read.without_licenses, "subscription", "subscriptions");
            let verb = plural(read.without_licenses, "has", "have");
            line.push_str(&format!(
                "; {rows} {verb} no licences, such as those of Azure"
            ));
        }
        if read.repeated > 0 {
            let rows = counted(read.repeated, "row", "rows");
            line.push_str(&format!(
                "; {rows} left out because another row has the same id"
            ));
        }
    }
}
