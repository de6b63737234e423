//! Typed constants of the fields by which each operation is filtered, grouped and sorted.

use heck::ToPascalCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::catalog::{Field, FieldKind, has_query, row_fields, static_name};
use super::source::rust_file;
use super::{OutputFile, guard};
use crate::names::constant;
use crate::spec::{OperationRef, Spec};

pub(super) fn generate(spec: &Spec, folder: &str) -> OutputFile {
    let operations = spec
        .operations()
        .into_iter()
        .filter(has_query)
        .map(|operation| {
            guard::at("operation", operation.operation_id);
            let mut fields = row_fields(spec, &operation);
            fields.retain(|field| !field.operators.is_empty() || field.group || field.order);
            operation_items(&operation, &fields)
        });
    let file: syn::File = syn::parse_quote! {
        use partner_center_core::query::{Field, QueryOperation, marker};

        use crate::catalog::{Operation, operations};

        #(#operations)*
    };
    OutputFile::new(
        format!("{folder}/fields.rs"),
        rust_file(
            "Fields to filter, group and sort by: a module and a marker type per operation.",
            file.items,
        ),
    )
}

fn operation_items(operation: &OperationRef<'_>, fields: &[Field]) -> TokenStream {
    let id = operation.operation_id;
    let marker = format_ident!("{}", id.to_pascal_case());
    let module = format_ident!("{}", id);
    let description = static_name(id);
    let constants = fields.iter().map(|field| {
        let name = &field.name;
        let constant = format_ident!("{}", constant(name));
        let kind = format_ident!("{}", marker_of(field.kind));
        let operators = format_ident!("{}", operator_set(&field.operators));
        let [group, order] = [field.group, field.order]
            .map(|yes| format_ident!("{}", if yes { "Yes" } else { "No" }));
        let doc = format!(" {}", field_doc(field));
        quote! {
            #[doc = #doc]
            pub const #constant: Field<
                #marker, marker::#kind, marker::#operators, marker::#group, marker::#order
            > = Field::new(#name);
        }
    });
    let marker_doc =
        format!(" The query options of [`{id}`](crate::catalog::operations::{description}).");
    let module_doc = format!(" The fields of [`{id}`](crate::catalog::operations::{description}).");
    quote! {
        #[doc = #marker_doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum #marker {}

        impl QueryOperation for #marker {
            const OPERATION: &'static Operation = &operations::#description;
        }

        #[doc = #module_doc]
        pub mod #module {
            use super::{Field, #marker, marker};

            #(#constants)*
        }
    }
}

/// Returns the marker type of the values of a field.
fn marker_of(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Guid => "Guid",
        FieldKind::Boolean => "Boolean",
        FieldKind::Timestamp => "DateTime",
        FieldKind::Count | FieldKind::Number => "Number",
        FieldKind::Text | FieldKind::Structure => "Text",
    }
}

/// Returns the marker type of a set of operators. The lint checks that the set is supported.
fn operator_set(operators: &[String]) -> &'static str {
    let has = |name: &str| operators.iter().any(|operator| operator == name);
    match (has("gt"), has("contains"), has("eq"), has("ne")) {
        _ if operators.is_empty() => "NotFiltered",
        (true, ..) => "AnyComparison",
        (_, true, true, _) => "ContainsOrEquality",
        (_, true, false, _) => "ContainsOnly",
        (_, _, _, true) => "Equality",
        _ => "EqualOnly",
    }
}

fn field_doc(field: &Field) -> String {
    let mut doc = format!("`{}`: ", field.name);
    if field.operators.is_empty() {
        doc.push_str("takes no filter");
    } else {
        let operators = field.operators.iter();
        let operators: Vec<String> = operators.map(|operator| format!("`{operator}`")).collect();
        doc.push_str(&format!("takes {}", operators.join(", ")));
    }
    match (field.group, field.order) {
        (true, true) => doc.push_str("; to group and sort by"),
        (true, false) => doc.push_str("; to group by"),
        (false, true) => doc.push_str("; to sort by"),
        (false, false) => {}
    }
    doc.push('.');
    doc
}
