//! Choice of the rows.

use std::{path::Path, sync::Arc};

use partner_center_core::Timestamp;

use crate::data::{
    calendar::Day,
    files::Files,
    world::{MAX_CUSTOMERS, MAX_DAYS, WorldSettings},
};

pub use crate::data::files::DataError;

/// Rows that an emulator returns; see
/// [`EmulatorBuilder::data`](crate::EmulatorBuilder::data).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_emulator::{DataSet, Emulator, SyntheticData};
///
/// // A test that compares figures sets the day; otherwise they move with the calendar.
/// let data = SyntheticData::new().customers(10).today("2026-11-25".parse()?);
/// let emulator = Emulator::builder().data(DataSet::synthetic(data)).start().await?;
/// # use std::sync::Arc;
/// # use partner_center::{Client, RetryOptions};
/// # use partner_center::credential::StaticTokenCredential;
/// # use partner_center_emulator::TokenOptions;
/// # let token = emulator.mint_token(TokenOptions::new());
/// # let client = Client::builder()
/// #     .base_url(emulator.url())
/// #     .credential(Arc::new(StaticTokenCredential::new(token)))
/// #     .build()?;
/// let customers = client.customers().send().await?;
/// assert_eq!(customers.items.len(), 10);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DataSet(pub(crate) Source);

#[derive(Clone, Debug)]
pub(crate) enum Source {
    Documented,
    Synthetic {
        settings: SyntheticData,
        /// Rows that replace those of their operations.
        files: Option<Arc<Files>>,
    },
}

impl DataSet {
    /// Selects the responses of Microsoft's documentation, byte for byte.
    ///
    /// `top` and `skip` split the rows into pages; every other query is checked, but does not
    /// change the rows.
    #[must_use]
    pub fn documented() -> Self {
        Self(Source::Documented)
    }

    /// Selects a made-up partner whose customers, licences, subscriptions, Azure usage, resellers,
    /// searches and referrals belong together.
    #[must_use]
    pub fn synthetic(settings: SyntheticData) -> Self {
        Self(Source::Synthetic {
            settings,
            files: None,
        })
    }

    /// Reads rows from a file or from the files of a folder. They replace the rows of their
    /// operations; the other operations keep the synthetic rows of `settings`.
    ///
    /// The name of a file is the id of an operation, for example `azure_usage.csv`. Properties
    /// have their documented names and formats:
    ///
    /// | extension | content |
    /// |---|---|
    /// | `.csv` | a header line, then one line per row; an empty value is a missing one |
    /// | `.json` | an array of rows; or, under any other name, an object with an array per operation |
    /// | `.ndjson` | one row per line |
    ///
    /// Rows of one customer (`customer_licenses_deployment`, `customer_licenses_usage` and
    /// `subscribed_skus`) have its id in `customerId`.
    ///
    /// # Errors
    ///
    /// [`DataError`] with the file and the line, for a file that cannot be read, an unknown
    /// operation, an unknown column, a bad row, and for ids of customers that are not among the
    /// customers.
    ///
    /// ```
    /// use partner_center_emulator::{DataSet, SyntheticData};
    ///
    /// let missing = DataSet::from_path("no/such/folder", SyntheticData::new()).unwrap_err();
    /// assert!(missing.to_string().contains("no/such/folder"));
    /// ```
    pub fn from_path(path: impl AsRef<Path>, settings: SyntheticData) -> Result<Self, DataError> {
        let files = Files::read(path.as_ref())?;
        Ok(Self(Source::Synthetic {
            settings,
            files: Some(Arc::new(files)),
        }))
    }
}

/// The synthetic data of [`DataSet::synthetic`].
impl Default for DataSet {
    fn default() -> Self {
        Self::synthetic(SyntheticData::new())
    }
}

/// Settings of synthetic data. Equal settings give equal rows.
///
/// ```
/// use partner_center_emulator::SyntheticData;
///
/// let large = SyntheticData::new().customers(100_000).days(30).seed(7);
/// # let _ = large;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "settings have no effect before they are passed to `DataSet::synthetic`"]
pub struct SyntheticData {
    customers: u32,
    days: u16,
    seed: u64,
    today: Option<Day>,
}

impl SyntheticData {
    /// Returns the default settings: 50 customers, 90 days, seed 1, the current day.
    pub fn new() -> Self {
        Self {
            customers: 50,
            days: 90,
            seed: 1,
            today: None,
        }
    }

    /// Sets the number of customers, at most 100,000; 0 becomes 1. Default: 50.
    pub fn customers(mut self, customers: u32) -> Self {
        self.customers = customers.clamp(1, MAX_CUSTOMERS);
        self
    }

    /// Sets the number of days with figures, at most 1,095; 0 becomes 1. Default: 90.
    pub fn days(mut self, days: u16) -> Self {
        self.days = days.clamp(1, MAX_DAYS);
        self
    }

    /// Sets the seed of all names, ids and figures. Default: 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the day on which the emulator starts; the last figures are those of the day before.
    /// When the emulator's clock moves on, so does the day. Default: the day of the clock.
    pub fn today(mut self, today: Timestamp) -> Self {
        self.today = Some(Day::of(today.date()));
        self
    }

    /// Returns the settings of the world; `now` is the day of the clock.
    pub(crate) fn world(self, now: Day) -> WorldSettings {
        WorldSettings {
            customers: self.customers,
            days: self.days,
            seed: self.seed,
            today: self.today.unwrap_or(now),
        }
    }
}

impl Default for SyntheticData {
    fn default() -> Self {
        Self::new()
    }
}
