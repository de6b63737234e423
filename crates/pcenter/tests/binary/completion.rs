//! Completion in a real bash, with the script of `pcenter completions bash`.

use std::path::Path;
use std::process::Command;

/// Calls the function of the script as bash does when the user presses Tab at the end of these words,
/// and prints the candidates.
const PRESS_TAB: &str = r#"
source <(pcenter completions bash)
COMP_WORDS=(pcenter "$@")
COMP_CWORD=$#
COMP_TYPE=9
_clap_complete_pcenter pcenter "${!#}" "" 2>&1
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// Returns the candidates for the last word. `None` if this computer has no bash.
fn completed(words: &[&str], config: &Path) -> Option<Vec<String>> {
    let binary = Path::new(env!("CARGO_BIN_EXE_pcenter"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", binary.parent().unwrap().display());
    let output = Command::new("bash")
        .args(["--norc", "-c", PRESS_TAB, "bash"])
        .args(words)
        .env("PATH", path)
        .env("PCENTER_CONFIG", config)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.is_empty());
    lines.sort();
    Some(lines)
}

#[test]
fn bash_offers_columns_fields_and_profiles() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let profile = "[profiles.contoso]\ntenant = \"contoso.onmicrosoft.com\"\n\
                   client_id = \"11111111-2222-3333-4444-555555555555\"\n";
    std::fs::write(&config, profile).unwrap();
    for (words, expected) in [
        (
            &["commercial", "deployment", "--columns", "channel,product"][..],
            &["channel,productId", "channel,productName"][..],
        ),
        (
            &["commercial", "deployment", "--filter", "customerName e"],
            &["customerName eq"],
        ),
        (&["azure-usage", "--group-by", "usage"], &["usageDate"]),
        (&["subscriptions", "--profile", ""], &["contoso"]),
        (&["auth", "log"], &["login", "logout"]),
        (&["subscriptions", "--output-f"], &["--output-file"]),
    ] {
        let Some(found) = completed(words, &config) else {
            eprintln!("skipped: this computer has no bash");
            return;
        };
        assert_eq!(found, expected, "{words:?}");
    }
}
