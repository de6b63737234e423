//! Documents for tests of formats.

use partner_center::{AdditionalProperties, Field, FieldKind, FieldValue, Number, Row, Timestamp};

use crate::output::{Chart, Document, Section};

const NAMES: &[&str] = &[
    "customerName",
    "productName",
    "customerTenantId",
    "licensesSold",
    "licensesDeployed",
    "deployedPercent",
    "renewalDate",
    "autoRenewEnabled",
];

const FIELDS: &[Field] = &[
    Field::new("customerName", FieldKind::Text, "Name of the customer"),
    Field::new("productName", FieldKind::Text, "Name of the product"),
    Field::new(
        "customerTenantId",
        FieldKind::Guid,
        "Id of the customer's tenant",
    ),
    Field::new(
        "licensesSold",
        FieldKind::Count,
        "Seats that the customer has bought",
    ),
    Field::new(
        "licensesDeployed",
        FieldKind::Count,
        "Seats that are assigned to users",
    ),
    Field::new(
        "deployedPercent",
        FieldKind::Number,
        "Deployed seats per 100 sold seats",
    ),
    Field::new("renewalDate", FieldKind::Timestamp, "End of the term"),
    Field::new("autoRenewEnabled", FieldKind::Boolean, ""),
];

/// Row of a sample document.
#[derive(Clone, Debug, Default)]
pub(crate) struct SampleRow {
    pub(crate) customer: Option<String>,
    pub(crate) product: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) sold: Option<i64>,
    pub(crate) deployed: Option<i64>,
    pub(crate) percent: Option<Number>,
    pub(crate) renewal: Option<Timestamp>,
    pub(crate) auto_renew: Option<bool>,
    pub(crate) additional: AdditionalProperties,
}

impl Row for SampleRow {
    fn names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        fn text(text: &Option<String>) -> Option<FieldValue<'_>> {
            text.as_deref().map(FieldValue::Text)
        }
        let value = match position {
            0 => text(&self.customer),
            1 => text(&self.product),
            2 => text(&self.tenant),
            3 => self.sold.map(FieldValue::Integer),
            4 => self.deployed.map(FieldValue::Integer),
            5 => self.percent.as_ref().map(FieldValue::Number),
            6 => self.renewal.as_ref().map(FieldValue::Timestamp),
            7 => self.auto_renew.map(FieldValue::Boolean),
            _ => None,
        };
        value.unwrap_or(FieldValue::Null)
    }

    fn additional(&self) -> &AdditionalProperties {
        &self.additional
    }
}

/// Returns a row in which these seats are sold and deployed.
pub(crate) fn row(customer: &str, product: &str, sold: i64, deployed: i64) -> SampleRow {
    let percent = (sold > 0).then(|| deployed.saturating_mul(1_000) / sold);
    let percent = percent.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
    SampleRow {
        customer: Some(customer.to_owned()),
        product: Some(product.to_owned()),
        tenant: Some("7d4fd1a1-0d3c-4e0a-9d8d-3f2f5d3f6a10".to_owned()),
        sold: Some(sold),
        deployed: Some(deployed),
        percent: percent.and_then(|percent| percent.parse().ok()),
        renewal: "2026-12-31T00:00:00Z".parse().ok(),
        auto_renew: Some(true),
        additional: AdditionalProperties::default(),
    }
}

/// Returns a document with one table of these rows, their total and a chart.
pub(crate) fn document(rows: Vec<SampleRow>) -> Document {
    let sum = |seats: fn(&SampleRow) -> Option<i64>| {
        rows.iter().filter_map(seats).fold(0, i64::saturating_add)
    };
    let total = SampleRow {
        sold: Some(sum(|row| row.sold)),
        deployed: Some(sum(|row| row.deployed)),
        ..SampleRow::default()
    };
    Document {
        report: "sample",
        title: "Sample of licences".to_owned(),
        as_of: "2026-11-25".to_owned(),
        summary: vec![
            "412 of 5,120 seats are unused.".to_owned(),
            "3 subscriptions renew within 60 days.".to_owned(),
        ],
        sections: vec![Section {
            name: "licences",
            title: "Licences by customer and product".to_owned(),
            fields: FIELDS,
            columns: Vec::new(),
            rows: rows.into_iter().map(boxed).collect(),
            totals: vec![Box::new(total)],
            chart: Some(Chart {
                title: "Deployed seats by customer and product",
                labels: &["customerName", "productName"],
                value: "licensesDeployed",
                whole: Some("licensesSold"),
                is_series: false,
            }),
        }],
        sources: vec!["Deployment of licences: processed on 24 Nov 2026.".to_owned()],
        notes: vec!["A deployed seat is assigned to a user.".to_owned()],
    }
}

fn boxed(row: SampleRow) -> Box<dyn Row> {
    Box::new(row)
}

/// Returns a document with this number of rows, of which the first has this customer and product.
#[cfg(feature = "fuzzing")]
pub(crate) fn many(customer: &str, product: &str, rows: usize) -> Document {
    const CUSTOMERS: [&str; 6] = [
        "Adatum Corporation",
        "Contoso",
        "Fabrikam Residences and Hospitality Holding",
        "Litware",
        "Söhne & Töchter",
        "Wide World Importers",
    ];
    const PRODUCTS: [&str; 4] = [
        "Microsoft 365 Business Premium",
        "Microsoft 365 E3",
        "Power BI Pro",
        "Visio Plan 2",
    ];
    let first = row(customer, product, 5120, 4708);
    let others = (1..rows.max(1)).map(|number| {
        let sold = i64::try_from(number * 7919 % 900 + 3).unwrap_or(0);
        let deployed = sold * i64::try_from(number % 11).unwrap_or(0) / 9;
        let name = CUSTOMERS[number % CUSTOMERS.len()];
        let mut row = row(name, PRODUCTS[number % PRODUCTS.len()], sold, deployed);
        row.customer = Some(format!("{name} {number}"));
        row.renewal = format!("2027-{:02}-{:02}", number % 12 + 1, number % 28 + 1)
            .parse()
            .ok();
        row.auto_renew = (number % 5 > 0).then_some(number % 2 == 0);
        row
    });
    document(std::iter::once(first).chain(others).collect())
}
