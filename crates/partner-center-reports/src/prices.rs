//! Prices of a file, since the API has none, and exact amounts of money.

use std::collections::HashMap;
use std::io::Read;

use partner_center_core::Number;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{FileError, FileProblem};
use crate::holdings::{Holdings, Joined, Position, guid_bytes, normal};
use crate::table::Table;

/// Period for which a price is paid.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Term {
    Month,
    Year,
    ThreeYears,
}

impl Term {
    /// Reads a term of a price file, or a billing cycle of a subscription.
    fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase().replace([' ', '-', '_'], "");
        Some(match text.as_str() {
            "month" | "monthly" | "1month" | "p1m" => Self::Month,
            "year" | "yearly" | "annual" | "annually" | "1year" | "12months" | "p1y" => Self::Year,
            "3years" | "threeyears" | "triennial" | "36months" | "p3y" => Self::ThreeYears,
            _ => return None,
        })
    }

    fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
            Self::ThreeYears => 36,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
            Self::ThreeYears => "3 years",
        }
    }
}

/// Price of one licence for a term.
#[derive(Clone, Debug)]
pub(crate) struct Price {
    line: u64,
    pub(crate) unit: Decimal,
    pub(crate) currency: String,
    pub(crate) term: Term,
}

impl Price {
    /// Returns the amount for some licences and a year, rounded to the digits of the price but at
    /// least to two; `None` if it is too large.
    pub(crate) fn per_year(&self, licenses: i64) -> Option<Decimal> {
        let months = Decimal::from(self.term.months());
        let yearly = self
            .unit
            .checked_mul(Decimal::from(licenses))?
            .checked_mul(Decimal::from(12))?
            .checked_div(months)?;
        let digits = self.unit.scale().max(2);
        let mut rounded =
            yearly.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        // A division changes the number of digits that are written.
        if self.unit.scale() > 0 || rounded.scale() > 0 {
            rounded.rescale(digits);
        }
        Some(rounded)
    }
}

/// Returns an amount as a value of a row.
pub(crate) fn number(amount: Decimal) -> Option<Number> {
    amount.to_string().parse().ok()
}

/// Prices of products, which the API does not have.
///
/// # Examples
///
/// ```
/// use partner_center_reports::Prices;
///
/// let file = "product,unitPrice,currency,term\n\
///             OFFICE 365 ENTERPRISE E3,21.60,EUR,month\n\
///             f8a1db68-be16-40ed-86d5-cb42ce701560,112.80,USD,year\n";
/// let prices = Prices::read(file.as_bytes())?;
/// assert_eq!(prices.len(), 2);
///
/// let error = Prices::read("product,price,currency,term\nE3,9.99,EURO,month\n".as_bytes());
/// assert_eq!(
///     error.unwrap_err().to_string(),
///     "line 2: `EURO` is not a currency; expected three letters such as EUR"
/// );
/// # Ok::<(), partner_center_reports::FileError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// Prices by id or normal form of the name.
    by_product: HashMap<String, Vec<Price>>,
    /// Products in the order and the spelling of the file, with their keys.
    products: Vec<(String, String)>,
}

impl Prices {
    /// Reads a CSV file with the columns `product` (or `sku`), `unitPrice` (or `price`), `currency`
    /// and `term`.
    ///
    /// A product is its name, case-insensitive, or its id, which is the GUID of the SKU. The term is
    /// `month`, `year` or `3 years`, also as `monthly`, `annual`, `triennial`, `P1M`, `P1Y` and `P3Y`. A
    /// product can have one price per term, all in one currency. Cells are separated by commas, or by
    /// semicolons, which allow prices with a decimal comma.
    ///
    /// # Errors
    ///
    /// [`FileError`] with the line of the first wrong row.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::Prices;
    ///
    /// let excel = "SKU;Unit price;Currency;Term\r\nPOWER BI PRO;9,40;EUR;P1M\r\n";
    /// assert_eq!(Prices::read(excel.as_bytes())?.len(), 1);
    /// # Ok::<(), partner_center_reports::FileError>(())
    /// ```
    pub fn read(file: impl Read) -> Result<Self, FileError> {
        const COLUMNS: [&str; 4] = ["product", "unitPrice", "currency", "term"];
        let mut table = Table::read(file, &COLUMNS, |name| match name {
            "product" | "productname" | "productid" | "sku" | "skuid" => Some(0),
            "unitprice" | "price" => Some(1),
            "currency" => Some(2),
            "term" => Some(3),
            _ => None,
        })?;
        for (at, column) in COLUMNS.into_iter().enumerate() {
            if !table.has(at) {
                return Err(FileError::at(1, FileProblem::MissingColumn(column)));
            }
        }
        let decimal_comma = table.has_semicolons;
        let mut prices = Self::default();
        while let Some((line, cells)) = table.next()? {
            let wrong = |problem| FileError::at(line, problem);
            for (cell, column) in cells.iter().zip(COLUMNS) {
                if cell.is_empty() {
                    return Err(wrong(FileProblem::MissingCell(column)));
                }
            }
            let [product, unit, currency, term] = &cells[..] else {
                return Err(wrong(FileProblem::EmptyRow));
            };
            let unit = read_price(unit, decimal_comma).map_err(wrong)?;
            if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(wrong(FileProblem::Currency(currency.clone())));
            }
            let Some(term) = Term::read(term) else {
                return Err(wrong(FileProblem::Term(term.clone())));
            };
            let price = Price {
                line,
                unit,
                currency: currency.to_uppercase(),
                term,
            };
            prices.add(product, price).map_err(wrong)?;
        }
        Ok(prices)
    }

    fn add(&mut self, product: &str, price: Price) -> Result<(), FileProblem> {
        let key = match guid_bytes(product) {
            Some(_) => product.to_lowercase(),
            None => normal(product),
        };
        let known = self.by_product.entry(key.clone()).or_default();
        if let Some(other) = known.iter().find(|it| it.currency != price.currency) {
            return Err(FileProblem::TwoCurrencies {
                line: other.line,
                product: product.to_owned(),
                currency: other.currency.clone(),
            });
        }
        if let Some(same) = known.iter().find(|it| it.term == price.term) {
            return Err(FileProblem::RepeatedPrice {
                line: same.line,
                product: product.to_owned(),
            });
        }
        if known.is_empty() {
            self.products.push((product.to_owned(), key));
        }
        known.push(price);
        Ok(())
    }

    /// Returns the number of products with a price.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::Prices;
    ///
    /// assert_eq!(Prices::default().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Returns whether no product has a price.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::Prices;
    ///
    /// assert!(Prices::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Returns the prices of a product: by its id, or else by its names.
    fn of_product(&self, holdings: &Holdings, product: u32) -> &[Price] {
        let id = holdings.product_id(product);
        let by_id = id.and_then(|id| self.by_product.get(&*id));
        let by_name = || {
            // Sorted, so that the choice does not depend on the order of the rows.
            let mut names: Vec<_> = holdings.product_names(product).map(normal).collect();
            names.sort_unstable();
            names.iter().find_map(|name| self.by_product.get(name))
        };
        by_id.or_else(by_name).map_or(&[], Vec::as_slice)
    }

    /// Returns the products of the file that fit none of the data.
    pub(crate) fn without_product(&self, joined: &Joined) -> Vec<String> {
        let known: std::collections::HashSet<_> = joined
            .positions
            .iter()
            .map(|position| position.product)
            .collect::<std::collections::HashSet<_>>()
            .into_iter()
            .flat_map(|product| {
                let id = joined.holdings.product_id(product);
                let names = joined.holdings.product_names(product).map(normal);
                names.chain(id.map(|id| id.to_string())).collect::<Vec<_>>()
            })
            .collect();
        let products = self.products.iter();
        products
            .filter(|(_, key)| !known.contains(key))
            .map(|(product, _)| product.clone())
            .collect()
    }
}

/// Prices of positions. Names of a product are compared once and not for every customer.
#[derive(Debug)]
pub(crate) struct PriceFinder<'a> {
    prices: Option<&'a Prices>,
    by_product: HashMap<u32, &'a [Price]>,
}

impl<'a> PriceFinder<'a> {
    pub(crate) fn new(prices: Option<&'a Prices>) -> Self {
        Self {
            prices,
            by_product: HashMap::new(),
        }
    }

    /// Returns the price of a position: of several terms, that of its subscriptions, or else the
    /// cheapest per year.
    pub(crate) fn find(&mut self, joined: &Joined, position: &Position) -> Option<&'a Price> {
        let all = self.prices?;
        let product = position.product;
        let prices = *self
            .by_product
            .entry(product)
            .or_insert_with(|| all.of_product(&joined.holdings, product));
        let cycles = &joined.holdings.subscriptions.billing_cycles;
        let mut terms = joined.subscriptions(position).map(|subscription| {
            let cycle = cycles.get(subscription.billing_cycle?)?;
            Term::read(&cycle.code)
        });
        let first = terms.next().flatten();
        let same = first.filter(|first| terms.all(|term| term == Some(*first)));
        prices
            .iter()
            .find(|price| Some(price.term) == same)
            .or_else(|| {
                prices
                    .iter()
                    .min_by_key(|price| (price.per_year(1), price.term))
            })
    }
}

fn read_price(text: &str, decimal_comma: bool) -> Result<Decimal, FileProblem> {
    let wrong = || FileProblem::Price(text.to_owned());
    let plain = match decimal_comma && !text.contains('.') {
        true => text.replacen(',', ".", 1),
        false => text.to_owned(),
    };
    let digits = plain.strip_prefix('-').unwrap_or(&plain);
    let is_plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if !is_plain {
        return Err(wrong());
    }
    let price = Decimal::from_str_exact(&plain).map_err(|_| wrong())?;
    match price.is_sign_negative() && !price.is_zero() {
        true => Err(FileProblem::NegativePrice(text.to_owned())),
        false => Ok(price.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(unit: &str, term: Term) -> Price {
        Price {
            line: 2,
            unit: unit.parse().unwrap(),
            currency: "EUR".to_owned(),
            term,
        }
    }

    #[test]
    fn amounts_of_a_year_are_exact() {
        for (unit, term, licenses, amount) in [
            ("0.10", Term::Month, 3, "3.60"),
            ("21.60", Term::Month, 1_000_000, "259200000.00"),
            ("112.80", Term::Year, 7, "789.60"),
            ("100", Term::ThreeYears, 1, "33.33"),
            ("100", Term::ThreeYears, 2, "66.67"),
            ("300", Term::ThreeYears, 2, "200"),
            ("1500", Term::Month, 2, "36000"),
            ("0.0005", Term::Month, 1, "0.0060"),
            ("0", Term::Year, 5, "0"),
        ] {
            let price = price(unit, term);
            let found = price.per_year(licenses).map(|it| it.to_string());
            assert_eq!(found.as_deref(), Some(amount), "{unit} {term:?}");
        }
        let largest = price("79228162514264337593543950335", Term::Month);
        assert_eq!(largest.per_year(1), None);
    }

    #[test]
    fn wrong_rows_are_named_by_line() {
        let header = "product,unitPrice,currency,term";
        for (file, message) in [
            (
                String::new(),
                "line 1: the file is empty; the first line names the columns: product, unitPrice, currency, term",
            ),
            (
                "product,unitPrice,currency\n".into(),
                "line 1: the column `term` is missing",
            ),
            (
                "product,cost,currency,term\n".into(),
                "line 1: unknown column `cost`; expected product, unitPrice, currency, term",
            ),
            (
                format!("{header}\nE3,1,EUR,month\nE3,1,EUR\n"),
                "line 3: the row has 3 cells, the first line 4",
            ),
            (
                format!("{header}\nE3,,EUR,month\n"),
                "line 2: the row has no unitPrice",
            ),
            (
                format!("{header}\n\n\nE3,1e3,EUR,month\n"),
                "line 4: `1e3` is not a price; expected a decimal number such as 12.50",
            ),
            (
                format!("{header}\nE3,1.2.3,EUR,month\n"),
                "line 2: `1.2.3` is not a price; expected a decimal number such as 12.50",
            ),
            (
                format!("{header}\nE3,\"1,5\",EUR,month\n"),
                "line 2: `1,5` is not a price; expected a decimal number such as 12.50",
            ),
            (
                format!("{header}\nE3,-1,EUR,month\n"),
                "line 2: the price `-1` is negative",
            ),
            (
                format!("{header}\nE3,1,\u{20ac},month\n"),
                "line 2: `\u{20ac}` is not a currency; expected three letters such as EUR",
            ),
            (
                format!("{header}\nE3,1,EUR,week\n"),
                "line 2: `week` is not a term; expected month, year or 3 years",
            ),
            (
                format!("{header}\n\"E\n3\",1,EUR,month\nE3,1,EUR,month\nE3,2,EUR,P1M\n"),
                "line 5: line 4 already has a price of `E3` for this term",
            ),
            (
                format!("{header}\nE3,1,EUR,month\nE3,2,USD,year\n"),
                "line 3: `E3` has a price in EUR on line 2; a product has one currency",
            ),
        ] {
            let error = Prices::read(file.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message, "{file:?}");
        }
    }
}
