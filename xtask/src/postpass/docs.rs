//! Documentation as `///` lines, so that a changed sentence is a small diff.

use syn::visit_mut::{VisitMut, visit_file_mut};
use syn::{Attribute, File, parse_quote};

/// Turns every multi-line `#[doc]` into one attribute per line, and drops what
/// progenitor adds below: an example marked `ignore`, which never compiled.
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
    let mut lines = own_words(&text);
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

/// Up to progenitor's example.
fn own_words(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let example = lines.windows(2).rposition(|pair| {
        pair[0].trim() == "```ignore" && pair[1].trim_start().starts_with("let response = client.")
    });
    lines[..example.unwrap_or(lines.len())]
        .iter()
        .map(|line| {
            let line = line.trim_end();
            line.strip_prefix(' ').unwrap_or(line).to_owned()
        })
        .collect()
}
