//! Parameter values over HTTP: documented values are accepted; values outside their
//! limits, format or list get the documented error body.

mod samples;

use partner_center::catalog::Place;
use partner_center::{OPERATIONS, Operation};
use partner_center_emulator::{Emulator, TokenOptions};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use self::samples::{BAD_PROPERTY, INVALID, groups, samples_of};
use crate::support::{client, emulator};

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";
const GUID: &str = "25b6edd5-1f53-456b-b48c-c64f60ec2dda";

/// Emulator with a client and a token.
struct Bench {
    emulator: Emulator,
    client: Client,
    token: String,
}

impl Bench {
    async fn new(token: TokenOptions) -> Self {
        let emulator = emulator().await;
        Self {
            client: client(),
            token: emulator.mint_token(token),
            emulator,
        }
    }

    fn call(&self, path_and_query: &str) -> RequestBuilder {
        let url = self.emulator.url().join(path_and_query).unwrap();
        self.client.get(url).bearer_auth(&self.token)
    }

    /// Returns a call of an operation with a query.
    fn of(&self, operation: &Operation, query: &str) -> RequestBuilder {
        let path = operation.path.replace("{customer-id}", CUSTOMER);
        self.call(&format!("{path}?{query}"))
    }
}

/// Returns status, code and description; accepted calls have no code.
async fn outcome(request: RequestBuilder) -> (u16, Option<u64>, String) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    if status == 200 {
        return (status, None, String::new());
    }
    let body: Value = serde_json::from_str(&text).unwrap();
    let description = body["description"].as_str().unwrap().to_owned();
    assert!((1..=1024).contains(&description.chars().count()));
    assert_eq!(body["source"], "PartnerApiServiceControllers");
    (status, body["code"].as_u64(), description)
}

fn operation(id: &str) -> &'static Operation {
    Operation::find(id).unwrap()
}

#[tokio::test]
async fn every_query_parameter_is_checked() {
    let bench = Bench::new(TokenOptions::new()).await;
    let mut parameters = 0;
    for operation in OPERATIONS {
        for parameter in operation.parameters_in(Place::Query) {
            let name = parameter.name;
            parameters += 1;
            let samples = samples_of(operation.id, name);
            for query in &samples.accepted {
                let (status, _, description) = outcome(bench.of(operation, query)).await;
                assert_eq!(status, 200, "{} {query}: {description}", operation.id);
            }
            for (query, code) in &samples.refused {
                let (status, found, description) = outcome(bench.of(operation, query)).await;
                let place = format!("{} {query}: {description}", operation.id);
                assert_eq!((status, found), (400, Some(*code)), "{place}");
                let names = query.split('&').map(|pair| pair.split('=').next().unwrap());
                let is_named = names
                    .map(|name| format!("'{}'", name.to_lowercase()))
                    .any(|name| description.to_lowercase().contains(&name));
                assert!(is_named, "{place}");
            }
            let twice = format!("{name}=1&{name}=1");
            let (status, code, _) = outcome(bench.of(operation, &twice)).await;
            let expected = match parameter.is_repeatable {
                true => INVALID,
                false => BAD_PROPERTY,
            };
            assert_eq!((status, code), (400, Some(expected)), "{twice}");
        }
        for query in [
            "$top=1",
            "api-version=v1",
            "=1",
            "%ff=1",
            "top%00=1",
            "access_token=s3cret",
        ] {
            let (status, code, description) = outcome(bench.of(operation, query)).await;
            assert_eq!((status, code), (400, Some(BAD_PROPERTY)), "{query}");
            assert!(!description.contains("s3cret"), "{description}");
        }
        for query in ["", "&", "&&"] {
            assert_eq!(outcome(bench.of(operation, query)).await.0, 200, "{query}");
        }
    }
    assert!(parameters > 30);
}

#[tokio::test]
async fn headers_of_every_operation_are_checked() {
    let bench = Bench::new(TokenOptions::new()).await;
    for operation in OPERATIONS {
        for (name, accepted, refused) in [
            (
                "MS-RequestId",
                &[GUID, &GUID.to_uppercase()][..],
                &[
                    &b""[..],
                    b"25b6edd5",
                    b"25b6edd51f53456bb48cc64f60ec2dda",
                    b"\xff",
                ][..],
            ),
            (
                "MS-CorrelationId",
                &[GUID, &GUID.to_uppercase()],
                &[
                    b"",
                    b"{25b6edd5-1f53-456b-b48c-c64f60ec2dda}",
                    b"s3cret",
                    "é".as_bytes(),
                ],
            ),
            (
                "X-Locale",
                &["en-US", "nl-nl", "sr-Latn-RS"],
                &[
                    b"",
                    b"english",
                    b"en",
                    b"en_US",
                    b"en-US,de-DE",
                    b"s3cret",
                    b"\xff",
                ],
            ),
        ] {
            for value in accepted {
                let call = bench.of(operation, "").header(name, *value);
                assert_eq!(outcome(call).await.0, 200, "{name}: {value}");
            }
            let twice = bench.of(operation, "");
            let twice = twice.header(name, accepted[0]).header(name, accepted[0]);
            let single = refused
                .iter()
                .map(|value| bench.of(operation, "").header(name, *value));
            for call in single.chain([twice]) {
                let (status, code, description) = outcome(call).await;
                assert_eq!(
                    (status, code),
                    (400, Some(INVALID)),
                    "{name}: {description}"
                );
                assert!(description.contains(name), "{description}");
                assert!(!description.contains("s3cret"), "{description}");
            }
        }
    }
}

#[tokio::test]
async fn customer_ids_are_guids_in_the_documented_format() {
    let bench = Bench::new(TokenOptions::new()).await;
    let mut checked = 0;
    for operation in OPERATIONS {
        if !operation.path.contains("{customer-id}") {
            continue;
        }
        checked += 1;
        let upper = CUSTOMER.to_uppercase();
        for id in [CUSTOMER, &upper, "%30c39d6d5-c70d-4c55-bc02-f620844f3fd1"] {
            let path = operation.path.replace("{customer-id}", id);
            assert_eq!(outcome(bench.call(&path)).await.0, 200, "{path}");
        }
        for id in [
            "contoso.onmicrosoft.com",
            "0c39d6d5c70d4c55bc02f620844f3fd1",
            "%7B0c39d6d5-c70d-4c55-bc02-f620844f3fd1%7D",
            "0c39d6d5-c70d-4c55-bc02-f620844f3fd",
            "0c39d6d5-c70d-4c55-bc02-f620844f3fdg",
            "+0c39d6d5-c70d-4c55-bc02-f620844f3fd1",
            "%ff",
            "%20",
            "0",
        ] {
            let path = operation.path.replace("{customer-id}", id);
            let (status, code, description) = outcome(bench.call(&path)).await;
            assert_eq!((status, code), (400, Some(900_118)), "{path}");
            assert!(description.contains("'customer-id'"), "{description}");
        }
    }
    assert_eq!(checked, 4);
}

#[tokio::test]
async fn a_seek_needs_a_continuation_token() {
    let bench = Bench::new(TokenOptions::new()).await;
    let customers = operation("customers");
    let seek = |value: &str| bench.of(customers, &format!("seekOperation={value}"));
    for value in [
        "Next",
        "next",
        "PAGEINDEX",
        "Previous",
        "First",
        "Last",
        "0",
        "4",
    ] {
        let call = seek(value).header("MS-ContinuationToken", "AQAAAA==");
        assert_eq!(outcome(call).await.0, 200, "{value}");
    }
    let (_, code, description) = outcome(seek("Next")).await;
    assert_eq!(code, Some(INVALID));
    assert!(
        description.contains("MS-ContinuationToken"),
        "{description}"
    );
    for (value, token) in [
        ("Next", ""),
        ("Backwards", "s3cret"),
        ("5", "s3cret"),
        ("-1", "s3cret"),
    ] {
        let call = seek(value).header("MS-ContinuationToken", token);
        let (status, code, description) = outcome(call).await;
        assert_eq!((status, code), (400, Some(INVALID)), "{value}");
        assert!(!description.contains("s3cret"), "{description}");
    }
    let twice = seek("Next")
        .header("MS-ContinuationToken", "s3cret")
        .header("MS-ContinuationToken", "s3cret");
    let (_, code, description) = outcome(twice).await;
    assert_eq!(code, Some(INVALID));
    assert!(!description.contains("s3cret"), "{description}");
}

#[tokio::test]
async fn an_aggregation_level_needs_a_grouped_date() {
    let bench = Bench::new(TokenOptions::new()).await;
    for operation in OPERATIONS {
        if operation.parameter("aggregationLevel").is_none() {
            continue;
        }
        let [field, date] = groups(operation.id);
        let ignored = operation.id == "subscriptions";
        for (query, accepted) in [
            ("aggregationLevel=month".to_owned(), ignored),
            (format!("aggregationLevel=month&groupby={field}"), ignored),
            (
                format!("groupby={field},{date}&aggregationLevel=dateRange"),
                ignored,
            ),
            (
                format!("groupby={field},{date}&aggregationLevel=month"),
                true,
            ),
        ] {
            let (status, code, description) = outcome(bench.of(operation, &query)).await;
            let expected = if accepted {
                (200, None)
            } else {
                (400, Some(INVALID))
            };
            assert_eq!(
                (status, code),
                expected,
                "{} {query}: {description}",
                operation.id
            );
        }
    }
}

#[tokio::test]
async fn customers_of_an_indirect_reseller_need_a_delegated_token() {
    let customers = operation("customers");
    let filter = |field: &str| {
        format!(r#"filter={{"Field":"{field}","Value":"Contoso","Operator":"starts_with"}}"#)
    };
    let app_only = Bench::new(TokenOptions::new().app_only()).await;
    for (field, expected) in [
        ("CompanyName", (200, None)),
        ("IndirectReseller", (403, Some(2032))),
        ("INDIRECTRESELLER", (403, Some(2032))),
        ("DisplayName", (400, Some(2000))),
    ] {
        let (status, code, description) = outcome(app_only.of(customers, &filter(field))).await;
        assert_eq!((status, code), expected, "{field}");
        assert!(!description.contains("Contoso"), "{description}");
    }
    let delegated = Bench::new(TokenOptions::new()).await;
    let call = delegated.of(customers, &filter("IndirectReseller"));
    assert_eq!(outcome(call).await.0, 200);
}

#[tokio::test]
async fn a_description_states_the_problem_and_the_allowed_values() {
    let bench = Bench::new(TokenOptions::new()).await;
    for (id, query, expected) in [
        (
            "searches",
            "top=10000",
            "Invalid input: the query parameter 'top' is '10000'; \
             allowed is a whole number from 1 to 9999.",
        ),
        (
            "customers",
            "size=",
            "Invalid input: the query parameter 'size' is empty; \
             allowed is a whole number from 0 to 500.",
        ),
        (
            "searches",
            "filter=keywordIndustry eq 'x'",
            "Invalid input: the query parameter 'filter' compares the field 'keywordIndustry', \
             which does not exist here; allowed: companyName, contactButtonClicked, \
             keywordCountry, detailsViewed, keywordIndustryFocus, mpnId, partnerMarket, \
             keywordProduct, referralSubmitted, searchDate, keywordSearchText.",
        ),
        (
            "subscriptions",
            "filter=customerName eq 'Contoso'",
            "Invalid input: the query parameter 'filter' compares the field 'customerName' \
             by 'eq'; allowed: contains.",
        ),
        (
            "subscribed_skus",
            "licenseGroupIds=Group3",
            "Invalid input: the query parameter 'licenseGroupIds' is 'Group3'; \
             allowed is one of: Group1, Group2.",
        ),
        (
            "subscribed_skus",
            "licenseGroupId=Group1",
            "The operation has no query parameter 'licenseGroupId'; allowed: licenseGroupIds.",
        ),
    ] {
        let (_, _, description) = outcome(bench.of(operation(id), query)).await;
        assert_eq!(description, expected);
    }
    let long = format!("top={}", "9".repeat(5000));
    let (_, _, description) = outcome(bench.of(operation("searches"), &long)).await;
    assert!(description.chars().count() < 200, "{description}");
}

/// Both the check and the page use the decoded value.
#[tokio::test]
async fn encoded_paging_values_work_like_plain_ones() {
    let bench = Bench::new(TokenOptions::new()).await;
    let page = async |query: &str| {
        let call = bench.of(operation("azure_usage"), query);
        call.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let plain = page("top=1&skip=0").await;
    assert_eq!(plain["Value"].as_array().unwrap().len(), 1);
    let encoded = page("t%6Fp=%31&SKIP=0%30").await;
    assert_eq!(encoded["Value"], plain["Value"]);
}
