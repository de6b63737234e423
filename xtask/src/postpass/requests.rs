//! Edits of the request builders: one error type, no dead arms, conversion errors with a reason.

use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Expr, ExprMatch, GenericArgument, ImplItem, Item, ItemImpl, PathArguments, Stmt, Type,
    parse_quote,
};

use super::arguments::{Arguments, arguments, conversion_error, converted_type};
use super::docs::escaped;
use super::paging::paging;
use super::queries::{builders, queries};
use crate::generate::catalog::static_name;
use crate::generate::{GenerateError, guard};
use crate::names::snake;
use crate::spec::{OperationRef, Spec};

/// Edits the items of the module `builder`; returns the arguments of the operations.
pub(crate) fn requests(items: &mut Vec<Item>, spec: &Spec) -> Result<Arguments, GenerateError> {
    items.retain(|item| !matches!(item, Item::Use(_)));
    let mut edit = Requests::default();
    for item in items.iter_mut() {
        edit.visit_item_mut(item);
    }
    let mut all = Arguments::new();
    for (block, operation) in builders(items, spec) {
        guard::at("operation", operation.operation_id);
        let required = arguments(block, &operation)?;
        all.insert(operation.operation_id.to_owned(), required);
        queries(block, &operation);
        paging(block, &operation)?;
        document(block, &operation);
    }
    if edit.matches == 0 || [edit.headers, edit.operations] != [edit.matches; 2] {
        return Err(GenerateError::UnexpectedOutput(format!(
            "{} matches on the status, {} `api-version` headers and {} operation ids",
            edit.matches, edit.headers, edit.operations
        )));
    }
    *items = items.drain(..).flat_map(without_values).collect();
    let imports: syn::File = parse_quote! {
        #[allow(unused_imports, reason = "which of these are needed depends on the spec")]
        use partner_center_core::{
            ClientHooks, Error, InvalidRequest, OperationInfo, ResponseValue, encode_path,
        };

        #[allow(unused_imports, reason = "which of these are needed depends on the spec")]
        use super::types;
    };
    items.splice(0..0, imports.items);
    Ok(all)
}

/// Marks a builder as `must_use`, and replaces its `Debug` with one that omits the parameters, because a filter may
/// contain names of customers.
fn without_values(mut item: Item) -> Vec<Item> {
    let Item::Struct(builder) = &mut item else {
        return vec![item];
    };
    for attribute in &mut builder.attrs {
        if attribute.path().is_ident("derive") {
            *attribute = parse_quote!(#[derive(Clone)]);
        }
    }
    builder
        .attrs
        .push(parse_quote!(#[must_use = "a request builder does nothing until it is sent"]));
    let name = &builder.ident;
    let (generics, arguments, bounds) = builder.generics.split_for_impl();
    let debug = parse_quote! {
        impl #generics ::std::fmt::Debug for #name #arguments #bounds {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!(#name)).finish_non_exhaustive()
            }
        }
    };
    vec![item, debug]
}

/// Documents every method of a builder with the descriptions of the spec.
fn document(block: &mut ItemImpl, operation: &OperationRef<'_>) {
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else {
            continue;
        };
        let name = function.sig.ident.to_string();
        let mut lines = Vec::new();
        match name.as_str() {
            "pages" | "items" | "collect_all" | "request" => {}
            "new" => lines.push(format!(
                "Returns a request builder, like `Client::{}`.",
                operation.operation_id
            )),
            "send" => lines.extend(
                [
                    "",
                    "# Errors",
                    "",
                    "Returns an [`Error`] if the request is rejected before sending, no token or response",
                ]
                .into_iter()
                .chain(["is obtained, the service rejects the call, or the response is not as documented."])
                .map(str::to_owned),
            ),
            _ => {
                let parameters = operation
                    .parameters
                    .iter()
                    .map(|p| p.parameter.parameter_data_ref());
                for data in parameters.filter(|data| snake(&data.name) == name) {
                    lines.push(format!("Sets `{}`.", data.name));
                    lines.push(String::new());
                    lines.extend(
                        data.description
                            .iter()
                            .flat_map(|text| text.lines())
                            .map(escaped),
                    );
                    if data.deprecated == Some(true) {
                        lines.extend([String::new(), "**Deprecated.**".to_owned()]);
                    }
                }
            }
        }
        function
            .attrs
            .extend(lines.into_iter().map(|line| -> syn::Attribute {
                let line = if line.is_empty() {
                    line
                } else {
                    format!(" {line}")
                };
                parse_quote!(#[doc = #line])
            }));
    }
}

#[derive(Default)]
struct Requests {
    matches: usize,
    headers: usize,
    operations: usize,
}

impl VisitMut for Requests {
    /// Replaces `Error<E>` with `Error`, because every error body has the same type.
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if let [only] = path.segments.iter_mut().collect::<Vec<_>>().as_mut_slice()
            && only.ident == "Error"
        {
            only.arguments = PathArguments::None;
        }
    }

    /// Makes builders keep the error of a conversion, and a request body as it is sent.
    fn visit_field_mut(&mut self, field: &mut syn::Field) {
        visit_mut::visit_field_mut(self, field);
        let Type::Path(ty) = &mut field.ty else {
            return;
        };
        if let Some(segment) = ty.path.segments.last_mut()
            && segment.ident == "Result"
            && let PathArguments::AngleBracketed(types) = &mut segment.arguments
            && let [GenericArgument::Type(value), GenericArgument::Type(error)] =
                types.args.iter_mut().collect::<Vec<_>>().as_mut_slice()
        {
            if let Type::Path(value) = value
                && value
                    .path
                    .segments
                    .iter()
                    .any(|segment| segment.ident == "builder")
            {
                let name = value.path.segments.last();
                *value = parse_quote!(types::#name);
            }
            *error = parse_quote!(InvalidRequest);
        }
    }

    /// Removes the conversion of a request body, which [`visit_field_mut`](Self::visit_field_mut)
    /// makes unnecessary.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let body: Expr = parse_quote!(body);
        if let Expr::MethodCall(call) = expr
            && call.method == "and_then"
            && *call.receiver == body
        {
            *expr = body;
        }
    }

    /// Makes the conversion of `?` explicit, because not every error of the HTTP client is an invalid
    /// request.
    fn visit_expr_try_mut(&mut self, expr: &mut syn::ExprTry) {
        visit_mut::visit_expr_try_mut(self, expr);
        let Expr::MethodCall(call) = &*expr.expr else {
            return;
        };
        let convert: Expr = match call.method.to_string().as_str() {
            "build" => parse_quote!(Error::not_built),
            "try_into" => parse_quote!(Error::not_a_header),
            _ => return,
        };
        let fallible = &expr.expr;
        *expr.expr = parse_quote!(#fallible.map_err(#convert));
    }

    /// Replaces the id of the operation with its catalog entry.
    fn visit_expr_struct_mut(&mut self, expr: &mut syn::ExprStruct) {
        visit_mut::visit_expr_struct_mut(self, expr);
        if !expr.path.is_ident("OperationInfo") {
            return;
        }
        if let Some(syn::FieldValue {
            expr:
                Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(id),
                    ..
                }),
            ..
        }) = expr.fields.first()
        {
            let name = static_name(&id.value());
            *expr = parse_quote!(OperationInfo {
                operation: &crate::catalog::operations::#name
            });
            self.operations += 1;
        }
    }

    /// Keeps the arms for success; every other status becomes the common error type.
    fn visit_expr_match_mut(&mut self, expr: &mut ExprMatch) {
        visit_mut::visit_expr_match_mut(self, expr);
        let status: Expr = parse_quote!(response.status().as_u16());
        if *expr.expr == status {
            self.matches += 1;
            expr.arms.retain(|arm| !is_error_arm(arm));
            expr.arms
                .push(parse_quote!(_ => Err(Error::from_response(response)),));
        }
    }

    /// Removes the header `api-version`, which this service does not support, and writes the query
    /// into the URL.
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        visit_mut::visit_block_mut(self, block);
        write_queries(block);
        let before = block.stmts.len();
        block.stmts.retain(|statement| !adds_api_version(statement));
        self.headers += before - block.stmts.len();
        // Without header parameters there are no statements that append headers.
        let text = quote::quote!(#block).to_string();
        if !text.contains("header_map . append") {
            for statement in &mut block.stmts {
                if let Stmt::Local(local) = statement
                    && let syn::Pat::Ident(pattern) = &mut local.pat
                    && pattern.ident == "header_map"
                {
                    pattern.mutability = None;
                }
            }
        }
    }

    /// Makes setters keep the error of a failed conversion.
    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        visit_mut::visit_impl_item_fn_mut(self, function);
        let Some(ty) = converted_type(function) else {
            return;
        };
        let mut edit = ConversionError {
            closure: conversion_error(&function.sig.ident.to_string(), &ty),
            edited: false,
        };
        edit.visit_block_mut(&mut function.block);
        if edit.edited
            && let Some(clause) = &mut function.sig.generics.where_clause
        {
            clause
                .predicates
                .push(parse_quote!(V::Error: Into<::partner_center_core::BoxError>));
        }
    }
}

/// Replaces the calls of `query` of a request by a statement before it that adds the parameters to
/// the URL, with the encoding that the service reads.
fn write_queries(block: &mut syn::Block) {
    let Some((position, parameters)) =
        block
            .stmts
            .iter_mut()
            .enumerate()
            .find_map(|(position, statement)| {
                let mut queries = Queries::default();
                if let Stmt::Local(local) = statement
                    && let syn::Pat::Ident(pattern) = &local.pat
                    && pattern.ident == "request"
                {
                    queries.visit_local_mut(local);
                }
                (!queries.0.is_empty()).then_some((position, queries.0))
            })
    else {
        return;
    };
    let calls = parameters
        .iter()
        .map(|arguments| quote::quote!(.with(#arguments)?));
    let url = parse_quote! {
        let url = ::partner_center_core::UrlWithQuery::new(url) #(#calls)* .into_url();
    };
    block.stmts.insert(position, url);
}

/// Removes `.query(&QueryParam::new(name, &value))` and keeps the arguments, in order.
#[derive(Default)]
struct Queries(Vec<syn::punctuated::Punctuated<Expr, syn::Token![,]>>);

impl VisitMut for Queries {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // The receiver of a call is the earlier parameter.
        visit_mut::visit_expr_mut(self, expr);
        let Expr::MethodCall(call) = expr else {
            return;
        };
        if call.method == "query"
            && let Some(Expr::Reference(parameter)) = call.args.first()
            && let Expr::Call(new) = &*parameter.expr
        {
            let mut arguments = new.args.clone();
            arguments.pop_punct();
            self.0.push(arguments);
            *expr = (*call.receiver).clone();
        }
    }
}

fn is_error_arm(arm: &Arm) -> bool {
    fn is_err(expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => {
                matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Err"))
            }
            Expr::Block(block) => match block.block.stmts.as_slice() {
                [Stmt::Expr(expr, None)] => is_err(expr),
                _ => false,
            },
            _ => false,
        }
    }
    is_err(&arm.body)
}

fn adds_api_version(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(call), _) = statement else {
        return false;
    };
    let name: Expr = parse_quote!(::reqwest::header::HeaderName::from_static("api-version"));
    call.method == "append" && call.args.first() == Some(&name)
}

/// Replaces `.map_err(|_| "conversion to .. failed".to_string())` with one that keeps the error.
struct ConversionError {
    closure: Expr,
    edited: bool,
}

impl VisitMut for ConversionError {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        let wild: syn::Pat = parse_quote!(_);
        if call.method == "map_err"
            && let Some(closure) = call.args.first_mut()
            && matches!(closure, Expr::Closure(closure) if closure.inputs.first() == Some(&wild))
        {
            *closure = self.closure.clone();
            self.edited = true;
        }
    }
}
