//! Responses of a listing, and the expected results.

/// Response as status line and body.
pub(super) type Response = (&'static str, &'static str);

pub(super) const fn ok(body: &'static str) -> Response {
    ("200 OK", body)
}

/// Expected results of a listing with at most two rows per page, and of its command.
pub(super) struct Case {
    pub(super) responses: &'static [Response],
    pub(super) exit: u8,
    /// `customerName` of the rows.
    pub(super) rows: &'static [&'static str],
    /// Parts of the output that are not rows.
    pub(super) stdout: &'static [&'static str],
    pub(super) stderr: &'static [&'static str],
}

const fn case(
    responses: &'static [Response],
    exit: u8,
    rows: &'static [&'static str],
    stdout: &'static [&'static str],
    stderr: &'static [&'static str],
) -> Case {
    Case {
        responses,
        exit,
        rows,
        stdout,
        stderr,
    }
}

pub(super) const CASES: &[Case] = &[
    // Errors in a success response: beside rows, instead of rows, instead of a row.
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"TotalCount":1,"errors":[{"code":"E1","message":"no time"}]}"#,
        )],
        5,
        &["A"],
        &[],
        &["code E1: no time", "incomplete"],
    ),
    case(
        &[ok(
            r#"{"Value":[],"TotalCount":0,"fault":{"faultstring":"no time","detail":{"errorcode":"E1"}}}"#,
        )],
        6,
        &[],
        &[],
        &["code E1: no time", "MS-RequestId"],
    ),
    case(
        &[ok(
            r#"{"status":"failed","message":"no time","Value":[{"customerName":"A"}]}"#,
        )],
        5,
        &["A"],
        &[],
        &["no time"],
    ),
    case(
        &[ok(
            r#"{"type":"about:blank","title":"Down","status":503,"detail":"no time"}"#,
        )],
        6,
        &[],
        &[],
        &["Down: no time"],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"},{"code":4711,"description":"no time"},{"customerName":"C"}]}"#,
        )],
        5,
        &["A"],
        &[],
        &["code 4711: no time"],
    ),
    case(
        &[(
            "202 Accepted",
            r#"{"status":"failed","error":{"code":"E1","message":"no time"}}"#,
        )],
        6,
        &[],
        &[],
        &["code E1: no time"],
    ),
    case(
        &[
            ok(
                r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":3,"@nextLink":"license?top=2&skip=2"}"#,
            ),
            ok(r#"{"error":{"code":"E1","message":"no time"}}"#),
        ],
        5,
        &["A", "B"],
        &[],
        &["code E1: no time", "after 2 rows"],
    ),
    // Not an error: the property is empty, or belongs to a row.
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A","status":"failed","message":"x"}],"error":null,"errors":[],"status":"ok"}"#,
        )],
        0,
        &["A"],
        &[r#""status":"failed""#],
        &[],
    ),
    // Other envelopes.
    case(
        &[ok(
            r#"{"d":{"results":[{"customerName":"Fabrikam"}]},"__count":"1"}"#,
        )],
        6,
        &[],
        &[],
        &["missing field `Value`", "`__count`, `d`"],
    ),
    case(&[ok("{}")], 6, &[], &[], &["missing field `Value`"]),
    case(
        &[ok(r#"{"CUSTOMERNAME":"A","new":1}"#)],
        0,
        &["A"],
        &[r#""new":1"#],
        &[],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"items":[{"customerName":"B"}]}"#,
        )],
        5,
        &["A"],
        &[],
        &["rows under more than one name"],
    ),
    // Next links and counts with other names.
    case(
        &[
            ok(
                r#"{"value":[{"customerName":"A"}],"@nextLink":null,"odata.count":"2","nextPageLink":"license?a=1"}"#,
            ),
            ok(r#"[{"customerName":"B"}]"#),
        ],
        0,
        &["A", "B"],
        &[],
        &[],
    ),
    case(
        &[
            ok(
                r#"{"items":[{"customerName":"A"}],"@odata.count":3,"links":{"next":{"uri":"license?a=1"}}}"#,
            ),
            ok(r#"{"items":[{"customerName":"B"}]}"#),
        ],
        5,
        &["A", "B"],
        &[],
        &["states 3 rows and sent 2"],
    ),
    // Malformed rows.
    case(
        &[
            ok(
                r#"{"Value":[{"customerName":"A","licensesSold":"Fabrikam"},{"customerName":"B"}],"@nextLink":"license?a=1","TotalCount":4}"#,
            ),
            ok(r#"{"Value":[{"customerName":"C"},7],"TotalCount":4}"#),
        ],
        5,
        &["B", "C"],
        &[],
        &[
            "row 1 of page 1 cannot be read: `Value[0].licensesSold`: expected a whole number",
            "row 2 of page 2 cannot be read: `Value[1]`",
            "2 rows could not be read",
        ],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A","processedDateTime":"14.10.2018"}]}"#,
        )],
        6,
        &[],
        &[],
        &["`Value[0].processedDateTime`"],
    ),
    // Values.
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A","processedDateTime":"2018-10-14t00:00z"}]}"#,
        )],
        0,
        &["A"],
        &[r#""processedDateTime":"2018-10-14t00:00z""#],
        &[],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A","licensesSold":" 12.00 ","LICENSESSOLD":null}]}"#,
        )],
        0,
        &["A"],
        &[r#""licensesSold":12"#],
        &[],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"\udc00A","a":"\ud800","b":[0.10,-1e400]}]}"#,
        )],
        0,
        &["\u{fffd}A"],
        &[r#""a":"\ufffd","b":[0.10,-1e400]"#],
        &[],
    ),
    // The end of a listing that continues by `skip`.
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":2}"#),
            ("404 Not Found", ""),
        ],
        0,
        &["A", "B"],
        &[],
        &[],
    ),
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":2}"#),
            ("504 Gateway Timeout", ""),
        ],
        0,
        &["A", "B"],
        &[],
        &["the call for further rows failed", "504"],
    ),
    // Statuses that are not 200, with rows.
    case(
        &[(
            "206 Partial Content",
            r#"{"Value":[{"customerName":"A"}],"TotalCount":1}"#,
        )],
        5,
        &["A"],
        &[],
        &["206 Partial Content"],
    ),
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"}],"@nextLink":"license?a=1","TotalCount":2}"#),
            (
                "203 Non Authoritative Information",
                r#"[{"customerName":"B"}]"#,
            ),
        ],
        5,
        &["A", "B"],
        &[],
        &["returned 203"],
    ),
    // Elements that are not rows.
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"},{"table":"Fabrikam","rows":[[1]]},{}],"TotalCount":3}"#,
        )],
        5,
        &["A"],
        &[],
        &[
            "`Value[1]`: no documented property has a value; the row has `table`, `rows`",
            "`Value[2]`: no documented property has a value; the row has no property",
        ],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A","licensesSold":5,"LICENSESSOLD":"7"},{"customerName":"B","licensesSold":5,"LicensesSold":"5"}]}"#,
        )],
        5,
        &["B"],
        &[],
        &["two different values of the same property"],
    ),
    // Objects that are not a row, though one name is documented.
    case(
        &[ok(
            r#"{"productName":"","statusCode":504,"message":"no time"}"#,
        )],
        6,
        &[],
        &[],
        &["no time"],
    ),
    case(
        &[ok(
            r#"{"customerName":"Fabrikam","error":"no time to count"}"#,
        )],
        6,
        &[],
        &[],
        &["no time to count"],
    ),
    // Ways to more rows that are not followed, and one that is.
    case(
        &[
            ok(
                r#"{"Value":[{"customerName":"A"}],"paging":{"next":{"href":"license?a=1"},"limit":1}}"#,
            ),
            ok(r#"[{"customerName":"B"}]"#),
        ],
        0,
        &["A", "B"],
        &[],
        &[],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"pageInfo":{"hasNextPage":true,"endCursor":"Fabrikam"}}"#,
        )],
        5,
        &["A"],
        &[],
        &["`pageInfo` (there may be more rows)"],
    ),
    // Counts that shrink or cannot be read, and pages that come twice.
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"}],"nextLink":"license?a=1","@odata.count":"9"}"#),
            ok(r#"{"Value":[{"customerName":"B"}],"@odata.count":2}"#),
        ],
        5,
        &["A", "B"],
        &[],
        &["states 9 rows and sent 2"],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"TotalCount":["Fabrikam"]}"#,
        )],
        5,
        &["A"],
        &[],
        &["`TotalCount`"],
    ),
    // Of two counts, the larger one counts.
    case(
        &[ok(
            r#"{"@odata.count":9,"Value":[{"customerName":"A"}],"TotalCount":1}"#,
        )],
        5,
        &["A"],
        &[],
        &["9 rows"],
    ),
    case(
        &[
            ok(
                r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"nextLink":"license?a=1&b=2","TotalCount":4}"#,
            ),
            ok(
                r#"{"Value":[{"customerName":"B"},{"customerName":"A"}],"nextLink":null,"TotalCount":4}"#,
            ),
        ],
        5,
        &["A", "B", "B", "A"],
        &[],
        &["1 page repeats the rows of an earlier page"],
    ),
    // Signs of failure or of a part, beside rows and without rows.
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"queryState":"aborted","TotalCount":1}"#,
        )],
        5,
        &["A"],
        &[],
        &["`queryState` (the service may have failed)"],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"partialFailureCount":2,"info":"Fabrikam"}"#,
        )],
        5,
        &["A"],
        &[],
        &["`info`, `partialFailureCount` (the service may have failed)"],
    ),
    case(
        &[ok(
            r#"{"Value":[],"result":{"records":[{"customerName":"Fabrikam"}]}}"#,
        )],
        5,
        &[],
        &[],
        &["`result` (it may contain rows)"],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"errors":[{"code":1e999,"message":"no time"}]}"#,
        )],
        5,
        &["A"],
        &[],
        &["returned 200 OK"],
    ),
    case(
        &[ok(
            r#"{"Value":[{"customerName":"A"}],"refreshedAt":"2020-01-01","TotalCount":1}"#,
        )],
        0,
        &["A"],
        &[],
        &["`refreshedAt`"],
    ),
    // A row that cannot be read, alone on its page.
    case(
        &[
            ok(r#"{"Value":[{"customerName":7}],"nextLink":"license?a=1"}"#),
            ok(r#"{"Value":[{"customerName":"B"}]}"#),
        ],
        5,
        &["B"],
        &[],
        &["row 1 of page 1 cannot be read: `Value[0].customerName`"],
    ),
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":2}"#),
            ok(r#"{"Value":[{"customerName":"B"},{"customerName":"A"}],"TotalCount":2}"#),
        ],
        0,
        &["A", "B"],
        &[],
        &[],
    ),
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":4}"#),
            ok(r#"{"Value":[{"customerName":"B"},{"customerName":"A"}],"TotalCount":4}"#),
        ],
        5,
        &["A", "B"],
        &[],
        &["the service sent the same rows again"],
    ),
    case(
        &[
            ok(r#"{"Value":[{"customerName":"A"},{"customerName":"B"}],"TotalCount":2}"#),
            ok(r#"{"Value":[{"customerName":"C"}],"TotalCount":2}"#),
        ],
        5,
        &["A", "B"],
        &[],
        &["states 2 rows but sent more"],
    ),
];
