//! Changes to the configuration file that keep its comments and order.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::path::Path;

use partner_center_core::Cloud;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::read::{KEYS, text};
use super::{Config, Profile, ProfileName, SettingsError};

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
        profile.output.clone(),
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

/// Makes an existing profile the default.
///
/// # Errors
///
/// If there is no such profile, or the file cannot be read or written.
///
/// # Examples
///
/// ```
/// use partner_center_identity::profiles::{Config, Profile, save_profile, set_default_profile};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("config.toml");
/// let profile = Profile::new("contoso.example", "11111111-2222-3333-4444-555555555555");
/// save_profile(&path, &"contoso".parse()?, &profile)?;
/// save_profile(&path, &"test".parse()?, &profile)?;
///
/// set_default_profile(&path, &"test".parse()?)?;
/// assert_eq!(Config::read(&path)?.default_profile, Some("test".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_default_profile(path: &Path, name: &ProfileName) -> Result<(), SettingsError> {
    Config::read(path)?.get(name)?;
    let text = text(path)?;
    let mut document = parse(path, &text)?;
    let root = document.as_table_mut();
    match root.contains_key("default_profile") {
        true => set(root, "default_profile", name.as_str()),
        // A key after a table would belong to that table, so the text is inserted at the top.
        false => {
            let comment = comment_at_the_top(&text);
            let rest = text.strip_prefix(&comment).unwrap_or(&text);
            let text = format!("{comment}default_profile = \"{name}\"\n{rest}");
            return replace(path, &text);
        }
    }
    replace(path, &document.to_string())
}

/// Renames a profile, also as the default profile. Comments and order of the file stay. The stored
/// tokens are not moved.
///
/// # Errors
///
/// If there is no profile `old`, there is a profile `new`, or the file cannot be read or written.
pub fn rename_profile(
    path: &Path,
    old: &ProfileName,
    new: &ProfileName,
) -> Result<(), SettingsError> {
    let config = Config::read(path)?;
    config.get(old)?;
    let mut others = config.profiles.iter().map(|(name, _)| name);
    if let Some(same) = others.find(|name| *name != old && name.same_file(new)) {
        return Err(
            SettingsError::invalid(format!("there is already a profile `{same}`"))
                .help("choose another name, or remove it with `pcenter auth logout --forget`"),
        );
    }
    let mut document = parse(path, &text(path)?)?;
    let profiles = child(path, document.as_table_mut(), "profiles", true)?;
    // A table keeps its position in the file, which belongs to the table and not to its key.
    if let Some(profile) = profiles.remove(old.as_str()) {
        profiles.insert(new.as_str(), profile);
    }
    if config.default_profile.as_ref() == Some(old) {
        set(document.as_table_mut(), "default_profile", new.as_str());
    }
    replace(path, &document.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# Of the night job.
default_profile = \"old\"

[profiles.first]
tenant = \"a.example\"
client_id = \"11111111-2222-3333-4444-555555555555\"

# Contoso
[profiles.old]
tenant = \"b.example\" # the partner
client_id = \"11111111-2222-3333-4444-555555555555\"

[profiles.last]
tenant = \"c.example\"
client_id = \"11111111-2222-3333-4444-555555555555\"
output = \"csv\"
";

    fn edited(
        text: &str,
        edit: impl Fn(&Path) -> Result<(), SettingsError>,
    ) -> Result<String, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        edit(&path)?;
        Config::read(&path)?;
        Ok(std::fs::read_to_string(&path).unwrap())
    }

    #[test]
    fn renames_a_profile_in_its_place() {
        let name = |name: &str| name.parse::<ProfileName>().unwrap();
        let rename =
            |new: &str| edited(FILE, |path| rename_profile(path, &name("old"), &name(new)));
        let expected = FILE.replace("\"old\"", "\"new\"").replace(".old]", ".new]");
        assert_eq!(rename("new").unwrap(), expected);
        // A change of case is a new name of the same file.
        assert!(rename("OLD").unwrap().contains("[profiles.OLD]"));
        assert!(rename("First").unwrap_err().message.contains("`first`"));
        let unknown = edited(FILE, |path| {
            rename_profile(path, &name("none"), &name("new"))
        });
        assert!(unknown.is_err());
    }

    #[test]
    fn sets_the_default_above_the_tables() {
        let last: ProfileName = "last".parse().unwrap();
        let set = |text: &str| edited(text, |path| set_default_profile(path, &last)).unwrap();
        let expected = FILE.replace("default_profile = \"old\"", "default_profile = \"last\"");
        assert_eq!(set(FILE), expected);
        // A file without the key gets it below its first comment, not inside of a profile.
        let text = set(&FILE.replace("default_profile = \"old\"\n", ""));
        assert_eq!(text, expected);
    }
}
