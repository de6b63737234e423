//! Customers: their names, ids and profiles.

use serde::Serialize;

use crate::data::{
    calendar::Day,
    world::{
        WorldSettings, json_text,
        legacy::Attributes,
        names::{CUSTOMERS, MARKETS, RESELLERS},
        random::{Guid, Random, Stream},
    },
};

/// Customer of the partner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) id: Guid,
    pub(crate) index: u32,
    pub(crate) market: u8,
    /// Number of employees with an account.
    pub(crate) size: u32,
    /// Index of the indirect reseller; `None` for a direct customer.
    pub(crate) reseller: Option<u16>,
    /// First day of the relationship.
    pub(crate) since: Day,
    pub(crate) has_azure: bool,
}

impl Customer {
    pub(crate) fn generate(settings: &WorldSettings, index: u32, resellers: u32) -> Self {
        let mut random = Random::new(settings.seed, Stream::Customer, u64::from(index));
        let id = random.guid();
        let market = random.below(MARKETS.len() as u64) as u8;
        // Many small customers, few large ones.
        let size = match random.below(100) {
            0..55 => 2 + random.below(24),
            55..85 => 25 + random.below(225),
            85..97 => 250 + random.below(1_750),
            _ => 2_000 + random.below(18_000),
        };
        let reseller = random
            .chance(40)
            .then(|| random.below(u64::from(resellers)) as u16);
        let since = settings.today.plus(-(60 + random.below(1_400) as i32));
        Self {
            id,
            index,
            market,
            size: size as u32,
            reseller,
            since,
            has_azure: random.chance(45),
        }
    }

    pub(crate) fn name(&self) -> String {
        numbered(&CUSTOMERS, self.index)
    }

    pub(crate) fn domain(&self) -> String {
        let name = match self.index % 2 {
            0 => "contoso",
            _ => "fabrikam",
        };
        format!("{name}{}.onmicrosoft.com", self.index)
    }

    /// Returns the id of the reseller; `None` for a direct customer.
    pub(crate) fn reseller_id(&self, seed: u64) -> Option<String> {
        self.reseller.map(|index| reseller_id(seed, index))
    }

    fn place(&self) -> (&'static str, &'static str, &'static str) {
        MARKETS
            .get(usize::from(self.market))
            .copied()
            .unwrap_or(MARKETS[0])
    }
}

/// Returns the two-letter code of a market.
pub(crate) fn market(index: u32) -> &'static str {
    MARKETS.get(index as usize).map_or("", |place| place.0)
}

/// Returns the name of a reseller.
pub(crate) fn reseller_name(index: u16) -> String {
    numbered(&RESELLERS, u32::from(index))
}

/// Returns the id of a reseller, digits as in the documentation.
pub(crate) fn reseller_id(seed: u64, index: u16) -> String {
    let mut random = Random::new(seed, Stream::Reseller, u64::from(index));
    // The index makes the ids different.
    format!(
        "{}",
        1_000_000 + random.below(9) * 1_000_000 + u64::from(index)
    )
}

/// Returns the names in turn, from the second time on with a number.
fn numbered(names: &[&str], index: u32) -> String {
    let count = names.len() as u32;
    let name = names[(index % count) as usize];
    match index / count {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerBody<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commerce_id: Option<String>,
    company_profile: CompanyProfile<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_profile: Option<BillingProfile>,
    relationship_to_partner: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_delegated_access: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_domains: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_partner_id: Option<String>,
    links: Links,
    attributes: Attributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompanyProfile<'a> {
    tenant_id: &'a str,
    domain: String,
    company_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    links: Links,
    attributes: Attributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BillingProfile {
    id: String,
    first_name: &'static str,
    last_name: &'static str,
    email: String,
    culture: &'static str,
    language: &'static str,
    company_name: String,
    default_address: Address,
    links: Links,
    attributes: Attributes,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    country: &'static str,
    city: &'static str,
    address_line1: String,
    postal_code: String,
    phone_number: String,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    own: Link,
}

#[derive(Serialize)]
struct Link {
    uri: String,
    method: &'static str,
    headers: [(); 0],
}

/// Returns a customer as in a list, or by its id with the properties that only the single customer
/// has ([T60](partner_center_catalog::deviations#t60)).
pub(crate) fn write_customer(settings: &WorldSettings, customer: &Customer, by_id: bool) -> String {
    let id = customer.id.lower();
    let links = |path: &str| Links {
        own: Link {
            uri: format!("/customers/{id}{path}"),
            method: "GET",
            headers: [],
        },
    };
    let attributes = |object_type| Attributes {
        etag: None,
        object_type,
    };
    let (market, culture, city) = customer.place();
    let email = format!("admin@{}", customer.domain());
    let mut random = Random::new(settings.seed, Stream::Profile, u64::from(customer.index));
    let address = Address {
        country: market,
        city,
        address_line1: format!("{} Contoso Way", 1 + random.below(200)),
        postal_code: format!("{:05}", random.below(100_000)),
        phone_number: format!("555{:07}", random.below(10_000_000)),
    };
    let commerce_id = random.guid().lower();
    let billing = BillingProfile {
        id: random.guid().lower(),
        first_name: "Contoso",
        last_name: "Administrator",
        email: email.clone(),
        culture,
        language: culture.split('-').next().unwrap_or_default(),
        company_name: customer.name(),
        default_address: address.clone(),
        links: links("/profiles/billing"),
        attributes: Attributes {
            etag: Some((random.number() as i64).to_string()),
            object_type: "CustomerBillingProfile",
        },
    };
    json_text(&CustomerBody {
        id: &id,
        commerce_id: by_id.then_some(commerce_id),
        company_profile: CompanyProfile {
            tenant_id: &id,
            domain: customer.domain(),
            company_name: customer.name(),
            address: by_id.then_some(address),
            email: by_id.then_some(email),
            links: links("/profiles/company"),
            attributes: attributes("CustomerCompanyProfile"),
        },
        billing_profile: by_id.then_some(billing),
        relationship_to_partner: "reseller",
        allow_delegated_access: by_id.then_some(customer.index % 7 != 3),
        custom_domains: by_id.then(|| [customer.domain()]),
        associated_partner_id: customer.reseller_id(settings.seed),
        links: links(""),
        attributes: attributes("Customer"),
    })
}
