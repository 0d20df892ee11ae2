//! What a document is for, as far as its content (first) or its name (second) tells.

/// The part a document plays. Checks choose by it which documents they look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// A Kubernetes resource, or a file of the same shape (`kubectl config`, kustomization, kind `List`): it has
    /// `kind` and `apiVersion` (or a `kind` that is known to come without).
    Resource {
        /// `apiVersion`, or empty.
        api_version: String,
        /// `kind`.
        kind: String,
        /// `metadata.name`, or empty.
        name: String,
    },
    /// `values.yaml` of a Helm chart, or a file named like one.
    HelmValues,
    /// A Compose file.
    Compose,
    /// A GitHub Actions workflow or action.
    GithubActions,
    /// `.gitlab-ci.yml` or a file of its shape.
    GitlabCi,
    /// CircleCI's configuration.
    CircleCi,
    /// An Azure Pipelines file.
    AzurePipelines,
    /// A pipeline of another CI service: Bitbucket, Drone, Woodpecker, Travis, Buildkite.
    Pipeline,
    /// A kustomization without `kind`, or with it.
    Kustomization,
    /// A kubeconfig.
    Kubeconfig,
    /// `.docker/config.json` or `.dockercfg`.
    DockerConfig,
    /// A JSON Schema, OpenAPI document or CRD schema: its properties are names, not values.
    Schema,
    /// A lock file or another generated list of versions and digests.
    LockFile,
    /// An Ansible playbook, inventory or variables file.
    Ansible,
    /// A Terraform state file.
    TerraformState,
    /// A shell script; its body is text.
    ShellScript,
    /// Nothing special: a configuration file or any other text.
    #[default]
    Other,
}

impl Role {
    /// The resource's kind, or the empty string.
    pub fn kind(&self) -> &str {
        match self {
            Role::Resource { kind, .. } => kind,
            _ => "",
        }
    }
}
