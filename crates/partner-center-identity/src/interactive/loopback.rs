//! Listener for the loopback redirect of the browser after a sign-in (RFC 8252, 7.3).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azure_core::credentials::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use crate::sign_in_error::{BrowserSignInError, SignInRejected, TokenError};

/// Maximum size of a request head in bytes. Browsers send less.
const HEAD_LIMIT: usize = 32 * 1024;

/// Timeout for reading a request. Browsers open spare connections without using them.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum number of concurrent connections. Further connections are closed.
const MAX_CONNECTIONS: usize = 32;

/// Listener on 127.0.0.1 for one sign-in.
#[derive(Debug)]
pub(crate) struct Loopback {
    listener: TcpListener,
    port: u16,
    /// Whether a response with a wrong `state` was received.
    wrong_state_seen: Arc<AtomicBool>,
}

impl Loopback {
    /// Listens on this port, or on any free port if it is 0.
    pub(crate) async fn bind(port: u16) -> Result<Self, TokenError> {
        let failed = |source| BrowserSignInError::Listen {
            port,
            source: Arc::new(source),
        };
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self {
            listener,
            port,
            wrong_state_seen: Arc::default(),
        })
    }

    /// Returns the redirect URI of the authorization request. Microsoft ignores the port of a
    /// registered `http://localhost`.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Returns a flag that is set when a response with a wrong `state` is received. Such a
    /// response does not end the sign-in: any web page, or the page of an earlier sign-in, can
    /// send the browser here.
    pub(crate) fn wrong_state_seen(&self) -> Arc<AtomicBool> {
        self.wrong_state_seen.clone()
    }

    /// Serves requests until one has the authorization code, or the error response, of this
    /// sign-in.
    pub(crate) async fn code(self, state: &Secret) -> Result<Secret, TokenError> {
        let (sender, mut results) = mpsc::channel(1);
        let state = state.clone();
        // Dropping the set with this future aborts the listener and its connections.
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = self.listener.accept().await else {
                    // Perhaps too many open files (EMFILE): retry after a pause, because `accept`
                    // fails again immediately.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                while connections.try_join_next().is_some() {}
                if connections.len() < MAX_CONNECTIONS {
                    let wrong_state_seen = self.wrong_state_seen.clone();
                    connections.spawn(serve(
                        stream,
                        state.clone(),
                        wrong_state_seen,
                        sender.clone(),
                    ));
                }
            }
        });
        match results.recv().await {
            Some(result) => result,
            None => Err(TokenError::other("waiting for the browser was interrupted")),
        }
    }
}

/// Serves one connection with one request.
async fn serve(
    mut stream: TcpStream,
    state: Secret,
    wrong_state_seen: Arc<AtomicBool>,
    results: mpsc::Sender<Result<Secret, TokenError>>,
) {
    let Ok(Some(head)) = tokio::time::timeout(READ_TIMEOUT, read_head(&mut stream)).await else {
        return;
    };
    let request = classify_request(&head, &state);
    let (status, text) = request.page();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign-in</title>\
         <body><p>{text}</p></body></html>"
    );
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // The sign-in succeeds even if the browser does not receive the page.
    let _page_sent = stream.write_all(response.as_bytes()).await;
    let _closed = stream.shutdown().await;
    let result = match request {
        RequestKind::Code(code) => Ok(code),
        RequestKind::Denied(refused) => Err(refused.into()),
        RequestKind::WrongState => {
            wrong_state_seen.store(true, Ordering::Relaxed);
            return;
        }
        RequestKind::NotFound | RequestKind::NotGet | RequestKind::NoResponse => return,
    };
    // The channel holds one result; later ones are dropped.
    let _received = results.try_send(result);
}

/// Reads the head of a request. Returns `None` if it is too large or incomplete.
async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut piece).await.ok()?;
        if length == 0 || head.len() + length > HEAD_LIMIT {
            return None;
        }
        head.extend_from_slice(piece.get(..length)?);
    }
    String::from_utf8(head).ok()
}

/// Meaning of a request for the sign-in.
#[derive(Debug)]
enum RequestKind {
    /// Authorization response with the code.
    Code(Secret),
    /// Authorization response with an error.
    Denied(SignInRejected),
    /// Authorization response to another sign-in, or a forged one.
    WrongState,
    /// Request for another path, such as the icon of the page.
    NotFound,
    /// Request with a method other than GET, which a redirect never uses.
    NotGet,
    /// Request for the address itself, without an authorization response.
    NoResponse,
}

impl RequestKind {
    /// Returns status and text of the page. The text is fixed: echoing parts of the request would
    /// allow cross-site scripting.
    fn page(&self) -> (&'static str, &'static str) {
        match self {
            Self::Code(_) => (
                "200 OK",
                "The program has received the sign-in. You can close this page.",
            ),
            Self::Denied(_) => (
                "200 OK",
                "The sign-in was rejected. The program shows the reason; you can close this page.",
            ),
            Self::WrongState => (
                "400 Bad Request",
                "This response does not belong to the sign-in in progress, and was not used. \
                 Finish the sign-in on the page that the program opened last.",
            ),
            Self::NotFound => ("404 Not Found", "This page does not exist."),
            Self::NotGet => ("405 Method Not Allowed", "Only GET is supported."),
            Self::NoResponse => (
                "400 Bad Request",
                "The program is waiting for a sign-in. Use the address that it has shown.",
            ),
        }
    }
}

fn classify_request(head: &str, state: &Secret) -> RequestKind {
    let mut line = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (
        line.next().unwrap_or_default(),
        line.next().unwrap_or_default(),
    );
    if method != "GET" {
        return RequestKind::NotGet;
    }
    let Some(url) = target
        .starts_with('/')
        .then(|| Url::parse(&format!("http://localhost{target}")).ok())
        .flatten()
        .filter(|url| url.path() == "/")
    else {
        return RequestKind::NotFound;
    };
    // The service never repeats a parameter (RFC 6749, 3.1), so a repeated one counts as missing.
    let parameter = |name: &str| {
        let mut values = url.query_pairs().filter(|(key, _)| key == name);
        let value = values.next()?.1.into_owned();
        values.next().is_none().then_some(value)
    };
    let (code, error) = (parameter("code"), parameter("error"));
    if code.is_none() && error.is_none() {
        return RequestKind::NoResponse;
    }
    if parameter("state").map(Secret::new).as_ref() != Some(state) {
        return RequestKind::WrongState;
    }
    match (error, code) {
        (Some(error), _) => RequestKind::Denied(SignInRejected::new(
            &error,
            parameter("error_description").as_deref(),
        )),
        (None, Some(code)) => RequestKind::Code(Secret::new(code)),
        (None, None) => RequestKind::NoResponse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_the_redirect_of_this_sign_in() {
        let state = Secret::new("right");
        for (line, expected) in [
            ("GET /?code=abc&state=right HTTP/1.1", "Code(Secret)"),
            (
                "GET /?state=right&code=a%2Bb&session_state=x HTTP/1.1",
                "Code(Secret)",
            ),
            ("GET /?code=abc&state=wrong HTTP/1.1", "WrongState"),
            ("GET /?code=abc&state= HTTP/1.1", "WrongState"),
            ("GET /?code=abc HTTP/1.1", "WrongState"),
            (
                "GET /?code=abc&state=wrong&state=right HTTP/1.1",
                "WrongState",
            ),
            (
                "GET /?error=access_denied&state=wrong HTTP/1.1",
                "WrongState",
            ),
            ("GET /?code=abc&code=def&state=right HTTP/1.1", "NoResponse"),
            ("GET / HTTP/1.1", "NoResponse"),
            ("GET /favicon.ico HTTP/1.1", "NotFound"),
            ("GET /other?code=abc&state=right HTTP/1.1", "NotFound"),
            ("GET http://evil/?code=abc&state=right HTTP/1.1", "NotFound"),
            ("GET", "NotFound"),
            ("POST /?code=abc&state=right HTTP/1.1", "NotGet"),
            ("HEAD /?code=abc&state=right HTTP/1.1", "NotGet"),
            ("", "NotGet"),
        ] {
            let request = classify_request(&format!("{line}\r\nHost: localhost\r\n\r\n"), &state);
            assert_eq!(format!("{request:?}"), expected, "{line}");
        }
        let request = classify_request(
            "GET /?error=access_denied&error_description=AADSTS65001%3A+no&state=right HTTP/1.1",
            &state,
        );
        let RequestKind::Denied(refused) = request else {
            panic!("{request:?}");
        };
        assert_eq!(refused.aadsts, Some(65001));
    }
}
