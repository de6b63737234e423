//! Tests of sign-in, profiles and credentials.

mod access_token;
mod changes;
mod doctor;
mod hints;
mod library;
mod login;
mod profiles;
mod status;
mod user;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use partner_center::credential::{FileStore, RefreshTokenStore, StoredRefreshToken};
use partner_center_emulator::{DataSet, Emulator, EmulatorBuilder};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Ran, Surroundings};

/// Configuration directory of a user, removed on drop.
pub(super) struct Home {
    directory: TempDir,
    pub(super) config: String,
}

impl Home {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("config.toml");
        Self {
            config: config.to_str().unwrap().to_owned(),
            directory,
        }
    }

    /// Returns a home directory with these profiles.
    pub(super) fn with(config: &str) -> Self {
        let home = Self::new();
        std::fs::write(&home.config, config).unwrap();
        home
    }

    pub(super) fn config(&self) -> String {
        std::fs::read_to_string(&self.config).unwrap()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs a command for this user.
    pub(super) fn pcenter(&self, arguments: &[&str]) -> Ran {
        self.pcenter_with(arguments, &[])
    }

    fn pcenter_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mine = [("PCENTER_CONFIG", self.config.as_str())];
        // The first value of a name is used.
        let variables = [variables, &mine].concat();
        self.run(
            arguments,
            Surroundings {
                variables: &variables,
                ..Surroundings::default()
            },
        )
    }

    pub(super) fn run(&self, arguments: &[&str], surroundings: Surroundings<'_>) -> Ran {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let exit = surroundings.run(arguments, &mut stdout, &mut stderr);
        let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
        Ran {
            exit,
            stdout,
            stderr,
        }
    }

    /// Replaces the parts of a text that differ between runs.
    pub(super) fn plain(&self, text: &str) -> String {
        let home = self.directory.path().to_str().unwrap();
        let port = regex::Regex::new("127.0.0.1:[0-9]+").unwrap();
        let life = regex::Regex::new("valid for (5[0-9]|60) minutes").unwrap();
        let time = regex::Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z)?").unwrap();
        let id = regex::Regex::new("MS-(Request|Correlation)Id [0-9a-f-]{36}").unwrap();
        let text = text.replace(home, "<home>");
        let text = port.replace_all(&text, "127.0.0.1:<port>");
        let text = id.replace_all(&text, "MS-${1}Id <guid>");
        let text = time.replace_all(&text, "<time>");
        life.replace_all(&text, "valid for <n> minutes")
            .into_owned()
    }

    /// Writes a token into the file of a profile.
    fn keep(&self, profile: &str, service: &Service, refresh_token: &str, age: Duration) {
        let store = FileStore::new(self.path("tokens").join(format!("{profile}.json")));
        let token = StoredRefreshToken {
            refresh_token: refresh_token.to_owned().into(),
            obtained_at: (SystemTime::now() - age).into(),
            tenant: service.emulator.tenant_id().to_owned(),
            client_id: service.emulator.client_id().to_owned(),
        };
        service.runtime.block_on(async {
            let _turn = store.lock().await.unwrap();
            store.save(&token).await.unwrap();
        });
    }
}

/// Emulator on its own threads, with a movable clock.
struct Service {
    runtime: Runtime,
    emulator: Arc<Emulator>,
    clock: Arc<AtomicI64>,
}

impl Service {
    fn start() -> Self {
        Self::with(|builder| builder.public_client(true))
    }

    fn with(set_up: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let clock = Arc::new(AtomicI64::new(0));
        let moved = clock.clone();
        let builder = Emulator::builder()
            .data(DataSet::documented())
            .device_code_interval(Duration::from_secs(1))
            .clock(move || {
                let moved = moved.load(Ordering::Relaxed);
                let by = Duration::from_secs(moved.unsigned_abs());
                match moved < 0 {
                    true => SystemTime::now() - by,
                    false => SystemTime::now() + by,
                }
            });
        let emulator = runtime.block_on(set_up(builder).start()).unwrap();
        Self {
            runtime,
            emulator: Arc::new(emulator),
            clock,
        }
    }

    /// Moves the clock forward by seconds.
    fn move_clock(&self, by: i64) {
        self.clock.fetch_add(by, Ordering::Relaxed);
    }

    /// Returns a profile for this service, with a file as the token store.
    fn profile(&self, name: &str) -> String {
        format!(
            "[profiles.{name}]\ntenant = \"{}\"\nclient_id = \"{}\"\nstore = \"file\"\n\
             authority = \"{}\"\nbase_url = \"{}\"\n",
            self.emulator.tenant_id(),
            self.emulator.client_id(),
            self.emulator.authority(),
            self.emulator.url()
        )
    }

    /// Returns the flags for a sign-in at this service.
    fn flags(&self) -> Vec<String> {
        [
            ("--tenant", self.emulator.tenant_id().to_owned()),
            ("--client-id", self.emulator.client_id().to_owned()),
            ("--authority", self.emulator.authority().to_string()),
            ("--base-url", self.emulator.url().to_string()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value])
        .collect()
    }
}

/// Returns a home directory whose default profile signed in this long ago.
fn signed_in(service: &Service, age: Duration) -> Home {
    let profile = service.profile("default");
    let home = Home::with(&format!("default_profile = \"default\"\n\n{profile}"));
    home.keep("default", service, service.emulator.refresh_token(), age);
    home
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
