//! What became of the mutants.

use std::collections::HashSet;

use serde::Deserialize;

/// Mutants by their fate.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// A test failed.
    pub(super) caught: usize,
    /// The tests did not end in time, as with a loop that lost its end.
    pub(super) timeouts: usize,
    /// The changed code does not compile.
    pub(super) unviable: usize,
    /// Names of those with which every test passed.
    pub(super) survivors: Vec<String>,
}

/// `mutants.out/outcomes.json`.
#[derive(Deserialize)]
struct Report {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: String,
}

#[derive(Deserialize)]
enum Scenario {
    Baseline,
    Mutant { name: String },
}

impl Outcomes {
    /// Adds what a run's report says of the mutants with these names. cargo-mutants makes a few
    /// others too: its filters do not apply to removed fields of struct expressions.
    ///
    /// # Errors
    ///
    /// When the text is no report, or the tests fail without any change.
    pub(super) fn add(&mut self, report: &str, names: &HashSet<&str>) -> Result<(), String> {
        let report: Report = serde_json::from_str(report)
            .map_err(|error| format!("outcomes.json of cargo-mutants cannot be read: {error}"))?;
        for outcome in report.outcomes {
            match (outcome.scenario, outcome.summary.as_str()) {
                (Scenario::Baseline, "Success") => {}
                (Scenario::Baseline, summary) => {
                    return Err(format!("the tests fail without any mutant: {summary}"));
                }
                (Scenario::Mutant { name }, _) if !names.contains(&*name) => {}
                (Scenario::Mutant { .. }, "CaughtMutant") => self.caught += 1,
                (Scenario::Mutant { .. }, "Timeout") => self.timeouts += 1,
                (Scenario::Mutant { .. }, "Unviable") => self.unviable += 1,
                (Scenario::Mutant { name }, "MissedMutant") => self.survivors.push(name),
                (Scenario::Mutant { name }, summary) => {
                    return Err(format!("{name}: unexpected outcome {summary}"));
                }
            }
        }
        Ok(())
    }

    /// Number of mutants that compile.
    pub(super) fn viable(&self) -> usize {
        self.caught + self.timeouts + self.survivors.len()
    }

    /// Share of the viable mutants that were noticed, in percent. A timeout counts as noticed.
    pub(super) fn percent_caught(&self) -> f64 {
        match self.viable() {
            0 => 100.0,
            viable => 100.0 * (self.caught + self.timeouts) as f64 / viable as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(fates: &[&str]) -> String {
        let outcomes: Vec<_> = fates
            .iter()
            .map(|fate| format!(r#"{{"scenario":{{"Mutant":{{"name":"m"}}}},"summary":"{fate}"}}"#))
            .collect();
        format!(
            r#"{{"outcomes":[{{"scenario":"Baseline","summary":"Success"}},{}]}}"#,
            outcomes.join(",")
        )
    }

    #[test]
    fn counts_and_percent() {
        let names = HashSet::from(["m"]);
        let mut outcomes = Outcomes::default();
        assert!((outcomes.percent_caught() - 100.0).abs() < 1e-9);
        outcomes
            .add(
                &report(&["CaughtMutant", "Unviable", "MissedMutant"]),
                &names,
            )
            .unwrap();
        outcomes
            .add(&report(&["CaughtMutant", "Timeout", "Unviable"]), &names)
            .unwrap();
        outcomes
            .add(&report(&["MissedMutant"]), &HashSet::from(["another"]))
            .unwrap();
        assert_eq!((outcomes.viable(), outcomes.unviable), (4, 2));
        assert_eq!(outcomes.survivors, ["m"]);
        assert!((outcomes.percent_caught() - 75.0).abs() < 1e-9);
    }

    #[test]
    fn failing_tests_and_unknown_reports_are_errors() {
        let mut outcomes = Outcomes::default();
        let failing = r#"{"outcomes":[{"scenario":"Baseline","summary":"Failure"}]}"#;
        for text in [failing, "", "{}", &report(&["Whatever"])] {
            assert!(outcomes.add(text, &HashSet::from(["m"])).is_err(), "{text}");
        }
    }
}
