//! Service under test: an emulator, or Partner Center with the credentials of a live tenant.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use azure_core::credentials::TokenCredential;
use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use partner_center::credential::profiles::{
    Environment, Identity, NoCredentials, Overrides, SettingsError,
};
use partner_center::decode::decode;
use partner_center_core::transport::{Timeouts, http_client};
use partner_center_emulator::{DataSet, Emulator, SyntheticData, TokenOptions};
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use url::Url;

use crate::outcome::{Outcome, Stop, ensure_eq, skip};

/// Number of customers of the emulator. It has more customers than the smallest pages, and few
/// enough for one call per customer.
pub(crate) const CUSTOMERS: u32 = 12;

/// Service under test, with a credential and what it can show.
pub(crate) struct Target {
    /// Client of the service.
    pub(crate) client: Client,
    url: Url,
    scope: String,
    credential: Arc<dyn TokenCredential>,
    http: reqwest::Client,
    /// `None` for a live tenant.
    emulator: Option<Emulator>,
    /// Numbers of rows by report.
    sizes: Mutex<BTreeMap<&'static str, i64>>,
}

/// Starts an emulator with synthetic data.
pub(crate) async fn start_emulator() -> Outcome<Emulator> {
    let data = SyntheticData::new()
        .customers(CUSTOMERS)
        .days(35)
        .today("2026-11-25".parse()?);
    let settings = Emulator::builder().data(DataSet::synthetic(data));
    Ok(settings.start().await?)
}

/// Response to a plain HTTP request.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Target {
    /// Starts an emulator with synthetic data.
    pub(crate) async fn emulated() -> Outcome<Self> {
        let emulator = start_emulator().await?;
        let token = emulator.mint_token(TokenOptions::new());
        let credential = Arc::new(StaticTokenCredential::new(token));
        let client = Client::builder()
            .credential(credential.clone())
            .base_url(emulator.url());
        Ok(Self {
            client: client.build()?,
            url: emulator.url(),
            scope: partner_center::Cloud::Global.scope().to_owned(),
            credential,
            http: http_client(&emulator.url(), Timeouts::ROWS)?,
            emulator: Some(emulator),
            sizes: Mutex::default(),
        })
    }

    /// Returns the live tenant of the credentials in these variables, profiles included. `shared`
    /// is the credential of another target of the same variables, which has a token already.
    pub(crate) fn live(
        environment: &Environment<'_>,
        shared: Option<Arc<dyn TokenCredential>>,
    ) -> Outcome<Self> {
        let Some(identity) = Identity::resolve(&Overrides::default(), environment)? else {
            let missing = SettingsError::from(NoCredentials::describe(environment));
            return Err(Stop::Failed(format!("PCENTER_LIVE is set, but {missing}")));
        };
        let endpoints = &identity.endpoints;
        endpoints.check()?;
        let url = match &endpoints.base_url {
            Some(url) => url.clone(),
            None => endpoints.cloud.base_url().parse()?,
        };
        let scope = endpoints.scope.as_deref();
        let credential = match shared {
            Some(credential) => credential,
            None => identity.cached_credential(environment)?,
        };
        let client = Client::builder()
            .endpoints(endpoints)
            .credential(credential.clone());
        Ok(Self {
            client: client.build()?,
            scope: scope.unwrap_or(endpoints.cloud.scope()).to_owned(),
            credential,
            http: http_client(&url, Timeouts::ROWS)?,
            url,
            emulator: None,
            sizes: Mutex::default(),
        })
    }

    /// Returns the credential.
    pub(crate) fn credential(&self) -> Arc<dyn TokenCredential> {
        self.credential.clone()
    }

    /// Returns whether this is a live tenant, whose data moves and may be large.
    pub(crate) fn is_live(&self) -> bool {
        self.emulator.is_none()
    }

    /// Returns the emulator; skips the case for a live tenant, for this reason.
    pub(crate) fn emulator(&self, reason: &str) -> Outcome<&Emulator> {
        match &self.emulator {
            Some(emulator) => Ok(emulator),
            None => skip(reason),
        }
    }

    /// Returns the number of rows of a report, if it was set.
    pub(crate) fn known_size(&self, report: &str) -> Option<i64> {
        self.sizes.lock().unwrap().get(report).copied()
    }

    /// Sets the number of rows of a report, so that it is requested once for each case.
    pub(crate) fn set_size(&self, report: &'static str, rows: i64) {
        self.sizes.lock().unwrap().insert(report, rows);
    }

    /// Returns a `GET` request with an access token for this path, query included.
    pub(crate) async fn request(&self, path: &str) -> Outcome<RequestBuilder> {
        let token = self.credential.get_token(&[&self.scope], None).await?;
        Ok(self.bare(path).bearer_auth(token.token.secret()))
    }

    /// Returns a `GET` request without an access token.
    pub(crate) fn bare(&self, path: &str) -> RequestBuilder {
        let root = self.url.as_str().trim_end_matches('/');
        let request = self.http.get(format!("{root}{path}"));
        request.header("Accept", "application/json")
    }

    /// Sends a request of [`request`](Self::request).
    pub(crate) async fn get(&self, path: &str) -> Outcome<Reply> {
        let request = self.request(path).await?;
        self.send(request).await
    }

    /// Sends a request. Skips the case if a live tenant throttles it.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Outcome<Reply> {
        let response = request.send().await?;
        if self.is_live() && response.status() == StatusCode::TOO_MANY_REQUESTS {
            return skip("the live tenant throttles plain requests");
        }
        Ok(Reply {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }
}

impl Reply {
    /// Returns the body as JSON. A byte-order mark before it is ignored.
    pub(crate) fn json(&self) -> Outcome<Value> {
        Ok(decode(&self.body)?)
    }

    /// Returns a header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body of a 200 as JSON.
    pub(crate) fn success(&self, what: &str) -> Outcome<Value> {
        ensure_eq!(self.status.as_u16(), 200, "{what}: status");
        self.json()
    }

    /// Checks the status, and the error code unless the target is a live tenant: the documentation
    /// names a code for each cause, but not for each operation.
    pub(crate) fn refused(&self, target: &Target, what: &str, status: u16, code: &str) -> Outcome {
        ensure_eq!(self.status.as_u16(), status, "{what}: status");
        if target.is_live() {
            return Ok(());
        }
        let found = match &self.json()?["code"] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        ensure_eq!(found, code, "{what}: code");
        Ok(())
    }
}
