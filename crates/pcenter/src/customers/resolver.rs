//! Requests that find customers.

use partner_center::paging::CollectError;
use partner_center::{Client, ErrorKind, types};
use uuid::Uuid;

use super::matching::{is_domain, of_domain, of_name};
use super::{Customer, ambiguity};
use crate::failure::{Exit, Failure};
use crate::listing::FailedCustomer;
use crate::operations::customers_that_start_with;

/// Looks up customers. Reads the whole customer list at most once.
pub(crate) struct Resolver<'c> {
    client: &'c Client,
    correlation_id: Option<Uuid>,
    /// All customers, once they have been read.
    all: Option<Vec<Customer>>,
    /// Customers in the list whose id is missing or is not a GUID.
    without_id: Vec<FailedCustomer>,
}

impl<'c> Resolver<'c> {
    pub(crate) fn new(client: &'c Client) -> Self {
        Self {
            client,
            correlation_id: None,
            all: None,
            without_id: Vec::new(),
        }
    }

    /// Sets the correlation id that is sent with all requests.
    pub(crate) fn correlation_id(self, correlation_id: Option<Uuid>) -> Self {
        Self {
            correlation_id,
            ..self
        }
    }

    /// Finds the customer that a text names: an id, a domain, a name or the beginning of a name. An
    /// id sends no request.
    ///
    /// # Errors
    ///
    /// Returns a failure if no customer, or more than one, has this name, and if a request fails.
    pub(crate) async fn resolve(&mut self, text: &str) -> Result<Customer, Failure> {
        let text = text.trim();
        if text.is_empty() {
            let message = "the customer is empty";
            return Err(Failure::new(Exit::Usage, message).help("give an id, a domain or a name"));
        }
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Customer::of_id(id));
        }
        if self.all.is_none() {
            // Two filtered requests are cheaper than a list of thousands of customers.
            if is_domain(text)
                && let Some(customers) = self.filtered("Domain", text).await?
                && let Some(customer) = only(text, of_domain(&customers, text).collect())?
            {
                return Ok(customer);
            }
            if let Some(customers) = self.filtered("CompanyName", text).await?
                && let Some(customer) = only(text, of_name(&customers, text))?
            {
                return Ok(customer);
            }
        }
        // The documentation of the filter promises no more than that case is ignored; here names
        // are compared after normalisation.
        among(self.all().await?, text)
    }

    /// Adds the names and domains of customers that were given by id. A customer that is not in the
    /// list of customers stays without.
    pub(crate) async fn add_names(&mut self, customers: &mut [Customer]) -> Result<(), Failure> {
        if customers.iter().all(|customer| customer.name.is_some()) {
            return Ok(());
        }
        let all = self.all().await?;
        for customer in customers.iter_mut().filter(|it| it.name.is_none()) {
            if let Some(listed) = all.iter().find(|listed| listed.id == customer.id) {
                *customer = listed.clone();
            }
        }
        Ok(())
    }

    /// Returns all customers of the partner.
    pub(crate) async fn all(&mut self) -> Result<&[Customer], Failure> {
        if self.all.is_none() {
            let rows = self.list(None).await;
            let rows = rows.map_err(|error| Failure::from(error.into_error()))?;
            let mut all = Vec::with_capacity(rows.len());
            for row in rows {
                match Customer::of_row(row) {
                    Ok(customer) => all.push(customer),
                    Err(failed) => self.without_id.push(failed),
                }
            }
            self.all = Some(all);
        }
        Ok(self.all.as_deref().unwrap_or_default())
    }

    /// Returns the customers that cannot be called, because the list has no id for them.
    pub(crate) fn take_without_id(&mut self) -> Vec<FailedCustomer> {
        std::mem::take(&mut self.without_id)
    }

    /// Returns the customers that the service finds, or `None` if it refuses the filter.
    async fn filtered(&self, field: &str, text: &str) -> Result<Option<Vec<Customer>>, Failure> {
        match self.list(customers_that_start_with(field, text)).await {
            Ok(rows) => {
                let customers = rows.into_iter().map(Customer::of_row);
                Ok(Some(customers.filter_map(Result::ok).collect()))
            }
            Err(error) if is_refused(&error) => Ok(None),
            Err(error) => Err(error.into_error().into()),
        }
    }

    async fn list(
        &self,
        filter: Option<String>,
    ) -> Result<Vec<types::Customer>, CollectError<types::Customer>> {
        let mut request = self.client.customers();
        if let Some(filter) = filter {
            request = request.filter(filter);
        }
        if let Some(correlation_id) = self.correlation_id {
            request = request.ms_correlation_id(correlation_id);
        }
        Ok(request.collect_all().await?.rows)
    }
}

/// Finds the customer that a domain, a name or the beginning of a name names, among all customers.
///
/// # Errors
///
/// Returns a failure if no customer, or more than one, has this name.
pub(crate) fn among(all: &[Customer], text: &str) -> Result<Customer, Failure> {
    if let Some(customer) = only(text, of_domain(all, text).collect())? {
        return Ok(customer);
    }
    match only(text, of_name(all, text))? {
        Some(customer) => Ok(customer),
        None => Err(ambiguity::none(text, all)),
    }
}

/// Returns whether the service refuses the filter, and not the caller.
fn is_refused(error: &CollectError<types::Customer>) -> bool {
    let error = error.error();
    let status = error.status().map(|status| status.as_u16());
    status == Some(400) || error.kind() == ErrorKind::InvalidRequest
}

/// Returns the only candidate, or `None` without candidates.
fn only(text: &str, candidates: Vec<&Customer>) -> Result<Option<Customer>, Failure> {
    match candidates.as_slice() {
        [] => Ok(None),
        [customer] => Ok(Some((*customer).clone())),
        several => Err(ambiguity::several(text, several)),
    }
}
