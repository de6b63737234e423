//! Pages for people: dashboard, reference and the spec as a document.

use std::collections::BTreeSet;

use partner_center_catalog::operations::OPERATIONS;
use partner_center_emulator::Emulator;
use reqwest::Method;
use serde_json::Value;

use crate::support::{call, client, emulator, header};

const SCRIPTS: [&str; 11] = [
    "code",
    "control",
    "dashboard",
    "docs",
    "dom",
    "faults",
    "markdown",
    "requests",
    "schema",
    "settings",
    "try",
];

async fn text(url: &str) -> String {
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200, "{url}");
    response.text().await.unwrap()
}

/// Returns the texts between `start` and `end`.
fn between<'a>(text: &'a str, start: &str, end: char) -> BTreeSet<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split(end).next())
        .collect()
}

#[tokio::test]
async fn every_file_has_its_type_and_a_strict_policy() {
    let emulator = emulator().await;
    let html = "text/html; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    let style = "text/css; charset=utf-8";
    let json = "application/json; charset=utf-8";
    let mut files = vec![
        ("".to_owned(), html),
        ("docs".to_owned(), html),
        ("favicon.ico".to_owned(), "image/svg+xml"),
        ("page/base.css".to_owned(), style),
        ("page/dashboard.css".to_owned(), style),
        ("page/docs.css".to_owned(), style),
        ("page/connection.json".to_owned(), json),
        (
            "page/bad-night.toml".to_owned(),
            "application/toml; charset=utf-8",
        ),
        ("openapi.json".to_owned(), json),
        ("openapi.yaml".to_owned(), "application/yaml; charset=utf-8"),
    ];
    files.extend(SCRIPTS.map(|name| (format!("page/{name}.js"), script)));
    for (path, content_type) in files {
        let url = emulator.url().join(&path).unwrap();
        let response = client().get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "content-type"), content_type, "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        ));
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    assert!(emulator.requests().is_empty(), "pages are not recorded");
}

#[tokio::test]
async fn pages_accept_get_and_head_only() {
    let emulator = emulator().await;
    let head = client().head(emulator.url()).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
    let post = client().post(emulator.url()).send().await.unwrap();
    assert_eq!(post.status(), 405);
    assert_eq!(header(&post, "allow"), "GET, HEAD");
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_have_nothing_inline() {
    let emulator = emulator().await;
    let url = emulator.url();
    for page in ["", "docs"] {
        let page = text(url.join(page).unwrap().as_str()).await;
        for attribute in ["src=\"", "href=\""] {
            for target in between(&page, attribute, '"') {
                let local = target.starts_with('/') || target.starts_with('#');
                assert!(local && !target.starts_with("//"), "{target}");
            }
        }
        assert!(!page.contains("<style") && !page.contains(" style="));
        assert!(!page.contains("<script>") && !page.contains(" onclick="));
    }
    let mut files: Vec<_> = SCRIPTS
        .iter()
        .map(|name| format!("page/{name}.js"))
        .collect();
    files.extend(["base", "dashboard", "docs"].map(|name| format!("page/{name}.css")));
    for file in files {
        let content = text(url.join(&file).unwrap().as_str()).await;
        let forbidden = match file.ends_with(".css") {
            true => &["@import", "url("][..],
            false => &["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("],
        };
        for forbidden in forbidden {
            assert!(!content.contains(forbidden), "{file} contains {forbidden}");
        }
        // The scope of tokens is an identifier, and next links are recognised by their scheme.
        let without_scope = content.replace("https://api.partnercenter.microsoft.com/.default", "");
        assert!(!without_scope.contains("http://"), "{file}");
        assert!(!without_scope.contains("https://"), "{file}");
    }
}

#[tokio::test]
async fn the_pages_have_every_element_that_their_scripts_use() {
    let emulator = emulator().await;
    let url = emulator.url();
    for (page, scripts) in [
        (
            "",
            &["code", "dashboard", "dom", "faults", "requests", "settings"][..],
        ),
        ("docs", &["docs", "dom", "try"][..]),
    ] {
        let page = text(url.join(page).unwrap().as_str()).await;
        let ids = between(&page, " id=\"", '"');
        for script in scripts {
            let path = format!("page/{script}.js");
            let script = text(url.join(&path).unwrap().as_str()).await;
            for id in between(&script, "byId(\"", '"') {
                assert!(ids.contains(id), "{path} uses #{id}");
            }
        }
        for script in between(&page, "<label for=\"", '"') {
            assert!(ids.contains(script), "label for {script}");
        }
    }
}

#[tokio::test]
async fn the_spec_is_served_with_the_url_of_the_emulator() {
    let emulator = emulator().await;
    let url = emulator.url();
    let document: Value =
        serde_json::from_str(&text(url.join("openapi.json").unwrap().as_str()).await).unwrap();
    let base = url.as_str().trim_end_matches('/');
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(document["servers"][0]["url"], base);
    assert_eq!(document["servers"].as_array().unwrap().len(), 1);

    let mut served = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            served.insert((id, method.to_uppercase(), path.clone()));
        }
    }
    let known: BTreeSet<_> = OPERATIONS
        .iter()
        .map(|it| (it.id.to_owned(), it.method.to_owned(), it.path.to_owned()))
        .collect();
    assert_eq!(served, known);

    let yaml = text(url.join("openapi.yaml").unwrap().as_str()).await;
    assert!(yaml.starts_with("openapi: 3.0.3\n\ninfo:\n"));
    assert!(yaml.contains(&format!("servers:\n  - url: {base}\n")));
    assert!(!yaml.contains("emulator.invalid"));
    for (id, ..) in served {
        assert!(yaml.contains(&format!("operationId: {id}\n")), "{id}");
    }
}

#[tokio::test]
async fn the_connection_of_the_page_signs_in() {
    let emulator = emulator().await;
    let url = emulator.url().join("page/connection.json").unwrap();
    let connection: Value = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(connection["url"], emulator.url().as_str());
    let fields = [
        ("tenantId", emulator.tenant_id()),
        ("tenantDomain", emulator.tenant_domain()),
        ("clientId", emulator.client_id()),
        ("clientSecret", emulator.client_secret()),
        ("refreshToken", emulator.refresh_token()),
    ];
    for (field, value) in fields {
        assert_eq!(connection[field], value);
    }
}

#[tokio::test]
async fn the_pages_do_not_change_the_api() {
    let emulator = emulator().await;
    for path in [
        "page",
        "page/",
        "page/unknown.js",
        "docs/",
        "openapi",
        "v1/docs",
    ] {
        let response = call(&emulator, path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            "application/json; charset=utf-8"
        );
    }
    let method = Method::OPTIONS;
    let response = client().request(method, emulator.url().join("docs").unwrap());
    assert_eq!(response.send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn without_the_control_endpoint_there_are_no_pages() {
    let emulator = Emulator::builder().control(false).start().await.unwrap();
    for path in ["", "docs", "openapi.json", "page/base.css"] {
        let response = call(&emulator, path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
    }
    assert_eq!(emulator.requests().len(), 4);
}
