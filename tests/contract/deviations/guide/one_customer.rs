use std::error::Error;

use partner_center::Client;
use partner_center::fields::commercial_licenses_deployment as field;
use partner_center::query::Guid;
use partner_center::types::CommercialLicensesDeployment;

/// Returns one customer's rows by product, as `customer_licenses_deployment` does.
pub async fn products_of(
    client: &Client,
    customer: &str,
) -> Result<Vec<CommercialLicensesDeployment>, Box<dyn Error>> {
    // GUIDs in rows are in upper case; the filter uses the case of the rows.
    let customer: Guid = customer.to_uppercase().parse()?;
    let all = client
        .commercial_licenses_deployment()
        .filter(field::CUSTOMER_TENANT_ID.eq(customer))
        .collect_all()
        .await?;
    // The older report is one response. A listing can be incomplete, and reports it.
    if !all.completeness.is_complete() {
        return Err(format!("only {} rows arrived", all.rows.len()).into());
    }
    Ok(all.rows)
}
