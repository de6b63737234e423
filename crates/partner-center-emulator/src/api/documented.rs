//! Documented responses, one per operation.

use partner_center_catalog::Operation;

/// Byte-order mark that the service sends before the body of some responses
/// ([T1](partner_center_catalog::deviations#t1)).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Operation with its documented response.
///
/// The table of all responses is generated from the exchanges.
#[derive(Debug)]
pub(crate) struct DocumentedResponse {
    /// Operation that returns the response.
    pub(crate) operation: &'static Operation,
    /// Status of the response.
    pub(crate) status: u16,
    /// Whether a UTF-8 byte-order mark precedes the body.
    pub(crate) byte_order_mark: bool,
    /// `Content-Type` of the response.
    pub(crate) content_type: &'static str,
    /// `MS-ServerId` of the response.
    pub(crate) server_id: &'static str,
    /// Body of the response on the wire, without the byte-order mark.
    pub(crate) body: &'static str,
}

impl DocumentedResponse {
    /// Returns the bytes of the response body, with the byte-order mark if the service sends
    /// it and `byte_order_mark` is set.
    pub(crate) fn payload(&self, byte_order_mark: bool) -> Vec<u8> {
        [self.mark(byte_order_mark), self.body.as_bytes()].concat()
    }

    /// Returns the bytes of another body of the operation, with the mark like
    /// [`payload`](Self::payload).
    pub(crate) fn with_mark(&self, body: String, byte_order_mark: bool) -> Vec<u8> {
        match self.mark(byte_order_mark) {
            [] => body.into_bytes(),
            mark => [mark, body.as_bytes()].concat(),
        }
    }

    fn mark(&self, byte_order_mark: bool) -> &'static [u8] {
        if self.byte_order_mark && byte_order_mark {
            BYTE_ORDER_MARK
        } else {
            &[]
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method, StatusCode};

    use partner_center_catalog::OPERATIONS;

    use crate::generated::responses::RESPONSES;

    #[test]
    fn every_operation_has_a_response() {
        let operations = RESPONSES.iter().map(|response| response.operation.id);
        assert!(operations.eq(OPERATIONS.iter().map(|operation| operation.id)));
    }

    #[test]
    fn the_documented_body_has_its_documented_length() {
        let response = RESPONSES
            .iter()
            .find(|response| response.operation.id == "partner_licenses_deployment")
            .unwrap();
        assert_eq!(response.body.len(), 484);
        assert_eq!(response.payload(false), response.body.as_bytes());
        assert_eq!(response.payload(true).len(), 487);
        assert!(response.payload(true).starts_with("\u{feff}{".as_bytes()));
    }

    #[test]
    fn every_operation_makes_a_valid_response() {
        for response in RESPONSES {
            let operation = response.operation;
            assert!(operation.method.parse::<Method>().is_ok());
            assert!(operation.path.starts_with('/') && !operation.path.ends_with('/'));
            for value in [response.content_type, response.server_id] {
                assert!(HeaderValue::from_str(value).is_ok(), "{}", operation.id);
            }
            assert!(StatusCode::from_u16(response.status).unwrap().is_success());
            if !response.body.is_empty() {
                serde_json::from_str::<serde_json::Value>(response.body).unwrap();
            }
        }
    }
}
