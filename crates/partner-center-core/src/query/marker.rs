//! The type parameters of a [`Field`](super::Field): what its values are and what it takes.
//!
//! | parameter | choices | from the spec |
//! |---|---|---|
//! | value kind | [`Text`], [`Guid`], [`Boolean`], [`DateTime`], [`Number`] | schema of the row's property |
//! | operators | [`EqualOnly`], [`Equality`], [`ContainsOnly`], [`ContainsOrEquality`], [`AnyComparison`], [`NotFiltered`] | `x-filter-fields` |
//! | groupable | [`Yes`], [`No`] | listed in `x-group-fields` |
//! | sortable | [`Yes`], [`No`] | listed in `x-order-fields` |
//!
//! The traits are sealed: they are there to be named in bounds.

use partner_center_catalog::FieldKind;

use super::Operator;

mod sealed {
    pub trait Sealed {}
}

use sealed::Sealed;

/// What the values of a field are.
pub trait Kind: Sealed {
    /// The same, as a value.
    const KIND: FieldKind;
}

/// Which operators a field takes.
pub trait Operators: Sealed {
    /// The same, as values.
    const OPERATORS: &'static [Operator];
}

/// Operators of fields that take `eq`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `eq`",
    label = "a field with the operators `{Self}` does not take `eq`",
    note = "which field takes what is in the documentation of the field and of the operation"
)]
pub trait TakesEqual: Operators {}

/// Operators of fields that take `ne`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `ne`",
    label = "a field with the operators `{Self}` does not take `ne`",
    note = "which field takes what is in the documentation of the field and of the operation"
)]
pub trait TakesNotEqual: Operators {}

/// Operators of fields that take `gt`, `ge`, `lt` and `le`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `gt`, `ge`, `lt` and `le`",
    label = "a field with the operators `{Self}` is not compared by order",
    note = "which field takes what is in the documentation of the field and of the operation"
)]
pub trait TakesOrder: Operators {}

/// Operators of fields that take `contains`.
#[diagnostic::on_unimplemented(
    message = "this field does not take `contains`",
    label = "a field with the operators `{Self}` does not take `contains`",
    note = "which field takes what is in the documentation of the field and of the operation"
)]
pub trait TakesContains: Operators {}

/// Of fields that rows can be grouped by.
#[diagnostic::on_unimplemented(
    message = "the operation does not group by this field",
    label = "not a field of `groupby`",
    note = "which fields `groupby` takes is in the documentation of the operation"
)]
pub trait Groupable: Sealed {}

/// Of fields that rows can be sorted by.
#[diagnostic::on_unimplemented(
    message = "the operation does not sort by this field",
    label = "not a field of `orderby`",
    note = "which fields `orderby` takes is in the documentation of the operation"
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
    /// A GUID; values are [`Guid`](super::Guid).
    Guid
    /// `true` or `false`; values are `bool`.
    Boolean
    /// A moment or a day; values are [`Timestamp`](crate::Timestamp).
    DateTime
    /// A number; values are the integers and [`Number`](super::Number).
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
    /// No operator: `filter` does not take the field.
    NotFiltered

    /// The option takes the field.
    Yes
    /// The option does not take the field.
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
