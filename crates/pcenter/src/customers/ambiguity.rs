//! Messages about a text that names no customer, or more than one.

use partner_center_core::nearest::nearest;

use super::Customer;
use super::matching::folded;
use crate::failure::{Exit, Failure};
use crate::printable::printable;

/// Maximum number of candidates in a message.
const MOST: usize = 10;
/// Maximum number of similar names in a message.
const MOST_SIMILAR: usize = 3;

/// Returns the failure for a text that names several customers.
pub(super) fn several(text: &str, candidates: &[&Customer]) -> Failure {
    let wanted = folded(text);
    let are_equal = candidates.iter().all(|customer| {
        let name = customer.name.as_deref();
        name.is_some_and(|name| folded(name) == wanted)
    });
    let what = match are_equal {
        true => "are named",
        false => "match",
    };
    Failure::new(
        Exit::Usage,
        format!(
            "{} customers {what} `{}`",
            candidates.len(),
            printable(text)
        ),
    )
    .help(format!(
        "give the domain or the id of one of them:{}",
        lines(candidates)
    ))
}

/// Returns the failure for a text that names no customer, with the nearest names.
pub(super) fn none(text: &str, customers: &[Customer]) -> Failure {
    let failure = Failure::new(
        Exit::Usage,
        format!("no customer matches `{}`", printable(text)),
    );
    let similar = similar(text, customers);
    let failure = match similar.is_empty() {
        true => failure,
        false => failure.help(format!("similar names:{}", lines(&similar))),
    };
    failure.help(
        "`pcenter customers list` prints the names, domains and ids of all customers; \
         --name-starts-with selects some of them",
    )
}

/// Returns the customers with the nearest names, nearest first.
fn similar<'c>(text: &str, customers: &'c [Customer]) -> Vec<&'c Customer> {
    let wanted = folded(text);
    let label = |domain: &str| domain.split('.').next().unwrap_or_default().to_lowercase();
    let mut names: Vec<(String, &Customer)> = customers
        .iter()
        .flat_map(|customer| {
            let name = customer.name.as_deref().map(folded);
            let domain = customer.domain.as_deref();
            let domain = domain
                .into_iter()
                .flat_map(|it| [it.to_lowercase(), label(it)]);
            let names = name.into_iter().chain(domain);
            names.map(move |name| (name, customer))
        })
        .collect();
    let mut similar: Vec<&Customer> = Vec::new();
    while similar.len() < MOST_SIMILAR {
        let texts: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        let found = nearest(&wanted, texts.iter().copied());
        let found = found.and_then(|found| names.iter().find(|(name, _)| name == found));
        let Some((_, found)) = found else { break };
        let found = *found;
        similar.push(found);
        names.retain(|(_, customer)| customer.id != found.id);
    }
    similar
}

/// Returns one line per customer: id, domain and name. The name is last, because a name in a
/// right-to-left script would reverse the order of what follows it.
fn lines(customers: &[&Customer]) -> String {
    let shown = customers.get(..MOST).unwrap_or(customers);
    let domain = |customer: &Customer| printable(customer.domain.as_deref().unwrap_or("-"));
    let domains = shown.iter().map(|it| domain(it).chars().count());
    let width = domains.max().unwrap_or_default();
    let mut text = String::new();
    for customer in shown {
        let name = printable(customer.name.as_deref().unwrap_or("-"));
        let line = format!("\n    {}  {:width$}  {name}", customer.id, domain(customer));
        text.push_str(line.trim_end());
    }
    match customers.len().saturating_sub(shown.len()) {
        0 => {}
        more => text.push_str(&format!("\n    and {more} more")),
    }
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn customer(id: u128, name: &str, domain: &str) -> Customer {
        Customer {
            id: Uuid::from_u128(id),
            name: Some(name.to_owned()),
            domain: Some(domain.to_owned()),
        }
    }

    fn text(failure: &Failure) -> String {
        let mut out = Vec::new();
        failure.print(&mut out, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn candidates_are_printable_and_have_their_ids() {
        let customers = [
            customer(1, "Contoso\u{1b}[31m\nLtd", "contoso.onmicrosoft.com"),
            customer(2, "\u{202e}קונטוסו", "c2.example"),
        ];
        let all: Vec<&Customer> = customers.iter().collect();
        assert_eq!(
            text(&several("Cont\u{7}", &all)),
            "error: 2 customers match `Cont\\u{7}`\n  help: give the domain or the id of one of \
             them:\n    00000000-0000-0000-0000-000000000001  contoso.onmicrosoft.com  \
             Contoso\\u{1b}[31m\\u{a}Ltd\n    00000000-0000-0000-0000-000000000002  c2.example\
             \u{20}              \\u{202e}קונטוסו\n"
        );
    }

    #[test]
    fn long_lists_of_candidates_are_shortened() {
        let customers: Vec<_> = (0..25)
            .map(|id| customer(id, "Contoso", "a.example"))
            .collect();
        let all: Vec<&Customer> = customers.iter().collect();
        let text = text(&several("contoso", &all));
        assert!(
            text.starts_with("error: 25 customers are named `contoso`\n"),
            "{text}"
        );
        assert!(text.ends_with("\n    and 15 more\n"), "{text}");
        assert_eq!(text.matches("a.example").count(), 10);
    }

    #[test]
    fn similar_names_and_domains_are_suggested() {
        let customers = [
            customer(1, "Contoso", "c1.example"),
            customer(2, "Contosso", "c2.example"),
            customer(3, "Wingtip", "fabrikam.onmicrosoft.com"),
            customer(4, "Adventure Works", "adventure.example"),
        ];
        let found = |text: &str| -> Vec<u128> {
            let similar = similar(text, &customers).into_iter();
            similar.map(|customer| customer.id.as_u128()).collect()
        };
        assert_eq!(found("CONTOSOO"), [1, 2]);
        assert_eq!(found("fabrikan"), [3]);
        assert_eq!(found("zzz"), []);
    }
}
