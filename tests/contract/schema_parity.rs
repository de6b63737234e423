//! Comparison of the schemas that schemars derives from the generated types with those of the
//! spec, in the generator's plain terms.

use contract_tests::generated::cases::TYPES;
use contract_tests::parity::differences;
use xtask::generate::plain_schemas;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

#[test]
fn derived_schemas_equal_the_spec() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    assert!(!TYPES.is_empty());
    let differences = differences(TYPES, &plain_schemas(&spec));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
