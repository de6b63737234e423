//! Methods of listings in addition to `send`: `pages`, `items` and `collect_all`.

use syn::{ImplItem, ImplItemFn, ItemImpl, Stmt, Type, parse_quote};

use crate::generate::GenerateError;
use crate::generate::catalog::static_name;
use crate::spec::OperationRef;

/// Splits `send` of a pageable operation into building and sending the request, and adds the
/// methods that read all pages.
pub(super) fn paging(
    block: &mut ItemImpl,
    operation: &OperationRef<'_>,
) -> Result<(), GenerateError> {
    if operation.pageable().is_none() {
        return Ok(());
    }
    let unexpected = |what: &str| {
        GenerateError::UnexpectedOutput(format!("`send` of `{}` {what}", operation.operation_id))
    };
    let Some(send) = block.items.iter_mut().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "send" => Some(function),
        _ => None,
    }) else {
        return Ok(());
    };
    let envelope = envelope(send).ok_or_else(|| unexpected("has no envelope in its response"))?;
    let row = first_argument(&envelope).ok_or_else(|| unexpected("has an envelope of no rows"))?;
    let at = send
        .block
        .stmts
        .iter()
        .position(|statement| binds(statement, "info"))
        .ok_or_else(|| unexpected("builds no request"))?;
    let rest = send.block.stmts.split_off(at);
    let mut build = std::mem::replace(&mut send.block.stmts, rest);
    build.push(parse_quote!(return Ok((client, request));));
    send.block.stmts.insert(
        0,
        parse_quote!(let (client, mut request) = self.request()?;),
    );

    let name = static_name(operation.operation_id);
    let methods: ItemImpl = parse_quote! {
        impl X {
            /// Returns a `Stream` of all pages of the listing. It follows next links and fetches
            /// the next page while the current one is used.
            pub fn pages(self) -> ::partner_center_core::paging::Pages<#envelope> {
                match self.request() {
                    Ok((client, request)) => ::partner_center_core::paging::Pages::new(
                        client,
                        request,
                        &crate::catalog::operations::#name,
                        ::partner_center_core::paging::PagingOptions::new(),
                    ),
                    Err(error) => ::partner_center_core::paging::Pages::refused(
                        error,
                        &crate::catalog::operations::#name,
                    ),
                }
            }

            /// Returns a `Stream` of all rows of the listing.
            pub fn items(self) -> ::partner_center_core::paging::Items<#envelope> {
                self.pages().items()
            }

            /// Reads all rows of the listing, with a report of its completeness.
            ///
            /// # Errors
            ///
            /// Returns an error if a page cannot be read; the error has the rows of the pages
            /// before it and the place to resume from.
            pub async fn collect_all(
                self,
            ) -> Result<
                ::partner_center_core::paging::Collected<#row>,
                ::partner_center_core::paging::CollectError<#row>,
            > {
                self.pages().collect_all().await
            }

            #[allow(clippy::needless_return, unused_mut)]
            fn request(self) -> Result<(&'a super::Client, ::reqwest::Request), Error> {
                #(#build)*
            }
        }
    };
    block.items.extend(methods.items);
    Ok(())
}

fn binds(statement: &Stmt, name: &str) -> bool {
    matches!(statement, Stmt::Local(local)
        if matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == name))
}

/// Returns `E` of `Result<ResponseValue<E>, Error>`.
fn envelope(send: &ImplItemFn) -> Option<Type> {
    let syn::ReturnType::Type(_, result) = &send.sig.output else {
        return None;
    };
    first_argument(&first_argument(result)?)
}

fn first_argument(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}
