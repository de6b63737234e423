//! The committed output is the output of the committed spec.

use xtask::regenerate::{Outcome, regenerate};
use xtask::workspace_root;

#[test]
fn generated_files_are_what_the_spec_says() {
    let mut shown = Vec::new();
    let outcome = regenerate(&workspace_root(), true, &mut shown).unwrap();
    let shown = String::from_utf8_lossy(&shown);
    assert_eq!(
        outcome,
        Outcome::UpToDate,
        "run `cargo xtask regenerate`:\n{shown}"
    );
}
