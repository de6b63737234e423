//! Type-level properties of a [`Field`](super::Field): the kind of its values and the query options
//! that accept it.
//!
//! | parameter | choices | from the spec |
//! |---|---|---|
//! | value kind | [`Text`], [`Guid`], [`Boolean`], [`DateTime`], [`Number`] | schema of the row's property |
//! | operators | [`EqualOnly`], [`Equality`], [`ContainsOnly`], [`ContainsOrEquality`], [`AnyComparison`], [`NotFiltered`] | `x-filter-fields` |
//! | groupable | [`Yes`], [`No`] | listed in `x-group-fields` |
//! | sortable | [`Yes`], [`No`] | listed in `x-order-fields` |
//!
//! The traits are sealed. They are public so that bounds can name them.

use partner_center_catalog::FieldKind;

use super::Operator;

mod sealed {
    pub trait Sealed {}
}

use sealed::Sealed;

/// Kind of the values of a field.
pub trait Kind: Sealed {
    /// Kind as a value.
    const KIND: FieldKind;
}

/// Operators that a field accepts.
pub trait Operators: Sealed {
    /// Operators as values.
    const OPERATORS: &'static [Operator];
}

/// Operators that include `eq`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `eq`",
    label = "a field with the operators `{Self}` does not take `eq`",
    note = "see the documentation of the field and of the operation for the operators it takes"
)]
pub trait TakesEqual: Operators {}

/// Operators that include `ne`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `ne`",
    label = "a field with the operators `{Self}` does not take `ne`",
    note = "see the documentation of the field and of the operation for the operators it takes"
)]
pub trait TakesNotEqual: Operators {}

/// Operators that include `gt`, `ge`, `lt` and `le`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `gt`, `ge`, `lt` and `le`",
    label = "a field with the operators `{Self}` is not compared by order",
    note = "see the documentation of the field and of the operation for the operators it takes"
)]
pub trait TakesOrder: Operators {}

/// Operators that include `contains`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `contains`",
    label = "a field with the operators `{Self}` does not take `contains`",
    note = "see the documentation of the field and of the operation for the operators it takes"
)]
pub trait TakesContains: Operators {}

/// Marker of fields by which rows can be grouped.
#[diagnostic::on_unimplemented(
    message = "the operation does not group by this field",
    label = "not a field of `groupby`",
    note = "see the documentation of the operation for the fields that `groupby` takes"
)]
pub trait Groupable: Sealed {}

/// Marker of fields by which rows can be sorted.
#[diagnostic::on_unimplemented(
    message = "the operation does not sort by this field",
    label = "not a field of `orderby`",
    note = "see the documentation of the operation for the fields that `orderby` takes"
)]
pub trait Sortable: Sealed {}

macro_rules! markers {
    ($($(#[$documentation:meta])* $name:ident)+) => {$(
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl Sealed for $name {}
    )+};
}

markers! {
    /// Text; values are `&str` and `String`.
    Text
    /// GUID; values are [`Guid`](super::Guid).
    Guid
    /// `true` or `false`; values are `bool`.
    Boolean
    /// Moment or day; values are [`Timestamp`](crate::Timestamp).
    DateTime
    /// Number; values are the integers and [`Number`](super::Number).
    Number

    /// `eq`.
    EqualOnly
    /// `eq` and `ne`.
    Equality
    /// `contains`.
    ContainsOnly
    /// `contains`, `eq` and `ne`.
    ContainsOrEquality
    /// `eq`, `ne`, `gt`, `ge`, `lt` and `le`.
    AnyComparison
    /// No operators: `filter` does not accept the field.
    NotFiltered

    /// The option accepts the field.
    Yes
    /// The option does not accept the field.
    No
}

macro_rules! kinds {
    ($($name:ident: $kind:ident)+) => {$(
        impl Kind for $name {
            const KIND: FieldKind = FieldKind::$kind;
        }
    )+};
}

kinds! { Text: Text Guid: Guid Boolean: Boolean DateTime: Timestamp Number: Number }

macro_rules! operators {
    ($($name:ident: [$($operator:ident),*] $($takes:ident)*;)+) => {$(
        impl Operators for $name {
            const OPERATORS: &'static [Operator] = &[$(Operator::$operator),*];
        }

        $(impl $takes for $name {})*
    )+};
}

operators! {
    EqualOnly: [Equal] TakesEqual;
    Equality: [Equal, NotEqual] TakesEqual TakesNotEqual;
    ContainsOnly: [Contains] TakesContains;
    ContainsOrEquality: [Contains, Equal, NotEqual] TakesContains TakesEqual TakesNotEqual;
    AnyComparison: [Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual]
        TakesEqual TakesNotEqual TakesOrder;
    NotFiltered: [];
}

impl Groupable for Yes {}
impl Sortable for Yes {}
