//! Manifests and files that the crates need to be published.

use xtask::package::publishable;
use xtask::workspace_root;

fn read(path: impl AsRef<std::path::Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn all_crates_and_only_crates_are_published() {
    let root = workspace_root();
    let folders = std::fs::read_dir(root.join("crates")).unwrap();
    let mut folders: Vec<_> = folders.map(|it| it.unwrap().path()).collect();
    folders.sort();
    let mut published: Vec<_> = publishable(&root).unwrap();
    published.sort_by(|a, b| a.folder.cmp(&b.folder));
    let published: Vec<_> = published.into_iter().map(|it| it.folder).collect();
    assert_eq!(published, folders);
}

/// A package contains only files of its own folder, and symbolic links are text files on Windows.
#[test]
fn every_crate_has_copies_of_the_licences() {
    let root = workspace_root();
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let licence = read(root.join(name));
        for it in publishable(&root).unwrap() {
            let copy = read(it.folder.join(name));
            assert!(
                copy == licence,
                "{}/{name} differs from {name}",
                it.folder.display()
            );
        }
    }
}

#[test]
fn the_order_of_releasing_is_that_of_the_dependencies() {
    let root = workspace_root();
    let names: Vec<_> = publishable(&root)
        .unwrap()
        .into_iter()
        .map(|it| it.name)
        .collect();
    let releasing = read(root.join("RELEASING.md"));
    let commands: Vec<_> = releasing
        .lines()
        .filter_map(|line| line.trim().strip_prefix("cargo publish -p "))
        .collect();
    assert_eq!(commands, names);
}

/// The program of `cargo xtask package` is the one that README.md shows.
#[test]
fn the_program_outside_the_workspace_has_the_first_example() {
    let root = workspace_root();
    let program = read(root.join("xtask/testdata/downstream/src/main.rs"));
    let (_, statements) = program.split_once("std::error::Error>> {\n").unwrap();
    let statements: Vec<_> = statements
        .lines()
        .map_while(|line| line.strip_prefix("    ").filter(|line| *line != "Ok(())"))
        .collect();
    assert_eq!(statements.len(), 3);
    for readme in ["README.md", "crates/partner-center/README.md"] {
        assert!(
            read(root.join(readme)).contains(&statements.join("\n")),
            "{readme} does not show:\n{}",
            statements.join("\n")
        );
    }
}
