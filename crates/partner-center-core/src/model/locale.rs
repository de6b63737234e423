//! Locale of the responses, requested with `X-Locale`.

use std::fmt;
use std::str::FromStr;

use crate::model::conversions::try_from_text;
use crate::model::sanitize::excerpt;

/// Length in bytes of the longest format, `lll-Ssss-CC`.
const MAX_TEXT: usize = 11;

/// Locale with language, optional script and country, such as `en-US` or `sr-Latn-RS`.
///
/// All documented cultures have this format. Only the format is checked, not a list of cultures,
/// because the documentation does not state how the service treats an unknown locale. The case is
/// normalised: `EN-us` is read as `en-US`. The default is [`Locale::EN_US`].
///
/// The text is stored inline: a value is `Copy` and takes 12 bytes.
///
/// # Examples
///
/// ```
/// # use partner_center_core::Locale;
/// let locale: Locale = "SR-latn-rs".parse()?;
/// assert_eq!(locale.as_str(), "sr-Latn-RS");
/// assert_eq!(Locale::default().as_str(), "en-US");
/// # Ok::<(), partner_center_core::LocaleError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale {
    /// ASCII text, followed by zeros, so that the derived order is that of the text.
    text: [u8; MAX_TEXT],
    length: u8,
}

impl Locale {
    /// English (United States), the documented locale of all but two countries.
    pub const EN_US: Self = Self {
        text: *b"en-US\0\0\0\0\0\0",
        length: 5,
    };

    /// Returns the text in its normalised case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The text is always ASCII, so the fallback is not used.
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }

    fn read(text: &str) -> Result<Self, &'static str> {
        let parts: Vec<&str> = text.splitn(4, '-').collect();
        let (language, script, country) = match parts[..] {
            [language, country] => (language, None, country),
            [language, script, country] => (language, Some(script), country),
            _ => return Err("it must have two or three parts separated by `-`"),
        };
        if !is_letters(language, 2) && !is_letters(language, 3) {
            return Err("the language must be two or three letters");
        }
        if script.is_some_and(|script| !is_letters(script, 4)) {
            return Err("the script must be four letters");
        }
        if !is_letters(country, 2) {
            return Err("the country must be two letters");
        }

        let mut normal = [0; MAX_TEXT];
        normal[..text.len()].copy_from_slice(text.as_bytes());
        normal.make_ascii_lowercase();
        if script.is_some() {
            normal[language.len() + 1].make_ascii_uppercase();
        }
        normal[text.len() - country.len()..].make_ascii_uppercase();
        Ok(Self {
            text: normal,
            length: text.len() as u8,
        })
    }
}

fn is_letters(part: &str, length: usize) -> bool {
    part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

impl Default for Locale {
    fn default() -> Self {
        Self::EN_US
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Locale {
    type Err = LocaleError;

    /// Parses `ll-CC`, `lll-CC`, `ll-Ssss-CC` or `lll-Ssss-CC`, case-insensitively.
    ///
    /// # Errors
    ///
    /// [`LocaleError`] with the invalid part if the text has another format.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text).map_err(|problem| LocaleError {
            problem,
            excerpt: excerpt(text, 40),
        })
    }
}

try_from_text! { Locale, LocaleError }

/// Error of a text that is not a [`Locale`].
///
/// The message states the invalid part and the expected format, and contains at most 40 characters
/// of the text, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleError {
    problem: &'static str,
    excerpt: Box<str>,
}

impl fmt::Display for LocaleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a locale: {}; expected language and country such as `en-US`, or \
             language, script and country such as `sr-Latn-RS`",
            self.excerpt, self.problem
        )
    }
}

impl std::error::Error for LocaleError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Locale {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn documented_formats_are_read() {
        for text in [
            "en-US",
            "en-GB",
            "fr-FR",
            "pt-PT",
            "nl-NL",
            "zh-HK",
            "az-Latn-AZ",
            "bs-Latn-BA",
            "ha-Latn-NG",
            "sr-Latn-RS",
            "sr-Cyrl-RS",
            "sr-Latn-ME",
            "tg-Cyrl-TJ",
            "uz-Latn-UZ",
            "fil-PH",
            "fil-Latn-PH",
        ] {
            assert_eq!(read(text).as_str(), text);
            assert_eq!(Locale::try_from(text).unwrap().to_string(), text);
            assert_eq!(Locale::try_from(&text.to_owned()).unwrap().as_str(), text);
            assert_eq!(Locale::try_from(text.to_owned()).unwrap(), read(text));
        }
    }

    #[test]
    fn case_is_normalised() {
        assert_eq!(read("EN-us"), Locale::EN_US);
        assert_eq!(read("SR-lATN-rs").as_str(), "sr-Latn-RS");
        assert_eq!(read("FIL-LATN-PH").as_str(), "fil-Latn-PH");
    }

    #[test]
    fn the_default_is_american_english() {
        assert_eq!(Locale::default(), Locale::EN_US);
        assert_eq!(Locale::EN_US, read("en-US"));
        assert_eq!(
            format!("[{:>7}] {:?}", Locale::EN_US, Locale::EN_US),
            "[  en-US] en-US"
        );
        assert_eq!(size_of::<Locale>(), 12);
    }

    #[test]
    fn invalid_text_is_rejected_with_the_invalid_part() {
        for (text, problem) in [
            ("", "it must have"),
            ("en", "it must have"),
            ("enUS", "it must have"),
            ("en_US", "it must have"),
            ("sr-Latn-RS-x", "it must have"),
            ("-", "the language"),
            ("-US", "the language"),
            ("e-US", "the language"),
            ("engl-US", "the language"),
            ("e1-US", "the language"),
            (" en-US", "the language"),
            ("\u{e9}-US", "the language"),
            ("sr--RS", "the script"),
            ("sr-Lat-RS", "the script"),
            ("sr-Latin-RS", "the script"),
            ("sr-L4tn-RS", "the script"),
            ("en-US-", "the script"),
            ("en-", "the country"),
            ("en-U", "the country"),
            ("en-USA", "the country"),
            ("es-419", "the country"),
            ("en-US ", "the country"),
            ("en-US\r", "the country"),
            ("en-\u{e9}", "the country"),
            ("sr-Latn", "the country"),
            ("sr-Latn-", "the country"),
        ] {
            let error = text.parse::<Locale>().unwrap_err();
            assert!(error.problem.starts_with(problem), "{text:?}: {error}");
        }
    }

    #[test]
    fn errors_state_the_problem_and_the_expected_format() {
        assert_eq!(
            "en-USA".parse::<Locale>().unwrap_err().to_string(),
            "`en-USA` is not a locale: the country must be two letters; expected language and \
             country such as `en-US`, or language, script and country such as `sr-Latn-RS`"
        );
        let hostile = format!("\r\n{}", "-".repeat(1 << 20));
        let message = hostile.parse::<Locale>().unwrap_err().to_string();
        assert!(message.starts_with(r"`\r\n---"), "{message}");
        assert!(message.len() < 250, "{message}");
    }

    proptest! {
        #[test]
        fn every_normalised_text_round_trips(text in "[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}") {
            prop_assert_eq!(read(&text).to_string(), text.as_str());
            prop_assert_eq!(read(&text.to_ascii_uppercase()), read(&text.to_ascii_lowercase()));
        }

        #[test]
        fn any_string_is_read_or_rejected(text in any::<String>()) {
            if let Ok(locale) = text.parse::<Locale>() {
                prop_assert!(locale.as_str().eq_ignore_ascii_case(&text));
            }
        }

        #[test]
        fn values_are_ordered_like_their_text(
            left in "[a-c]{2,3}(-[A-C][a-c]{3})?-[A-C]{2}",
            right in "[a-c]{2,3}(-[A-C][a-c]{3})?-[A-C]{2}",
        ) {
            prop_assert_eq!(read(&left).cmp(&read(&right)), left.cmp(&right));
        }
    }
}
