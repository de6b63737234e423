//! One case for ids. The service writes the GUIDs of some operations in upper case and those of
//! others in lower case ([T52](partner_center::catalog::deviations#t52)), so that a join in SQL, in
//! pandas or in jq, which compare exactly, finds nothing.

use partner_center::{AdditionalProperties, FieldValue, Row};

/// Positions of the hyphens in a GUID.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const LENGTH: usize = 36;

/// Row whose ids are in lower case: the values of documented fields that are GUIDs.
#[derive(Debug)]
pub(super) struct LowerCaseIds<T> {
    row: T,
    /// Positions and values of the ids that were not in lower case.
    ids: Vec<(usize, String)>,
}

impl<T: Row> From<T> for LowerCaseIds<T> {
    fn from(row: T) -> Self {
        let values = (0..row.names().len()).map(|position| (position, row.value(position)));
        let ids = values.filter_map(|(position, value)| match value {
            FieldValue::Text(text) if is_upper_case_guid(text) => {
                Some((position, text.to_ascii_lowercase()))
            }
            _ => None,
        });
        let ids = ids.collect();
        Self { row, ids }
    }
}

impl<T: Row> Row for LowerCaseIds<T> {
    fn names(&self) -> &'static [&'static str] {
        self.row.names()
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        let mut ids = self.ids.iter();
        match ids.find(|(at, _)| *at == position) {
            Some((_, id)) => FieldValue::Text(id),
            None => self.row.value(position),
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        self.row.additional()
    }
}

/// Returns whether a text is a GUID with a letter in upper case.
fn is_upper_case_guid(text: &str) -> bool {
    text.len() == LENGTH
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match HYPHENS.contains(&position) {
                true => byte == b'-',
                false => byte.is_ascii_hexdigit(),
            })
}

#[cfg(test)]
mod tests {
    use partner_center::types::Subscription;

    use super::*;

    #[test]
    fn ids_are_in_lower_case_and_other_text_is_unchanged() {
        let row: Subscription = serde_json::from_str(
            r#"{"customerTenantId":"0C39D6D5-C70D-4C55-BC02-F620844F3FD1",
                "id":"0c39d6d5-c70d-4c55-bc02-f620844f3fd1","customerName":"ABCDEF",
                "productName":"0C39D6D5-C70D-4C55-BC02-F620844F3FDG","licenseCount":5,
                "unknown":"0C39D6D5-C70D-4C55-BC02-F620844F3FD1"}"#,
        )
        .unwrap();
        let row = LowerCaseIds::from(row);
        let value = |name: &str| {
            let position = row.names().iter().position(|it| *it == name).unwrap();
            row.value(position)
                .text(&mut Vec::new())
                .unwrap()
                .to_owned()
        };
        let id = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";
        assert_eq!(
            (value("customerTenantId"), value("id")),
            (id.into(), id.into())
        );
        assert_eq!(value("customerName"), "ABCDEF");
        assert_eq!(value("productName"), "0C39D6D5-C70D-4C55-BC02-F620844F3FDG");
        assert_eq!(value("licenseCount"), "5");
        let (_, unknown) = row.additional().iter().next().unwrap();
        assert_eq!(unknown, "\"0C39D6D5-C70D-4C55-BC02-F620844F3FD1\"");
    }
}
