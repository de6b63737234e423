//! Function that is called after each response.

use std::{fmt, sync::Arc};

use crate::{builder::EmulatorBuilder, journal::recorded_request::RecordedRequest};

/// Function that is called after each response.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Fn(&RecordedRequest) + Send + Sync>);

impl Observer {
    pub(super) fn call(&self, request: &RecordedRequest) {
        (self.0)(request);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observer")
    }
}

impl EmulatorBuilder {
    /// Sets a function that is called when a response was sent, or when its connection ended
    /// before. Requests of the pages and of the control endpoint are left out. The function must
    /// not block, because other responses wait for it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::mpsc;
    ///
    /// use partner_center_emulator::Emulator;
    ///
    /// let (sender, responses) = mpsc::channel();
    /// let emulator = Emulator::builder()
    ///     .on_response(move |request| {
    ///         let _receiver_gone = sender.send((request.method().to_owned(), request.status()));
    ///     })
    ///     .start()
    ///     .await?;
    /// # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    /// reqwest::get(emulator.url().join("v1/customers")?).await?;
    /// emulator.shutdown().await;
    /// assert_eq!(responses.recv()?, ("GET".to_owned(), Some(401)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_response(
        mut self,
        observe: impl Fn(&RecordedRequest) + Send + Sync + 'static,
    ) -> Self {
        self.control.observer = Some(Observer(Arc::new(observe)));
        self
    }
}
