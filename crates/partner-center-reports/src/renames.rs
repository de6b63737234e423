//! Products that Microsoft renamed. Operations can use the earlier name while others have the new
//! one, and subscriptions have no product id.

use crate::holdings::normal;

/// Earlier and current names.
const RENAMED: [(&str, &str); 10] = [
    // April 2020.
    (
        "Office 365 Business Essentials",
        "Microsoft 365 Business Basic",
    ),
    (
        "Office 365 Business Premium",
        "Microsoft 365 Business Standard",
    ),
    ("Microsoft 365 Business", "Microsoft 365 Business Premium"),
    ("Office 365 Business", "Microsoft 365 Apps for business"),
    ("Office 365 ProPlus", "Microsoft 365 Apps for enterprise"),
    ("Office 365 F1", "Office 365 F3"),
    (
        "Enterprise Mobility Suite",
        "Enterprise Mobility + Security E3",
    ),
    ("Azure Active Directory Premium P1", "Microsoft Entra ID P1"),
    ("Azure Active Directory Premium P2", "Microsoft Entra ID P2"),
    ("Microsoft Flow Free", "Microsoft Power Automate Free"),
];

/// Returns the normal forms of the other names of a product.
pub(crate) fn other_names(name: &str) -> impl Iterator<Item = String> {
    let name = normal(name);
    RENAMED.iter().filter_map(move |(earlier, current)| {
        let (earlier, current) = (normal(earlier), normal(current));
        match () {
            () if name == earlier => Some(current),
            () if name == current => Some(earlier),
            () => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_other_name_in_both_directions() {
        let names = |name: &str| other_names(name).collect::<Vec<_>>();
        assert_eq!(
            names("OFFICE 365 PROPLUS"),
            ["microsoft 365 apps for enterprise"]
        );
        assert_eq!(
            names("Microsoft 365 Apps for Enterprise"),
            ["office 365 proplus"]
        );
        assert!(names("Microsoft 365 E3").is_empty());
    }

    #[test]
    fn a_name_has_at_most_one_other_name() {
        for (earlier, current) in RENAMED {
            assert_eq!(other_names(earlier).count(), 1, "{earlier}");
            assert_eq!(other_names(current).count(), 1, "{current}");
        }
    }
}
