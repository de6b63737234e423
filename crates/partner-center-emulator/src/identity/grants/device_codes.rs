//! Device code sign-ins (RFC 8628).

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use uuid::Uuid;

use crate::{
    clock::Clock,
    identity::{
        authority::SignIn, errors::SignInError, grants::scope::RequestedTokens,
        settings::SignInSettings,
    },
};

/// Maximum number of stored sign-ins; older ones are dropped.
const CAPACITY: usize = 1_000;

/// Letters of user codes: no letters that look alike, no vowels that could form words.
const LETTERS: &[u8; 16] = b"BCDFGHJKMNPQRSTV";

/// Number of letters of a user code.
const USER_CODE_LENGTH: usize = 9;

/// Increase of the polling interval after a poll that was too fast (RFC 8628, 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Device code sign-ins of one emulator.
#[derive(Debug)]
pub(crate) struct DeviceCodes {
    clock: Clock,
    interval: Duration,
    lifetime: Duration,
    sign_ins: Mutex<VecDeque<DeviceSignIn>>,
}

/// Codes of a new sign-in. They are secret, so `Debug` is not implemented.
pub(crate) struct NewDeviceCode {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
}

struct DeviceSignIn {
    device_code: String,
    user_code: String,
    requested: RequestedTokens,
    expires: Duration,
    interval: Duration,
    last_poll: Option<Duration>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Approved(SignIn),
    Denied,
    Redeemed,
}

impl fmt::Debug for DeviceSignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeviceSignIn")
            .finish_non_exhaustive()
    }
}

impl DeviceCodes {
    pub(crate) fn new(clock: Clock, settings: &SignInSettings) -> Self {
        Self {
            clock,
            interval: settings.device_code_interval,
            lifetime: settings.device_code_lifetime,
            sign_ins: Mutex::default(),
        }
    }

    /// Begins a sign-in.
    pub(crate) fn begin(&self, requested: RequestedTokens) -> NewDeviceCode {
        let new = NewDeviceCode {
            device_code: format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()),
            user_code: new_user_code(),
        };
        let mut sign_ins = self.lock();
        if sign_ins.len() == CAPACITY {
            sign_ins.pop_front();
        }
        sign_ins.push_back(DeviceSignIn {
            device_code: new.device_code.clone(),
            user_code: new.user_code.clone(),
            requested,
            expires: self.clock.since_epoch().saturating_add(self.lifetime),
            interval: self.interval,
            last_poll: None,
            state: State::Waiting,
        });
        new
    }

    /// Returns the user codes that wait for a decision, oldest first.
    pub(crate) fn waiting(&self) -> Vec<String> {
        let now = self.clock.since_epoch();
        self.lock()
            .iter()
            .filter(|sign_in| sign_in.is_waiting(now))
            .map(|sign_in| sign_in.user_code.clone())
            .collect()
    }

    /// Returns whether a sign-in waits for this code.
    pub(crate) fn is_waiting(&self, user_code: &str) -> bool {
        let user_code = normalised(user_code);
        self.waiting().contains(&user_code)
    }

    /// Approves with a sign-in, or denies without one. Returns `false` if no sign-in waits
    /// for the code.
    pub(crate) fn decide(&self, user_code: &str, sign_in: Option<SignIn>) -> bool {
        let user_code = normalised(user_code);
        let now = self.clock.since_epoch();
        let mut sign_ins = self.lock();
        let found = sign_ins
            .iter_mut()
            .find(|sign_in| sign_in.user_code == user_code && sign_in.is_waiting(now));
        match found {
            Some(waiting) => {
                waiting.state = sign_in.map_or(State::Denied, State::Approved);
                true
            }
            None => false,
        }
    }

    /// Takes a poll of a device. Returns the sign-in and the requested tokens, or the
    /// reason why there are none yet.
    pub(crate) fn poll(&self, device_code: &str) -> Result<(SignIn, RequestedTokens), SignInError> {
        let now = self.clock.since_epoch();
        let mut sign_ins = self.lock();
        let found = sign_ins
            .iter_mut()
            .find(|sign_in| sign_in.device_code == device_code)
            .ok_or_else(SignInError::unknown_device_code)?;
        match found.state {
            State::Redeemed => Err(SignInError::redeemed_code()),
            _ if now >= found.expires => Err(SignInError::expired_device_code()),
            State::Denied => Err(SignInError::declined()),
            State::Approved(sign_in) => {
                found.state = State::Redeemed;
                Ok((sign_in, found.requested))
            }
            State::Waiting => {
                let earliest = found
                    .last_poll
                    .map(|last| last.saturating_add(found.interval));
                found.last_poll = Some(now);
                if earliest.is_some_and(|earliest| now < earliest) {
                    found.interval = found.interval.saturating_add(SLOW_DOWN);
                    Err(SignInError::slow_down())
                } else {
                    Err(SignInError::authorization_pending())
                }
            }
        }
    }

    /// Forgets all sign-ins.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<DeviceSignIn>> {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeviceSignIn {
    fn is_waiting(&self, now: Duration) -> bool {
        matches!(self.state, State::Waiting) && now < self.expires
    }
}

fn new_user_code() -> String {
    let random = Uuid::new_v4();
    // Bytes 6 and 8 of a version 4 UUID have fixed bits (RFC 9562, 5.4).
    let (_, last) = random.as_bytes().split_at(9);
    let (first, _) = random.as_bytes().split_at(2);
    first
        .iter()
        .chain(last)
        .take(USER_CODE_LENGTH)
        .filter_map(|byte| LETTERS.get(usize::from(byte % 16)))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Normalises a code as users type it, without spaces and hyphens, in upper case.
fn normalised(user_code: &str) -> String {
    user_code
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::PARTNER_CENTER_AUDIENCE, testing::MovableClock};

    const SIGN_IN: SignIn = SignIn { mfa: true };

    const REQUESTED: RequestedTokens = RequestedTokens {
        audience: PARTNER_CENTER_AUDIENCE,
        id_token: true,
        refresh_token: false,
    };

    fn codes(clock: &MovableClock) -> DeviceCodes {
        DeviceCodes::new(clock.clock(), &SignInSettings::default())
    }

    fn poll(codes: &DeviceCodes, device_code: &str) -> &'static str {
        codes
            .poll(device_code)
            .map_or_else(|error| error.error, |_| "granted")
    }

    #[test]
    fn devices_get_one_token_after_approval() {
        let clock = MovableClock::at(1_000);
        let codes = codes(&clock);
        let new = codes.begin(REQUESTED);
        assert_eq!(poll(&codes, &new.device_code), "authorization_pending");
        let (left, right) = new.user_code.split_at(4);
        assert!(codes.decide(&format!(" {left}-{}", right.to_lowercase()), Some(SIGN_IN)));
        assert!(!codes.decide(&new.user_code, None));
        assert_eq!(
            codes.poll(&new.device_code).ok(),
            Some((SIGN_IN, REQUESTED))
        );
        assert_eq!(poll(&codes, &new.device_code), "invalid_grant");
        assert_eq!(poll(&codes, "other"), "bad_verification_code");
    }

    #[test]
    fn denial_is_reported_to_the_device() {
        let clock = MovableClock::at(1_000);
        let codes = codes(&clock);
        let new = codes.begin(REQUESTED);
        assert!(codes.decide(&new.user_code, None));
        assert_eq!(poll(&codes, &new.device_code), "access_denied");
        assert!(codes.waiting().is_empty());
    }

    #[test]
    fn codes_expire() {
        let clock = MovableClock::at(1_000);
        let codes = codes(&clock);
        let new = codes.begin(REQUESTED);
        clock.set(1_899);
        assert!(codes.is_waiting(&new.user_code));
        clock.set(1_900);
        assert!(!codes.decide(&new.user_code, Some(SIGN_IN)));
        assert_eq!(poll(&codes, &new.device_code), "expired_token");
    }

    #[test]
    fn each_fast_poll_increases_the_interval() {
        let clock = MovableClock::at(1_000);
        let codes = codes(&clock);
        let new = codes.begin(REQUESTED);
        for (at, expected) in [
            (1_000, "authorization_pending"),
            (1_005, "authorization_pending"),
            (1_009, "slow_down"),
            (1_018, "slow_down"),
            (1_033, "authorization_pending"),
        ] {
            clock.set(at);
            assert_eq!(poll(&codes, &new.device_code), expected, "{at}");
        }
    }

    #[test]
    fn old_sign_ins_are_dropped() {
        let clock = MovableClock::at(1_000);
        let codes = codes(&clock);
        let first = codes.begin(REQUESTED);
        for _ in 0..CAPACITY {
            codes.begin(REQUESTED);
        }
        assert!(!codes.is_waiting(&first.user_code));
        assert_eq!(codes.waiting().len(), CAPACITY);
        assert_eq!(first.user_code.len(), USER_CODE_LENGTH);
    }
}
