//! Edits of the client: constructors and imports.

use syn::{Expr, ImplItem, ImplItemFn, Item, Stmt, parse_quote};

use super::arguments::{Argument, Arguments};
use super::docs::escaped;
use crate::generate::GenerateError;
use crate::names::setter;
use crate::spec::{OperationRef, Spec};

/// Edits the items outside the two modules: the client and its operations.
pub(crate) fn client(
    items: &mut Vec<Item>,
    spec: &Spec,
    arguments: &Arguments,
) -> Result<(), GenerateError> {
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
                let Some(operation) = operations
                    .iter()
                    .find(|operation| operation.operation_id == name)
                else {
                    continue;
                };
                let arguments = arguments.get(&name).map_or(&[][..], Vec::as_slice);
                take(function, arguments)?;
                let mut docs = described(operation, arguments);
                if operation.operation.deprecated {
                    docs.extend(deprecation(operation.superseded_by()));
                }
                function
                    .attrs
                    .extend(docs.iter().map(|line| parse_quote!(#[doc = #line])));
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
            #[allow(
                unused_imports,
                reason = "which of these are needed depends on the spec"
            )]
            use super::{builder, types};
        ),
    );
    Ok(())
}

/// Makes an operation take its required parameters.
fn take(function: &mut ImplItemFn, arguments: &[Argument]) -> Result<(), GenerateError> {
    let Some(Stmt::Expr(Expr::Call(new), None)) = function.block.stmts.last_mut() else {
        return Err(GenerateError::UnexpectedOutput(format!(
            "`Client::{}` does not return a builder",
            function.sig.ident
        )));
    };
    for argument in arguments {
        let name = &argument.name;
        new.args.push(parse_quote!(#name));
        function.sig.inputs.push(argument.typed());
    }
    Ok(())
}

/// Returns the documentation of the arguments.
fn described(operation: &OperationRef<'_>, arguments: &[Argument]) -> Vec<String> {
    if arguments.is_empty() {
        return Vec::new();
    }
    let mut lines = ["", " # Arguments", ""].map(str::to_owned).to_vec();
    for argument in arguments {
        let parameter = operation.parameters.iter().find_map(|reference| {
            let data = reference.parameter.parameter_data_ref();
            (setter(&data.name) == argument.name).then_some(data)
        });
        let text = match parameter {
            Some(data) => data.description.as_deref().unwrap_or_default(),
            None => "Body of the request.",
        };
        let name = &argument.name;
        let indent = |(index, line): (usize, &str)| match (index, line) {
            (0, line) => format!(" - `{name}`: {}", escaped(line)),
            (_, "") => String::new(),
            (_, line) => format!("   {}", escaped(line)),
        };
        lines.extend(text.trim_end().lines().enumerate().map(indent));
    }
    lines
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
