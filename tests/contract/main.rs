//! Contract tests: consistency of the spec, the documented exchanges, the generated types, the
//! client, the mocks, the emulator and the command line.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is told"
)]

mod bad_input;
mod command_line;
mod crate_dependencies;
mod decoded;
mod deviations;
mod documented;
mod documented_properties;
mod exchanges;
mod invalid_requests;
mod listings;
mod long_running;
mod module_dependencies;
mod outline;
mod readme;
mod resilience;
mod row_fields;
mod schema_parity;
mod server;
mod sign_in_flows;
mod spec_rules;
mod spec_text;
mod throttling;
mod types;
mod wire;
mod wrong_responses;
