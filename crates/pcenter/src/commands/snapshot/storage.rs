//! The history of a command: its place, the access to it, and its tables.

use partner_center::credential::profiles::{Identity, Overrides, ProfileName};
use partner_center::{FieldKind, OPERATIONS, Operation};
use partner_center_lake::{self as lake, Report, Storage, Table};

use super::arguments::{HistoryOptions, Reading, StorageCredential};
use super::reports;
use crate::customers;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::no_credentials;
use crate::reference::HISTORY;

/// History that a command reads.
pub(crate) struct History {
    pub(crate) inner: lake::History,
}

/// Report whose table cannot be used, with the reason.
pub(super) type FailedTable = (&'static Operation, Failure);

/// Prints the failures of tables, and returns the exit code.
pub(super) fn report_failed(
    failed: &[FailedTable],
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    for (operation, failure) in failed {
        let (id, summary) = (operation.id, failure.summary());
        writeln!(environment.stderr, "warning: {id} is left out: {summary}")?;
        let fix = failure.fix();
        if !fix.is_empty() {
            writeln!(environment.stderr, "  help: {fix}")?;
        }
    }
    Ok(match failed {
        [] => Exit::Success,
        _ => Exit::Incomplete,
    })
}

/// Returns the storage of a history. `typed` is the value of the flag.
pub(super) fn storage(
    typed: Option<&str>,
    credential: StorageCredential,
    profile: Option<&ProfileName>,
    environment: &Environment<'_>,
) -> Result<Storage, Failure> {
    let address = match typed
        .map(str::to_owned)
        .or_else(|| environment.set(HISTORY))
    {
        Some(address) => address,
        None => {
            let folder = environment.data_directory.as_ref().ok_or_else(|| {
                let message = "there is no default folder for the history: the user has no home";
                Failure::new(Exit::Usage, message)
                    .help(format!("name a folder or URL, or set {HISTORY}"))
            })?;
            folder.join("pcenter").join("history").display().to_string()
        }
    };
    let variables = (environment.all_variables)();
    let variables = variables
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let builder = Storage::builder(address).environment(variables);
    let builder = match credential {
        StorageCredential::Environment => builder,
        StorageCredential::Profile => {
            let mut overrides = Overrides::default();
            overrides.profile = profile;
            let settings = environment.settings();
            let Some(identity) = Identity::resolve(&overrides, &settings)? else {
                return Err(no_credentials("pcenter snapshot", environment));
            };
            builder.credential(identity.credential(&settings)?)
        }
    };
    let storage = builder.build()?;
    let is_azure =
        ["abfs", "abfss", "az", "azure", "adl", "https"].contains(&storage.url().scheme());
    if credential == StorageCredential::Profile && !is_azure {
        let message = "--storage-credential profile is for Azure storage and OneLake";
        return Err(Failure::new(Exit::Usage, message).help("remove the option"));
    }
    Ok(storage)
}

/// Returns the table of a report as the library knows it.
pub(super) fn report(operation: &'static Operation) -> Report {
    Report {
        name: operation.id,
        fields: match reports::is_of_the_partner(operation) {
            true => operation.fields,
            false => customers::fields_of_several(operation),
        },
    }
}

impl History {
    /// Opens the history of a command that reads.
    pub(super) fn reading(
        reading: &Reading,
        environment: &Environment<'_>,
    ) -> Result<Self, Failure> {
        Self::open(&reading.history, reading.profile.as_ref(), environment)
    }

    /// Opens the history of these options.
    pub(crate) fn open(
        options: &HistoryOptions,
        profile: Option<&ProfileName>,
        environment: &Environment<'_>,
    ) -> Result<Self, Failure> {
        let credential = options.storage_credential;
        let storage = storage(options.from.as_deref(), credential, profile, environment)?;
        Ok(Self {
            inner: lake::History::new(storage, None),
        })
    }

    /// Returns the table of a report; `None` if there is none.
    pub(crate) async fn table(
        &self,
        operation: &'static Operation,
    ) -> Result<Option<Table>, Failure> {
        Ok(self.inner.table(report(operation)).await?)
    }

    /// Returns the tables of these reports, which must exist; of all reports if none is named, with
    /// the failures of those that cannot be opened.
    pub(super) async fn tables(
        &self,
        named: &[&'static Operation],
    ) -> Result<(Vec<(&'static Operation, Table)>, Vec<FailedTable>), Failure> {
        let (mut tables, mut failed) = (Vec::new(), Vec::new());
        if named.is_empty() {
            let names = self.inner.tables().await?;
            for operation in OPERATIONS {
                if !names.iter().any(|name| name == operation.id) {
                    continue;
                }
                match self.table(operation).await {
                    Ok(table) => tables.extend(table.map(|table| (*operation, table))),
                    Err(failure) => failed.push((*operation, failure)),
                }
            }
            if tables.is_empty() && failed.is_empty() {
                return Err(self.empty());
            }
        }
        for operation in named {
            match self.table(operation).await? {
                Some(table) => tables.push((*operation, table)),
                None => return Err(self.without(operation)),
            }
        }
        Ok((tables, failed))
    }

    /// Returns the line that names the place, for the sources of a document.
    pub(crate) fn place(&self) -> String {
        format!("History in {}", self.inner.storage())
    }

    fn empty(&self) -> Failure {
        let place = self.inner.storage();
        Failure::new(Exit::Usage, format!("there are no snapshots in {place}"))
            .help("take some with `pcenter snapshot take --all`, or name another place with --from")
    }

    /// Returns the failure of a report without a table.
    pub(crate) fn without(&self, operation: &Operation) -> Failure {
        let (id, place) = (operation.id, self.inner.storage());
        Failure::new(
            Exit::Usage,
            format!("there are no snapshots of {id} in {place}"),
        )
        .help(format!("take one with `pcenter snapshot take {id}`"))
    }
}

/// Returns the columns of a report that are added up: its counts and decimals, without percentages.
pub(super) fn counts(operation: &Operation) -> Vec<String> {
    let fields = operation.fields.iter();
    let counts = fields.filter(|field| {
        matches!(field.kind, FieldKind::Count | FieldKind::Number)
            && !field.name.ends_with("Percent")
    });
    counts.map(|field| field.name.to_owned()).collect()
}

/// Returns a text as a static one, as fields have. A process runs one command, so this happens once.
pub(super) fn leaked(text: String) -> &'static str {
    text.leak()
}
