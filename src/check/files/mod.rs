//! Checks of files that belong to no platform.

mod configuration;
mod docker_config;
mod helm_values;
pub mod key_store;
mod kubeconfig;
mod shell_script;

pub use configuration::Configuration;
pub use docker_config::DockerConfig;
pub use helm_values::HelmValues;
pub use kubeconfig::Kubeconfig;
pub use shell_script::ShellScript;
