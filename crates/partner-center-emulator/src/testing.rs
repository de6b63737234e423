//! Fixtures of unit tests: a movable clock, and an operation table with cases that the
//! generated table lacks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use partner_center_catalog::{
    AuthMode, Field, FieldKind, Operation, Parameter, ParameterKind, Place, ResponseShape,
};

use crate::{api::documented::DocumentedResponse, clock::Clock};

const REQUEST: Parameter = Parameter::new("MS-RequestId", Place::Header, ParameterKind::Guid, "");

/// Returns an operation that requires a signed-in user. Its only parameter is the request id.
const fn operation(id: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation::new(id, method, path)
        .with_access(&[AuthMode::AppAndUser], &["global"])
        .with_parameters(&[REQUEST])
}

const fn documented(operation: &'static Operation) -> DocumentedResponse {
    DocumentedResponse {
        operation,
        status: 200,
        byte_order_mark: false,
        content_type: "application/json",
        server_id: "4",
        body: "{}",
    }
}

pub(crate) static RESPONSES: &[DocumentedResponse] = &[
    documented(&operation("total", "GET", "/v1/analytics/total")),
    documented(&operation("total_write", "POST", "/v1/analytics/total")),
    documented(
        &operation("customer_usage", "GET", "/v1/customers/{customer-id}/usage")
            .with_response(
                ResponseShape::Page,
                &[Field::new("market", FieldKind::Text, "").groupable()],
            )
            .with_parameters(&[
                REQUEST,
                Parameter::new("customer-id", Place::Path, ParameterKind::Guid, "").required(),
                Parameter::new(
                    "top",
                    Place::Query,
                    ParameterKind::Integer {
                        minimum: 1,
                        maximum: 10,
                    },
                    "",
                ),
                Parameter::new("groupby", Place::Query, ParameterKind::GroupBy, ""),
            ]),
    ),
    documented(&operation("all_usage", "GET", "/v1/customers/all/usage")),
    documented(
        &operation("customers", "GET", "/v1/customers")
            .with_access(&[AuthMode::AppOnly, AuthMode::AppAndUser], &["global"]),
    ),
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
