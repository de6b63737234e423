//! Widths of the columns of a table on a terminal.

use std::borrow::Cow;

use partner_center::FieldKind;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::columns::Column;

/// Number of spaces between two columns.
const GAP: usize = 2;
/// Width to which a text column may be reduced.
const MIN_TEXT: usize = 8;

/// Returns the number of terminal columns of a text.
pub(crate) fn display_width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Returns widths of the columns that fit into `width` with the gaps between them; `None` if there
/// are none. Only text is shortened: a number or date without its end would be a wrong one.
pub(super) fn widths(
    columns: &[Column],
    names: &[String],
    tables: &[&[Vec<String>]],
    width: usize,
) -> Option<Vec<usize>> {
    let mut cells = vec![0; columns.len()];
    for row in tables.iter().copied().flatten() {
        for (widest, text) in cells.iter_mut().zip(row) {
            *widest = display_width(text).max(*widest);
        }
    }
    let space = width.checked_sub(GAP * columns.len().saturating_sub(1))?;
    let heads = || names.iter().zip(&cells);
    let full: Vec<_> = heads()
        .map(|(name, cells)| display_width(name).max(*cells))
        .collect();
    // The header on several lines.
    let tight: Vec<_> = heads()
        .map(|(name, cells)| {
            let words = words(name).map(display_width);
            words.max().unwrap_or(0).max(*cells)
        })
        .collect();
    // Text is shortened before headers are.
    let least = |with_words: bool| -> Vec<usize> {
        let heads = columns.iter().zip(names).zip(&tight);
        let least = heads.map(|((column, name), tight)| match column.kind {
            FieldKind::Text | FieldKind::Structure => {
                let words = words(name).map(display_width).filter(|_| with_words);
                words.max().unwrap_or(0).max(MIN_TEXT).min(*tight)
            }
            _ => *tight,
        });
        least.collect()
    };
    let fits = |widths: &Vec<usize>| widths.iter().sum::<usize>() <= space;
    let mut widths = [true, false].into_iter().map(least).find(fits)?;
    let mut left = space - widths.iter().sum::<usize>();
    for wanted in [tight, full] {
        while left > 0 {
            let before = left;
            for (width, wanted) in widths.iter_mut().zip(&wanted) {
                if *width < *wanted && left > 0 {
                    *width += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
    }
    Some(widths)
}

/// Returns the words of the name of a column: `licenses` and `Sold` of `licensesSold`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let mut before = None;
        let end = rest.char_indices().find_map(|(index, c)| {
            let starts = match before.replace(c) {
                Some('.') => true,
                Some(before) => c.is_uppercase() && !before.is_uppercase(),
                None => false,
            };
            starts.then_some(index)
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Returns the name of a column on as many lines as the width needs. The lines joined are the name,
/// unless a word is longer than the width.
pub(super) fn header(name: &str, width: usize) -> String {
    let (mut lines, mut line) = (String::new(), 0);
    for word in words(name) {
        let word = shortened(word, width);
        let length = display_width(&word);
        if line > 0 && line + length > width {
            lines.push('\n');
            line = 0;
        }
        lines.push_str(&word);
        line += length;
    }
    lines
}

/// Returns a text of at most this width, which ends in an ellipsis if it was longer.
pub(crate) fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    if text.len() <= width || display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let (mut end, mut total, mut last) = (0, 1, 0);
    for (index, c) in text.char_indices() {
        let own = match c {
            // Turns the symbol before it into a picture of two columns.
            '\u{fe0f}' if last == 1 => 1,
            c => c.width().unwrap_or(0),
        };
        if total + own > width {
            break;
        }
        total += own;
        last = own;
        end = index + c.len_utf8();
    }
    Cow::Owned(format!("{}\u{2026}", text.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_by_display_width_and_keeps_characters_whole() {
        for (text, width, expected) in [
            ("Contoso", 7, "Contoso"),
            ("Contoso", 6, "Conto…"),
            ("日本語テスト", 7, "日本語…"),
            ("日本語テスト", 8, "日本語…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("שלום עולם", 5, "שלום…"),
            ("☺\u{fe0f}☺\u{fe0f}", 3, "☺\u{fe0f}…"),
            ("abc", 1, "…"),
            ("", 0, ""),
        ] {
            let short = shortened(text, width);
            assert_eq!(short, expected, "{text} in {width}");
            assert!(display_width(&short) <= width.max(1), "{text} in {width}");
        }
    }

    fn column(kind: FieldKind) -> Column {
        Column {
            name: String::new(),
            kind,
            known: true,
            seen: false,
        }
    }

    #[test]
    fn only_text_is_shortened() {
        let kinds = [FieldKind::Text, FieldKind::Timestamp, FieldKind::Count];
        let columns = kinds.map(column);
        let names = ["subscriptionType", "endDate", "licensesSold"].map(str::to_owned);
        let rows = [["x".repeat(40), "2026-01-31".to_owned(), "1".to_owned()].to_vec()];
        let widths = |width| widths(&columns, &names, &[&rows], width);
        for (width, expected) in [
            (80, Some(vec![40, 10, 12])),
            (50, Some(vec![28, 10, 8])),
            // The header on several lines, and then shortened.
            (34, Some(vec![12, 10, 8])),
            (30, Some(vec![8, 10, 8])),
            (29, None),
            (3, None),
        ] {
            assert_eq!(widths(width), expected, "{width}");
            if let Some(widths) = widths(width) {
                assert!(widths.iter().sum::<usize>() + 4 <= width);
            }
        }
        assert_eq!(header("subscriptionType", 8), "subscri…\nType");
    }

    #[test]
    fn a_header_on_several_lines_is_split_between_words() {
        assert_eq!(header("licensesDeployed", 16), "licensesDeployed");
        assert_eq!(header("licensesDeployed", 8), "licenses\nDeployed");
        assert_eq!(
            header("companyProfile.companyName", 15),
            "companyProfile.\ncompanyName"
        );
        assert_eq!(header("customerTenantID", 10), "customer\nTenantID");
        assert_eq!(words("").count(), 0);
    }
}
