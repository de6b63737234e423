//! HTTP client that protects tokens, and body reading with a size limit.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};
use url::{Host, Url};

use crate::error::TransportError;

/// Error for a URL to which a token would be sent unencrypted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{scheme}://{host}` is refused: tokens are sent over https only; plain http is allowed for \
     loopback addresses (localhost, 127.0.0.1, [::1])"
)]
#[non_exhaustive]
pub struct InsecureUrl {
    /// Scheme of the URL.
    pub scheme: String,
    /// Host of the URL, or an empty text.
    pub host: String,
}

/// Checks that a URL is `https`, or `http` with a loopback address.
///
/// # Errors
///
/// [`InsecureUrl`] for any other URL.
pub fn check_url(url: &Url) -> Result<(), InsecureUrl> {
    match url.scheme() {
        "https" if url.has_host() => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        scheme => Err(InsecureUrl {
            scheme: scheme.to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
        }),
    }
}

/// Error for a URL that cannot be the root of a service.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", problems.join("; "))]
#[non_exhaustive]
pub struct RootUrlError {
    /// Problems of the URL, one sentence each. Contains no user name or password.
    pub problems: Vec<String>,
}

/// Checks a URL with [`check_url`], and that it has no user name, password, query or fragment,
/// which would be lost or logged.
///
/// # Errors
///
/// [`RootUrlError`] with all problems.
pub fn check_root_url(url: &Url) -> Result<(), RootUrlError> {
    let insecure = check_url(url).err().map(|error| error.to_string());
    let tail = (url.query().is_some() || url.fragment().is_some())
        .then(|| "the URL has a query or a fragment: give the root alone".to_owned());
    let user = (!url.username().is_empty() || url.password().is_some())
        .then(|| "the URL has a user name or password: leave them out".to_owned());
    let problems: Vec<_> = [insecure, tail, user].into_iter().flatten().collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(RootUrlError { problems }),
    }
}

/// Returns whether the URL's host is a loopback address or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// Timeouts of an HTTP request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Maximum time to connect.
    pub connect: Duration,
    /// Maximum time without a received byte.
    pub read: Duration,
    /// Maximum total time, from connecting to the last byte.
    pub total: Duration,
}

impl Timeouts {
    /// Timeouts for pages of rows: one hour, as long as data arrives.
    pub const ROWS: Self = Self {
        connect: Duration::from_secs(15),
        read: Duration::from_secs(100),
        total: Duration::from_secs(3600),
    };

    /// Timeouts for small and quick responses: those of the sign-in service and of a vault.
    pub const SHORT: Self = Self {
        connect: Duration::from_secs(15),
        read: Duration::from_secs(60),
        total: Duration::from_secs(60),
    };
}

/// Error of setting up the HTTP client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct HttpClientError {
    message: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Creates an HTTP client for `url`, with timeouts and without redirects, which would forward the
/// token. Loopback addresses are connected to without a proxy, which would see the token because
/// loopback uses plain http.
///
/// TLS uses the rustls provider that the application has installed for the process, otherwise
/// rustls with ring for this client only. This function installs no provider for the process: that
/// is left to the application. The certificates of the operating system are read for `https` only.
///
/// # Errors
///
/// [`HttpClientError`] if the TLS configuration of this machine cannot be used, for example for
/// `https` without any CA certificate.
pub fn http_client(url: &Url, timeouts: Timeouts) -> Result<reqwest::Client, HttpClientError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .user_agent(concat!("partner-center-rust/", env!("CARGO_PKG_VERSION")));
    if timeouts.read < timeouts.total {
        // A read timeout costs a timer per read: set it only where it can take effect.
        builder = builder.read_timeout(timeouts.read);
    }
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    // With both features, reqwest uses the TLS library of the operating system.
    #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
    {
        builder = builder.tls_backend_preconfigured(tls_config(url)?);
    }
    builder.build().map_err(|error| HttpClientError {
        message: "the HTTP client cannot be set up",
        source: Box::new(error),
    })
}

#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
fn tls_config(url: &Url) -> Result<rustls::ClientConfig, HttpClientError> {
    use rustls::crypto::{CryptoProvider, ring};
    use rustls_platform_verifier::BuilderVerifierExt;

    let provider = match CryptoProvider::get_default() {
        Some(provider) => provider.clone(),
        None => std::sync::Arc::new(ring::default_provider()),
    };
    let failure = |message, error: rustls::Error| HttpClientError {
        message,
        source: Box::new(error),
    };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            failure(
                "the rustls provider of this process has no TLS 1.2 or 1.3",
                error,
            )
        })?;
    let config = match url.scheme() {
        // Without encryption, no certificates are needed.
        "http" => config.with_root_certificates(rustls::RootCertStore::empty()),
        _ => config.with_platform_verifier().map_err(|error| {
            failure(
                "this machine has no CA certificates, so no https address can be trusted: install \
                 them (the package `ca-certificates` of most Linux distributions), or set \
                 SSL_CERT_FILE to a file with them",
                error,
            )
        })?,
    };
    Ok(config.with_no_client_auth())
}

/// Reads the whole body, or `None` as soon as it is known to exceed the limit.
pub async fn read_all(
    response: &mut reqwest::Response,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Option<Bytes>, TransportError> {
    let stated = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if stated > limit {
        return Ok(None);
    }
    let Some(first) = response.chunk().await.map_err(TransportError::new)? else {
        return Ok(Some(Bytes::new()));
    };
    if first.len() >= stated.max(1) && stated > 0 {
        // The usual small response arrives in one chunk: return it without a copy.
        return Ok(Some(first));
    }
    let mut body = BytesMut::with_capacity(stated);
    body.extend_from_slice(&first);
    while let Some(piece) = response.chunk().await.map_err(TransportError::new)? {
        if body.len() + piece.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&piece);
    }
    Ok((body.len() <= limit).then(|| body.freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_plain_http_for_loopback_only() {
        for (url, accepted) in [
            ("https://api.partnercenter.microsoft.com", true),
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:8080", true),
            ("http://LOCALHOST", true),
            ("http://example.com", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("ftp://127.0.0.1", false),
            ("file:///etc/hosts", false),
        ] {
            assert_eq!(check_url(&url.parse().unwrap()).is_ok(), accepted, "{url}");
        }
    }

    #[test]
    fn error_does_not_print_credentials_of_the_url() {
        let error = check_url(&"http://user:hunter2@example.com/x".parse().unwrap()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn root_url_has_no_user_query_or_fragment() {
        let problems = |url: &str| {
            check_root_url(&url.parse().unwrap())
                .err()
                .map(|e| e.problems.len())
        };
        assert_eq!(problems("https://login.contoso.example/gateway"), None);
        assert_eq!(problems("http://127.0.0.1:8080"), None);
        assert_eq!(problems("https://u@login.contoso.example"), Some(1));
        assert_eq!(problems("https://login.contoso.example/#x"), Some(1));
        assert_eq!(problems("http://u:hunter2@contoso.example/?x#y"), Some(3));
        let error = check_root_url(&"http://u:hunter2@contoso.example".parse().unwrap());
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
