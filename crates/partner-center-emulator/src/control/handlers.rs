//! Responses of the control endpoint.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    clock::Clock,
    control::{
        data,
        error::ControlError,
        input::{self, FieldError, SignInChange, known_fields},
    },
    faults::{
        fault::Fault,
        queue::InjectedFault,
        rate_limit::RateLimit,
        table::{CONDITIONS, KINDS},
    },
    identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID},
    journal::recorded_request::RecordedRequest,
    json,
    scenario::definition::Scenario,
    service::Service,
};

/// Maximum number of faults that are not spent.
const MAXIMUM_FAULTS: usize = 1_000;

/// Number of requests of the journal in a response, by default and at most.
const REQUESTS: usize = 50;
const MAXIMUM_REQUESTS: usize = 1_000;

type Handled = Result<Response, ControlError>;

/// Responses for one emulator.
pub(super) struct Handlers<'a> {
    service: &'a Service,
}

impl<'a> Handlers<'a> {
    pub(super) fn new(service: &'a Service) -> Self {
        Self { service }
    }

    pub(super) fn status(&self) -> Handled {
        let settings = self.service.settings();
        let faults = self.service.faults().all();
        let scenario = self.service.scenario().state().map(|playing| {
            json!({
                "name": playing.scenario.name,
                "stepsDone": playing.done,
                "steps": playing.scenario.steps.len(),
            })
        });
        let sign_in = self.service.authority().settings();
        ok(&json!({
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "url": self.service.authority().base().as_str(),
            "startedAt": Clock::timestamp(settings.started_at),
            "uptimeSeconds": settings.started.elapsed().as_secs(),
            "clock": self.clock_state(),
            "data": self.data_summary(),
            "strict": self.service.api_settings().strict,
            "byteOrderMark": self.service.api_settings().byte_order_mark,
            "publicClient": sign_in.public_client,
            "signIn": self.sign_in_state(),
            "rateLimit": self.service.limiter().limit().map(rate_limit_state),
            "faults": faults.iter().filter(|fault| !fault.is_spent()).count(),
            "scenario": scenario,
            "requests": self.service.journal().count(),
            "credentials": {
                "tenantId": TENANT_ID,
                "tenantDomain": TENANT_DOMAIN,
                "clientId": CLIENT_ID,
                "clientSecret": CLIENT_SECRET,
                "refreshToken": REFRESH_TOKEN,
            },
        }))
    }

    pub(super) fn faults(&self) -> Handled {
        let faults = self.service.faults().all();
        let faults: Vec<_> = faults.iter().map(fault_state).collect();
        ok(&json!({"faults": faults}))
    }

    pub(super) fn add_fault(&self, value: &Value) -> Handled {
        let map = value.as_object().ok_or_else(|| {
            ControlError::bad_request(
                "invalidFault",
                "a fault is a JSON object, such as {\"kind\":\"throttle\",\"times\":3}",
            )
        })?;
        let fault = Fault::from_map(map)?;
        let waiting = self.service.faults().all();
        if waiting.iter().filter(|fault| !fault.is_spent()).count() >= MAXIMUM_FAULTS {
            return Err(ControlError::bad_request(
                "tooManyFaults",
                format!("{MAXIMUM_FAULTS} faults are waiting: remove some"),
            ));
        }
        let injected = self.service.faults().inject(fault);
        let mut response = json::response(StatusCode::CREATED, &fault_state(&injected));
        let location = format!("/_emulator/faults/{}", injected.id());
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }

    pub(super) fn clear_faults(&self) -> Handled {
        self.service.faults().clear();
        no_content()
    }

    pub(super) fn fault(&self, id: &str) -> Handled {
        let faults = self.service.faults().all();
        let found = faults.iter().find(|fault| fault.id().to_string() == id);
        found.map_or_else(|| Err(unknown_fault(id)), |fault| ok(&fault_state(fault)))
    }

    pub(super) fn remove_fault(&self, id: &str) -> Handled {
        let is_known = id.parse().is_ok_and(|id| self.service.faults().remove(id));
        if is_known {
            no_content()
        } else {
            Err(unknown_fault(id))
        }
    }

    pub(super) fn fault_kinds(&self) -> Handled {
        let kinds = json!(KINDS);
        ok(&json!({"kinds": kinds, "conditions": json!(CONDITIONS)}))
    }

    pub(super) fn clock(&self) -> Handled {
        ok(&self.clock_state())
    }

    pub(super) fn advance(&self, value: &Value) -> Handled {
        let mut duration = None;
        for (field, name, value) in known_fields(value, &["seconds"])? {
            duration = Some(input::seconds(field, name, value)?);
        }
        let duration = duration.ok_or_else(|| {
            FieldError::new(
                "",
                "`seconds` is missing: give the time to advance, such as 3600",
            )
        })?;
        self.clock_of_service().advance(duration);
        self.clock()
    }

    pub(super) fn freeze(&self, value: &Value) -> Handled {
        let mut at = None;
        for (field, name, value) in known_fields(value, &["at"])? {
            at = Some(instant(value).ok_or_else(|| {
                FieldError::new(
                    name,
                    format!(
                        "`{field}` must be a time from 1970 to 9999, such as 2026-11-25T00:00:00Z"
                    ),
                )
            })?);
        }
        self.clock_of_service().freeze(at);
        self.clock()
    }

    pub(super) fn resume(&self) -> Handled {
        self.clock_of_service().resume();
        self.clock()
    }

    pub(super) fn reset_clock(&self) -> Handled {
        self.clock_of_service().reset();
        self.clock()
    }

    pub(super) fn sign_in(&self) -> Handled {
        ok(&self.sign_in_state())
    }

    pub(super) fn change_sign_in(&self, value: &Value) -> Handled {
        SignInChange::read_switches(value)?.apply(self.service.authority());
        self.sign_in()
    }

    pub(super) fn revoke_refresh_tokens(&self) -> Handled {
        self.service.authority().revoke_refresh_tokens();
        no_content()
    }

    pub(super) fn expire_secret(&self) -> Handled {
        self.service.authority().expire_secret();
        no_content()
    }

    pub(super) fn expire_certificates(&self) -> Handled {
        self.service.authority().expire_client_certificates();
        no_content()
    }

    pub(super) fn device_codes(&self) -> Handled {
        ok(&json!({"deviceCodes": self.service.authority().waiting_user_codes()}))
    }

    pub(super) fn decide_device(&self, code: &str, approved: bool) -> Handled {
        if self.service.authority().decide_device(code, approved) {
            no_content()
        } else {
            Err(ControlError::not_found(
                "unknownDeviceCode",
                "no sign-in waits for this code: it is unknown, has expired or was already \
                 decided; /_emulator/device-codes lists the codes",
            ))
        }
    }

    pub(super) fn rate_limit(&self) -> Handled {
        let limit = self.service.limiter().limit();
        ok(&json!({"rateLimit": limit.map(rate_limit_state)}))
    }

    pub(super) fn set_rate_limit(&self, value: &Value) -> Handled {
        let limit = input::rate_limit(value)?;
        self.service.limiter().set_limit(Some(limit));
        self.rate_limit()
    }

    pub(super) fn remove_rate_limit(&self) -> Handled {
        self.service.limiter().set_limit(None);
        no_content()
    }

    pub(super) fn requests(&self, query: &str) -> Handled {
        let (mut limit, mut after) = (REQUESTS, 0);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let wrong = |message: String| ControlError::bad_request("invalidParameter", message);
            match &*name {
                "limit" => {
                    let number = value.parse().ok();
                    let number = number.filter(|number| (1..=MAXIMUM_REQUESTS).contains(number));
                    limit = number.ok_or_else(|| {
                        wrong(format!(
                            "`limit` must be a number from 1 to {MAXIMUM_REQUESTS}"
                        ))
                    })?;
                }
                "after" => {
                    after = value.parse().map_err(|_| {
                        wrong("`after` must be the number of a request, or 0".to_owned())
                    })?;
                }
                _ => {
                    return Err(wrong(
                        "unknown query parameter; the parameters are limit and after".to_owned(),
                    ));
                }
            }
        }
        let requests = self.service.journal().newest(limit, after);
        let requests: Vec<_> = requests.iter().map(request_state).collect();
        ok(&json!({"requests": requests}))
    }

    pub(super) fn request(&self, number: &str) -> Handled {
        let found = number.parse().ok();
        let found = found.and_then(|number| self.service.journal().get(number));
        let request = found.ok_or_else(|| {
            ControlError::not_found(
                "unknownRequest",
                "the journal has no request with this number: it never arrived or was dropped; \
                 /_emulator/requests lists the last ones",
            )
        })?;
        let mut state = request_state(&request);
        state["requestHeaders"] = headers(request.headers());
        state["responseHeaders"] = headers(request.response_headers());
        state["responseBody"] = request
            .response_body()
            .map(String::from_utf8_lossy)
            .map_or(Value::Null, Value::from);
        state["bodyTruncated"] = request.body_truncated().into();
        ok(&state)
    }

    pub(super) fn clear_requests(&self) -> Handled {
        self.service.journal().clear();
        no_content()
    }

    pub(super) fn scenario(&self) -> Handled {
        let Some(playing) = self.service.scenario().state() else {
            return ok(&json!({"scenario": null}));
        };
        let steps: Vec<_> = playing
            .scenario
            .steps
            .iter()
            .enumerate()
            .map(|(position, step)| {
                json!({
                    "atSeconds": step.at.as_secs(),
                    "summary": step.summary(),
                    "message": step.message,
                    "done": position < playing.done,
                })
            })
            .collect();
        ok(&json!({"scenario": {
            "name": playing.scenario.name,
            "startedAt": Clock::timestamp(playing.started),
            "stepsDone": playing.done,
            "steps": steps,
        }}))
    }

    pub(super) fn start_scenario(&self, scenario: Scenario) -> Handled {
        self.service.play(scenario);
        self.service.apply_scenario();
        self.scenario()
    }

    pub(super) fn stop_scenario(&self) -> Handled {
        self.service.scenario().stop();
        no_content()
    }

    pub(super) fn data(&self) -> Handled {
        ok(&self.data_summary())
    }

    fn data_summary(&self) -> Value {
        data::summary(self.service.store(), self.service.responses())
    }

    pub(super) fn rows(&self, operation: &str) -> Handled {
        let rows = data::rows(self.service.store(), self.service.responses(), operation)?;
        let mut response = Response::new(rows);
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        );
        Ok(response)
    }

    pub(super) fn replace_rows(
        &self,
        operation: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Handled {
        ok(&data::replace(
            self.service.store(),
            operation,
            headers,
            body,
        )?)
    }

    pub(super) fn restore_rows(&self, operation: &str) -> Handled {
        data::restore(self.service.store(), operation)?;
        no_content()
    }

    pub(super) fn reset(&self) -> Handled {
        self.service.reset();
        no_content()
    }

    fn clock_of_service(&self) -> &Clock {
        self.service.authority().clock()
    }

    fn clock_state(&self) -> Value {
        let state = self.clock_of_service().state();
        json!({
            "now": Clock::timestamp(state.now),
            "frozen": state.frozen,
            "offsetSeconds": state.offset_seconds,
        })
    }

    fn sign_in_state(&self) -> Value {
        let authority = self.service.authority();
        json!({
            "requireMfa": authority.requires_mfa(),
            "withMfa": authority.signs_in_with_mfa(),
            "consent": authority.has_consent(),
        })
    }
}

fn ok(value: &Value) -> Handled {
    Ok(json::response(StatusCode::OK, value))
}

fn no_content() -> Handled {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn unknown_fault(id: &str) -> ControlError {
    let id: String = id.chars().take(32).flat_map(char::escape_debug).collect();
    ControlError::not_found(
        "unknownFaultId",
        format!("there is no fault `{id}`: /_emulator/faults lists the faults"),
    )
}

fn fault_state(injected: &InjectedFault) -> Value {
    let mut state = injected.fault().to_map();
    state.insert("id".to_owned(), injected.id().into());
    state.insert("applied".to_owned(), injected.applied().into());
    state.insert("remaining".to_owned(), injected.remaining().into());
    state.insert("summary".to_owned(), injected.fault().to_string().into());
    Value::Object(state)
}

fn rate_limit_state(limit: RateLimit) -> Value {
    let seconds = match limit.per.subsec_nanos() {
        0 => json!(limit.per.as_secs()),
        _ => json!(limit.per.as_secs_f64()),
    };
    json!({"requests": limit.requests, "perSeconds": seconds})
}

fn request_state(request: &RecordedRequest) -> Value {
    json!({
        "number": request.number(),
        "time": Clock::timestamp(request.since_epoch()),
        "method": request.method(),
        "target": request.path_and_query(),
        "status": request.status(),
        "durationMs": request.duration().map(milliseconds),
        "requestId": request.request_id(),
        "correlationId": request.correlation_id(),
        "operation": request.operation(),
        "fault": request.faults().first(),
        "faults": request.faults(),
    })
}

/// Returns a duration in milliseconds, with microseconds as fraction.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn headers(headers: &[(String, String)]) -> Value {
    headers
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

/// Reads a time of RFC 3339 as time since 1970.
fn instant(value: &Value) -> Option<Duration> {
    let time = OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?;
    let nanoseconds = u128::try_from(time.unix_timestamp_nanos()).ok()?;
    Some(Duration::from_nanos_u128(nanoseconds))
}
