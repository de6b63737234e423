//! Post-pass: edits of progenitor's output before it is written.
//!
//! Each module edits the items of one part of the output. A new kind of edit is a new function or
//! a new module.

mod arguments;
mod client;
mod docs;
mod enums;
mod mocks;
mod paging;
mod queries;
mod requests;
mod rows;
mod types;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::{File, Item};

use crate::generate::GenerateError;

pub(crate) use client::client;
pub(crate) use mocks::mocks;
pub(crate) use requests::requests;
pub(crate) use rows::rows;
pub(crate) use types::{OUR_FIELD, take_builders, types, wire_name};

/// Replaces the name of progenitor's runtime by the name of ours in progenitor's output.
pub(crate) fn with_our_runtime(tokens: TokenStream) -> TokenStream {
    let renamed = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "progenitor_client" => {
            Ident::new("partner_center_core", ident.span()).into()
        }
        TokenTree::Group(group) => {
            let mut renamed = Group::new(group.delimiter(), with_our_runtime(group.stream()));
            renamed.set_span(group.span());
            renamed.into()
        }
        token => token,
    });
    renamed.collect()
}

/// progenitor's output split into files.
pub(crate) struct Parts {
    pub(crate) types: Vec<Item>,
    pub(crate) builder: Vec<Item>,
    pub(crate) client: Vec<Item>,
}

/// Splits progenitor's output and its documentation lines.
pub(crate) fn split(mut file: File) -> Result<Parts, GenerateError> {
    docs::one_line_per_attribute(&mut file);
    let (mut types, mut builder, mut client) = (None, None, Vec::new());
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => types = module.content,
            Item::Mod(module) if module.ident == "builder" => builder = module.content,
            Item::Mod(module) if module.ident == "prelude" => {}
            item => client.push(item),
        }
    }
    let module = |content: Option<(_, Vec<Item>)>, name| {
        content
            .map(|(_, items)| items)
            .ok_or_else(|| GenerateError::UnexpectedOutput(format!("no module `{name}`")))
    };
    Ok(Parts {
        types: module(types, "types")?,
        builder: module(builder, "builder")?,
        client,
    })
}
