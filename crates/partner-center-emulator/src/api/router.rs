//! Routing from method and path to an operation.

use http::Method;

use crate::api::documented::DocumentedResponse;

/// Result of routing a method and a path.
#[derive(Debug)]
pub(crate) enum Route<'a> {
    /// Operation with the values of its path parameters, in order.
    Found {
        documented: &'static DocumentedResponse,
        parameters: Vec<&'a str>,
    },
    /// The path exists, but not with this method.
    MethodNotAllowed {
        /// Supported methods in the format of the `Allow` header.
        allow: String,
    },
    /// No operation has this path.
    NotFound,
}

/// Finds the operation of a request. `HEAD` is served as `GET` (RFC 9110, 9.3.2).
///
/// The path is case-insensitive ([T16](partner_center_catalog::deviations#t16)); a trailing slash
/// is significant. If several templates match, the one with the fewest parameters wins.
pub(crate) fn find<'a>(
    responses: &'static [DocumentedResponse],
    method: &Method,
    path: &'a str,
) -> Route<'a> {
    let mut matches: Vec<_> = responses
        .iter()
        .filter_map(|documented| {
            let values = parameters(documented.operation.path, path)?;
            Some((documented, values))
        })
        .collect();
    let Some(fewest) = matches.iter().map(|(_, values)| values.len()).min() else {
        return Route::NotFound;
    };
    matches.retain(|(_, values)| values.len() == fewest);

    let mut methods: Vec<_> = matches
        .iter()
        .map(|(documented, _)| documented.operation.method)
        .collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    let allow = methods.join(", ");
    let method = match *method {
        Method::HEAD => &Method::GET,
        _ => method,
    };
    matches
        .into_iter()
        .find(|(documented, _)| documented.operation.method == method.as_str())
        .map_or(
            Route::MethodNotAllowed { allow },
            |(documented, parameters)| Route::Found {
                documented,
                parameters,
            },
        )
}

/// Returns the values of the template's parameters if the path matches the template.
fn parameters<'a>(template: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') && expected.ends_with('}') {
            if segment.is_empty() {
                return None;
            }
            values.push(segment);
        } else if !segment.eq_ignore_ascii_case(expected) {
            return None;
        }
    }
    segments.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::RESPONSES;

    fn id(method: Method, path: &str) -> Option<&'static str> {
        match find(RESPONSES, &method, path) {
            Route::Found { documented, .. } => Some(documented.operation.id),
            _ => None,
        }
    }

    #[test]
    fn paths_are_case_insensitive() {
        for path in ["/v1/analytics/total", "/V1/Analytics/TOTAL"] {
            assert_eq!(id(Method::GET, path), Some("total"));
            assert_eq!(id(Method::HEAD, path), Some("total"));
        }
    }

    #[test]
    fn other_paths_are_not_found() {
        for path in [
            "",
            "*",
            "/",
            "/v1/analytics/total/",
            "//v1/analytics/total",
            "/v1//analytics/total",
            "/v1/v1/analytics/total",
            "/v1/analytics",
            "/v1/customers//usage",
        ] {
            assert!(matches!(
                find(RESPONSES, &Method::GET, path),
                Route::NotFound
            ));
        }
    }

    #[test]
    fn parameters_are_read_and_literal_segments_win() {
        let Route::Found {
            documented,
            parameters,
        } = find(RESPONSES, &Method::GET, "/v1/customers/abc/usage")
        else {
            panic!("no route");
        };
        assert_eq!(
            (documented.operation.id, parameters),
            ("customer_usage", vec!["abc"])
        );
        assert_eq!(
            id(Method::GET, "/v1/customers/all/usage"),
            Some("all_usage")
        );
    }

    #[test]
    fn an_unsupported_method_lists_the_supported_ones() {
        let Route::MethodNotAllowed { allow } =
            find(RESPONSES, &Method::DELETE, "/v1/analytics/total")
        else {
            panic!("no refusal");
        };
        assert_eq!(allow, "GET, POST, HEAD, OPTIONS");
    }
}
