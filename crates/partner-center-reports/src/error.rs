//! Errors of price and exclusion files.

use thiserror::Error;

/// Error of a price or exclusion file, with the line.
///
/// # Examples
///
/// ```
/// use partner_center_reports::Prices;
///
/// let error = Prices::read("product,unitPrice,currency,term\nE3,ten,EUR,month\n".as_bytes()).unwrap_err();
/// assert_eq!(error.line, Some(2));
/// assert_eq!(
///     error.to_string(),
///     "line 2: `ten` is not a price; expected a decimal number such as 12.50"
/// );
/// ```
#[derive(Debug, Error)]
#[error("{}{problem}", self.place())]
#[non_exhaustive]
pub struct FileError {
    /// Number of the line, from 1. `None` if the file could not be read.
    pub line: Option<u64>,
    #[source]
    problem: FileProblem,
}

impl FileError {
    pub(crate) fn at(line: u64, problem: FileProblem) -> Self {
        Self {
            line: Some(line),
            problem,
        }
    }

    fn place(&self) -> String {
        self.line
            .map_or(String::new(), |line| format!("line {line}: "))
    }
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        Self {
            line: None,
            problem: FileProblem::Io(error),
        }
    }
}

/// Problem of a line.
#[derive(Debug, Error)]
pub(crate) enum FileProblem {
    #[error("the file could not be read: {0}")]
    Io(std::io::Error),
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("the file is empty; the first line names the columns: {0}")]
    NoHeader(String),
    #[error("unknown column `{name}`; expected {expected}")]
    UnknownColumn { name: String, expected: String },
    #[error("the column `{0}` appears twice")]
    RepeatedColumn(String),
    #[error("the column `{0}` is missing")]
    MissingColumn(&'static str),
    #[error("the row has {cells} cells, the first line {expected}")]
    CellCount { cells: usize, expected: usize },
    #[error("the row is empty")]
    EmptyRow,
    #[error("the row has no {0}")]
    MissingCell(&'static str),
    #[error("`{0}` is not a price; expected a decimal number such as 12.50")]
    Price(String),
    #[error("the price `{0}` is negative")]
    NegativePrice(String),
    #[error("`{0}` is not a currency; expected three letters such as EUR")]
    Currency(String),
    #[error("`{0}` is not a term; expected month, year or 3 years")]
    Term(String),
    #[error("line {line} already has a price of `{product}` for this term")]
    RepeatedPrice { line: u64, product: String },
    #[error("`{product}` has a price in {currency} on line {line}; a product has one currency")]
    TwoCurrencies {
        line: u64,
        product: String,
        currency: String,
    },
}
