use std::error::Error;

use partner_center::Client;
use partner_center::fields::commercial_licenses_deployment as field;
use partner_center::query::Guid;
use partner_center::types::CommercialLicensesDeployment;

/// One customer, product by product: what `customer_licenses_deployment` answers.
pub async fn products_of(
    client: &Client,
    customer: &str,
) -> Result<Vec<CommercialLicensesDeployment>, Box<dyn Error>> {
    // Rows have their GUIDs in capitals; the filter is given the letters of the data.
    let customer: Guid = customer.to_uppercase().parse()?;
    let all = client
        .commercial_licenses_deployment()
        .filter(field::CUSTOMER_TENANT_ID.eq(customer))
        .collect_all()
        .await?;
    // One answer was all there was. A listing can stop short, and says so.
    if !all.completeness.is_complete() {
        return Err(format!("only {} rows arrived", all.rows.len()).into());
    }
    Ok(all.rows)
}
