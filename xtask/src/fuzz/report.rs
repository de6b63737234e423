//! What libFuzzer reports of a run.

/// Numbers of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Inputs that were run.
    pub(super) runs: u64,
    /// Seconds of the run.
    pub(super) seconds: u64,
    /// Places in the code that were reached.
    pub(super) coverage: u64,
    /// Places that no seed and no input of an earlier run had reached.
    pub(super) new_coverage: u64,
    /// Peak of the memory in MB.
    pub(super) memory: u64,
    /// Message of the panic, or of libFuzzer where nothing panicked.
    pub(super) finding: Option<String>,
    /// Name of the file with the input.
    pub(super) input: Option<String>,
}

impl Report {
    /// Reads the output of a run.
    pub(super) fn read(output: &str) -> Self {
        let mut report = Self::default();
        let (mut first, mut panic) = (None, None);
        let mut lines = output.lines();
        while let Some(line) = lines.next() {
            if let Some(coverage) = number_after(line, " cov: ") {
                report.coverage = coverage;
                if line.contains("INITED") {
                    first = Some(coverage);
                }
            }
            if let Some(runs) = number_after(line, "stat::number_of_executed_units: ") {
                report.runs = runs;
            }
            if let Some(memory) = number_after(line, "stat::peak_rss_mb: ") {
                report.memory = memory;
            }
            if line.starts_with("Done ") {
                report.seconds = number_after(line, " in ").unwrap_or_default();
            }
            if line.starts_with("thread ") && line.contains(" panicked at ") {
                // The place, and in the next line the message.
                panic = Some(format!("{line} {}", lines.next().unwrap_or_default()));
            }
            if line.starts_with("==") && line.contains("ERROR: ") {
                report.finding.get_or_insert_with(|| line.to_owned());
            }
            if let Some((_, path)) = line.split_once("Test unit written to ") {
                report.input = Some(path.trim().to_owned());
            }
        }
        report.new_coverage = report
            .coverage
            .saturating_sub(first.unwrap_or(report.coverage));
        // libFuzzer only knows that the process was about to end.
        report.finding = panic.or(report.finding);
        report
    }
}

/// The number that follows `text` in `line`, past spaces.
fn number_after(line: &str, text: &str) -> Option<u64> {
    let (_, rest) = line.split_once(text)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_finding_is_its_numbers() {
        let report = Report::read(
            "INFO: seed corpus: files: 3 min: 1b max: 9b total: 15b rss: 30Mb\n\
             #4\tINITED cov: 100 ft: 120 corp: 3/15b exec/s: 0 rss: 31Mb\n\
             #9\tNEW    cov: 101 ft: 121 corp: 4/17b lim: 4 exec/s: 0 rss: 31Mb\n\
             #2500\tDONE   cov: 130 ft: 170 corp: 9/60b lim: 8 exec/s: 1250 rss: 40Mb\n\
             Done 2500 runs in 2 second(s)\n\
             stat::number_of_executed_units: 2500\n\
             stat::peak_rss_mb:              40\n",
        );
        assert_eq!(
            report,
            Report {
                runs: 2500,
                seconds: 2,
                coverage: 130,
                new_coverage: 30,
                memory: 40,
                finding: None,
                input: None,
            }
        );
    }

    #[test]
    fn a_finding_is_the_message_of_the_panic() {
        let report = Report::read(
            "#4\tINITED cov: 100 ft: 120 corp: 3/15b exec/s: 0 rss: 31Mb\n\
             \n\
             thread '<unnamed>' (7) panicked at src/links.rs:9:5:\n\
             rows are lost\n\
             note: run with `RUST_BACKTRACE=1`\n\
             ==7== ERROR: libFuzzer: deadly signal\n\
             artifact_prefix='found/links/'; Test unit written to found/links/crash-01\n\
             stat::number_of_executed_units: 12\n",
        );
        assert_eq!(
            (report.runs, report.coverage, report.new_coverage),
            (12, 100, 0)
        );
        assert_eq!(report.input.as_deref(), Some("found/links/crash-01"));
        assert_eq!(
            report.finding.as_deref(),
            Some("thread '<unnamed>' (7) panicked at src/links.rs:9:5: rows are lost")
        );
        let report = Report::read("==7== ERROR: libFuzzer: timeout after 10 seconds\n");
        assert!(
            report
                .finding
                .is_some_and(|text| text.ends_with("timeout after 10 seconds"))
        );
    }
}
