//! Faults and scenarios of the emulator.

use std::error::Error;

use partner_center_emulator::{Fault, Scenario, ScenarioError};

use crate::text::{is_printable, messages};

/// Reads a text as a fault and as a scenario in TOML and in JSON.
///
/// A fault is written as JSON that is read as the same fault. The place of an error is in the text.
pub fn scenarios(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    match text.parse::<Fault>() {
        Ok(fault) => {
            let json = serde_json::to_string(&fault).expect("a fault has a JSON form");
            let again: Fault = json
                .parse()
                .unwrap_or_else(|error| panic!("{error}: {json}"));
            assert_eq!(again, fault, "{json}");
            assert!(!fault.to_string().is_empty());
        }
        Err(error) => is_short(&error),
    }
    check(text, Scenario::from_toml(text));
    check(text, Scenario::from_json(text));
}

fn check(text: &str, scenario: Result<Scenario, ScenarioError>) {
    match scenario {
        Ok(scenario) => assert!(!scenario.name().is_empty()),
        Err(error) => {
            if let ScenarioError::Invalid {
                position: Some((line, column)),
                ..
            } = error
            {
                // JSON has the column 0 after a line break.
                let lines: Vec<&str> = text.split('\n').collect();
                let characters = lines[line - 1].len();
                assert!(column <= characters + 1, "{line}:{column} {text:?}");
            }
            is_short(&error);
        }
    }
}

fn is_short(error: &dyn Error) {
    is_printable(&messages(error));
}
