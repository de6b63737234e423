//! Comparison of names as users type them.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::Customer;
use crate::printable::is_hidden;

/// Returns a name in the format in which names are compared: case-insensitive, with characters
/// in their compatible composed form (NFKC: "é" in one or two characters, full-width letters,
/// ligatures), without invisible characters, and with single spaces.
pub(super) fn folded(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    let composed = ComposingNormalizerBorrowed::new_nfkc();
    // Upper case first: "ß" becomes "SS" and then "ss". Character by character, because a whole
    // text has another small sigma at the end of a word.
    let lower: String = composed
        .normalize(&visible)
        .chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<&str> = lower.split_whitespace().collect();
    composed.normalize(&words.join(" ")).into_owned()
}

/// Returns whether a text can be a domain.
pub(super) fn is_domain(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    text.contains('.') && text.chars().all(allowed)
}

/// Returns the customers with this domain.
pub(super) fn of_domain<'c>(
    customers: &'c [Customer],
    domain: &str,
) -> impl Iterator<Item = &'c Customer> {
    let wanted = domain.to_lowercase();
    let has = move |customer: &&Customer| {
        let domain = customer.domain.as_deref();
        domain.is_some_and(|domain| domain.to_lowercase() == wanted)
    };
    customers.iter().filter(has)
}

/// Returns the customers with exactly this name, or if there are none, those whose name begins
/// with it.
pub(super) fn of_name<'c>(customers: &'c [Customer], name: &str) -> Vec<&'c Customer> {
    let wanted = folded(name);
    let mut begin: Vec<(String, &Customer)> = customers
        .iter()
        .filter_map(|customer| Some((folded(customer.name.as_deref()?), customer)))
        .filter(|(name, _)| name.starts_with(&wanted))
        .collect();
    if begin.iter().any(|(name, _)| *name == wanted) {
        begin.retain(|(name, _)| *name == wanted);
    }
    begin.into_iter().map(|(_, customer)| customer).collect()
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

    #[test]
    fn names_are_equal_in_any_case_and_composition() {
        for (one, other) in [
            ("Söhne", "SO\u{308}HNE"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("Ｃｏｎｔｏｓｏ", "contoso"),
            (" Contoso\u{a0} Ltd ", "contoso ltd"),
            ("\u{202e}Contoso\u{200f}", "Contoso"),
            ("O'Brien \"& Co\"", "o'brien \"& co\""),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("Contoso"), folded("Contosó"));
    }

    #[test]
    fn an_exact_name_precedes_names_that_begin_with_it() {
        let customers = [
            customer(1, "Contoso", "contoso.onmicrosoft.com"),
            customer(2, "Contoso Travel", "travel.onmicrosoft.com"),
            customer(3, "Fabrikam", "Fabrikam.onmicrosoft.com"),
        ];
        let found = |text: &str| -> Vec<u128> {
            let found = of_name(&customers, text).into_iter();
            found.map(|customer| customer.id.as_u128()).collect()
        };
        assert_eq!(found("contoso"), [1]);
        assert_eq!(found("Conto"), [1, 2]);
        assert_eq!(found("contoso t"), [2]);
        assert_eq!(found("travel"), []);
        let mut by_domain = of_domain(&customers, "fabrikam.ONMICROSOFT.com");
        assert_eq!(by_domain.next().unwrap().id.as_u128(), 3);
        assert!(by_domain.next().is_none());
    }

    #[test]
    fn only_texts_like_a_domain_are_looked_up_as_one() {
        assert!(is_domain("contoso.onmicrosoft.com") && is_domain("söhne.example"));
        for text in ["Contoso", "Contoso Ltd.", "St. Mary's", ""] {
            assert!(!is_domain(text), "{text}");
        }
    }
}
