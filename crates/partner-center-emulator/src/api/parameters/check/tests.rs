use http::{HeaderName, HeaderValue};
use partner_center_catalog::{FieldKind, OPERATIONS, Operator};

use super::*;

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

/// Parameters that accept any text. Before adding one, make sure that it has no limits,
/// format or list of values.
const FREE_TEXTS: [(&str, &str); 1] = [("customers", "MS-ContinuationToken")];

fn operation(id: &str) -> &'static Operation {
    Operation::find(id).unwrap()
}

fn outcome(operation: &'static Operation, call: &Call<'_>) -> Result<Paging, (u32, String)> {
    check(operation, call)
        .map(|parameters| parameters.paging())
        .map_err(|refusal| {
            let (status, code) = refusal.status_and_code();
            assert!(status == 400 || code == 2032);
            (code, refusal.description().to_owned())
        })
}

fn query(id: &str, query: &str) -> Result<Paging, (u32, String)> {
    let path = vec![CUSTOMER; path_parameters(operation(id)).count()];
    let call = Call {
        path: &path,
        query,
        headers: &HeaderMap::new(),
        strict: true,
        is_delegated: true,
    };
    outcome(operation(id), &call)
}

/// Returns the outcome of a call that sends one parameter with one undecoded value.
fn sent(operation: &'static Operation, parameter: &Parameter, value: &str) -> Option<u32> {
    let (mut query, mut headers) = (String::new(), HeaderMap::new());
    let mut path = vec![CUSTOMER; path_parameters(operation).count()];
    match parameter.place {
        Place::Path => path = vec![value],
        Place::Query => query = format!("{}={value}", parameter.name),
        Place::Header => {
            let name: HeaderName = parameter.name.parse().unwrap();
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
    }
    let call = Call {
        path: &path,
        query: &query,
        headers: &headers,
        strict: true,
        is_delegated: true,
    };
    let (code, description) = outcome(operation, &call).err()?;
    let name = format!("'{}' ", parameter.name);
    assert!(description.contains(&name), "{description}");
    Some(code)
}

fn every_parameter() -> impl Iterator<Item = (&'static Operation, &'static Parameter)> {
    OPERATIONS
        .iter()
        .copied()
        .flat_map(|operation| operation.parameters.iter().map(move |one| (operation, one)))
}

#[test]
fn every_parameter_of_every_operation_is_checked() {
    let mut free_texts = Vec::new();
    for (operation, parameter) in every_parameter() {
        let place = format!("{} {}", operation.id, parameter.name);
        assert!(sent(operation, parameter, "").is_some(), "{place}");
        if matches!(parameter.kind, ParameterKind::Text) {
            free_texts.push((operation.id, parameter.name));
            continue;
        }
        for nonsense in [
            "(((",
            "-1e999",
            "99999999999999999999999",
            "null",
            "%27",
            "a%00b",
        ] {
            assert!(
                sent(operation, parameter, nonsense).is_some(),
                "{place}={nonsense}"
            );
        }
    }
    assert_eq!(free_texts, FREE_TEXTS);
}

#[test]
fn integers_have_the_limits_of_the_specification() {
    let mut checked = 0;
    for (operation, parameter) in every_parameter() {
        let ParameterKind::Integer { minimum, maximum } = parameter.kind else {
            continue;
        };
        checked += 1;
        let (least, most) = (i128::from(minimum), i128::from(maximum));
        for value in [least, least + 1, most - 1, most] {
            let value = value.to_string();
            assert_eq!(sent(operation, parameter, &value), None, "{value}");
            let digits = value.replace('1', "%31");
            assert_eq!(sent(operation, parameter, &digits), None, "{digits}");
            assert_eq!(sent(operation, parameter, &format!("00{value}")), None);
        }
        let further = beyond_spec::values(operation.id, parameter);
        for value in [least - 1, most + 1, most * 1_000_000] {
            let value = value.to_string();
            let expected = (!further.contains(&value.as_str())).then_some(800_002);
            assert_eq!(sent(operation, parameter, &value), expected, "{value}");
        }
    }
    assert!(
        checked >= 15,
        "`top` and `skip` of seven operations, and `size`"
    );
}

#[test]
fn paging_is_read_from_the_query() {
    for (text, top, skip) in [
        ("", None, None),
        ("TOP=%35&skip=0", Some(5), Some(0)),
        ("filter=market+eq+'US'&Skip=007", None, Some(7)),
    ] {
        let expected = Paging { top, skip };
        assert_eq!(query("indirect_resellers", text), Ok(expected), "{text}");
    }
}

/// Every field accepts only its operators and only values of its type.
#[test]
fn filters_accept_the_fields_and_operators_of_the_specification() {
    let value = |kind| match kind {
        FieldKind::Guid => "'0112A436-b14e-4888-967B-CA4BB2CF1234'",
        FieldKind::Boolean => "TRUE",
        FieldKind::Timestamp => "cast('2018-01-01', Edm.DateTimeOffset)",
        FieldKind::Count | FieldKind::Number => "-0.5",
        _ => "'O''Brien'",
    };
    let mut checked = 0;
    for operation in OPERATIONS {
        for field in operation.filter_fields() {
            for operator in Operator::ALL {
                let name = field.name.to_ascii_uppercase();
                let text = match operator {
                    Operator::Contains => format!("contains({name},'a')"),
                    _ => format!("({name} {operator} {})", value(field.kind)),
                };
                let expected = (!field.operators.contains(&operator)).then_some(3000);
                let checked = filter::check(operation, &text);
                assert_eq!(checked.err().map(|one| one.code), expected, "{text}");
            }
            for other in ["'x'", "true", "5", "cast('2018-01-01',Edm.DateTimeOffset)"] {
                let is_text = other == "'x'" && field.kind == FieldKind::Text;
                let is_boolean = other == "true" && field.kind == FieldKind::Boolean;
                let is_date = other.starts_with("cast") && field.kind == FieldKind::Timestamp;
                if !field.operators.contains(&Operator::Equal) {
                    continue;
                }
                let text = format!("{} eq {other}", field.name);
                let expected = (!is_text && !is_boolean && !is_date).then_some(800_002);
                let checked = filter::check(operation, &text);
                assert_eq!(checked.err().map(|one| one.code), expected, "{text}");
            }
            checked += 1;
        }
    }
    assert!(checked > 50);
}

#[test]
fn both_formats_of_a_date_are_accepted() {
    for (text, code) in [
        ("creationDate ge '2018-01-01'", None),
        ("creationDate ge '2018-01-01T00:00:00Z'", None),
        ("creationDate ge 'yesterday'", Some(800_002)),
        ("creationDate ge '2018-02-30'", Some(800_002)),
        (
            "creationDate ge cast('2018-02-30',Edm.DateTimeOffset)",
            Some(800_002),
        ),
        ("creationDate ge cast('2018-01-01',Edm.Guid)", Some(800_002)),
        ("trialEndDate ge '2018-01-01'", Some(3000)),
        ("partnerName eq 'Contoso'", None),
        ("contains(providerName,'Con')", None),
        ("partnerName gt 'Contoso'", Some(3000)),
    ] {
        let checked = filter::check(operation("subscriptions"), text);
        assert_eq!(checked.err().map(|one| one.code), code, "{text}");
    }
    // Documented for subscriptions only.
    let checked = filter::check(operation("azure_usage"), "partnerName eq 'Contoso'");
    assert_eq!(checked.unwrap_err().code, 3000);
}

#[test]
fn lists_of_fields_name_each_field_once() {
    let resellers = operation("indirect_resellers");
    for text in [
        "market",
        "NAME, market",
        "market\t,name",
        "firstSubscriptionEndDate",
    ] {
        assert_eq!(lists::group_by(resellers, text), Ok(()), "{text}");
    }
    for (text, code) in [
        ("ageGroup,market", 3000),
        ("licenseCount", 3000),
        ("marketname", 3000),
        ("market;name", 3000),
        ("", 800_002),
        (",", 800_002),
        ("market,", 800_002),
        ("market,,name", 800_002),
        ("market,Market", 800_002),
        ("market asc", 800_002),
    ] {
        let problem = lists::group_by(resellers, text).unwrap_err();
        assert_eq!(problem.code, code, "{text}: {problem:?}");
    }
    for text in [
        "market",
        "MARKET  DESC , name asc",
        "subscriptionCount desc",
    ] {
        assert_eq!(lists::order_by(resellers, text), Ok(()), "{text}");
    }
    for (text, code) in [
        ("indirectResellerCount", 3000),
        ("market down", 800_002),
        ("market asc desc", 800_002),
        ("market asc,market desc", 800_002),
        ("asc", 3000),
        ("", 800_002),
    ] {
        let problem = lists::order_by(resellers, text).unwrap_err();
        assert_eq!(problem.code, code, "{text}: {problem:?}");
    }
}

#[test]
fn an_aggregation_level_needs_a_grouped_date() {
    for id in ["azure_usage", "indirect_resellers", "searches", "referrals"] {
        let mut fields = operation(id).group_fields();
        let date = fields.clone().find(|field| field.is_date()).unwrap().name;
        let other = fields.find(|field| !field.is_date()).unwrap().name;
        let level = |group: &str| query(id, &format!("aggregationLevel=week{group}"));
        assert!(level(&format!("&groupby={other},{date}")).is_ok(), "{id}");
        for group in [String::new(), format!("&groupby={other}")] {
            let (code, description) = level(&group).unwrap_err();
            assert_eq!(code, 800_002);
            assert!(description.contains(date), "{description}");
        }
        let (code, _) =
            query(id, &format!("groupby={date}&aggregationLevel=dateRange")).unwrap_err();
        assert_eq!(code, 800_002, "{id}");
    }
    for text in [
        "aggregationLevel=Day",
        "aggregationLevel=dateRange&groupBy=status",
    ] {
        assert!(query("subscriptions", text).is_ok(), "{text}");
    }
    assert!(query("subscriptions", "aggregationLevel=year").is_err());
}

#[test]
fn the_customer_filter_has_a_field_a_value_and_an_operator() {
    let read = |text: &str| CustomerFilter::read(text).map(|one| one.is_of_indirect_reseller());
    for (text, of_reseller) in [
        (
            r#"{"Field":"CompanyName","Value":"Cont","Operator":"starts_with"}"#,
            false,
        ),
        (
            r#"{"field":"Domain","value":"c","operator":"StartsWith","fieldType":"String"}"#,
            false,
        ),
        (
            r#" { "OPERATOR": "equals", "VALUE": "1", "FIELD": "indirectreseller" } "#,
            true,
        ),
        (
            r#"{"Field":"IndirectCloudSolutionProvider","Value":"1","Operator":"Equals"}"#,
            false,
        ),
    ] {
        assert_eq!(read(text), Ok(of_reseller), "{text}");
    }
    for (text, code) in [
        ("", 800_002),
        ("CompanyName eq 'Cont'", 800_002),
        ("[]", 800_002),
        ("null", 800_002),
        ("{}", 800_002),
        (
            r#"{"Field":"CompanyName","Value":"Cont","Operator":"starts_with"} x"#,
            800_002,
        ),
        (
            r#"{"Field":"CompanyName","Operator":"starts_with"}"#,
            800_002,
        ),
        (
            r#"{"Field":"CompanyName","Value":"","Operator":"starts_with"}"#,
            800_002,
        ),
        (
            r#"{"Field":"CompanyName","Value":7,"Operator":"starts_with"}"#,
            800_002,
        ),
        (
            r#"{"Field":"CompanyName","field":"Domain","Value":"a","Operator":"equals"}"#,
            800_002,
        ),
        (
            r#"{"Field":"DisplayName","Value":"Secret","Operator":"starts_with"}"#,
            2000,
        ),
        (
            r#"{"Field":"CompanyName","Value":"Secret","Operator":"not_equals"}"#,
            2000,
        ),
        (
            r#"{"Field":"CompanyName","Value":"Secret","Operator":""}"#,
            2000,
        ),
    ] {
        let problem = read(text).unwrap_err();
        assert_eq!(problem.code, code, "{text}: {problem:?}");
        assert!(!problem.text.contains("Secret"), "{problem:?}");
    }
    let deep = format!("{{\"Field\":{}", "[".repeat(100_000));
    assert_eq!(read(&deep).unwrap_err().code, 800_002);
}

#[test]
fn lists_and_required_parameters_come_from_the_table() {
    static PARAMETERS: &[Parameter] = &[
        Parameter::new(
            "kind",
            Place::Query,
            ParameterKind::Enumeration(&["a", "b"]),
            "",
        )
        .repeatable(),
        Parameter::new("day", Place::Query, ParameterKind::Timestamp, "").required(),
        Parameter::new("X-Key", Place::Header, ParameterKind::Text, "").required(),
        Parameter::new("ratio", Place::Query, ParameterKind::Number, ""),
    ];
    static OPERATION: Operation =
        Operation::new("bare", "GET", "/v1/bare").with_parameters(PARAMETERS);
    let mut headers = HeaderMap::new();
    let mut check = |key: Option<&'static str>, query: &str| {
        headers.clear();
        headers.extend(key.map(|key| {
            (
                HeaderName::from_static("x-key"),
                HeaderValue::from_static(key),
            )
        }));
        let call = Call {
            path: &[],
            query,
            headers: &headers,
            strict: true,
            is_delegated: true,
        };
        outcome(&OPERATION, &call).map_err(|(code, description)| {
            assert!(!description.contains("s3cret"), "{description}");
            (code, description)
        })
    };
    let missing = |name: &str| Err((800_002, format!("Invalid input: the {name} is missing.")));
    let day = "day=2018-01-01";
    assert!(check(Some("s3cret"), &format!("{day}&kind=a&kind=B&ratio=-.5e3")).is_ok());
    assert_eq!(check(None, day), missing("header 'X-Key'"));
    assert_eq!(check(Some("s3cret"), ""), missing("query parameter 'day'"));
    for query in ["&kind=a&kind=c", "&kind=a,b", "&ratio=inf", "&kind=a&kind="] {
        let (code, _) = check(Some("s3cret"), &format!("{day}{query}")).unwrap_err();
        assert_eq!(code, 800_002, "{query}");
    }
    assert_eq!(
        check(Some("s3cret"), &format!("{day}&{day}"))
            .unwrap_err()
            .0,
        3000
    );
    assert_eq!(check(Some(""), day).unwrap_err().0, 800_002);
}

#[test]
fn parameters_of_a_path_are_of_any_kind() {
    static OPERATION: Operation = Operation::new("day", "GET", "/v1/{year}/{kind}/{name}")
        .with_parameters(&[
            Parameter::new("name", Place::Path, ParameterKind::Text, "").required(),
            Parameter::new(
                "year",
                Place::Path,
                ParameterKind::Integer {
                    minimum: 2017,
                    maximum: 2100,
                },
                "",
            )
            .required(),
            Parameter::new("kind", Place::Path, ParameterKind::Boolean, "").required(),
        ]);
    let check = |path: &[&str]| {
        let call = Call {
            path,
            query: "",
            headers: &HeaderMap::new(),
            strict: true,
            is_delegated: true,
        };
        outcome(&OPERATION, &call).err()
    };
    assert_eq!(check(&["2018", "true", "a%2Fb"]), None);
    for (path, description) in [
        (["2016", "true", "a"], "the path parameter 'year' is '2016'"),
        (["2018", "1", "a"], "the path parameter 'kind' is '1'"),
        (
            ["2018", "true", "%ff"],
            "the path parameter 'name' is not UTF-8",
        ),
    ] {
        let (code, text) = check(&path).unwrap();
        assert_eq!(code, 800_002);
        assert!(text.contains(description), "{text}");
    }
}
