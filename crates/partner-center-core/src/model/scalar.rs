//! Deserialisation of values in the spellings of the service, including missing values.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};

use crate::{AdditionalProperties, Identifier, Timestamp};

/// Value of a response, deserialised from the spellings of the service.
///
/// Numbers are sent as numbers or as text ([T45](crate::deviations#t45)). An optional value is
/// missing if it is absent, `null`, text of spaces, or the date `0001-01-01`
/// ([T51](crate::deviations#t51)).
#[doc(hidden)]
pub trait Wire<'de>: Sized {
    /// Reads a required value.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Reads an optional value.
    fn read_optional<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        NotNull(PhantomData).deserialize(deserializer)
    }

    /// Returns the value that `null` represents, if it represents one.
    fn of_null() -> Option<Self> {
        None
    }
}

impl<'de, T: Wire<'de>> Wire<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read_optional(deserializer)
    }

    fn read_optional<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        // A missing value stays missing, because the property may have a value under another
        // spelling.
        T::read_optional(deserializer).map(|value| value.map(Some))
    }

    fn of_null() -> Option<Self> {
        Some(None)
    }
}

/// Boxed value, for types that contain themselves.
impl<'de, T: Wire<'de>> Wire<'de> for Box<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Box::new)
    }

    fn read_optional<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::read_optional(deserializer)?.map(Box::new))
    }
}

impl<'de, T: Wire<'de>> Wire<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Wire<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                // The size hint is not trusted beyond this limit.
                let mut values = Vec::with_capacity(list.size_hint().unwrap_or(0).min(1024));
                while let Some(value) = list.next_element_seed(Required(PhantomData))? {
                    values.push(value);
                }
                Ok(values)
            }
        }

        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

/// Map in which entries without a value are left out, like properties without a value.
impl<'de, T: Wire<'de>> Wire<'de> for BTreeMap<String, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapVisitor<T>(PhantomData<T>);

        impl<'de, T: Wire<'de>> Visitor<'de> for MapVisitor<T> {
            type Value = BTreeMap<String, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<BTreeMap<String, T>, A::Error> {
                let mut values = BTreeMap::new();
                while let Some(key) = map.next_key()? {
                    if let Some(value) = map.next_value_seed(Optional(PhantomData))? {
                        values.insert(key, value);
                    }
                }
                Ok(values)
            }
        }

        deserializer.deserialize_map(MapVisitor(PhantomData))
    }
}

/// Seed that reads a required value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Required<T>(pub PhantomData<T>);

impl<'de, T: Wire<'de>> DeserializeSeed<'de> for Required<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// Seed that reads a value that is required under one of several spellings; `null` counts as
/// missing.
#[doc(hidden)]
#[derive(Debug)]
pub struct NotNull<T>(pub PhantomData<T>);

impl<'de, T: Wire<'de>> DeserializeSeed<'de> for NotNull<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Wire<'de>> Visitor<'de> for NotNull<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Option<T>, D::Error> {
        T::read(value).map(Some)
    }
}

/// Seed that reads an optional value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Optional<T>(pub PhantomData<T>);

impl<'de, T: Wire<'de>> DeserializeSeed<'de> for Optional<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read_optional(deserializer)
    }
}

/// Value that may be sent as JSON of several kinds. Each conversion returns `None` if the kind is
/// not accepted.
trait Scalar: Sized {
    const EXPECTED: &'static str;

    fn from_text(_: &str) -> Option<Self> {
        None
    }
    fn from_integer(_: i64) -> Option<Self> {
        None
    }
    /// Converts a whole number that may be beyond `i64`.
    fn from_unsigned(number: u64) -> Option<Self> {
        i64::try_from(number).ok().and_then(Self::from_integer)
    }
    fn from_fraction(_: f64) -> Option<Self> {
        None
    }
    fn from_boolean(_: bool) -> Option<Self> {
        None
    }
    /// Returns whether this value represents a missing value.
    fn is_none(&self) -> bool {
        false
    }
}

impl Scalar for Identifier {
    const EXPECTED: &'static str = "an id, as text or as a whole number";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(Self::of_number(number.to_string()))
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        Some(Self::of_number(number.to_string()))
    }
}

/// Removes a fraction of zeros from a whole number, as in `206.0`.
fn whole(text: &str) -> &str {
    let text = text.trim();
    match text.split_once('.') {
        Some((whole, fraction))
            if !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0') =>
        {
            whole
        }
        _ => text,
    }
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_text(text: &str) -> Option<Self> {
        whole(text).parse().ok()
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(number)
    }

    /// Converts a count with a fraction of zero ([T32](crate::deviations#t32)).
    fn from_fraction(number: f64) -> Option<Self> {
        // From 2^40 on, `f64` may lose digits of a fraction, and the number then looks whole.
        const EXACT: f64 = 1_099_511_627_776.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked to be whole and in range"
        )]
        (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
    }
}

impl Scalar for u64 {
    const EXPECTED: &'static str = "a whole number of at least 0";

    fn from_text(text: &str) -> Option<Self> {
        whole(text).parse().ok()
    }

    fn from_integer(number: i64) -> Option<Self> {
        number.try_into().ok()
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        Some(number)
    }

    fn from_fraction(number: f64) -> Option<Self> {
        i64::from_fraction(number).and_then(Self::from_integer)
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    fn from_text(text: &str) -> Option<Self> {
        text.trim().to_ascii_lowercase().parse().ok()
    }

    fn from_boolean(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Scalar for String {
    const EXPECTED: &'static str = "a string";

    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Scalar for Timestamp {
    const EXPECTED: &'static str =
        "a timestamp such as `2017-03-10T00:00:00+00:00` or `2017-03-10`";

    fn from_text(text: &str) -> Option<Self> {
        Timestamp::of_service(text)
    }

    fn is_none(&self) -> bool {
        self.is_never()
    }
}

/// Visitor of a required or an optional value; only an optional value can be `None`.
struct ScalarVisitor<T> {
    is_optional: bool,
    scalar: PhantomData<T>,
}

impl<T: Scalar> ScalarVisitor<T> {
    fn read<'de, D: Deserializer<'de>>(
        is_optional: bool,
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let scalar = PhantomData;
        deserializer.deserialize_any(Self {
            is_optional,
            scalar,
        })
    }

    fn checked<E: Error>(value: Option<T>, found: Unexpected<'_>) -> Result<Option<T>, E> {
        match value {
            None => Err(E::invalid_type(found, &T::EXPECTED)),
            value => Ok(value),
        }
    }
}

impl<T: Scalar> Visitor<'_> for ScalarVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        match self.is_optional {
            true => Ok(None),
            false => Self::checked(None, Unexpected::Unit),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        Self::checked(T::from_boolean(value), Unexpected::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        Self::checked(T::from_integer(value), Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        Self::checked(T::from_unsigned(value), Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        Self::checked(T::from_fraction(value), Unexpected::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Option<T>, E> {
        if self.is_optional && is_blank(value) {
            return Ok(None);
        }
        let value: Option<T> = Self::checked(T::from_text(value), Unexpected::Str(value))?;
        Ok(value.filter(|value| !(self.is_optional && value.is_none())))
    }
}

/// Returns whether a text is empty or only spaces, with a short way for the usual text.
#[inline]
fn is_blank(text: &str) -> bool {
    !matches!(text.as_bytes(), [b'!'..=b'~', ..]) && text.trim().is_empty()
}

/// Reads optional text.
#[doc(hidden)]
pub fn read_optional_text<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    from: impl Fn(&str) -> T,
) -> Result<Option<T>, D::Error> {
    struct TextVisitor<F>(F);

    impl<T, F: Fn(&str) -> T> Visitor<'_> for TextVisitor<F> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
            Ok((!is_blank(text)).then(|| (self.0)(text)))
        }
    }

    deserializer.deserialize_any(TextVisitor(from))
}

macro_rules! scalars {
    ($($scalar:ty),*) => {$(
        impl<'de> Wire<'de> for $scalar {
            fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let missing = || D::Error::invalid_type(Unexpected::Unit, &Self::EXPECTED);
                ScalarVisitor::read(false, deserializer)?.ok_or_else(missing)
            }

            fn read_optional<D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Option<Self>, D::Error> {
                ScalarVisitor::read(true, deserializer)
            }
        }
    )*};
}

scalars!(i64, u64, bool, String, Timestamp, Identifier);

/// Any JSON value.
impl<'de> Wire<'de> for serde_json::Value {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn of_null() -> Option<Self> {
        Some(Self::Null)
    }
}

/// Object with any properties.
impl<'de> Wire<'de> for AdditionalProperties {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T: for<'de> Wire<'de>>(json: &str) -> Result<T, String> {
        T::read(&mut serde_json::Deserializer::from_str(json)).map_err(|error| error.to_string())
    }

    #[test]
    fn counts_are_read_from_numbers_and_text() {
        for (json, count) in [
            ("63", 63),
            (r#""63""#, 63),
            (r#"" 63 ""#, 63),
            ("63.0", 63),
            (r#""63.0""#, 63),
            (r#"" -63.000 ""#, -63),
            (r#""9007199254740993.0""#, 9_007_199_254_740_993),
            ("-1", -1),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(read::<i64>(json), Ok(count), "{json}");
        }
        for json in [
            "63.5",
            r#""63.5""#,
            r#""63.""#,
            r#"".0""#,
            r#""6.3.0""#,
            r#""x""#,
            r#""""#,
            "null",
            "true",
            "[]",
            "{}",
            "9223372036854775808",
            "9007199254740993.0",
            "4503599627370497.3",
            "2251799813685249.2",
            "1e300",
        ] {
            let error = read::<i64>(json).unwrap_err();
            assert!(error.contains("expected a whole number"), "{json}: {error}");
        }
    }

    #[test]
    fn numbers_beyond_i64_are_read_as_unsigned() {
        for json in ["18446744073709551615", r#""18446744073709551615""#] {
            assert_eq!(read::<u64>(json), Ok(u64::MAX), "{json}");
        }
        assert_eq!(read::<u64>("63.0"), Ok(63));
        for json in [
            "-1",
            "-1.0",
            r#""-1""#,
            "0.5",
            "null",
            "18446744073709551616",
        ] {
            let error = read::<u64>(json).unwrap_err();
            assert!(
                error.contains("a whole number of at least 0"),
                "{json}: {error}"
            );
        }
    }

    #[test]
    fn map_values_are_read_like_properties() {
        let read = read::<BTreeMap<String, i64>>;
        let counts = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(
            read(r#"{"b":"2","a":1.0,"none":null,"blank":""}"#),
            Ok(counts)
        );
        assert!(read("[]").unwrap_err().contains("expected an object"));
        assert!(read(r#"{"a":"x"}"#).is_err());
    }

    #[test]
    fn all_spellings_of_a_missing_value_are_none() {
        assert_eq!(read::<Option<i64>>("null"), Ok(None));
        assert_eq!(read::<Option<i64>>(r#""""#), Ok(None));
        assert_eq!(read::<Option<String>>("null"), Ok(None));
        assert_eq!(read::<Option<String>>(r#"" ""#), Ok(None));
        assert_eq!(read::<Option<Timestamp>>("null"), Ok(None));
        assert_eq!(read::<Option<Timestamp>>(r#""""#), Ok(None));
        assert_eq!(
            read::<Option<Timestamp>>(r#""0001-01-01T00:00:00""#),
            Ok(None)
        );
        assert_eq!(read::<Option<Vec<i64>>>("null"), Ok(None));
        assert_eq!(read::<Option<bool>>("false"), Ok(Some(false)));
    }

    #[test]
    fn a_missing_required_value_is_an_error_and_never_is_a_date() {
        assert!(read::<String>("null").is_err());
        assert_eq!(read::<String>(r#""""#), Ok(String::new()));
        assert!(read::<Timestamp>(r#""""#).is_err());
        assert!(
            read::<Timestamp>(r#""0001-01-01T00:00:00""#)
                .unwrap()
                .is_never()
        );
        assert!(read::<Vec<i64>>("null").is_err());
    }

    #[test]
    fn booleans_are_read_from_booleans_and_text() {
        assert_eq!(read::<bool>(r#""True""#), Ok(true));
        assert!(read::<bool>("1").is_err());
        assert!(read::<String>("1").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_text_and_never_panics(text in "\\PC{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(read::<String>(&json), Ok(text.clone()));
            prop_assert_eq!(read::<i64>(&json).ok(), whole(&text).parse().ok());
            // Text that is not JSON is an error and does not cause a panic.
            let _results = (read::<i64>(&text), read::<Option<u64>>(&text), read::<bool>(&text));
        }

        #[test]
        fn every_count_is_read_from_numbers_and_text(count in any::<i64>()) {
            prop_assert_eq!(read::<i64>(&count.to_string()), Ok(count));
            prop_assert_eq!(read::<Option<i64>>(&format!("\"{count}\"")), Ok(Some(count)));
        }
    }
}
