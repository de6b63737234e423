//! Widths of the columns of a table on a terminal.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use partner_center::FieldKind;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::columns::Column;

/// Number of spaces between two columns.
const GAP: usize = 2;
/// Width to which a text column may be reduced before columns are hidden.
pub(super) const MIN_TEXT: usize = 18;
/// Width to which a text column may be reduced where no column can be hidden.
pub(super) const LEAST_TEXT: usize = 8;

/// Returns the number of terminal columns of a text.
pub(crate) fn display_width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Returns the width of the widest text of each of these columns.
pub(super) fn widest(columns: usize, tables: &[&[Vec<String>]]) -> Vec<usize> {
    let mut cells = vec![0; columns];
    for row in tables.iter().copied().flatten() {
        for (widest, text) in cells.iter_mut().zip(row) {
            *widest = display_width(text).max(*widest);
        }
    }
    cells
}

/// Returns the columns to show, as indexes, and their widths. Columns are hidden from the right;
/// the first column, the first two text columns, the first and the last count are always shown. `None`
/// if these do not fit.
pub(super) fn choice(
    columns: &[Column],
    names: &[String],
    cells: &[usize],
    width: usize,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let is_text = |column: &Column| matches!(column.kind, FieldKind::Text | FieldKind::Guid);
    let mut texts = columns.iter().enumerate();
    let texts = texts.by_ref().filter(|(_, column)| is_text(column));
    let mut keys: Vec<_> = texts.take(2).map(|(index, _)| index).collect();
    keys.push(0);
    let is_count = |column: &Column| matches!(column.kind, FieldKind::Count | FieldKind::Number);
    keys.extend(columns.iter().position(is_count));
    keys.extend(columns.iter().rposition(is_count));
    let mut shown: Vec<_> = (0..columns.len()).collect();
    loop {
        let columns: Vec<_> = shown
            .iter()
            .filter_map(|i| columns.get(*i).cloned())
            .collect();
        let names: Vec<_> = shown
            .iter()
            .filter_map(|i| names.get(*i).cloned())
            .collect();
        let cells: Vec<_> = shown
            .iter()
            .filter_map(|i| cells.get(*i).copied())
            .collect();
        if let Some(widths) = widths(&columns, &names, &cells, MIN_TEXT, width) {
            return Some((shown, widths));
        }
        let Some(last) = shown.iter().rposition(|index| !keys.contains(index)) else {
            let widths = widths(&columns, &names, &cells, LEAST_TEXT, width);
            return widths.map(|widths| (shown, widths));
        };
        shown.remove(last);
    }
}

/// Returns widths of the columns that fit into `width` with the gaps between them; `None` if there
/// are none. Only text is shortened: a number or date without its end would be a wrong one.
pub(super) fn widths(
    columns: &[Column],
    names: &[String],
    cells: &[usize],
    least_text: usize,
    width: usize,
) -> Option<Vec<usize>> {
    let space = width.checked_sub(GAP * columns.len().saturating_sub(1))?;
    let heads = || names.iter().zip(cells);
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
                words.max().unwrap_or(0).max(least_text).min(*tight)
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

/// Returns the texts of a column in at most this width. Texts that differ only after the width are
/// shortened in the middle.
pub(super) fn distinct<'t>(texts: &[&'t str], width: usize) -> Vec<Cow<'t, str>> {
    let short: Vec<_> = texts.iter().map(|text| shortened(text, width)).collect();
    let mut first = HashMap::new();
    let same: HashSet<_> = texts
        .iter()
        .zip(&short)
        .filter(|(text, short)| first.entry(short.to_string()).or_insert(**text) != *text)
        .map(|(_, short)| short.to_string())
        .collect();
    let texts = texts.iter().zip(short);
    texts
        .map(|(text, short)| match same.contains(&*short) {
            true => middle(text, width),
            false => short,
        })
        .collect()
}

/// Returns a text of at most this width, with an ellipsis in the middle if it was longer.
fn middle(text: &str, width: usize) -> Cow<'_, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let tail = width / 2;
    let start = text.char_indices().map(|(index, _)| index).find(|index| {
        let rest = text.get(*index..).unwrap_or_default();
        // A mark does not begin the second part.
        let is_mark = rest.chars().next().and_then(UnicodeWidthChar::width) == Some(0);
        !is_mark && display_width(rest) <= tail
    });
    let rest = start
        .and_then(|start| text.get(start..))
        .unwrap_or_default();
    let head = shortened(text, width - display_width(rest));
    Cow::Owned(format!("{head}{rest}"))
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
        let widths = |width| widths(&columns, &names, &widest(3, &[&rows]), LEAST_TEXT, width);
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
    fn columns_are_hidden_from_the_right_and_keys_stay() {
        let kinds = [
            FieldKind::Text,
            FieldKind::Text,
            FieldKind::Text,
            FieldKind::Count,
            FieldKind::Count,
            FieldKind::Count,
        ];
        let columns = kinds.map(column);
        let names = [
            "customer", "product", "channel", "sold", "deployed", "unused",
        ];
        let names = names.map(str::to_owned);
        let shown = |width| choice(&columns, &names, &[30, 30, 30, 4, 4, 4], width);
        let indexes = |width| shown(width).map(|(shown, _)| shown);
        assert_eq!(indexes(90), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(indexes(80), Some(vec![0, 1, 2, 3, 5]));
        assert_eq!(indexes(60), Some(vec![0, 1, 3, 5]));
        assert_eq!(indexes(10), None);
    }

    #[test]
    fn different_texts_stay_different() {
        let texts = [
            "MICROSOFT 365 BUSINESS BASIC",
            "MICROSOFT 365 BUSINESS STANDARD",
            "Visio",
        ];
        let short = distinct(&texts, 18);
        assert_eq!(short, ["MICROSOF…ESS BASIC", "MICROSOF… STANDARD", "Visio"]);
        assert_eq!(distinct(&texts[1..], 18)[0], "MICROSOFT 365 BUS…");
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
