//! Readings of the fields and operators of queries.

use partner_center::FieldKind;
use partner_center::Timestamp;
use partner_center::fields::{
    self, AzureUsage, CommercialLicensesDeployment, CommercialLicensesUsage, IndirectResellers,
    Referrals, Searches, Subscriptions,
};
use partner_center::query::{Filter, Operator, QueryOperation};

use super::{documented_rows, filter, grouping, order};

/// A list prints two names as one word (T27).
#[test]
fn two_field_names_printed_as_one_word_are_rejected() {
    let error = grouping::<CommercialLicensesUsage>("channelcustomerTenantId").unwrap_err();
    assert!(error.contains("does not take the field"), "{error}");
    assert_eq!(
        grouping::<CommercialLicensesUsage>("channel,customerTenantId").as_deref(),
        Ok("channel,customerTenantId")
    );
    assert!(filter::<CommercialLicensesUsage>("channelcustomerTenantId eq 'x'").is_err());
}

/// The rows have `name`, although the lists have `Name` (T31).
#[test]
fn the_name_of_a_reseller_is_sent_in_lower_case() {
    let name = "Name eq 'Fabrikam'";
    assert_eq!(
        filter::<IndirectResellers>(name).as_deref(),
        Ok("name eq 'Fabrikam'")
    );
    assert_eq!(grouping::<IndirectResellers>("Name").as_deref(), Ok("name"));
    assert_eq!(
        order::<IndirectResellers>("NAME desc").as_deref(),
        Ok("name desc")
    );
    assert_eq!(fields::indirect_resellers::NAME.name(), "name");
}

/// Dates support all six operators, other fields equality; a range begins with `ge` (T36).
#[test]
fn dates_support_every_comparison_and_other_fields_equality() {
    fn check<O: QueryOperation>() {
        let fields = O::OPERATION.filter_fields();
        assert!(fields.clone().any(|field| field.is_date()));
        for field in fields {
            let expected: &[Operator] = match field.kind {
                FieldKind::Timestamp => &[
                    Operator::Equal,
                    Operator::NotEqual,
                    Operator::Greater,
                    Operator::GreaterOrEqual,
                    Operator::Less,
                    Operator::LessOrEqual,
                ],
                _ => &[Operator::Equal, Operator::NotEqual],
            };
            assert_eq!(
                field.operators,
                expected,
                "{} {}",
                O::OPERATION.id,
                field.name
            );
        }
    }
    check::<AzureUsage>();
    check::<IndirectResellers>();

    let day = |text: &str| text.parse::<Timestamp>().unwrap();
    let date = fields::azure_usage::USAGE_DATE;
    let quarter = date.ge(day("2018-01-01")).and(date.le(day("2018-04-01")));
    assert_eq!(
        quarter.to_string(),
        "usageDate ge cast('2018-01-01',Edm.DateTimeOffset) \
         and usageDate le cast('2018-04-01',Edm.DateTimeOffset)"
    );
    // The documented example has `le` twice; it is sent unchanged.
    let example = "usageDate le cast('2018-01-01', Edm.DateTimeOffset) \
                   and usageDate le cast('2018-04-01', Edm.DateTimeOffset)";
    assert_eq!(
        filter::<AzureUsage>(example),
        Ok(example.replace(", Edm", ",Edm"))
    );
}

/// Dates are written with `cast`; a quoted date only in raw text (T37).
#[test]
fn dates_of_subscriptions_are_cast_unless_raw() {
    let plain = "creationDate ge '2018-01-01'";
    assert_eq!(
        filter::<Subscriptions>(plain).as_deref(),
        Ok("creationDate ge cast('2018-01-01',Edm.DateTimeOffset)")
    );
    assert_eq!(Filter::<Subscriptions>::raw(plain).to_string(), plain);
}

/// The fields are group fields but not filter fields; raw text is accepted (T38).
#[test]
fn partner_and_provider_names_are_grouped_and_not_filtered() {
    for name in ["partnerName", "providerName"] {
        for text in [
            format!("{name} eq 'Contoso'"),
            format!("contains({name},'Con')"),
        ] {
            let error = filter::<Subscriptions>(&text).unwrap_err();
            assert!(error.contains("does not take the field"), "{text}: {error}");
            assert_eq!(Filter::<Subscriptions>::raw(&text).to_string(), text);
        }
        assert_eq!(grouping::<Subscriptions>(name).as_deref(), Ok(name));
    }
}

/// The only operator is the function `contains` (T39).
#[test]
fn customer_and_friendly_names_support_only_contains() {
    for name in ["customerName", "friendlyName"] {
        let field = Subscriptions::OPERATION.field(name);
        assert_eq!(field.unwrap().operators, [Operator::Contains], "{name}");
        let error = filter::<Subscriptions>(&format!("{name} eq 'Contoso'")).unwrap_err();
        assert!(error.ends_with("it takes: `contains`"), "{error}");
        assert!(filter::<Subscriptions>(&format!("{name} contains 'Con'")).is_err());
        let function = format!("contains({name},'Con')");
        assert_eq!(filter::<Subscriptions>(&function), Ok(function));
    }
}

/// Values are sent in the case in which they are given (T40).
#[test]
fn filter_values_keep_their_case() {
    for text in [
        "serviceCode eq 'O365'",
        "serviceCode eq 'o365'",
        "channel eq 'Reseller'",
    ] {
        let sent = filter::<CommercialLicensesDeployment>(text);
        assert_eq!(sent.as_deref(), Ok(text));
    }
    let row = documented_rows("commercial_licenses_deployment").remove(1);
    assert_eq!(
        (&row["serviceCode"], &row["channel"]),
        (&"o365".into(), &"reseller".into())
    );
}

/// The field is in the rows but in neither list (T41).
#[test]
fn the_trial_end_date_is_neither_a_filter_nor_a_group_field() {
    let date = "cast('2018-01-01',Edm.DateTimeOffset)";
    assert!(filter::<Subscriptions>(&format!("trialEndDate ge {date}")).is_err());
    assert!(grouping::<Subscriptions>("trialEndDate").is_err());
    assert!(filter::<Subscriptions>(&format!("trialStartDate ge {date}")).is_ok());
    assert_eq!(
        grouping::<Subscriptions>("creationDate").as_deref(),
        Ok("creationDate")
    );
}

/// The fields of the response, with `eq`, because the pages list none (T54).
#[test]
fn searches_and_referrals_accept_the_fields_of_their_rows() {
    fn check<O: QueryOperation>() {
        let rows = documented_rows(O::OPERATION.id);
        let mut columns: Vec<&str> = rows[0]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        columns.sort_unstable();
        let filtered = O::OPERATION.filter_fields();
        let mut filtered: Vec<&str> = filtered.map(|field| field.name).collect();
        filtered.sort_unstable();
        let grouped = O::OPERATION.group_fields();
        let mut grouped: Vec<&str> = grouped.map(|field| field.name).collect();
        grouped.sort_unstable();
        assert_eq!(filtered, columns, "{}", O::OPERATION.id);
        assert_eq!(grouped, columns, "{}", O::OPERATION.id);
        for field in O::OPERATION.filter_fields() {
            assert_eq!(
                field.operators,
                [Operator::Equal],
                "{} {}",
                O::OPERATION.id,
                field.name
            );
        }
    }
    check::<Searches>();
    check::<Referrals>();
}
