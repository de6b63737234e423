//! Names: texts that are kept once, and the normal form under which two names are the same.

use std::collections::HashMap;
use std::sync::Arc;

/// Returns the normal form of a name: letters and digits in lower case, with one space between
/// words.
///
/// Punctuation, trade marks and repeated spaces vary between operations and over time, as in
/// `Exchange Online (Plan 1)` and `EXCHANGE ONLINE PLAN 1`.
pub(crate) fn normal(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for part in name.split(|it: char| !it.is_alphanumeric()) {
        if part.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(part.chars().flat_map(char::to_lowercase));
    }
    match text.is_empty() {
        true => name.trim().to_lowercase(),
        false => text,
    }
}

/// Texts, each kept once, with a number for each.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    last: usize,
}

impl Texts {
    /// Returns the number of a text. Allocates only for a new text.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        // Consecutive rows often have the same name.
        if self
            .texts
            .get(self.last)
            .is_some_and(|last| **last == *text)
        {
            return number(self.last);
        }
        if let Some(found) = self.numbers.get(text) {
            self.last = *found as usize;
            return *found;
        }
        self.last = self.texts.len();
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number(self.last));
        number(self.last)
    }

    pub(crate) fn text(&self, number: u32) -> Option<&Arc<str>> {
        self.texts.get(number as usize)
    }
}

/// Returns a position in a list as a number. Lists of more than 4 billion entries do not fit into
/// memory.
pub(crate) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Codes with a display name each, such as those of services: case-insensitive.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    spellings: Texts,
    /// Code of each spelling.
    of_spelling: Vec<u32>,
    folded: HashMap<String, u32>,
    codes: Vec<Code>,
}

#[derive(Debug)]
pub(crate) struct Code {
    /// Code in the smallest of its spellings, which does not depend on the order of rows; empty
    /// for rows without a code.
    pub(crate) code: Arc<str>,
    /// Smallest of its display names.
    pub(crate) name: Option<Arc<str>>,
}

impl Codes {
    /// Returns the number of a code. A row without a code has its name as code.
    pub(crate) fn number(&mut self, code: Option<&str>, name: Option<&str>) -> u32 {
        let spelling = self
            .spellings
            .number(code.or(name).unwrap_or_default().trim());
        let found = match self.of_spelling.get(spelling as usize) {
            Some(found) => *found,
            None => self.add(spelling),
        };
        if let (Some(name), Some(known)) = (name, self.codes.get_mut(found as usize)) {
            let is_smaller = known.name.as_ref().is_none_or(|known| *name < **known);
            if is_smaller {
                known.name = Some(name.into());
            }
        }
        found
    }

    fn add(&mut self, spelling: u32) -> u32 {
        let text = self.spellings.text(spelling).cloned().unwrap_or_default();
        let next = number(self.codes.len());
        let found = *self.folded.entry(text.to_lowercase()).or_insert(next);
        self.of_spelling.push(found);
        match self.codes.get_mut(found as usize) {
            Some(known) => known.code = Arc::clone(&known.code).min(text),
            None => self.codes.push(Code {
                code: text,
                name: None,
            }),
        }
        found
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Code> {
        self.codes.get(number as usize)
    }

    /// Returns the code; `None` for rows without one.
    pub(crate) fn code(&self, number: u32) -> Option<Arc<str>> {
        let code = &self.get(number)?.code;
        (!code.is_empty()).then(|| Arc::clone(code))
    }

    /// Returns the display name, or else the code.
    pub(crate) fn label(&self, number: u32) -> Option<Arc<str>> {
        let code = self.get(number)?;
        let label = code.name.as_ref().unwrap_or(&code.code);
        (!label.is_empty()).then(|| Arc::clone(label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_punctuation_have_one_normal_form() {
        for (one, two) in [
            ("EXCHANGE ONLINE (PLAN 1)", "Exchange Online  Plan 1"),
            (
                "ENTERPRISE MOBILITY + SECURITY E3",
                "Enterprise Mobility Security E3",
            ),
            ("Power BI\u{ae} Pro", " POWER BI PRO "),
        ] {
            assert_eq!(normal(one), normal(two));
        }
        assert_ne!(normal("MICROSOFT 365 E3"), normal("MICROSOFT 365 E5"));
        assert_ne!(normal("---"), normal("***"));
        assert_eq!(normal("CONTOSO \u{130}"), normal("contoso \u{130}"));
    }

    #[test]
    fn texts_have_one_number_each() {
        let mut texts = Texts::default();
        let numbers = ["a", "b", "a", "b", "b"].map(|text| texts.number(text));
        assert_eq!(numbers, [0, 1, 0, 1, 1]);
        assert_eq!(texts.text(1).map(|text| &**text), Some("b"));
    }

    #[test]
    fn codes_are_case_insensitive_and_keep_the_smallest_spelling() {
        let rows = [
            (Some("o365"), Some("Office 365")),
            (Some("O365"), Some("Microsoft Office 365")),
            (None, Some("crm")),
            (None, None),
        ];
        for order in [[0, 1, 2, 3], [1, 0, 3, 2]] {
            let mut codes = Codes::default();
            let numbers: Vec<_> = order
                .iter()
                .map(|row: &usize| codes.number(rows[*row].0, rows[*row].1))
                .collect();
            assert_eq!(numbers[0], numbers[1]);
            let office = codes.get(numbers[0]).unwrap();
            assert_eq!(&*office.code, "O365");
            assert_eq!(office.name.as_deref(), Some("Microsoft Office 365"));
        }
    }
}
