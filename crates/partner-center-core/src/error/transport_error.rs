use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Error of the HTTP client: no complete response arrived.
///
/// The type of the HTTP client's error is not part of the API. The message contains no URL, and
/// [`source`](Error::source) returns the causes below the HTTP client, of which the last is
/// often a [`std::io::Error`].
#[derive(Clone)]
pub struct TransportError {
    // Shared, because all calls that wait for the same token get the error of its request.
    inner: Arc<Inner>,
}

#[derive(Debug)]
enum Inner {
    Http(reqwest::Error),
    /// The body cannot be decompressed.
    Encoding(std::io::Error),
}

impl TransportError {
    /// Creates an error without the URL, whose query can contain names of customers.
    #[doc(hidden)]
    pub fn new(error: reqwest::Error) -> Self {
        Self {
            inner: Arc::new(Inner::Http(error.without_url())),
        }
    }

    /// Creates the error of a body that cannot be decompressed.
    pub(crate) fn encoding(error: std::io::Error) -> Self {
        Self {
            inner: Arc::new(Inner::Encoding(error)),
        }
    }

    /// Returns the error of the HTTP client, unless it read the body completely.
    fn http(&self) -> Option<&reqwest::Error> {
        match &*self.inner {
            Inner::Http(error) => Some(error),
            Inner::Encoding(_) => None,
        }
    }

    /// Returns whether the connection could not be opened: the name, the address, the proxy or the
    /// certificate is wrong, or the service does not listen. Nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.http().is_some_and(reqwest::Error::is_connect)
    }

    /// Returns whether a timeout expired while connecting, waiting or reading.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.http().is_some_and(reqwest::Error::is_timeout)
    }

    /// Returns whether the response was interrupted within its body, or the body is not encoded as
    /// its headers state.
    #[must_use]
    pub fn is_body(&self) -> bool {
        self.http()
            .is_none_or(|error| error.is_body() || error.is_decode())
    }

    /// Returns a description in terms of the call.
    pub(super) fn problem(&self) -> &'static str {
        if self.is_timeout() {
            "the request timed out"
        } else if self.is_connect() {
            "the connection could not be opened"
        } else if self.is_body() {
            "the response was interrupted"
        } else if self.http().is_some_and(reqwest::Error::is_redirect) {
            "the request was redirected"
        } else {
            "the connection failed"
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.inner {
            Inner::Http(error) => error.fmt(f),
            Inner::Encoding(_) => f.write_str("error decoding response body"),
        }
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TransportError").field(&self.inner).finish()
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.inner {
            Inner::Http(error) => error.source(),
            Inner::Encoding(error) => Some(error),
        }
    }
}
