//! Entry points of the fuzz targets that read untrusted text. Not part of the API.

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri};
use partner_center_catalog::OPERATIONS;

use crate::{
    api::{
        body::{CheckedCall, body},
        parameters::{self, Call},
    },
    clock::Clock,
    data::{DataError, DataSet, SyntheticData, files, store::Store},
    generated::responses::RESPONSES,
};

/// Rows of a small made-up partner that queries select from.
pub struct Queries {
    store: Store,
    customer: String,
}

impl fmt::Debug for Queries {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Queries").finish_non_exhaustive()
    }
}

impl Queries {
    /// Generates the rows.
    ///
    /// # Errors
    ///
    /// [`DataError`], which the synthetic data do not have.
    pub fn new() -> Result<Self, DataError> {
        let settings = SyntheticData::new().customers(3).days(3);
        let store = Store::new(&DataSet::synthetic(settings), RESPONSES, Clock::default())?;
        let customer = store.export_first_customer().unwrap_or_default();
        Ok(Self { store, customer })
    }

    /// Returns the body of an operation for a query string and a continuation token, or the
    /// description of the error; `None` if no URI has the query.
    pub fn respond(
        &self,
        operation: usize,
        query: &str,
        token: &str,
    ) -> Option<Result<String, String>> {
        let documented = RESPONSES.get(operation % OPERATIONS.len())?;
        let path = documented
            .operation
            .path
            .replace("{customer-id}", &self.customer);
        let uri: Uri = format!("{path}?{query}").parse().ok()?;
        let mut headers = HeaderMap::new();
        if let Ok(token) = HeaderValue::from_str(token) {
            headers.insert("ms-continuationtoken", token);
        }
        let path = match documented.operation.path.contains('{') {
            true => vec![self.customer.as_str()],
            false => Vec::new(),
        };
        let call = Call {
            path: &path,
            query: uri.query().unwrap_or_default(),
            headers: &headers,
            strict: true,
            is_delegated: true,
        };
        let checked = parameters::check(documented.operation, &call);
        let received = checked.and_then(|parameters| {
            let call = CheckedCall {
                documented,
                parameters,
                uri: &uri,
                headers: &headers,
            };
            body(&self.store, &call)
        });
        Some(match received {
            Ok(body) => Ok(body.unwrap_or_else(|| documented.body.to_owned())),
            Err(error) => Err(error.description().to_owned()),
        })
    }
}

/// Reads a text as the rows of each operation in CSV, JSON and NDJSON. Returns the problems with their
/// lines.
pub fn data_files(text: &[u8]) -> Vec<(usize, String)> {
    let formats = [
        files::Format::Csv,
        files::Format::Json,
        files::Format::Lines,
    ];
    let operations = OPERATIONS.iter().copied();
    let all = operations.flat_map(|operation| formats.map(|format| (operation, format)));
    all.filter_map(|(operation, format)| files::rows(operation, format, text).err())
        .collect()
}
