//! Outline of the public API, one line per item, so that changes are visible in review.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use proc_macro2::{Delimiter, TokenTree};
use syn::{Fields, File, ImplItem, Item, ItemImpl, TraitItem, Visibility};
use xtask::workspace_root;

#[test]
fn public_api() {
    for name in [
        "partner-center-catalog",
        "partner-center-core",
        "partner-center-identity",
        "partner-center",
        "partner-center-httpmock",
        "partner-center-reports",
        "partner-center-lake",
        "partner-center-emulator",
    ] {
        let mut shown = String::new();
        let source = workspace_root().join("crates").join(name).join("src");
        let mut macros = Macros::new();
        each_file(&source, &mut |_, file| collect(file, &mut macros));
        each_file(&source, &mut |path, file| {
            // The builders mirror the types.
            if path.ends_with("generated/type_builders.rs") {
                return;
            }
            let mut lines = String::new();
            for item in &file.items {
                item_lines(item, &macros, &mut lines);
            }
            if !lines.is_empty() {
                let name = path.strip_prefix(&source).unwrap().display();
                writeln!(shown, "{name}\n{lines}").unwrap();
            }
        });
        insta::assert_snapshot!(name, shown);
    }
}

/// Macros that expand to functions of an `impl` block, by name.
type Macros = HashMap<String, Vec<ImplItem>>;

/// Visits the files in the order of their names, including `generated` files, which are part of
/// the public API.
fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &File)) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            each_file(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            look(&path, &syn::parse_file(&text).unwrap());
        }
    }
}

/// Finds the macros without parameters whose body is a list of functions.
fn collect(file: &File, macros: &mut Macros) {
    for item in &file.items {
        let Item::Macro(item) = item else {
            continue;
        };
        let body = item
            .mac
            .tokens
            .clone()
            .into_iter()
            .find_map(|token| match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    Some(group.stream())
                }
                _ => None,
            });
        let functions = body.map(|body| syn::parse2::<ItemImpl>(quote::quote!(impl X { #body })));
        if let (Some(name), Some(Ok(functions))) = (&item.ident, functions) {
            macros.insert(name.to_string(), functions.items);
        }
    }
}

fn item_lines(item: &Item, macros: &Macros, shown: &mut String) {
    match item {
        Item::Struct(item) if public(&item.vis) => {
            line(
                shown,
                &format!("struct {}{}", item.ident, text(&item.generics)),
            );
            if let Fields::Named(fields) = &item.fields {
                for field in fields.named.iter().filter(|field| public(&field.vis)) {
                    line(
                        shown,
                        &format!("  {}: {}", field.ident.as_ref().unwrap(), text(&field.ty)),
                    );
                }
            }
        }
        Item::Enum(item) if public(&item.vis) => {
            let variants: Vec<_> = item
                .variants
                .iter()
                .map(|variant| variant.ident.to_string())
                .collect();
            line(
                shown,
                &format!("enum {} {{ {} }}", item.ident, variants.join(", ")),
            );
        }
        Item::Trait(item) if public(&item.vis) => {
            line(shown, &format!("trait {}", item.ident));
            for member in &item.items {
                if let TraitItem::Fn(function) = member {
                    line(shown, &format!("  {}", text(&function.sig)));
                }
            }
        }
        Item::Fn(item) if public(&item.vis) => line(shown, &text(&item.sig)),
        Item::Const(item) if public(&item.vis) => {
            line(shown, &format!("const {}: {}", item.ident, text(&item.ty)))
        }
        Item::Static(item) if public(&item.vis) => {
            line(shown, &format!("static {}: {}", item.ident, text(&item.ty)))
        }
        Item::Type(item) if public(&item.vis) => {
            line(shown, &format!("type {} = {}", item.ident, text(&item.ty)))
        }
        Item::Use(item) if public(&item.vis) => line(shown, &format!("use {}", text(&item.tree))),
        Item::Mod(item) if public(&item.vis) => line(shown, &format!("mod {}", item.ident)),
        Item::Impl(item) => match &item.trait_ {
            Some((_, path, _))
                if !item
                    .attrs
                    .iter()
                    .any(|attribute| attribute.path().is_ident("cfg")) =>
            {
                line(
                    shown,
                    &format!("impl {} for {}", text(path), text(&item.self_ty)),
                );
            }
            Some(_) => {}
            None => {
                let written_once = item.items.iter().filter_map(|member| match member {
                    ImplItem::Macro(member) => macros.get(&text(&member.mac.path)),
                    _ => None,
                });
                for member in item.items.iter().chain(written_once.flatten()) {
                    match member {
                        ImplItem::Fn(function) if public(&function.vis) => {
                            line(
                                shown,
                                &format!("{}::{}", text(&item.self_ty), text(&function.sig)),
                            );
                        }
                        ImplItem::Const(member) if public(&member.vis) => {
                            line(
                                shown,
                                &format!(
                                    "{}::{}: {}",
                                    text(&item.self_ty),
                                    member.ident,
                                    text(&member.ty)
                                ),
                            );
                        }
                        _ => {}
                    }
                }
            }
        },
        _ => {}
    }
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn line(shown: &mut String, text: &str) {
    writeln!(shown, "  {text}").unwrap();
}

/// Returns tokens on one line with conventional spacing.
fn text(tokens: &impl quote::ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        ("< ", "<"),
        (" ,", ","),
        (" :", ":"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ;", ";"),
        ("-> impl", "-> impl"),
        (" <", "<"),
        (",)", ")"),
    ] {
        text = text.replace(from, to);
    }
    text.replace("->", " -> ").replace("  ", " ")
}
