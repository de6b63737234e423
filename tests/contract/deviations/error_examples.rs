//! The error examples of the spec are the responses of the emulator. The service's wording is not
//! documented.

use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

/// Returns the named example of a shared response.
fn example(spec: &Spec, response: &str, name: &str) -> Value {
    let at =
        format!("/components/responses/{response}/content/application~1json/examples/{name}/value");
    spec.value.pointer(&at).cloned().unwrap()
}

#[tokio::test]
async fn error_examples_of_the_spec_are_those_of_the_emulator() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap();
    let user = |emulator: &Emulator| Some(emulator.mint_token(TokenOptions::new()));
    let graph = TokenOptions::new().audience("https://graph.windows.net");
    let app_only = TokenOptions::new().app_only();
    let licenses = "v1/analytics/licenses/deployment";
    let customer = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
    for (response, name, status, emulator, path, token) in [
        (
            "BadRequest",
            "property",
            400,
            &emulator,
            format!("v1/customers/{customer}/subscribedskus?orderby=name"),
            user(&emulator),
        ),
        (
            "BadRequest",
            "input",
            400,
            &emulator,
            "partner/v1/analytics/usage/azure?top=10001".to_owned(),
            user(&emulator),
        ),
        (
            "BadRequest",
            "customerId",
            400,
            &emulator,
            "v1/customers/contoso".to_owned(),
            user(&emulator),
        ),
        (
            "Unauthorized",
            "missing",
            401,
            &emulator,
            licenses.to_owned(),
            None,
        ),
        (
            "Unauthorized",
            "audience",
            401,
            &emulator,
            licenses.to_owned(),
            Some(emulator.mint_token(graph)),
        ),
        (
            "Unauthorized",
            "mfa",
            401,
            &emulator,
            licenses.to_owned(),
            Some(emulator.mint_token(TokenOptions::new().without_mfa())),
        ),
        (
            "Forbidden",
            "appOnly",
            403,
            &emulator,
            licenses.to_owned(),
            Some(emulator.mint_token(app_only)),
        ),
    ] {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let host = emulator.url().authority().to_owned();
        let request = format!(
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\n{}Connection: close\r\n\r\n",
            token.unwrap_or_default()
        );
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response} {name}: {head}"
        );
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body, example(&spec, response, name), "{response} {name}");
    }
}
