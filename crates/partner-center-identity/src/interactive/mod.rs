//! Interactive credentials: sign-in in the browser of this machine, or with a code on another
//! device.

mod authorization_code;
mod authorization_code_flow;
mod credential;
mod device_code;
mod device_code_flow;
mod loopback;

pub use authorization_code::{AuthorizationCodeCredential, AuthorizationCodeCredentialBuilder};
pub use device_code::{DeviceCodeCredential, DeviceCodeCredentialBuilder, DeviceCodePrompt};
