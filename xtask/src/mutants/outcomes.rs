//! Outcomes of mutants.

use std::collections::HashSet;

use serde::Deserialize;

/// Counts of mutants by outcome.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// Number of mutants with which a test failed.
    pub(super) caught: usize,
    /// Number of mutants with which the tests exceeded the timeout, for example an endless loop.
    pub(super) timeouts: usize,
    /// Number of mutants that do not compile.
    pub(super) unviable: usize,
    /// Names of the mutants with which every test passed.
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
    /// Adds the outcomes in a run's report for the mutants with these names. The report has a few
    /// others, because cargo-mutants does not apply its filters to removed fields of struct
    /// expressions.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a report, or the tests fail without a mutant.
    pub(super) fn add(&mut self, report: &str, names: &HashSet<&str>) -> Result<(), String> {
        let report: Report = serde_json::from_str(report)
            .map_err(|error| format!("outcomes.json of cargo-mutants cannot be read: {error}"))?;
        for outcome in report.outcomes {
            match (outcome.scenario, outcome.summary.as_str()) {
                (Scenario::Baseline, "Success") => {}
                (Scenario::Baseline, summary) => {
                    return Err(format!("the tests fail without a mutant: {summary}"));
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

    /// Returns the number of mutants that compile.
    pub(super) fn viable(&self) -> usize {
        self.caught + self.timeouts + self.survivors.len()
    }

    /// Returns the percentage of viable mutants that were detected. A timeout counts as detected.
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
    fn outcomes_are_counted() {
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
        for text in [failing, "", "{}", &report(&["UnknownSummary"])] {
            assert!(outcomes.add(text, &HashSet::from(["m"])).is_err(), "{text}");
        }
    }
}
