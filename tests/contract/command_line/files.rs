//! Output files and continuation files.

use std::path::Path;

use super::listings::{page, pages, referrals, unavailable};

/// An incomplete new file must not replace a complete old one.
#[test]
fn an_output_file_is_replaced_only_by_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let flag = ["-o", "csv", "--output-file", path.to_str().unwrap()];
    let partial = folder.path().join("rows.csv.partial");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    std::fs::write(&path, "yesterday").unwrap();

    // No rows were received, and no file is left behind.
    let (ran, _) = referrals(vec![unavailable()], &flag);
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""));
    assert!(ran.stderr.contains("is unchanged"), "{}", ran.stderr);
    assert_eq!(
        (read(&path).as_str(), partial.exists()),
        ("yesterday", false)
    );

    let (ran, _) = referrals(vec![page(&[1, 2], Some("2"), 5), unavailable()], &flag);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""));
    assert!(ran.stderr.contains("is unchanged"), "{}", ran.stderr);
    assert_eq!(read(&path), "yesterday");
    assert_eq!(read(&partial), "id,status\nR1,New\nR2,New\n");

    // The service states more rows than it sends.
    let (ran, _) = referrals(vec![page(&[1], None, 3)], &flag);
    assert_eq!(ran.exit, 5);
    assert!(ran.stderr.contains("rows.csv.partial"), "{}", ran.stderr);
    assert_eq!(read(&path), "yesterday");

    let (ran, _) = referrals(pages(), &flag);
    assert_eq!(
        (ran.exit, ran.stdout.as_str(), ran.stderr.as_str()),
        (0, "", "")
    );
    assert_eq!((read(&path).lines().count(), partial.exists()), (6, false));
}

#[test]
fn an_unwritable_output_file_is_rejected_before_sending() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("rows.csv");
    for path in [missing.as_path(), folder.path()] {
        let flag = ["--output-file", path.to_str().unwrap()];
        let (ran, heard) = referrals(pages(), &flag);
        assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
        assert!(ran.stderr.contains("--output-file"), "{}", ran.stderr);
    }
    // A table cannot be appended to.
    let continuation = folder.path().join("continuation");
    let rows = folder.path().join("rows");
    let flags = [
        "--output-file",
        rows.to_str().unwrap(),
        "--continuation-file",
        continuation.to_str().unwrap(),
    ];
    let (ran, heard) = referrals(pages(), &flags);
    assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
}

#[test]
fn an_unwritable_continuation_file_is_rejected_before_sending() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("referrals.json");
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [missing, file.path().join("referrals.json")] {
        let (ran, heard) = referrals(pages(), &["--continuation-file", path.to_str().unwrap()]);
        assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("could not be written"),
            "{}",
            ran.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_continuation_file() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["--continuation-file", path.to_str().unwrap()];
    let (ran, _) = referrals(pages(), &[&file[..], &["--limit", "2"]].concat());
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}
