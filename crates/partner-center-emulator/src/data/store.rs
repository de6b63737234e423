//! Rows of a running emulator: built-in, replaced by those of files, replaced by those of requests.

use std::{
    collections::BTreeMap,
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use partner_center_catalog::{OPERATIONS, Operation, ResponseShape};
use serde_json::{Value, json};

use crate::{
    api::{documented::DocumentedResponse, prepared::Version},
    clock::Clock,
    data::{
        DataSet,
        calendar::Day,
        data_set::{DataError, Source},
        files::{FileRows, Format, LineProblem, rows},
        table::Table,
        world::{FOREIGN_CUSTOMER, World, legacy, random::Guid, subscribed_skus, write_customer},
    },
    query::{self, Query, Rules},
};

/// Rows of all operations.
#[derive(Debug)]
pub(crate) struct Store {
    /// `None` for the documented responses.
    world: Option<World>,
    files: BTreeMap<&'static str, FileRows>,
    requested: RwLock<BTreeMap<&'static str, FileRows>>,
    clock: Clock,
    /// Day of the clock at the start.
    start: Day,
    has_files: bool,
    changes: AtomicU64,
}

/// Customer in the path of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KnownCustomer {
    /// Customer of the partner.
    Own,
    /// Customer of another partner.
    Foreign,
    Unknown,
}

/// Customer with the properties that filters compare.
#[derive(Clone, Debug)]
pub(crate) struct CustomerEntry {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) reseller: Option<String>,
    position: usize,
}

impl Store {
    /// Returns the rows of a data set. An operation that the synthetic data does not have gets the
    /// rows of its documented response.
    pub(crate) fn new(
        data: &DataSet,
        responses: &[DocumentedResponse],
        clock: Clock,
    ) -> Result<Self, DataError> {
        let start = Day::of_unix_seconds(clock.unix_seconds());
        let (world, files) = match &data.0 {
            Source::Documented => (None, BTreeMap::new()),
            Source::Synthetic { settings, files } => {
                let world = World::generate(settings.world(start));
                let mut rows = files
                    .as_ref()
                    .map(|files| files.0.clone())
                    .unwrap_or_default();
                for response in responses {
                    let id = response.operation.id;
                    if rows.contains_key(id) || world.table(id, start, None).is_some() {
                        continue;
                    }
                    if let Some(documented) = documented_rows(response) {
                        rows.insert(id, documented);
                    }
                }
                (Some(world), rows)
            }
        };
        let store = Self {
            world,
            files,
            requested: RwLock::default(),
            clock,
            start,
            changes: AtomicU64::new(0),
            has_files: matches!(&data.0, Source::Synthetic { files: Some(_), .. }),
        };
        if let Source::Synthetic {
            files: Some(files), ..
        } = &data.0
        {
            files.check_customers(|id| store.known_customer(id) == KnownCustomer::Own)?;
        }
        Ok(store)
    }

    /// Returns the state of the data, on which bodies depend.
    pub(crate) fn version(&self) -> Version {
        Version {
            day: self.today().0,
            changes: self.changes.load(Ordering::Acquire),
        }
    }

    /// Returns the day of the data: it moves on with the clock.
    pub(crate) fn today(&self) -> Day {
        let now = Day::of_unix_seconds(self.clock.unix_seconds());
        let moved = now.since(self.start);
        self.world
            .as_ref()
            .map_or(now, |world| world.settings.today.plus(moved))
    }

    /// Returns whether an operation returns its documented response.
    pub(crate) fn is_documented(&self, operation: &Operation) -> bool {
        self.world.is_none() && self.replaced(operation.id).is_none()
    }

    fn replaced(&self, operation: &str) -> Option<FileRows> {
        let requested = self.requested().get(operation).cloned();
        requested.or_else(|| self.files.get(operation).cloned())
    }

    fn requested(&self) -> RwLockReadGuard<'_, BTreeMap<&'static str, FileRows>> {
        self.requested
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `use_table` with the rows of an operation that queries select from; `processed` is the
    /// requested day of figures. Returns `None` for an operation without such rows.
    pub(crate) fn with_table<T>(
        &self,
        operation: &Operation,
        processed: Option<Day>,
        use_table: impl FnOnce(&dyn Table) -> T,
    ) -> Option<T> {
        if let Some(FileRows::Table(table)) = self.replaced(operation.id) {
            return Some(use_table(table.as_ref()));
        }
        let table = self
            .world
            .as_ref()?
            .table(operation.id, self.today(), processed)?;
        Some(use_table(table.as_ref()))
    }

    /// Returns the rows of an operation without queries, as JSON objects. `customer` is that of the
    /// path, `groups` the requested groups of licences.
    pub(crate) fn objects(
        &self,
        operation: &Operation,
        customer: Option<Guid>,
        groups: &[&str],
    ) -> Option<Vec<String>> {
        if let Some(FileRows::Objects(objects)) = self.replaced(operation.id) {
            let of_customer = objects
                .iter()
                .filter(|one| customer.is_none() || one.customer == customer);
            let in_group = of_customer.filter(|one| {
                let group = one
                    .value
                    .get("productSku")
                    .and_then(|sku| sku["licenseGroupId"].as_str());
                group.is_none_or(|group| groups.iter().any(|one| group.eq_ignore_ascii_case(one)))
            });
            return Some(in_group.map(|object| object.json.clone()).collect());
        }
        let world = self.world.as_ref()?;
        // A customer of a file has no synthetic rows.
        let index = customer.map(|id| world.customer(id).unwrap_or(usize::MAX));
        if let (Some(index), "subscribed_skus") = (index, operation.id) {
            return Some(subscribed_skus(world, index, self.today(), groups));
        }
        legacy::rows(world, operation.id, index, self.today())
    }

    pub(crate) fn known_customer(&self, id: Guid) -> KnownCustomer {
        let is_own = match self.customer_rows() {
            Some(FileRows::Objects(objects)) => objects.iter().any(|one| one.customer == Some(id)),
            _ => self
                .world
                .as_ref()
                .is_some_and(|world| world.customer(id).is_some()),
        };
        match is_own {
            true => KnownCustomer::Own,
            false if Guid::parse(FOREIGN_CUSTOMER) == Some(id) => KnownCustomer::Foreign,
            false => KnownCustomer::Unknown,
        }
    }

    /// Returns the customer with this id, with all properties.
    pub(crate) fn customer(&self, id: Guid) -> Option<String> {
        for operation in ["customer", "customers"] {
            if let Some(FileRows::Objects(objects)) = self.replaced(operation) {
                let found = objects.iter().find(|one| one.customer == Some(id));
                if let Some(found) = found {
                    return Some(found.json.clone());
                }
            }
        }
        let world = self.world.as_ref()?;
        let customer = world.customers.get(world.customer(id)?)?;
        Some(write_customer(&world.settings, customer, true))
    }

    fn customer_rows(&self) -> Option<FileRows> {
        self.replaced("customers")
    }

    /// Returns the customers that `is_wanted` selects.
    pub(crate) fn customers(
        &self,
        is_wanted: &dyn Fn(&CustomerEntry) -> bool,
    ) -> Vec<CustomerEntry> {
        let entries: Vec<CustomerEntry> = match (self.customer_rows(), &self.world) {
            (Some(FileRows::Objects(objects)), _) => {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let entries = objects.iter().enumerate().map(|(position, object)| {
                    let profile = object.value.get("companyProfile").unwrap_or(&Value::Null);
                    let reseller = object.value.get("associatedPartnerId").map(text);
                    CustomerEntry {
                        name: text(&profile["companyName"]),
                        domain: text(&profile["domain"]),
                        reseller,
                        position,
                    }
                });
                entries.collect()
            }
            (_, Some(world)) => {
                let entries = world
                    .customers
                    .iter()
                    .enumerate()
                    .map(|(position, customer)| CustomerEntry {
                        name: customer.name(),
                        domain: customer.domain(),
                        reseller: customer.reseller_id(world.settings.seed),
                        position,
                    });
                entries.collect()
            }
            (_, None) => Vec::new(),
        };
        entries
            .into_iter()
            .filter(|entry| is_wanted(entry))
            .collect()
    }

    /// Returns a customer as in the list.
    pub(crate) fn listed_customer(&self, entry: &CustomerEntry) -> Option<String> {
        if let Some(FileRows::Objects(objects)) = self.customer_rows() {
            return objects
                .get(entry.position)
                .map(|object| object.json.clone());
        }
        let world = self.world.as_ref()?;
        let customer = world.customers.get(entry.position)?;
        Some(write_customer(&world.settings, customer, false))
    }

    /// Replaces the rows of an operation until [`restore`](Self::restore).
    pub(crate) fn replace(
        &self,
        operation: &'static Operation,
        format: Format,
        bytes: &[u8],
    ) -> Result<usize, LineProblem> {
        let rows = rows(operation, format, bytes)?;
        let count = rows.row_count();
        let mut requested = self
            .requested
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        requested.insert(operation.id, rows);
        self.changes.fetch_add(1, Ordering::Release);
        Ok(count)
    }

    /// Returns the ids in the rows of an operation that are not those of customers.
    pub(crate) fn unknown_customers(&self, operation: &Operation) -> Vec<String> {
        match self.replaced(operation.id) {
            Some(rows) if operation.id != "customers" && operation.id != "customer" => {
                rows.unknown_customers(|id| self.known_customer(id) == KnownCustomer::Own)
            }
            _ => Vec::new(),
        }
    }

    /// Removes the rows of requests; of one operation, or of all.
    pub(crate) fn restore(&self, operation: Option<&Operation>) {
        let mut requested = self
            .requested
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        match operation {
            Some(operation) => drop(requested.remove(operation.id)),
            None => requested.clear(),
        }
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Describes the data for the control endpoint.
    pub(crate) fn describe(&self) -> Value {
        let mut rows = serde_json::Map::new();
        for operation in OPERATIONS {
            let count = match operation.response {
                ResponseShape::Page => self.with_table(operation, None, |table| table.row_count()),
                _ if operation.id == "customers" => Some(self.customers(&|_| true).len()),
                _ => None,
            };
            if let Some(count) = count {
                rows.insert(operation.id.to_owned(), count.into());
            }
        }
        let replaced: Vec<&str> = {
            let requested = self.requested();
            let files = self.files.keys().filter(|id| !requested.contains_key(*id));
            files.chain(requested.keys()).copied().collect()
        };
        match &self.world {
            None => json!({ "source": "documented", "rows": rows, "replaced": replaced }),
            Some(world) => json!({
                "source": if self.has_files { "files" } else { "synthetic" },
                "seed": world.settings.seed,
                "customers": world.settings.customers,
                "days": world.settings.days,
                "today": self.today().start().text().get(..10),
                "foreignCustomer": FOREIGN_CUSTOMER,
                "rows": rows,
                "replaced": replaced,
            }),
        }
    }

    /// Returns the id of the first customer.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn export_first_customer(&self) -> Option<String> {
        let customers = self.world.as_ref()?.customers.first();
        customers.map(|customer| customer.id.lower())
    }

    /// Returns all rows of an operation as JSON, one per line; `None` for an operation of one
    /// customer, and for documented responses.
    pub(crate) fn export(&self, operation: &Operation) -> Option<String> {
        let lines = match operation.id {
            "customers" => {
                let customers = self.customers(&|_| true);
                customers
                    .iter()
                    .filter_map(|entry| self.listed_customer(entry))
                    .collect()
            }
            _ if operation.response == ResponseShape::Page => {
                let everything = Query {
                    top: usize::MAX,
                    one_per_line: true,
                    ..Query::default()
                };
                let rows = self.with_table(operation, None, |table| {
                    query::run(table, &everything, Rules::default())
                })?;
                vec![rows.json]
            }
            _ if operation.path.contains('{') => return None,
            _ => self.objects(operation, None, &[])?,
        };
        let mut text = lines.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        Some(text)
    }
}

/// Returns the rows of a documented response that is a page.
fn documented_rows(documented: &DocumentedResponse) -> Option<FileRows> {
    let body: Value = serde_json::from_str(documented.body).ok()?;
    let rows_of = body.get("Value")?;
    let bytes = serde_json::to_vec(rows_of).ok()?;
    rows(documented.operation, Format::Json, &bytes).ok()
}
