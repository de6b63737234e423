//! Archives whose bytes depend on nothing but their content.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};

/// File of an archive.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Path below the folder of the archive.
    path: String,
    content: Vec<u8>,
    mode: u32,
}

impl Entry {
    pub(super) fn file(path: String, content: Vec<u8>) -> Self {
        let mode = 0o644;
        Self {
            path,
            content,
            mode,
        }
    }

    pub(super) fn program(path: String, content: Vec<u8>) -> Self {
        Self {
            mode: 0o755,
            ..Self::file(path, content)
        }
    }
}

/// Writes a compressed tar archive with one folder, in the order of the paths. All files have the same
/// time and no owner.
pub(super) fn write_archive(
    path: &Path,
    folder: &str,
    mut entries: Vec<Entry>,
    modified: u64,
) -> io::Result<()> {
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    let file = GzBuilder::new().write(File::create(path)?, Compression::best());
    let mut archive = tar::Builder::new(file);
    for Entry {
        path,
        content,
        mode,
    } in entries
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
        header.set_mode(mode);
        header.set_mtime(modified);
        header.set_cksum();
        archive.append_data(&mut header, format!("{folder}/{path}"), content.as_slice())?;
    }
    archive.into_inner()?.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn archives_of_the_same_files_are_equal() {
        let folder = tempfile::tempdir().unwrap();
        let entries = vec![
            Entry::program("b".to_owned(), b"#!".to_vec()),
            Entry::file("a/c".to_owned(), b"text".to_vec()),
        ];
        let mut reversed = entries.clone();
        reversed.reverse();
        let write = |name: &str, entries| {
            let path = folder.path().join(name);
            write_archive(&path, "x-1", entries, 1_700_000_000).unwrap();
            std::fs::read(path).unwrap()
        };
        let bytes = write("1", entries);
        assert_eq!(bytes, write("2", reversed));

        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut read = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let header = entry.header();
            let path = entry.path().unwrap().display().to_string();
            read.push((path, header.mode().unwrap(), header.mtime().unwrap(), text));
        }
        let time = 1_700_000_000;
        assert_eq!(
            read,
            [
                ("x-1/a/c".to_owned(), 0o644, time, "text".to_owned()),
                ("x-1/b".to_owned(), 0o755, time, "#!".to_owned()),
            ]
        );
    }
}
