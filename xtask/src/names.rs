//! Rust names as the generator makes them.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::Ident;
use quote::format_ident;

/// Returns whether a name is a valid Rust identifier.
pub(crate) fn usable(name: &str) -> bool {
    !name.is_empty() && name != "_" && syn::parse_str::<syn::Ident>(name).is_ok() && name != "gen"
}

/// Returns the function or field name that the generator makes of a name.
pub(crate) fn snake(name: &str) -> String {
    identifier(name, "x", str::to_snake_case)
}

/// Returns the type or variant name that the generator makes of a name.
pub(crate) fn pascal(name: &str) -> String {
    identifier(name, "X", str::to_pascal_case)
}

fn identifier(name: &str, prefix: &str, case: fn(&str) -> String) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let cased = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !word(c), "-")),
    };
    let cased = match cased.chars().next() {
        None => prefix.to_owned(),
        Some(first) if first.is_alphabetic() => cased,
        Some(_) => format!("{prefix}{cased}"),
    };
    if usable(&cased) {
        cased
    } else {
        format!("{cased}_")
    }
}

/// Returns the setter or field of a name.
pub(crate) fn setter(name: &str) -> Ident {
    format_ident!("{}", snake(name))
}

/// Returns the constant of a query field.
pub(crate) fn constant(name: &str) -> String {
    identifier(name, "X_", str::to_shouty_snake_case)
}

/// Returns the variant of a value in an open enumeration: `EXO` -> `Exo`,
/// `microsoft_support` -> `MicrosoftSupport`. `Other` is reserved for values that are not in
/// the spec.
pub(crate) fn variant(value: &str) -> String {
    let name = value.to_pascal_case();
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() && usable(&format!("_{name}")) => format!("_{name}"),
        _ if value.trim().is_empty() => "Empty".to_owned(),
        _ if name == "Other" => "Other_".to_owned(),
        _ => pascal(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_variants() {
        for (value, expected) in [
            ("crm", "Crm"),
            ("EXO", "Exo"),
            ("M365", "M365"),
            ("microsoft_support", "MicrosoftSupport"),
            ("10to50employees", "_10to50employees"),
            ("self", "Self_"),
            ("other", "Other_"),
            ("", "Empty"),
            ("%", "X"),
            ("größe", "Größe"),
            ("日本", "日本"),
            ("a/b", "AB"),
        ] {
            assert_eq!(variant(value), expected, "{value}");
            assert!(usable(&variant(value)), "{value}");
        }
    }

    #[test]
    fn fields_become_constants_and_setters() {
        for (name, constant_name, setter_name) in [
            ("meterUnit", "METER_UNIT", "meter_unit"),
            ("1st", "X_1ST", "x1st"),
            ("type", "TYPE", "type_"),
            ("self", "SELF", "self_"),
            ("customer-id", "CUSTOMER_ID", "customer_id"),
        ] {
            assert_eq!(constant(name), constant_name, "{name}");
            assert_eq!(setter(name), setter_name, "{name}");
        }
    }
}
