//! Dependencies between the modules of the command line, as `docs/architecture.md` describes them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xtask::workspace_root;

/// The cycle that exists: the generated table of calls uses the types of `operations`, and `operations`
/// looks them up in the table.
const KNOWN: (&str, &str) = ("generated", "operations");

#[test]
fn the_modules_of_the_command_line_have_no_further_cycle() {
    let mut modules = modules(&workspace_root().join("crates/pcenter/src"));
    let (table, user) = KNOWN;
    assert!(
        modules[user].contains(table),
        "there is no cycle any more: remove the exception"
    );
    assert!(modules.get_mut(table).unwrap().remove(user));
    // Modules that use no remaining module are removed until only cycles are left, and their users.
    loop {
        let remaining: BTreeSet<_> = modules.keys().cloned().collect();
        modules.retain(|_, used| !used.is_disjoint(&remaining));
        if modules.len() == remaining.len() {
            break;
        }
    }
    assert!(
        modules.is_empty(),
        "modules in a cycle, and the modules that use them: {modules:#?}"
    );
}

/// Returns the modules at the top of a crate, each with the other ones that it uses.
fn modules(source: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let entries = std::fs::read_dir(source).unwrap();
    let mut modules: BTreeMap<_, _> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, used(&path))
        })
        .collect();
    // The roots of the library and of the program use all others and are used by none.
    modules.remove("lib");
    modules.remove("main");
    let names: BTreeSet<_> = modules.keys().cloned().collect();
    for (name, used) in &mut modules {
        // Other names would hide a dependency: a public name of `lib.rs`, or several in braces.
        let unknown: Vec<_> = used.difference(&names).collect();
        assert!(
            unknown.is_empty(),
            "{name} uses {unknown:?} of the crate: name the module instead"
        );
        used.remove(name);
    }
    modules
}

/// Returns what follows `crate::` in a file, or in all files of a folder.
fn used(path: &Path) -> BTreeSet<String> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap();
        return entries
            .flat_map(|entry| used(&entry.unwrap().path()))
            .collect();
    }
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.lines().filter(|line| !line.trim().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let is_name = |it: char| it.is_alphanumeric() || it == '_';
            rest[..rest.find(|it| !is_name(it)).unwrap_or(rest.len())].to_owned()
        })
        .collect()
}
