//! Reading of scenarios from their values, in TOML or JSON.

use std::time::Duration;

use serde_json::Value;

use crate::{
    control::input::{FieldError, SignInChange, boolean, known_fields, rate_limit},
    faults::{fault::Fault, table::MAXIMUM_SECONDS},
    scenario::{
        definition::{Scenario, Step},
        spans::Part,
    },
};

/// Maximum number of steps.
const MAXIMUM_STEPS: usize = 10_000;

/// Longest name and message, in characters.
const MAXIMUM_TEXT: usize = 1_000;

/// Reason why a value is not a scenario, and its place.
#[derive(Debug)]
pub(super) struct Invalid {
    pub(super) path: Vec<Part>,
    message: String,
}

impl Invalid {
    fn new(path: &[Part], error: FieldError) -> Self {
        let mut path = path.to_vec();
        if !error.field.is_empty() {
            path.push(Part::Field(error.field));
        }
        Self {
            path,
            message: error.message,
        }
    }

    /// Returns the message with the number of the step.
    pub(super) fn text(&self) -> String {
        let position = self.path.iter().find_map(|part| match part {
            Part::Position(position) => Some(position + 1),
            Part::Field(_) => None,
        });
        match position {
            Some(number) => format!("step {number}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

pub(super) fn scenario(value: &Value) -> Result<Scenario, Invalid> {
    let top = |error| Invalid::new(&[], error);
    let mut name = None;
    let mut steps = Vec::new();
    for (field, given, value) in known_fields(value, &["name", "step"]).map_err(top)? {
        if field == "name" {
            name = Some(text(field, given, value).map_err(top)?);
        } else {
            let path = [Part::Field(given.to_owned())];
            steps = read_steps(value, &path)?;
        }
    }
    let name = name.ok_or_else(|| {
        top(FieldError::new(
            "",
            "the scenario has no `name`: add a line such as name = \"bad night\"",
        ))
    })?;
    if steps.is_empty() {
        return Err(top(FieldError::new(
            "",
            "the scenario has no steps: add [[step]] with `at` and a change",
        )));
    }
    Ok(Scenario { name, steps })
}

fn read_steps(value: &Value, path: &[Part]) -> Result<Vec<Step>, Invalid> {
    let wrong = |message: &str| Invalid::new(path, FieldError::new("", message));
    let Value::Array(values) = value else {
        return Err(wrong("`step` must be a list: write [[step]]"));
    };
    if values.len() > MAXIMUM_STEPS {
        return Err(wrong("more than 10000 steps: remove some"));
    }
    let mut steps: Vec<Step> = Vec::with_capacity(values.len());
    for (position, value) in values.iter().enumerate() {
        let path = [path, &[Part::Position(position)]].concat();
        let step = read_step(value, &path)?;
        if steps.last().is_some_and(|before| before.at > step.at) {
            let path = [&path[..], &[Part::Field("at".to_owned())]].concat();
            return Err(Invalid::new(
                &path,
                FieldError::new(
                    "",
                    "the time is before that of the step above: sort the steps by `at`",
                ),
            ));
        }
        steps.push(step);
    }
    Ok(steps)
}

fn read_step(value: &Value, path: &[Part]) -> Result<Step, Invalid> {
    const FIELDS: &[&str] = &[
        "at",
        "fault",
        "clear_faults",
        "sign_in",
        "rate_limit",
        "advance_clock",
        "message",
    ];
    let here = |error| Invalid::new(path, error);
    let mut step = Step::default();
    let mut at = None;
    let mut changes = 0;
    for (field, given, value) in known_fields(value, FIELDS).map_err(here)? {
        let inside = |error: FieldError| {
            Invalid::new(&[path, &[Part::Field(given.to_owned())]].concat(), error)
        };
        changes += usize::from(field != "at");
        match field {
            "at" => at = Some(duration(field, given, value).map_err(here)?),
            "fault" => step.fault = Some(fault(value).map_err(inside)?),
            "clear_faults" => {
                step.clear_faults = boolean(field, given, value).map_err(here)?;
                if !step.clear_faults {
                    let message = "`clear_faults` must be true: remove the line";
                    return Err(here(FieldError::new(given, message)));
                }
            }
            "sign_in" => step.sign_in = Some(SignInChange::read(value).map_err(inside)?),
            "rate_limit" if *value == Value::Bool(false) => step.rate_limit = Some(None),
            "rate_limit" => step.rate_limit = Some(Some(rate_limit(value).map_err(inside)?)),
            "advance_clock" => {
                step.advance_clock = Some(duration(field, given, value).map_err(here)?);
            }
            _ => step.message = Some(text(field, given, value).map_err(here)?),
        }
    }
    step.at = at.ok_or_else(|| {
        here(FieldError::new(
            "",
            "the step has no `at`: add a time after the start, such as at = \"5m\"",
        ))
    })?;
    if changes == 0 {
        return Err(here(FieldError::new(
            "",
            "the step changes nothing: add `fault`, `clear_faults`, `sign_in`, `rate_limit`, \
             `advance_clock` or `message`",
        )));
    }
    Ok(step)
}

fn fault(value: &Value) -> Result<Fault, FieldError> {
    let map = value.as_object().ok_or_else(|| {
        FieldError::new(
            "",
            "`fault` must be a table, such as { kind = \"throttle\", times = 3 }",
        )
    })?;
    Fault::from_map(map)
        .map_err(|error| FieldError::new(error.field().unwrap_or_default(), error.to_string()))
}

fn text(field: &str, name: &str, value: &Value) -> Result<String, FieldError> {
    match value.as_str() {
        Some(text) if (1..=MAXIMUM_TEXT).contains(&text.chars().count()) => Ok(text.to_owned()),
        _ => Err(FieldError::new(
            name,
            format!("`{field}` must be a text of 1 to {MAXIMUM_TEXT} characters"),
        )),
    }
}

fn duration(field: &str, name: &str, value: &Value) -> Result<Duration, FieldError> {
    value.as_str().and_then(parse_duration).ok_or_else(|| {
        FieldError::new(
            name,
            format!(
                "`{field}` must be a text with units, such as \"90s\", \"5m\" or \"1h30m\", or with \
                 hours and minutes, such as \"00:05\""
            ),
        )
    })
}

/// Reads `90s`, `1h30m`, `00:05` or `00:05:30`.
fn parse_duration(text: &str) -> Option<Duration> {
    let seconds = match text.contains(':') {
        true => clock_time(text)?,
        false => with_units(text)?,
    };
    (seconds <= u64::from(MAXIMUM_SECONDS)).then(|| Duration::from_secs(seconds))
}

fn clock_time(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hours = digits(parts.next()?)?;
    let below_sixty = |part: &str| digits(part).filter(|number| *number < 60);
    let minutes = below_sixty(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), below_sixty)?;
    if parts.next().is_some() {
        return None;
    }
    hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)
}

fn with_units(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|it: char| !it.is_ascii_digit())?);
        let unit = match after.chars().next()? {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        total = total.checked_add(digits(number)?.checked_mul(unit)?)?;
        rest = after.get(1..)?.trim_start();
    }
    Some(total)
}

fn digits(text: &str) -> Option<u64> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| only_digits)
}
