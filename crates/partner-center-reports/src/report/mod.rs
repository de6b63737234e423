//! The reports, each a function of the joined holdings.

mod adoption;
mod customer;
mod facts;
mod money;
mod renewals;
mod selection;
mod shared;
mod unmatched;
mod unused;

pub use adoption::{Adoption, AdoptionRow, WorkloadRow, adoption};
pub use customer::{CustomerOptions, CustomerReport, customer};
pub use renewals::{MonthRow, RenewalOptions, RenewalRow, Renewals, SubscriptionBalance, renewals};
pub use unmatched::UnmatchedRow;
pub use unused::{
    LicenseBalance, RENEWAL_WINDOW, Spare, SpareError, UnpricedRow, Unused, UnusedCustomerRow,
    UnusedOptions, UnusedRow, unused,
};
