//! Products that a report leaves out: free and trial products, and the rules of a file.

use std::io::Read;

use crate::error::{FileError, FileProblem};
use crate::holdings::{Holdings, Joined, Position, guid_bytes, normal};
use crate::table::Table;

/// Patterns of the names of free and trial products, and of products sold without a fixed number
/// of licences.
const FREE_OR_TRIAL: [&str; 10] = [
    "*(free)*",
    "*trial*",
    "*viral*",
    "*exploratory*",
    "microsoft power automate free",
    "microsoft flow free",
    "rights management adhoc",
    "windows store for business",
    "microsoft teams commercial cloud",
    "communications credits",
];

/// Ids of the same products, whose names change.
const FREE_OR_TRIAL_IDS: [&str; 7] = [
    // Power BI (free)
    "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
    // Microsoft Teams Exploratory
    "710779e8-3d4a-4c88-adb9-386c958d1fdf",
    // Power Automate Free
    "f30db892-07e9-47e9-837c-80727f46fd3d",
    // Rights Management Adhoc
    "8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b",
    // Windows Store for Business
    "6470687e-a428-4b7a-bef2-8a291ad947c9",
    // Power Apps and Logic Flows, viral
    "dcb1a3ae-b33f-4487-846a-a640262fadf4",
    // Stream trial
    "1f2f344a-700d-42c9-9427-5cea1d5d7ba6",
];

/// Products that a report leaves out. Reports state in their notes what was left out.
///
/// # Examples
///
/// ```
/// use partner_center_reports::Exclusions;
///
/// let file = "product,pattern,customer\n\
///             ,MICROSOFT 365 F*,\n\
///             POWER BI PRO,,Contoso\n";
/// let exclusions = Exclusions::default().with_file(file.as_bytes())?;
///
/// let error = Exclusions::default()
///     .with_file("product,pattern,customer\nPOWER BI PRO,,\n,,\n".as_bytes())
///     .unwrap_err();
/// assert_eq!(error.line, Some(3));
/// # Ok::<(), partner_center_reports::FileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Exclusions {
    free_and_trials: bool,
    rules: Vec<Rule>,
}

/// Rule of a file: all conditions that it has must hold.
#[derive(Clone, Debug)]
struct Rule {
    line: u64,
    product: Option<String>,
    pattern: Option<String>,
    customer: Option<String>,
}

/// Product, as the exclusions see it.
#[derive(Debug)]
pub(crate) struct OfProduct {
    is_free: bool,
    /// Positions of the rules that can leave out the product, of some or all customers.
    rules: Vec<usize>,
}

/// Reason for which a product is left out.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Reason {
    FreeOrTrial,
    /// All subscriptions of the customer to the product are trials.
    OnTrial,
    /// Position of a rule in the list.
    Rule(usize),
}

impl Default for Exclusions {
    /// Leaves out free and trial products.
    fn default() -> Self {
        Self {
            free_and_trials: true,
            rules: Vec::new(),
        }
    }
}

impl Exclusions {
    /// Leaves out nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::{Holdings, UnusedOptions, Exclusions, unused};
    /// use time::macros::date;
    ///
    /// let mut options = UnusedOptions::new(date!(2026 - 11 - 26));
    /// options.exclusions = Exclusions::none();
    /// assert!(unused(&Holdings::new().join(), &options).rows.is_empty());
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self {
            free_and_trials: false,
            rules: Vec::new(),
        }
    }

    /// Returns the patterns of names that are left out by default, in lower case; `*` matches any
    /// text.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::Exclusions;
    ///
    /// assert!(Exclusions::default_patterns().contains(&"*trial*"));
    /// ```
    #[must_use]
    pub fn default_patterns() -> &'static [&'static str] {
        &FREE_OR_TRIAL
    }

    /// Adds the rules of a CSV file with the columns `product`, `pattern` and `customer`, of which
    /// at least one is needed.
    ///
    /// A row leaves out what fulfils all its conditions: `product` is a name or an id, `pattern` a
    /// name with `*` for any text and `?` for one character, `customer` a tenant id or a name, which
    /// fits all customers of that name. Names are case-insensitive. Empty lines and lines that begin
    /// with `#` are skipped.
    ///
    /// # Errors
    ///
    /// [`FileError`] with the line of the first wrong row.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_reports::Exclusions;
    ///
    /// let error = Exclusions::none().with_file("sku\nE3\n".as_bytes()).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 1: unknown column `sku`; expected product, pattern, customer"
    /// );
    /// ```
    pub fn with_file(mut self, file: impl Read) -> Result<Self, FileError> {
        const COLUMNS: [&str; 3] = ["product", "pattern", "customer"];
        let mut table = Table::read(file, &COLUMNS, |name| {
            COLUMNS.iter().position(|column| *column == name)
        })?;
        while let Some((line, cells)) = table.next()? {
            let mut cells = cells
                .into_iter()
                .map(|cell| Some(cell).filter(|it| !it.is_empty()));
            let mut next = || cells.next().flatten();
            let rule = Rule {
                line,
                product: next(),
                pattern: next(),
                customer: next(),
            };
            if rule.product.is_none() && rule.pattern.is_none() && rule.customer.is_none() {
                return Err(FileError::at(line, FileProblem::EmptyRow));
            }
            self.rules.push(rule);
        }
        Ok(self)
    }

    /// Returns what is known of a product, so that its names are compared once and not for every
    /// customer.
    pub(crate) fn of_product(&self, holdings: &Holdings, product: u32) -> OfProduct {
        let id = holdings.product_id(product);
        let names: Vec<_> = holdings
            .product_names(product)
            .map(|name| (name.to_lowercase(), normal(name)))
            .collect();
        let fits = |pattern: &str| names.iter().any(|(name, _)| matches(pattern, name));
        let is_free = self.free_and_trials
            && (id
                .as_deref()
                .is_some_and(|id| FREE_OR_TRIAL_IDS.contains(&id))
                || FREE_OR_TRIAL.iter().any(|pattern| fits(pattern)));
        let is_product = |wanted: &str| {
            let wanted_name = normal(wanted);
            is_id(wanted, id.as_deref()) || names.iter().any(|(_, name)| *name == wanted_name)
        };
        let fitting = self.rules.iter().enumerate().filter(|(_, rule)| {
            rule.product.as_deref().is_none_or(is_product)
                && (rule.pattern.as_deref()).is_none_or(|pattern| fits(&pattern.to_lowercase()))
        });
        OfProduct {
            is_free,
            rules: fitting.map(|(at, _)| at).collect(),
        }
    }

    /// Returns the reason for which a position is left out.
    pub(crate) fn reason(
        &self,
        joined: &Joined,
        position: &Position,
        of_product: &OfProduct,
    ) -> Option<Reason> {
        if of_product.is_free {
            return Some(Reason::FreeOrTrial);
        }
        if self.free_and_trials {
            let mut subscriptions = joined.subscriptions(position).peekable();
            if subscriptions.peek().is_some() && subscriptions.all(|it| it.is_trial) {
                return Some(Reason::OnTrial);
            }
        }
        let holdings = &joined.holdings;
        let is_customer = |wanted: &str| {
            is_id(wanted, holdings.customer_id(position.customer).as_deref())
                || holdings
                    .customer_names(position.customer)
                    .any(|name| name.to_lowercase() == wanted.to_lowercase())
        };
        let fits = |at: &usize| {
            let rule = self.rules.get(*at);
            rule.is_some_and(|rule| rule.customer.as_deref().is_none_or(is_customer))
        };
        of_product
            .rules
            .iter()
            .copied()
            .find(fits)
            .map(Reason::Rule)
    }

    /// Returns the reason in words.
    pub(crate) fn describe(&self, reason: Reason) -> String {
        match reason {
            Reason::FreeOrTrial => "free and trial products (default list)".to_owned(),
            Reason::OnTrial => "products of which a customer has trials only".to_owned(),
            Reason::Rule(at) => match self.rules.get(at) {
                Some(rule) => format!("line {} of the exclusion file", rule.line),
                None => "exclusion file".to_owned(),
            },
        }
    }

    /// Returns the lines of the rules that left out nothing.
    pub(crate) fn unused_lines<'a>(
        &'a self,
        is_used: impl Fn(usize) -> bool + 'a,
    ) -> impl Iterator<Item = u64> + 'a {
        let rules = self.rules.iter().enumerate();
        rules
            .filter(move |(at, _)| !is_used(*at))
            .map(|(_, rule)| rule.line)
    }

    /// Returns whether free and trial products are left out.
    pub(crate) fn has_default_list(&self) -> bool {
        self.free_and_trials
    }
}

fn is_id(wanted: &str, id: Option<&str>) -> bool {
    id.is_some_and(|id| match (guid_bytes(wanted), guid_bytes(id)) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => id == wanted.to_lowercase(),
    })
}

/// Returns whether a pattern with `*` and `?` fits a whole text.
///
/// Only the last `*` is tried again, since an earlier one cannot fit better: the time is at most
/// the product of the lengths.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut read) = (0, 0);
    let mut retry = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, read));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == text.get(read) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star, from)) = retry else {
                    return false;
                };
                retry = Some((star, from + 1));
                at = star + 1;
                read = from + 1;
            }
        }
    }
    pattern[at.min(pattern.len())..]
        .iter()
        .all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("e3", "office e3", false),
            ("*e3", "office e3", true),
            ("*e3", "e3 e3x", false),
            ("o*e?", "office e5", true),
            ("*a*b", "aab", true),
            ("*a*b", "aaba", false),
            ("p?an", "plan", true),
            ("p?an", "pan", false),
            ("*\u{fc}*", "m\u{fc}ller", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_of_stars_ends_soon() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!matches(&pattern, &"a".repeat(2_000)));
    }

    #[test]
    fn wrong_rows_are_named_by_line() {
        for (file, line, message) in [
            (
                "",
                1,
                "the file is empty; the first line names the columns: product, pattern, customer",
            ),
            (
                "product,product\nE3,E5\n",
                1,
                "the column `product` appears twice",
            ),
            (
                "product,pattern,customer\n\n# why\n,,\n",
                4,
                "the row is empty",
            ),
            (
                "product,pattern,customer\nE3,,\nE3,E5\n",
                3,
                "the row has 2 cells, the first line 3",
            ),
        ] {
            let error = Exclusions::none().with_file(file.as_bytes()).unwrap_err();
            assert_eq!(error.line, Some(line), "{file:?}");
            assert_eq!(error.to_string(), format!("line {line}: {message}"));
        }
        let error = Exclusions::none()
            .with_file(&b"product\n\xff\n"[..])
            .unwrap_err();
        assert_eq!(error.to_string(), "line 2: the text is not UTF-8");
    }

    #[test]
    fn files_of_european_excel_are_read() {
        let file = "\u{feff}Product;Customer\r\nE3;Contoso\r\n";
        let exclusions = Exclusions::none().with_file(file.as_bytes()).unwrap();
        assert_eq!(exclusions.rules[0].product.as_deref(), Some("E3"));
        assert_eq!(exclusions.rules[0].customer.as_deref(), Some("Contoso"));
        assert_eq!(exclusions.rules[0].pattern, None);
    }
}
