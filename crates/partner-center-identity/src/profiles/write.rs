//! Changes to the configuration file that keep its comments and order.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;

use partner_center_core::Cloud;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::read::{KEYS, text};
use super::{Profile, ProfileName, SettingsError};

const HEADER: &str = "\
# Profiles of pcenter; `pcenter auth login` writes them, and they can be edited.
# Do not put secrets into this file.
";

/// Writes a profile; the first one becomes the default. Comments and order of the file stay.
///
/// # Errors
///
/// If the file cannot be read or written.
///
/// # Examples
///
/// ```
/// use partner_center_identity::profiles::{Profile, forget_profile, save_profile};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("config.toml");
/// let profile = Profile::new("contoso.example", "11111111-2222-3333-4444-555555555555");
///
/// save_profile(&path, &"contoso".parse()?, &profile)?;
/// let text = std::fs::read_to_string(&path)?;
/// assert!(text.contains("[profiles.contoso]") && text.contains("default_profile"));
///
/// forget_profile(&path, &"contoso".parse()?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_profile(
    path: &Path,
    name: &ProfileName,
    profile: &Profile,
) -> Result<(), SettingsError> {
    let mut text = text(path)?;
    if text.trim().is_empty() {
        text = format!("{HEADER}default_profile = \"{name}\"\n");
    }
    let mut document = parse(path, &text)?;
    if document.get("default_profile").is_none() {
        document.insert("default_profile", toml_edit::value(name.as_str()));
    }
    let profiles = child(path, document.as_table_mut(), "profiles", true)?;
    let table = child(path, profiles, name.as_str(), false)?;
    let values = [
        Some(profile.tenant.clone()),
        Some(profile.client_id.clone()),
        // The default cloud is written only if the profile already has the key.
        (profile.cloud != Cloud::Global || table.contains_key("cloud"))
            .then(|| profile.cloud.name().to_owned()),
        Some(profile.store.name().to_owned()),
        match &profile.store_file {
            Some(file) => Some(file.to_str().map(str::to_owned).ok_or_else(|| {
                failure(
                    path,
                    "the path of the store is not UTF-8, which the file requires",
                )
            })?),
            None => None,
        },
        profile.authority.as_ref().map(ToString::to_string),
        profile.base_url.as_ref().map(ToString::to_string),
        profile.scope.clone(),
    ];
    for (key, value) in KEYS.into_iter().zip(values) {
        match value {
            Some(value) => set(table, key, &value),
            None => {
                table.remove(key);
            }
        }
    }
    replace(path, &document.to_string())
}

/// Removes a profile and, if it was the default, `default_profile`.
///
/// # Errors
///
/// If the file cannot be read or written.
pub fn forget_profile(path: &Path, name: &ProfileName) -> Result<(), SettingsError> {
    let text = text(path)?;
    let mut document = parse(path, &text)?;
    if let Some(profiles) = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut)
    {
        profiles.remove(name.as_str());
    }
    let default = document.get("default_profile").and_then(Item::as_str);
    if default == Some(name.as_str()) {
        document.remove("default_profile");
    }
    // The parser attaches the comment at the top to the first key, which may have been removed.
    let comment = comment_at_the_top(&text);
    let mut text = document.to_string();
    if !text.starts_with(&comment) {
        text.insert_str(0, &comment);
    }
    replace(path, &text)
}

fn comment_at_the_top(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.take_while(|line| line.starts_with('#')).collect()
}

/// Checks that the file can be written, before the user signs in.
///
/// # Errors
///
/// If the file cannot be written.
pub fn check_writable(path: &Path) -> Result<(), SettingsError> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    temporary(&target)
        .map(drop)
        .map_err(|error| failure(path, &error.to_string()))
}

fn parse(path: &Path, text: &str) -> Result<DocumentMut, SettingsError> {
    text.parse()
        .map_err(|error| failure(path, &format!("{error}")))
}

/// Returns the table of this name and creates it if missing.
fn child<'t>(
    path: &Path,
    table: &'t mut dyn TableLike,
    name: &str,
    implicit: bool,
) -> Result<&'t mut dyn TableLike, SettingsError> {
    let item = table.entry(name).or_insert_with(|| {
        let mut new = toml_edit::Table::new();
        new.set_implicit(implicit);
        Item::Table(new)
    });
    item.as_table_like_mut()
        .ok_or_else(|| failure(path, &format!("`{name}` is not a table")))
}

/// Sets a value and keeps the comment next to it.
fn set(table: &mut dyn TableLike, key: &str, value: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if old.as_str() == Some(value) => {}
        Some(old) => {
            let mut new = Value::from(value);
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            table.insert(key, toml_edit::value(value));
        }
    }
}

/// Replaces the file atomically; only this user can read it.
fn replace(path: &Path, text: &str) -> Result<(), SettingsError> {
    // Replaces the target of a symbolic link, not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    write(&target, text).map_err(|error| failure(path, &error.to_string()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = temporary(path)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Creates a temporary file in the same folder, on Unix with mode 0600. It is removed when dropped.
pub(super) fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    tempfile::NamedTempFile::new_in(directory)
}

fn failure(path: &Path, problem: &str) -> SettingsError {
    SettingsError::invalid(format!(
        "the profiles in {} cannot be written: {problem}",
        path.display()
    ))
    .help("make the file writable for this user, or set PCENTER_CONFIG to use another file")
}
