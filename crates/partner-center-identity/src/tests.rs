use std::sync::Arc;

use azure_core::credentials::TokenCredential;

use super::RefreshTokenCredential;

mod authorization_code;
mod cache;
#[cfg(feature = "client-certificate")]
mod client_certificate;
mod custom_http_client;
mod device_code;
mod endpoint;
mod endpoint_errors;
#[cfg(feature = "key-vault")]
mod key_vault;
#[cfg(feature = "keyring")]
mod keyring;
mod multiple_processes;
mod pipeline;
mod rotation;
mod stores;

use endpoint::{Endpoint, tokens};

const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";
const SECRET: &str = "planted-client-secret";
const REFRESH: &str = "planted-refresh-token";

#[tokio::test]
async fn exchanges_the_refresh_token_for_an_access_token() {
    let endpoint = Endpoint::start(vec![tokens("a1", 3600, None)]).await;
    let credential = endpoint.builder().build().unwrap();
    let token = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    let request = endpoint.requests().remove(0);
    assert!(
        request.starts_with("POST /contoso.onmicrosoft.com/oauth2/v2.0/token HTTP/1.1\r\n"),
        "{request}"
    );
    let form = request.rsplit_once("\r\n\r\n").unwrap().1;
    let mut fields: Vec<_> = url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    fields.sort();
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        fields,
        [
            field("client_id", "client"),
            field("client_secret", SECRET),
            field("grant_type", "refresh_token"),
            field("refresh_token", REFRESH),
            field("scope", &format!("{SCOPE} offline_access")),
        ]
    );
}

#[tokio::test]
async fn a_rotated_refresh_token_is_used_next() {
    let endpoint = Endpoint::start(vec![
        tokens("a1", 1, Some("rotated")),
        tokens("a2", 1, None),
        tokens("a3", 1, None),
    ])
    .await;
    let credential = endpoint.builder().build().unwrap();
    for expected in ["a1", "a2", "a3"] {
        assert_eq!(
            credential
                .get_token(&[SCOPE], None)
                .await
                .unwrap()
                .token
                .secret(),
            expected
        );
    }
    let used: Vec<bool> = endpoint
        .requests()
        .iter()
        .map(|request| request.contains("refresh_token=rotated"))
        .collect();
    assert_eq!(
        used,
        [false, true, true],
        "without a rotated token, the old one is used"
    );
}

#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_it_expires() {
    // The third response is for another scope.
    let endpoint = Endpoint::start(vec![
        tokens("a1", 119, None),
        tokens("a2", 300, None),
        tokens("a3", 300, None),
    ])
    .await;
    let credential = endpoint.builder().build().unwrap();
    for (scope, expected) in [
        (SCOPE, "a1"),
        (SCOPE, "a2"),
        (SCOPE, "a2"),
        ("other/.default", "a3"),
    ] {
        assert_eq!(
            credential
                .get_token(&[scope], None)
                .await
                .unwrap()
                .token
                .secret(),
            expected
        );
    }
}

#[tokio::test]
async fn concurrent_callers_share_one_request() {
    let endpoint = Endpoint::start(vec![tokens("a1", 3600, None)]).await;
    let credential = Arc::new(endpoint.builder().build().unwrap());
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.get_token(&[SCOPE], None).await.unwrap().token })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().secret(), "a1");
    }
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn errors_state_the_reason_and_contain_no_secret() {
    for (response, text) in [
        (
            (
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS70008: The refresh token has expired.\r\nTrace ID: 1"}"#,
            ),
            "the token endpoint rejected the request: invalid_grant: AADSTS70008: The refresh token has expired.",
        ),
        (
            (
                401,
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: 1"}"#,
            ),
            "the token endpoint rejected the request: invalid_client: AADSTS7000215: Invalid client secret provided.",
        ),
        (
            (500, "<html>planted-client-secret</html>"),
            "the token endpoint returned 500 Internal Server Error",
        ),
        (
            (200, r#"{"access_token":"planted-refresh-token""#),
            "the response of the token endpoint is not a token response",
        ),
        (
            (200, ""),
            "the response of the token endpoint is not a token response",
        ),
    ] {
        let endpoint = Endpoint::start(vec![(response.0, response.1.to_owned())]).await;
        let credential = endpoint.builder().build().unwrap();
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        let printed = format!("{error:?} {credential:?}");
        assert!(
            !printed.contains(SECRET) && !printed.contains(REFRESH),
            "{printed}"
        );
    }
}

#[tokio::test]
async fn oauth_errors_have_help() {
    for (error, description, aadsts, help) in [
        (
            "invalid_grant",
            Some("AADSTS700082: expired due to inactivity."),
            Some(700082),
            "sign in again, and run the job more often",
        ),
        (
            "invalid_request",
            Some("AADSTS90002: Tenant 'x' not found."),
            Some(90002),
            "the tenant does not exist in this cloud",
        ),
        (
            "invalid_grant",
            Some("AADSTS1: new."),
            Some(1),
            "sign in again",
        ),
        (
            "invalid_client",
            None,
            None,
            "check the client id and the client secret",
        ),
        ("temporarily_unavailable", None, None, ""),
    ] {
        let description = description.map_or_else(String::new, |text| {
            format!(r#","error_description":"{text}"#) + "\""
        });
        let body = format!(r#"{{"error":"{error}"{description}}}"#);
        let endpoint = Endpoint::start(vec![(400, body)]).await;
        let credential = endpoint.builder().build().unwrap();
        let failed = credential.get_token(&[SCOPE], None).await.unwrap_err();
        let refused: &super::SignInRejected = std::error::Error::source(&failed)
            .unwrap()
            .downcast_ref()
            .unwrap();
        assert_eq!((refused.error.as_str(), refused.aadsts), (error, aadsts));
        let found = refused.help.unwrap_or_default();
        assert!(found.contains(help), "{found}");
        assert_eq!(found.is_empty(), help.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn times_out_if_the_endpoint_does_not_respond() {
    let endpoint = Endpoint::serve(1, |_| std::future::pending()).await;
    let credential = endpoint.builder().build().unwrap();
    let begin = tokio::time::Instant::now();
    let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
    assert_eq!(error.to_string(), "the token endpoint could not be reached");
    assert!(begin.elapsed().as_secs() <= 61);
}

#[tokio::test]
async fn rejects_a_response_above_the_size_limit() {
    let endpoint = Endpoint::start(vec![(200, " ".repeat(2 * 1024 * 1024))]).await;
    let error = endpoint
        .builder()
        .build()
        .unwrap()
        .get_token(&[SCOPE], None)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("larger than 1048576 bytes"),
        "{error}"
    );
}

#[test]
fn invalid_settings_are_rejected() {
    let build = |tenant: &str, client: &str, token: &str, authority: &str| {
        RefreshTokenCredential::builder(tenant, client, token.to_owned())
            .authority(authority.parse().unwrap())
            .build()
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let https = "https://login.example";
    assert_eq!(build("contoso", "client", "token", https), Ok(()));
    for (result, text) in [
        (
            build("", "client", "token", https),
            "the tenant is not valid",
        ),
        (
            build("a/../b", "client", "token", https),
            "the tenant is not valid",
        ),
        (
            build("contoso", " ", "token", https),
            "the client id (application id) is empty",
        ),
        (
            build("contoso", "client", "\n", https),
            "the refresh token is empty",
        ),
        (
            build("contoso", "client", "token", "http://login.example"),
            "is refused",
        ),
    ] {
        assert!(result.as_ref().unwrap_err().contains(text), "{result:?}");
    }
}

#[tokio::test]
async fn service_failures_are_not_credential_errors() {
    use super::SignInFailure;

    for status in [302, 429, 500, 503] {
        let endpoint = Endpoint::start(vec![(
            status,
            "<html>planted-client-secret</html>".to_owned(),
        )])
        .await;
        let error = endpoint
            .builder()
            .build()
            .unwrap()
            .get_token(&[SCOPE], None)
            .await
            .unwrap_err();
        let failure = std::error::Error::source(&error)
            .unwrap()
            .downcast_ref()
            .unwrap();
        assert!(
            matches!(failure, SignInFailure::Unavailable { status: found, .. } if found.as_u16() == status),
            "{failure:?}"
        );
        assert!(!format!("{error} {error:?}").contains(SECRET));
    }
    let closed = Endpoint::start(Vec::new()).await;
    let credential = closed.builder().build().unwrap();
    let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
    let failure = std::error::Error::source(&error)
        .unwrap()
        .downcast_ref()
        .unwrap();
    assert!(
        matches!(failure, SignInFailure::Unreachable(_)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn waiting_callers_fail_together() {
    let endpoint = Endpoint::start(vec![(503, String::new()), tokens("a1", 3600, None)]).await;
    let credential = Arc::new(endpoint.builder().build().unwrap());
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.get_token(&[SCOPE], None).await.is_err() })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!(endpoint.requests().len(), 1);
    // A later call sends a new request.
    assert!(credential.get_token(&[SCOPE], None).await.is_ok());
}
