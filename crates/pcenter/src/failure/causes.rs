//! Messages of errors and searches through their causes.

use std::error::Error;

use partner_center::credential::{RefreshTokenError, SignInRejected};

// AADSTS error numbers about the client secret.
const NO_SECRET: u32 = 7_000_218;
const WRONG_SECRET: u32 = 7_000_215;
const EXPIRED_SECRET: u32 = 7_000_222;

/// Returns the messages of an error and its causes, outermost first, without messages that an
/// earlier one already contains.
pub(crate) fn messages(error: &dyn Error) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !messages.iter().any(|message| message.contains(&text)) {
            messages.push(text);
        }
        source = cause.source();
    }
    messages
}

/// Returns the messages of an error in the words of the command line: the library describes an
/// unsaved refresh token for programs that continue to run.
pub(crate) fn cli_messages(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut messages = messages(error);
    if let Some(not_saved @ RefreshTokenError::NotSaved { source, .. }) = cause(error) {
        let own = format!(
            "the sign-in service issued a new refresh token, which could not be stored: {source}"
        );
        for message in &mut messages {
            *message = message.replace(&not_saved.to_string(), &own);
        }
    }
    messages
}

/// Returns help for a sign-in that was refused because of a missing, wrong or expired secret.
pub(crate) fn secret_help(error: &(dyn Error + 'static)) -> Option<&'static str> {
    match cause::<SignInRejected>(error)?.aadsts? {
        NO_SECRET => Some("set PCENTER_CLIENT_SECRET to the secret of the application"),
        WRONG_SECRET | EXPIRED_SECRET => Some("the secret comes from PCENTER_CLIENT_SECRET"),
        _ => None,
    }
}

/// Returns the first error of this type among an error and its causes.
pub(crate) fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
