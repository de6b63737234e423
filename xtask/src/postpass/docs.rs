//! Documentation as `///` lines, so that a changed sentence is a small diff.

use syn::visit_mut::{VisitMut, visit_file_mut};
use syn::{Attribute, File, parse_quote};

/// Turns every multi-line `#[doc]` into one attribute per line, and drops the
/// usage example that progenitor marks `ignore`: an example that never compiled
/// is not one.
pub(super) fn one_line_per_attribute(file: &mut File) {
    visit_file_mut(&mut Docs, file);
}

struct Docs;

impl VisitMut for Docs {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        *attributes = attributes.drain(..).flat_map(split).collect();
    }
}

fn split(attribute: Attribute) -> Vec<Attribute> {
    let Some(text) = doc_text(&attribute) else {
        return vec![attribute];
    };
    let inner = matches!(attribute.style, syn::AttrStyle::Inner(_));
    let mut lines = without_ignored_example(&text);
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
        .into_iter()
        .map(|line| {
            // rustdoc drops the first space; without it, text sticks to the slashes.
            let line = if line.is_empty() {
                String::new()
            } else {
                format!(" {line}")
            };
            if inner {
                parse_quote!(#![doc = #line])
            } else {
                parse_quote!(#[doc = #line])
            }
        })
        .collect()
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    match (&meta.value, attribute.path().is_ident("doc")) {
        (
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }),
            true,
        ) => Some(text.value()),
        _ => None,
    }
}

fn without_ignored_example(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut in_example = false;
    let mut in_arguments = false;
    for line in text.lines() {
        in_arguments |= line == "Arguments:";
        match line.trim() {
            "```ignore" => in_example = true,
            "```" if in_example => in_example = false,
            _ if in_example => {}
            // The second line of a list item, which would else end the list.
            more if in_arguments && !line.starts_with("- ") && line != "Arguments:" => {
                lines.push(format!("  {more}").trim_end().to_owned());
            }
            _ => lines.push(
                line.trim_end()
                    .strip_prefix(' ')
                    .unwrap_or(line.trim_end())
                    .to_owned(),
            ),
        }
    }
    lines
}
