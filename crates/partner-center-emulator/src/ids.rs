//! Request and correlation ids, and GUIDs.

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Header with the id of the call.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
/// Header with the id of the work that the call belongs to.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");

/// Request id and correlation id of a call, as they are echoed.
#[derive(Debug)]
pub(crate) struct Ids {
    request: String,
    correlation: String,
}

impl Ids {
    /// Reads the ids of a request and generates ids for missing or malformed ones. The
    /// checks of the operation decide whether a malformed id is an error.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let read = |name: HeaderName| {
            let mut values = headers.get_all(name).iter();
            match (values.next().map(HeaderValue::to_str), values.next()) {
                (Some(Ok(id)), None) if is_guid(id) => id.to_owned(),
                _ => Uuid::new_v4().to_string(),
            }
        };
        Self {
            request: read(REQUEST_ID),
            correlation: read(CORRELATION_ID),
        }
    }

    /// Sets the ids in the headers of a response.
    pub(crate) fn echo(&self, headers: &mut HeaderMap) {
        for (name, id) in [
            (REQUEST_ID, &self.request),
            (CORRELATION_ID, &self.correlation),
        ] {
            if let Ok(value) = HeaderValue::from_str(id) {
                headers.insert(name, value);
            }
        }
    }
}

/// Returns whether a text is a GUID of 32 hexadecimal digits with hyphens, without
/// braces.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_format_is_a_guid() {
        assert!(is_guid("25b6edd5-1f53-456b-b48c-c64f60ec2dda"));
        assert!(is_guid("25B6EDD5-1F53-456B-B48C-C64F60EC2DDA"));
        for text in [
            "",
            "25b6edd51f53456bb48cc64f60ec2dda",
            "{25b6edd5-1f53-456b-b48c-c64f60ec2dda}",
            "25b6edd5-1f53-456b-b48c-c64f60ec2ddx",
            "25b6edd5-1f53-456b-b48c-c64f60ec2dd",
            "ééééééééé-éééééééé",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }

    #[test]
    fn ids_are_echoed_as_sent_and_generated_when_missing() {
        let mut sent = HeaderMap::new();
        let id = HeaderValue::from_static("25B6EDD5-1f53-456b-b48c-c64f60ec2dda");
        sent.insert(REQUEST_ID, id.clone());
        let ids = Ids::read(&sent);

        let mut response = HeaderMap::new();
        ids.echo(&mut response);
        assert_eq!(response[REQUEST_ID], id);
        assert!(is_guid(response[CORRELATION_ID].to_str().unwrap()));
    }

    #[test]
    fn repeated_or_unreadable_ids_are_replaced() {
        let mut sent = HeaderMap::new();
        let id = HeaderValue::from_static("25b6edd5-1f53-456b-b48c-c64f60ec2dda");
        sent.append(CORRELATION_ID, id.clone());
        sent.append(CORRELATION_ID, id.clone());
        sent.insert(REQUEST_ID, HeaderValue::from_bytes(b"\xff").unwrap());
        let mut response = HeaderMap::new();
        Ids::read(&sent).echo(&mut response);
        for name in [REQUEST_ID, CORRELATION_ID] {
            let echoed = response[&name].to_str().unwrap();
            assert!(is_guid(echoed) && id != echoed, "{name}: {echoed}");
        }
    }
}
