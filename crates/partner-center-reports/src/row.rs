//! Rows of reports: their fields with names, kinds and meanings in one place.

use std::sync::Arc;

use partner_center_core::{FieldValue, Number, Timestamp};

/// Value of a field of a row of a report.
pub(crate) trait Value {
    fn value(&self) -> FieldValue<'_>;
}

impl Value for Option<Arc<str>> {
    fn value(&self) -> FieldValue<'_> {
        self.as_deref().map_or(FieldValue::Null, FieldValue::Text)
    }
}

impl Value for Option<i64> {
    fn value(&self) -> FieldValue<'_> {
        self.map_or(FieldValue::Null, FieldValue::Integer)
    }
}

impl Value for Option<bool> {
    fn value(&self) -> FieldValue<'_> {
        self.map_or(FieldValue::Null, FieldValue::Boolean)
    }
}

impl Value for Option<Number> {
    fn value(&self) -> FieldValue<'_> {
        self.as_ref().map_or(FieldValue::Null, FieldValue::Number)
    }
}

impl Value for Option<Timestamp> {
    fn value(&self) -> FieldValue<'_> {
        self.as_ref()
            .map_or(FieldValue::Null, FieldValue::Timestamp)
    }
}

/// Type of the values of a kind of field.
macro_rules! type_of {
    (Text) => { Option<std::sync::Arc<str>> };
    (Guid) => { Option<std::sync::Arc<str>> };
    (Timestamp) => { Option<partner_center_core::Timestamp> };
    (Count) => { Option<i64> };
    (Number) => { Option<partner_center_core::Number> };
    (Boolean) => { Option<bool> };
}

/// Defines a row: `field: Kind = "nameInJson", "meaning";`.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $name:ident { $($field:ident: $kind:ident = $wire:literal, $meaning:literal;)+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                #[doc = concat!($meaning, ".")]
                pub $field: $crate::row::type_of!($kind),
            )+
        }

        impl $name {
            /// Fields of a row, in the order of the columns.
            pub const FIELDS: &'static [partner_center_catalog::Field] = &[
                $(partner_center_catalog::Field::new(
                    $wire,
                    partner_center_catalog::FieldKind::$kind,
                    $meaning,
                ),)+
            ];
        }

        impl partner_center_core::Row for $name {
            fn names(&self) -> &'static [&'static str] {
                &[$($wire),+]
            }

            fn value(&self, position: usize) -> partner_center_core::FieldValue<'_> {
                type Read = fn(&$name) -> partner_center_core::FieldValue<'_>;
                const READ: &[Read] = &[$(|row| $crate::row::Value::value(&row.$field)),+];
                READ.get(position)
                    .map_or(partner_center_core::FieldValue::Null, |read| read(self))
            }

            fn additional(&self) -> &partner_center_core::AdditionalProperties {
                static NONE: partner_center_core::AdditionalProperties =
                    partner_center_core::AdditionalProperties::new();
                &NONE
            }
        }
    };
}

pub(crate) use {row, type_of};
