//! From method and path to an operation.

use http::Method;

use crate::documented::Documented;

/// What a method and a path lead to.
#[derive(Debug)]
pub(crate) enum Route<'a> {
    /// An operation, with the values of its path parameters in order.
    Found {
        documented: &'static Documented,
        parameters: Vec<&'a str>,
    },
    /// The path exists, but not with this method.
    MethodNotAllowed {
        /// The methods it has, as the `Allow` header lists them.
        allow: String,
    },
    /// No operation has this path.
    NotFound,
}

/// Finds the operation for a request line.
///
/// Letter case of the path does not matter (T16); a trailing slash does. Where
/// several templates fit, the one with the fewest parameters wins.
pub(crate) fn find<'a>(
    responses: &'static [Documented],
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

    let allow = matches
        .iter()
        .map(|(documented, _)| documented.operation.method)
        .collect::<Vec<_>>()
        .join(", ");
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

/// Values of the template's parameters, when the path fits the template.
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
    fn letter_case_does_not_matter() {
        for path in ["/v1/analytics/total", "/V1/Analytics/TOTAL"] {
            assert_eq!(id(Method::GET, path), Some("total"));
        }
    }

    #[test]
    fn nothing_else_fits() {
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
    fn another_method_lists_those_that_exist() {
        let Route::MethodNotAllowed { allow } =
            find(RESPONSES, &Method::DELETE, "/v1/analytics/total")
        else {
            panic!("no refusal");
        };
        assert_eq!(allow, "GET, POST");
    }
}
