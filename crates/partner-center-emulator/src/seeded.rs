//! Credentials that every emulator accepts. They are public: no other service accepts them.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use partner_center_emulator::{Emulator, seeded};
//!
//! let emulator = Emulator::builder().start().await?;
//! assert_eq!(emulator.tenant_id(), seeded::TENANT_ID);
//! assert_eq!(emulator.refresh_token(), seeded::REFRESH_TOKEN);
//! # Ok(())
//! # }
//! ```

pub use crate::identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID};
