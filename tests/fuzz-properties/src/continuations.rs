//! Continuations, as text and in the file of `--continuation-file`.

use partner_center::decode::strip_byte_order_mark;
use partner_center::paging::Continuation;
use partner_center_core::fuzzing::resume;
use pcenter::fuzzing::continuation_file;

use crate::links::{LISTINGS, request, stays_at_the_service};
use crate::text::{PLANTED, is_printable};

/// Reads a text as a continuation and as a continuation file.
///
/// For every text, a listing resumes at the service or not at all, and the next continuation leads
/// to the same request. A continuation or file that is written is read as the same value.
pub fn continuations(text: &[u8]) {
    let read = serde_json::from_slice::<Continuation>(strip_byte_order_mark(text));
    if let Ok(continuation) = &read {
        let written = serde_json::to_vec(continuation).expect("it was read");
        let again: Continuation = serde_json::from_slice(&written).expect("it was written");
        assert_eq!(&again, continuation);
        shows_no_query(continuation);
        for (base, first) in LISTINGS {
            resumes_at_the_service(base, first, continuation);
        }
    }
    match continuation_file(text, "fuzzed") {
        Ok(file) => {
            let is_page = !file.windows(15).any(|part| part == b"\"customersDone\"");
            assert!(read.is_ok() || !is_page, "only the file can be read");
            assert_eq!(continuation_file(&file, "fuzzed"), Ok(file));
        }
        Err(printed) => is_printable(&printed),
    }
}

fn resumes_at_the_service(base: &str, first: &str, continuation: &Continuation) {
    let first = request(base, first);
    match resume(base, &first, continuation) {
        Ok((next, again)) => {
            stays_at_the_service(base, &first, &next);
            let (repeated, last) = resume(base, &first, &again).expect("it was resumed before");
            assert_eq!(repeated.url(), next.url());
            assert_eq!(repeated.headers(), next.headers());
            assert_eq!(last, again);
            assert_eq!(again.pages_read(), continuation.pages_read());
            assert_eq!(again.rows_read(), continuation.rows_read());
        }
        Err(problem) => is_printable(&problem.to_string()),
    }
}

fn shows_no_query(continuation: &Continuation) {
    let shown = [
        continuation.operation_id(),
        continuation.service(),
        continuation.correlation_id(),
    ];
    let is_shown = shown.iter().any(|text| text.contains(PLANTED));
    assert!(is_shown || !format!("{continuation:?}").contains(PLANTED));
}
