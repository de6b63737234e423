//! An operation table for unit tests, with what the generated one lacks.

use crate::operation::{AuthMode, Operation};

const fn operation(id: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        id,
        method,
        path,
        auth: AuthMode::AppAndUser,
        query: &[],
        byte_order_mark: false,
        content_type: "application/json",
        server_id: "4",
        correlation_vector: "AAAAAAAAAAAAAAAA.0",
        body: "{}",
    }
}

pub(crate) static OPERATIONS: &[Operation] = &[
    operation("total", "GET", "/v1/analytics/total"),
    operation("total_write", "POST", "/v1/analytics/total"),
    Operation {
        query: &["top", "groupby"],
        ..operation("customer_usage", "GET", "/v1/customers/{customer-id}/usage")
    },
    operation("all_usage", "GET", "/v1/customers/all/usage"),
    Operation {
        auth: AuthMode::AppOnlyOrAppAndUser,
        ..operation("customers", "GET", "/v1/customers")
    },
];
