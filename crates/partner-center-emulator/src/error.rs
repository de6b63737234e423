//! Why an emulator does not start.

use std::{error::Error, io, net::SocketAddr};

/// Why an [`Emulator`](crate::Emulator) could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is no tokio runtime to run on.
    #[error("the emulator runs as a task, but there is no tokio runtime: start it inside of one")]
    NoRuntime {
        /// What tokio says.
        source: tokio::runtime::TryCurrentError,
    },
    /// The address could not be listened on.
    #[error("cannot listen on {address}: choose another port, or 0 for any free one")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The address the emulator listens on is no base for URLs.
    #[error("the address {address} that the emulator listens on cannot be written as a URL")]
    Address {
        /// The address it listens on.
        address: SocketAddr,
        /// What is wrong with it.
        source: url::ParseError,
    },
    /// A certificate for https could not be made.
    #[error(
        "no certificate for https could be made: start the emulator without https, or report \
         this"
    )]
    Certificate {
        /// What the cryptography says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A certificate of the application is not usable.
    #[error(
        "the client certificate is not usable: it has to be an X.509 certificate in PEM with an \
         RSA key of 2048 to 8192 bits"
    )]
    ClientCertificate {
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
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
