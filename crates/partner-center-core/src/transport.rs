//! The HTTP client, set up so that a token cannot leak, and reading no more than is wanted.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HeaderMap};
use url::{Host, Url};

/// A URL that would carry a token unprotected.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{scheme}://{host}` is refused: a token travels over https only; plain http is for loopback \
     addresses (localhost, 127.0.0.1, [::1])"
)]
#[non_exhaustive]
pub struct InsecureUrl {
    /// Scheme of the URL.
    pub scheme: String,
    /// Host of the URL, or nothing.
    pub host: String,
}

/// Accepts `https` anywhere and `http` on loopback.
///
/// # Errors
///
/// [`InsecureUrl`] for everything else.
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

/// What is wrong about a URL that is to be the root of a service.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", problems.join("; "))]
#[non_exhaustive]
pub struct RootUrlError {
    /// Everything that is wrong, one sentence each. Holds no user name or password.
    pub problems: Vec<String>,
}

/// Accepts what [`check_url`] accepts, if it has neither user, password, query nor
/// fragment: those would be lost, or end up in logs.
///
/// # Errors
///
/// [`RootUrlError`] with everything that is wrong.
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

/// Whether the URL's host is this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimeOuts {
    /// To connect.
    pub connect: Duration,
    /// Without a single byte from the other side.
    pub read: Duration,
    /// Altogether, from connecting to the last byte.
    pub total: Duration,
}

impl TimeOuts {
    /// For pages of rows: as long as data flows, an hour.
    pub const ROWS: Self = Self {
        connect: Duration::from_secs(15),
        read: Duration::from_secs(100),
        total: Duration::from_secs(3600),
    };

    /// For small responses of services that work on nothing: the sign-in, a vault.
    pub(crate) const SHORT: Self = Self {
        connect: Duration::from_secs(15),
        read: Duration::from_secs(60),
        total: Duration::from_secs(60),
    };
}

/// Why there is no HTTP client.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct HttpClientError {
    message: &'static str,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// An HTTP client for `url`: no redirects (a token must not follow one), timeouts, and
/// no proxy to loopback (a proxy would see the token, since loopback is plain http).
///
/// TLS is that of the application, if it has installed a rustls provider for the process,
/// else rustls with ring for this client alone. Nothing is installed for the process: that
/// is the application's business. The certificates of the operating system are read for
/// `https` only.
///
/// # Errors
///
/// [`HttpClientError`] when the TLS set-up of this machine cannot be used: over `https`
/// without the certificates of any authority, for example.
pub fn http_client(url: &Url, time_outs: TimeOuts) -> Result<reqwest::Client, HttpClientError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(time_outs.connect)
        .timeout(time_outs.total)
        .user_agent(concat!("partner-center-rust/", env!("CARGO_PKG_VERSION")));
    if time_outs.read < time_outs.total {
        // Each read gets a timer of its own, which is not for nothing.
        builder = builder.read_timeout(time_outs.read);
    }
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    // With both, reqwest takes the operating system's.
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
        // Nothing is encrypted: a machine without certificates will do.
        "http" => config.with_root_certificates(rustls::RootCertStore::empty()),
        _ => config.with_platform_verifier().map_err(|error| {
            failure(
                "this machine has no certificates of authorities, without which no https address \
                 can be trusted: install them (the package `ca-certificates` of most Linux \
                 distributions), or name a file with them in SSL_CERT_FILE",
                error,
            )
        })?,
    };
    Ok(config.with_no_client_auth())
}

/// Reads the whole body, or `None` as soon as it is known to exceed the limit.
pub(crate) async fn read_all(
    answer: &mut reqwest::Response,
    headers: &HeaderMap,
    limit: usize,
) -> Result<Option<Bytes>, reqwest::Error> {
    let stated = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if stated > limit {
        return Ok(None);
    }
    let Some(first) = answer.chunk().await? else {
        return Ok(Some(Bytes::new()));
    };
    if first.len() >= stated.max(1) && stated > 0 {
        // The usual small answer: one piece, no copy.
        return Ok(Some(first));
    }
    let mut body = BytesMut::with_capacity(stated);
    body.extend_from_slice(&first);
    while let Some(piece) = answer.chunk().await? {
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
    fn plain_http_is_for_loopback_only() {
        for (url, fine) in [
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
            assert_eq!(check_url(&url.parse().unwrap()).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn the_refusal_does_not_print_credentials_in_the_url() {
        let error = check_url(&"http://user:hunter2@example.com/x".parse().unwrap()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn a_root_has_nothing_before_or_behind_it() {
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
