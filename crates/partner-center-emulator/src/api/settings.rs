//! Settings of the API: strictness, and the byte-order mark.

use crate::builder::EmulatorBuilder;

/// Settings of the API, set by the builder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiSettings {
    /// `true` if calls that the documentation does not allow are rejected.
    pub(crate) strict: bool,
    /// `true` if responses begin with a byte-order mark where the service sends one.
    pub(crate) byte_order_mark: bool,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            strict: true,
            byte_order_mark: true,
        }
    }
}

impl EmulatorBuilder {
    /// Sets whether calls that the documentation does not allow are rejected. Default: `true`.
    ///
    /// With `false`, the emulator accepts what the [list](crate#strictness) in the
    /// documentation of the crate names, such as a slash at the end of a path.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::{Emulator, TokenOptions};
    ///
    /// for (strict, status) in [(true, 404), (false, 200)] {
    ///     let emulator = Emulator::builder().strict(strict).start().await?;
    ///     let url = emulator.url().join("v1/customers/?api-version=v1")?;
    ///     let token = emulator.mint_token(TokenOptions::new());
    ///     # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    ///     let response = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
    ///     assert_eq!(response.status(), status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.api.strict = strict;
        self
    }

    /// Sets whether responses begin with a UTF-8 byte-order mark where the service sends one
    /// ([T1](partner_center_catalog::deviations#t1)). Default: `true`.
    ///
    /// Many JSON parsers reject the mark: Python's `requests` and Prism are examples.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::{Emulator, TokenOptions};
    ///
    /// let emulator = Emulator::builder().byte_order_mark(false).start().await?;
    /// let url = emulator.url().join("v1/customers")?;
    /// let token = emulator.mint_token(TokenOptions::new());
    /// # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    /// let response = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
    /// assert!(response.bytes().await?.starts_with(b"{"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn byte_order_mark(mut self, send: bool) -> Self {
        self.api.byte_order_mark = send;
        self
    }
}
