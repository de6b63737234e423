#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`OPERATIONS`], [`Operation::find`] | all operations; one by its `operationId` |
//! | [`operations`] | a constant per operation |
//! | [`SPEC_SHA256`] | digest of the spec that all of this comes from |
//! | [`Operation`], [`AuthMode`], [`ResponseShape`] | method, path, clouds, kinds of tokens, shape of the response |
//! | [`Parameter`], [`ParameterKind`], [`Place`] | parameters with limits and defaults |
//! | [`deviations`] | the ids such as [T8](deviations#t8) in the documentation of all crates |
//! | [`Field`], [`FieldKind`], [`Operator`] | fields of the rows, and what a filter accepts for them |

#![no_std]

// Generated data names this crate from outside: that of other documents lies in other crates.
extern crate self as partner_center_catalog;

/// Contradictions in Microsoft's documentation, how this project reads each of them, and the tests
/// that check the reading.
///
#[doc = include_str!("generated/deviations.md")]
pub mod deviations {}
mod field;
#[rustfmt::skip]
mod generated;
mod operation;
mod operator;
mod parameter;

pub use field::{Field, FieldKind};
pub use generated::{SPEC_SHA256, operations};
pub use operation::{AuthMode, Operation, ResponseShape};
pub use operations::OPERATIONS;
pub use operator::Operator;
pub use parameter::{Parameter, ParameterKind, Place};
