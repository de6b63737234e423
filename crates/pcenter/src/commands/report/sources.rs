//! Age and completeness of the data, one line per operation.

use partner_center_reports::Joined;

use super::listing::{Read, name};

pub(super) fn lines(joined: &Joined, reads: &[Read]) -> Vec<String> {
    let line = |read: &Read| {
        let mut line = format!(
            "{}: {}",
            name(read.source),
            joined.holdings().freshness(read.source)
        );
        if let Some(failure) = &read.failure {
            let extent = match read.rows {
                0 => "missing",
                _ => "incomplete",
            };
            line.push_str(&format!("; {extent}: {}", failure.summary()));
        }
        for problem in &read.problems {
            line.push_str(&format!("; incomplete: {problem}"));
        }
        line
    };
    reads.iter().map(line).collect()
}
