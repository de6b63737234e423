//! What README.md shows is what happens.

use xtask::workspace_root;

use crate::command_line::pcenter;

fn readme() -> String {
    std::fs::read_to_string(workspace_root().join("README.md")).unwrap()
}

#[test]
fn the_output_of_the_first_command_is_real() {
    let ran = pcenter(&["licenses", "deployment", "--emulator"], &[]);
    assert_eq!(ran.exit, 0);
    assert!(
        readme().contains(&ran.stdout),
        "README.md does not show:\n{}",
        ran.stdout
    );
}

#[test]
fn every_relative_link_leads_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#]+)\)").unwrap();
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "openapi/deviations.md",
        "docs/performance.md",
    ] {
        let path = workspace_root().join(document);
        let text = std::fs::read_to_string(&path).unwrap();
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if !target.starts_with("https://") {
                assert!(
                    path.parent().unwrap().join(target).exists(),
                    "{document}: {target}"
                );
            }
        }
    }
}
