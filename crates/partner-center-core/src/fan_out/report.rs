use std::collections::HashSet;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::Error;

/// What came of all the calls.
#[derive(Debug)]
#[non_exhaustive]
pub struct FanOutReport<K, T, E = Error> {
    /// Keys with what the call gave, in the order of completion.
    pub succeeded: Vec<(K, T)>,
    /// Keys whose call failed, in the order of completion.
    pub failed: Vec<(K, E)>,
    /// Keys that were not called because the run stopped early.
    pub unprocessed: Vec<K>,
    /// How many keys were left out as done before.
    pub skipped: usize,
    /// Whether the run stopped early, see [`FanOut::stop_on`](super::FanOut::stop_on).
    pub stopped: bool,
    /// Whether all keys are in this report. Keys of a stream that was not read to its
    /// end are in nobody's hands: start the stream again.
    pub exhausted: bool,
}

impl<K, T, E> FanOutReport<K, T, E> {
    /// Whether every key succeeded, now or before.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unprocessed.is_empty() && self.exhausted
    }

    /// Keys to call again: those that failed and those that were never called.
    pub fn remaining(&self) -> impl Iterator<Item = &K> {
        self.failed
            .iter()
            .map(|(key, _)| key)
            .chain(&self.unprocessed)
    }

    /// Keys that succeeded, for [`FanOut::skip_done`](super::FanOut::skip_done) of a later run. Together with those
    /// of the runs before, by [`DoneKeys::extend`].
    pub fn done_keys(&self) -> DoneKeys<K>
    where
        K: Clone + Eq + Hash,
    {
        self.succeeded.iter().map(|(key, _)| key.clone()).collect()
    }
}

/// Keys that need no call any more. Serialises to a list, for a file between two runs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent, bound(deserialize = "K: Eq + Hash + Deserialize<'de>"))]
pub struct DoneKeys<K>(HashSet<K>)
where
    K: Eq + Hash;

impl<K: Eq + Hash> DoneKeys<K> {
    /// Whether this key is done.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// How many are done.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All keys that are done, in no order.
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
