//! Tests of the commands, links and examples in README.md.

use xtask::generate::generate;
use xtask::output::{self, Change};
use xtask::spec::Spec;
use xtask::{SPEC_PATH, lint, workspace_root};

use crate::command_line::pcenter;

fn readme() -> String {
    std::fs::read_to_string(workspace_root().join("README.md")).unwrap()
}

#[test]
fn the_documented_rows_match_the_readme() {
    let ran = pcenter(&["licenses", "deployment", "--emulator=documented"], &[]);
    assert_eq!(ran.exit, 0);
    assert!(
        readme().contains(&ran.stdout),
        "README.md does not show:\n{}",
        ran.stdout
    );
}

/// The figures of the synthetic data are those of the current day, so only their columns and rows are
/// compared.
#[test]
fn the_output_of_the_first_command_has_the_rows_of_the_readme() {
    let ran = pcenter(&["licenses", "deployment", "--emulator"], &[]);
    assert_eq!(ran.exit, 0);
    let keys = |text: &str| -> Vec<String> {
        let lines = text.lines().take_while(|line| *line != "```");
        let words = lines.map(|line| {
            line.split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        });
        words.collect()
    };
    let readme = readme();
    let shown = readme.split("```text\n").nth(1).unwrap();
    assert_eq!(keys(&ran.stdout), keys(shown));
    let header = ran.stdout.lines().next().unwrap();
    assert_eq!(shown.lines().next(), Some(header));
}

/// Runs the maintainers' example of README.md in memory.
#[test]
fn the_worked_example_matches_the_readme() {
    let root = workspace_root();
    let text = std::fs::read_to_string(root.join(SPEC_PATH)).unwrap();
    let readme = readme();

    let edited = text.replacen(
        "description: Licences sold, a count.",
        "description: Licences sold, as a count of seats.",
        1,
    );
    assert_ne!(edited, text);
    let spec = Spec::parse(SPEC_PATH, edited).unwrap();
    let changes = output::changes(&root, generate(&spec, &root).unwrap()).unwrap();
    let mut wrote = String::new();
    for change in &changes {
        let Change::Write { file, .. } = change else {
            panic!("{change:?}")
        };
        wrote.push_str(&format!("wrote {}\n", file.path.display()));
    }
    assert!(readme.contains(&wrote), "README.md does not show:\n{wrote}");
    let mut diff = Vec::new();
    output::print_diff(&mut diff, &changes).unwrap();
    let diff = String::from_utf8(diff).unwrap();
    let shown = readme
        .split("```diff\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(
        diff.contains(shown),
        "README.md shows:\n{shown}\nbut the diff is:\n{diff}"
    );

    let broken = text.replacen(
        "operationId: partner_licenses_deployment",
        "operationId: partnerLicensesDeployment",
        1,
    );
    let findings = lint::lint(&Spec::parse(SPEC_PATH, broken).unwrap());
    let mut shown = Vec::new();
    lint::write_findings(&mut shown, SPEC_PATH, &findings).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(
        readme.contains(shown.trim_end()),
        "README.md does not show:\n{shown}"
    );
}
