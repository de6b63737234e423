//! Reports of a history, by the ids and the commands of their operations.
#![cfg_attr(
    not(any(feature = "lake", test)),
    expect(dead_code, reason = "only a build with the feature reads reports")
)]

use partner_center::catalog::Place;
use partner_center::{OPERATIONS, Operation};
use partner_center_core::nearest::nearest;

use crate::operations::words_of;
use crate::printable::printable;

/// Returns the operations that need no customer.
pub(super) fn of_the_partner() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS
        .iter()
        .copied()
        .filter(|it| is_of_the_partner(it))
}

pub(super) fn is_of_the_partner(operation: &Operation) -> bool {
    operation.parameters_in(Place::Path).next().is_none()
}

/// Finds the report with this id, or with these words of a command. Words can be joined by hyphens.
/// Of two operations of a command, it is the one without a customer.
pub(super) fn parse_report(text: &str) -> Result<&'static Operation, String> {
    find(text).ok_or_else(|| {
        let names = names();
        let near = nearest(text, names.iter().map(String::as_str));
        let near = near.map_or(".".to_owned(), |near| format!("; did you mean `{near}`?"));
        format!(
            "there is no report `{}`{near} `pcenter docs` lists all reports",
            printable(text)
        )
    })
}

/// Finds the reports that a command line names. Words of one command can be several arguments.
pub(super) fn parse_reports(arguments: &[String]) -> Result<Vec<&'static Operation>, String> {
    let (mut found, mut rest) = (Vec::new(), arguments);
    while let [first, others @ ..] = rest {
        let pair = others.first().map(|second| format!("{first} {second}"));
        let report = match pair.as_deref().and_then(find) {
            Some(report) => {
                rest = others.get(1..).unwrap_or_default();
                report
            }
            None => {
                rest = others;
                parse_report(first)?
            }
        };
        if !found.contains(&report) {
            found.push(report);
        }
    }
    Ok(found)
}

fn find(text: &str) -> Option<&'static Operation> {
    let text = text.trim().to_ascii_lowercase();
    let words = text.replace('-', " ");
    let is_it = |operation: &&Operation| {
        operation.id == text || command(operation).replace('-', " ") == words
    };
    let mut found: Vec<&'static Operation> =
        OPERATIONS.iter().copied().filter(|it| is_it(it)).collect();
    found.sort_by_key(|operation| !is_of_the_partner(operation));
    found.into_iter().next()
}

/// Returns the ids and the words of all reports.
pub(crate) fn names() -> Vec<String> {
    let ids = OPERATIONS.iter().map(|operation| operation.id.to_owned());
    ids.chain(OPERATIONS.iter().map(|operation| command(operation)))
        .collect()
}

/// Returns the words of the command of a report, without positional parameters.
pub(crate) fn command(operation: &Operation) -> String {
    let words = words_of(operation.id).unwrap_or_default().split(' ');
    let words: Vec<_> = words.filter(|word| !word.starts_with('<')).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_found_by_id_and_by_the_words_of_their_command() {
        for (text, id) in [
            ("azure_usage", "azure_usage"),
            ("azure-usage", "azure_usage"),
            ("commercial deployment", "commercial_licenses_deployment"),
            ("Commercial-Usage", "commercial_licenses_usage"),
            ("licenses deployment", "partner_licenses_deployment"),
            ("customers list", "customers"),
            ("customers show", "customer"),
            ("skus", "subscribed_skus"),
        ] {
            assert_eq!(parse_report(text).map(|it| it.id), Ok(id), "{text}");
        }
        let error = parse_report("comercial deployment").unwrap_err();
        assert!(
            error.contains("did you mean `commercial deployment`?"),
            "{error}"
        );
    }

    #[test]
    fn words_of_a_command_can_be_several_arguments() {
        let parse = |text: &str| {
            let arguments: Vec<_> = text.split(' ').map(str::to_owned).collect();
            let ids = parse_reports(&arguments)?.into_iter().map(|it| it.id);
            Ok::<_, String>(ids.collect::<Vec<_>>().join(" "))
        };
        let both = "commercial_licenses_deployment subscriptions";
        assert_eq!(
            parse("commercial deployment subscriptions").as_deref(),
            Ok(both)
        );
        assert_eq!(
            parse("subscriptions subscriptions").as_deref(),
            Ok("subscriptions")
        );
        assert!(parse("commercial").is_err());
    }

    #[test]
    fn all_reports_need_no_customer() {
        let all: Vec<_> = of_the_partner().map(|it| it.id).collect();
        assert!(
            all.contains(&"subscriptions") && all.contains(&"customers"),
            "{all:?}"
        );
        assert!(
            !all.contains(&"customer") && !all.contains(&"subscribed_skus"),
            "{all:?}"
        );
    }
}
