//! Search for the access token in a text: whole or in pieces, plain, escaped for JSON or for a URL, or
//! in base64.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;

/// Length of the shortest piece that is redacted. A shorter piece does not reveal the token.
const SHORTEST_PIECE: usize = 24;

/// Length of the shortest piece that is redacted at the end of a text, which may have been cut within
/// the token.
const SHORTEST_BEGINNING: usize = 16;

/// Number of bytes that are compared at once. A piece of `2 * BLOCK - 1` bytes without escapes
/// contains a whole block of the text, at every position.
const BLOCK: usize = 8;

/// Search for a token in all its forms.
pub(super) struct Redactor {
    forms: Vec<Vec<u8>>,
    /// Sorted blocks of all forms, each with the index of its form and its position in it.
    blocks: Vec<(u64, usize, usize)>,
    /// Set of the hashes of the blocks, one bit each. It excludes most blocks of a text with one access.
    filter: Vec<u64>,
}

impl Redactor {
    /// Creates a search for the plain and the escaped token.
    pub(super) fn new(token: &[u8]) -> Self {
        Self::of_forms(vec![token.to_vec()])
    }

    /// Creates a search that also covers base64, with the token at any offset of the encoded text.
    pub(super) fn with_base64(token: &[u8]) -> Self {
        let mut forms = vec![token.to_vec()];
        for start in 0..3 {
            let whole = token.get(start..).unwrap_or_default();
            // The last characters depend on the text after the token.
            let whole = &whole[..whole.len() / 3 * 3];
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let form = engine.encode(whole).into_bytes();
                if form.len() >= SHORTEST_PIECE && !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        Self::of_forms(forms)
    }

    fn of_forms(forms: Vec<Vec<u8>>) -> Self {
        let mut blocks = Vec::new();
        let mut filter = vec![0; 1024];
        for (number, form) in forms.iter().enumerate() {
            for (at, window) in form.windows(BLOCK).enumerate() {
                let block = number_of(window);
                let bit = hash(block);
                filter[bit / 64] |= 1 << (bit % 64);
                blocks.push((block, number, at));
            }
        }
        blocks.sort_unstable();
        Self {
            forms,
            blocks,
            filter,
        }
    }

    /// Returns the ranges of the token in a text, in order and without overlap.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let token = &self.forms[0];
        if token.is_empty() {
            return Vec::new();
        }
        // The token is too short for blocks, so only the whole token is found.
        if token.len() < 2 * BLOCK - 1 {
            let all = memmem::find_iter(text, token);
            return all.map(|at| at..at + token.len()).collect();
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        for (number, block) in text.chunks_exact(BLOCK).enumerate() {
            let bit = hash(number_of(block));
            if self.filter[bit / 64] & (1 << (bit % 64)) == 0 {
                continue;
            }
            let at = number * BLOCK;
            if found.last().is_some_and(|last| at < last.end) {
                continue;
            }
            if let Some(piece) = self.piece_around(text, at, number_of(block)) {
                found.push(piece);
            }
        }
        found
    }

    /// Returns the longest piece of the token around the block at `at`.
    fn piece_around(&self, text: &[u8], at: usize, block: u64) -> Option<Range<usize>> {
        let first = self.blocks.partition_point(|(other, ..)| *other < block);
        let candidates = self.blocks[first..].iter();
        let candidates = candidates.take_while(|(other, ..)| *other == block);
        let pieces = candidates.filter_map(|&(_, form, place)| {
            let form = &self.forms[form];
            let (mut start, mut begin) = (at, place);
            while begin > 0
                && let Some(length) = unit_before(&text[..start], form[begin - 1])
            {
                start -= length;
                begin -= 1;
            }
            let (mut end, mut stop) = (at + BLOCK, place + BLOCK);
            while let Some(expected) = form.get(stop)
                && let Some(length) = unit_after(&text[end..], *expected)
            {
                end += length;
                stop += 1;
            }
            let length = stop - begin;
            let is_cut = end == text.len() && length >= SHORTEST_BEGINNING;
            (length >= SHORTEST_PIECE.min(form.len()) || is_cut).then_some((length, start..end))
        });
        let longest = pieces.max_by_key(|(length, _)| *length);
        longest.map(|(_, piece)| piece)
    }
}

fn number_of(block: &[u8]) -> u64 {
    let mut bytes = [0; BLOCK];
    bytes.copy_from_slice(block);
    u64::from_ne_bytes(bytes)
}

/// Returns the upper 16 bits of a product, which depend on all bits of the block.
fn hash(block: u64) -> usize {
    usize::from(u16::try_from(block.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48).unwrap_or_default())
}

/// Returns the length of the plain or escaped `byte` at the start of the text, if it is there.
fn unit_after(text: &[u8], byte: u8) -> Option<usize> {
    let length = match text {
        [b'\\', b'u', ..] => 6,
        [b'\\', ..] => 2,
        [b'%', ..] => 3,
        [..] => 1,
    };
    let unit = text.get(..length)?;
    (unescaped(unit) == Some(byte)).then_some(length)
}

/// Returns the length of the plain or escaped `byte` at the end of the text, if it is there. An escape
/// of another character is never split, because the rest of it would not be valid JSON.
fn unit_before(text: &[u8], byte: u8) -> Option<usize> {
    let last = |length: usize| text.len().checked_sub(length).map(|at| &text[at..]);
    for (length, begins) in [(6, &b"\\u"[..]), (3, b"%"), (2, b"\\")] {
        if let Some(unit) = last(length).filter(|unit| unit.starts_with(begins)) {
            match unescaped(unit) {
                Some(found) if found == byte => return Some(length),
                Some(_) => return None,
                None => {}
            }
        }
    }
    (text.last() == Some(&byte)).then_some(1)
}

/// Returns the byte of an escape, or the only byte of a text without escape.
fn unescaped(unit: &[u8]) -> Option<u8> {
    let hex = |digits: &[u8]| u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok();
    match unit {
        [b'\\', b'u', digits @ ..] => hex(digits)?.try_into().ok(),
        [b'\\', byte @ (b'/' | b'\\' | b'"')] => Some(*byte),
        [b'%', digits @ ..] => hex(digits)?.try_into().ok(),
        [byte] => Some(*byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl/abc+def=ghiSIGNATURE";

    /// Replaces every range that was found by `#`.
    fn without(text: &str) -> String {
        let mut text = text.to_owned();
        for place in Redactor::with_base64(TOKEN.as_bytes())
            .find(text.as_bytes())
            .into_iter()
            .rev()
        {
            text.replace_range(place, "#");
        }
        text
    }

    #[test]
    fn a_token_is_found_in_every_spelling() {
        for (text, expected) in [
            (TOKEN.to_owned(), "#"),
            (format!("{TOKEN}{TOKEN} {TOKEN}"), "## #"),
            (TOKEN.replace('S', "\\u0053"), "#"),
            (TOKEN.replace('e', "\\u0065").replace('/', "\\/"), "#"),
            (TOKEN.replace('/', "\\/").replace('+', "\\u002b"), "#"),
            (
                TOKEN
                    .replace('/', "%2F")
                    .replace('+', "%2b")
                    .replace('=', "%3D"),
                "#",
            ),
            (TOKEN[..TOKEN.len() - 6].to_owned() + "...", "#..."),
            (TOKEN[20..50].to_owned(), "#"),
            (TOKEN[..20].to_owned(), "#"),
            (
                TOKEN[..20].to_owned() + " cut",
                &(TOKEN[..20].to_owned() + " cut"),
            ),
            ("eyJ0eXAiOiJKV1Qi".to_owned() + ".", "eyJ0eXAiOiJKV1Qi."),
            (
                "an escape \\u0041 and %41".to_owned(),
                "an escape \\u0041 and %41",
            ),
        ] {
            for padding in 0..BLOCK {
                let padding = "-".repeat(padding);
                let (text, expected) = (format!("{padding}{text}"), format!("{padding}{expected}"));
                assert_eq!(without(&text), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_token_is_found_in_base64() {
        for before in ["", "B", "Be", "Bearer "] {
            let text = format!("{before}{TOKEN} and more");
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let found = without(&engine.encode(&text));
                let left = found.len() - usize::from(found.contains('#'));
                assert!(found.contains('#') && left < 32, "{before}: {found}");
            }
        }
    }

    #[test]
    fn escapes_around_the_token_are_kept_whole() {
        for before in ["\\u0041", "\\\\", "\\\"", "\\n", "%41"] {
            let json = format!("\"{before}{TOKEN}\\u0041\"");
            let found = without(&json);
            assert_eq!(found, format!("\"{before}#\\u0041\""), "{json}");
        }
    }

    #[test]
    fn short_texts_and_tokens_are_searched_without_panic() {
        for token in ["", "x", "short-token", "a-token-of-15-b", TOKEN] {
            for text in ["", "x", "\\", "%", "\\u00", "short-token", TOKEN] {
                let found = Redactor::new(token.as_bytes()).find(text.as_bytes());
                let is_whole = !token.is_empty() && token == text;
                assert_eq!(!found.is_empty(), is_whole, "{token} in {text}");
            }
        }
    }
}
