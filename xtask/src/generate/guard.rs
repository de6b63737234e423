//! Panics of the generator as errors that say where they happened.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use openapiv3::{OpenAPI, ReferenceOr};
use progenitor_impl::Generator;

use super::GenerateError;
use super::runtime_types::Prepared;
use crate::spec::Spec;

thread_local! {
    /// What is worked on at the moment.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes what is worked on from here, for the message of a panic.
pub(crate) fn at(kind: &str, name: &str) {
    PLACE.with_borrow_mut(|place| *place = format!("{kind} `{name}`"));
}

/// Runs the whole of the generator; a panic anywhere becomes an error with its place.
pub(super) fn guarded<T>(
    work: impl FnOnce() -> Result<T, GenerateError>,
) -> Result<T, GenerateError> {
    // The hook belongs to the process: one at a time.
    static QUIET: Mutex<()> = Mutex::new(());
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    PLACE.with_borrow_mut(String::clear);
    let result = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
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

/// Runs progenitor over the whole document. It does not say where it panics: then it is given
/// one operation and one component after the other, within [`guarded`] all the same.
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

/// The operation or component without which the document does no harm.
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

/// The first line of what a panic says.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("without a message");
    text.lines().next().unwrap_or_default().to_owned()
}
