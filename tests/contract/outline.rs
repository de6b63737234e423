//! The public API, a line an item, so that a change of it is seen in review.

use std::fmt::Write as _;
use std::path::Path;

use syn::{Fields, ImplItem, Item, TraitItem, Visibility};
use xtask::workspace_root;

#[test]
fn public_api() {
    for name in [
        "partner-center-core",
        "partner-center",
        "partner-center-httpmock",
        "partner-center-emulator",
    ] {
        let mut shown = String::new();
        let source = workspace_root().join("crates").join(name).join("src");
        outline(&source, &source, &mut shown);
        insta::assert_snapshot!(name, shown);
    }
}

/// Files in order of their names; `generated` ones too, for what they promise users.
fn outline(root: &Path, folder: &Path, shown: &mut String) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            outline(root, &path, shown);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let file = syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut lines = String::new();
        for item in &file.items {
            item_lines(item, &mut lines);
        }
        if !lines.is_empty() {
            let name = path.strip_prefix(root).unwrap().display();
            writeln!(shown, "{name}\n{lines}").unwrap();
        }
    }
}

fn item_lines(item: &Item, shown: &mut String) {
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
                for member in &item.items {
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

/// Tokens in one line, spaced the way a person writes them.
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
