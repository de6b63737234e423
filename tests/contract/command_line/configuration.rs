//! `pcenter config`, and the JSON Schema of the configuration file.

use serde_json::{Value, json};

use super::auth::Home;
use super::pcenter;

const CONTOSO: &str = "\
[profiles.contoso]
tenant = \"contoso.onmicrosoft.com\"
client_id = \"11111111-2222-3333-4444-555555555555\"
store = \"file\"
output = \"csv\"
";

#[test]
fn the_file_is_created_once() {
    let home = Home::new();
    let path = home.pcenter(&["config", "path"]);
    assert_eq!(
        (path.exit, path.stdout.trim_end()),
        (0, home.config.as_str())
    );
    let missing = home.pcenter(&["config", "show"]);
    assert_eq!((missing.exit, missing.stdout.as_str()), (0, ""));
    assert!(
        missing.stderr.contains("does not exist"),
        "{}",
        missing.stderr
    );

    let ran = home.pcenter(&["config", "init"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let template = home.config();
    let shown = home.pcenter(&["config", "show"]);
    assert_eq!((shown.exit, shown.stdout), (0, template.clone()));
    let schema = std::fs::read_to_string(home.path("config.schema.json")).unwrap();
    assert_eq!(schema, home.pcenter(&["config", "schema"]).stdout);

    // The example in the comments is a valid file.
    let example: String = template
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .map(|line| format!("{line}\n"))
        .collect();
    let ran = Home::with(&example).pcenter(&["config", "show", "-o", "json"]);
    assert_eq!(ran.exit, 0, "{example}{}", ran.stderr);

    let again = home.pcenter(&["config", "init"]);
    assert_eq!((again.exit, home.config()), (2, template));
    assert!(
        again.stderr.contains("exists and is unchanged"),
        "{}",
        again.stderr
    );
}

#[test]
fn an_invalid_file_is_reported_with_its_line() {
    let ran = Home::with("tenant = 1\n").pcenter(&["config", "show"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("config.toml:1: unknown key `tenant`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_schema_accepts_what_the_parser_accepts() {
    let schema: Value = serde_json::from_str(&pcenter(&["config", "schema"], &[]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let home = Home::with(CONTOSO);
    let ran = home.pcenter(&["config", "show", "-o", "json"]);
    let mut document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let file = document.as_object_mut().unwrap();
    file.remove("path");
    file.remove("exists");
    assert_eq!(file.remove("default_profile"), Some(Value::Null));
    assert!(validator.is_valid(&document), "{document:#}");
    let profile = |key: &str, value: Value| {
        let mut document = document.clone();
        document["profiles"]["contoso"][key] = value;
        document
    };
    for wrong in [
        profile("store", json!("vault")),
        profile("cloud", json!("mars")),
        profile("scope", json!(7)),
        profile("client_secret", json!("x")),
        profile("output", json!("docx")),
        json!({ "defaultprofile": "contoso" }),
        json!({ "profiles": { "a b": document["profiles"]["contoso"] } }),
        json!({ "profiles": { "contoso": { "tenant": "contoso.example" } } }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong:#}");
    }
}
