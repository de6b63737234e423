//! Completion of lists of fields, separated by commas.

use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use partner_center::Field;

use super::{begins, candidate};

/// Completes names of fields, without those that the list has already.
pub(super) fn names(fields: Vec<&'static Field>) -> ArgValueCompleter {
    completer(move |typed, found| {
        for field in &fields {
            if begins(field.name, typed) {
                found(field.name.to_owned(), field.meaning);
            }
        }
    })
}

/// Completes names of columns: fields, and parts of an object once its name and a dot are typed.
pub(super) fn columns(fields: Vec<&'static Field>) -> ArgValueCompleter {
    completer(move |typed, found| {
        for field in &fields {
            add(field, "", typed, found);
        }
    })
}

fn add(field: &Field, prefix: &str, typed: &str, found: &mut dyn FnMut(String, &'static str)) {
    let name = format!("{prefix}{}", field.name);
    let inside = format!("{name}.");
    if begins(typed, &inside) {
        for part in field.members {
            add(part, &inside, typed, found);
        }
    } else if begins(&name, typed) {
        found(name, field.meaning);
    }
}

/// Completes the last name of a list. `matching` calls its second argument with each candidate.
fn completer(
    matching: impl Fn(&str, &mut dyn FnMut(String, &'static str)) + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else {
            return Vec::new();
        };
        let (before, name) = match typed.rsplit_once(',') {
            Some((before, name)) => (before, name),
            None => ("", typed),
        };
        let descending = name.strip_prefix('-').map_or("", |_| "-");
        let name = name.strip_prefix('-').unwrap_or(name);
        let before_comma = typed.len() - descending.len() - name.len();
        let kept = typed.get(..before_comma).unwrap_or_default();
        let mut candidates = Vec::new();
        matching(name, &mut |name, meaning| {
            let is_listed = before
                .split(',')
                .any(|it| it.trim().eq_ignore_ascii_case(&name));
            if !is_listed {
                candidates.push(candidate(&format!("{kept}{descending}{name}"), meaning));
            }
        });
        candidates
    })
}
