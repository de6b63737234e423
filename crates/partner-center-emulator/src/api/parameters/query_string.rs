//! Decoded pairs of a query string.

use percent_encoding::percent_decode_str;

/// A `name=value` pair of a query string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair<'query> {
    /// Text as it was sent.
    pub(crate) raw: &'query str,
    /// Decoded name; `None` if it is not UTF-8.
    pub(crate) name: Option<String>,
    /// Decoded value, empty if there is no `=`; `None` if it is not UTF-8.
    pub(crate) value: Option<String>,
}

/// Returns the pairs of a query string, in order. A plus sign is a space, as in a form
/// ([T19](partner_center_catalog::deviations#t19)).
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = Pair<'_>> {
    let pairs = query.split('&').filter(|raw| !raw.is_empty());
    pairs.map(|raw| {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        Pair {
            raw,
            name: form_decoded(name),
            value: form_decoded(value),
        }
    })
}

/// Returns percent-decoded text; `None` if it is not UTF-8. `form_urlencoded` is not used
/// because it would insert replacement characters and hide the error.
pub(super) fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn form_decoded(text: &str) -> Option<String> {
    decoded(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let read = |query| -> Vec<_> {
            pairs(query)
                .map(|pair| (pair.raw, pair.name, pair.value))
                .collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(""), []);
        assert_eq!(read("&&"), []);
        assert_eq!(
            read("t%6Fp=%31&filter=a+eq%20'b%2Bc'&x&=y&z=1=2"),
            [
                ("t%6Fp=%31", some("top"), some("1")),
                ("filter=a+eq%20'b%2Bc'", some("filter"), some("a eq 'b+c'")),
                ("x", some("x"), some("")),
                ("=y", some(""), some("y")),
                ("z=1=2", some("z"), some("1=2")),
            ]
        );
    }

    #[test]
    fn malformed_escapes_are_kept_and_invalid_utf8_is_detected() {
        let read = |query| pairs(query).next().unwrap().value;
        assert_eq!(read("x=100%&y").as_deref(), Some("100%"));
        assert_eq!(read("x=%4").as_deref(), Some("%4"));
        assert_eq!(read("x=%zz").as_deref(), Some("%zz"));
        assert_eq!(read("x=%C3%A9").as_deref(), Some("é"));
        for invalid in ["x=%ff", "x=%C3", "x=%ED%A0%80"] {
            assert_eq!(read(invalid), None, "{invalid}");
        }
        assert_eq!(pairs("%ff=1").next().unwrap().name, None);
    }
}
