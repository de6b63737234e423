//! Contract tests: the spec, the documented exchanges, the generated types, the
//! client, the mocks, the emulator and the command line against one another.

mod bad_input;
mod command_line;
mod deviations;
mod documented;
mod drift;
mod exchanges;
mod outline;
mod readme;
mod schema_parity;
mod server;
mod spec_rules;
mod types;
mod wire;
