//! `--where`: a condition of the filter language, evaluated for each row.

use std::cmp::Ordering;
use std::io;

use partner_center::query::{Comparison, FilterExpression, FilterNode, Literal, Operator};
use partner_center::{Field, FieldKind, Number, Row, Timestamp};

use super::super::Columns;
use super::super::cells::Cell;
use super::super::column_names::Names;
use super::value::{Value, compare_decimals, compare_text, folded};
use crate::failure::{Exit, Failure};

/// Condition that rows must meet.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// Columns that the condition compares.
    pub(super) columns: Columns,
    root: Node,
}

#[derive(Clone, Debug)]
enum Node {
    Test {
        column: usize,
        operator: Operator,
        wanted: Wanted,
    },
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// Value of a condition.
#[derive(Clone, Debug)]
enum Wanted {
    Boolean(bool),
    Number(Number),
    Time(Timestamp),
    Text {
        folded: String,
        /// The text as a number or a moment, for columns of these kinds.
        number: Option<Number>,
        time: Option<Timestamp>,
    },
}

impl Condition {
    /// Parses `--where`.
    pub(super) fn new(
        text: &str,
        fields: &'static [Field],
        is_strict: bool,
    ) -> Result<Self, Failure> {
        let expression: FilterExpression = text.parse().map_err(|error| refused(&error))?;
        let mut names = Vec::new();
        collect(&expression, &mut names);
        let names_of = Names {
            flag: "--where",
            is_strict,
        };
        let columns = Columns::named(names_of, &names, fields)?;
        let root = node(&expression, &columns)?;
        Ok(Self { columns, root })
    }

    /// Returns whether each row meets the condition. `number` is that of the first row.
    pub(super) fn test(&mut self, rows: &[&dyn Row], number: u64) -> io::Result<Vec<bool>> {
        let mut cells = Vec::new();
        let tests = rows.iter().copied().zip(number..).map(|(row, number)| {
            self.columns.cells(row, number, &mut cells)?;
            self.root.holds(&cells)
        });
        tests.collect()
    }
}

/// Returns the failure for text that is not a condition. The parser names the query option of the
/// API, which the user did not type.
fn refused(error: &impl std::fmt::Display) -> Failure {
    let error = error.to_string();
    let message = match error.strip_prefix("`filter` ") {
        Some(problem) => format!("--where {problem}"),
        None => format!("--where: {error}"),
    };
    Failure::new(Exit::Usage, message).help(
        "compare columns with values, such as \
         --where \"licensesSold gt 5 and productName eq 'Office 365'\"",
    )
}

/// Collects the names of an expression, each once.
fn collect<'e>(expression: &'e FilterExpression, names: &mut Vec<&'e str>) {
    match expression.node() {
        FilterNode::Comparison(comparison) => {
            let name = comparison.field();
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        FilterNode::All(parts) | FilterNode::Any(parts) => {
            for part in parts {
                collect(part, names);
            }
        }
        _ => {}
    }
}

fn node(expression: &FilterExpression, columns: &Columns) -> Result<Node, Failure> {
    let nodes = |parts: &[FilterExpression]| {
        let nodes = parts.iter().map(|part| node(part, columns));
        nodes.collect::<Result<Vec<_>, _>>()
    };
    match expression.node() {
        FilterNode::All(parts) => nodes(parts).map(Node::All),
        FilterNode::Any(parts) => nodes(parts).map(Node::Any),
        FilterNode::Comparison(comparison) => test(comparison, columns),
        _ => Err(Failure::new(
            Exit::Usage,
            format!("--where: `{expression}` cannot be evaluated"),
        )),
    }
}

fn test(comparison: &Comparison, columns: &Columns) -> Result<Node, Failure> {
    let is_named = |name: &str| name.eq_ignore_ascii_case(comparison.field());
    let mut found = columns.columns.iter().enumerate();
    let Some((column, known)) = found.find(|(_, column)| is_named(&column.name)) else {
        let message = format!("--where: unknown column `{}`", comparison.field());
        return Err(Failure::new(Exit::Usage, message));
    };
    let operator = comparison.operator();
    let wanted = wanted(comparison.value());
    let expected = match (known.kind, &wanted) {
        _ if operator == Operator::Contains || !known.known => None,
        (
            FieldKind::Count | FieldKind::Number,
            Wanted::Number(_)
            | Wanted::Text {
                number: Some(_), ..
            },
        ) => None,
        (FieldKind::Count | FieldKind::Number, _) => Some("a number such as 5"),
        (FieldKind::Timestamp, Wanted::Time(_) | Wanted::Text { time: Some(_), .. }) => None,
        (FieldKind::Timestamp, _) => Some("a date such as '2026-01-31'"),
        (FieldKind::Boolean, Wanted::Boolean(_)) => None,
        (FieldKind::Boolean, _) => Some("true or false"),
        (_, Wanted::Boolean(_) | Wanted::Time(_)) => Some("text in single quotes"),
        _ => None,
    };
    match expected {
        Some(expected) => Err(Failure::new(
            Exit::Usage,
            format!(
                "--where: `{}` cannot be compared with {}; expected {expected}",
                known.name,
                comparison.value()
            ),
        )),
        None => Ok(Node::Test {
            column,
            operator,
            wanted,
        }),
    }
}

fn wanted(literal: &Literal) -> Wanted {
    match literal {
        Literal::Boolean(value) => Wanted::Boolean(*value),
        Literal::Number(number) => Wanted::Number(number.clone()),
        Literal::DateTime(time) => Wanted::Time(time.clone()),
        Literal::Text(text) => Wanted::Text {
            folded: folded(text),
            number: text.parse().ok(),
            time: text.parse().ok(),
        },
        other => Wanted::Text {
            folded: folded(&other.to_string()),
            number: None,
            time: None,
        },
    }
}

impl Node {
    fn holds(&self, cells: &[Cell<'_>]) -> io::Result<bool> {
        match self {
            Self::Test {
                column,
                operator,
                wanted,
            } => match cells.get(*column) {
                Some(cell) => Ok(wanted.holds(&Value::new(cell)?, *operator)),
                None => Ok(false),
            },
            Self::All(parts) => {
                for part in parts {
                    if !part.holds(cells)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds(cells)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

impl Wanted {
    /// Returns whether a value meets the comparison. A missing value is different from every
    /// value, and neither smaller nor larger.
    fn holds(&self, value: &Value<'_>, operator: Operator) -> bool {
        if let (Operator::Contains, Self::Text { folded, .. }) = (operator, self) {
            return contains(value, folded);
        }
        let ordering = match self.compare(value) {
            Some(ordering) => ordering,
            None => return operator == Operator::NotEqual,
        };
        match operator {
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

    /// Compares a value with the wanted one; `None` if they are of different types.
    fn compare(&self, value: &Value<'_>) -> Option<Ordering> {
        let number = |wanted: &Number| match value {
            Value::Integer(number) => match wanted.as_str().parse() {
                Ok(wanted) => Some(number.cmp(&wanted)),
                Err(_) => Some(compare_decimals(&number.to_string(), wanted.as_str())),
            },
            Value::Decimal(number) => Some(compare_decimals(number, wanted.as_str())),
            // An id may be a text or a number.
            Value::Text(text) => {
                let number: Number = text.parse().ok()?;
                Some(compare_decimals(number.as_str(), wanted.as_str()))
            }
            _ => None,
        };
        let time = |wanted: &Timestamp| match value {
            Value::Time(time) => Some((*time).cmp(wanted)),
            Value::Text(text) => Some(text.parse::<Timestamp>().ok()?.cmp(wanted)),
            _ => None,
        };
        match (self, value) {
            (Self::Boolean(wanted), Value::Boolean(value)) => Some(value.cmp(wanted)),
            (Self::Boolean(_), _) => None,
            (Self::Number(wanted), _) => number(wanted),
            (Self::Time(wanted), _) => time(wanted),
            (Self::Text { folded, .. }, Value::Text(text)) => Some(compare_text(text, folded)),
            (Self::Text { time: wanted, .. }, Value::Time(_)) => time(wanted.as_ref()?),
            (Self::Text { number: wanted, .. }, _) => number(wanted.as_ref()?),
        }
    }
}

fn contains(value: &Value<'_>, part: &str) -> bool {
    match value {
        Value::Missing => false,
        Value::Boolean(value) => value.to_string().contains(part),
        Value::Integer(number) => number.to_string().contains(part),
        Value::Decimal(number) => number.contains(part),
        Value::Time(time) => folded(time.as_str()).contains(part),
        Value::Text(text) => folded(text).contains(part),
    }
}
