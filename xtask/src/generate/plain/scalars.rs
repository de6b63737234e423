//! Plain types of text, numbers and booleans.

use openapiv3::{
    BooleanType, IntegerFormat, IntegerType, NumberType, SchemaKind, StringType, Type,
    VariantOrUnknownOrEmpty,
};

use super::anything;

/// Text formats that have a type in responses, with the format name used here.
const TIMESTAMP: &str = "partner-center-timestamp";
const IDENTIFIER: &str = "partner-center-id";

/// Plain types that a value may have.
#[derive(Clone, Copy, Default)]
pub(super) struct Scalars {
    pub(super) text: bool,
    /// Text with a number.
    pub(super) digits: bool,
    pub(super) integer: bool,
    pub(super) number: bool,
    pub(super) boolean: bool,
}

impl Scalars {
    pub(super) fn kind(self) -> SchemaKind {
        match self {
            Self {
                text: false,
                boolean: false,
                number: true,
                ..
            } => number(),
            Self {
                text: false,
                boolean: false,
                integer: true,
                ..
            } => whole_number(&VariantOrUnknownOrEmpty::Empty),
            Self {
                text: true,
                integer: true,
                number: false,
                boolean: false,
                ..
            } => SchemaKind::Type(Type::String(StringType {
                format: VariantOrUnknownOrEmpty::Unknown(IDENTIFIER.to_owned()),
                ..Default::default()
            })),
            Self {
                integer: false,
                number: false,
                boolean: false,
                ..
            } => SchemaKind::Type(Type::String(StringType::default())),
            Self {
                text: false,
                digits: false,
                integer: false,
                number: false,
                ..
            } => SchemaKind::Type(Type::Boolean(BooleanType::default())),
            _ => anything().schema_kind,
        }
    }
}

/// Returns whether text of this pattern is a number: only digits, sign and point.
pub(super) fn only_digits(pattern: &str) -> bool {
    pattern
        .replace("\\d", "0")
        .chars()
        .all(|c| c.is_ascii_digit() || "^$[](){}?:*+-.,\\|".contains(c))
}

/// Returns the format of text in a plain document, if it has a type.
pub(super) fn text_format(
    format: &VariantOrUnknownOrEmpty<openapiv3::StringFormat>,
) -> VariantOrUnknownOrEmpty<openapiv3::StringFormat> {
    use openapiv3::StringFormat::{Date, DateTime};
    let name = match format {
        VariantOrUnknownOrEmpty::Item(Date | DateTime) => TIMESTAMP,
        VariantOrUnknownOrEmpty::Unknown(name) if name == TIMESTAMP => TIMESTAMP,
        VariantOrUnknownOrEmpty::Unknown(name) if name == IDENTIFIER => IDENTIFIER,
        // A GUID keeps its case (T52), so it stays text.
        _ => return VariantOrUnknownOrEmpty::Empty,
    };
    VariantOrUnknownOrEmpty::Unknown(name.to_owned())
}

/// Returns an integer type without limits. Only the format for numbers beyond `i64` is kept, since
/// other formats may change without notice.
pub(super) fn whole_number(format: &VariantOrUnknownOrEmpty<IntegerFormat>) -> SchemaKind {
    let format = match format {
        VariantOrUnknownOrEmpty::Unknown(name) if name == "uint64" => {
            VariantOrUnknownOrEmpty::Unknown(name.clone())
        }
        _ => VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64),
    };
    SchemaKind::Type(Type::Integer(IntegerType {
        format,
        ..Default::default()
    }))
}

pub(super) fn number() -> SchemaKind {
    SchemaKind::Type(Type::Number(NumberType::default()))
}
