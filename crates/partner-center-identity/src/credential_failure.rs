use http::StatusCode;
use partner_center_core::internal::SIGN_IN_HELP;
use partner_center_core::{CredentialFailure, ErrorKind};

use crate::{BrowserSignInError, RefreshTokenError, SignInFailure, SignInRejected};

/// Returns the properties of an error of a credential: kind, status, wait and remedy. The pipeline
/// of the client calls this function to decide whether to retry.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = partner_center_emulator::Emulator::builder().start().await?;
/// use partner_center_core::ErrorKind;
/// use partner_center_emulator::Fault;
/// use partner_center_identity::{RefreshTokenCredential, TokenCredential, credential_failure};
///
/// emulator.inject(Fault::status(503).retry_after("7").on_token_requests().times(9));
/// # let (tenant, client_id) = (emulator.tenant_id(), emulator.client_id());
/// # let token = emulator.refresh_token().to_owned();
/// let credential = RefreshTokenCredential::builder(tenant, client_id, token)
/// #   .authority(emulator.authority())
///     .build()?;
/// let error = credential.get_token(&["scope/.default"], None).await.unwrap_err();
///
/// // The sign-in service is the cause, so the call is worth a retry.
/// let failure = credential_failure(&error);
/// assert_eq!(failure.status.map(|status| status.as_u16()), Some(503));
/// assert_ne!(failure.kind, ErrorKind::Authentication);
/// assert!(failure.retry_after.is_some());
/// # Ok(())
/// # }
/// ```
pub fn credential_failure(error: &azure_core::Error) -> CredentialFailure {
    let mut found = CredentialFailure::new(ErrorKind::Authentication);
    if let Some(failure) = cause::<SignInFailure>(error) {
        found.kind = failure.kind();
        found.status = failure.status();
        found.retry_after = failure.retry_after();
    }
    found.help = help(error);
    found
}

/// Returns advice for a failed sign-in.
fn help(error: &azure_core::Error) -> Option<&'static str> {
    if let Some(help) = cause::<SignInRejected>(error).and_then(|refused| refused.help) {
        return Some(help);
    }
    if cause::<RefreshTokenError>(error).is_some() || cause::<BrowserSignInError>(error).is_some() {
        // The messages of these errors contain their own advice.
        return None;
    }
    #[cfg(feature = "client-certificate")]
    if cause::<crate::ClientCertificateError>(error).is_some() {
        return None;
    }
    Some(match cause::<SignInFailure>(error) {
        Some(SignInFailure::Unreachable(_)) => {
            "check the address of the sign-in service, the network and the proxy variables \
             (HTTPS_PROXY, NO_PROXY); certificates of a company must be in the certificate store \
             of the operating system"
        }
        Some(SignInFailure::Unavailable { status, .. })
            if status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS =>
        {
            "the sign-in service is unavailable; the credential is not the cause: try again later"
        }
        Some(_) => {
            "the response is not that of a sign-in service: check its address, the cloud, and the \
             proxy variables (HTTPS_PROXY, NO_PROXY)"
        }
        None => SIGN_IN_HELP,
    })
}

/// Returns the first error of this type among the causes.
fn cause<T: std::error::Error + 'static>(error: &azure_core::Error) -> Option<&T> {
    let mut source = std::error::Error::source(error);
    while let Some(found) = source {
        if let Some(found) = found.downcast_ref() {
            return Some(found);
        }
        source = found.source();
    }
    None
}
