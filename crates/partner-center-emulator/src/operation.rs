//! What the emulator knows about one operation.

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
    /// Path as an OpenAPI template: `/v1/customers/{customer-id}/...`. Every
    /// parameter is the GUID of a customer.
    pub(crate) path: &'static str,
    /// Which tokens are let in.
    pub(crate) auth: AuthMode,
    /// Names of the query parameters it takes; no other is accepted.
    pub(crate) query: &'static [&'static str],
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
    use http::{HeaderValue, Method};

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
            serde_json::from_str::<serde_json::Value>(operation.body).unwrap();
        }
    }
}
