//! Check of a filter against the fields of an operation.

use partner_center_catalog::{Field, FieldKind};

use super::error::QueryOption;
use super::expression::{Comparison, FilterExpression, Tree};
use super::{Guid, Literal, Operator, QueryError};

impl FilterExpression {
    /// Checks that `fields` allow every comparison.
    ///
    /// Field names are case-insensitive ([T31](crate::deviations#t31)). A GUID is given as text. A
    /// date may be given as plain text, because it can be written as `cast` without loss
    /// ([T37](crate::deviations#t37)); [`canonical`](Self::canonical) does that.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for a field that is not one of `fields`, an operator that the field does not
    /// accept, or a value of another kind.
    pub fn check(&self, fields: &[Field]) -> Result<(), QueryError> {
        self.clone().canonical(fields).map(drop)
    }

    /// Checks the condition and returns it with field names in the spelling of `fields` and all
    /// dates written as `cast`.
    ///
    /// # Errors
    ///
    /// The same errors as [`check`](Self::check).
    pub fn canonical(self, fields: &[Field]) -> Result<Self, QueryError> {
        let canonical = |links: Vec<Self>| {
            links
                .into_iter()
                .map(|link| link.canonical(fields))
                .collect::<Result<_, _>>()
        };
        Ok(Self(match self.0 {
            Tree::Comparison(comparison) => {
                let Rule { name, date } = rule(&comparison, fields)?;
                Tree::Comparison(Comparison {
                    field: name.into(),
                    operator: comparison.operator,
                    value: date.unwrap_or(comparison.value),
                })
            }
            Tree::All(links) => Tree::All(canonical(links)?),
            Tree::Any(links) => Tree::Any(canonical(links)?),
        }))
    }
}

/// Canonical format of a checked comparison.
struct Rule {
    name: &'static str,
    /// Date value, if it was given as text.
    date: Option<Literal>,
}

fn rule(comparison: &Comparison, fields: &[Field]) -> Result<Rule, QueryError> {
    let Comparison {
        field,
        operator,
        value,
    } = comparison;
    let mut filtered = fields.iter().filter(|known| !known.operators.is_empty());
    let names = filtered.clone().map(|known| known.name);
    let Some(known) = filtered.find(|known| known.name.eq_ignore_ascii_case(field)) else {
        let names: Vec<_> = names.collect();
        return Err(QueryError::unknown_field(
            QueryOption::Filter,
            field,
            &names,
        ));
    };
    let name = known.name;
    if !known.operators.contains(operator) {
        return Err(QueryError::operator_not_allowed(
            name,
            *operator,
            known.operators,
        ));
    }
    let date = match (known.kind, value) {
        // `contains` compares a part of a GUID or of a date, which is not a GUID or date itself.
        (_, Literal::Text(_)) if *operator == Operator::Contains => None,
        (FieldKind::Text, Literal::Text(_))
        | (FieldKind::Boolean, Literal::Boolean(_))
        | (FieldKind::Count | FieldKind::Number, Literal::Number(_))
        | (FieldKind::Timestamp, Literal::DateTime(_)) => None,
        (FieldKind::Guid, Literal::Text(text)) if Guid::read(text).is_some() => None,
        (FieldKind::Timestamp, Literal::Text(text)) => match text.parse() {
            Ok(timestamp) => Some(Literal::DateTime(timestamp)),
            Err(_) => return Err(QueryError::wrong_value(name, known.kind, value)),
        },
        _ => return Err(QueryError::wrong_value(name, known.kind, value)),
    };
    Ok(Rule { name, date })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::QueryErrorKind;

    const EQUAL: &[Operator] = &[Operator::Equal];
    const FIELDS: &[Field] = &[
        Field::new("name", FieldKind::Text, "")
            .with_operators(&[Operator::Contains, Operator::Equal]),
        Field::new("tenantId", FieldKind::Guid, "")
            .with_operators(&[Operator::Contains, Operator::Equal]),
        Field::new("renews", FieldKind::Boolean, "").with_operators(EQUAL),
        Field::new("date", FieldKind::Timestamp, "").with_operators(EQUAL),
        Field::new("count", FieldKind::Count, "").with_operators(EQUAL),
        Field::new("closed", FieldKind::Text, ""),
    ];

    fn canonical(text: &str) -> Result<String, QueryError> {
        let expression: FilterExpression = text.parse()?;
        let checked = expression.check(FIELDS);
        let canonical = expression.canonical(FIELDS);
        assert_eq!(canonical.as_ref().err(), checked.as_ref().err());
        Ok(canonical?.to_string())
    }

    #[test]
    fn the_canonical_form_has_the_documented_spelling() {
        for (text, written) in [
            ("NAME eq 'Date'", "name eq 'Date'"),
            ("contains(Name,'x')", "contains(name,'x')"),
            (
                "tenantid eq '0112A436-b14e-4888-967b-ca4bb2cf1234'",
                "tenantId eq '0112A436-b14e-4888-967b-ca4bb2cf1234'",
            ),
            ("contains(tenantId,'0112')", "contains(tenantId,'0112')"),
            (
                "date eq '2018-01-01'",
                "date eq cast('2018-01-01',Edm.DateTimeOffset)",
            ),
            (
                "date eq cast('2018-01-01T00:00:00',Edm.DateTimeOffset)",
                "date eq cast('2018-01-01T00:00:00',Edm.DateTimeOffset)",
            ),
            (
                "(RENEWS eq true or COUNT eq 5) and NAME eq 'x'",
                "(renews eq true or count eq 5) and name eq 'x'",
            ),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(written), "{text}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_refused_with_what_is() {
        const ALLOWED: &str = "allowed: `name`, `tenantId`, `renews`, `date`, `count`";
        const DATE: &str = "expected a valid date such as `'2018-01-01'`";
        const GUID: &str = "expected a GUID such as `'0112a436-b14e-4888-967b-ca4bb2cf1234'`";
        use QueryErrorKind::{OperatorNotAllowed, UnknownField, WrongValue};
        for (text, kind, message) in [
            (
                "quantity eq 1",
                UnknownField,
                format!("`filter` does not take the field `quantity`; {ALLOWED}"),
            ),
            (
                "name eq 'x' or (tenentId eq 'x')",
                UnknownField,
                format!(
                    "`filter` does not take the field `tenentId`; did you mean `tenantId`?; {ALLOWED}"
                ),
            ),
            (
                "NAME ne 'x'",
                OperatorNotAllowed,
                "the field `name` does not take `ne` in a filter; it takes: `contains`, `eq`"
                    .into(),
            ),
            (
                "contains(count,'5')",
                OperatorNotAllowed,
                "the field `count` does not take `contains` in a filter; it takes: `eq`".into(),
            ),
            (
                "closed eq 'x'",
                UnknownField,
                format!("`filter` does not take the field `closed`; {ALLOWED}"),
            ),
            (
                "name eq 5",
                WrongValue,
                "the field `name` cannot be compared with `5`; \
                 expected text in single quotes such as `'o365'`"
                    .into(),
            ),
            (
                "tenantId eq 'contoso'",
                WrongValue,
                format!("the field `tenantId` cannot be compared with `'contoso'`; {GUID}"),
            ),
            (
                "renews eq 'true'",
                WrongValue,
                "the field `renews` cannot be compared with `'true'`; \
                 expected `true` or `false` without quotes"
                    .into(),
            ),
            (
                "count eq '5'",
                WrongValue,
                "the field `count` cannot be compared with `'5'`; \
                 expected a number without quotes such as `5`"
                    .into(),
            ),
            (
                "date eq 'yesterday'",
                WrongValue,
                format!("the field `date` cannot be compared with `'yesterday'`; {DATE}"),
            ),
            (
                "date eq 20180101",
                WrongValue,
                format!("the field `date` cannot be compared with `20180101`; {DATE}"),
            ),
        ] {
            let error = canonical(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
            assert_eq!(error.kind(), kind, "{text}");
            assert_eq!(error.column(), None);
        }
        let error = "a eq 1"
            .parse::<FilterExpression>()
            .unwrap()
            .check(&[])
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "`filter` does not take the field `a`; it takes no fields"
        );
    }
}
