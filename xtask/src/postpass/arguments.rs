//! Required parameters as arguments: without them a request builder cannot be created.

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::quote;
use syn::{Expr, FnArg, GenericArgument, ImplItem, ImplItemFn, ItemImpl, Stmt, Type, parse_quote};

use crate::generate::GenerateError;
use crate::names::setter;
use crate::spec::OperationRef;

/// Arguments of all operations, by operation id.
pub(crate) type Arguments = HashMap<String, Vec<Argument>>;

/// Required parameter of an operation.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(super) name: Ident,
    ty: Type,
}

impl Argument {
    /// Returns the argument with its type, as part of a signature.
    pub(super) fn typed(&self) -> FnArg {
        let Self { name, ty } = self;
        parse_quote!(
            #name: impl ::std::convert::TryInto<#ty, Error: Into<::partner_center_core::BoxError>>
        )
    }

    fn converted(&self) -> Expr {
        let name = &self.name;
        let error = conversion_error(&name.to_string(), &self.ty);
        parse_quote!(#name.try_into().map_err(#error))
    }
}

/// Returns a closure that makes the error of a parameter from that of its conversion.
pub(super) fn conversion_error(parameter: &str, ty: &Type) -> Expr {
    let guid: Type = parse_quote!(::uuid::Uuid);
    match *ty == guid {
        true => parse_quote!(|error| InvalidRequest::guid(#parameter, error)),
        false => parse_quote!(|error| InvalidRequest::parameter(#parameter, error)),
    }
}

/// Replaces the setters of required parameters by arguments of `new`, which are returned.
pub(super) fn arguments(
    block: &mut ItemImpl,
    operation: &OperationRef<'_>,
) -> Result<Vec<Argument>, GenerateError> {
    let unexpected = |what: String| {
        GenerateError::UnexpectedOutput(format!(
            "the builder of `{}` {what}",
            operation.operation_id
        ))
    };
    let mut arguments = Vec::new();
    for name in operation.arguments().iter().map(|name| setter(name)) {
        let setter = remove_method(block, &name);
        let ty = setter
            .and_then(|setter| converted_type(&setter))
            .ok_or_else(|| unexpected(format!("has no setter of `{name}`")))?;
        arguments.push(Argument { name, ty });
    }
    let new = block.items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "new" => Some(function),
        _ => None,
    });
    let new = new.ok_or_else(|| unexpected("has no `new`".to_owned()))?;
    new.sig.inputs.extend(arguments.iter().map(Argument::typed));
    let Some(Stmt::Expr(Expr::Struct(value), None)) = new.block.stmts.last_mut() else {
        return Err(unexpected("is not created by an expression".to_owned()));
    };
    for field in &mut value.fields {
        let given = arguments
            .iter()
            .find(|argument| field.member == syn::Member::Named(argument.name.clone()));
        match given {
            Some(argument) => field.expr = argument.converted(),
            None if is_missing(&field.expr) => {
                let member = &field.member;
                return Err(unexpected(format!("requires `{}`", quote!(#member))));
            }
            None => {}
        }
    }
    // A body that is an object has a second setter.
    remove_method(block, &setter("body_map"));
    Ok(arguments)
}

/// Returns whether a field of a new builder waits for its setter.
fn is_missing(value: &Expr) -> bool {
    quote!(#value).to_string().contains("was not initialized")
}

fn remove_method(block: &mut ItemImpl, name: &Ident) -> Option<ImplItemFn> {
    let at = block
        .items
        .iter()
        .position(|item| matches!(item, ImplItem::Fn(function) if function.sig.ident == *name))?;
    match block.items.remove(at) {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    }
}

/// Returns `T` of a setter whose first bound is `V: TryInto<T>`.
pub(super) fn converted_type(setter: &ImplItemFn) -> Option<Type> {
    let clause = setter.sig.generics.where_clause.as_ref()?;
    let syn::WherePredicate::Type(bounded) = clause.predicates.first()? else {
        return None;
    };
    let syn::TypeParamBound::Trait(bound) = bounded.bounds.first()? else {
        return None;
    };
    let conversion = bound.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(types) = &conversion.arguments else {
        return None;
    };
    match types.args.first()? {
        GenericArgument::Type(ty) if conversion.ident == "TryInto" => Some(ty.clone()),
        _ => None,
    }
}
