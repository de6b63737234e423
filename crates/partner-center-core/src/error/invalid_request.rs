use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Boxed error of a conversion to the type of a parameter.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Error of a parameter or setting that is invalid; no request was sent.
///
/// [`source`](Error::source) is the error of the conversion, with its type: a
/// [`QueryError`](crate::query::QueryError), an [`OutOfBounds`](crate::OutOfBounds), a
/// [`LocaleError`](crate::LocaleError), a [`TimestampError`](crate::TimestampError), an error of
/// `uuid`, or that of a custom `TryInto`. The message does not repeat it.
///
/// ```
/// use std::error::Error as _;
///
/// use partner_center_core::query::{QueryError, QueryErrorKind};
/// use partner_center_core::Error;
///
/// # let error = Error::InvalidRequest(partner_center_core::InvalidRequest::parameter(
/// #     "filter",
/// #     "status eq".parse::<partner_center_core::query::FilterExpression>().unwrap_err(),
/// # ));
/// let Error::InvalidRequest(invalid) = &error else { panic!() };
/// assert_eq!(invalid.parameter_name(), Some("filter"));
/// let cause: Option<&QueryError> = invalid.source().and_then(|source| source.downcast_ref());
/// assert_eq!(cause.map(QueryError::kind), Some(QueryErrorKind::Syntax));
/// assert_eq!(cause.and_then(QueryError::column), Some(10));
/// ```
#[derive(Clone, Debug)]
pub struct InvalidRequest {
    parameter: Option<&'static str>,
    problem: Cow<'static, str>,
    // Shared, because request builders, which keep the error until they are sent, are `Clone`.
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl InvalidRequest {
    /// Creates the error of a parameter whose value has another format than the parameter. For
    /// generated code.
    #[doc(hidden)]
    pub fn parameter(name: &'static str, source: impl Into<BoxError>) -> Self {
        Self {
            parameter: Some(name),
            problem: Cow::Borrowed("is not valid"),
            source: Some(Arc::from(source.into())),
        }
    }

    /// Creates the error of a parameter whose value is not a GUID. For generated code.
    #[doc(hidden)]
    pub fn guid(name: &'static str, source: impl Into<BoxError>) -> Self {
        Self {
            problem: Cow::Borrowed("is not a GUID such as 25b6edd5-1f53-456b-b48c-c64f60ec2dda"),
            ..Self::parameter(name, source)
        }
    }

    /// Creates the error of a request for another reason than a parameter.
    pub(crate) fn other(problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            parameter: None,
            problem: problem.into(),
            source: None,
        }
    }

    pub(crate) fn caused_by(self, source: impl Into<BoxError>) -> Self {
        Self {
            source: Some(Arc::from(source.into())),
            ..self
        }
    }

    /// Returns the name of the invalid parameter, as that of the setter or argument; `None` if the
    /// problem is not that of one parameter.
    #[must_use]
    pub fn parameter_name(&self) -> Option<&'static str> {
        self.parameter
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("request rejected before it was sent: ")?;
        if let Some(parameter) = self.parameter {
            write!(f, "`{parameter}` ")?;
        }
        f.write_str(&self.problem)
    }
}

impl Error for InvalidRequest {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // Without the `Arc`, so that `downcast_ref` finds the type of the cause.
        let source = self.source.as_deref()?;
        Some(source)
    }
}
