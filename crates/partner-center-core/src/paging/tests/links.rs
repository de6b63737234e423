//! Resolution of links.

use url::Url;

use super::super::PagingProblem;
use super::super::link::{Service, link_headers, query_number, with_query_number};

fn resolve(base: &str, request: &str, link: &str) -> Result<String, PagingProblem> {
    let request = format!("{base}{request}").parse().unwrap();
    Service::new(base, &request)
        .resolve(&request, link)
        .map(|url| url.to_string())
}

#[test]
fn links_of_customers_with_and_without_version() {
    for link in [
        "/customers?size=2",
        "customers?size=2",
        "/v1/customers?size=2",
        "v1/customers?size=2",
        "/V1/customers?size=2",
        "//customers?size=2",
        "/v1//customers?size=2",
        "/v1//v1/customers?size=2",
        "/v1/v1/v1/customers?size=2",
        "?size=2",
        " https://api.example.com/v1/customers?size=2 ",
        "https://API.example.com:443//v1//v1/customers?size=2",
        "//api.example.com/v1/customers?size=2",
        "/\t/api.example.com/v1/\t/customers?size=\r\n2",
        "/v1/\n/customers?size=2",
        "../../..//v1/../v1/./v1/customers?size=2",
        "https://api.example.com/x/../v1/.././v1/v1/customers?size=2",
        "\\customers?size=2",
    ] {
        let url = resolve("https://api.example.com", "/v1/customers?size=1", link).unwrap();
        assert_eq!(
            url.to_lowercase(),
            "https://api.example.com/v1/customers?size=2",
            "{link}"
        );
    }
}

#[test]
fn other_relative_links_start_at_the_folder_or_at_the_version() {
    for (request, link, url) in [
        // Data set: relative to its folder, unless the link contains a version.
        (
            "/partner/v1/analytics/commercial/license",
            "seats?a",
            "/partner/v1/analytics/commercial/seats?a",
        ),
        (
            "/partner/v1/analytics/commercial/license",
            "partner/v1/analytics/search?a",
            "/partner/v1/analytics/search?a",
        ),
        (
            "/partner/v1/analytics/commercial/license",
            "v1/customers",
            "/v1/customers",
        ),
        // Another name of the same length, or the end of the name, is not the data set itself.
        (
            "/partner/v1/analytics/search",
            "status?a",
            "/partner/v1/analytics/status?a",
        ),
        (
            "/partner/v1/analytics/research",
            "search?a",
            "/partner/v1/analytics/search?a",
        ),
        // Older API family: always relative to its root.
        ("/v1/customers/7/licenses", "customers?a", "/v1/customers?a"),
        // Service without families: relative to the folder.
        ("/other/rows", "seats", "/other/seats"),
        ("/rows", "seats", "/seats"),
    ] {
        assert_eq!(
            resolve("https://api.example.com", request, link).unwrap(),
            format!("https://api.example.com{url}"),
            "{link}"
        );
    }
}

#[test]
fn two_slashes_are_followed_by_a_host_or_a_path() {
    for (base, link, path) in [
        (
            "http://localhost",
            "//localhost/v1/customers",
            "/v1/customers",
        ),
        ("http://localhost", "//LOCALHOST?a", "/?a"),
        (
            "http://localhost",
            "//customers?a=b.c:d@e",
            "/v1/customers?a=b.c:d@e",
        ),
        ("http://localhost", "//customers/a.b", "/v1/customers/a.b"),
        ("http://localhost", "//", "/v1/"),
    ] {
        assert_eq!(
            resolve(base, "/v1/customers", link).unwrap(),
            format!("{base}{path}"),
            "{link}"
        );
    }
}

#[test]
fn links_of_a_data_set() {
    let request = "/partner/v1/analytics/commercial/deployment/license?top=1";
    for link in [
        "license?skip=1",
        "deployment/license?skip=1",
        "commercial/deployment/license?skip=1",
        "analytics/commercial/deployment/license?skip=1",
        "partner/v1/analytics/commercial/deployment/license?skip=1",
        "/partner/v1/analytics/commercial/deployment/license?skip=1",
        "/partner/v1//analytics/commercial/deployment/license?skip=1",
        "/analytics/commercial/deployment/license?skip=1",
        "/v1/partner/v1/analytics/commercial/deployment/license?skip=1",
        "?skip=1",
    ] {
        for base in ["https://api.example.com", "http://127.0.0.1:8080/emulator"] {
            assert_eq!(
                resolve(base, request, link).unwrap(),
                format!("{base}/partner/v1/analytics/commercial/deployment/license?skip=1"),
                "{link}"
            );
        }
    }
}

#[test]
fn a_mount_path_is_kept_once() {
    let base = "http://127.0.0.1:8080/emulator";
    for link in [
        "/customers?a",
        "/v1/customers?a",
        "/emulator/v1/customers?a",
        "/emulator/customers?a",
        "http://127.0.0.1:8080/v1/customers?a",
        "http://127.0.0.1:8080/emulator/v1/customers?a",
    ] {
        assert_eq!(
            resolve(base, "/v1/customers", link).unwrap(),
            format!("{base}/v1/customers?a"),
            "{link}"
        );
    }
}

#[test]
fn a_link_out_of_the_root_is_rejected() {
    let base = "https://gateway.example.com/partners/api";
    for link in [
        "https://gateway.example.com/admin?skip=1",
        "https://gateway.example.com/partners/api/../admin",
        "https://gateway.example.com/partners/apiary/v2/customers",
        "https://gateway.example.com/partners/api",
        "https://gateway.example.com/partners/api?skip=1",
        "../../../admin",
        "/v1/../../../admin",
        "/v1/%2e%2e/%2E./admin",
        "\\v1\\..\\..\\admin",
    ] {
        let problem = resolve(base, "/v1/customers", link).unwrap_err();
        assert!(
            matches!(problem, PagingProblem::InvalidLink { .. }),
            "{link}: {problem}"
        );
    }
    // Dots that stay below the root only shorten the path.
    let inside = resolve(base, "/v1/customers", "/v1/a/../customers?b").unwrap();
    assert_eq!(inside, format!("{base}/v1/customers?b"));
}

#[test]
fn raw_characters_are_encoded_and_encoded_ones_are_kept() {
    let base = "https://api.example.com";
    for (link, query) in [
        ("x?orderby=date desc", "orderby=date%20desc"),
        (
            "x?filter=a%20eq%20%27b%27&x=1+2",
            "filter=a%20eq%20%27b%27&x=1+2",
        ),
        (
            "x?filter=name eq 'Müller C#'&skip=1",
            "filter=name%20eq%20%27M%C3%BCller%20C%23%27&skip=1",
        ),
        ("x?a=\"<日本>\"", "a=%22%3C%E6%97%A5%E6%9C%AC%3E%22"),
    ] {
        let url: Url = resolve(base, "/partner/v1/analytics/x", link)
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(url.query(), Some(query), "{link}");
        assert_eq!(url.path(), "/partner/v1/analytics/x", "{link}");
    }
}

#[test]
fn links_to_another_origin_are_rejected_in_every_spelling() {
    for link in [
        "https://evil.example.com/v1/customers",
        "//evil.example.com/v1/customers",
        "//evil/v1/customers",
        "//evil/x",
        "\\\\evil",
        "//x",
        "\\\\evil.example.com/v1/customers",
        "/\\evil.example.com/v1/customers",
        "http://api.example.com/v1/customers",
        "https://api.example.com:444/v1/customers",
        "https://api.example.com.evil.example.com/",
        "https://api.example.com@evil.example.com/",
        "https:evil.example.com",
        "HTTPS://evil.example.com",
        "\thttps://evil.example.com",
        "h\nttps://evil.example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:,x",
    ] {
        let problem = resolve("https://api.example.com", "/v1/customers", link).unwrap_err();
        assert!(
            matches!(problem, PagingProblem::ForeignLink { .. }),
            "{link}: {problem}"
        );
    }
    for link in [
        "https://user:hunter2@api.example.com/v1/customers",
        "https://hunter2@api.example.com/v1/customers",
        "https://:hunter2@api.example.com/v1/customers",
        "https://",
        "http://[",
    ] {
        let problem = resolve("https://api.example.com", "/v1/customers", link).unwrap_err();
        assert!(
            matches!(problem, PagingProblem::InvalidLink { .. }),
            "{link}: {problem}"
        );
        assert!(!problem.to_string().contains("hunter2"));
    }
}

#[test]
fn only_headers_with_microsoft_prefixes_are_accepted() {
    let taken = link_headers([
        ("MS-ContinuationToken", "AQ==,a/b="),
        ("x-ms-skip", "1"),
        ("Authorization", "Bearer x"),
        ("Host", "evil.example.com"),
        ("Cookie", "a"),
        ("Content-Length", "9"),
        ("X-Forwarded-Host", "evil.example.com"),
        ("MS-RequestId", "x"),
        ("ms-correlationid", "x"),
    ])
    .unwrap();
    let names: Vec<_> = taken.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["ms-continuationtoken", "x-ms-skip"]);
    for bad in [("", "x"), ("MS Token", "x"), ("MS-Token", "a\r\nHost: b")] {
        assert!(link_headers([bad]).is_err(), "{bad:?}");
    }
}

#[test]
fn relative_paths_round_trip_and_other_paths_are_rejected() {
    let base = "https://api.example.com/mount";
    let url: Url = "https://api.example.com/mount/v1/customers?a=%20b"
        .parse()
        .unwrap();
    let service = Service::new(base, &url);
    let relative = service.relative(&url);
    assert_eq!(relative, "/v1/customers?a=%20b");
    assert_eq!(service.absolute(&relative), Some(url));
    for bad in [
        "",
        "v1/customers",
        "//evil.example.com/",
        "/\\evil.example.com/",
        "https://evil.example.com/",
        "/../other",
        "/%2e%2e/other",
    ] {
        assert_eq!(service.absolute(bad), None, "{bad}");
    }
}

#[test]
fn numbers_in_the_query_are_read_and_replaced() {
    let url: Url = "https://h/x?Top=%205&skip=a&filter=top%20eq%201"
        .parse()
        .unwrap();
    assert_eq!(query_number(&url, "top"), Some(5));
    assert_eq!(query_number(&url, "skip"), None);
    assert_eq!(
        with_query_number(url, "skip", 7).as_str(),
        "https://h/x?Top=%205&filter=top%20eq%201&skip=7"
    );
    let plain: Url = "https://h/x".parse().unwrap();
    assert_eq!(
        with_query_number(plain, "skip", 7).as_str(),
        "https://h/x?skip=7"
    );
}
