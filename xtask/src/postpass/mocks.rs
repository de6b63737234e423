//! Edits of the mocks: lists in the query, and any text in the path.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, File, ImplItemFn, parse_quote};

/// progenitor calls `to_string` on every value, which lists do not have: an edited mock expects
/// the name once per item. progenitor also inserts path values unescaped into a regular
/// expression; an edited mock encodes them like the client.
pub(crate) fn mocks(file: &mut File) {
    Lists { inside: false }.visit_file_mut(file);
}

struct Lists {
    /// `true` while editing a method that takes a list.
    inside: bool,
}

impl VisitMut for Lists {
    fn visit_impl_item_fn_mut(&mut self, function: &mut ImplItemFn) {
        let signature = &function.sig;
        let text = quote::quote!(#signature).to_string();
        self.inside = text.contains(":: vec :: Vec <");
        visit_mut::visit_impl_item_fn_mut(self, function);
        self.inside = false;
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let arguments = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        let value: Expr = parse_quote!(value.to_string());
        if call.path.is_ident("format")
            && let Ok(arguments) = call.parse_body_with(arguments)
            && let Some(pattern) = arguments.first()
            && arguments.iter().nth(1) == Some(&value)
        {
            call.tokens = quote::quote!(
                #pattern,
                regex::escape(&::partner_center_core::encode_path(&#value))
            );
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(ExprMethodCall { method, args, .. }) = expr
            && self.inside
            && method == "query_param"
            && let Some(name) = args.first()
        {
            *expr = parse_quote!(
                value
                    .iter()
                    .fold(self.0, |when, value| when.query_param(#name, value.to_string()))
            );
        }
    }
}
