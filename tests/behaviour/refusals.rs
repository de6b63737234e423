//! Calls that are refused: wrong parameters and tokens.

use partner_center_emulator::TokenOptions;
use url::form_urlencoded;

use crate::outcome::{Outcome, ensure_eq};
use crate::reports::REPORTS;
use crate::target::Target;

/// Filter by a field that the report does not have: 400 with code 3000.
pub(crate) async fn filters_by_an_unknown_field_are_refused(target: &Target) -> Outcome {
    for report in &REPORTS {
        let path = format!("{}?top=1&filter=noSuchField%20eq%20'x'", report.path());
        target
            .get(&path)
            .await?
            .refused(target, &path, 400, "3000")?;
    }
    Ok(())
}

/// Filters that do not follow the grammar: 400 with code 800002.
pub(crate) async fn malformed_filters_are_refused(target: &Target) -> Outcome {
    let deeply_nested = format!("{}serviceCode eq 'x'", "(".repeat(200));
    let filters = [
        "serviceCode eq",
        "serviceCode eq 'x",
        "serviceCode eq 'x')",
        "serviceCode eq 'x' and",
        "eq 'x'",
        deeply_nested.as_str(),
    ];
    let path = "/partner/v1/analytics/commercial/deployment/license";
    for filter in filters {
        let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        let reply = target.get(&format!("{path}?filter={encoded}")).await?;
        let start: String = filter.chars().take(30).collect();
        reply.refused(target, &start, 400, "800002")?;
    }
    Ok(())
}

/// `top` below 1, above the maximum, and not a number: 400 with code 800002.
pub(crate) async fn page_sizes_out_of_range_are_refused(target: &Target) -> Outcome {
    for report in &REPORTS {
        let maximum = report.operation().page_size.unwrap_or_default();
        for top in ["0".to_owned(), (maximum + 1).to_string(), "abc".to_owned()] {
            let path = format!("{}?top={top}", report.path());
            target
                .get(&path)
                .await?
                .refused(target, &path, 400, "800002")?;
        }
    }
    Ok(())
}

/// Calls without an access token, and with a text that is no token: 401 with codes 800001 and 400.
pub(crate) async fn calls_without_a_valid_token_are_refused(target: &Target) -> Outcome {
    for report in &REPORTS {
        let reply = target.send(target.bare(report.path())).await?;
        reply.refused(target, report.path(), 401, "800001")?;
        let request = target.bare(report.path()).bearer_auth("not-a-token");
        let reply = target.send(request).await?;
        reply.refused(target, report.path(), 401, "400")?;
    }
    Ok(())
}

/// Reports with a token of an application without a user: 403 with code 2032.
pub(crate) async fn app_only_tokens_are_refused_by_reports(target: &Target) -> Outcome {
    let emulator = target.emulator("the suite has no app-only token of the live tenant")?;
    let token = emulator.mint_token(TokenOptions::new().app_only());
    for report in &REPORTS {
        let request = target.bare(report.path()).bearer_auth(&token);
        let reply = target.send(request).await?;
        reply.refused(target, report.path(), 403, "2032")?;
    }
    // The list of customers accepts them.
    let request = target.bare("/v1/customers").bearer_auth(&token);
    ensure_eq!(
        target.send(request).await?.status.as_u16(),
        200,
        "customers"
    );
    Ok(())
}

/// A token of a sign-in without a second factor: 401 with code 900421.
pub(crate) async fn sign_ins_without_mfa_are_refused(target: &Target) -> Outcome {
    let emulator = target.emulator("the suite signs in to the live tenant once, with its user")?;
    emulator.set_require_mfa(true);
    let token = emulator.mint_token(TokenOptions::new().without_mfa());
    for report in &REPORTS {
        let request = target.bare(report.path()).bearer_auth(&token);
        let reply = target.send(request).await?;
        reply.refused(target, report.path(), 401, "900421")?;
    }
    Ok(())
}

/// `MS-RequestId` that is not a GUID, and an unknown query parameter: 400.
pub(crate) async fn malformed_parameters_are_refused(target: &Target) -> Outcome {
    target
        .emulator("the response to malformed headers and unknown parameters is not documented")?;
    for report in &REPORTS {
        let request = target.request(report.path()).await?;
        let reply = target.send(request.header("MS-RequestId", "1")).await?;
        reply.refused(target, report.path(), 400, "800002")?;
        let path = format!("{}?no-such-parameter=1", report.path());
        target
            .get(&path)
            .await?
            .refused(target, &path, 400, "3000")?;
    }
    Ok(())
}
