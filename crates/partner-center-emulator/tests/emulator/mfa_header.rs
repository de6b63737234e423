//! The headers `ValidateMfa` and `isMfaCompliant`.

use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};

use crate::support::{DEPLOYMENT, call, call_with, client, emulator, sign_in};

/// Returns status and MFA header of a call with these values of `ValidateMfa`.
async fn asked(
    emulator: &Emulator,
    path: &str,
    options: TokenOptions,
    values: &[&str],
) -> (u16, Option<String>) {
    let mut request = call_with(emulator, path, options);
    for value in values {
        request = request.header("ValidateMfa", *value);
    }
    reported(request).await
}

async fn reported(request: reqwest::RequestBuilder) -> (u16, Option<String>) {
    let answer = request.send().await.unwrap();
    let report = answer.headers().get("isMfaCompliant");
    let report = report.map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), report)
}

fn compliant() -> Option<String> {
    Some("true".to_owned())
}

fn not_compliant() -> Option<String> {
    Some("false".to_owned())
}

#[tokio::test]
async fn the_header_is_returned_on_request() {
    let emulator = emulator().await;
    emulator.set_require_mfa(false);
    let with = TokenOptions::new();
    let without = TokenOptions::new().without_mfa();
    for (options, expected) in [(with, compliant()), (without, not_compliant())] {
        for value in ["true", "True", "TRUE"] {
            let told = asked(&emulator, DEPLOYMENT, options.clone(), &[value]).await;
            assert_eq!(told, (200, expected.clone()), "{value}");
        }
        for values in [&[][..], &["false"], &[""], &["1"], &["yes"]] {
            let told = asked(&emulator, DEPLOYMENT, options.clone(), values).await;
            assert_eq!(told, (200, None), "{values:?}");
        }
    }
}

#[tokio::test]
async fn the_header_reflects_the_sign_in() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .require_mfa(false)
        .sign_in_with_mfa(false)
        .start()
        .await
        .unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    let granted = sign_in(&emulator, &fields).await;
    let granted: serde_json::Value = granted.json().await.unwrap();
    let request = client()
        .get(emulator.url().join(DEPLOYMENT).unwrap())
        .bearer_auth(granted["access_token"].as_str().unwrap())
        .header("ValidateMfa", "true");
    assert_eq!(reported(request).await, (200, not_compliant()));
}

#[tokio::test]
async fn errors_have_the_header_once_the_token_is_accepted() {
    let emulator = emulator().await;
    let unknown_parameter = format!("{DEPLOYMENT}?contoso=1");
    let with = TokenOptions::new;
    for (path, options, expected) in [
        (DEPLOYMENT, with().without_mfa(), (401, not_compliant())),
        (&unknown_parameter, with(), (400, compliant())),
        (DEPLOYMENT, with().expired(), (401, None)),
        (
            DEPLOYMENT,
            with().audience("https://contoso.example"),
            (401, None),
        ),
        ("v1/contoso", with(), (404, None)),
        (DEPLOYMENT, with().app_only(), (403, None)),
        ("v1/customers", with().app_only(), (200, None)),
        ("v1/customers", with(), (200, compliant())),
    ] {
        let told = asked(&emulator, path, options.clone(), &["true"]).await;
        assert_eq!(told, expected, "{path} {options:?}");
    }
    let stranger = client()
        .get(emulator.url().join(DEPLOYMENT).unwrap())
        .header("ValidateMfa", "true");
    assert_eq!(reported(stranger).await, (401, None));
}

/// Gateway errors lack the header; interrupted bodies have it.
#[tokio::test]
async fn gateway_faults_lack_the_header() {
    let emulator = emulator().await;
    emulator.inject(Fault::status(503).html());
    emulator.inject(Fault::truncated());
    for expected in [(503, None), (200, compliant())] {
        let request = call(&emulator, DEPLOYMENT).header("ValidateMfa", "true");
        assert_eq!(reported(request).await, expected);
    }
}
