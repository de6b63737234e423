//! Notes that several reports have.

use std::collections::{BTreeMap, BTreeSet};

use crate::holdings::{Joined, Source};
use crate::text::{counted, listed, plural};

/// Maximum number of names that a note lists.
const LISTED: usize = 10;

/// Adds the definitions of the counts.
pub(crate) fn definitions(notes: &mut Vec<String>) {
    notes.push(
        "Deployed means assigned to a user. Active licences are those of the workload with most of \
         them, since a licence counts once in each workload; users of other workloads only are not \
         among them."
            .to_owned(),
    );
    notes.push(
        "Unused = not assigned (sold - deployed) + inactive (deployed - active). Without usage data, \
         unused are the licences that are not assigned."
            .to_owned(),
    );
    notes.push(
        "More licences can be active than deployed or qualified, and usage can exceed 100 %: the \
         counts can be of different days."
            .to_owned(),
    );
}

/// Adds notes on joins that were not exact.
pub(crate) fn joins(joined: &Joined, notes: &mut Vec<String>) {
    if joined.ambiguous > 0 {
        let number = counted(joined.ambiguous, "subscription fits", "subscriptions fit");
        notes.push(format!(
            "{number} several products of a customer with the same name. Each is counted once, with the \
             product that has as many licences, or else with the one that has most."
        ));
    }
    if joined.renamed > 0 {
        let number = counted(joined.renamed, "subscription was", "subscriptions were");
        notes.push(format!(
            "{number} joined by an earlier or later name of the product, which Microsoft renamed."
        ));
    }
    shared_names(joined, notes);
    products_in_several_services(joined, notes);
}

/// Names that two or more customers have.
fn shared_names(joined: &Joined, notes: &mut Vec<String>) {
    let customers: BTreeSet<_> = joined.positions.iter().map(|it| it.customer).collect();
    let mut names: BTreeMap<_, u64> = BTreeMap::new();
    for customer in customers {
        if let Some(name) = joined.holdings.customer_name(customer) {
            *names.entry(name).or_default() += 1;
        }
    }
    let shared: Vec<_> = names
        .iter()
        .filter(|(_, customers)| **customers > 1)
        .map(|(name, customers)| format!("{name} ({customers})"))
        .collect();
    if !shared.is_empty() {
        notes.push(format!(
            "Names that several customers have, and how many: {}. Rows are told apart by \
             customerTenantId.",
            listed(&shared, LISTED)
        ));
    }
}

fn products_in_several_services(joined: &Joined, notes: &mut Vec<String>) {
    let positions = joined.positions.iter();
    let number = positions.filter(|position| joined.has_several_services(position));
    let number = number.count() as u64;
    if number > 0 {
        let rows = counted(
            number,
            "product of a customer has",
            "products of customers have",
        );
        notes.push(format!(
            "{rows} rows of several services, whose licences are added up: the documentation does not \
             say whether a licence can be in two services."
        ));
    }
}

/// Adds a note on counts that rows do not have.
pub(crate) fn missing_counts(joined: &Joined, notes: &mut Vec<String>) {
    let (mut sold, mut deployed) = (0_u64, 0_u64);
    for position in &joined.positions {
        sold += u64::from(position.sold.missing());
        deployed += u64::from(position.deployed.missing());
    }
    for (number, name) in [(sold, "sold"), (deployed, "deployed")] {
        if number > 0 {
            let verb = plural(number, "has", "have");
            let rows = counted(number, "row", "rows");
            notes.push(format!(
                "{rows} of the deployment {verb} no number of licences {name}, which is not the same as 0: \
                 sums are of the other rows."
            ));
        }
    }
}

/// Adds a note if an operation that the report needs has no rows.
pub(crate) fn absent_sources(joined: &Joined, notes: &mut Vec<String>) {
    for (source, consequence) in [
        (
            Source::Deployment,
            "No rows of the deployment report: licences sold and deployed are not known.",
        ),
        (
            Source::Usage,
            "No rows of the usage report: unused licences are those that are not assigned.",
        ),
        (Source::Subscriptions, NO_SUBSCRIPTIONS),
    ] {
        if joined.holdings.rows(source) == 0 {
            notes.push(consequence.to_owned());
        }
    }
}

pub(crate) const NO_SUBSCRIPTIONS: &str =
    "No rows of the subscriptions: renewals, terms and churn risks are not known.";

/// Consequence for a report of rows of an operation that are missing.
pub(crate) type Consequence = (Source, &'static str);

/// Consequences for the reports on licences. A missing row makes a sum too low; a product whose usage
/// was not read at all has no inactive licences, one whose usage was read in part has too many.
pub(crate) const OF_LICENSES: &[Consequence] = &[
    (
        Source::Deployment,
        "Deployment data are incomplete: licences sold, deployed and unused may be too low, and \
         products may be missing.",
    ),
    (
        Source::Usage,
        "Usage data are incomplete: active licences may be too low. Unused licences may be too high \
         for products whose usage was read in part, and too low for those whose usage was not read.",
    ),
    (
        Source::Subscriptions,
        "Subscription data are incomplete: renewals may be missing, and next renewals may be earlier \
         than stated.",
    ),
];

/// Returns which figures can be wrong because rows are missing or repeated.
pub(crate) fn gaps(joined: &Joined, consequences: &[Consequence]) -> Vec<String> {
    let mut gaps = Vec::new();
    for (source, consequence) in consequences {
        let has_rows = joined.holdings.rows(*source) > 0;
        if has_rows && joined.holdings.is_incomplete(*source) {
            gaps.push((*consequence).to_owned());
        }
        if joined.holdings.may_repeat(*source) {
            let name = match source {
                Source::Deployment => "deployment",
                Source::Usage => "usage",
                Source::Subscriptions => "subscriptions",
            };
            gaps.push(format!(
                "Rows of the {name} may be counted twice: their counts may be too high."
            ));
        }
    }
    gaps
}

/// Inserts what can be wrong after the first sentence of a summary.
pub(crate) fn insert_gaps(
    joined: &Joined,
    consequences: &[Consequence],
    summary: &mut Vec<String>,
) {
    let at = summary.len().min(1);
    summary.splice(at..at, gaps(joined, consequences));
}
