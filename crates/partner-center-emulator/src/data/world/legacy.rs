//! The older licence reports, of all customers together and of one customer.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::data::{
    calendar::{Day, Moment},
    world::{
        Holding, World, json_text,
        licenses::{CHANNEL, product_name},
        product,
        products::WORKLOADS,
        service,
    },
};

/// Time of day of `processedDateTime`, in milliseconds.
const PROCESSED_AT: u32 = 12_316_360;

/// Returns the rows of an older report; `customer` is the index of the customer for the reports of
/// one customer. `None` for any other operation.
pub(crate) fn rows(
    world: &World,
    operation: &str,
    customer: Option<usize>,
    today: Day,
) -> Option<Vec<String>> {
    let (_, day) = world.processed_days(today);
    let report = Report { world, day };
    Some(match (operation, customer) {
        ("partner_licenses_deployment", None) => report.partner_deployment(),
        ("partner_licenses_usage", None) => report.partner_usage(),
        ("customer_licenses_deployment", Some(customer)) => report.customer_deployment(customer),
        ("customer_licenses_usage", Some(customer)) => report.customer_usage(customer),
        _ => return None,
    })
}

/// Properties that all rows end with.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tail {
    processed_date_time: String,
    service_name: &'static str,
    channel: &'static str,
    attributes: Attributes,
}

/// Kind of a resource.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    pub(crate) object_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartnerDeployment {
    prorated_deployment_percent: f64,
    licenses_sold: i64,
    #[serde(flatten)]
    tail: Tail,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartnerUsage {
    prorated_licenses_usage_percent: f64,
    workload_name: &'static str,
    #[serde(flatten)]
    tail: Tail,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerDeployment {
    customer_name: String,
    product_name: &'static str,
    licenses_deployed: i64,
    deployment_percent: f64,
    licenses_sold: i64,
    #[serde(flatten)]
    tail: Tail,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerUsage {
    customer_name: String,
    product_name: &'static str,
    licenses_active: i64,
    licenses_qualified: i64,
    usage_percent: f64,
    workload_name: &'static str,
    #[serde(flatten)]
    tail: Tail,
}

struct Report<'w> {
    world: &'w World,
    day: Day,
}

impl<'w> Report<'w> {
    fn active(&self) -> impl Iterator<Item = &'w Holding> {
        let day = self.day;
        self.world
            .holdings
            .iter()
            .filter(move |holding| holding.is_active(day))
    }

    fn of_customer(&self, customer: usize) -> impl Iterator<Item = &'w Holding> {
        let (day, held) = (self.day, self.world.holdings_of(customer));
        held.iter().filter(move |holding| holding.is_active(day))
    }

    fn tail(&self, service_index: u8, object_type: &'static str) -> Tail {
        Tail {
            processed_date_time: format!("{}+00:00", Moment::at(self.day, PROCESSED_AT).text()),
            service_name: service(service_index).code,
            channel: CHANNEL,
            attributes: Attributes {
                etag: None,
                object_type,
            },
        }
    }

    fn name(&self, customer: usize) -> String {
        let customer = self.world.customers.get(customer);
        customer.map(|one| one.name()).unwrap_or_default()
    }

    fn partner_deployment(&self) -> Vec<String> {
        let mut totals: BTreeMap<u8, (i64, i64)> = BTreeMap::new();
        for holding in self.active() {
            let (sold, deployed) = totals.entry(product(holding.product).service).or_default();
            *sold += holding.sold(self.day);
            *deployed += holding.deployed(self.day);
        }
        let rows = totals.into_iter().map(|(code, (sold, deployed))| {
            json_text(&PartnerDeployment {
                prorated_deployment_percent: share(deployed, sold),
                licenses_sold: sold,
                tail: self.tail(code, "PartnerLicensesDeploymentInsights"),
            })
        });
        rows.collect()
    }

    fn partner_usage(&self) -> Vec<String> {
        let mut totals: BTreeMap<(u8, u8), (i64, i64)> = BTreeMap::new();
        for holding in self.active() {
            let product = product(holding.product);
            for workload in product.workloads {
                let total = totals.entry((product.service, *workload)).or_default();
                total.0 += holding.active(self.day, *workload);
                total.1 += holding.sold(self.day);
            }
        }
        let rows = totals
            .into_iter()
            .map(|((code, workload), (active, qualified))| {
                json_text(&PartnerUsage {
                    prorated_licenses_usage_percent: share(active, qualified),
                    workload_name: workload_name(workload),
                    tail: self.tail(code, "PartnerLicensesUsageInsights"),
                })
            });
        rows.collect()
    }

    fn customer_deployment(&self, customer: usize) -> Vec<String> {
        let rows = self.of_customer(customer).map(|holding| {
            let (sold, deployed) = (holding.sold(self.day), holding.deployed(self.day));
            let service = product(holding.product).service;
            json_text(&CustomerDeployment {
                customer_name: self.name(customer),
                product_name: product_name(holding.product, self.day, self.world),
                licenses_deployed: deployed,
                deployment_percent: share(deployed, sold),
                licenses_sold: sold,
                tail: self.tail(service, "CustomerLicensesDeploymentInsights"),
            })
        });
        rows.collect()
    }

    fn customer_usage(&self, customer: usize) -> Vec<String> {
        let rows = self.of_customer(customer).flat_map(|holding| {
            let product = product(holding.product);
            product
                .workloads
                .iter()
                .map(move |workload| (holding, product, *workload))
        });
        let rows = rows.map(|(holding, product, workload)| {
            let active = holding.active(self.day, workload);
            let qualified = holding.sold(self.day);
            json_text(&CustomerUsage {
                customer_name: self.name(customer),
                product_name: product_name(holding.product, self.day, self.world),
                licenses_active: active,
                licenses_qualified: qualified,
                usage_percent: share(active, qualified),
                workload_name: workload_name(workload),
                tail: self.tail(product.service, "CustomerLicensesUsageInsights"),
            })
        });
        rows.collect()
    }
}

fn workload_name(index: u8) -> &'static str {
    WORKLOADS
        .get(usize::from(index))
        .map_or("", |workload| workload.name)
}

/// Returns a share of 0 to 1, which usage may exceed, with four decimals
/// ([T21](partner_center_catalog::deviations#t21)).
fn share(part: i64, whole: i64) -> f64 {
    match whole {
        0 => 0.0,
        _ => (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0,
    }
}
