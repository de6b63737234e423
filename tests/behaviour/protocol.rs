//! Headers, compression, methods and paths.

use partner_center::Locale;
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::outcome::{Outcome, ensure, ensure_eq};
use crate::target::Target;

const REPORT: &str = "/partner/v1/analytics/indirectresellers?top=5";
const OLDER_REPORT: &str = "/v1/analytics/licenses/deployment";

/// `MS-RequestId` and `MS-CorrelationId` of a request: the same ids in the response, whether it
/// succeeds or not.
pub(crate) async fn ids_of_the_request_are_returned(target: &Target) -> Outcome {
    for (path, status) in [
        (REPORT, 200),
        (OLDER_REPORT, 200),
        ("/v1/customers/contoso", 400),
    ] {
        let (request_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
        let request = target.request(path).await?;
        let request = request.header("MS-RequestId", request_id.to_string());
        let request = request.header("MS-CorrelationId", correlation_id.to_string());
        let reply = target.send(request).await?;
        ensure_eq!(reply.status.as_u16(), status, "{path}: status");
        for (name, sent) in [
            ("MS-RequestId", request_id),
            ("MS-CorrelationId", correlation_id),
        ] {
            let found = reply.header(name).and_then(|text| text.parse().ok());
            ensure_eq!(found, Some(sent), "{path}: {name}");
        }
    }
    Ok(())
}

/// Two equal requests: another `MS-CV` in each response.
pub(crate) async fn correlation_vectors_differ(target: &Target) -> Outcome {
    let first = target.get(REPORT).await?;
    let second = target.get(REPORT).await?;
    let vector = first.header("MS-CV");
    ensure!(vector.is_some(), "no MS-CV");
    ensure!(vector != second.header("MS-CV"), "the same MS-CV twice");
    Ok(())
}

/// `Accept-Encoding: gzip` (sent by default), and `identity`: the same rows.
pub(crate) async fn gzip_is_accepted(target: &Target) -> Outcome {
    let compressed = target.get(REPORT).await?.success("gzip")?;
    let request = target.request(REPORT).await?;
    let request = request.header("Accept-Encoding", "identity");
    let plain = target.send(request).await?;
    let encoding = plain.header("Content-Encoding").unwrap_or("identity");
    ensure_eq!(encoding, "identity", "Content-Encoding");
    let plain = plain.success("identity")?;
    ensure!(compressed["Value"] == plain["Value"], "other rows");
    Ok(())
}

/// `X-Locale` with and without a script: accepted.
pub(crate) async fn locales_are_accepted(target: &Target) -> Outcome {
    for locale in ["en-US", "de-DE", "sr-Latn-RS"] {
        let locale: Locale = locale.parse()?;
        let request = target.client.indirect_resellers().top(5).x_locale(locale);
        let reply = request.send().await?;
        ensure_eq!(reply.status().as_u16(), 200, "{locale}: status");
        let older = target.client.partner_licenses_deployment();
        let reply = older.x_locale(locale).send().await?;
        ensure_eq!(reply.status().as_u16(), 200, "{locale}: status");
    }
    Ok(())
}

/// `HEAD`: the status and the headers of `GET`, without a body.
pub(crate) async fn head_has_the_headers_of_get(target: &Target) -> Outcome {
    target.emulator("`HEAD` is not documented")?;
    for path in [REPORT, OLDER_REPORT, "/v1/customers/contoso"] {
        let get = target.get(path).await?;
        let (client, request) = target.request(path).await?.build_split();
        let mut request = request?;
        *request.method_mut() = Method::HEAD;
        let head = client.execute(request).await?;
        ensure_eq!(head.status(), get.status, "{path}: status");
        for name in ["Content-Type", "Content-Length"] {
            let found = head.headers().get(name);
            ensure_eq!(found, get.headers.get(name), "{path}: {name}");
        }
        ensure_eq!(head.bytes().await?.len(), 0, "{path}: body");
    }
    Ok(())
}

/// Unknown paths: 404.
pub(crate) async fn unknown_paths_are_not_found(target: &Target) -> Outcome {
    for path in [
        "/v1/analytics/licenses/deployments",
        "/partner/v1/analytics/no-such-report",
    ] {
        let reply = target.get(path).await?;
        ensure_eq!(reply.status.as_u16(), 404, "{path}: status");
        if !target.is_live() {
            let code = &reply.json()?["code"];
            ensure_eq!(*code, Value::from(1000), "{path}: code");
        }
    }
    Ok(())
}
