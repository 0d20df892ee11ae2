//! Checks of texts without a structure of their own: source code, logs, notes.

mod assignment;
mod call;
mod credential;
mod form;
mod insert;
mod url;
mod wrapped;

pub use credential::Credential;
