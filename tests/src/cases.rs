//! The shapes of the generated tables, and what their rows call.

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

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationCase {
    /// `operationId`.
    pub id: &'static str,
    /// Name of the row type's schema in the spec.
    pub row: &'static str,
    /// Property of the response that holds the rows; empty where the response is the row.
    pub rows_in: &'static str,
    /// Reads a response as the operation's type and lists every property.
    pub decode: Decode,
    /// Reads an answer as the operation's type and writes it again.
    pub round_trip: RoundTrip,
    /// Calls the operation with every parameter set, against a mock that expects
    /// exactly them and gives this answer.
    pub wire: WireTest,
    /// Makes the documented requests, by the names of their exchanges.
    pub documented: &'static [(&'static str, DocumentedCall)],
}

/// Makes one documented request.
pub type DocumentedCall = for<'a> fn(&'a Client) -> CallFuture<'a>;

/// The future of a [`DocumentedCall`].
pub type CallFuture<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// Reads JSON as a type and lists every property.
pub type Decode = fn(&[u8]) -> Result<Decoded, DecodeError>;

/// Reads JSON as a type and writes it again.
pub type RoundTrip = fn(&[u8]) -> Result<String, DecodeError>;

/// See [`OperationCase::wire`].
pub type WireTest = for<'a> fn(&'a MockServer, &'a Client, &'a [u8]) -> WireFuture<'a>;

/// The future of [`OperationCase::wire`].
pub type WireFuture<'a> = Pin<Box<dyn Future<Output = WireOutcome> + 'a>>;

/// How often the mock was called, and whether its answer arrived unchanged.
pub type WireOutcome = Result<(usize, bool), Box<dyn std::error::Error>>;

/// One type with a schema of its own.
#[derive(Clone, Copy, Debug)]
pub struct TypeCase {
    /// Name of the schema in the spec.
    pub name: &'static str,
    /// What schemars derives from the type.
    pub schema: fn() -> serde_json::Value,
    /// Reads an example and writes it again.
    pub round_trip: Option<RoundTrip>,
    /// Reads an example and lists every property.
    pub decode: Option<Decode>,
}

/// Reads an answer and writes it again.
pub fn round_trip<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<String, DecodeError> {
    let value: T = decode(body)?;
    Ok(serde_json::to_string(&value).expect("what was read can be written"))
}

/// Reads an answer without a body, and writes it again: whatever is there is too much.
pub fn no_body(body: &[u8]) -> Result<String, DecodeError> {
    match body {
        [] => Ok(String::new()),
        body => round_trip::<()>(body),
    }
}

/// The JSON Schema that schemars derives, definitions included.
pub fn schema<T: schemars::JsonSchema>() -> serde_json::Value {
    schemars::generate::SchemaSettings::openapi3()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Reads a documented example of a parameter.
pub fn read<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|error| panic!("example `{text}`: {error:?}"))
}

/// Reads a documented body of a request.
pub fn read_json<T: DeserializeOwned>(text: &str) -> T {
    decode(text.as_bytes()).unwrap_or_else(|error| panic!("documented body: {error}"))
}

/// A grouping whose dates are cut to months.
pub fn grouped_by_month<O: QueryOperation>(fields: &str) -> GroupBy<O> {
    let grouping: GroupBy<O> = read(fields);
    grouping
        .aggregated_by(AggregationLevel::Month)
        .expect("one of the fields is a date")
}
