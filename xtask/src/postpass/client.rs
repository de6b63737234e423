//! The client: no constructor that panics, imports of its own.

use syn::{ImplItem, Item, parse_quote};

use crate::generate::GenerateError;

/// Edits the items around the two modules: the client and its operations.
pub(crate) fn client(items: &mut Vec<Item>) -> Result<(), GenerateError> {
    items.retain(|item| !matches!(item, Item::Use(_)));
    for item in items.iter_mut() {
        if let Item::Impl(block) = item
            && block.trait_.is_none()
        {
            block.items.retain_mut(keep_member);
        }
    }
    items.insert(
        0,
        parse_quote!(
            use progenitor_client::{ClientHooks, ClientInfo};
        ),
    );
    items.insert(
        1,
        parse_quote!(
            use super::builder;
        ),
    );
    Ok(())
}

/// `new` panics when TLS cannot be set up, and a client without our settings makes
/// no sense: only the crate's own builder constructs one.
fn keep_member(member: &mut ImplItem) -> bool {
    let ImplItem::Fn(function) = member else {
        return true;
    };
    if function.sig.ident == "new_with_client" {
        function.vis = parse_quote!(pub(crate));
        function.attrs.clear();
    }
    function.sig.ident != "new"
}
