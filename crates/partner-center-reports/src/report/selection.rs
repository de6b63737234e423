//! Positions that a report leaves out, with the notes on them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::exclusions::{Exclusions, OfProduct, Reason};
use crate::holdings::{Count, Joined, Position, clamp};
use crate::text::{counted, listed, plural};

/// Maximum number of products that a note lists.
const LISTED: usize = 20;

/// Positions that were left out.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    exclusions: &'a Exclusions,
    products: HashMap<u32, OfProduct>,
    excluded: BTreeMap<Reason, BTreeMap<String, Excluded>>,
}

/// Positions of one product that were left out for one reason.
#[derive(Debug, Default)]
struct Excluded {
    positions: u64,
    sold: Count,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(exclusions: &'a Exclusions) -> Self {
        Self {
            exclusions,
            products: HashMap::new(),
            excluded: BTreeMap::new(),
        }
    }

    /// Returns whether a position belongs in the report, and notes one that does not.
    pub(crate) fn takes(&mut self, joined: &Joined, position: &Position) -> bool {
        let of_product = self.products.entry(position.product).or_insert_with(|| {
            self.exclusions
                .of_product(&joined.holdings, position.product)
        });
        let Some(reason) = self.exclusions.reason(joined, position, of_product) else {
            return true;
        };
        let product = joined.holdings.product_name(position.product);
        let product = product.map_or("(no name)".to_owned(), |name| name.to_string());
        let excluded = self.excluded.entry(reason).or_default();
        let excluded = excluded.entry(product).or_default();
        excluded.positions += 1;
        excluded.sold.merge(position.sold);
        false
    }

    /// Returns the sold licences of the positions that were left out.
    pub(crate) fn sold(&self) -> i64 {
        let mut all = Count::default();
        for excluded in self.excluded.values().flat_map(BTreeMap::values) {
            all.merge(excluded.sold);
        }
        all.value().unwrap_or(0)
    }

    /// Adds one note per reason, and one for the rules that left out nothing.
    pub(crate) fn notes(&self, notes: &mut Vec<String>) {
        let has_default = self
            .excluded
            .keys()
            .any(|reason| matches!(reason, Reason::FreeOrTrial));
        if self.exclusions.has_default_list() && !has_default {
            notes.push(
                "Free and trial products (default list) would be left out; the data have none."
                    .to_owned(),
            );
        }
        for (reason, products) in &self.excluded {
            let products: Vec<_> = products
                .iter()
                .map(|(product, excluded)| {
                    let customers = counted(excluded.positions, "customer", "customers");
                    let licenses = excluded.sold.value().map_or_else(String::new, |sold| {
                        format!(", {}", counted(sold, "licence", "licences"))
                    });
                    format!("{product} ({customers}{licenses})")
                })
                .collect();
            let reason = self.exclusions.describe(*reason);
            notes.push(format!(
                "Left out by {reason}: {}.",
                listed(&products, LISTED)
            ));
        }
        notes.extend(self.warning());
    }

    /// Returns a warning about the rows of the exclusion file that left out nothing.
    pub(crate) fn warning(&self) -> Option<String> {
        let used: BTreeSet<_> = self
            .excluded
            .keys()
            .filter_map(|reason| match reason {
                Reason::Rule(at) => Some(*at),
                _ => None,
            })
            .collect();
        let lines: Vec<_> = self
            .exclusions
            .unused_lines(|at| used.contains(&at))
            .map(|line| line.to_string())
            .collect();
        (!lines.is_empty()).then(|| {
            format!(
                "Nothing was left out by {} {} of the exclusion file.",
                plural(clamp(lines.len() as i128), "line", "lines"),
                lines.join(", ")
            )
        })
    }
}
