//! Fixtures of unit tests: a movable clock, and an operation table with cases that the
//! generated table lacks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use partner_center_core::query::GroupField;

use crate::{
    api::{
        operation::{AuthMode, Operation},
        parameters::{Kind, Parameter, Place},
    },
    clock::Clock,
};

const REQUEST: Parameter = Parameter::new("MS-RequestId", Place::Header, Kind::Uuid);

/// Operation without parameters.
pub(crate) const BARE: Operation = Operation {
    id: "bare",
    method: "GET",
    path: "/v1/bare",
    auth: AuthMode::AppAndUser,
    parameters: &[],
    filter_fields: &[],
    group_fields: &[],
    order_fields: &[],
    status: 200,
    byte_order_mark: false,
    content_type: "application/json",
    server_id: "4",
    correlation_vector: "AAAAAAAAAAAAAAAA.0",
    body: "{}",
};

const fn operation(id: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        id,
        method,
        path,
        parameters: &[REQUEST],
        ..BARE
    }
}

pub(crate) static OPERATIONS: &[Operation] = &[
    operation("total", "GET", "/v1/analytics/total"),
    operation("total_write", "POST", "/v1/analytics/total"),
    Operation {
        parameters: &[
            REQUEST,
            Parameter::new("customer-id", Place::Path, Kind::Uuid).required(),
            Parameter::new(
                "top",
                Place::Query,
                Kind::Integer {
                    minimum: 1,
                    maximum: 10,
                },
            ),
            Parameter::new("groupby", Place::Query, Kind::GroupBy),
        ],
        group_fields: &[GroupField::new("market", false)],
        ..operation("customer_usage", "GET", "/v1/customers/{customer-id}/usage")
    },
    operation("all_usage", "GET", "/v1/customers/all/usage"),
    Operation {
        auth: AuthMode::AppOnlyOrAppAndUser,
        ..operation("customers", "GET", "/v1/customers")
    },
];

/// Clock that stands still until it is set.
#[derive(Clone)]
pub(crate) struct MovableClock(Arc<AtomicU64>);

impl MovableClock {
    /// Returns a clock at this many seconds since 1970.
    pub(crate) fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    pub(crate) fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed)))
    }
}
