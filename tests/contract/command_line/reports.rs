//! Report commands: calls, flags and output.

use std::collections::BTreeSet;

use partner_center::catalog::{ParameterKind, Place, ResponseShape};
use partner_center::query::Operator;
use partner_center::{Field, FieldKind, OPERATIONS, Operation};
use pcenter::{flag_of, words_of};
use url::Url;

use super::{against, pcenter, without_ids};
use crate::server::answer;

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

/// Returns the command of an operation, with a customer if its path has one.
fn command(operation: &Operation) -> Vec<String> {
    let words = words_of(operation.id).unwrap();
    let mut arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
    for parameter in operation.parameters_in(Place::Path) {
        let flag = flag_of(parameter.name);
        let place = arguments
            .iter_mut()
            .find(|word| **word == format!("<{flag}>"));
        match place {
            Some(word) => *word = CUSTOMER.to_owned(),
            None => arguments.extend([format!("--{flag}"), CUSTOMER.to_owned()]),
        }
    }
    arguments
}

/// Returns every flag that becomes a query parameter, with a value.
fn flags(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters_in(Place::Query);
    let parameters = parameters.filter(|parameter| !BY_ITSELF.contains(&parameter.name));
    let flags = parameters.flat_map(|parameter| {
        let value = match parameter.kind {
            ParameterKind::Integer { maximum, .. } => match parameter.name {
                "skip" => "5".to_owned(),
                _ => maximum.to_string(),
            },
            ParameterKind::Enumeration(words) => words[words.len() - 1].to_owned(),
            ParameterKind::Timestamp => "2018-01-31".to_owned(),
            ParameterKind::Filter => {
                let is_text = |field: &&Field| {
                    field.kind == FieldKind::Text && field.operators.contains(&Operator::Equal)
                };
                let field = operation.filter_fields().find(is_text).unwrap();
                format!("{} eq 'O''Brien & B'", field.name)
            }
            ParameterKind::CustomerFilter => {
                r#"{"Field":"Domain","Value":"O'Brien","Operator":"starts_with"}"#.to_owned()
            }
            ParameterKind::GroupBy => {
                let mut fields = operation.group_fields();
                let date = fields.clone().find(|field| field.is_date());
                date.or_else(|| fields.next()).unwrap().name.to_owned()
            }
            ParameterKind::OrderBy => {
                format!("{} desc", operation.order_fields().next().unwrap().name)
            }
            kind => panic!("no value for `{}`, {kind:?}", parameter.name),
        };
        [format!("--{}", flag_of(parameter.name)), value]
    });
    flags.collect()
}

/// Returns the arguments as `&str`.
fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Parameters without a flag, which the listing sends.
const BY_ITSELF: [&str; 1] = ["seekOperation"];

/// Returns path and parameters of the request.
fn request(heard: &[String]) -> (String, Vec<(String, String)>) {
    let [head] = heard else {
        panic!("one request expected: {heard:?}")
    };
    let target = head.split(' ').nth(1).unwrap();
    let url = Url::parse("http://localhost")
        .unwrap()
        .join(target)
        .unwrap();
    (
        url.path().to_owned(),
        url.query_pairs().into_owned().collect(),
    )
}

fn empty_page() -> Vec<u8> {
    let json = [("Content-Type", "application/json")];
    answer("200 OK", &json, r#"{"Value":[],"TotalCount":0}"#)
}

#[test]
fn both_license_groups_are_one_call() {
    let json = [("Content-Type", "application/json")];
    let body = r#"{"totalCount":2,"items":[{"activeUnits":5},{"activeUnits":7}]}"#;
    let arguments = [
        "skus",
        "--customer",
        CUSTOMER,
        "-o",
        "csv",
        "--columns",
        "activeUnits",
        "--license-group",
        "Group1",
        "--license-group",
        "Group2",
        "--license-group",
        "Group1",
    ];
    let (ran, heard) = against(vec![answer("200 OK", &json, body)], &arguments);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, "activeUnits\n5\n7\n");
    let [head] = heard.as_slice() else {
        panic!("{heard:?}")
    };
    assert!(
        head.contains("?licenseGroupIds=Group1&licenseGroupIds=Group2 "),
        "{head}"
    );
}

/// Tables have selected columns; the other formats have all.
#[test]
fn other_formats_than_a_table_have_all_columns() {
    let columns = |form: &str| {
        let ran = pcenter(&["subscriptions", "--emulator=documented", "-o", form], &[]);
        let header = ran.stdout.lines().next().unwrap_or_default().to_owned();
        header
            .split([' ', ','])
            .filter(|name| !name.is_empty())
            .count()
    };
    let plain = Operation::find("subscriptions").unwrap().fields.len();
    assert_eq!((columns("table"), columns("csv")), (8, plain));
    let shown = pcenter(
        &[
            "customers",
            "show",
            CUSTOMER,
            "--emulator=documented",
            "-o",
            "csv",
        ],
        &[],
    );
    insta::assert_snapshot!(shown.stdout);
}

#[test]
fn every_flag_reaches_the_wire() {
    let mut shown = String::new();
    for operation in OPERATIONS {
        let response = match operation.response {
            ResponseShape::Object => answer(
                "200 OK",
                &[("Content-Type", "application/json")],
                r#"{"id":"c"}"#,
            ),
            _ => empty_page(),
        };
        let arguments = [command(operation), flags(operation)].concat();
        let (ran, heard) = against(vec![response], &borrowed(&arguments));
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        let (path, parameters) = request(&heard);
        assert_eq!(path, operation.path.replace("{customer-id}", CUSTOMER));
        let sent: BTreeSet<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        let expected = operation.parameters_in(Place::Query).map(|one| one.name);
        assert_eq!(
            sent,
            expected.filter(|name| !BY_ITSELF.contains(name)).collect(),
            "{}",
            operation.id
        );
        shown.push_str(&format!("{path}\n"));
        for (name, value) in parameters {
            shown.push_str(&format!("  {name} = {value}\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

/// A flag without a parameter of the operation would have no effect.
#[test]
fn every_command_has_the_flags_of_its_operations_and_no_others() {
    fn leaves<'a>(
        command: &'a clap::Command,
        path: &str,
        all: &mut Vec<(String, &'a clap::Command)>,
    ) {
        for sub in command.get_subcommands() {
            leaves(sub, format!("{path} {}", sub.get_name()).trim(), all);
        }
        if !command.has_subcommands() {
            all.push((path.to_owned(), command));
        }
    }
    let mut command = pcenter::command();
    command.build();
    let mut commands = Vec::new();
    leaves(&command, "", &mut commands);
    for (path, command) in commands {
        let tool = [
            "api",
            "auth ",
            "completions",
            "config ",
            "docs",
            "emulator ",
            "export",
            "help",
            "man",
            "mcp",
            "profile ",
            "report ",
            "snapshot ",
            "version",
        ];
        if tool.iter().any(|name| path.starts_with(name)) {
            continue;
        }
        let mut expected = BTreeSet::from(
            [
                "base-url",
                "body-limit",
                "cloud",
                "columns",
                "correlation-id",
                "emulator",
                "emulator-url",
                "excel",
                "help",
                "jq",
                "limit",
                "locale",
                "max-attempts",
                "no-checks",
                "no-header",
                "no-input",
                "no-token-cache",
                "output",
                "output-file",
                "profile",
                "progress",
                "sort",
                "timeout",
                "verbose",
                "where",
                "wide",
            ]
            .map(str::to_owned),
        );
        let calls = |operation: &&&Operation| {
            let words = words_of(operation.id).unwrap();
            let words: Vec<&str> = words
                .split(' ')
                .filter(|word| !word.starts_with('<'))
                .collect();
            words.join(" ") == path
        };
        let called: Vec<_> = OPERATIONS.iter().filter(calls).collect();
        assert!(!called.is_empty(), "`{path}` calls no operation");
        for operation in called {
            for parameter in operation.parameters {
                let is_of_header = parameter.place == Place::Header;
                if !is_of_header && !BY_ITSELF.contains(&parameter.name) {
                    expected.insert(flag_of(parameter.name));
                }
                if parameter.place == Place::Path {
                    expected.extend(["all-customers", "continuation-file"].map(str::to_owned));
                }
                if parameter.kind == ParameterKind::CustomerFilter {
                    expected.extend(["name-starts-with", "domain-starts-with"].map(str::to_owned));
                }
            }
            let mut filters = operation.filter_fields();
            if filters.any(|field| field.name == "customerTenantId") {
                expected.insert("customer".to_owned());
            }
            if operation.pageable {
                expected.extend(["all", "continuation-file"].map(str::to_owned));
            }
        }
        let flags = command
            .get_arguments()
            .map(|argument| match argument.get_long() {
                Some(long) => long.to_owned(),
                None => argument.get_id().to_string(),
            });
        assert_eq!(flags.collect::<BTreeSet<_>>(), expected, "{path}");
    }
}

/// Snapshot of the tables of the documented rows.
#[test]
fn the_table_of_every_command() {
    let mut shown = String::new();
    for operation in OPERATIONS {
        let arguments = command(operation);
        let ran = pcenter(
            &[&borrowed(&arguments)[..], &["--emulator=documented"]].concat(),
            &[],
        );
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        shown.push_str(&format!(
            "$ pcenter {}\n{}\n",
            arguments.join(" "),
            ran.stdout
        ));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn requested_columns_are_shown_in_every_format() {
    let mut shown = String::new();
    for (columns, command) in [
        (
            "licensesSold,SERVICENAME,attributes",
            &["licenses", "deployment"][..],
        ),
        (
            "companyprofile.Domain, id,companyProfile.address.city,customDomains",
            &["customers", "show", CUSTOMER],
        ),
    ] {
        for format in ["table", "json", "ndjson", "csv"] {
            let arguments = [
                command,
                &["--emulator=documented", "-o", format, "--columns", columns],
            ]
            .concat();
            let ran = pcenter(&arguments, &[]);
            assert_eq!(ran.exit, 0, "{}", ran.stderr);
            shown.push_str(&format!("--- {format}\n{}{}", ran.stdout, ran.stderr));
            if format == "json" {
                serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
            }
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn grouped_rows_show_their_group_fields_and_measures() {
    let grouped = [
        "azure-usage",
        "--group-by",
        "meterunit,USAGEDATE",
        "--emulator=documented",
        "-o",
        "csv",
    ];
    // Other columns follow these.
    let ran = pcenter(&grouped, &[]);
    let header = ran.stdout.lines().next().unwrap();
    assert!(
        header.starts_with("meterUnit,usageDate,quantity"),
        "{header}"
    );
    let json = [("Content-Type", "application/json")];
    let page = r#"{"Value":[{"usageDate":"2026-11-01","quantity":2.5}],"TotalCount":1}"#;
    for (format, document) in [
        ("csv", "meterUnit,usageDate,quantity\n,2026-11-01,2.5\n"),
        (
            "ndjson",
            "{\"meterUnit\":null,\"usageDate\":\"2026-11-01\",\"quantity\":2.5}\n",
        ),
    ] {
        let arguments = [&grouped[..3], &["-o", format]].concat();
        let (ran, _) = against(vec![answer("200 OK", &json, page)], &arguments);
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (0, document),
            "{}",
            ran.stderr
        );
    }
    let columns = [&grouped[..], &["--columns", "quantity"]].concat();
    assert_eq!(
        pcenter(&columns, &[]).stdout.lines().next(),
        Some("quantity")
    );
}

/// Errors state the allowed values, and no request is sent.
#[test]
fn invalid_input_is_rejected_before_sending() {
    let continuation = tempfile::NamedTempFile::new().unwrap();
    let searches = r#"{"operation":"searches","run":{"query":{},"begunAt":"","rowsWritten":0}}"#;
    std::fs::write(continuation.path(), searches).unwrap();
    let continuation = continuation.path().to_str().unwrap();
    let mut shown = String::new();
    for arguments in [
        &["commercial", "deployment", "--filter", "licensesSold eq 5"][..],
        &["azure-usage", "--filter", "meterCategory gt 'A'"],
        &["azure-usage", "--filter", "usageDate ge 'May'"],
        &["subscriptions", "--filter", "productName eq 'O'Brien'"],
        &[
            "subscriptions",
            "--filter",
            "customerTenantId eq '25b6edd5'",
        ],
        &["searches", "--group-by", "ageGroup"],
        &["azure-usage", "--group-by", "quantity"],
        &["resellers", "--order-by", "name up"],
        &["subscriptions", "--order-by", "productName"],
        &["azure-usage", "--aggregation", "month"],
        &[
            "azure-usage",
            "--aggregation",
            "month",
            "--group-by",
            "meterUnit",
        ],
        &["azure-usage", "--aggregation", "year"],
        &["commercial", "usage", "--aggregation", "month"],
        &["commercial", "deployment", "--top", "0"],
        &["commercial", "deployment", "--top", "10001"],
        &["searches", "--top", "10000"],
        &["referrals", "--top", "10000"],
        &["customers", "list", "--size", "501"],
        &["referrals", "--skip", "-1"],
        &["referrals", "--limit", "0"],
        &["referrals", "--limit", "5", "--all"],
        &["licenses", "deployment", "--customer", " "],
        &["skus", "--all-customers", "--customer", CUSTOMER],
        &["customers", "show"],
        &["skus"],
        &["skus", "--customer", CUSTOMER, "--license-group", "Group3"],
        &["commercial", "usage", "--processed-date", "31.01.2018"],
        &["customers", "list", "--filter", "companyName eq 'A'"],
        &[
            "customers",
            "list",
            "--name-starts-with",
            "A",
            "--domain-starts-with",
            "a",
        ],
        &["referrals", "--columns", "id,staus"],
        &["customers", "list", "--columns", "companyProfile."],
        &["referrals", "--columns", "id,ID"],
        &["referrals", "--continuation-file", continuation],
    ] {
        let (ran, heard) = against(vec![empty_page()], arguments);
        assert_eq!(
            (ran.exit, ran.stdout.as_str(), heard.len()),
            (2, "", 0),
            "{arguments:?}: {}",
            ran.stderr
        );
        let text = format!("$ pcenter {}\n{}\n", arguments.join(" "), ran.stderr);
        shown.push_str(&text.replace(continuation, "<file>"));
    }
    insta::assert_snapshot!(without_ids(&shown));
}
