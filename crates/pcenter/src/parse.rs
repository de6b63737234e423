//! Parsers for values of options, environment variables and profiles.

use partner_center::Cloud;
use partner_center::credential::profiles::StoreKind;
use url::Url;
use uuid::Uuid;

pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| {
        format!(
            "{error}; expected a URL such as {}",
            Cloud::Global.base_url()
        )
    })
}

pub(crate) fn parse_guid(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text)
        .map_err(|_| "expected a GUID such as 6492b9d6-5629-429b-934c-040b1946e760".to_owned())
}

pub(crate) fn parse_cloud() -> impl clap::builder::TypedValueParser<Value = Cloud> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

    // Hidden from the help. `Cloud::from_str` rejects it with the date this cloud closed.
    let closed = PossibleValue::new("germany").hide(true);
    let clouds = Cloud::ALL.map(|cloud| PossibleValue::new(cloud.name()));
    PossibleValuesParser::new(clouds.into_iter().chain([closed]))
        .try_map(|name| name.parse::<Cloud>())
}

pub(crate) fn parse_store() -> impl clap::builder::TypedValueParser<Value = StoreKind> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

    let kinds = [StoreKind::Keyring, StoreKind::File];
    let kinds = kinds.map(|kind| {
        let value = PossibleValue::new(kind.name());
        // Without the feature, the value is accepted and its error names the feature.
        let is_hidden = kind == StoreKind::Keyring && !cfg!(feature = "keyring");
        value.hide(is_hidden).help(match kind {
            StoreKind::Keyring => "Keyring of the operating system",
            StoreKind::File => "File that only this user can read",
        })
    });
    PossibleValuesParser::new(kinds).map(|name| match name == StoreKind::File.name() {
        true => StoreKind::File,
        false => StoreKind::Keyring,
    })
}
