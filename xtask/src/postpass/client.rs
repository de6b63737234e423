//! Edits of the client: constructors and imports.

use syn::{ImplItem, Item, parse_quote};

use crate::generate::GenerateError;
use crate::spec::{OperationRef, Spec};

/// Edits the items outside the two modules: the client and its operations.
pub(crate) fn client(items: &mut Vec<Item>, spec: &Spec) -> Result<(), GenerateError> {
    let operations = spec.operations();
    items.retain(|item| !matches!(item, Item::Use(_)));
    for item in items.iter_mut() {
        if let Item::Impl(block) = item
            && block.trait_.is_none()
        {
            block.items.retain_mut(keep_member);
            for member in &mut block.items {
                let ImplItem::Fn(function) = member else {
                    continue;
                };
                let name = function.sig.ident.to_string();
                let operation = operations
                    .iter()
                    .find(|operation| operation.operation_id == name);
                if operation.is_some_and(|operation| operation.operation.deprecated) {
                    let docs = deprecation(operation.and_then(OperationRef::superseded_by));
                    function
                        .attrs
                        .extend(docs.iter().map(|line| parse_quote!(#[doc = #line])));
                }
            }
        }
    }
    items.insert(
        0,
        parse_quote!(
            use partner_center_core::{ClientHooks, ClientInfo};
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

/// Removes `new`, which panics if TLS cannot be set up, and makes `new_with_client` private:
/// clients are constructed by the crate's builder, which applies its settings.
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

/// Returns the last paragraph of a deprecated operation's documentation.
///
/// There is no `#[deprecated]` attribute: the operations still work and may be the only source of
/// their data, so a warning at every use could not be fixed.
fn deprecation(successor: Option<&str>) -> [String; 2] {
    let successor = match successor {
        Some(successor) => format!(" The service names `{successor}` as its successor."),
        None => String::new(),
    };
    [String::new(), format!(" **Deprecated.**{successor}")]
}
