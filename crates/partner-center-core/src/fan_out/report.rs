use std::collections::HashSet;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Results of all calls of a fan-out.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::num::NonZeroUsize;
///
/// use partner_center_core::fan_out::fan_out;
///
/// let report = fan_out(["a", "b"], NonZeroUsize::MIN, |key| async move {
///     if key == "a" { Ok(1) } else { Err("no response") }
/// })
/// .report()
/// .await;
/// assert_eq!(report.succeeded, [("a", 1)]);
/// assert_eq!(report.failed, [("b", "no response")]);
/// assert_eq!(report.remaining().collect::<Vec<_>>(), [&"b"]);
/// assert!(!report.is_complete());
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct FanOutReport<K, T, E = Error> {
    /// Keys with the value of their call, in the order of completion.
    pub succeeded: Vec<(K, T)>,
    /// Keys with the error of their call, in the order of completion.
    pub failed: Vec<(K, E)>,
    /// Keys that were not called because the run stopped early.
    pub unprocessed: Vec<K>,
    /// Number of keys skipped because they were done before.
    pub skipped: usize,
    /// Whether the run stopped early; see [`FanOut::stop_on`](super::FanOut::stop_on).
    pub stopped: bool,
    /// Whether the report contains all keys. If it is `false`, the stream of keys was not read to
    /// its end, and must be started again for the remaining keys.
    pub exhausted: bool,
}

impl<K, T, E> FanOutReport<K, T, E> {
    /// Returns whether the calls for all keys succeeded, in this run or before.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unprocessed.is_empty() && self.exhausted
    }

    /// Returns the keys to call again: those whose call failed and those that were not called.
    pub fn remaining(&self) -> impl Iterator<Item = &K> {
        self.failed
            .iter()
            .map(|(key, _)| key)
            .chain(&self.unprocessed)
    }

    /// Returns the keys that succeeded in this run, for
    /// [`FanOut::skip_done`](super::FanOut::skip_done) of a later run. Use [`DoneKeys::extend`] to
    /// add them to those of earlier runs.
    pub fn done_keys(&self) -> DoneKeys<K>
    where
        K: Clone + Eq + Hash,
    {
        self.succeeded.iter().map(|(key, _)| key.clone()).collect()
    }
}

/// Set of keys whose calls have succeeded. Serialises to a list, which can be stored in a file
/// between two runs.
///
/// ```
/// use partner_center_core::fan_out::DoneKeys;
///
/// let mut done: DoneKeys<String> = serde_json::from_str(r#"["contoso"]"#)?;
/// done.extend(["fabrikam".to_owned()]);
/// assert_eq!(done.len(), 2);
/// assert!(done.contains(&"contoso".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent, bound(deserialize = "K: Eq + Hash + Deserialize<'de>"))]
pub struct DoneKeys<K>(HashSet<K>)
where
    K: Eq + Hash;

impl<K: Eq + Hash> DoneKeys<K> {
    /// Returns whether this key is done.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all keys, in arbitrary order.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.iter()
    }
}

impl<K: Eq + Hash> Default for DoneKeys<K> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<K: Eq + Hash> FromIterator<K> for DoneKeys<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl<K: Eq + Hash> Extend<K> for DoneKeys<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        self.0.extend(keys);
    }
}

impl<K: Eq + Hash> IntoIterator for DoneKeys<K> {
    type Item = K;
    type IntoIter = std::collections::hash_set::IntoIter<K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
