//! Rows that the operations return: documented, synthetic or from files.

pub(crate) mod calendar;
mod data_set;
pub(crate) mod files;
pub(crate) mod store;
pub(crate) mod stored;
pub(crate) mod table;
pub(crate) mod world;

pub use data_set::{DataError, DataSet, SyntheticData};
pub(crate) use world::FOREIGN_CUSTOMER;
