//! Tests of the emulator over HTTP, as tests of other crates use it.

#[cfg(test)]
mod assertion;
#[cfg(test)]
mod authorization_code;
#[cfg(test)]
mod client_assertion;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod control;
#[cfg(test)]
mod control_client;
#[cfg(test)]
mod control_state;
#[cfg(test)]
mod credential_lifecycle;
#[cfg(test)]
mod data;
#[cfg(test)]
mod data_files;
#[cfg(unix)]
#[cfg(test)]
mod descriptors;
#[cfg(test)]
mod device_code;
#[cfg(test)]
mod error_responses;
#[cfg(test)]
mod fault_kinds;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod https;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod mfa_header;
#[cfg(test)]
mod page;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sign_in_v1;
#[cfg(test)]
mod strictness;
#[cfg(test)]
mod support;
#[cfg(test)]
mod throttling;
