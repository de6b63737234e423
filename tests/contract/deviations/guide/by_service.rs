use std::collections::BTreeMap;
use std::error::Error;

use partner_center::Client;
use partner_center::types::{Channel, ServiceCode};

/// Licences of a service, sold through a channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Licences {
    pub deployed: i64,
    pub sold: i64,
    /// Share of the older report: prorated, with an undocumented scale.
    pub prorated: Option<f64>,
}

/// Service code and channel.
pub type Key = (Option<ServiceCode>, Option<Channel>);

/// Returns the counts of the commercial report with the share of the older one.
pub async fn by_service(client: &Client) -> Result<BTreeMap<Key, Licences>, Box<dyn Error>> {
    let mut services = BTreeMap::<Key, Licences>::new();
    let grouped = client
        .commercial_licenses_deployment()
        .groupby("serviceCode,channel")
        .collect_all()
        .await?;
    for row in grouped {
        let service = services.entry((row.service_code, row.channel)).or_default();
        service.deployed += row.licenses_deployed.unwrap_or(0);
        service.sold += row.licenses_sold.unwrap_or(0);
    }
    let older = client.partner_licenses_deployment().send().await?;
    for row in older.into_inner().items {
        // `serviceName` is a code here, so it corresponds to `serviceCode`.
        let service = services.entry((row.service_name, row.channel)).or_default();
        service.prorated = Some(row.prorated_deployment_percent.as_f64());
    }
    Ok(services)
}
