//! Checks of all parameters of a call.

use std::collections::HashSet;

use http::HeaderMap;
use partner_center_catalog::{Operation, Parameter, ParameterKind, Place};

use super::{
    beyond_spec,
    customer_filter::CustomerFilter,
    filter, lists,
    problem::Problem,
    query_string::{decoded, pairs},
    relations, values,
};
use crate::api::api_error::ApiError;

/// Parts of a call that contain parameters.
pub(crate) struct Call<'call> {
    /// Values of the path parameters, in order.
    pub(crate) path: &'call [&'call str],
    pub(crate) query: &'call str,
    pub(crate) headers: &'call HeaderMap,
    /// Whether names unknown to the operation, repeated names, and malformed values without an
    /// effect are errors.
    pub(crate) strict: bool,
    /// Whether the token acts for a signed-in user.
    pub(crate) is_delegated: bool,
}

/// Checked parameters of a call.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    path: Vec<String>,
    query: Vec<Given>,
}

impl Parameters {
    /// Returns the value of the first path parameter.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.first().map(String::as_str)
    }

    /// Returns the first value of a query parameter, by its name in the specification.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// Returns all values of a query parameter.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let given = self
            .query
            .iter()
            .filter(move |given| given.parameter.name == name);
        given.map(|given| given.value.as_str())
    }

    /// Returns the value of the parameter of a kind.
    pub(crate) fn of_kind(&self, kind: ParameterKind) -> Option<&str> {
        let given = self.query.iter().find(|given| given.parameter.kind == kind);
        given.map(|given| given.value.as_str())
    }

    pub(crate) fn paging(&self) -> Paging {
        let number = |name: &str| self.value(name)?.parse().ok();
        Paging {
            top: number("top"),
            skip: number("skip"),
        }
    }
}

/// Requested page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paging {
    /// Maximum number of rows.
    pub(crate) top: Option<usize>,
    /// Number of rows to skip.
    pub(crate) skip: Option<usize>,
}

/// Query parameter of a call, with its value decoded and checked.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) parameter: &'static Parameter,
    pub(super) value: String,
}

/// Checks every parameter of a call: headers, path, names in the query, their values, and
/// the relations between them. The first failed check is reported.
pub(crate) fn check(
    operation: &'static Operation,
    call: &Call<'_>,
) -> Result<Parameters, ApiError> {
    if call.strict {
        check_headers(operation, call.headers)?;
    }
    let path = check_path(operation, call.path)?;
    let query = check_query(operation, call)?;
    relations::check(operation, &query, call)?;
    Ok(Parameters { path, query })
}

fn check_headers(operation: &Operation, headers: &HeaderMap) -> Result<(), ApiError> {
    for parameter in operation.parameters_in(Place::Header) {
        let mut values = headers.get_all(parameter.name).iter();
        match (values.next(), values.next()) {
            (None, _) => check_missing(parameter)?,
            (Some(_), Some(_)) if !parameter.is_repeatable => {
                return Err(Problem::invalid("is sent more than once").of(parameter));
            }
            _ => {}
        }
        for value in headers.get_all(parameter.name) {
            let value = value
                .to_str()
                .map_err(|_| Problem::invalid("has characters that are not ASCII").of(parameter))?;
            check_value(operation, parameter, value).map_err(|problem| problem.of(parameter))?;
        }
    }
    Ok(())
}

/// Returns the decoded values.
fn check_path(operation: &Operation, values: &[&str]) -> Result<Vec<String>, ApiError> {
    let mut read = Vec::new();
    for (name, value) in path_parameters(operation).zip(values) {
        let Some(parameter) = operation
            .parameters_in(Place::Path)
            .find(|one| one.name == name)
        else {
            continue;
        };
        let value = decoded(value).ok_or_else(|| not_utf8().of(parameter))?;
        check_value(operation, parameter, &value).map_err(|problem| problem.of(parameter))?;
        read.push(value);
    }
    Ok(read)
}

/// Returns the names of the path parameters, in their order in the path.
fn path_parameters(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let segments = operation.path.split('/');
    segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn check_query(operation: &'static Operation, call: &Call<'_>) -> Result<Vec<Given>, ApiError> {
    let mut sent = Vec::new();
    let mut seen = HashSet::new();
    for pair in pairs(call.query) {
        let name = pair.name.unwrap_or_else(|| "\u{fffd}".to_owned());
        let parameter = operation
            .parameters_in(Place::Query)
            .find(|known| known.name.eq_ignore_ascii_case(&name));
        let parameter = match parameter {
            Some(parameter) => parameter,
            None if !call.strict => continue,
            None => return Err(ApiError::unknown_parameter(&name, &query_names(operation))),
        };
        if !seen.insert(parameter.name) && !parameter.is_repeatable {
            // The first value counts.
            match call.strict {
                true => return Err(ApiError::repeated_parameter(parameter.name)),
                false => continue,
            }
        }
        sent.push((parameter, pair.value));
    }
    for parameter in operation.parameters_in(Place::Query) {
        if !seen.contains(parameter.name) {
            check_missing(parameter)?;
        }
    }
    let given = sent.into_iter().map(|(parameter, value)| {
        let checked = match value {
            Some(value) => check_value(operation, parameter, &value).map(|()| value),
            None => Err(not_utf8()),
        };
        let value = checked.map_err(|problem| problem.of(parameter))?;
        Ok(Given { parameter, value })
    });
    given.collect()
}

fn check_missing(parameter: &Parameter) -> Result<(), ApiError> {
    match parameter.is_required {
        true => Err(Problem::invalid("is missing").of(parameter)),
        false => Ok(()),
    }
}

fn check_value(operation: &Operation, parameter: &Parameter, value: &str) -> Result<(), Problem> {
    let further = beyond_spec::values(operation.id, parameter);
    if further.iter().any(|one| one.eq_ignore_ascii_case(value)) {
        return Ok(());
    }
    let checked = match &parameter.kind {
        ParameterKind::Integer { minimum, maximum } => values::integer(value, *minimum, *maximum),
        ParameterKind::Number => values::number(value),
        ParameterKind::Enumeration(words) => values::enumeration(value, words),
        ParameterKind::Boolean => values::enumeration(value, &["true", "false"]),
        ParameterKind::Guid => values::uuid(value),
        ParameterKind::Timestamp => values::timestamp(value),
        ParameterKind::Locale => values::locale(value),
        ParameterKind::Text => return values::text(value),
        ParameterKind::Filter => return filter::check(operation, value),
        ParameterKind::CustomerFilter => return CustomerFilter::read(value).map(drop),
        ParameterKind::GroupBy => return lists::group_by(operation, value),
        ParameterKind::OrderBy => return lists::order_by(operation, value),
        _ => {
            return Err(Problem::invalid(
                "has values that the emulator does not know",
            ));
        }
    };
    checked.map_err(|mut allowed| {
        if !further.is_empty() {
            allowed.push_str(&format!(", or {}", further.join(", ")));
        }
        match parameter.place {
            // A header may hold a token by mistake, so its value is not repeated.
            Place::Header => Problem::invalid(format!("is not {allowed}")),
            Place::Path | Place::Query => Problem::value(value, &allowed),
        }
    })
}

fn query_names(operation: &Operation) -> String {
    lists::names(
        operation
            .parameters_in(Place::Query)
            .map(|parameter| parameter.name),
    )
}

fn not_utf8() -> Problem {
    Problem::invalid("is not UTF-8 text")
}

#[cfg(test)]
mod tests;
