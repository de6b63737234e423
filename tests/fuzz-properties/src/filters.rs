//! Text of query options.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use partner_center::fields;
use partner_center::query::{
    Filter, FilterExpression, GroupBy, OrderBy, QueryError, QueryOperation,
};

use crate::text::is_printable;

/// Reads a text as filter, groups and order of several operations.
///
/// Each option is written in the documented spelling, which is read as the same option and passes the
/// checks of its operation.
pub fn filters(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    if let Some(expression) = parse_and_write::<FilterExpression>(text) {
        // A parsed expression may contain unknown fields.
        let checked = expression.check(fields::AzureUsage::OPERATION.fields);
        assert!(checked.is_ok() || text.parse::<Filter<fields::AzureUsage>>().is_err());
    }
    options::<fields::CommercialLicensesDeployment>(text);
    options::<fields::AzureUsage>(text);
    options::<fields::Subscriptions>(text);
    options::<fields::Searches>(text);
    options::<fields::Referrals>(text);
}

fn options<O: QueryOperation + PartialEq + Debug>(text: &str) {
    if let Some(filter) = parse_and_write::<Filter<O>>(text) {
        let expression = filter.expression().expect("it was read");
        assert!(expression.check(O::OPERATION.fields).is_ok());
        assert_eq!(Filter::try_from(expression.clone()), Ok(filter));
    }
    if let Some(order) = parse_and_write::<OrderBy<O>>(text) {
        for key in order.keys() {
            let mut fields = O::OPERATION.order_fields();
            assert!(fields.any(|field| field.name == key.name()), "{key:?}");
        }
    }
    match text.parse::<GroupBy<O>>() {
        Ok(groups) => {
            let written = groups.fields_text();
            assert_eq!(written.parse(), Ok(groups), "{written}");
        }
        Err(error) => is_printable(&error.to_string()),
    }
}

/// Parses a text, and checks that its written form is parsed as the same value and written again as
/// the same text.
fn parse_and_write<T: FromStr<Err = QueryError> + Display + Debug + PartialEq>(
    text: &str,
) -> Option<T> {
    match text.parse::<T>() {
        Ok(read) => {
            let written = read.to_string();
            match written.parse::<T>() {
                Ok(again) => {
                    assert_eq!(read, again, "{written}");
                    assert_eq!(written, again.to_string());
                }
                Err(error) => panic!("{error}: {written}"),
            }
            Some(read)
        }
        Err(error) => {
            is_printable(&error.to_string());
            None
        }
    }
}
