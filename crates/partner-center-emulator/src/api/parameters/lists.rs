//! Checks of the field lists `groupby` and `orderby`.

use partner_center_catalog::Operation;

use super::problem::Problem;
use crate::api::api_error::quoted;

/// Checks a comma-separated list of fields.
pub(super) fn group_by(operation: &Operation, text: &str) -> Result<(), Problem> {
    let known: Vec<&str> = operation.group_fields().map(|one| one.name).collect();
    fields(text, &known, |rest| match rest {
        "" => Ok(()),
        _ => Err("a comma between fields"),
    })
}

/// Checks a comma-separated list of fields, each optionally with `asc` or `desc`.
pub(super) fn order_by(operation: &Operation, text: &str) -> Result<(), Problem> {
    let known: Vec<&str> = operation.order_fields().map(|one| one.name).collect();
    fields(text, &known, |rest| {
        let is_direction = ["", "asc", "desc"]
            .iter()
            .any(|direction| direction.eq_ignore_ascii_case(rest));
        match is_direction {
            true => Ok(()),
            false => Err("asc or desc after a field"),
        }
    })
}

/// Returns whether the fields of a `groupby` include a date.
pub(super) fn groups_by_date(operation: &Operation, text: &str) -> bool {
    let mut listed = text.split(',').map(str::trim);
    listed.any(|listed| {
        let mut fields = operation.group_fields();
        fields.any(|field| field.is_date() && field.name.eq_ignore_ascii_case(listed))
    })
}

/// Returns the fields of a checked `groupby`, in its order.
pub(crate) fn grouped(operation: &Operation, text: &str) -> Vec<&'static str> {
    let items = text.split(',').map(str::trim);
    let field = |name: &str| {
        let mut fields = operation.group_fields();
        fields
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.name)
    };
    items.filter_map(field).collect()
}

/// Returns the fields of a checked `orderby`, with `true` for descending order.
pub(crate) fn ordered(operation: &Operation, text: &str) -> Vec<(&'static str, bool)> {
    let items = text.split(',').map(str::trim);
    let field = |item: &str| {
        let (name, direction) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
        let mut fields = operation.order_fields();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some((field.name, direction.trim().eq_ignore_ascii_case("desc")))
    };
    items.filter_map(field).collect()
}

/// Returns comma-separated names.
pub(super) fn names(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Checks every item of a list; `rest` checks the text after the field's name.
fn fields(
    text: &str,
    known: &[&'static str],
    rest: impl Fn(&str) -> Result<(), &'static str>,
) -> Result<(), Problem> {
    let mut seen: Vec<&str> = Vec::new();
    for item in text.split(',').map(str::trim) {
        if item.is_empty() {
            let allowed = names(known.iter().copied());
            return Err(Problem::invalid(format!(
                "has an empty item; allowed: {allowed}"
            )));
        }
        let (name, suffix) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
        let Some(field) = known.iter().find(|field| field.eq_ignore_ascii_case(name)) else {
            let (name, allowed) = (quoted(name), names(known.iter().copied()));
            return Err(Problem::unknown(format!(
                "lists the field '{name}', which does not exist here; allowed: {allowed}"
            )));
        };
        if seen.contains(field) {
            return Err(Problem::invalid(format!("lists the field '{field}' twice")));
        }
        seen.push(field);
        let suffix = suffix.trim();
        rest(suffix).map_err(|allowed| {
            Problem::invalid(format!(
                "has '{}' after the field '{field}'; allowed is {allowed}",
                quoted(suffix)
            ))
        })?;
    }
    Ok(())
}
