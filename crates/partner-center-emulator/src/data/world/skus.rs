//! Licences that a customer can assign to users: subscribed SKUs.

use serde::Serialize;

use crate::data::{
    calendar::Day,
    world::{
        World,
        holdings::{Status, status},
        json_text,
        legacy::Attributes,
        product,
        products::{ProductKind, WORKLOADS},
        random::{Random, Stream},
    },
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscribedSku {
    available_units: i64,
    active_units: i64,
    consumed_units: i64,
    suspended_units: i64,
    total_units: i64,
    warning_units: i64,
    product_sku: ProductSku,
    service_plans: Vec<ServicePlan>,
    capability_status: &'static str,
    attributes: Attributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductSku {
    id: &'static str,
    name: &'static str,
    sku_part_number: &'static str,
    target_type: &'static str,
    license_group_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServicePlan {
    display_name: &'static str,
    service_name: &'static str,
    id: String,
    capability_status: &'static str,
    target_type: &'static str,
}

/// Returns the SKUs of a customer in these groups, `group1` and `group2`.
pub(crate) fn subscribed_skus(
    world: &World,
    customer: usize,
    today: Day,
    groups: &[&str],
) -> Vec<String> {
    let held = world.holdings_of(customer).iter();
    let mut skus = Vec::new();
    for holding in held.filter(|holding| holding.start <= today) {
        let product = product(holding.product);
        let group = match product.kind {
            ProductKind::SecondGroup => "group2",
            _ => "group1",
        };
        let last_day = today.min(holding.end.plus(-1));
        let state = status(holding.end, today);
        if !groups.contains(&group) || state == Status::Deprovisioned {
            continue;
        }
        let sold = holding.sold(last_day);
        let consumed = holding.deployed(last_day).min(sold);
        let is_active = state == Status::Active;
        let (active, warning) = if is_active { (sold, 0) } else { (0, sold) };
        // The documentation's rules: available = total - consumed, total = active + warning.
        let total = active + warning;
        let capability = if is_active { "Enabled" } else { "Warning" };
        let plans = product.workloads.iter().filter_map(|index| {
            let workload = WORKLOADS.get(usize::from(*index))?;
            let position = (1 << 42) + u64::from(*index);
            Some(ServicePlan {
                display_name: workload.name,
                service_name: workload.code,
                // Plans are the same for every partner.
                id: Random::new(0, Stream::Meter, position).guid().lower(),
                capability_status: capability,
                target_type: "User",
            })
        });
        let id = match product.kind {
            // Ids of the second group contain a slash (T64).
            ProductKind::SecondGroup => "CFQ7TTC0K5DR/0002",
            _ => product.id,
        };
        skus.push(json_text(&SubscribedSku {
            available_units: total - consumed,
            active_units: active,
            consumed_units: consumed,
            suspended_units: 0,
            total_units: total,
            warning_units: warning,
            product_sku: ProductSku {
                id,
                name: product.name,
                sku_part_number: product.part_number,
                target_type: "User",
                license_group_id: group,
            },
            service_plans: plans.collect(),
            capability_status: capability,
            attributes: Attributes {
                etag: None,
                object_type: "SubscribedSku",
            },
        }));
    }
    skus
}
