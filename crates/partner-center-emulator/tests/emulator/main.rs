//! The emulator over the wire, as a test of another crate would use it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod assertion;
#[cfg(test)]
mod authorization_code;
#[cfg(test)]
mod client_assertion;
#[cfg(test)]
mod device_code;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod https;
#[cfg(test)]
mod lapses;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod mfa_report;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod support;
#[cfg(test)]
mod throttling;
