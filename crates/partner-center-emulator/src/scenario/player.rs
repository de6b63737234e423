//! Scenario that runs in an emulator.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::scenario::definition::{Scenario, Step};

/// Running scenario of one emulator, if any.
#[derive(Debug, Default)]
pub(crate) struct ScenarioPlayer {
    playing: Mutex<Option<Playing>>,
    /// `true` while steps remain, so that most requests need no lock.
    pending: AtomicBool,
}

/// Scenario with its progress.
#[derive(Debug, Clone)]
pub(crate) struct Playing {
    pub(crate) scenario: Arc<Scenario>,
    /// Start, since 1970.
    pub(crate) started: Duration,
    /// Number of steps that took effect.
    pub(crate) done: usize,
}

impl ScenarioPlayer {
    /// Starts a scenario at this time since 1970; it replaces the one before.
    pub(crate) fn start(&self, scenario: Scenario, now: Duration) {
        let mut playing = self.lock();
        *playing = Some(Playing {
            scenario: Arc::new(scenario),
            started: now,
            done: 0,
        });
        self.pending.store(true, Ordering::Release);
    }

    /// Ends the scenario; its changes stay.
    pub(crate) fn stop(&self) {
        let mut playing = self.lock();
        *playing = None;
        self.pending.store(false, Ordering::Release);
    }

    pub(crate) fn state(&self) -> Option<Playing> {
        self.lock().clone()
    }

    /// Applies the steps whose time has come. The lock is held meanwhile, so that a concurrent
    /// request waits for the changes.
    pub(crate) fn apply_due(&self, now: impl Fn() -> Duration, apply: impl Fn(&Step)) {
        if !self.pending.load(Ordering::Acquire) {
            return;
        }
        let mut playing = self.lock();
        let Some(playing) = playing.as_mut() else {
            return;
        };
        while let Some(step) = playing.scenario.steps.get(playing.done) {
            // A step may move the clock, so the time is read for each.
            if now() < playing.started.saturating_add(step.at) {
                return;
            }
            apply(step);
            playing.done += 1;
        }
        self.pending.store(false, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Playing>> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
