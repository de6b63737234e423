//! Generator of the calls of the command line: one function per operation that reads its flags.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::catalog::{Kind, PAGE_SIZES, Parameter, has_query, parameters, static_name};
use super::contract::parameter_type;
use super::runtime_types::response_shape;
use super::source::rust_file;
use super::{GenerateError, OutputFile, guard};
use crate::names::{pascal, setter};
use crate::spec::{OperationRef, Spec};

const FOLDER: &str = "crates/pcenter/src/generated";

/// Parameters without a flag, which the client and the listing send.
const BY_THE_CLIENT: [&str; 5] = [
    "MS-ContinuationToken",
    CORRELATION_ID,
    "MS-RequestId",
    "X-Locale",
    "seekOperation",
];

const CORRELATION_ID: &str = "MS-CorrelationId";

/// Parameter of a path with the id of a customer, who is looked up by name.
const CUSTOMER_ID: &str = "customer-id";

/// Returns the generated files of the command line. `plain` is `spec` in plain terms.
pub(super) fn generate(spec: &Spec, plain: &Spec) -> Result<Vec<OutputFile>, GenerateError> {
    let (mut calls, mut functions) = (Vec::new(), Vec::new());
    for (operation, in_plain) in spec.operations().iter().zip(plain.operations()) {
        guard::at("operation", operation.operation_id);
        let Some(source) = source(plain, &in_plain) else {
            continue;
        };
        let (call, function) = call(spec, operation, plain, &in_plain, source)?;
        calls.push(call);
        functions.push(function);
    }
    let module: syn::File = syn::parse_quote!(
        pub(crate) mod commands;
    );
    let table: syn::File = syn::parse_quote! {
        use partner_center::catalog::operations;
        #[allow(unused_imports, reason = "which of these are needed depends on the spec")]
        use partner_center::{fields, types};

        use crate::failure::Failure;
        #[allow(unused_imports, reason = "which of these are needed depends on the spec")]
        use crate::listing::{Once, Paged};
        use crate::operations::{Call, Given, Prepared, grouped, of_query, plain};

        /// All operations that a command can call.
        pub(crate) static CALLS: &[Call] = &[#(#calls),*];

        #(#functions)*
    };
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("Generated modules of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/commands.rs"),
            rust_file(
                "Calls of all operations, with functions that read the flags.",
                table.items,
            ),
        ),
    ])
}

/// Returns the source of the rows of an operation. `None` for an operation with a request body or
/// without rows, which no command prints.
fn source(plain: &Spec, operation: &OperationRef<'_>) -> Option<TokenStream> {
    if operation.method != "get" || operation.operation.request_body.is_some() {
        return None;
    }
    match (operation.pageable(), response_shape(plain, operation)) {
        (Some(_), _) => Some(quote!(paged)),
        (None, "Collection") => Some(quote!(collection)),
        (None, "Object") => Some(quote!(object)),
        _ => None,
    }
}

/// Returns a row of the table, and the function that it refers to.
fn call(
    spec: &Spec,
    operation: &OperationRef<'_>,
    plain: &Spec,
    in_plain: &OperationRef<'_>,
    source: TokenStream,
) -> Result<(TokenStream, TokenStream), GenerateError> {
    let name = static_name(operation.operation_id);
    let function = format_ident!("{}", operation.operation_id);
    let marker = has_query(operation).then(|| {
        let marker = format_ident!("{}", pascal(operation.operation_id));
        quote!(fields::#marker)
    });
    let parameters = parameters(spec, operation)?;
    let correlated = parameters.iter().any(|one| one.name == CORRELATION_ID);
    let (mut names, mut values, mut setters) = (Vec::new(), Vec::new(), Vec::new());
    let mut columns = quote!(None);
    if correlated {
        let setter = setter(CORRELATION_ID);
        setters.push(quote! {
            if let Some(value) = settings.correlation_id {
                request = request.#setter(value);
            }
        });
    }
    let arguments = operation.arguments();
    let groups = parameters
        .iter()
        .any(|one| one.kind == Kind::Plain("GroupBy"));
    for (parameter, reference) in parameters.iter().zip(&in_plain.parameters) {
        let wire = &parameter.name;
        if BY_THE_CLIENT.contains(&wire.as_str()) {
            continue;
        }
        names.push(quote!(#wire));
        // The aggregation level is sent together with the grouping.
        if groups && wire == "aggregationLevel" {
            continue;
        }
        let setter = setter(wire);
        let value = value(plain, parameter, reference.parameter, marker.as_ref());
        if wire == CUSTOMER_ID {
            values.push(quote!(let #setter = given.customer()?;));
            continue;
        }
        if arguments.contains(&wire.as_str()) {
            values.push(quote!(let #setter = given.required(#wire, #value)?;));
            continue;
        }
        values.push(quote!(let #setter = #value;));
        if parameter.kind == Kind::Plain("GroupBy") {
            columns = quote!(#setter.as_ref().map(grouped));
        }
        setters.push(quote! {
            if let Some(value) = #setter {
                request = request.#setter(value);
            }
        });
    }
    let flags = match &marker {
        Some(marker) => quote!(of_query::<#marker>),
        None => quote!(plain),
    };
    let row = quote! {
        Call {
            operation: &operations::#name,
            parameters: &[#(#names),*],
            flags: #flags,
            prepare: #function,
        }
    };
    let arguments = arguments.iter().map(|name| setter(name));
    let request = quote! {
        #[allow(unused_mut, reason = "not every operation has parameters")]
        let mut request = client.#function(#(#arguments),*);
        #(#setters)*
    };
    let start = match source.to_string().as_str() {
        "paged" => quote! {
            #request
            Box::new(Paged::new(request.pages(), settings))
        },
        _ => quote! {
            let client = client.clone();
            Box::new(Once::#source(async move {
                #request
                request.send().await
            }))
        },
    };
    let given = match values.is_empty() {
        true => quote!(_),
        false => quote!(given),
    };
    let function = quote! {
        fn #function(#given: &Given<'_>) -> Result<Prepared, Failure> {
            #(#values)*
            Ok(Prepared {
                grouped: #columns,
                start: Box::new(move |client, settings| {
                    #start
                }),
            })
        }
    };
    Ok((row, function))
}

/// Returns the expression that reads a parameter from the flags.
fn value(
    plain: &Spec,
    parameter: &Parameter,
    declared: &openapiv3::Parameter,
    marker: Option<&TokenStream>,
) -> TokenStream {
    let name = &parameter.name;
    let (ty, _) = parameter_type(plain, declared);
    let of_type = |ty: TokenStream| match parameter.repeatable {
        true => quote!(given.values::<#ty>(#name)),
        false => quote!(given.value::<#ty>(#name)),
    };
    match &parameter.kind {
        Kind::Integer { .. } if PAGE_SIZES.contains(&name.to_ascii_lowercase().as_str()) => {
            quote!(given.page_size(#name))
        }
        Kind::Integer { .. } => of_type(quote!(u64)),
        Kind::Enumeration(_) if parameter.repeatable => {
            quote!(given.words(#name).map(|words: #ty| words))
        }
        Kind::Enumeration(_) => quote!(given.word::<#ty>(#name)),
        Kind::Plain("Number") => of_type(quote!(f64)),
        Kind::Plain("Boolean") => of_type(quote!(bool)),
        Kind::Plain("Guid") => of_type(quote!(::uuid::Uuid)),
        Kind::Plain("Timestamp") => of_type(quote!(partner_center::Timestamp)),
        Kind::Plain("Locale") => of_type(quote!(partner_center::Locale)),
        Kind::Plain("CustomerFilter") => quote!(given.customer_filter()),
        Kind::Plain("Filter") => {
            quote!(given.filter::<#marker>(#name)?)
        }
        Kind::Plain("OrderBy") => {
            quote!(given.value::<partner_center::query::OrderBy<#marker>>(#name))
        }
        Kind::Plain("GroupBy") => quote!(given.group_by::<#marker>(#name)?),
        Kind::Plain(_) => of_type(quote!(String)),
    }
}
