//! Sums of amounts of money, and the notes on prices.

use rust_decimal::Decimal;

use super::selection::Selection;
use crate::holdings::Joined;
use crate::prices::Prices;
use crate::text::{counted, listed};

/// Sum of amounts of one currency; `None` after a sum that is too large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount(pub(crate) Option<Decimal>);

impl Default for Amount {
    fn default() -> Self {
        Self(Some(Decimal::ZERO))
    }
}

impl Amount {
    pub(crate) fn add(&mut self, amount: Option<Decimal>) {
        self.0 = self
            .0
            .zip(amount)
            .and_then(|(sum, more)| sum.checked_add(more));
    }
}

/// Adds the notes on prices. `too_large`: number of amounts that could not be calculated.
pub(crate) fn price_notes(
    joined: &Joined,
    prices: Option<&Prices>,
    too_large: usize,
    notes: &mut Vec<String>,
) {
    let Some(prices) = prices else {
        notes.push("The API has no prices; a file with prices adds amounts of money.".to_owned());
        return;
    };
    notes.push(
        "The API has no prices: those of the price file were used. Amounts are for a year, and \
         currencies are never added up. Of several terms of a product, that of its subscriptions \
         counts, or else the cheapest."
            .to_owned(),
    );
    if too_large > 0 {
        notes.push(format!(
            "{} too large to be calculated.",
            counted(too_large as i128, "amount is", "amounts are")
        ));
    }
    if let Some(warning) = price_warning(joined, Some(prices)) {
        notes.push(warning);
    }
    let unknown = prices.without_product(joined);
    if !unknown.is_empty() {
        notes.push(format!(
            "Products of the price file that the data do not have: {}.",
            listed(&unknown, 10)
        ));
    }
}

/// Returns a warning if prices were given and the data have none of their products.
fn price_warning(joined: &Joined, prices: Option<&Prices>) -> Option<String> {
    let prices = prices?;
    let has_data = !joined.positions.is_empty();
    (has_data && prices.without_product(joined).len() == prices.len()).then(|| {
        "The data have no product of the price file; its products are names or ids of products."
            .to_owned()
    })
}

/// Returns warnings about the files of prices and exclusions.
pub(crate) fn warnings(
    joined: &Joined,
    prices: Option<&Prices>,
    selection: &Selection<'_>,
) -> Vec<String> {
    let warnings = [price_warning(joined, prices), selection.warning()];
    warnings.into_iter().flatten().collect()
}
