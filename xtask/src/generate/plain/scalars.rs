//! Text, numbers and booleans: the type that reads every form of one.

use openapiv3::{
    BooleanType, IntegerFormat, IntegerType, NumberType, SchemaKind, StringType, Type,
    VariantOrUnknownOrEmpty,
};

use super::anything;

/// Formats of text that have a type of their own in answers, by the name used here.
const TIMESTAMP: &str = "partner-center-timestamp";
const IDENTIFIER: &str = "partner-center-id";

/// Which plain types a value may have.
#[derive(Clone, Copy, Default)]
pub(super) struct Scalars {
    pub(super) text: bool,
    /// Text that holds a number.
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

/// Whether text of this pattern is a number: nothing else than digits, sign and point.
pub(super) fn only_digits(pattern: &str) -> bool {
    pattern
        .replace("\\d", "0")
        .chars()
        .all(|c| c.is_ascii_digit() || "^$[](){}?:*+-.,\\|".contains(c))
}

/// The format of text in a plain document: one of those with a type of their own, or none.
pub(super) fn text_format(
    format: &VariantOrUnknownOrEmpty<openapiv3::StringFormat>,
) -> VariantOrUnknownOrEmpty<openapiv3::StringFormat> {
    use openapiv3::StringFormat::{Date, DateTime};
    let name = match format {
        VariantOrUnknownOrEmpty::Item(Date | DateTime) => TIMESTAMP,
        VariantOrUnknownOrEmpty::Unknown(name) if name == TIMESTAMP => TIMESTAMP,
        VariantOrUnknownOrEmpty::Unknown(name) if name == IDENTIFIER => IDENTIFIER,
        // A GUID keeps the letter case it was sent in (T52), and any other text its spelling.
        _ => return VariantOrUnknownOrEmpty::Empty,
    };
    VariantOrUnknownOrEmpty::Unknown(name.to_owned())
}

/// A whole number without limits. Formats say what the service promises today: only the one
/// for numbers beyond `i64` makes a difference to the reader.
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
