use core::fmt;

use crate::{Field, OPERATIONS, Parameter, ParameterKind, Place};

/// An operation of the API.
///
/// ```
/// use partner_center_catalog::{AuthMode, OPERATIONS};
///
/// // The operations that an application can call without a signed-in user.
/// let app_only = OPERATIONS.iter().filter(|operation| operation.accepts_app_only());
/// let ids: Vec<_> = app_only.map(|operation| operation.id).collect();
/// assert_eq!(ids, ["customers", "customer"]);
/// assert_eq!(AuthMode::AppOnly.name(), "app-only");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// `operationId`, and the name of the client's method.
    pub id: &'static str,
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path template below the base URL, with parameters in braces.
    pub path: &'static str,
    /// Summary in one line.
    pub summary: &'static str,
    /// Address of the documentation page.
    pub documentation: &'static str,
    /// Kinds of access tokens that it accepts.
    pub auth_modes: &'static [AuthMode],
    /// Names of the clouds that have it.
    pub clouds: &'static [&'static str],
    /// Request that Microsoft replaces it with, such as `GET /path`.
    pub superseded_by: Option<&'static str>,
    /// Parameters of path, query and headers, in the order of the spec.
    pub parameters: &'static [Parameter],
    /// Form of the response.
    pub response: ResponseShape,
    /// Whether it is a listing of several pages.
    pub pageable: bool,
    /// Rows of the largest page, where the operation has pages.
    pub page_size: Option<u64>,
    /// Fields of a row, in the order of the wire.
    pub fields: &'static [Field],
    /// Names of the fields that every group of a `groupby` has, in the order of the spec.
    pub measures: &'static [&'static str],
}

impl Operation {
    /// An operation without parameters and rows. For generated data.
    #[must_use]
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            summary: "",
            documentation: "",
            auth_modes: &[],
            clouds: &[],
            superseded_by: None,
            parameters: &[],
            response: ResponseShape::Empty,
            pageable: false,
            page_size: None,
            fields: &[],
            measures: &[],
        }
    }

    /// The operation with this summary and this documentation page.
    #[must_use]
    pub const fn with_documentation(
        self,
        summary: &'static str,
        documentation: &'static str,
    ) -> Self {
        Self {
            summary,
            documentation,
            ..self
        }
    }

    /// The operation with the tokens that it accepts and the clouds that have it.
    #[must_use]
    pub const fn with_access(
        self,
        auth_modes: &'static [AuthMode],
        clouds: &'static [&'static str],
    ) -> Self {
        Self {
            auth_modes,
            clouds,
            ..self
        }
    }

    /// The operation with the request that replaces it.
    #[must_use]
    pub const fn with_successor(self, request: &'static str) -> Self {
        Self {
            superseded_by: Some(request),
            ..self
        }
    }

    /// The operation with these parameters.
    #[must_use]
    pub const fn with_parameters(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// The operation with a response of this form.
    #[must_use]
    pub const fn with_response(self, response: ResponseShape, fields: &'static [Field]) -> Self {
        Self {
            response,
            fields,
            ..self
        }
    }

    /// The operation as a listing of several pages, with the rows of the largest page.
    #[must_use]
    pub const fn with_pages(self, page_size: Option<u64>) -> Self {
        Self {
            pageable: true,
            page_size,
            ..self
        }
    }

    /// The operation with these fields in every group.
    #[must_use]
    pub const fn with_measures(self, measures: &'static [&'static str]) -> Self {
        Self { measures, ..self }
    }

    /// Returns the operation with this [`id`](Self::id).
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    ///
    /// let usage = Operation::find("azure_usage").unwrap();
    /// assert_eq!((usage.method, usage.path), ("GET", "/partner/v1/analytics/usage/azure"));
    /// assert!(Operation::find("AzureUsage").is_none());
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        let mut operations = OPERATIONS.iter().copied();
        operations.find(|operation| operation.id == id)
    }

    /// Returns the operation whose [`path`](Self::path) describes this path; case-insensitive. A
    /// segment in braces matches any text.
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    ///
    /// let customer = Operation::of_path("/v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1");
    /// assert_eq!(customer.unwrap().id, "customer");
    /// assert!(Operation::of_path("/v1/invoices").is_none());
    /// ```
    #[must_use]
    pub fn of_path(path: &str) -> Option<&'static Self> {
        let mut operations = OPERATIONS.iter().copied();
        operations.find(|operation| {
            let mut given = path.split('/');
            let is_same = operation.path.split('/').all(|documented| {
                given
                    .next()
                    .is_some_and(|given| match documented.starts_with('{') {
                        true => !given.is_empty(),
                        false => given.eq_ignore_ascii_case(documented),
                    })
            });
            is_same && given.next().is_none()
        })
    }

    /// Returns the parameter called `name` on the wire; case-insensitive
    /// ([T15](crate::deviations#t15)).
    ///
    /// ```
    /// use partner_center_catalog::{Operation, ParameterKind};
    ///
    /// let top = Operation::find("azure_usage").unwrap().parameter("top").unwrap();
    /// assert_eq!(top.kind, ParameterKind::Integer { minimum: 1, maximum: 10_000 });
    /// ```
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        let mut parameters = self.parameters.iter();
        parameters.find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }

    /// Iterates over the parameters in one part of the request.
    pub fn parameters_in(&self, place: Place) -> impl Iterator<Item = &'static Parameter> {
        let parameters = self.parameters.iter();
        parameters.filter(move |parameter| parameter.place == place)
    }

    /// Returns the field of a row that is called `name`; case-insensitive
    /// ([T31](crate::deviations#t31)).
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Iterates over the fields that `filter` takes.
    pub fn filter_fields(&self) -> impl Iterator<Item = &'static Field> + Clone {
        let fields = self.fields.iter();
        fields.filter(|field| !field.operators.is_empty())
    }

    /// Iterates over the fields that `groupby` takes.
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    ///
    /// let deployment = Operation::find("commercial_licenses_deployment").unwrap();
    /// assert!(deployment.group_fields().any(|field| field.name == "serviceCode"));
    /// assert_eq!(deployment.order_fields().count(), 0, "this report cannot be sorted");
    /// ```
    pub fn group_fields(&self) -> impl Iterator<Item = &'static Field> + Clone {
        self.fields.iter().filter(|field| field.is_groupable)
    }

    /// Iterates over the fields that `orderby` takes.
    pub fn order_fields(&self) -> impl Iterator<Item = &'static Field> + Clone {
        self.fields.iter().filter(|field| field.is_orderable)
    }

    /// Returns whether it accepts the token of an application without a signed-in user.
    #[must_use]
    pub fn accepts_app_only(&self) -> bool {
        self.auth_modes.contains(&AuthMode::AppOnly)
    }

    /// Returns the parameter for the rows of a page.
    #[must_use]
    pub fn page_size_parameter(&self) -> Option<&'static Parameter> {
        let size = self.page_size?;
        let mut parameters = self.parameters_in(Place::Query);
        parameters.find(|parameter| match parameter.kind {
            ParameterKind::Integer { maximum, .. } => u64::try_from(maximum) == Ok(size),
            _ => false,
        })
    }

    /// Returns the rows of a full page that is continued by `skip` where it has no link
    /// ([T9](crate::deviations#t9)); `None` for an operation without `skip`.
    #[must_use]
    pub fn page_size_to_skip(&self) -> Option<u64> {
        self.parameter("skip").and(self.page_size)
    }
}

/// Kind of the access tokens that an operation accepts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AuthMode {
    /// `app-and-user`: tokens that act for a signed-in user.
    AppAndUser,
    /// `app-only`: tokens of an application by itself.
    AppOnly,
}

impl AuthMode {
    /// Name in the spec's `x-auth-modes`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppAndUser => "app-and-user",
            Self::AppOnly => "app-only",
        }
    }
}

impl fmt::Display for AuthMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Form of a successful response.
///
/// ```
/// use partner_center_catalog::{Operation, ResponseShape};
///
/// let shape = |id| Operation::find(id).unwrap().response;
/// assert_eq!(shape("subscriptions"), ResponseShape::Page);
/// assert_eq!(shape("customers"), ResponseShape::Collection);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResponseShape {
    /// An object with rows in `Value`, and `TotalCount`.
    Page,
    /// An object with rows in `items`, and `totalCount`.
    Collection,
    /// An array of rows.
    List,
    /// One row.
    Object,
    /// No body.
    Empty,
}

#[cfg(test)]
mod tests {
    use crate::{OPERATIONS, Operation, Place};

    #[test]
    fn operations_are_found_by_their_id() {
        for operation in OPERATIONS {
            assert_eq!(Operation::find(operation.id), Some(*operation));
        }
        assert_eq!(Operation::find("azure_usage "), None);
    }

    #[test]
    fn operations_are_found_by_their_path() {
        for operation in OPERATIONS {
            assert_eq!(Operation::of_path(operation.path), Some(*operation));
        }
        for path in [
            "",
            "/",
            "v1/customers",
            "/v1/customers/",
            "/v1/customers/1/2",
        ] {
            assert_eq!(Operation::of_path(path), None, "{path}");
        }
    }

    #[test]
    fn every_parameter_of_a_path_is_described() {
        for operation in OPERATIONS {
            let placeholders = operation.path.split('/').filter(|one| one.starts_with('{'));
            let names = operation.parameters_in(Place::Path).map(|one| one.name);
            assert!(
                placeholders
                    .map(|one| one.trim_matches(['{', '}']))
                    .eq(names)
            );
        }
    }

    #[test]
    fn only_pages_with_a_size_are_skipped() {
        let size = |id: &str| Operation::find(id).unwrap().page_size_to_skip();
        assert_eq!(size("azure_usage"), Some(10_000));
        assert_eq!(size("searches"), Some(9_999));
        assert_eq!(size("customers"), None);
        let customers = Operation::find("customers").unwrap();
        assert_eq!(customers.page_size, Some(500));
        assert_eq!(customers.page_size_parameter(), customers.parameter("size"));
    }
}
