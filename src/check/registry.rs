//! The table of structural checks: one line a check. A pair goes to the first check that claims it, so that what knows
//! more about a document stands before what knows less.

use super::{Check, ci, docker, files, kubernetes, text};

/// All structural checks.
pub static CHECKS: &[&dyn Check] = &[
    &docker::AddUrl,
    &docker::ArgDefault,
    &docker::ArgName,
    &docker::BuildContext,
    &docker::Command,
    &docker::CopySecret,
    &docker::Env,
    &docker::Label,
    &docker::Run,
    &kubernetes::Command,
    &kubernetes::SecretData,
    &kubernetes::Kustomize,
    &kubernetes::ConfigMap,
    &kubernetes::Env,
    &kubernetes::Field,
    &ci::Compose,
    &ci::Pipeline,
    &files::ShellScript,
    &files::CloudInit,
    &files::TerraformState,
    &files::Kubeconfig,
    &files::DockerConfig,
    &files::HelmValues,
    &files::Configuration,
    &text::Credential,
];
