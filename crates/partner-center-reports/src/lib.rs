//! Reports on licences, from the rows of Microsoft's Partner Center analytics API.

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
pub use report::*;
