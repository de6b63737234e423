//! Queue of injected faults.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::faults::fault::{Effect, Fault, Target};

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
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct InjectedFault {
    times: u32,
    applied: Arc<AtomicU32>,
}

impl InjectedFault {
    /// Returns the number of calls that the fault was applied to so far.
    #[must_use]
    pub fn applied(&self) -> u32 {
        self.applied.load(Ordering::Relaxed)
    }

    /// Returns whether the fault was applied as many times as requested.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.applied() >= self.times
    }
}

/// Fault to apply to one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingFault {
    pub(crate) effect: Effect,
    pub(crate) headers: Vec<(http::HeaderName, http::HeaderValue)>,
}

/// Faults of one emulator, in the order of injection.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue(Mutex<VecDeque<(Fault, InjectedFault)>>);

impl FaultQueue {
    pub(crate) fn inject(&self, fault: Fault) -> InjectedFault {
        let injected = InjectedFault {
            times: fault.times,
            applied: Arc::default(),
        };
        if fault.times > 0 {
            self.lock().push_back((fault, injected.clone()));
        }
        injected
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Returns the fault to apply to the current call, if any. Only the first fault for this
    /// kind of call is considered; the others wait until it is spent.
    pub(crate) fn next(&self, target: Target) -> Option<PendingFault> {
        let mut faults = self.lock();
        let position = faults
            .iter()
            .position(|(fault, _)| fault.target == target)?;
        let (fault, injected) = faults.get_mut(position)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        if fault.chance.as_mut().is_some_and(|chance| !chance.hits()) {
            return None;
        }
        injected.applied.fetch_add(1, Ordering::Relaxed);
        let pending = PendingFault {
            effect: fault.effect.clone(),
            headers: fault.headers.clone(),
        };
        if injected.is_spent() {
            faults.remove(position);
        }
        Some(pending)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Fault, InjectedFault)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_apply_in_order_and_are_counted() {
        let queue = FaultQueue::default();
        let reset = queue.inject(Fault::reset().after(1).times(2));
        let token = queue.inject(Fault::incomplete_body().on_token_requests());
        let silence = queue.inject(Fault::no_response());
        let never = queue.inject(Fault::truncated().times(0));
        let effects: Vec<_> = (0..5)
            .map(|_| queue.next(Target::Api).map(|hit| hit.effect))
            .collect();
        let expected = [
            None,
            Some(Effect::Reset),
            Some(Effect::Reset),
            Some(Effect::NoResponse),
            None,
        ];
        assert_eq!(effects, expected);
        assert_eq!((reset.applied(), reset.is_spent()), (2, true));
        assert_eq!((token.applied(), token.is_spent()), (0, false));
        assert!(silence.is_spent() && never.is_spent());
        queue.clear();
        assert_eq!(queue.next(Target::Token), None);
    }
}
