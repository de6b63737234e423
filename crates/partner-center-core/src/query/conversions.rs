//! Conversions from and to text, common to all query options.

use super::{Filter, GroupBy, OrderBy, QueryError, QueryOperation};

macro_rules! text_conversions {
    ($($option:ident)+) => {$(
        impl<O: QueryOperation> TryFrom<&str> for $option<O> {
            type Error = QueryError;

            /// Parses text like `FromStr`.
            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl<O: QueryOperation> TryFrom<&String> for $option<O> {
            type Error = QueryError;

            /// Parses text like `FromStr`.
            fn try_from(text: &String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl<O: QueryOperation> TryFrom<String> for $option<O> {
            type Error = QueryError;

            /// Parses text like `FromStr`.
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl<O> From<$option<O>> for String {
            /// Returns the text that is sent, like `Display`.
            fn from(option: $option<O>) -> Self {
                option.to_string()
            }
        }
    )+};
}

text_conversions! { Filter GroupBy OrderBy }
