//! Bodies of pages.

use std::fmt::Debug;

use futures_util::FutureExt;
use partner_center::decode::{decode, strip_byte_order_mark};
use partner_center::{Collection, Envelope, Error, Page, ResponseValue, types};
use partner_center_core::fuzzing::{response, rows_before, without_token};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::json::{Members, is_number, is_same_number, rows};
use crate::text::{PLANTED, is_printable, messages};

/// Decodes a body as pages of several kinds of rows.
///
/// A page contains the whole body: every row, and every number with its digits. A page that is
/// written is decoded as the same page. An error contains no value of the body, and the number of
/// its readable rows is right.
pub fn pages(body: &[u8]) {
    check::<Page<types::CommercialLicensesDeployment>>(body);
    check::<Page<types::AzureUsage>>(body);
    check::<Page<types::Subscription>>(body);
    check::<Collection<types::Customer>>(body);
    check::<Collection<types::SubscribedSku>>(body);
    a_repeated_token_is_removed(body);
}

fn check<E: Envelope + DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) {
    let read = ResponseValue::<E>::from_response(response(body).into());
    match read.now_or_never().expect("decoding does not wait") {
        Ok(page) => is_all_of(&page.into_inner(), strip_byte_order_mark(body)),
        Err(error) => {
            has_no_values_in_its_message(&error, body);
            leaves_rows::<E>(&error, body);
        }
    }
}

fn is_all_of<E: Envelope + DeserializeOwned + Serialize + PartialEq + Debug>(
    page: &E,
    body: &[u8],
) {
    assert!(serde_json::from_slice::<IgnoredAny>(body).is_ok());
    assert!(
        !holds_error(body),
        "an error of the service is read as a page"
    );
    let _link = page.next();

    let written = serde_json::to_vec(page).expect("a page can be written");
    match decode::<E>(&written) {
        Ok(again) => assert_eq!(page, &again, "{}", String::from_utf8_lossy(&written)),
        // The documented properties of a row were all `null`, and `null` is not written.
        Err(error)
            if error
                .to_string()
                .contains("no documented property has a value") => {}
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&written)),
    }

    let Some(read) = rows(body) else {
        // Rows that only the crates can decode, or a row without an envelope.
        return;
    };
    assert_eq!(page.items().len(), read.len(), "rows are lost or added");
    let written = rows(&written).expect("what was written is JSON");
    for (read, written) in read.iter().zip(&written) {
        let read = Members::read(read.get().as_bytes());
        let written = Members::read(written.get().as_bytes());
        if let (Some(read), Some(written)) = (read, written) {
            keeps_numbers(&read, &written);
        }
    }
}

fn keeps_numbers(read: &Members, written: &Members) {
    for (name, json) in &read.0 {
        let json = json.get();
        if !is_number(json) || read.only(name).is_none() {
            continue;
        }
        let is_kept = match written.only(name) {
            Some(written) => is_same_number(json, written),
            // The value may be under the documented name of the property.
            None => {
                let mut values = written.0.iter();
                values.any(|(_, written)| is_same_number(json, written.get()))
            }
        };
        assert!(is_kept, "`{name}` was {json}, is {:?}", written.only(name));
    }
}

/// Returns whether the body is certainly an error of the service.
fn holds_error(body: &[u8]) -> bool {
    let is_error = || {
        let error = Members::read(Members::read(body)?.only("error")?.as_bytes())?;
        let (code, message) = (error.text("code")?, error.text("message")?);
        Some(matches!(code.parse(), Ok(400..=599_u16)) && !message.trim().is_empty())
    };
    is_error().unwrap_or_default()
}

fn has_no_values_in_its_message(error: &Error, body: &[u8]) {
    let text = messages(error);
    let debug = format!("{error:?}");
    // The message contains the description of the service and names of properties on purpose.
    let body = String::from_utf8_lossy(body);
    let is_name = body.contains('\\')
        || body.match_indices(PLANTED).any(|(at, _)| {
            let rest = &body[at + PLANTED.len()..];
            let rest = rest.split_once('"').map_or("", |(_, rest)| rest);
            rest.trim_start().starts_with(':')
        });
    if matches!(error, Error::Decode { .. }) {
        is_printable(&text);
        assert!(is_name || !text.contains(PLANTED), "{text}");
        assert!(is_name || !debug.contains(PLANTED), "{debug}");
    }
}

fn leaves_rows<E: Envelope + DeserializeOwned + Serialize>(error: &Error, body: &[u8]) {
    let before = rows_before::<E>(error).map(|rows| rows.list.into_inner().into_items());
    let Some(left) = error.partial::<E>() else {
        assert!(before.is_none());
        return;
    };
    assert!(
        left.ended_by.is_some() || !left.unreadable.is_empty(),
        "a partial list looks complete"
    );
    let items = left.list.items();
    assert!(!items.is_empty());
    assert_eq!(items.len() + left.unreadable.len(), left.received);
    let mut last = None;
    for row in &left.unreadable {
        assert!(row.index < left.received && last < Some(row.index));
        last = Some(row.index);
        is_printable(&row.to_string());
        let lines = body.iter().filter(|byte| **byte == b'\n').count() + 1;
        assert!(row.error.line <= lines, "{row}");
    }
    let before = before.map_or(0, |rows| rows.len());
    let readable = left.unreadable.first().map_or(items.len(), |row| row.index);
    assert_eq!(before, readable);
    if let Some(read) = rows(strip_byte_order_mark(body)) {
        assert!(left.received <= read.len(), "rows are added");
        assert!(left.ended_by.is_some() || left.received == read.len());
    }
}

fn a_repeated_token_is_removed(body: &[u8]) {
    let clean = without_token(body, PLANTED);
    let holds = |text: &[u8]| {
        let mut parts = text.windows(PLANTED.len());
        parts.any(|part| part == PLANTED.as_bytes())
    };
    assert!(!holds(&clean));
    assert!(holds(body) || clean.len() <= body.len() + PLANTED.len());
}
