//! Types of responses and parameters, and how they are read and written. Needs no HTTP.

mod additional;
pub(crate) mod api_error;
mod bounded;
pub(crate) mod cloud;
pub(crate) mod collection;
pub mod decode;
pub(crate) mod envelope;
mod error_in_success;
mod identifier;
pub mod lenient_object;
mod links;
pub(crate) mod list;
pub(crate) mod locale;
mod number;
mod open_enum;
mod page;
mod row;
mod row_seed;
pub(crate) mod sanitize;
pub mod scalar;
mod timestamp;
pub(crate) mod unknown;

pub use additional::AdditionalProperties;
pub use api_error::ApiError;
pub use bounded::{Bounded, OutOfBounds};
pub use cloud::{Cloud, CustomCloud, UnknownCloud};
pub use collection::{Collection, CountMismatch, ResourceAttributes};
pub use envelope::{Envelope, Next};
pub use identifier::Identifier;
pub use links::{Link, LinkHeader, ResourceLinks};
pub use locale::{Locale, LocaleError};
pub use number::Number;
pub use page::Page;
pub use row::{AsFieldValue, FieldValue, Row, ToJson};
pub use timestamp::{Timestamp, TimestampError};
pub use unknown::{Sign, UnknownProperty};
