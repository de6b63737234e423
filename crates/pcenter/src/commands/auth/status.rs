//! `pcenter auth status`: the stored sign-ins, without a request.

use partner_center::credential::profiles::{
    Config, Profile, ProfileName, config_path, credential_variables, named_profile,
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::arguments::Status;
use super::stored_sign_in::{StoredSignIn, inspect};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::StatusFormat;
use crate::printable::printable;
use crate::reference;

pub(crate) async fn run(
    status: &Status,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let config = Config::read(&config_path(&environment.settings())?)?;
    let named = named_profile(status.profile.as_ref(), &environment.settings())?;
    let shown: Vec<_> = match &named {
        Some(name) => vec![(name.clone(), config.get(name)?.clone())],
        None => config.profiles.clone(),
    };
    let mut exit = Exit::Success;
    let mut documents = Vec::new();
    for (name, profile) in &shown {
        let (location, stored) = inspect(name, profile, &config.path, environment).await;
        if !stored.is_good() {
            exit = Exit::Authentication;
        }
        match status.output {
            StatusFormat::Json => documents.push(document(&config, name, profile, &stored)),
            StatusFormat::Text => {
                let text = text(&config, name, profile, &location, &stored);
                write!(environment.stdout, "{text}")?;
            }
        }
    }
    if status.output == StatusFormat::Json {
        writeln!(environment.stdout, "{:#}", Value::Array(documents))?;
    }
    environment.stdout.flush()?;
    if shown.is_empty() {
        exit = Exit::Authentication;
        writeln!(
            environment.stderr,
            "there are no profiles in {}: `pcenter auth login` creates one",
            printable(&config.path.display().to_string())
        )?;
    }
    if let Some(note) = note(named.is_some(), environment) {
        writeln!(environment.stderr, "note: {note}")?;
    }
    Ok(exit)
}

/// Returns a note if reports use other credentials than those shown.
fn note(named: bool, environment: &Environment<'_>) -> Option<String> {
    if environment.set(reference::ACCESS_TOKEN).is_some() {
        return Some(
            "PCENTER_ACCESS_TOKEN is set; reports use it unless --profile is given".to_owned(),
        );
    }
    if named {
        return None;
    }
    match credential_variables(&environment.settings()) {
        Ok(None) => None,
        Ok(Some(_)) => Some(
            "PCENTER_TENANT_ID, PCENTER_CLIENT_ID and PCENTER_REFRESH_TOKEN are set and take \
             precedence over the default profile"
                .to_owned(),
        ),
        Err(error) => Some(format!(
            "reports fail before they use the default profile: {}",
            error.message
        )),
    }
}

fn text(
    config: &Config,
    name: &ProfileName,
    profile: &Profile,
    location: &str,
    stored: &StoredSignIn,
) -> String {
    let default = match config.default_profile.as_ref() == Some(name) {
        true => " (default)",
        false => "",
    };
    let mut lines = vec![
        ("tenant", printable(&profile.tenant)),
        ("client id", printable(&profile.client_id)),
        ("cloud", profile.cloud.to_string()),
    ];
    lines.extend(addresses(profile).map(|(what, _, url)| (what, url)));
    lines.extend([
        ("stored in", location.to_owned()),
        ("sign-in", printable(&stored.to_string())),
    ]);
    if !stored.is_good() {
        lines.push(("fix", stored.fix(name, profile.store)));
    } else if stored.ends_soon() {
        lines.push((
            "warning",
            format!("it expires soon; {}", stored.fix(name, profile.store)),
        ));
    }
    let lines = lines
        .into_iter()
        .map(|(what, value)| format!("  {:<10} {value}\n", format!("{what}:")));
    format!("{name}{default}\n{}", lines.collect::<String>())
}

/// Returns the custom addresses of a profile: label in text, key in JSON, value.
fn addresses(profile: &Profile) -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let url = |url: &Option<url::Url>| url.as_ref().map(url::Url::to_string);
    [
        ("authority", "authority", url(&profile.authority)),
        ("API", "baseUrl", url(&profile.base_url)),
        ("scope", "scope", profile.scope.clone()),
    ]
    .into_iter()
    .filter_map(|(what, name, value)| Some((what, name, printable(&value?))))
}

fn document(
    config: &Config,
    name: &ProfileName,
    profile: &Profile,
    stored: &StoredSignIn,
) -> Value {
    let mut document = json!({
        "profile": name.as_str(),
        "default": config.default_profile.as_ref() == Some(name),
        "tenant": profile.tenant,
        "clientId": profile.client_id,
        "cloud": profile.cloud.name(),
        "store": profile.store.name(),
        "state": stored.word(),
    });
    let more = match stored {
        StoredSignIn::Token {
            obtained_at,
            age_days,
            days_left,
            ..
        } => vec![
            ("obtainedAt", obtained_at.format(&Rfc3339).ok().into()),
            ("ageDays", (*age_days).into()),
            ("daysLeft", (*days_left).into()),
        ],
        StoredSignIn::Nothing => Vec::new(),
        problem => vec![("problem", problem.to_string().into())],
    };
    if let Value::Object(fields) = &mut document {
        fields.extend(addresses(profile).map(|(_, name, url)| (name.to_owned(), url.into())));
        fields.extend(
            more.into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    document
}
