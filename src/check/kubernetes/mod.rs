//! Checks of Kubernetes resources.

mod command;
mod config_map;
mod env;
mod field;
mod kustomize;
mod secret_data;
mod secret_lines;

pub use command::Command;
pub use config_map::ConfigMap;
pub use env::Env;
pub use field::Field;
pub use kustomize::Kustomize;
pub use secret_data::SecretData;
