//! The reports, each a function of the joined holdings.

mod facts;
mod selection;
mod shared;
mod unmatched;
mod unused;

pub use unmatched::UnmatchedRow;
pub use unused::{
    LicenseBalance, RENEWAL_WINDOW, Spare, SpareError, UnpricedRow, Unused, UnusedCustomerRow,
    UnusedOptions, UnusedRow, unused,
};
