//! Checks of files that belong to no platform.

mod cloud_init;
mod configuration;
mod docker_config;
mod helm_values;
pub mod key_store;
mod kubeconfig;
mod shell_script;
mod terraform_state;

pub use cloud_init::CloudInit;
pub use configuration::{Configuration, is_translation};
pub use docker_config::DockerConfig;
pub use helm_values::HelmValues;
pub use kubeconfig::Kubeconfig;
pub use shell_script::ShellScript;
pub use terraform_state::TerraformState;
