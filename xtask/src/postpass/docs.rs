//! Documentation as `///` lines, so that a changed sentence gives a small diff.

use syn::visit_mut::{VisitMut, visit_file_mut};
use syn::{Attribute, File, parse_quote};

/// Splits every multi-line `#[doc]` into one attribute per line, and removes the example that
/// progenitor appends, which is marked `ignore` and does not compile.
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
            // rustdoc strips one leading space; without it there is no space after the slashes.
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

/// Returns the text before progenitor's example.
fn own_words(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let example = lines.windows(2).rposition(|pair| {
        pair[0].trim() == "```ignore" && pair[1].trim_start().starts_with("let response = client.")
    });
    lines[..example.unwrap_or(lines.len())]
        .iter()
        .map(|line| {
            let line = line.trim_end();
            escaped(line.strip_prefix(' ').unwrap_or(line))
        })
        .collect()
}

/// Escapes a line of a description for rustdoc, so that `<guid>` is not a tag, `[items]` is not a
/// link, and a bare URL is a link. Text in backticks is not changed.
pub(super) fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '`' => {
                let fence = rest.len() - rest.trim_start_matches('`').len();
                let end = rest[fence..].find(&rest[..fence]);
                end.map_or(fence, |end| end + 2 * fence)
            }
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '<' if is_address(&rest[1..]) => rest.find('>').map_or(1, |end| end + 1),
            'h' if is_address(rest) && !text.ends_with(['(', '"', '\'']) => {
                let end = rest.find(|c: char| c.is_whitespace() || ")>\"'`".contains(c));
                let address = rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ',', ';']);
                text.push_str(&format!("<{address}>"));
                rest = &rest[address.len()..];
                continue;
            }
            '<' => {
                text.push('\\');
                1
            }
            '[' if !is_link(rest) => {
                text.push('\\');
                1
            }
            first => first.len_utf8(),
        };
        text.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    text
}

fn is_address(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

/// Returns whether a text begins with an intended link, `[text](url)`.
fn is_link(text: &str) -> bool {
    text.find("](")
        .is_some_and(|end| !text[1..end].contains([']', '[']))
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn descriptions_are_escaped_for_rustdoc() {
        for (line, shown) in [
            ("Id, a <guid>.", r"Id, a \<guid>."),
            ("One of [items], or [x]", r"One of \[items], or \[x]"),
            ("`Vec<u8>` and `[x]`", "`Vec<u8>` and `[x]`"),
            ("``a`<b>`` <c>", r"``a`<b>`` \<c>"),
            ("a ` alone <b>", r"a ` alone \<b>"),
            (
                "see [page](https://example.com)",
                "see [page](https://example.com)",
            ),
            (
                "see https://example.com/a, <b>",
                r"see <https://example.com/a>, \<b>",
            ),
            ("<https://example.com>", "<https://example.com>"),
            (r"\<b> \[c]", r"\<b> \[c]"),
            ("größe < 3 ≤ 日本", r"größe \< 3 ≤ 日本"),
            ("", ""),
        ] {
            assert_eq!(escaped(line), shown, "{line}");
        }
    }
}
