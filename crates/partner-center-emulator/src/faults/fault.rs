//! Faults made to order.

use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode, header};

/// Something that goes wrong with the next calls; see
/// [`Emulator::inject`](crate::Emulator::inject).
///
/// By default the very next call of the API is hit, and no other. A fault of the
/// connection or of the body is done to the answer that the call would have got: what
/// the call changes, such as a refresh token that is used up, is changed. An answer
/// by [`status`](Self::status) takes the place of the call.
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_emulator::Fault;
///
/// let outage = Fault::status(503).html().retry_after("10").times(3);
/// let on_the_second_page = Fault::reset().after(1);
/// let now_and_then = Fault::status(500).one_in(10, 42).times(u32::MAX);
/// let past_the_time_limit = Fault::drip(Duration::from_secs(1)).on_token_requests();
/// let elsewhere = Fault::redirect("https://fabrikam.example/");
/// let sign_in = Fault::sign_in_error("invalid_grant", 50076, "Use a second factor.");
/// # let _ = (outage, on_the_second_page, now_and_then, past_the_time_limit, elsewhere, sign_in);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing goes wrong before it is injected"]
pub struct Fault {
    pub(crate) target: Target,
    pub(crate) effect: Effect,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) times: u32,
    pub(crate) after: u32,
    pub(crate) chance: Option<Chance>,
}

/// Which requests a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Api,
    Token,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Another answer.
    Response { status: StatusCode, body: FaultBody },
    /// Half the body, well framed.
    Truncated,
    /// Half the body, then the connection is closed.
    CutOff,
    /// Half the body, then the connection is reset.
    Reset,
    /// A byte for each interval.
    Drip { interval: Duration },
    /// No answer.
    Silence,
}

/// What another answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaultBody {
    Empty,
    Html,
    Documented {
        code: u32,
        description: String,
    },
    SignIn {
        error: &'static str,
        code: u32,
        description: String,
    },
    Gateway {
        seconds: u64,
    },
    Other {
        content_type: String,
        body: Vec<u8>,
    },
}

/// One in so many calls, at random but the same each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chance {
    one_in: u32,
    state: u64,
}

impl Chance {
    /// Draws. The generator is SplitMix64.
    pub(crate) fn hits(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        mixed.is_multiple_of(u64::from(self.one_in.max(1)))
    }
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self {
            target: Target::Api,
            effect,
            headers: Vec::new(),
            times: 1,
            after: 0,
            chance: None,
        }
    }

    /// Answers with this HTTP status, 200 to 999, and an empty body. Any other
    /// number is 500.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Response {
            status: StatusCode::from_u16(status)
                .ok()
                .filter(|status| !status.is_informational())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: FaultBody::Empty,
        })
    }

    /// Answers 429 as the gateway does, with `Retry-After` in seconds.
    pub fn throttled(seconds: u64) -> Self {
        Self::status(429).with_body(FaultBody::Gateway { seconds })
    }

    /// Answers 200, but with a page for people where data should be.
    pub fn wrong_content() -> Self {
        Self::status(200).html()
    }

    /// Answers a token request with an error of the sign-in: status 400, the OAuth
    /// error, the AADSTS code and what stands behind it.
    pub fn sign_in_error(error: &'static str, code: u32, description: impl Into<String>) -> Self {
        Self::status(400)
            .with_body(FaultBody::SignIn {
                error,
                code,
                description: description.into(),
            })
            .on_token_requests()
    }

    /// Ends the body in the middle, with a `Content-Length` that fits.
    pub fn truncated() -> Self {
        Self::new(Effect::Truncated)
    }

    /// Closes the connection in the middle of the body.
    pub fn cut_off() -> Self {
        Self::new(Effect::CutOff)
    }

    /// Resets the connection in the middle of the body.
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// Answers as ever, but sends the body one byte at a time, each after this long;
    /// the head comes at once, with a `Content-Length` that fits.
    ///
    /// The time is that of tokio: a paused clock passes it at once. It needs a runtime
    /// with timers (`enable_time` or `enable_all`); on any other the task of that one
    /// connection panics, and the caller sees the connection end.
    pub fn drip(interval: Duration) -> Self {
        Self::new(Effect::Drip { interval })
    }

    /// Answers 302 and sends the caller to another address. What cannot be in a header
    /// is left out, and so is the `Location`.
    pub fn redirect(location: &str) -> Self {
        Self::status(302).header(header::LOCATION.as_str(), location)
    }

    /// Never answers; the connection stays open until the caller or the emulator
    /// ends.
    pub fn silence() -> Self {
        Self::new(Effect::Silence)
    }

    /// Gives the answer of [`status`](Self::status) a page for people, as gateways do.
    pub fn html(self) -> Self {
        self.with_body(FaultBody::Html)
    }

    /// Gives the answer of [`status`](Self::status) the documented error body.
    pub fn documented(self, code: u32, description: impl Into<String>) -> Self {
        self.with_body(FaultBody::Documented {
            code,
            description: description.into(),
        })
    }

    /// Gives the answer of [`status`](Self::status) any body.
    pub fn body(self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        self.with_body(FaultBody::Other {
            content_type: content_type.into(),
            body: body.into(),
        })
    }

    fn with_body(mut self, new: FaultBody) -> Self {
        if let Effect::Response { body, .. } = &mut self.effect {
            *body = new;
        }
        self
    }

    /// Sets a header of the answer. What cannot be a header is left out.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse(), HeaderValue::from_str(value)) {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets `Retry-After` to any text: seconds, a date, nonsense. It takes the place of
    /// that of [`throttled`](Self::throttled).
    pub fn retry_after(self, value: &str) -> Self {
        self.header(header::RETRY_AFTER.as_str(), value)
    }

    /// Hits token requests instead of calls of the API.
    pub fn on_token_requests(mut self) -> Self {
        self.target = Target::Token;
        self
    }

    /// Hits so many calls. Default: 1.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Lets so many calls pass first. Default: 0.
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Hits one in `calls` calls on average and lets the others pass; which ones
    /// depends on the seed alone. Default: every call.
    pub fn one_in(mut self, calls: u32, seed: u64) -> Self {
        self.chance = Some(Chance {
            one_in: calls,
            state: seed,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_fair_and_repeat_themselves() {
        let draw = |seed| {
            let mut chance = Fault::reset().one_in(10, seed).chance.unwrap();
            (0..10_000).map(|_| chance.hits()).collect::<Vec<_>>()
        };
        let hits = draw(1).into_iter().filter(|hit| *hit).count();
        assert!((900..1_100).contains(&hits), "{hits}");
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn odd_statuses_and_headers_do_no_harm() {
        for status in [0, 100, 199, 1_000, u16::MAX] {
            assert_eq!(Fault::status(status), Fault::status(500), "{status}");
        }
        let fault = Fault::status(500).header("", "x").header("x", "\n");
        assert!(fault.headers.is_empty());
        let fault = Fault::redirect("https://fabrikam.example/\n");
        assert_eq!(fault, Fault::status(302));
    }
}
