//! Comparison of the rows of two days.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use delta_kernel::arrow::array::RecordBatch;

use super::amount::{Amount, Sum};
use super::columns::{AnalysisError, Numbers, Texts};
use super::key::{Named, ReportKey};

/// Comparison of two days of a table, folded batch by batch in any order.
///
/// Rows with the same key are added up. Only keys, names and sums stay in memory: it grows with the
/// number of keys, and not with the columns of the rows.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use delta_kernel::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
/// use partner_center_lake::{ChangeKind, Diff, ReportKey};
///
/// let day = |sold: i64| {
///     let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
///     RecordBatch::try_from_iter([
///         ("serviceName", text("Office 365")),
///         ("channel", text("reseller")),
///         ("licensesSold", Arc::new(Int64Array::from(vec![sold])) as ArrayRef),
///     ])
/// };
/// let key = ReportKey::of("partner_licenses_deployment").ok_or("no key")?;
/// let mut diff = Diff::new(key, vec!["licensesSold".to_owned()]);
/// diff.add_before(&day(5)?)?;
/// diff.add_after(&day(7)?)?;
/// let difference = diff.finish();
/// assert_eq!(difference.changes[0].kind, ChangeKind::Changed);
/// assert_eq!(difference.totals[0].difference().to_string(), "2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Diff {
    key: &'static ReportKey,
    counts: Vec<String>,
    texts: Interned,
    pairs: HashMap<Box<[u32]>, Pair>,
    customers: Entities,
    products: Entities,
    rows: [u64; 2],
    totals: [Vec<Sum>; 2],
}

/// Texts, each with a number, so that the keys are short and each text is in memory once.
#[derive(Debug, Default)]
struct Interned {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

/// Number of a missing text.
const NONE: u32 = u32::MAX;

impl Interned {
    fn number(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return NONE };
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(NONE);
        let text: Arc<str> = text.into();
        self.all.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    fn get(&self, number: u32) -> Option<Arc<str>> {
        self.all.get(number as usize).cloned()
    }
}

/// Rows of a key on both days.
#[derive(Debug)]
struct Pair {
    names: Box<[u32]>,
    rows: [u32; 2],
    sums: [Box<[Sum]>; 2],
}

/// Ids with their names, and the days on which they occur.
#[derive(Debug, Default)]
struct Entities(HashMap<u32, (u32, [bool; 2])>);

impl Entities {
    fn add(&mut self, id: u32, name: u32, side: usize) {
        let (known, days) = self.0.entry(id).or_insert((name, [false; 2]));
        if let Some(day) = days.get_mut(side) {
            *day = true;
        }
        // The name of the later day is shown.
        if side == 1 || *known == NONE {
            *known = name;
        }
    }

    /// Returns those that occur on this day alone, by name.
    fn only(&self, side: usize, texts: &Interned) -> Vec<Entity> {
        let alone = |days: &[bool; 2]| days.get(side) == Some(&true) && days != &[true; 2];
        let found = self
            .0
            .iter()
            .filter(|(id, (_, days))| **id != NONE && alone(days));
        let found = found.filter_map(|(id, (name, _))| {
            let id = texts.get(*id)?;
            Some(((texts.get(*name), id.clone()), id))
        });
        let sorted: BTreeMap<_, _> = found.collect();
        let entities = sorted
            .into_iter()
            .map(|((name, _), id)| Entity { id, name });
        entities.collect()
    }
}

/// Side of the earlier and of the later day.
const BEFORE: usize = 0;
const AFTER: usize = 1;

impl Diff {
    /// Creates a comparison that has no rows yet. `counts` are the columns that are compared and
    /// added up.
    #[must_use]
    pub fn new(key: &'static ReportKey, counts: Vec<String>) -> Self {
        let sums = vec![Sum::default(); counts.len()];
        Self {
            key,
            texts: Interned::default(),
            pairs: HashMap::new(),
            customers: Entities::default(),
            products: Entities::default(),
            rows: [0; 2],
            totals: [sums.clone(), sums],
            counts,
        }
    }

    /// Returns the columns that the batches must have.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let named = [self.key.customer, self.key.product];
        let named = named.into_iter().flatten().flat_map(|it| [it.id, it.name]);
        let texts = self.key.columns.iter().chain(self.key.names).copied();
        let mut columns: Vec<String> = Vec::new();
        let all = texts.chain(named).map(str::to_owned);
        for column in all.chain(self.counts.iter().cloned()) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }

    /// Adds rows of the earlier day.
    ///
    /// # Errors
    ///
    /// If the batch lacks a column.
    pub fn add_before(&mut self, batch: &RecordBatch) -> Result<(), AnalysisError> {
        self.add(BEFORE, batch)
    }

    /// Adds rows of the later day.
    ///
    /// # Errors
    ///
    /// If the batch lacks a column.
    pub fn add_after(&mut self, batch: &RecordBatch) -> Result<(), AnalysisError> {
        self.add(AFTER, batch)
    }

    fn add(&mut self, side: usize, batch: &RecordBatch) -> Result<(), AnalysisError> {
        let keys = Texts::all(batch, self.key.columns)?;
        let names = Texts::all(batch, self.key.names)?;
        let counts = Numbers::all(batch, &self.counts)?;
        let customer = Ids::of(batch, self.key.customer)?;
        let product = Ids::of(batch, self.key.product)?;
        let mut key = Vec::new();
        for row in 0..batch.num_rows() {
            key.clear();
            key.extend(
                keys.iter()
                    .map(|it| self.texts.number(it.get(row).as_deref())),
            );
            let mut number = |texts: &Texts<'_>| self.texts.number(texts.get(row).as_deref());
            for (ids, entities) in [
                (&customer, &mut self.customers),
                (&product, &mut self.products),
            ] {
                if let Some(Ids { id, name }) = ids {
                    entities.add(number(id), number(name), side);
                }
            }
            let named = |number: &mut dyn FnMut(&Texts<'_>) -> u32| -> Box<[u32]> {
                names.iter().map(number).collect()
            };
            let pair = match self.pairs.get_mut(key.as_slice()) {
                Some(pair) => pair,
                None => {
                    let sums = || vec![Sum::default(); counts.len()].into_boxed_slice();
                    let pair = Pair {
                        names: named(&mut number),
                        rows: [0; 2],
                        sums: [sums(), sums()],
                    };
                    self.pairs.entry(key.as_slice().into()).or_insert(pair)
                }
            };
            let (Some(rows), Some(sums)) = (pair.rows.get_mut(side), pair.sums.get_mut(side))
            else {
                continue;
            };
            // The names of the later day are shown.
            if side == AFTER && *rows == 0 {
                pair.names = named(&mut number);
            }
            *rows = rows.saturating_add(1);
            let totals = self.totals.get_mut(side).into_iter().flatten();
            for ((sum, total), column) in sums.iter_mut().zip(totals).zip(&counts) {
                let value = column.get(row);
                sum.add(value);
                total.add(value);
            }
        }
        if let Some(rows) = self.rows.get_mut(side) {
            *rows = rows.saturating_add(u64::try_from(batch.num_rows()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// Returns what differs, by key.
    #[must_use]
    pub fn finish(self) -> Difference {
        let Self { texts, .. } = &self;
        let get = |numbers: &[u32]| numbers.iter().map(|number| texts.get(*number)).collect();
        let values = |sums: &[Sum]| sums.iter().map(|sum| sum.value()).collect();
        let mut changes = Vec::new();
        let (mut unchanged, mut repeated) = (0_u64, 0_u64);
        for (key, pair) in &self.pairs {
            let [rows_before, rows_after] = pair.rows;
            let [before, after] = &pair.sums;
            let repeats = [rows_before, rows_after].map(|rows| u64::from(rows.saturating_sub(1)));
            repeated += repeats.iter().sum::<u64>();
            let kind = match (rows_before, rows_after) {
                (0, _) => ChangeKind::Added,
                (_, 0) => ChangeKind::Removed,
                _ if before != after => ChangeKind::Changed,
                _ => {
                    unchanged += 1;
                    continue;
                }
            };
            changes.push(Change {
                kind,
                key: get(key),
                names: get(&pair.names),
                before: values(before),
                after: values(after),
            });
        }
        changes
            .sort_unstable_by(|one, other| (&one.names, &one.key).cmp(&(&other.names, &other.key)));
        let [before, after] = &self.totals;
        let totals = self.counts.iter().zip(before.iter().zip(after));
        let totals = totals.map(|(column, (before, after))| Total {
            column: column.clone(),
            before: before.value(),
            after: after.value(),
        });
        Difference {
            totals: totals.collect(),
            rows_before: self.rows[BEFORE],
            rows_after: self.rows[AFTER],
            unchanged,
            repeated,
            customers_added: self.customers.only(AFTER, texts),
            customers_removed: self.customers.only(BEFORE, texts),
            products_added: self.products.only(AFTER, texts),
            products_removed: self.products.only(BEFORE, texts),
            changes,
        }
    }
}

/// Columns of a customer or a product.
struct Ids<'batch> {
    id: Texts<'batch>,
    name: Texts<'batch>,
}

impl<'batch> Ids<'batch> {
    fn of(batch: &'batch RecordBatch, named: Option<Named>) -> Result<Option<Self>, AnalysisError> {
        let Some(named) = named else { return Ok(None) };
        Ok(Some(Self {
            id: Texts::of(batch, named.id)?,
            name: Texts::of(batch, named.name)?,
        }))
    }
}

/// Kind of a change.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ChangeKind {
    /// Only the later day has the key.
    Added,
    /// Only the earlier day has the key.
    Removed,
    /// Both days have the key, with different sums.
    Changed,
}

/// Key whose rows differ between the two days.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Kind of the change.
    pub kind: ChangeKind,
    /// Values of the key columns.
    pub key: Vec<Option<Arc<str>>>,
    /// Names of the later day, or of the earlier one if the key was removed.
    pub names: Vec<Option<Arc<str>>>,
    /// Sums of the earlier day; `None` without a known value.
    pub before: Vec<Option<Amount>>,
    /// Sums of the later day; `None` without a known value.
    pub after: Vec<Option<Amount>>,
}

/// Sums of a column over all rows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Total {
    /// Name of the column.
    pub column: String,
    /// Sum of the earlier day; `None` without a known value.
    pub before: Option<Amount>,
    /// Sum of the later day; `None` without a known value.
    pub after: Option<Amount>,
}

impl Total {
    /// Returns by how much the later sum is larger. A sum without a known value counts as 0.
    #[must_use]
    pub fn difference(&self) -> Amount {
        self.after.unwrap_or_default() - self.before.unwrap_or_default()
    }
}

/// Customer or product.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entity {
    /// Id, or the name where the report has no id.
    pub id: Arc<str>,
    /// Name, if the rows have one.
    pub name: Option<Arc<str>>,
}

/// Difference of two days, by [`Diff::finish`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Keys that differ, by name and key.
    pub changes: Vec<Change>,
    /// Sums of all rows, one per column.
    pub totals: Vec<Total>,
    /// Rows of the earlier day.
    pub rows_before: u64,
    /// Rows of the later day.
    pub rows_after: u64,
    /// Keys without a difference.
    pub unchanged: u64,
    /// Rows whose key an earlier row of the same day has, which are added up with it.
    pub repeated: u64,
    /// Customers of the later day alone.
    pub customers_added: Vec<Entity>,
    /// Customers of the earlier day alone.
    pub customers_removed: Vec<Entity>,
    /// Products of the later day alone.
    pub products_added: Vec<Entity>,
    /// Products of the earlier day alone.
    pub products_removed: Vec<Entity>,
}

impl Difference {
    /// Returns the number of changes of a kind.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|it| it.kind == kind).count()
    }
}
