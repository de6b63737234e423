//! An operation, as a command calls it.

use clap::{Arg, ArgMatches};
use partner_center::Operation;

use crate::failure::Failure;
use crate::listing::{Source, Start};

/// An operation, with what it takes to call it from a command line.
pub(crate) struct Endpoint {
    /// Its `operationId`.
    pub(super) id: &'static str,
    /// Whether it filters, groups or sorts.
    pub(super) query: bool,
    /// The flags of one of its parameters.
    pub(super) flags: fn(&str) -> Vec<Arg>,
    /// Columns of a table unless asked for others; empty: all plain fields.
    pub(crate) table: &'static [&'static str],
    /// Whether a table is about one row: a line for each of its values.
    pub(crate) details: bool,
    /// Reads and checks the flags. Nothing is sent.
    pub(crate) prepare: fn(&ArgMatches) -> Result<Prepared, Failure>,
}

/// A request that is fine as far as it can be told before it is sent.
pub(crate) struct Prepared {
    /// Makes the request.
    pub(crate) start: Start,
    /// The columns of grouped rows, where rows are grouped.
    pub(crate) grouped: Option<Vec<&'static str>>,
}

/// One type for the rows of every operation.
pub(super) fn boxed(source: impl Source + 'static) -> Box<dyn Source> {
    Box::new(source)
}

impl Endpoint {
    /// The same, with these columns in a table unless asked for others.
    pub(super) const fn table(mut self, columns: &'static [&'static str]) -> Self {
        self.table = columns;
        self
    }

    /// The same, with all values below each other in a table.
    pub(super) const fn details(mut self) -> Self {
        self.details = true;
        self
    }

    /// What the spec says about it.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        Operation::find(self.id)
    }

    /// Whether it is about one customer.
    pub(super) fn needs_customer(&self) -> bool {
        self.operation()
            .is_some_and(|operation| operation.path.contains("{customer-id}"))
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Endpoint").field(&self.id).finish()
    }
}

// `Client` has one builder type per operation and they share no trait, so the setters
// are called by name.
macro_rules! endpoint {
    ($id:ident, $options:ty, [$($setter:ident),*], $answer:ident) => {
        $crate::reports::endpoint::Endpoint {
            id: stringify!($id),
            query: <$options as $crate::reports::options::Options>::QUERY,
            flags: <$options as $crate::reports::options::Options>::flags,
            table: &[],
            details: false,
            prepare: |matches| {
                use $crate::reports::options::Options;

                let options = <$options>::read(matches)?;
                Ok($crate::reports::endpoint::Prepared {
                    grouped: options.grouped(),
                    start: Box::new(move |client, settings| {
                        // Some operations take nothing of it.
                        let _ = &options;
                        $crate::reports::endpoint::source!(
                            $answer, client, settings, options, $id, [$($setter),*]
                        )
                    }),
                })
            },
        }
    };
}

/// Calls the operation and turns its answer into rows.
macro_rules! source {
    (pages, $client:ident, $settings:ident, $options:ident, $id:ident, $setters:tt) => {{
        let request =
            $crate::reports::endpoint::request!($client, $settings, $options, $id, $setters);
        $crate::reports::endpoint::boxed($crate::listing::Paged::new(request.pages(), $settings))
    }};
    ($answer:ident, $client:ident, $settings:ident, $options:ident, $id:ident, $setters:tt) => {{
        let client = $client.clone();
        $crate::reports::endpoint::boxed($crate::listing::Once::$answer(async move {
            let request =
                $crate::reports::endpoint::request!(client, $settings, $options, $id, $setters);
            request.send().await
        }))
    }};
}

/// A request with everything that was typed.
macro_rules! request {
    ($client:ident, $settings:ident, $options:ident, $id:ident, [$($setter:ident),*]) => {{
        let mut request = $client.$id();
        if let Some(id) = $settings.correlation_id {
            request = request.ms_correlation_id(id);
        }
        $(
            if let Some(value) = $options.$setter {
                request = request.$setter(value);
            }
        )*
        request
    }};
}

pub(crate) use {endpoint, request, source};
