//! Flags that select customers: `--customer` and `--all-customers`.

use clap::{Arg, ArgAction, ArgMatches};
use partner_center::catalog::{Field, Parameter, Place};
use partner_center::query::{Filter, FilterExpression, FilterNode, Literal, Operator};
use partner_center::query::{QueryError, QueryOperation};
use partner_center::{FieldKind, Operation};
use uuid::Uuid;

pub(super) const CUSTOMER: &str = "customer";
pub(super) const ALL_CUSTOMERS: &str = "all-customers";

/// Parameter of a path with the id of a customer.
const CUSTOMER_ID: &str = "customer-id";
/// Field of the rows of many customers with the id of the customer.
const CUSTOMER_FIELD: &str = "customerTenantId";

const FORMS: &str = "A GUID is used as it is. Any other text is looked up in the list of customers: a \
                     domain such as contoso.onmicrosoft.com, the name of the company, or the \
                     beginning of a name that only one customer has. Case, and the composition of \
                     accented letters, do not matter.";

/// Customers that a command line selects.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum CustomerChoice {
    /// No flag is given.
    Unspecified,
    /// Ids, domains or names.
    Named(Vec<String>),
    All,
}

impl CustomerChoice {
    pub(super) fn read(matches: &ArgMatches) -> Self {
        if is_all(matches) {
            return Self::All;
        }
        match matches.try_get_many::<String>(CUSTOMER) {
            Ok(Some(texts)) => Self::Named(texts.cloned().collect()),
            _ => Self::Unspecified,
        }
    }

    /// Returns whether rows of several customers may be in one output.
    pub(crate) fn are_several(&self) -> bool {
        match self {
            Self::Unspecified => false,
            Self::Named(texts) => texts.len() > 1,
            Self::All => true,
        }
    }
}

/// Returns whether `--all-customers` is given.
pub(super) fn is_all(matches: &ArgMatches) -> bool {
    let flag = matches.try_get_one::<bool>(ALL_CUSTOMERS);
    matches!(flag, Ok(Some(true)))
}

/// Returns whether this is the parameter of the path for the customer.
pub(super) fn is_customer(parameter: &Parameter) -> bool {
    parameter.place == Place::Path && parameter.name == CUSTOMER_ID
}

/// Returns the argument for the customer of a path. `required`: without `--all-customers`.
pub(super) fn in_path(is_positional: bool, required: bool) -> Vec<Arg> {
    let customer = Arg::new(CUSTOMER)
        .value_name("CUSTOMER")
        .value_parser(text)
        .action(ArgAction::Append)
        .help("Customer: an id, a domain, a name or the beginning of a name; can be repeated")
        .long_help(format!(
            "Customer whose rows to read; can be repeated. {FORMS} Example: {}contoso",
            if is_positional { "" } else { "--customer " }
        ));
    let customer = match is_positional {
        true => customer.num_args(1..),
        false => customer.long(CUSTOMER),
    };
    let customer = match required {
        true => customer.required_unless_present(ALL_CUSTOMERS),
        false => customer,
    };
    let all = Arg::new(ALL_CUSTOMERS)
        .long(ALL_CUSTOMERS)
        .action(ArgAction::SetTrue)
        .conflicts_with(CUSTOMER)
        .help("Read the rows of all customers, with one call per customer")
        .long_help(
            "Read the rows of all customers, with one call per customer, eight at a time. Rows that \
             do not name their customer get the columns customerId and customerName, as with \
             several --customer. A customer whose call fails does not stop the others: it is \
             listed at the end, and the exit code is 5. With --continuation-file, the same command \
             then calls only the customers that are missing.",
        );
    vec![customer, all]
}

/// Returns the flag that filters the rows of all customers, if the operation has such a filter.
pub(super) fn in_filter(operation: &Operation) -> Option<Arg> {
    field(operation)?;
    Some(
        Arg::new(CUSTOMER)
            .long(CUSTOMER)
            .value_name("CUSTOMER")
            .value_parser(text)
            .action(ArgAction::Append)
            .help(
                "Only rows of this customer: an id, a domain, a name or the beginning of a name; \
                 can be repeated",
            )
            .long_help(format!(
                "Only rows of this customer; can be repeated. {FORMS} The service selects the rows, \
                 by the field {CUSTOMER_FIELD}, in addition to --filter. Example: --customer contoso"
            )),
    )
}

/// Returns the field by which rows can be filtered by customer.
fn field(operation: &Operation) -> Option<&'static Field> {
    let mut fields = operation.filter_fields();
    fields.find(|field| field.name == CUSTOMER_FIELD && field.operators.contains(&Operator::Equal))
}

fn text(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("expected an id, a domain or a name".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// Returns the filter for rows of these customers that meet the filter of the user.
///
/// Ids are sent in upper case: the rows of all operations with a filter have them in upper case, and
/// the service may compare them exactly ([T40](partner_center::catalog::deviations#t40),
/// [T52](partner_center::catalog::deviations#t52)). The output has them in lower case.
pub(super) fn combined<O: QueryOperation>(
    typed: Option<Filter<O>>,
    customers: &[Uuid],
) -> Result<Option<Filter<O>>, QueryError> {
    let typed = match typed {
        Some(filter) => Some(match filter.expression() {
            Some(expression) => with_upper_case_ids(expression, O::OPERATION)?.try_into()?,
            None => filter,
        }),
        None => None,
    };
    let has_field = field(O::OPERATION).is_some();
    let of_customers: Option<Filter<O>> = match customers {
        customers if has_field && !customers.is_empty() => {
            let ids = customers.iter().map(|id| id.to_string().to_uppercase());
            Some(FilterExpression::any_of(CUSTOMER_FIELD, ids)?.try_into()?)
        }
        _ => None,
    };
    Ok(match (of_customers, typed) {
        (Some(customers), Some(typed)) => Some(customers.and(typed)),
        (customers, typed) => customers.or(typed),
    })
}

/// Returns the expression with the values of fields that are GUIDs in upper case.
fn with_upper_case_ids(
    expression: &FilterExpression,
    operation: &Operation,
) -> Result<FilterExpression, QueryError> {
    let join = |links: &[FilterExpression], join: fn(FilterExpression, FilterExpression) -> _| {
        let mut joined: Option<FilterExpression> = None;
        for link in links {
            let link = with_upper_case_ids(link, operation)?;
            joined = Some(match joined {
                Some(joined) => join(joined, link),
                None => link,
            });
        }
        Ok(joined.unwrap_or_else(|| expression.clone()))
    };
    match expression.node() {
        FilterNode::Comparison(comparison) => {
            let field = operation.field(comparison.field());
            match (comparison.value(), field) {
                (Literal::Text(text), Some(field)) if field.kind == FieldKind::Guid => {
                    let text = text.to_ascii_uppercase();
                    FilterExpression::compare(field.name, comparison.operator(), text)
                }
                _ => Ok(expression.clone()),
            }
        }
        FilterNode::All(links) => join(links, FilterExpression::and),
        FilterNode::Any(links) => join(links, FilterExpression::or),
        _ => Ok(expression.clone()),
    }
}

#[cfg(test)]
mod tests {
    use partner_center::fields::{Referrals, Subscriptions};

    use super::*;

    const ID: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";
    const UPPER: &str = "0C39D6D5-C70D-4C55-BC02-F620844F3FD1";

    fn sent<O: QueryOperation>(typed: &str, customers: &[&str]) -> Option<String> {
        let typed = (!typed.is_empty()).then(|| typed.parse::<Filter<O>>().unwrap());
        let customers: Vec<Uuid> = customers.iter().map(|id| id.parse().unwrap()).collect();
        combined(typed, &customers).unwrap().map(String::from)
    }

    #[test]
    fn customers_are_combined_with_the_filter_of_the_user() {
        assert_eq!(sent::<Subscriptions>("", &[]), None);
        assert_eq!(
            sent::<Subscriptions>("", &[ID]).unwrap(),
            format!("customerTenantId eq '{UPPER}'")
        );
        let typed = "status eq 'Active' or autoRenewEnabled eq true";
        assert_eq!(
            sent::<Subscriptions>(typed, &[ID, ID]).unwrap(),
            format!(
                "(customerTenantId eq '{UPPER}' or customerTenantId eq '{UPPER}') and \
                 (status eq 'Active' or autoRenewEnabled eq true)"
            )
        );
        // Without the field there is no flag, and nothing to combine.
        let typed = "customerName eq 'Contoso'";
        assert_eq!(sent::<Referrals>(typed, &[ID]).as_deref(), Some(typed));
    }

    #[test]
    fn ids_are_sent_in_the_case_of_the_rows_and_text_as_it_was_typed() {
        let typed = format!("customertenantid ne '{ID}' and (status eq '{ID}' or id eq '{ID}')");
        assert_eq!(
            sent::<Subscriptions>(&typed, &[]).unwrap(),
            format!("customerTenantId ne '{UPPER}' and (status eq '{ID}' or id eq '{UPPER}')")
        );
    }
}
