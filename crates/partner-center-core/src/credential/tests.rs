use std::sync::{Arc, Mutex};

use azure_core::credentials::TokenCredential;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{RefreshTokenCredential, RefreshTokenCredentialBuilder};

const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";
const SECRET: &str = "planted-client-secret";
const REFRESH: &str = "planted-refresh-token";

/// A token endpoint that gives its answers in order, and keeps what it was asked.
struct Endpoint {
    url: Url,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    async fn start(answers: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        tokio::spawn(async move {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                log.lock().unwrap().push(request);
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    body.len()
                );
                stream
                    .write_all(format!("{head}{body}").as_bytes())
                    .await
                    .unwrap();
            }
        });
        Self { url, asked }
    }

    fn builder(&self) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredential::builder("contoso.onmicrosoft.com", "client", REFRESH)
            .client_secret(SECRET)
            .authority(self.url.clone())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        request.extend_from_slice(&piece[..length]);
    }
}

fn tokens(access: &str, expires_in: u32, refresh: Option<&str>) -> (u16, String) {
    let refresh = refresh.map_or_else(String::new, |token| {
        format!(r#","refresh_token":"{token}""#)
    });
    let body = format!(
        r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"{access}"{refresh}}}"#
    );
    (200, body)
}

#[tokio::test]
async fn the_exchange_is_that_of_the_secure_application_model() {
    let endpoint = Endpoint::start(vec![tokens("a1", 3600, None)]).await;
    let credential = endpoint.builder().build().unwrap();
    let token = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!(token.token.secret(), "a1");
    let asked = endpoint.asked().remove(0);
    assert!(
        asked.starts_with("POST /contoso.onmicrosoft.com/oauth2/v2.0/token HTTP/1.1\r\n"),
        "{asked}"
    );
    let form = asked.rsplit_once("\r\n\r\n").unwrap().1;
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
        .asked()
        .iter()
        .map(|asked| asked.contains("refresh_token=rotated"))
        .collect();
    assert_eq!(
        used,
        [false, true, true],
        "none returned means the old one is kept"
    );
}

#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_it_expires() {
    // The third answer is for the second scope.
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
async fn callers_at_the_same_time_share_one_request() {
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
    assert_eq!(endpoint.asked().len(), 1);
}

#[tokio::test]
async fn refusals_say_why_and_never_hold_a_secret() {
    for (answer, text) in [
        (
            (
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS70008: The refresh token has expired.\r\nTrace ID: 1"}"#,
            ),
            "the token endpoint refused: invalid_grant: AADSTS70008: The refresh token has expired.",
        ),
        (
            (
                401,
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: 1"}"#,
            ),
            "the token endpoint refused: invalid_client: AADSTS7000215: Invalid client secret provided.",
        ),
        (
            (500, "<html>planted-client-secret</html>"),
            "the token endpoint answered 500 Internal Server Error",
        ),
        (
            (200, r#"{"access_token":"planted-refresh-token""#),
            "the token endpoint's answer is not a token answer",
        ),
        (
            (200, ""),
            "the token endpoint's answer is empty or of an unknown kind",
        ),
    ] {
        let endpoint = Endpoint::start(vec![(answer.0, answer.1.to_owned())]).await;
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
async fn an_endless_answer_is_cut_off() {
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
fn settings_that_cannot_work_are_refused() {
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
async fn trouble_of_the_sign_in_service_is_not_the_credentials_fault() {
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
    let nobody = Endpoint::start(Vec::new()).await;
    let credential = nobody.builder().build().unwrap();
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
async fn a_queue_does_not_fail_one_by_one() {
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
    assert_eq!(endpoint.asked().len(), 1);
    // Whoever asks later asks anew.
    assert!(credential.get_token(&[SCOPE], None).await.is_ok());
}
