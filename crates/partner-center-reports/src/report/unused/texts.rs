//! Summary and notes of the report.

use super::{LicenseBalance, Line, RENEWAL_WINDOW, Spare, UnpricedRow, Unused, UnusedOptions};
use crate::holdings::{Count, Joined, Position, Source};
use crate::report::facts::Idle;
use crate::report::money::price_notes;
use crate::report::selection::Selection;
use crate::report::shared;
use crate::text::{counted, grouped, grouped_amount, listed, placed, plural};

/// Figures of all products in the report, also of those below the smallest number.
#[derive(Default)]
pub(super) struct Scope {
    sold: Count,
    unassigned: Count,
    inactive: Count,
    renewing: u64,
    renewing_unused: Count,
}

impl Scope {
    pub(super) fn add(
        &mut self,
        position: &Position,
        idle: Idle,
        line: &Line<'_>,
        options: &UnusedOptions,
    ) {
        self.sold.merge(position.sold);
        self.unassigned.add(Some(idle.unassigned));
        self.inactive.add(idle.inactive);
        let window = options.renewing_within.unwrap_or(RENEWAL_WINDOW);
        if line.terms.renews_within(window) && idle.unused() > 0 {
            self.renewing += 1;
            self.renewing_unused.add(Some(idle.unused()));
        }
    }

    pub(super) fn summary(
        &self,
        joined: &Joined,
        report: &Unused,
        options: &UnusedOptions,
    ) -> Vec<String> {
        let mut summary = vec![self.first_sentence(joined, report)];
        shared::insert_gaps(joined, shared::OF_LICENSES, &mut summary);
        if self.renewing == 0
            && joined.holdings.is_incomplete(Source::Subscriptions)
            && joined.holdings.rows(Source::Subscriptions) == 0
        {
            summary.push(shared::NO_SUBSCRIPTIONS.to_owned());
        }
        if let (1.., Some(unused)) = (self.renewing, self.renewing_unused.value()) {
            summary.push(format!(
                "{} with {} within {} days.",
                counted(self.renewing, "product", "products"),
                format_args!(
                    "{} {}",
                    counted(unused, "unused licence", "unused licences"),
                    plural(self.renewing, "renews", "renew")
                ),
                options.renewing_within.unwrap_or(RENEWAL_WINDOW),
            ));
        }
        for total in &report.totals {
            if let (Some(currency), Some(amount)) = (&total.currency, &total.amount_per_year) {
                summary.push(format!(
                    "The {} with a price in {currency} cost {currency} {} per year.",
                    counted(
                        total.licenses_reclaimable.unwrap_or(0),
                        "reclaimable licence",
                        "reclaimable licences"
                    ),
                    grouped_amount(amount.as_str()),
                ));
            }
        }
        summary
    }

    /// Returns the number of unused licences, in which an unknown count is not zero.
    fn first_sentence(&self, joined: &Joined, report: &Unused) -> String {
        let (Some(sold), Some(unassigned)) = (self.sold.value(), self.unassigned.value()) else {
            return match (
                joined.holdings.rows(Source::Deployment),
                report.unmatched.is_empty(),
            ) {
                (0, _) => "Licences sold, deployed and unused are not known: no rows of the \
                           deployment report."
                    .to_owned(),
                (_, false) => "Unused licences are not known: no product in the report has both a \
                               number of licences sold and of licences deployed."
                    .to_owned(),
                (_, true) => "No licences are in the report: all products are left out.".to_owned(),
            };
        };
        let (known, at_least, inactive) = match self.inactive.value() {
            Some(inactive) => {
                let mut text = format!("{} assigned but not active", grouped(inactive));
                if self.inactive.missing() > 0 {
                    let products = counted(
                        self.inactive.missing(),
                        "product of a customer",
                        "products of customers",
                    );
                    text.push_str(&format!(", not known for {products} without usage data"));
                }
                (inactive, "", text)
            }
            None => (
                0,
                "At least ",
                "inactive licences are not known (no usage data)".to_owned(),
            ),
        };
        let (sold, unused) = (i128::from(sold), i128::from(unassigned) + i128::from(known));
        let mut share = String::new();
        if sold > 0 {
            share = format!(" ({} %)", (unused * 200 + sold) / (sold * 2));
        }
        format!(
            "{at_least}{} of {} sold are unused{share}: {} not assigned to a user, {inactive}.",
            grouped(unused),
            counted(sold, "licence", "licences"),
            grouped(unassigned),
        )
    }
}

pub(super) fn notes(
    joined: &Joined,
    options: &UnusedOptions,
    selection: &Selection<'_>,
    report: &Unused,
) -> Vec<String> {
    let mut notes = Vec::new();
    shared::definitions(&mut notes);
    if options.spare != Spare::Licenses(0) {
        notes.push(format!(
            "Reserve of {} per product of a customer: reclaimable = unused - reserve.",
            match options.spare {
                Spare::Licenses(number) => counted(number, "licence", "licences"),
                Spare::Percent(percent) => format!("{percent} % of the licences sold"),
            }
        ));
    }
    let rows = report.rows.iter();
    let too_large = rows.filter(|row| row.currency.is_some() && row.amount_per_year.is_none());
    price_notes(
        joined,
        options.prices.as_ref(),
        too_large.count(),
        &mut notes,
    );
    if !report.unpriced.is_empty() {
        notes.push(unpriced_note(&report.unpriced));
    }
    selection.notes(&mut notes);
    shared::absent_sources(joined, &mut notes);
    notes.extend(shared::gaps(joined, shared::OF_LICENSES));
    shared::missing_counts(joined, &mut notes);
    shared::joins(joined, &mut notes);
    notes.push(balance_note(report.balance));
    if !report.unmatched.is_empty() {
        notes.push(format!(
            "{} could not be joined and {} in the section \"Not joined\" (`unmatched` in \
             JSON).",
            counted(
                report.unmatched.len() as u64,
                "product of a customer",
                "products of customers"
            ),
            plural(report.unmatched.len() as u64, "is", "are"),
        ));
    }
    notes
}

fn balance_note(balance: LicenseBalance) -> String {
    let parts = [
        (balance.listed, "in the table"),
        (
            balance.below_minimum,
            "of products with too few unused licences",
        ),
        (
            balance.renewing_later,
            "of products that do not renew soon enough",
        ),
        (balance.excluded, "of products that are left out"),
        (balance.unmatched, "without a number of deployed licences"),
    ];
    let parts = placed(&parts);
    match parts.is_empty() {
        true => "No licences sold.".to_owned(),
        false => format!(
            "Of {} sold: {}.",
            counted(balance.read, "licence", "licences"),
            parts
        ),
    }
}

/// Returns the note on products without a price.
fn unpriced_note(unpriced: &[UnpricedRow]) -> String {
    let products: Vec<_> = unpriced
        .iter()
        .map(|row| {
            let name = row.product_name.as_deref().unwrap_or("(no name)");
            let number = row.licenses_reclaimable.unwrap_or(0);
            format!("{name} ({})", counted(number, "licence", "licences"))
        })
        .collect();
    format!("Products without a price: {}.", listed(&products, 10))
}
