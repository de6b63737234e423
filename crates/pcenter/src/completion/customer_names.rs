//! Names of customers for the completion of `--customer`.
//!
//! `pcenter completions --store-customers` stores them, in a file of the cache directory that only this
//! user can read. No other command writes names of customers, and completion sends no request.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;

use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use partner_center::credential::profiles::{Config, named_profile};
use serde::{Deserialize, Serialize};

use super::{begins, candidate};
use crate::environment::Environment;

/// Customer in the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct CustomerName {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
}

/// Maximum size of the file in bytes; a larger one is ignored, since reading it would take too long.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// Name of the file for calls to an emulator; no profile can have it.
const EMULATOR: &str = "@emulator";

/// Returns the directory of the files. `None` without a cache directory.
pub(crate) fn directory(environment: &Environment<'_>) -> Option<PathBuf> {
    let cache = environment.cache_directory.as_ref()?;
    Some(cache.join("pcenter").join("customers"))
}

/// Returns the file for a profile, or without one for the emulator.
pub(crate) fn file(profile: Option<&str>, environment: &Environment<'_>) -> Option<PathBuf> {
    let name = profile.unwrap_or(EMULATOR);
    Some(directory(environment)?.join(format!("{name}.json")))
}

/// Writes the customers of a profile, atomically; on Unix, only this user can read them.
pub(crate) fn store(file: &std::path::Path, customers: &[CustomerName]) -> std::io::Result<()> {
    let directory = file.parent().unwrap_or_else(|| std::path::Path::new("."));
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    // Created with mode 0600.
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    serde_json::to_writer(&mut temporary, customers)?;
    temporary.flush()?;
    temporary.persist(file)?;
    Ok(())
}

/// Returns the stored customers of the profile that a command line would use; none on any problem.
pub(super) fn of_line(
    words: &[OsString],
    config: Option<&Config>,
    environment: &Environment<'_>,
) -> Vec<CustomerName> {
    read(words, config, environment).unwrap_or_default()
}

fn read(
    words: &[OsString],
    config: Option<&Config>,
    environment: &Environment<'_>,
) -> Option<Vec<CustomerName>> {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let is_emulator = words.iter().any(|word| word.starts_with("--emulator"));
    let after = words.iter().position(|word| word == "--profile");
    let chosen = words
        .iter()
        .find_map(|word| word.strip_prefix("--profile="))
        .or_else(|| Some(&**words.get(after? + 1)?));
    let chosen = chosen.and_then(|name| name.parse().ok());
    let named = named_profile(chosen.as_ref(), &environment.settings()).ok()?;
    let profile = named.or_else(|| config?.default_profile.clone());
    let file = match is_emulator {
        true => file(None, environment)?,
        false => file(Some(profile?.as_str()), environment)?,
    };
    if std::fs::metadata(&file).ok()?.len() > SIZE_LIMIT {
        return None;
    }
    serde_json::from_slice(&std::fs::read(&file).ok()?).ok()
}

/// Completes ids, domains and names of customers, each to a value that the option takes: the domain,
/// which users recognise, or the id if the option takes only ids.
pub(super) fn completer(option: &Arg, customers: Vec<CustomerName>) -> ArgValueCompleter {
    let names = option.get_value_names().unwrap_or_default();
    let only_ids = names.iter().any(|name| name == "GUID");
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let customers = customers.iter().filter(|it| it.matches(&typed));
        customers.map(|it| it.candidate(only_ids)).collect()
    })
}

impl CustomerName {
    fn matches(&self, typed: &str) -> bool {
        let words = self.name.match_indices(' ').map(|(space, _)| space + 1);
        let mut starts = [0].into_iter().chain(words);
        let domain = self.domain.as_deref().unwrap_or_default();
        begins(&self.id, typed)
            || begins(domain, typed)
            || starts.any(|start| begins(&self.name[start..], typed))
    }

    fn candidate(&self, only_ids: bool) -> CompletionCandidate {
        match &self.domain {
            Some(domain) if !only_ids => candidate(domain, &self.name),
            _ => candidate(&self.id, &self.name),
        }
    }
}
