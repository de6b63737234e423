//! Customers by id, domain or name.

mod ambiguity;
mod fan_out;
mod matching;
mod resolver;
mod rows;
mod source;

use partner_center::types;
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::listing::FailedCustomer;
use crate::printable::printable;

pub(crate) use resolver::Resolver;
#[cfg(feature = "lake")]
pub(crate) use resolver::among;
pub(crate) use rows::{added_columns, fields_of_several};
pub(crate) use source::open;

/// Customer of the partner.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Customer {
    /// Id, that of the customer's tenant. Displays in lower case.
    pub(crate) id: Uuid,
    /// Name of the company; `None` if the customer was given by id and has not been looked up.
    pub(crate) name: Option<String>,
    /// Domain of the tenant.
    pub(crate) domain: Option<String>,
}

impl Customer {
    /// Creates a customer of which only the id is known.
    pub(crate) fn of_id(id: Uuid) -> Self {
        Self {
            id,
            name: None,
            domain: None,
        }
    }

    /// Returns the name, if known, and the id, for messages.
    fn described(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({})", printable(name), self.id),
            None => self.id.to_string(),
        }
    }

    /// Reads a row of the customer list.
    fn of_row(row: types::Customer) -> Result<Self, FailedCustomer> {
        let profile = row.company_profile;
        let tenant = profile.as_ref().and_then(|it| it.tenant_id.as_deref());
        let mut ids = row.id.as_deref().into_iter().chain(tenant);
        let id = ids.find_map(|id| Uuid::parse_str(id).ok());
        let (name, domain) = profile.map_or((None, None), |it| (it.company_name, it.domain));
        match id {
            Some(id) => Ok(Self { id, name, domain }),
            None => Err(FailedCustomer {
                customer: printable(name.as_deref().unwrap_or("a customer without a name")),
                failure: Failure::new(Exit::Incomplete, "the list of customers has no id for it"),
            }),
        }
    }
}
