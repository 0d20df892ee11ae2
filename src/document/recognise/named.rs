//! What a file's name and folders tell of what it is for.

use super::extension;
use crate::model::{Place, Role};

/// The role that the name alone tells; [`Role::Other`] if it tells nothing.
pub fn role_by_name(place: &Place) -> Role {
    let name = place.file_name();
    if is_lock_file(name) {
        return Role::LockFile;
    }
    let (stem, extension) = (name.split('.').next().unwrap_or_default(), extension(name));
    let nested = !place.name.is_empty();
    let is_yaml = matches!(extension, "yaml" | "yml");
    // A nested text has no folder: the file's does not say what the text is.
    let below = |folder: &str| !nested && (place.path.starts_with(folder) || has_folder(&place.path, folder));
    match extension {
        "tfstate" => return Role::TerraformState,
        "json" if name.ends_with(".schema.json") || name.contains("openapi") || name.contains("swagger") => {
            return Role::Schema;
        }
        "json" if name == "config.json" && below(".docker/") => return Role::DockerConfig,
        _ if matches!(name, ".dockercfg" | ".dockerconfigjson") => return Role::DockerConfig,
        _ if matches!(name, "kubeconfig" | "kubeconfig.yaml") || (name == "config" && below(".kube/")) => {
            return Role::Kubeconfig;
        }
        // `values: |` of a HelmRelease or an Argo CD Application.
        _ if nested && matches!(name, "values" | "valuesContent") => return Role::HelmValues,
        _ if !is_yaml => return Role::Other,
        _ => {}
    }
    if below(".github/workflows/") || matches!(name, "action.yml" | "action.yaml") {
        Role::GithubActions
    } else if name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml") {
        Role::GitlabCi
    } else if below(".circleci/") {
        Role::CircleCi
    } else if stem.starts_with("azure-pipelines") || below(".azure-pipelines/") {
        Role::AzurePipelines
    } else if is_pipeline_name(name) || below(".buildkite/") || below(".woodpecker/") || below(".semaphore/") {
        Role::Pipeline
    } else if stem == "kustomization" {
        Role::Kustomization
    } else if stem.starts_with("docker-compose") || stem == "compose" || stem.starts_with("compose-") {
        Role::Compose
    } else if is_values_name(name) {
        Role::HelmValues
    } else if ["group_vars/", "host_vars/", "playbooks/"].into_iter().any(below) || is_in_ansible_role(place) {
        Role::Ansible
    } else {
        Role::Other
    }
}

/// Pipelines of services that have one file for it.
fn is_pipeline_name(name: &str) -> bool {
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml").trim_start_matches('.');
    matches!(
        stem,
        "bitbucket-pipelines"
            | "drone"
            | "woodpecker"
            | "travis"
            | "buildkite"
            | "cirrus"
            | "appveyor"
            | "codefresh"
            | "cloudbuild"
            | "buildspec"
    )
}

/// `roles/NAME/tasks/main.yml` and the folders beside `tasks`.
fn is_in_ansible_role(place: &Place) -> bool {
    let in_role = place.name.is_empty() && (place.path.starts_with("roles/") || has_folder(&place.path, "roles/"));
    in_role && ["tasks/", "defaults/", "vars/", "handlers/"].iter().any(|folder| has_folder(&place.path, folder))
}

fn has_folder(path: &str, folder: &str) -> bool {
    memchr::memchr_iter(b'/', path.as_bytes()).any(|at| path[at + 1..].starts_with(folder))
}

/// `values.yaml`, `values-prod.yaml`, `values.dev.yaml`, `prod-values.yaml`, `values_x.yml`.
fn is_values_name(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let behind = stem.strip_prefix("values");
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
        || ["-values", "_values", ".values"].iter().any(|end| stem.ends_with(end))
}

/// Lists of versions and digests that tools write. From the package managers' documentation.
fn is_lock_file(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "deno.lock",
        "Cargo.lock",
        "go.sum",
        "go.work.sum",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile.lock",
        "Chart.lock",
        "requirements.lock",
        "composer.lock",
        "Gemfile.lock",
        "mix.lock",
        "pubspec.lock",
        "Podfile.lock",
        "flake.lock",
        "packages.lock.json",
        "gradle.lockfile",
        ".terraform.lock.hcl",
        "jsonnetfile.lock.json",
        "conan.lock",
    ];
    NAMES.contains(&name)
}
