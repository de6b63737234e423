use proptest::prelude::*;

use super::*;
use crate::query::QueryErrorKind;

fn read(text: &str) -> FilterExpression {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> QueryError {
    match text.parse::<FilterExpression>() {
        Ok(expression) => panic!("{text} was read as {expression}"),
        Err(error) => error,
    }
}

#[test]
fn documented_filters_are_read() {
    for (text, written) in [
        (
            "customerTenantId eq '0112A436-B14E-4888-967B-CA4BB2CF1234'",
            "customerTenantId eq '0112A436-B14E-4888-967B-CA4BB2CF1234'",
        ),
        (
            "meterCategory eq 'Data Management' or (usageDate le cast('2018-01-01', Edm.DateTimeOffset) \
             and usageDate le cast('2018-04-01', Edm.DateTimeOffset))",
            "meterCategory eq 'Data Management' or (usageDate le cast('2018-01-01',Edm.DateTimeOffset) \
             and usageDate le cast('2018-04-01',Edm.DateTimeOffset))",
        ),
        (
            "autoRenewEnabled eq true and customerMarket eq 'US'",
            "autoRenewEnabled eq true and customerMarket eq 'US'",
        ),
        (
            "contains(friendlyName,'OFFICE')",
            "contains(friendlyName,'OFFICE')",
        ),
    ] {
        assert_eq!(read(text).to_string(), written);
        assert_eq!(read(written), read(text));
    }
}

#[test]
fn loose_spellings_are_read() {
    for (text, written) in [
        (" a\tEQ\n'x' ", "a eq 'x'"),
        ("((a eq 1))", "a eq 1"),
        ("a eq 1 and(b eq 2)", "a eq 1 and b eq 2"),
        ("a eq'x'and b eq 2", "a eq 'x' and b eq 2"),
        ("CONTAINS ( a , 'x' )", "contains(a,'x')"),
        ("contains eq 1", "contains eq 1"),
        (
            "a.b eq 1 or contains(c.d_1.e,'x')",
            "a.b eq 1 or contains(c.d_1.e,'x')",
        ),
        ("and eq 1 or or eq 2", "and eq 1 or or eq 2"),
        ("a eq TRUE Or a eq False", "a eq true or a eq false"),
        ("a eq -1.50e3", "a eq -1.50e3"),
        ("a eq 'it''s'", "a eq 'it''s'"),
        ("a eq ''''", "a eq ''''"),
        ("a eq ''", "a eq ''"),
        (
            "d ge CAST ( '2018-01-01T00:00:00Z' , edm.datetimeoffset )",
            "d ge cast('2018-01-01T00:00:00Z',Edm.DateTimeOffset)",
        ),
        (
            "a eq 1 and b eq 2 or c eq 3",
            "(a eq 1 and b eq 2) or c eq 3",
        ),
        (
            "a eq 1 or b eq 2 and c eq 3",
            "a eq 1 or (b eq 2 and c eq 3)",
        ),
        (
            "a eq 1 and (b eq 2 and (c eq 3))",
            "a eq 1 and b eq 2 and c eq 3",
        ),
        ("a\u{a0}eq\u{a0}1", "a eq 1"),
    ] {
        assert_eq!(read(text).to_string(), written, "{text}");
    }
}

#[test]
fn a_refusal_names_the_column_and_what_was_expected() {
    const VALUES: &str = "a value such as `'text'`, `'2018-01-01'`, `true` or `5`";
    for (text, column, expected) in [
        (
            "",
            1,
            "expected a field name, `contains(` or `(`, found the end",
        ),
        (
            "   ",
            4,
            "expected a field name, `contains(` or `(`, found the end",
        ),
        (
            "1 eq 1",
            1,
            "expected a field name, `contains(` or `(`, found `1`",
        ),
        (
            "'a' eq 1",
            1,
            "expected a field name, `contains(` or `(`, found `'a'`",
        ),
        (
            "startswith(a,'b')",
            1,
            "expected a field name, `contains(` or `(`, found `startswith`",
        ),
        (
            "a",
            2,
            "expected `eq`, `ne`, `gt`, `ge`, `lt` or `le`, found the end",
        ),
        (
            "a = 1",
            3,
            "expected `eq`, `ne`, `gt`, `ge`, `lt` or `le`, found `=`",
        ),
        (
            "a like 'b'",
            3,
            "expected `eq`, `ne`, `gt`, `ge`, `lt` or `le`, found `like`",
        ),
        (
            "a contains 'b'",
            3,
            "found `contains`; `contains` is a function, `contains(field,'text')`",
        ),
        (
            "a%20eq%201",
            2,
            "found `%20eq%201`; write it without percent-encoding, which is applied when it is sent",
        ),
        ("a eq", 5, &format!("expected {VALUES}, found the end")),
        (
            "a eq and b eq 1",
            6,
            &format!("expected {VALUES}, found `and`"),
        ),
        ("a eq null", 6, "found `null`"),
        ("a eq NaN", 6, "found `NaN`"),
        ("a eq inf", 6, "found `inf`"),
        ("a eq -Infinity", 6, "found `-Infinity`"),
        ("a eq 2018-01-01", 6, "found `2018-01-01`"),
        ("a eq 5and b eq 1", 6, "found `5and`"),
        (
            "a eq \"b\"",
            6,
            "found `\"b\"`; put text in single quotes, `'`",
        ),
        ("é eq 1", 1, "found `é`"),
        ("a eq ‘b’", 6, "found `‘b’`; put text in single quotes, `'`"),
        (
            "name eq 'O'Brien'",
            12,
            "expected `and`, `or` or the end, found `Brien'`; \
             double a quote within text, `'O''Brien'`",
        ),
        (
            "a eq 'b",
            8,
            "expected a single quote at the end of the text, found the end; \
             double a quote within text, `'O''Brien'`",
        ),
        ("(a eq 1", 8, "expected `and`, `or` or `)`, found the end"),
        ("(a eq 1 b", 9, "expected `and`, `or` or `)`, found `b`"),
        ("a eq 1)", 7, "expected `and`, `or` or the end, found `)`"),
        (
            "()",
            2,
            "expected a field name, `contains(` or `(`, found `)`",
        ),
        (
            "a eq 1 b eq 2",
            8,
            "expected `and`, `or` or the end, found `b`",
        ),
        (
            "a eq 1 and",
            11,
            "expected a field name, `contains(` or `(`, found the end",
        ),
        (
            "a eq 1 or )",
            11,
            "expected a field name, `contains(` or `(`, found `)`",
        ),
        ("contains(a 'b')", 12, "expected `,`, found `'b'`"),
        (
            "contains(a,5)",
            12,
            "expected text in single quotes, found `5`",
        ),
        ("contains(a,'b'", 15, "expected `)`, found the end"),
        (
            "contains('a','b')",
            10,
            "expected a field name, found `'a'`",
        ),
        (
            "contains(a,'b') eq true",
            17,
            "expected `and`, `or` or the end, found `eq`",
        ),
        ("a in ('b','c')", 3, "found `in`"),
        (
            "d ge cast('today',Edm.DateTimeOffset)",
            11,
            "expected a date such as `'2018-01-01'` or `'2018-01-01T00:00:00Z'`, found `'today'`",
        ),
        (
            "d ge cast('2018-02-30',Edm.DateTimeOffset)",
            11,
            "found `'2018-02-30'`",
        ),
        (
            "d ge cast(2018-01-01,Edm.DateTimeOffset)",
            11,
            "found `2018-01-01`",
        ),
        (
            "d ge cast('2018-01-01',Edm.Date)",
            24,
            "expected `Edm.DateTimeOffset`, found `Edm.Date`",
        ),
        ("d ge cast('2018-01-01'", 23, "expected `,`, found the end"),
        ("d ge cast", 6, "found `cast`"),
    ] {
        let error = refused(text);
        let message = error.to_string();
        assert_eq!(error.column(), Some(column), "{text}: {message}");
        assert_eq!(error.kind(), QueryErrorKind::Syntax, "{text}: {message}");
        assert!(
            message.starts_with(&format!(
                "`filter` is invalid at column {column}: expected "
            )),
            "{text}: {message}"
        );
        assert!(message.ends_with(expected), "{text}: {message}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth| format!("{}a eq 1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(64)).to_string(), "a eq 1");
    let error = refused(&nested(65));
    assert_eq!(error.kind(), QueryErrorKind::TooLarge);
    assert_eq!(
        error.to_string(),
        "`filter` is nested too deeply at column 65: \
         the limit is 64 nested parentheses"
    );
    assert_eq!(refused(&"(".repeat(32 * 1024)).column(), Some(65));
    // Beside each other, not within.
    read(&["(a eq 1)"; 1000].join(" and "));

    let text = |length: usize| format!("a eq '{}'", "x".repeat(length - 7));
    read(&text(32 * 1024));
    let error = refused(&text(32 * 1024 + 1));
    assert_eq!(error.kind(), QueryErrorKind::TooLarge);
    assert_eq!(
        error.to_string(),
        "`filter` is too long: 32769 bytes; the limit is 32768 bytes"
    );
    let error = refused(&format!("a {}", "\n".repeat(99) + &"\u{7}".repeat(30_000)));
    assert!(error.to_string().len() < 300, "{error}");
    assert!(!error.to_string().contains('\u{7}'), "{error}");
}

fn any_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::from),
        "[a'() ]{0,6}".prop_map(Literal::from),
        any::<bool>().prop_map(Literal::from),
        any::<i64>().prop_map(Literal::from),
        prop::num::f64::NORMAL.prop_map(|value| Number::try_from(value).unwrap().into()),
        (1..=9999, 1..=12, 1..=28).prop_map(|(year, month, day)| {
            let text = format!("{year:04}-{month:02}-{day:02}");
            Literal::DateTime(text.parse().unwrap())
        }),
    ]
}

fn any_comparison() -> impl Strategy<Value = FilterExpression> {
    let field = "[A-Za-z_][A-Za-z0-9_]{0,8}|and|or|contains|cast|true|eq";
    (
        field,
        prop::sample::select(&Operator::ALL[..]),
        any_literal(),
    )
        .prop_map(|(field, operator, value)| match (operator, value) {
            (Operator::Contains, value) => {
                FilterExpression::contains(field, value.to_string()).unwrap()
            }
            (operator, value) => FilterExpression::compare(field, operator, value).unwrap(),
        })
}

fn any_expression() -> impl Strategy<Value = FilterExpression> {
    any_comparison().prop_recursive(6, 32, 4, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(left, right, all)| match all {
            true => left.and(right),
            false => left.or(right),
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(expression in any_expression()) {
        let text = expression.to_string();
        prop_assert_eq!(&read(&text), &expression);
        prop_assert_eq!(read(&text).to_string(), text);
    }

    #[test]
    fn any_string_is_read_or_rejected(text in any::<String>()) {
        if let Err(error) = text.parse::<FilterExpression>() {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(
        prop::sample::select(vec![
            "a", "eq", "and", "or", "(", ")", "contains", "cast", ",", "'", "''", "'x'", "1", "-",
            "true", "Edm.DateTimeOffset", "'2018-01-01'", " ", "é", "%", "\u{a0}",
        ]),
        0..24,
    )) {
        for separator in ["", " "] {
            let text = words.join(separator);
            match text.parse::<FilterExpression>() {
                Ok(expression) => prop_assert_eq!(read(&expression.to_string()), expression),
                Err(error) => {
                    let column = error.column().unwrap();
                    prop_assert!(column >= 1 && column <= text.chars().count() + 1);
                }
            }
        }
    }
}
