//! Typed query options: `filter`, `groupby` and `orderby` accept only the fields of their
//! operation, and the aggregation level is set together with its grouping (T34).

use quote::format_ident;
use syn::{ImplItem, ImplItemFn, Item, Type, parse_quote};

use super::arguments::conversion_error;
use crate::generate::catalog::names;
use crate::spec::{OperationRef, Spec};

/// Retypes the setters of one builder.
pub(super) fn queries(block: &mut syn::ItemImpl, operation: &OperationRef<'_>) {
    let marker = format_ident!("{}", heck::AsPascalCase(operation.operation_id).to_string());
    let has_filter = operation.extension("x-filter-fields").is_some();
    let has_group = !names(operation, "x-group-fields").is_empty();
    let has_order = !names(operation, "x-order-fields").is_empty();
    let has_level = block
        .items
        .iter()
        .any(|item| is_method(item, "aggregation_level"));
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        match function.sig.ident.to_string().as_str() {
            "filter" if has_filter => retype(
                function,
                &parse_quote!(::partner_center_core::query::Filter<super::fields::#marker>),
            ),
            "orderby" if has_order => retype(
                function,
                &parse_quote!(::partner_center_core::query::OrderBy<super::fields::#marker>),
            ),
            "groupby" if has_group => {
                let ty =
                    parse_quote!(::partner_center_core::query::GroupBy<super::fields::#marker>);
                retype(function, &ty);
                if has_level {
                    function.block = parse_quote!({
                        match value.try_into() {
                            Ok(grouping) => {
                                self.aggregation_level = Ok(grouping.aggregation_level());
                                self.groupby = Ok(Some(grouping.fields_text()));
                            }
                            Err(error) => {
                                self.groupby = Err(InvalidRequest::parameter("groupby", error));
                            }
                        }
                        self
                    });
                }
            }
            _ => {}
        }
    }
    if has_group {
        block
            .items
            .retain(|item| !is_method(item, "aggregation_level"));
    }
}

fn is_method(item: &ImplItem, name: &str) -> bool {
    matches!(item, ImplItem::Fn(function) if function.sig.ident == name)
}

/// Makes the setter of a text accept values that convert to this type, and store their text.
fn retype(function: &mut ImplItemFn, ty: &Type) {
    let name = function.sig.ident.clone();
    let error = conversion_error(&name.to_string(), ty);
    if let Some(clause) = &mut function.sig.generics.where_clause {
        *clause = parse_quote!(
            where
                V: std::convert::TryInto<#ty>,
                V::Error: Into<::partner_center_core::BoxError>
        );
    }
    function.block = parse_quote!({
        self.#name = value
            .try_into()
            .map(|value| Some(value.to_string()))
            .map_err(#error);
        self
    });
}

/// Returns the builders with their operations.
pub(super) fn builders<'i>(
    items: &'i mut [Item],
    spec: &'i Spec,
) -> impl Iterator<Item = (&'i mut syn::ItemImpl, OperationRef<'i>)> {
    let operations = spec.operations();
    items.iter_mut().filter_map(move |item| {
        let Item::Impl(block) = item else { return None };
        let Type::Path(builder) = &*block.self_ty else {
            return None;
        };
        let builder = builder.path.segments.last()?.ident.to_string();
        let operation = operations
            .iter()
            .find(|operation| heck::AsPascalCase(operation.operation_id).to_string() == builder)?;
        Some((block, operation.clone()))
    })
}
