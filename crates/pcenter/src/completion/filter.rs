//! Completion of filters: fields, operators, connectives.

use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use partner_center::catalog::Operator;
use partner_center::{Field, FieldKind};

use super::{begins, candidate};

/// Returns a completer of filters on these fields. `all_operators`: whether a field takes every
/// operator of its kind, as on this side of the service.
pub(super) fn completer(fields: Vec<&'static Field>, all_operators: bool) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_str().unwrap_or_default();
        complete(typed, &fields, all_operators)
    })
}

/// Part of a condition that comes next.
#[derive(Clone, Copy)]
enum Next {
    Field,
    Operator(&'static Field),
    Value(FieldKind),
    Connective,
    /// Text in quotes, or something that is no filter.
    Nothing,
}

fn complete(typed: &str, fields: &[&'static Field], all: bool) -> Vec<CompletionCandidate> {
    let start = typed.rfind([' ', '(']).map_or(0, |position| position + 1);
    let (before, word) = typed.split_at(start);
    if typed.matches('\'').count() % 2 == 1 {
        return Vec::new();
    }
    let add = |found: &mut Vec<CompletionCandidate>, text: &str, help: &str| {
        if begins(text, word) {
            found.push(candidate(&format!("{before}{text}"), help));
        }
    };
    let mut found = Vec::new();
    match next(before, fields) {
        Next::Field => {
            let mut matching = fields.iter().filter(|field| begins(field.name, word));
            if let (Some(field), None) = (matching.next(), matching.next()) {
                // With several candidates, bash does not close the quotes around the filter.
                for operator in operators(field, all) {
                    let condition = format!("{} {}", field.name, operator.name());
                    add(&mut found, &condition, field.meaning);
                }
            }
            if found.is_empty() {
                for field in fields {
                    add(&mut found, field.name, field.meaning);
                }
            }
        }
        Next::Operator(field) => {
            for operator in operators(field, all) {
                add(&mut found, operator.name(), "");
            }
        }
        Next::Value(FieldKind::Boolean) => {
            for word in ["true", "false"] {
                add(&mut found, word, "");
            }
        }
        Next::Connective => {
            for word in ["and", "or"] {
                add(&mut found, word, "");
            }
        }
        Next::Value(_) | Next::Nothing => {}
    }
    found
}

/// Returns what follows the complete words of a filter.
fn next(before: &str, fields: &[&'static Field]) -> Next {
    let mut next = Next::Field;
    for word in words(before) {
        next = match next {
            Next::Field if word == "(" || word.eq_ignore_ascii_case("contains") => Next::Field,
            Next::Field => {
                let mut fields = fields.iter();
                match fields.find(|field| field.name.eq_ignore_ascii_case(&word)) {
                    Some(field) => Next::Operator(field),
                    None => Next::Nothing,
                }
            }
            Next::Operator(field) => Next::Value(field.kind),
            Next::Value(_) => Next::Connective,
            Next::Connective if word == ")" => Next::Connective,
            Next::Connective => Next::Field,
            Next::Nothing => Next::Nothing,
        };
    }
    next
}

/// Splits a filter into words, texts in quotes and parentheses.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                word.push(letter);
            }
            ' ' | '(' | ')' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                if letter != ' ' {
                    words.push(letter.to_string());
                }
            }
            _ => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Returns the operators between a field and a value; `contains` is a function.
fn operators(field: &Field, all: bool) -> Vec<Operator> {
    let operators: &[Operator] = match all {
        true => &Operator::ALL,
        false => field.operators,
    };
    let is_between = |operator: &Operator| *operator != Operator::Contains;
    operators.iter().copied().filter(is_between).collect()
}
