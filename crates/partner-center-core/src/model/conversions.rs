//! Conversions that several types have in common.

/// Implements `TryFrom` for text like `FromStr`.
macro_rules! try_from_text {
    ($type:ty, $error:ty $(, $generic:ident: $bound:path)?) => {
        $crate::model::conversions::try_from_text! { @ &str, $type, $error $(, $generic: $bound)? }
        $crate::model::conversions::try_from_text! { @ &String, $type, $error $(, $generic: $bound)? }
        $crate::model::conversions::try_from_text! { @ String, $type, $error $(, $generic: $bound)? }
    };
    (@ $text:ty, $type:ty, $error:ty $(, $generic:ident: $bound:path)?) => {
        impl$(<$generic: $bound>)? TryFrom<$text> for $type {
            type Error = $error;

            /// Parses text like `FromStr`.
            fn try_from(text: $text) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}
pub(crate) use try_from_text;

/// Implements `JsonSchema` with an inline schema.
macro_rules! inline_schema {
    ($type:ident, $schema:tt) => {
        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!("partner_center_core::", stringify!($type)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
pub(crate) use inline_schema;
