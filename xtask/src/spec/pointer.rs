//! JSON pointers (RFC 6901).

/// Returns `pointer` extended by a member name.
pub(crate) fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Returns the last member name of `pointer`, unescaped.
pub(crate) fn last(pointer: &str) -> String {
    let segment = pointer.rsplit('/').next().unwrap_or_default();
    unescape(segment)
}

/// Returns the parent pointer; empty for a top-level pointer.
pub(crate) fn parent(pointer: &str) -> &str {
    pointer.rfind('/').map_or("", |end| &pointer[..end])
}

/// Returns the percent-decoded pointer of a reference within the document (`#/components/..`).
pub(crate) fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    if !fragment.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_survive() {
        let pointer = join("/paths", "/v1/~x/{id}");
        assert_eq!(pointer, "/paths/~1v1~1~0x~1{id}");
        assert_eq!(last(&pointer), "/v1/~x/{id}");
        assert_eq!(parent(&pointer), "/paths");
        assert_eq!(parent("/paths"), "");
    }

    #[test]
    fn references_are_percent_decoded() {
        assert_eq!(
            of_reference("#/paths/~1a~1%7Bid%7D"),
            Some("/paths/~1a~1{id}".to_owned())
        );
        assert_eq!(of_reference("#/a%"), Some("/a%".to_owned()));
        assert_eq!(of_reference("#/a%zz"), Some("/a%zz".to_owned()));
        assert_eq!(of_reference("other.yaml#/a"), None);
        assert_eq!(of_reference("#name"), None);
    }
}
