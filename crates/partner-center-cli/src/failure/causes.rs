//! Errors and their causes.

use std::error::Error;

use partner_center::credential::{RefreshTokenError, SignInRefused};

/// Numbers after `AADSTS` that are about the client secret.
const NO_SECRET: u32 = 7_000_218;
const WRONG_SECRET: u32 = 7_000_215;
const EXPIRED_SECRET: u32 = 7_000_222;

/// An error and its causes; what the one before already says is left out.
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

/// The messages of an error. The library speaks to programs that go on; this one ends.
pub(crate) fn cli_messages(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut messages = messages(error);
    if let Some(not_saved @ RefreshTokenError::NotSaved { source, .. }) = cause(error) {
        let own = format!(
            "the sign-in service has given a new refresh token, which could not be kept: {source}"
        );
        for message in &mut messages {
            *message = message.replace(&not_saved.to_string(), &own);
        }
    }
    messages
}

/// Where the client secret comes from, for a sign-in that is refused for the want of one.
pub(crate) fn secret_help(error: &(dyn Error + 'static)) -> Option<&'static str> {
    match cause::<SignInRefused>(error)?.aadsts? {
        NO_SECRET => Some("set PCENTER_CLIENT_SECRET to the secret of the application"),
        WRONG_SECRET | EXPIRED_SECRET => Some("the secret comes from PCENTER_CLIENT_SECRET"),
        _ => None,
    }
}

/// An error of this type among the causes.
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
