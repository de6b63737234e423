#![doc = include_str!("../README.md")]

mod rows;

pub use rows::{RowError, TypedRows};
