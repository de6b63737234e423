//! Parser of the configuration file. Every error names file and line.

use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use partner_center_core::Cloud;
use partner_center_core::nearest::nearest;
use toml_edit::{Document, Item, TableLike};
use url::Url;

use super::location::check_root;
use super::{Config, Profile, ProfileName, SettingsError, StoreKind, parse_client_id};

const TOP: [&str; 2] = ["default_profile", "profiles"];

/// Keys of a profile, in the order in which they are written.
pub(super) const KEYS: [&str; 9] = [
    "tenant",
    "client_id",
    "cloud",
    "store",
    "store_file",
    "authority",
    "base_url",
    "scope",
    "output",
];

/// Maximum size of the file in bytes.
const SIZE_LIMIT: u64 = 1024 * 1024;

impl Config {
    /// Reads the file. A missing file has no profiles.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or a profile is invalid; the message begins with file and line.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        read(path)
    }

    /// Keys of the file, and keys of a profile. The JSON Schema of `pcenter config schema` has them.
    #[doc(hidden)]
    pub const KEYS: (&'static [&'static str], &'static [&'static str]) = (&TOP, &KEYS);
}

fn read(path: &Path) -> Result<Config, SettingsError> {
    let text = text(path)?;
    let file = File { path, text: &text };
    let document = Document::parse(text.as_str())
        .map_err(|error| file.error(error.span(), error.message().trim_end().to_owned()))?;
    let root = document.as_table();
    file.check_keys(root, &TOP)?;
    let mut config = Config {
        path: path.to_owned(),
        default_profile: None,
        profiles: Vec::new(),
    };
    if let Some((key, item)) = root.get_key_value("profiles") {
        let profiles = file.table(key.get(), item)?;
        for (name, item) in profiles.iter() {
            let span = profiles.get_key_value(name).and_then(|(key, _)| key.span());
            let parsed = ProfileName::from_str(name)
                .map_err(|error| file.error(span.clone(), format!("`{name}`: {error}")))?;
            let mut before = config.profiles.iter();
            if let Some((same, _)) = before.find(|(known, _)| known.same_file(&parsed)) {
                return Err(file
                    .error(span, format!("`{name}` and `{same}` differ only in case"))
                    .help(
                        "some file systems would store both sign-ins in the same file: rename \
                         one of them",
                    ));
            }
            let table = file.table(name, item)?;
            let profile = file.profile(name, span, table)?;
            config.profiles.push((parsed, profile));
        }
    }
    if let Some((name, span)) = file.text(root, "default_profile")? {
        let parsed =
            ProfileName::from_str(name).map_err(|error| file.error(span.clone(), error.message))?;
        if let Err(unknown) = config.get(&parsed) {
            return Err(file
                .error(
                    span,
                    format!("default_profile: there is no profile `{name}`"),
                )
                .with_help_of(unknown));
        }
        config.default_profile = Some(parsed);
    }
    Ok(config)
}

/// Reads the text of the file; empty for a missing file.
pub(super) fn text(path: &Path) -> Result<String, SettingsError> {
    let failure = |problem: String| {
        SettingsError::invalid(format!(
            "the profiles in {} cannot be read: {problem}",
            path.display()
        ))
    };
    let elsewhere = "set PCENTER_CONFIG to use another file";
    // Reading a pipe could block, and a device may never end.
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(failure("it is not a file".to_owned()).help(elsewhere));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        _ => {}
    }
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(SIZE_LIMIT + 1).read_to_string(&mut text))
        .map_err(|error| failure(error.to_string()).help(elsewhere))?;
    match text.len() as u64 > SIZE_LIMIT {
        true => Err(failure("the file is larger than 1 MiB".to_owned()).help(elsewhere)),
        // Editors on Windows write a byte-order mark.
        false => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
    }
}

type Span = Option<Range<usize>>;

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn error(&self, span: Span, problem: String) -> SettingsError {
        let before = span.and_then(|span| self.text.get(..span.start));
        let position = match before {
            Some(before) => format!(
                "{}:{}",
                self.path.display(),
                1 + before.matches('\n').count()
            ),
            None => self.path.display().to_string(),
        };
        SettingsError::invalid(format!("{position}: {problem}"))
    }

    fn check_keys(
        &self,
        table: &dyn TableLike,
        known: &[&'static str],
    ) -> Result<(), SettingsError> {
        for (name, _) in table.iter() {
            if known.contains(&name) {
                continue;
            }
            let span = table.get_key_value(name).and_then(|(key, _)| key.span());
            let error = self.error(span, format!("unknown key `{name}`"));
            let lower = name.to_ascii_lowercase();
            let secret = ["secret", "token", "password"];
            return Err(if secret.iter().any(|word| lower.contains(word)) {
                error.help(
                    "this file must not contain secrets: remove it, and set PCENTER_CLIENT_SECRET \
                     if the application has a secret; `pcenter auth login` stores the refresh \
                     token",
                )
            } else if let Some(near) = nearest(name, known.iter().copied()) {
                error.help(format!("did you mean `{near}`?"))
            } else {
                error.help(format!("known keys: {}", known.join(", ")))
            });
        }
        Ok(())
    }

    fn table<'t>(&self, name: &str, item: &'t Item) -> Result<&'t dyn TableLike, SettingsError> {
        item.as_table_like().ok_or_else(|| {
            self.error(item.span(), format!("`{name}` must be a table"))
                .help("write a profile as [profiles.contoso]")
        })
    }

    fn text<'t>(
        &self,
        table: &'t dyn TableLike,
        name: &str,
    ) -> Result<Option<(&'t str, Span)>, SettingsError> {
        let Some(item) = table.get(name) else {
            return Ok(None);
        };
        match item.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(Some((text, item.span()))),
            Some(_) => Err(self.error(item.span(), format!("`{name}` is empty"))),
            None => Err(self.error(
                item.span(),
                format!("`{name}` must be a string in quotation marks"),
            )),
        }
    }

    fn url(&self, table: &dyn TableLike, name: &str) -> Result<Option<Url>, SettingsError> {
        let Some((text, span)) = self.text(table, name)? else {
            return Ok(None);
        };
        let url = Url::parse(text).map_err(|error| error.to_string());
        url.and_then(|url| check_root(&url).map(|()| Some(url)))
            .map_err(|problem| self.error(span, format!("`{name}`: {problem}")))
    }

    fn profile(
        &self,
        name: &str,
        position: Span,
        table: &dyn TableLike,
    ) -> Result<Profile, SettingsError> {
        self.check_keys(table, &KEYS)?;
        let required = |key: &str| match self.text(table, key)? {
            Some((text, _)) => Ok(text.to_owned()),
            None => Err(self
                .error(
                    position.clone(),
                    format!("the profile `{name}` has no `{key}`"),
                )
                .help(format!(
                    "add a line `{key} = \"..\"` below [profiles.{name}], or remove the profile: \
                     an error in one profile stops the commands of all"
                ))),
        };
        let client_id = required("client_id")?;
        let client_id = parse_client_id(&client_id).map_err(|problem| {
            let span = table.get("client_id").and_then(Item::span);
            self.error(span, format!("`client_id`: {problem}"))
        })?;
        let cloud = match self.text(table, "cloud")? {
            Some((text, span)) => Cloud::from_str(text)
                .map_err(|error| self.error(span, format!("`{text}` is {error}")))?,
            None => Cloud::Global,
        };
        let store = match self.text(table, "store")? {
            Some(("keyring", _)) => StoreKind::Keyring,
            Some(("file", _)) => StoreKind::File,
            Some((other, span)) => {
                let known = StoreKind::NAMES;
                return Err(self.error(span, format!("unknown store `{other}`")).help(
                    match nearest(other, known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("known stores: {}", known.join(", ")),
                    },
                ));
            }
            None => StoreKind::default(),
        };
        let store_file = self.text(table, "store_file")?;
        if let (StoreKind::Keyring, Some((_, span))) = (store, &store_file) {
            return Err(self
                .error(
                    span.clone(),
                    "`store_file` needs `store = \"file\"`".to_owned(),
                )
                .help("set `store = \"file\"`, or remove `store_file`"));
        }
        Ok(Profile {
            tenant: required("tenant")?,
            client_id,
            cloud,
            store,
            store_file: store_file.map(|(text, _)| PathBuf::from(text)),
            authority: self.url(table, "authority")?,
            base_url: self.url(table, "base_url")?,
            scope: self.text(table, "scope")?.map(|(text, _)| text.to_owned()),
            output: self.text(table, "output")?.map(|(text, _)| text.to_owned()),
        })
    }
}
