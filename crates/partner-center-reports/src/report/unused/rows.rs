//! Rows of the report.

use crate::row::row;

row! {
    /// Licences of one product of one customer.
    UnusedRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_name: Text = "productName", "Name of the product in the latest row";
        product_id: Guid = "productId", "Id of the product, in lower case";
        service_name: Text = "serviceName", "Names of the services with the product";
        channel: Text = "channel", "Channels through which the licences were sold";
        licenses_sold: Count = "licensesSold", "Licences sold, of all services and channels";
        licenses_deployed: Count = "licensesDeployed", "Licences assigned to users";
        licenses_active: Count = "licensesActive", "Licences active in the workload that has most of them";
        workload_name: Text = "workloadName", "Workload with most active licences";
        licenses_unassigned: Count = "licensesUnassigned", "Licences sold but not assigned: sold - deployed";
        licenses_inactive: Count = "licensesInactive", "Licences assigned but not active: deployed - active";
        licenses_unused: Count = "licensesUnused", "Licences not assigned or not active";
        licenses_spare: Count = "licensesSpare", "Unused licences that are kept as a reserve";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
        renewal_date: Timestamp = "renewalDate", "Next renewal of a subscription: the end of its term";
        days_to_renewal: Count = "daysToRenewal", "Days until the next renewal; negative if it is past";
        renews_soon: Boolean = "renewsSoon", "Whether the next renewal is in sight";
        renewal_dates: Text = "renewalDates", "All coming renewals of the subscriptions";
        billing_cycle_name: Text = "billingCycleName", "Billing cycles of the subscriptions, for want of a term in the API";
        auto_renew_enabled: Boolean = "autoRenewEnabled", "Whether the subscriptions with the next renewal renew automatically";
        churn_risk: Text = "churnRisk", "Highest churn risk of the subscriptions";
        status: Text = "status", "Statuses of the subscriptions";
        subscription_count: Count = "subscriptionCount", "Subscriptions that have not ended";
        licenses_subscribed: Count = "licensesSubscribed", "Licences of these subscriptions";
        licenses_on_trial: Count = "licensesOnTrial", "Licences of these subscriptions that are on trial";
        unit_price: Number = "unitPrice", "Price of one licence, from the price file";
        currency: Text = "currency", "Currency of the price";
        price_term: Text = "priceTerm", "Period for which the price is paid";
        amount_per_year: Number = "amountPerYear", "Price of the reclaimable licences for a year";
        processed_date: Timestamp = "processedDate", "Day of the licences sold and deployed";
        usage_processed_date: Timestamp = "usageProcessedDate", "Day of the active licences";
    }
}

row! {
    /// Unused licences of one customer, in one currency.
    UnusedCustomerRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        product_count: Count = "productCount", "Products of the customer in the report";
        licenses_sold: Count = "licensesSold", "Licences sold of these products";
        licenses_unused: Count = "licensesUnused", "Licences not assigned or not active";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
        renewal_date: Timestamp = "renewalDate", "Next renewal of these products";
        currency: Text = "currency", "Currency of the prices; a customer has one row per currency";
        amount_per_year: Number = "amountPerYear", "Price of the reclaimable licences for a year";
    }
}

row! {
    /// Product without a price.
    UnpricedRow {
        product_name: Text = "productName", "Name of the product";
        product_id: Guid = "productId", "Id of the product, in lower case";
        customer_count: Count = "customerCount", "Customers with unused licences of the product";
        licenses_reclaimable: Count = "licensesReclaimable", "Unused licences beyond the reserve";
    }
}
