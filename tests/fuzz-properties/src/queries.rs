//! Query strings and data files of the emulator.

use partner_center_emulator::fuzzing::{Queries, data_files};

thread_local! {
    static QUERIES: Queries = Queries::new().expect("the synthetic data join");
}

/// Number of operations.
const OPERATIONS: usize = 14;

/// Sends a query string, with the rest after a line feed as a continuation token, to every operation;
/// then reads the text as a data file.
///
/// A body is JSON and the same when it is read again; an error is short. The line of a
/// problem is one of the text.
pub fn queries(input: &[u8]) {
    for (line, problem) in data_files(input) {
        let lines = 1 + input
            .iter()
            .filter(|byte| matches!(byte, b'\n' | b'\r'))
            .count();
        assert!(
            (1..=lines).contains(&line),
            "line {line} of {lines}: {problem}"
        );
    }
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let (query, token) = text.split_once('\n').unwrap_or((text, ""));
    QUERIES.with(|queries| {
        for operation in 0..OPERATIONS {
            match queries.respond(operation, query, token) {
                None => return,
                Some(Ok(body)) => {
                    serde_json::from_str::<serde_json::Value>(&body)
                        .unwrap_or_else(|error| panic!("{error}: {body}"));
                    assert_eq!(queries.respond(operation, query, token), Some(Ok(body)));
                }
                Some(Err(description)) => {
                    assert!(description.chars().count() <= 1024, "{description}");
                }
            }
        }
    });
}
