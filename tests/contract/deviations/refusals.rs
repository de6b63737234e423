//! Readings of error statuses and codes.

use partner_center::ErrorKind;

use super::client;
use crate::server::{RawServer, answer};

/// For a precondition, the list of statuses has 412 and the table of codes has 417 (T73).
#[tokio::test]
async fn statuses_412_and_417_are_the_same_failure() {
    let body = r#"{"code":800036,"description":"Precondition failed.","data":[]}"#;
    for (status, code) in [
        ("412 Precondition Failed", 412),
        ("417 Expectation Failed", 417),
    ] {
        let server = RawServer::start(answer(status, &[], body)).await;
        let call = client(&server).partner_licenses_deployment().send().await;
        let error = call.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(code));
        assert_eq!((error.code(), error.help()), (Some("800036"), None));
        assert_eq!(server.heard().len(), 1, "{status}");
    }
}

/// The same code with two statuses, and a code that is in no table (T72).
#[tokio::test]
async fn the_status_determines_the_kind_of_failure() {
    for (status, code, kind, meaning, help) in [
        (
            "403 Forbidden",
            "2032",
            ErrorKind::Authentication,
            Some("caller denied access"),
            "a signed-in user",
        ),
        // Documented for 403 only, so meaning and help do not apply.
        (
            "404 Not Found",
            "2032",
            ErrorKind::Service,
            None,
            "check the base URL",
        ),
        (
            "404 Not Found",
            "3000",
            ErrorKind::Service,
            None,
            "check the base URL",
        ),
        (
            "400 Bad Request",
            "3000",
            ErrorKind::Service,
            Some("bad property in request"),
            "check the parameters",
        ),
        (
            "401 Unauthorized",
            "12345678",
            ErrorKind::Authentication,
            None,
            "the token was not accepted",
        ),
    ] {
        let body = format!(r#"{{"code":{code},"description":"Refused.","data":[]}}"#);
        let server = RawServer::start(answer(status, &[], body)).await;
        let call = client(&server).partner_licenses_deployment().send().await;
        let error = call.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {code}");
        assert_eq!(error.code(), Some(code));
        assert_eq!(error.meaning(), meaning, "{status} {code}");
        assert!(
            error.help().unwrap().contains(help),
            "{status} {code}: {:?}",
            error.help()
        );
    }
}
