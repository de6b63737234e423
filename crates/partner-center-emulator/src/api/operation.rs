//! Emulated operations: request parameters and documented responses.

use partner_center_core::query::{FilterField, GroupField};

use crate::api::parameters::Parameter;

/// Byte-order mark that the service sends before the body of some responses (T1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Emulated operation: its request parameters and its documented response.
///
/// The table of all operations is generated from the specification.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Operation id in the specification.
    pub(crate) id: &'static str,
    /// HTTP method, upper case.
    pub(crate) method: &'static str,
    /// Path as an OpenAPI template: `/v1/customers/{customer-id}/...`.
    pub(crate) path: &'static str,
    /// Accepted access tokens.
    pub(crate) auth: AuthMode,
    /// Parameters in path, query and headers; other query parameters are rejected.
    pub(crate) parameters: &'static [Parameter],
    /// Fields of filters, each with its type and operators.
    pub(crate) filter_fields: &'static [FilterField],
    /// Fields of `groupby`.
    pub(crate) group_fields: &'static [GroupField],
    /// Fields of `orderby`.
    pub(crate) order_fields: &'static [&'static str],
    /// Status of the response.
    pub(crate) status: u16,
    /// Whether a UTF-8 byte-order mark precedes the body.
    pub(crate) byte_order_mark: bool,
    /// `Content-Type` of the response.
    pub(crate) content_type: &'static str,
    /// `MS-ServerId` of the response.
    pub(crate) server_id: &'static str,
    /// `MS-CV` of the response.
    pub(crate) correlation_vector: &'static str,
    /// Body of the response on the wire, without the byte-order mark.
    pub(crate) body: &'static str,
}

impl Operation {
    /// Returns the names of the path parameters, in their order in the path.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Returns the bytes of the response body, byte-order mark included.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mark = if self.byte_order_mark {
            BYTE_ORDER_MARK
        } else {
            &[]
        };
        [mark, self.body.as_bytes()].concat()
    }
}

/// Access tokens that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthMode {
    /// Only delegated tokens, which act for a signed-in user (App+User).
    AppAndUser,
    /// Delegated and app-only tokens.
    #[allow(
        dead_code,
        reason = "the generated table decides whether an operation has this mode"
    )]
    AppOnlyOrAppAndUser,
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method, StatusCode};

    use crate::generated::operations::OPERATIONS;

    #[test]
    fn the_documented_body_has_its_documented_length() {
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.id == "partner_licenses_deployment")
            .unwrap();
        assert_eq!(operation.body.len(), 484);
        assert_eq!(operation.payload().len(), 487);
        assert!(operation.payload().starts_with("\u{feff}{".as_bytes()));
    }

    #[test]
    fn every_operation_makes_a_valid_response() {
        for operation in OPERATIONS {
            assert!(operation.method.parse::<Method>().is_ok());
            assert!(operation.path.starts_with('/') && !operation.path.ends_with('/'));
            for value in [
                operation.content_type,
                operation.server_id,
                operation.correlation_vector,
            ] {
                assert!(HeaderValue::from_str(value).is_ok(), "{}", operation.id);
            }
            assert!(StatusCode::from_u16(operation.status).unwrap().is_success());
            if !operation.body.is_empty() {
                serde_json::from_str::<serde_json::Value>(operation.body).unwrap();
            }
        }
    }
}
