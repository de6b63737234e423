//! Bodies of the last large pages, so that a repeated call is answered without its query.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use axum::body::Bytes;

/// Maximum length of all kept bodies, in bytes.
const CAPACITY: usize = 32 << 20;

/// Minimum length of a kept body; shorter ones are made faster than they are found.
const SHORTEST: usize = 16 << 10;

/// State of the data that a body belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// Day of the data, which moves with the clock.
    pub(crate) day: i32,
    /// Number of changes by requests.
    pub(crate) changes: u64,
}

/// Kept bodies, the last used one at the end.
#[derive(Debug, Default)]
pub(crate) struct PreparedBodies(Mutex<VecDeque<Prepared>>);

#[derive(Debug)]
struct Prepared {
    /// Path, query and continuation token of the call.
    call: String,
    version: Version,
    body: Bytes,
}

impl PreparedBodies {
    /// Returns the body of the same call for the same data.
    pub(crate) fn get(&self, call: &str, version: Version) -> Option<Bytes> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|prepared| prepared.version == version);
        let position = kept.iter().position(|prepared| prepared.call == call)?;
        let prepared = kept.remove(position)?;
        let body = prepared.body.clone();
        kept.push_back(prepared);
        Some(body)
    }

    /// Keeps a body; the bodies that were used least recently make room for it.
    pub(crate) fn keep(&self, call: String, version: Version, body: &Bytes) {
        if !(SHORTEST..=CAPACITY).contains(&body.len()) {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut length: usize = kept.iter().map(|prepared| prepared.body.len()).sum();
        while length + body.len() > CAPACITY {
            let Some(oldest) = kept.pop_front() else {
                break;
            };
            length -= oldest.body.len();
        }
        let body = body.clone();
        kept.push_back(Prepared {
            call,
            version,
            body,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_kept_for_one_version_and_up_to_the_capacity() {
        let bodies = PreparedBodies::default();
        let version = Version { day: 1, changes: 0 };
        let body = |size: usize| Bytes::from(vec![b' '; size]);
        bodies.keep("short".to_owned(), version, &body(SHORTEST - 1));
        bodies.keep("too long".to_owned(), version, &body(CAPACITY + 1));
        assert_eq!(bodies.get("short", version), None);
        assert_eq!(bodies.get("too long", version), None);

        bodies.keep("one".to_owned(), version, &body(CAPACITY / 2));
        bodies.keep("two".to_owned(), version, &body(CAPACITY / 2));
        assert!(bodies.get("one", version).is_some());
        bodies.keep("three".to_owned(), version, &body(SHORTEST));
        assert!(bodies.get("one", version).is_some());
        assert_eq!(
            bodies.get("two", version),
            None,
            "the least recently used one"
        );

        let next_day = Version { day: 2, ..version };
        assert_eq!(bodies.get("one", next_day), None);
        assert_eq!(bodies.get("one", version), None, "older data are not kept");
    }
}
