//! Types of the generated tables, and functions used in their rows.

use std::fmt::Debug;
use std::pin::Pin;
use std::str::FromStr;

use httpmock::MockServer;
use partner_center::decode::{DecodeError, decode};
use partner_center::query::{AggregationLevel, GroupBy, QueryOperation};
use partner_center::{Client, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::view::Decoded;

/// Test case of an operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationCase {
    /// `operationId`.
    pub id: &'static str,
    /// Name of the row type's schema in the spec.
    pub row: &'static str,
    /// Property of the response with the rows; empty if the response is the row.
    pub rows_in: &'static str,
    /// Decodes a response as the operation's type and lists every property.
    pub decode: Decode,
    /// Decodes a response as the operation's type and encodes it again.
    pub round_trip: RoundTrip,
    /// Calls the operation with every parameter set, against a mock that expects exactly these
    /// parameters and returns this response.
    pub wire: WireTest,
    /// Documented requests by the names of their exchanges.
    pub documented: &'static [(&'static str, DocumentedCall)],
}

/// Function that sends a documented request.
pub type DocumentedCall = for<'a> fn(&'a Client) -> CallFuture<'a>;

/// Future of a [`DocumentedCall`].
pub type CallFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// Function that decodes JSON as a type and lists every property.
pub type Decode = fn(&[u8]) -> Result<Decoded, DecodeError>;

/// Function that decodes JSON as a type and encodes it again.
pub type RoundTrip = fn(&[u8]) -> Result<String, DecodeError>;

/// Function of [`OperationCase::wire`].
pub type WireTest = for<'a> fn(&'a MockServer, &'a Client, &'a [u8]) -> WireFuture<'a>;

/// Future of [`OperationCase::wire`].
pub type WireFuture<'a> = Pin<Box<dyn Future<Output = WireOutcome> + 'a>>;

/// Number of calls of the mock, and whether its response arrived unchanged.
pub type WireOutcome = Result<(usize, bool), Box<dyn std::error::Error>>;

/// Test case of a type with a schema.
#[derive(Clone, Copy, Debug)]
pub struct TypeCase {
    /// Name of the schema in the spec.
    pub name: &'static str,
    /// JSON Schema that schemars derives from the type.
    pub schema: fn() -> serde_json::Value,
    /// Decodes an example and encodes it again.
    pub round_trip: Option<RoundTrip>,
    /// Decodes an example and lists every property.
    pub decode: Option<Decode>,
}

/// Decodes a response and encodes it again.
pub fn round_trip<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<String, DecodeError> {
    let value: T = decode(body)?;
    Ok(serde_json::to_string(&value).expect("what was read can be written"))
}

/// Decodes a response without a body; any content is an error.
pub fn no_body(body: &[u8]) -> Result<String, DecodeError> {
    match body {
        [] => Ok(String::new()),
        body => round_trip::<()>(body),
    }
}

/// Returns the JSON Schema that schemars derives, definitions included.
pub fn schema<T: schemars::JsonSchema>() -> serde_json::Value {
    schemars::generate::SchemaSettings::openapi3()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Parses a documented example of a parameter.
pub fn read<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|error| panic!("example `{text}`: {error:?}"))
}

/// Decodes a documented body of a request.
pub fn read_json<T: DeserializeOwned>(text: &str) -> T {
    decode(text.as_bytes()).unwrap_or_else(|error| panic!("documented body: {error}"))
}

/// Returns a grouping whose dates are truncated to months.
pub fn grouped_by_month<O: QueryOperation>(fields: &str) -> GroupBy<O> {
    let grouping: GroupBy<O> = read(fields);
    grouping
        .aggregated_by(AggregationLevel::Month)
        .expect("one of the fields is a date")
}
