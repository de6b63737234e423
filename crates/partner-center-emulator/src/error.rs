//! Errors of [`EmulatorBuilder::start`](crate::EmulatorBuilder::start).

use std::{error::Error, io, net::SocketAddr};

use crate::data::DataError;

/// Error of starting an [`Emulator`](crate::Emulator).
///
/// ```
/// use partner_center_emulator::{Emulator, StartError};
///
/// // Outside of a runtime, the task of the server has no place to run.
/// let mut start = Box::pin(Emulator::builder().start());
/// let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// let started = start.as_mut().poll(&mut context);
/// assert!(matches!(started, std::task::Poll::Ready(Err(StartError::NoRuntime { .. }))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The emulator was started outside of a tokio runtime.
    #[error("the emulator needs a tokio runtime: start it inside one")]
    NoRuntime {
        /// Error of tokio.
        source: tokio::runtime::TryCurrentError,
    },
    /// The emulator cannot listen on the address.
    #[error("cannot listen on {address}: choose another port, or 0 for any free port")]
    Bind {
        /// Requested address.
        address: SocketAddr,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The address the emulator listens on cannot be the base of URLs.
    #[error("cannot make a URL of {address}, the address that the emulator listens on")]
    Address {
        /// Address the emulator listens on.
        address: SocketAddr,
        /// Error of the URL parser.
        source: url::ParseError,
    },
    /// A certificate for HTTPS could not be created.
    #[error(
        "cannot create a certificate for https: start the emulator without https, or report this \
             as a bug"
    )]
    Certificate {
        /// Error of certificate generation or of TLS.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The key that signs id tokens could not be created.
    #[error(
        "cannot create the key that signs id tokens: the operating system has no random numbers"
    )]
    IdTokenKey,
    /// A registered client certificate is not usable.
    #[error(
        "the client certificate is not usable: it must be an X.509 certificate in PEM with an \
         RSA key of 2048 to 8192 bits"
    )]
    ClientCertificate {
        /// Error of reading the certificate.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Rows of the data do not belong together.
    #[error("the data set is not usable")]
    Data {
        /// Error of the data.
        source: DataError,
    },
}

impl StartError {
    pub(crate) fn client_certificate(source: impl Error + Send + Sync + 'static) -> Self {
        Self::ClientCertificate {
            source: Box::new(source),
        }
    }

    pub(crate) fn certificate(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Certificate {
            source: Box::new(source),
        }
    }
}
