//! Relations between the parameters of a call, and between parameters and token.

use partner_center_catalog::{Operation, ParameterKind};

use super::{
    beyond_spec,
    check::{Call, Given},
    customer_filter::CustomerFilter,
    lists::{grouped, groups_by_date, names, ordered},
    problem::Problem,
};
use crate::api::api_error::ApiError;

/// Header with the position of a list of customers.
pub(crate) const CONTINUATION_TOKEN: &str = "MS-ContinuationToken";

pub(super) fn check(
    operation: &Operation,
    given: &[Given],
    call: &Call<'_>,
) -> Result<(), ApiError> {
    for Given { parameter, value } in given {
        match (&parameter.kind, parameter.name) {
            (_, "aggregationLevel") => {
                check_level(operation, given).map_err(|problem| problem.of(parameter))?;
            }
            (ParameterKind::OrderBy, _) if call.strict => {
                check_order(operation, given, value).map_err(|problem| problem.of(parameter))?;
            }
            (_, "seekOperation") if !call.headers.contains_key(CONTINUATION_TOKEN) => {
                let text = format!("needs the header {CONTINUATION_TOKEN}");
                return Err(Problem::invalid(text).of(parameter));
            }
            (ParameterKind::CustomerFilter, _) if !call.is_delegated => {
                let filter =
                    CustomerFilter::read(value).map_err(|problem| problem.of(parameter))?;
                if filter.is_of_indirect_reseller() {
                    return Err(ApiError::app_only());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks that groups are ordered by their fields and numbers: other fields have no value there. The
/// documentation does not say what the service does.
fn check_order(operation: &Operation, given: &[Given], order: &str) -> Result<(), Problem> {
    let mut group_by = given
        .iter()
        .filter(|given| matches!(given.parameter.kind, ParameterKind::GroupBy));
    let Some(group_by) = group_by.next() else {
        return Ok(());
    };
    let grouped = grouped(operation, &group_by.value);
    let is_known = |name: &&str| grouped.contains(name) || operation.measures.contains(name);
    let fields = ordered(operation, order);
    match fields.iter().find(|(name, _)| !is_known(name)) {
        Some((name, _)) => Err(Problem::invalid(format!(
            "orders groups by '{name}', which they do not have; allowed: {}",
            names(
                grouped
                    .into_iter()
                    .chain(operation.measures.iter().copied())
            )
        ))),
        None => Ok(()),
    }
}

/// Checks that `groupby` has a date that the aggregation level applies to
/// ([T34](partner_center_catalog::deviations#t34)).
fn check_level(operation: &Operation, given: &[Given]) -> Result<(), Problem> {
    let mut group_by = given
        .iter()
        .filter(|given| matches!(given.parameter.kind, ParameterKind::GroupBy));
    let has_date = group_by.any(|given| groups_by_date(operation, &given.value));
    if has_date || beyond_spec::takes_level_without_date(operation.id) {
        return Ok(());
    }
    let dates = operation.group_fields().filter(|field| field.is_date());
    Err(Problem::invalid(format!(
        "needs a date among the fields of 'groupby'; dates are: {}",
        names(dates.map(|field| field.name))
    )))
}
