//! Checks of texts without a structure of their own: source code, logs, notes.

mod assignment;
mod call;
mod credential;
mod url;

pub use credential::Credential;
