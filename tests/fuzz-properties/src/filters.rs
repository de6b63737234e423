//! Texts of query options.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use partner_center::fields;
use partner_center::query::{
    Filter, FilterExpression, GroupBy, OrderBy, QueryError, QueryOperation,
};

use crate::text::is_printable;

/// Reads a text as filter, groups and order of several operations.
///
/// What is read is written in the documented spelling, which reads back as the same and passes the
/// checks of its operation.
pub fn filters(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    if let Some(expression) = reads_back::<FilterExpression>(text) {
        // Whether each field is known is another question.
        let checked = expression.check(fields::AzureUsage::FILTER_FIELDS);
        assert!(checked.is_ok() || text.parse::<Filter<fields::AzureUsage>>().is_err());
    }
    options::<fields::CommercialLicensesDeployment>(text);
    options::<fields::AzureUsage>(text);
    options::<fields::Subscriptions>(text);
    options::<fields::Searches>(text);
    options::<fields::Referrals>(text);
}

fn options<O: QueryOperation + PartialEq + Debug>(text: &str) {
    if let Some(filter) = reads_back::<Filter<O>>(text) {
        let expression = filter.expression().expect("it was read");
        assert!(expression.check(O::FILTER_FIELDS).is_ok());
        assert_eq!(Filter::try_from(expression.clone()), Ok(filter));
    }
    if let Some(order) = reads_back::<OrderBy<O>>(text) {
        let names = order.keys().iter().map(|key| key.name());
        assert!(
            names
                .into_iter()
                .all(|name| O::ORDER_FIELDS.contains(&name))
        );
    }
    match text.parse::<GroupBy<O>>() {
        Ok(groups) => {
            let written = groups.fields_text();
            assert_eq!(written.parse(), Ok(groups), "{written}");
        }
        Err(error) => is_printable(&error.to_string()),
    }
}

/// What a text is read as; what is written of it reads back as the same, and is the same text then.
fn reads_back<T: FromStr<Err = QueryError> + Display + Debug + PartialEq>(text: &str) -> Option<T> {
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
