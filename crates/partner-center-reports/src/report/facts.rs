//! Figures of a position that several reports show.

use std::sync::Arc;

use time::Date;

use crate::holdings::{Count, Joined, KeptSubscription, Position, distinct};

/// Unused licences of a position.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Idle {
    /// Sold but not assigned to a user.
    pub(crate) unassigned: i64,
    /// Assigned but not active; `None` without usage.
    pub(crate) inactive: Option<i64>,
}

impl Idle {
    /// Compares the counts. `None` if the licences sold or deployed are not known.
    pub(crate) fn of(
        sold: Option<i64>,
        deployed: Option<i64>,
        active: Option<i64>,
    ) -> Option<Self> {
        let sold = sold?.max(0);
        // More licences can be deployed or active than sold, and the counts can be of different
        // days.
        let deployed = deployed?.clamp(0, sold);
        Some(Self {
            unassigned: sold - deployed,
            inactive: active.map(|active| deployed - active.clamp(0, deployed)),
        })
    }

    pub(crate) fn unused(self) -> i64 {
        // Both are parts of the licences sold, so that the sum cannot overflow.
        self.unassigned + self.inactive.unwrap_or(0)
    }
}

/// Renewal and terms of the subscriptions of a position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Next end of a term from today on, or else the latest one.
    pub(crate) renewal: Option<Date>,
    pub(crate) days: Option<i64>,
    /// All ends of terms from today on.
    pub(crate) renewals: Option<Arc<str>>,
    /// Whether all subscriptions that renew on the day do so automatically.
    pub(crate) auto_renew: Option<bool>,
    pub(crate) billing_cycle: Option<Arc<str>>,
    pub(crate) status: Option<Arc<str>>,
    pub(crate) churn_risk: Option<Arc<str>>,
    pub(crate) subscriptions: i64,
    pub(crate) licenses: Count,
    pub(crate) trial_licenses: Count,
}

impl Terms {
    pub(crate) fn of(joined: &Joined, position: &Position, today: Date) -> Self {
        let read = &joined.holdings.subscriptions;
        let all = joined.subscriptions(position);
        let mut terms = Self::default();
        for subscription in all.clone() {
            terms.subscriptions += 1;
            terms.licenses.add(subscription.licenses);
            if subscription.is_trial {
                terms.trial_licenses.add(subscription.licenses);
            }
        }
        let mut ends: Vec<_> = all.clone().filter_map(|it| it.term_end).collect();
        ends.sort_unstable();
        ends.dedup();
        let next = ends.partition_point(|end| *end < today);
        terms.renewal = ends.get(next).or(ends.last()).copied();
        terms.days = terms.renewal.map(|end| (end - today).whole_days());
        let coming: Vec<_> = ends.iter().skip(next).map(Date::to_string).collect();
        terms.renewals = (!coming.is_empty()).then(|| coming.join(", ").into());
        let renewing = all.clone().filter(|it| it.term_end == terms.renewal);
        terms.auto_renew = renewing
            .filter_map(|it| it.auto_renew)
            .reduce(|one, two| one && two);
        terms.billing_cycle = distinct(
            all.clone()
                .filter_map(|it| read.billing_cycles.label(it.billing_cycle?)),
        );
        terms.status = distinct(all.clone().filter_map(|it| read.statuses.label(it.status?)));
        terms.churn_risk = highest_risk(joined, all);
        terms
    }

    /// Returns whether a subscription renews from today until so many days later.
    pub(crate) fn renews_within(&self, days: u32) -> bool {
        self.days
            .is_some_and(|left| (0..=i64::from(days)).contains(&left))
    }
}

fn highest_risk<'j>(
    joined: &'j Joined,
    subscriptions: impl Iterator<Item = &'j KeptSubscription>,
) -> Option<Arc<str>> {
    let risks = &joined.holdings.subscriptions.churn_risks;
    let risks = subscriptions.filter_map(|it| risks.label(it.churn_risk?));
    risks.max_by_key(|risk| {
        let level = match &*risk.to_lowercase() {
            "high" => 3,
            "medium" => 2,
            "low" => 1,
            _ => 0,
        };
        (level, Arc::clone(risk))
    })
}

/// Returns a share in percent with one decimal, such as `66.7`; `None` without a whole.
pub(crate) fn percent(
    part: Option<i64>,
    whole: Option<i64>,
) -> Option<partner_center_core::Number> {
    let (part, whole) = (i128::from(part?), i128::from(whole?));
    if whole <= 0 {
        return None;
    }
    let tenths = (part.max(0) * 2_000 + whole) / (whole * 2);
    format!("{}.{}", tenths / 10, tenths % 10).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_licences_are_unassigned_or_inactive() {
        for (sold, deployed, active, unassigned, inactive) in [
            (14, 7, Some(6), 7, Some(1)),
            (14, 7, None, 7, None),
            // More than sold, and more active than deployed.
            (10, 12, Some(15), 0, Some(0)),
            (100, 40, Some(60), 60, Some(0)),
            (-5, 3, Some(-1), 0, Some(0)),
            (i64::MAX, i64::MIN, Some(i64::MIN), i64::MAX, Some(0)),
        ] {
            let idle = Idle::of(Some(sold), Some(deployed), active).unwrap();
            assert_eq!((idle.unassigned, idle.inactive), (unassigned, inactive));
            assert!(idle.unused() <= sold.max(0));
        }
        assert_eq!(Idle::of(None, Some(1), Some(1)), None);
        assert_eq!(Idle::of(Some(1), None, Some(1)), None);
    }

    #[test]
    fn percentages_have_one_decimal_and_can_exceed_100() {
        let text = |part, whole| percent(Some(part), Some(whole)).map(|it| it.to_string());
        assert_eq!(text(2, 3).as_deref(), Some("66.7"));
        assert_eq!(text(0, 3).as_deref(), Some("0.0"));
        assert_eq!(text(1_069, 900).as_deref(), Some("118.8"));
        assert_eq!(
            text(i64::MAX, 1).as_deref(),
            Some("922337203685477580700.0")
        );
        assert_eq!(text(1, 0), None);
        assert_eq!(percent(None, Some(1)), None);
    }
}
