//! Evaluation of filters.
//!
//! A comparison is evaluated once for each code of its column, not once for each row.

use partner_center_catalog::Operator;
use partner_center_core::query::{Comparison, FilterExpression, FilterNode, Literal};

use super::{Rules, numbers};
use crate::data::{
    calendar::{Moment, parse_moment},
    table::{Cell, ColumnKind, Key, Table},
    world::random::Guid,
};

/// Filter that was prepared for a table.
pub(super) struct Filter<'t> {
    root: Node<'t>,
    matches: Vec<bool>,
}

enum Node<'t> {
    Test(Test<'t>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// Comparison of a column with a value.
struct Test<'t> {
    table: &'t dyn Table,
    column: usize,
    kind: ColumnKind,
    predicate: Predicate,
    /// Results by code; `None` until the code occurs.
    known: Vec<Option<bool>>,
    codes: Vec<u32>,
    numbers: Vec<i64>,
}

struct Predicate {
    operator: Operator,
    value: Value,
    ignores_case: bool,
}

/// Value that a cell is compared with.
enum Value {
    Text(String),
    Guid(Guid),
    Boolean(bool),
    /// Number, in millionths.
    Number(i128),
    Time(Moment),
}

impl<'t> Filter<'t> {
    pub(super) fn new(expression: &FilterExpression, table: &'t dyn Table, rules: Rules) -> Self {
        Self {
            root: node(expression, table, rules),
            matches: Vec::new(),
        }
    }

    /// Replaces `selected` with the keys of the rows that meet the filter.
    pub(super) fn select(&mut self, keys: &[Key], selected: &mut Vec<Key>) {
        self.matches.clear();
        self.matches.resize(keys.len(), false);
        self.root.test(keys, &mut self.matches);
        let matching = keys
            .iter()
            .zip(&self.matches)
            .filter(|(_, matches)| **matches);
        selected.clear();
        selected.extend(matching.map(|(key, _)| *key));
    }
}

/// Prepares an expression. Its depth is limited by the parser.
fn node<'t>(expression: &FilterExpression, table: &'t dyn Table, rules: Rules) -> Node<'t> {
    let nodes =
        |parts: &[FilterExpression]| parts.iter().map(|part| node(part, table, rules)).collect();
    match expression.node() {
        FilterNode::All(parts) => Node::All(nodes(parts)),
        FilterNode::Any(parts) => Node::Any(nodes(parts)),
        FilterNode::Comparison(comparison) => Node::Test(Test::new(comparison, table, rules)),
        // A node of a later version of the grammar, which the checks refuse.
        _ => Node::Any(Vec::new()),
    }
}

impl Node<'_> {
    /// Sets `matches` for rows that meet the condition.
    fn test(&mut self, keys: &[Key], matches: &mut [bool]) {
        let (parts, is_all) = match self {
            Self::Test(test) => return test.test(keys, matches),
            Self::All(parts) => (parts, true),
            Self::Any(parts) => (parts, false),
        };
        matches.fill(is_all);
        let mut own = vec![false; keys.len()];
        for part in parts {
            part.test(keys, &mut own);
            for (total, own) in matches.iter_mut().zip(&own) {
                *total = if is_all {
                    *total && *own
                } else {
                    *total || *own
                };
            }
        }
    }
}

impl<'t> Test<'t> {
    fn new(comparison: &Comparison, table: &'t dyn Table, rules: Rules) -> Self {
        let columns = table.columns();
        let is_named = |name: &str| name.eq_ignore_ascii_case(comparison.field());
        // The checks refuse a field that the operation does not have.
        let column = columns.iter().position(|column| is_named(column.name));
        let column = column.unwrap_or(usize::MAX);
        let kind = columns
            .get(column)
            .map_or(ColumnKind::Coded, |column| column.kind);
        let known = match kind {
            ColumnKind::Coded if column != usize::MAX => vec![None; table.code_count(column)],
            _ => Vec::new(),
        };
        Self {
            table,
            column,
            kind,
            predicate: Predicate {
                operator: comparison.operator(),
                value: value(comparison.value()),
                ignores_case: rules.ignores_case,
            },
            known,
            codes: Vec::new(),
            numbers: Vec::new(),
        }
    }

    fn test(&mut self, keys: &[Key], matches: &mut [bool]) {
        if self.column == usize::MAX {
            return matches.fill(false);
        }
        if self.kind != ColumnKind::Coded {
            numbers(self.table, self.column, keys, &mut self.numbers);
            let scale = if self.kind == ColumnKind::Count {
                1_000_000
            } else {
                1
            };
            for (matches, number) in matches.iter_mut().zip(&self.numbers) {
                *matches = self.predicate.holds_for_number(i128::from(*number) * scale);
            }
            return;
        }
        self.codes.clear();
        self.table.codes(self.column, keys, &mut self.codes);
        for (matches, code) in matches.iter_mut().zip(&self.codes) {
            *matches = match self.known.get_mut(*code as usize) {
                Some(known) => *known.get_or_insert_with(|| {
                    self.predicate.holds(&self.table.cell(self.column, *code))
                }),
                None => self.predicate.holds(&self.table.cell(self.column, *code)),
            };
        }
    }
}

/// Returns the value of a literal.
fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::DateTime(timestamp) => match parse_moment(timestamp.as_str()) {
            Some(moment) => Value::Time(moment),
            None => Value::Text(timestamp.as_str().to_owned()),
        },
        Literal::Number(number) => match millionths(&number.to_string()) {
            Some(number) => Value::Number(number),
            None => Value::Text(number.to_string()),
        },
        Literal::Text(text) => match Guid::parse(text).filter(|_| text.len() == 36) {
            Some(guid) => Value::Guid(guid),
            None => Value::Text(text.clone()),
        },
        other => Value::Text(other.to_string()),
    }
}

/// Parses a decimal number with at most six digits after the point.
pub(crate) fn millionths(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let fraction = fraction.trim_end_matches('0');
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 6 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let fraction: i128 = format!("{fraction:0<6}").parse().ok()?;
    Some(sign * (whole.checked_mul(1_000_000)? + fraction))
}

impl Predicate {
    /// Returns whether a value meets the comparison. A missing value is different from every
    /// value, and neither smaller nor larger.
    fn holds(&self, cell: &Cell<'_>) -> bool {
        let ordering = match (cell, &self.value) {
            (Cell::Null, _) => return self.operator == Operator::NotEqual,
            (Cell::Text(text), Value::Text(wanted)) => return self.holds_for_text(text, wanted),
            (Cell::Text(text), Value::Guid(wanted)) => match Guid::parse(text) {
                Some(guid) if self.operator != Operator::Contains => guid.0.cmp(&wanted.0),
                _ => return self.holds_for_text(text, &wanted.upper()),
            },
            (Cell::Number(number), Value::Text(wanted)) => {
                return self.holds_for_text(&number.to_string(), wanted);
            }
            (Cell::Boolean(value), Value::Boolean(wanted)) => value.cmp(wanted),
            (Cell::Time(moment), Value::Time(wanted)) => moment.micros.cmp(&wanted.micros),
            (Cell::Time(moment), Value::Text(wanted)) => match parse_moment(wanted) {
                Some(wanted) => moment.micros.cmp(&wanted.micros),
                None => return self.holds_for_text(&moment.text(), wanted),
            },
            _ => return self.operator == Operator::NotEqual,
        };
        self.holds_for_ordering(ordering)
    }

    fn holds_for_number(&self, number: i128) -> bool {
        match &self.value {
            Value::Number(wanted) => self.holds_for_ordering(number.cmp(wanted)),
            _ => self.operator == Operator::NotEqual,
        }
    }

    fn holds_for_text(&self, text: &str, wanted: &str) -> bool {
        let (text, wanted) = match self.ignores_case {
            true => (text.to_lowercase(), wanted.to_lowercase()),
            false => (text.to_owned(), wanted.to_owned()),
        };
        match self.operator {
            Operator::Contains => text.contains(&wanted),
            _ => self.holds_for_ordering(text.cmp(&wanted)),
        }
    }

    fn holds_for_ordering(&self, ordering: std::cmp::Ordering) -> bool {
        match self.operator {
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Greater => ordering.is_gt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
            Operator::Less => ordering.is_lt(),
            Operator::LessOrEqual => ordering.is_le(),
            // `contains` compares texts only.
            _ => false,
        }
    }
}
