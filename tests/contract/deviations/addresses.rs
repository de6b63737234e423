//! URLs in the spec: of the service and of its documentation.

use partner_center::{Cloud, OPERATIONS};
use serde_json::Value;
use url::{Host, Url};
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

/// Base URL of Microsoft's documentation of the REST API.
const DOCUMENTATION: &str = "https://learn.microsoft.com/partner-center/developer/";

fn spec() -> Value {
    Spec::load(&workspace_root().join(SPEC_PATH)).unwrap().value
}

/// Checks the page of each operation and that of the document.
#[test]
fn documentation_links_lead_to_the_page_of_each_operation() {
    let slugs = [
        (
            "partner_licenses_deployment",
            "get-partner-licenses-deployment-information",
        ),
        (
            "partner_licenses_usage",
            "get-partner-licenses-usage-information",
        ),
        (
            "customer_licenses_deployment",
            "get-customer-licenses-deployment-information",
        ),
        (
            "customer_licenses_usage",
            "get-customer-licenses-usage-information",
        ),
        (
            "commercial_licenses_deployment",
            "get-licenses-deployment-information",
        ),
        (
            "commercial_licenses_usage",
            "get-licenses-usage-information",
        ),
        ("azure_usage", "get-all-azure-usage-analytics"),
        ("indirect_resellers", "get-all-indirect-resellers-analytics"),
        ("subscriptions", "get-all-subscription-analytics"),
        ("searches", "get-all-search-analytics"),
        ("referrals", "get-all-referrals-analytics"),
        ("customers", "get-a-list-of-customers"),
        ("customer", "get-a-customer-by-id"),
        ("subscribed_skus", "get-a-list-of-available-licenses"),
    ];
    let expected = slugs.map(|(id, slug)| (id, format!("{DOCUMENTATION}{slug}")));
    let found: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| (operation.id, operation.documentation.to_owned()))
        .collect();
    for pair in &expected {
        assert!(found.contains(pair), "{pair:?}");
    }

    let mut links = Vec::new();
    external_docs(&spec(), &mut links);
    let mut expected = expected.map(|(_, link)| link).to_vec();
    expected.push(format!("{DOCUMENTATION}partner-center-rest-urls"));
    for link in expected {
        assert!(links.contains(&link), "{link}");
    }
    let form = regex::Regex::new("^[a-z0-9]+(-[a-z0-9]+)*$").unwrap();
    for link in links {
        let slug = link.strip_prefix(DOCUMENTATION);
        assert!(slug.is_some_and(|slug| form.is_match(slug)), "{link}");
    }
}

/// Collects the URL of every `externalDocs`, at any depth.
fn external_docs(value: &Value, links: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match name.as_str() {
                    "externalDocs" => links.push(value["url"].as_str().unwrap().to_owned()),
                    _ => external_docs(value, links),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| external_docs(value, links)),
        _ => {}
    }
}

/// The table of clouds in the guide has the URLs in the code.
#[test]
fn the_guide_names_the_addresses_of_every_cloud() {
    let guide = std::fs::read_to_string(workspace_root().join("docs/sign-in.md")).unwrap();
    let section = guide.split_once("\n## Clouds\n").unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    let found: Vec<_> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let expected = Cloud::ALL.map(|cloud| {
        format!(
            "| `{cloud}` | `{}` | `{}` | `{}` |",
            cloud.login_authority(),
            cloud.base_url(),
            cloud.scope().trim_end_matches("/.default"),
        )
    });
    assert_eq!(found, expected);
}

/// Servers are the public URLs of the clouds, or this machine; never the internal host and base
/// path of the service's own description (T88).
#[test]
fn servers_are_the_public_addresses_of_the_clouds() {
    let spec = spec();
    let mut servers: Vec<_> = spec["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| server["url"].as_str().unwrap())
        .collect();
    servers.retain(|server| {
        // The port of the emulator is a variable.
        let url = Url::parse(&server.replace("{port}", "8080")).unwrap();
        match url.host().unwrap() {
            Host::Domain(name) => name != "localhost",
            Host::Ipv4(address) => !address.is_loopback(),
            Host::Ipv6(address) => !address.is_loopback(),
        }
    });
    let clouds = Cloud::ALL;
    let mut expected: Vec<_> = clouds.iter().map(Cloud::base_url).collect();
    expected.sort_unstable();
    expected.dedup();
    servers.sort_unstable();
    assert_eq!(servers, expected);
    for path in spec["paths"].as_object().unwrap().keys() {
        assert!(!path.contains("WebApiV3"), "{path}");
    }
}
