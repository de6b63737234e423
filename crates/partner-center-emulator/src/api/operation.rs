//! The emulated operations: how each is called and what it responds.

use partner_center_core::query::{FilterField, GroupField};

use crate::api::parameters::Parameter;

/// Mark before the body of successful answers, where the service sends one (T1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One emulated operation: how it is called and what it answers.
///
/// The table of all operations is generated from the specification.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Name of the operation in the specification.
    pub(crate) id: &'static str,
    /// HTTP method, upper case.
    pub(crate) method: &'static str,
    /// Path as an OpenAPI template: `/v1/customers/{customer-id}/...`.
    pub(crate) path: &'static str,
    /// Which tokens are let in.
    pub(crate) auth: AuthMode,
    /// Its parameters in path, query and headers; no other query parameter is accepted.
    pub(crate) parameters: &'static [Parameter],
    /// Fields that rows can be filtered by, each with its type and operators.
    pub(crate) filter_fields: &'static [FilterField],
    /// Fields that rows can be grouped by.
    pub(crate) group_fields: &'static [GroupField],
    /// Fields that rows can be sorted by.
    pub(crate) order_fields: &'static [&'static str],
    /// Status of the response.
    pub(crate) status: u16,
    /// Whether a UTF-8 byte-order mark precedes the body.
    pub(crate) byte_order_mark: bool,
    /// `Content-Type` of the answer.
    pub(crate) content_type: &'static str,
    /// `MS-ServerId` of the answer.
    pub(crate) server_id: &'static str,
    /// `MS-CV` of the answer.
    pub(crate) correlation_vector: &'static str,
    /// Body of the answer as it goes over the wire, without the mark.
    pub(crate) body: &'static str,
}

impl Operation {
    /// Names of the path's parameters, in their order in the path.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Bytes of the answer, byte-order mark included.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mark = if self.byte_order_mark {
            BYTE_ORDER_MARK
        } else {
            &[]
        };
        [mark, self.body.as_bytes()].concat()
    }
}

/// Which access tokens an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthMode {
    /// Delegated tokens only, those that act for a signed-in user.
    AppAndUser,
    /// Delegated tokens and those of an application by itself.
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
    fn every_operation_can_be_put_on_the_wire() {
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
