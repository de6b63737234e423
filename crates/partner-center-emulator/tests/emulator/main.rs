//! The emulator over the wire, as a test of another crate would use it.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod support;
