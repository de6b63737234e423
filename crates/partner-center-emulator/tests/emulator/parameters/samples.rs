//! Documented values of every query parameter, and undocumented ones.

pub(super) const INVALID: u64 = 800_002;
pub(super) const BAD_PROPERTY: u64 = 3000;

use partner_center::query::Operator;
use partner_center::{Field, FieldKind, Operation};

/// Queries with one parameter: accepted ones, and rejected ones with their error codes.
pub(super) struct Samples {
    pub(super) accepted: Vec<String>,
    pub(super) refused: Vec<(String, u64)>,
}

fn samples(accepted: &[&str], refused: &[(&str, u64)]) -> Samples {
    Samples {
        accepted: accepted.iter().map(|&query| query.to_owned()).collect(),
        refused: refused
            .iter()
            .map(|&(query, code)| (query.to_owned(), code))
            .collect(),
    }
}

/// Spellings of integers that no documentation lists.
const NO_NUMBERS: [&str; 15] = [
    "",
    "-1",
    "%2D1",
    "+5",
    "%2B5",
    "5+",
    "%205",
    "5.0",
    "1e3",
    "0x1",
    "5,0",
    "five",
    "%D9%A3",
    "%ff",
    "99999999999999999999999999",
];

fn whole_number(name: &str, accepted: &[&str], outside: &[&str]) -> Samples {
    let pair = |value: &&str| format!("{name}={value}");
    let refused = outside.iter().chain(&NO_NUMBERS);
    Samples {
        accepted: accepted.iter().map(pair).collect(),
        refused: refused.map(|value| (pair(value), INVALID)).collect(),
    }
}

/// Returns an accepted filter, the documented filter, and a filter with a wrong operator.
fn filters(id: &str) -> [String; 3] {
    let documented = match id {
        "commercial_licenses_deployment" => [
            "customerTenantId%20eq%20%270112A436-B14E-4888-967B-CA4BB2CF1234%27",
            "SERVICECODE+eq+'O365'",
            "contains(serviceCode,'o')",
        ],
        "commercial_licenses_usage" => [
            "workloadCode%20eq%20%27SFB%27",
            "(channel eq 'Reseller' and workloadCode ne 'EXO')",
            "contains(workloadCode,'S')",
        ],
        "azure_usage" => [
            "meterCategory eq 'Data Management' or (usageDate le cast('2018-01-01', \
             Edm.DateTimeOffset) and usageDate le cast('2018-04-01', Edm.DateTimeOffset))",
            "usageDate ge '2018-01-01'",
            "meterCategory gt 'A'",
        ],
        "indirect_resellers" => [
            "market eq 'US' or (firstSubscriptionCreationDate le \
             cast('2018-01-01',Edm.DateTimeOffset))",
            "Name ne 'O''Brien %26 S%C3%B6hne'",
            "market ge 'US'",
        ],
        "subscriptions" => [
            "autoRenewEnabled eq true and customerMarket eq 'US'",
            "contains(friendlyName,'Office')",
            "customerName eq 'Contoso'",
        ],
        "searches" => [
            "companyName eq 'my company'",
            "detailsViewed eq TRUE",
            "companyName ne 'my company'",
        ],
        "referrals" => [
            "status eq 'Accepted'",
            "wonDate eq cast('2018-01-01',Edm.DateTimeOffset)",
            "wonDate ge cast('2018-01-01',Edm.DateTimeOffset)",
        ],
        _ => {
            let operation = Operation::find(id).unwrap();
            let is_sample = |field: &&Field| {
                let takes = |operator| field.operators.contains(&operator);
                field.kind == FieldKind::Text && takes(Operator::Equal) && !takes(Operator::Greater)
            };
            let name = operation.filter_fields().find(is_sample).unwrap().name;
            let others = [format!("{name} EQ '%41'"), format!("{name} gt 'A'")];
            let [other, wrong_operator] = others;
            return [format!("{name} eq 'A'"), other, wrong_operator];
        }
    };
    documented.map(str::to_owned)
}

/// Returns a group field and a date field.
pub(super) fn groups(id: &str) -> [&'static str; 2] {
    match id {
        "commercial_licenses_deployment" | "commercial_licenses_usage" => ["customerName", ""],
        "azure_usage" => ["meterUnit", "usageDate"],
        "indirect_resellers" => ["market", "firstSubscriptionCreationDate"],
        "subscriptions" => ["providerName", "creationDate"],
        "searches" => ["mpnId", "searchDate"],
        "referrals" => ["customerOrgSize", "createdDate"],
        _ => {
            let fields = Operation::find(id).unwrap().group_fields();
            let date = fields.clone().find(|field| field.is_date());
            let other = fields.clone().find(|field| !field.is_date()).unwrap();
            [other.name, date.map_or("", |date| date.name)]
        }
    }
}

/// Returns the samples of a query parameter. Panics if a parameter has none.
pub(super) fn samples_of(id: &str, parameter: &str) -> Samples {
    match (id, parameter) {
        (_, "top") => {
            let most = Operation::find(id).unwrap().page_size.unwrap();
            let (most, above) = (most.to_string(), (most + 1).to_string());
            whole_number("top", &["1", "1%30", "007", &most], &["0", &above])
        }
        (_, "skip") => whole_number(
            "Skip",
            &["0", "%30", "0010", "2147483647"],
            &["2147483648", "9223372036854775808"],
        ),
        ("customers", "size") => whole_number("size", &["0", "1", "040", "500"], &["501"]),
        ("customers", "filter") => customer_filters(),
        ("customers", "seekOperation") => samples(
            // Accepted only with a continuation token; see below.
            &[],
            &[
                ("seekOperation=Next", INVALID),
                ("seekOperation=Back", INVALID),
                ("seekOperation=5", INVALID),
                ("seekOperation=", INVALID),
                ("seekOperation", INVALID),
            ],
        ),
        (_, "filter") => {
            let [documented, other, wrong_operator] = filters(id);
            samples(
                &[&format!("filter={documented}"), &format!("Filter={other}")],
                &[
                    (&format!("filter={wrong_operator}"), BAD_PROPERTY),
                    ("filter=noSuchField eq 'x'", BAD_PROPERTY),
                    (&format!("filter={documented} and Value eq 1"), BAD_PROPERTY),
                    ("filter=this is ((( no filter", INVALID),
                    (&format!("filter=({documented}"), INVALID),
                    (&format!("filter={documented} and"), INVALID),
                    (
                        &format!("filter={}", documented.replace(['\'', '%'], "")),
                        INVALID,
                    ),
                    ("filter=status eq '%ff'", INVALID),
                    ("filter=%00", INVALID),
                    ("filter=", INVALID),
                    (&format!("filter={}", "(".repeat(2000)), INVALID),
                ],
            )
        }
        (_, "groupby") => {
            let [field, date] = groups(id);
            samples(
                &[
                    &format!("groupby={field}"),
                    &format!("groupBy=+{}+", field.to_uppercase()),
                    format!("GROUPBY={field}%2C{date}").trim_end_matches("%2C"),
                ],
                &[
                    ("groupby=ageGroup", BAD_PROPERTY),
                    (&format!("groupby={field},TotalCount"), BAD_PROPERTY),
                    (&format!("groupby={field};{field}"), BAD_PROPERTY),
                    (&format!("groupby={field},{field}"), INVALID),
                    (&format!("groupby={field},"), INVALID),
                    (&format!("groupby={field} desc"), INVALID),
                    ("groupby=", INVALID),
                    ("groupby=%C3%28", INVALID),
                ],
            )
        }
        (_, "orderby") => {
            let [field, date] = groups(id);
            samples(
                &[
                    &format!("orderby={field}"),
                    &format!("orderBy={date}+DESC,{field}%20asc"),
                ],
                &[
                    ("orderby=ageGroup", BAD_PROPERTY),
                    (&format!("orderby={field} down"), INVALID),
                    (&format!("orderby={field},{field} desc"), INVALID),
                    ("orderby=", INVALID),
                    ("orderby=%ff", INVALID),
                ],
            )
        }
        (_, "aggregationLevel") => {
            let date = groups(id)[1];
            let level = |level: &str| format!("aggregationLevel={level}&groupby={date}");
            samples(
                &[&level("day"), &level("Week"), &level("mont%68")],
                &[
                    (&level("century"), INVALID),
                    (&level(""), INVALID),
                    (&level("day,week"), INVALID),
                    (&level("%ff"), INVALID),
                    (&level("1"), INVALID),
                ],
            )
        }
        (_, "processedDateTime") => samples(
            &[
                "processedDateTime=2018-10-14",
                "processeddatetime=2018-10-14T00%3A00:00Z",
                "processedDateTime=2018-10-14T00:00:00.1234567%2B02:00",
            ],
            &[
                ("processedDateTime=banana", INVALID),
                ("processedDateTime=2018-02-29", INVALID),
                ("processedDateTime=2018-10-14T24:00:00", INVALID),
                ("processedDateTime=2018-10-14T00:00:00+02:00", INVALID),
                ("processedDateTime=10/14/2018", INVALID),
                ("processedDateTime=1539475200", INVALID),
                ("processedDateTime=", INVALID),
                ("processedDateTime=2018-10-14%00", INVALID),
                ("processedDateTime=%ff", INVALID),
            ],
        ),
        (_, "licenseGroupIds") => samples(
            &[
                "licenseGroupIds=Group1",
                "licensegroupids=group2",
                "licenseGroupIds=Group1&licenseGroupIds=Group2",
                "licenseGroupIds=GROUP%31&LICENSEGROUPIDS=Group1",
            ],
            &[
                ("licenseGroupIds=Group9", INVALID),
                ("licenseGroupIds=Group1&licenseGroupIds=Group9", INVALID),
                ("licenseGroupIds=Group1,Group2", INVALID),
                ("licenseGroupIds=Group1&licenseGroupIds=", INVALID),
                ("licenseGroupIds=", INVALID),
                ("licenseGroupIds=%ff", INVALID),
            ],
        ),
        _ => panic!("no samples for the parameter `{parameter}` of `{id}`: add some"),
    }
}

fn customer_filters() -> Samples {
    let encoded = "%7B%22Field%22%3A%22CompanyName%22%2C%22Value%22%3A%22cont%22\
                   %2C%22Operator%22%3A%22starts_with%22%7D";
    samples(
        &[
            &format!("filter={encoded}"),
            &format!("size=0&filter={encoded}"),
            r#"filter={"field":"Domain","value":"c+1","operator":"StartsWith","fieldType":"String"}"#,
            r#"filter={"Operator":"equals","Value":"x","Field":"IndirectReseller"}"#,
        ],
        &[
            ("filter=CompanyName eq 'cont'", INVALID),
            ("filter=", INVALID),
            ("filter={}", INVALID),
            ("filter=%7B%22Field%22:%22%ff%22%7D", INVALID),
            (
                &format!("filter={}", &encoded[..encoded.len() - 3]),
                INVALID,
            ),
            (
                &format!("filter={}", encoded.replace("starts_with", "contains")),
                2000,
            ),
            (
                &format!("filter={}", encoded.replace("CompanyName", "DisplayName")),
                2000,
            ),
            (&format!("size=40?filter={encoded}"), INVALID),
        ],
    )
}
