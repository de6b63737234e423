//! Injected faults of an emulator, and the choice of those of a call.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::value::RawValue;

use crate::faults::{
    fault::{Chance, Fault, Target},
    kind::FaultKind,
    listings::{Listings, Place},
};

/// Number of applied faults that are kept, so that their counts can be read.
const SPENT: usize = 100;

/// Handle of a fault after [`Emulator::inject`](crate::Emulator::inject), which counts its
/// applications.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_emulator::{Emulator, Fault};
///
/// let emulator = Emulator::builder().start().await?;
/// # use std::sync::Arc;
/// # use partner_center::{Client, RetryOptions};
/// # use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential};
/// # use partner_center_emulator::TokenOptions;
/// # let token = emulator.mint_token(TokenOptions::new());
/// # let client = Client::builder()
/// #     .base_url(emulator.url())
/// #     .credential(Arc::new(StaticTokenCredential::new(token)))
/// #     .retry(RetryOptions::none())
/// #     .build()?;
/// let outage = emulator.inject(Fault::status(503).times(2));
/// assert!(client.customers().send().await.is_err());
/// assert_eq!((outage.applied(), outage.is_spent()), (1, false));
///
/// emulator.remove_fault(outage.id());
/// assert!(client.customers().send().await.is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct InjectedFault {
    id: u64,
    fault: Arc<Fault>,
    applied: Arc<AtomicU32>,
}

impl InjectedFault {
    /// Returns the id of the fault, from 1 in the order of injection.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns the fault as it was injected.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Returns the number of calls that the fault was applied to so far.
    #[must_use]
    pub fn applied(&self) -> u32 {
        self.applied.load(Ordering::Relaxed)
    }

    /// Returns the number of calls that the fault will still be applied to; `None` for an
    /// [unlimited](Fault::unlimited) fault.
    #[must_use]
    pub fn remaining(&self) -> Option<u32> {
        (self.fault.times < u32::MAX).then(|| self.fault.times.saturating_sub(self.applied()))
    }

    /// Returns whether the fault was applied as many times as requested.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.remaining() == Some(0)
    }

    fn add(&self) {
        // Saturates, because an unlimited fault may apply to any number of calls.
        let add = |applied: u32| Some(applied.saturating_add(1));
        let _ = self
            .applied
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// Takes back one application, because the response had nothing to change.
    pub(crate) fn take_back(&self) {
        let subtract = |applied: u32| applied.checked_sub(1);
        let _ = self
            .applied
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, subtract);
    }
}

/// Request for which faults are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) target: Target,
    pub(crate) operation: Option<&'static str>,
    pub(crate) place: Option<Place>,
}

/// Faults of a call, and the rows of the page before.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) faults: Vec<InjectedFault>,
    pub(crate) previous_rows: Vec<Box<RawValue>>,
    /// `true` if the rows of the response must be [remembered](FaultQueue::remember).
    pub(crate) remember: bool,
}

/// Injected fault with its state.
#[derive(Debug)]
struct Entry {
    injected: InjectedFault,
    /// Number of calls that pass first.
    after: u32,
    chance: Option<Chance>,
}

/// Faults of one emulator, in the order of injection.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    entries: VecDeque<Entry>,
    listings: Listings,
}

impl FaultQueue {
    pub(crate) fn inject(&self, fault: Fault) -> InjectedFault {
        let mut state = self.lock();
        state.last_id += 1;
        let injected = InjectedFault {
            id: state.last_id,
            applied: Arc::default(),
            fault: Arc::new(fault),
        };
        if injected.fault.times > 0 {
            state.entries.push_back(Entry {
                after: injected.fault.after,
                chance: injected.fault.chance,
                injected: injected.clone(),
            });
        }
        state.drop_spent();
        injected
    }

    /// Returns all faults in the order of injection, the last spent ones included.
    pub(crate) fn all(&self) -> Vec<InjectedFault> {
        let state = self.lock();
        state
            .entries
            .iter()
            .map(|entry| entry.injected.clone())
            .collect()
    }

    /// Removes a fault. Returns `false` if there is none with this id.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.lock();
        let before = state.entries.len();
        state.entries.retain(|entry| entry.injected.id != id);
        state.entries.len() < before
    }

    pub(crate) fn clear(&self) {
        self.lock().entries.clear();
    }

    /// Chooses the faults to apply to a call.
    ///
    /// Additional faults are chosen as often as their conditions allow. Of the others, the first
    /// whose kind of request, operation and page match is considered; later ones wait until it is
    /// spent, unless it is unlimited and skips this call.
    pub(crate) fn choose(&self, subject: Subject) -> Chosen {
        let state = &mut *self.lock();
        let page = subject
            .place
            .map(|place| (place, state.listings.page(place)));
        let mut chosen = Chosen::default();
        let mut taken = false;
        for entry in &mut state.entries {
            let fault = &entry.injected.fault;
            let number = page.map(|(_, number)| number);
            if entry.injected.is_spent() || !matches(fault, subject, number) {
                continue;
            }
            chosen.remember |= matches!(fault.kind, FaultKind::DuplicateRows { .. });
            let additional = fault.kind.is_additional();
            if (taken && !additional) || !applies_to_page(fault, number) {
                continue;
            }
            let unlimited = fault.times == u32::MAX;
            let hit = if entry.after > 0 {
                entry.after -= 1;
                false
            } else {
                entry.chance.as_mut().is_none_or(Chance::hits)
            };
            if hit {
                entry.injected.add();
                chosen.faults.push(entry.injected.clone());
            }
            taken |= !additional && (hit || !unlimited);
        }
        if let Some((place, _)) = page
            && chosen.remember
        {
            chosen.previous_rows = state.listings.rows(place);
        }
        chosen
    }

    /// Keeps the last rows of a page for the next page.
    pub(crate) fn remember(&self, place: Place, rows: Vec<Box<RawValue>>) {
        self.lock().listings.remember(place, rows);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Drops the oldest spent faults.
    fn drop_spent(&mut self) {
        let spent = |entry: &Entry| entry.injected.is_spent();
        let count = self.entries.iter().filter(|entry| spent(entry)).count();
        for _ in SPENT..count {
            if let Some(oldest) = self.entries.iter().position(spent) {
                self.entries.remove(oldest);
            }
        }
    }
}

/// Returns `true` if the fault is for this kind of request and operation.
fn matches(fault: &Fault, subject: Subject, page: Option<u32>) -> bool {
    let on_listing = page.is_some() || fault.page.is_none();
    fault.target == subject.target
        && on_listing
        && fault
            .operation
            .is_none_or(|operation| subject.operation == Some(operation))
}

/// Returns `true` if the fault is for this page.
fn applies_to_page(fault: &Fault, page: Option<u32>) -> bool {
    match fault.page {
        Some(wanted) => page == Some(wanted),
        None if fault.kind.is_between_pages() => page.is_some_and(|page| page > 1),
        None => true,
    }
}

#[cfg(test)]
mod tests;
