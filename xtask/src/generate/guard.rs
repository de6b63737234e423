//! Conversion of generator panics to errors with a place.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use openapiv3::{OpenAPI, ReferenceOr};
use progenitor_impl::Generator;

use super::GenerateError;
use super::runtime_types::Prepared;
use crate::spec::Spec;

thread_local! {
    /// Operation or component currently being generated.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Records the current operation or component for the message of a panic.
pub(crate) fn at(kind: &str, name: &str) {
    PLACE.with_borrow_mut(|place| *place = format!("{kind} `{name}`"));
}

/// Runs the generator; a panic becomes an error with its place.
pub(super) fn guarded<T>(
    work: impl FnOnce() -> Result<T, GenerateError>,
) -> Result<T, GenerateError> {
    // The panic hook is global to the process; it stays installed and is silent only for
    // threads inside `guarded`.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                hook(panic);
            }
        }));
    });
    PLACE.with_borrow_mut(String::clear);
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    result.unwrap_or_else(|panic| {
        Err(GenerateError::Panic {
            place: PLACE.with_borrow(|place| match place.as_str() {
                "" => "the document".to_owned(),
                place => place.to_owned(),
            }),
            message: message(panic.as_ref()),
        })
    })
}

/// Runs progenitor over the whole document. Its panics have no place, so after a panic it runs on
/// reduced documents to find the operation or component, inside [`guarded`].
pub(super) fn progenitor<T>(
    spec: &Spec,
    prepared: &Prepared,
    work: impl Fn(&mut Generator, &OpenAPI) -> progenitor_impl::Result<T>,
) -> Result<T, GenerateError> {
    PLACE.with_borrow_mut(String::clear);
    let run = |document: &OpenAPI| {
        let mut generator = Generator::new(&prepared.settings);
        catch_unwind(AssertUnwindSafe(|| work(&mut generator, document)))
    };
    match run(&prepared.document) {
        Ok(result) => Ok(result?),
        Err(panic) => Err(GenerateError::Panic {
            place: culprit(spec, prepared, |document| run(document).is_err()),
            message: message(panic.as_ref()),
        }),
    }
}

/// Returns the component whose removal prevents the panic, or the operation that panics alone.
fn culprit(spec: &Spec, prepared: &Prepared, panics: impl Fn(&OpenAPI) -> bool) -> String {
    let mut types = prepared.document.clone();
    types.paths.paths.clear();
    if panics(&types) {
        let names = spec.keys_at("/components/schemas");
        for name in names {
            let schemas = types
                .components
                .as_mut()
                .map(|components| &mut components.schemas);
            if let Some(schema) = schemas.and_then(|schemas| schemas.get_mut(name)) {
                *schema = ReferenceOr::Item(super::plain::anything());
            }
            if !panics(&types) {
                return format!("component `{name}`");
            }
        }
        return "the components".to_owned();
    }
    for operation in spec.operations() {
        let mut only = prepared.document.clone();
        only.paths.paths.retain(|path, _| path == operation.path);
        for item in only.paths.paths.values_mut() {
            if let ReferenceOr::Item(item) = item {
                for (method, other) in [
                    ("get", &mut item.get),
                    ("put", &mut item.put),
                    ("post", &mut item.post),
                    ("delete", &mut item.delete),
                    ("patch", &mut item.patch),
                ] {
                    if method != operation.method {
                        *other = None;
                    }
                }
            }
        }
        if panics(&only) {
            return format!("operation `{}`", operation.operation_id);
        }
    }
    "the document".to_owned()
}

/// Returns the first line of a panic message.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("without a message");
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_place() {
        let error = guarded::<()>(|| {
            at("operation", "searches");
            panic!("no such name\nsecond line")
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the generator panicked at operation `searches`: no such name; `cargo xtask lint` \
             should have caught this: please add a rule"
        );
        let error = guarded::<()>(|| panic!("{}", 1)).unwrap_err();
        assert!(error.to_string().contains("at the document: 1;"), "{error}");
        assert_eq!(guarded(|| Ok(7)).unwrap(), 7);
    }

    /// The documents violate lint rules and are passed to the generator nevertheless.
    #[test]
    fn a_panic_of_progenitor_names_the_operation_or_component() {
        let document = |operations: &str, schemas: &str| {
            let text = format!(
                "openapi: 3.0.3
info: {{ title: t, version: v1 }}
paths:
  /v1/fine: {{ get: {{ operationId: fine, responses: {{ '200': {{ description: d }} }} }} }}
{operations}
components:
  schemas:
    Fine: {{ type: object, properties: {{ id: {{ type: string }} }} }}
    {schemas}
"
            );
            super::super::generate_apart(&Spec::parse("t.yaml", text).unwrap())
                .unwrap_err()
                .to_string()
        };
        let error = document(
            "  /v1/{id}: { get: { operationId: without_id, responses: { '200': { description: d } } } }",
            "",
        );
        assert!(
            error.contains("panicked at operation `without_id`: "),
            "{error}"
        );
        let error = document("", "Signs: { type: string, enum: ['+', '-'] }");
        assert!(error.contains("panicked at component `Signs`: "), "{error}");
        let twice = document("", "Twice: { type: string, x-extensible-enum: [a, A] }");
        assert!(twice.contains("two values of `Twice`"), "{twice}");
    }
}
