#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`Holdings`], [`Source`] | accumulator of rows, with their age |
//! | [`Joined`] | the join of the rows, from which all reports are made |
//! | [`unused`], [`renewals`], [`adoption`], [`customer`] | the reports |
//! | [`UnusedRow`], [`RenewalRow`], [`AdoptionRow`], .. | their rows, with the fields as data (`FIELDS`) |
//! | [`Exclusions`], [`Prices`], [`FileError`] | files with products to leave out and with prices |
//! | [`Spare`] | licences that customers keep as a reserve |
//!
//! # The join
//!
//! The three operations describe the same licences, with different keys:
//!
//! | operation | customer | product | further keys | counts |
//! |---|---|---|---|---|
//! | `commercial_licenses_deployment` | tenant id | id, name | service, channel | sold, deployed |
//! | `commercial_licenses_usage` | tenant id | id, name | service, channel, workload | active, qualified |
//! | `subscriptions` | tenant id | name only | subscription | licences of the subscription |
//!
//! A report has one row per customer and product. These rules make it:
//!
//! - **Customers** are tenant ids without regard to case. The names are for display: two customers
//!   can have one name, and one customer several names over time. A row without an id belongs to the
//!   customer of its name that has no id, never to one with an id.
//! - **Products** are product ids without regard to case, in rows without an id the name. A product
//!   can have several names; the one of the latest row is shown.
//! - **Deployment** is added up over services and channels. Of rows with the same customer, product,
//!   service and channel, those of the latest processing time count; the number of the others is in
//!   the line on the age of the data. Rows with the same keys and the same time are added up.
//! - **Usage** is added up over services and channels within a workload, and never over workloads,
//!   since a licence counts once in each of them. Active licences of a product are those of the
//!   workload that has most of them: at least so many licences are in use.
//! - **Subscriptions** are joined by tenant id and name of the product: any name that a row of the
//!   deployment or the usage gives to the product, in letters and digits alone, without case. If
//!   there is none, the other names of products that Microsoft renamed are tried. If the customer has several
//!   products of the name, the subscription counts once: with the product that has as many licences
//!   sold, or else with the one that has most.
//! - **Which subscriptions.** Those with the status `DEPROVISIONED` have ended and only their number
//!   is stated, as are subscriptions without licences, such as those of Azure. Suspended ones are
//!   kept. Rows with the id of another row are counted once.
//! - **What does not join** has rows of its own ([`Unused::unmatched`]): a subscription without
//!   licences sold, usage without licences sold, licences without a count.
//! - **A missing count is not zero.** Sums are of the known counts, the notes state how many are
//!   missing, and a product without any known count of licences sold or deployed has no number of
//!   unused licences.
//!
//! Nothing is lost: [`LicenseBalance`] and [`SubscriptionBalance`] state where every licence and every
//! subscription is. The order of the rows does not matter.
//!
//! # Definitions
//!
//! | count | definition |
//! |---|---|
//! | deployed | assigned to a user |
//! | not assigned | sold - deployed, at least 0 |
//! | inactive | deployed - active, at least 0; unknown without usage |
//! | unused | not assigned + inactive; without usage the licences that are not assigned |
//! | reclaimable | unused beyond the reserve ([`Spare`]) |
//! | renewal | the end of the term of a subscription, `commitmentEndDate` |
//! | amount | price of the file × licences × terms per year, in exact decimals; one sum per currency |
//!
//! Usage can exceed 100 %: more licences can be active than deployed or qualified, because the counts
//! can be of different days. Processing times differ by service ([`Holdings::freshness`]).

mod error;
mod exclusions;
mod holdings;
mod prices;
mod renames;
mod report;
mod row;
mod table;
mod text;

pub use error::FileError;
pub use exclusions::Exclusions;
pub use holdings::{Holdings, Joined, Source};
pub use prices::Prices;
pub use report::{
    Adoption, AdoptionRow, CustomerOptions, CustomerReport, LicenseBalance, MonthRow,
    RENEWAL_WINDOW, RenewalOptions, RenewalRow, Renewals, Spare, SpareError, SubscriptionBalance,
    UnmatchedRow, UnpricedRow, Unused, UnusedCustomerRow, UnusedOptions, UnusedRow, WorkloadRow,
    adoption, customer, renewals, unused,
};
