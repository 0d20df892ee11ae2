//! What a document is for: one pass over the root's keys, then the name.

use crate::model::{NodeId, Role, Tree};

/// The role of a parsed document whose name tells `by_name`.
pub fn role(tree: &Tree<'_>, by_name: &Role) -> Role {
    let by_content = tree.root().filter(|_| *by_name != Role::LockFile).and_then(|root| {
        if tree.is_sequence(root) {
            return is_playbook(tree, root).then_some(Role::Ansible);
        }
        let keys = Keys::read(tree, root);
        resource(tree, &keys).or_else(|| by_shape(tree, &keys))
    });
    by_content.unwrap_or_else(|| by_name.clone())
}

/// The role of a document that does not parse: a resource by its outermost lines, else what the name tells.
pub fn role_of_lines(text: &str, by_name: &Role) -> Role {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let value = line.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        Some(value.to_owned())
    };
    match (value("apiVersion"), value("kind")) {
        (Some(_), Some(kind)) if kind == "CustomResourceDefinition" => Role::Schema,
        (Some(api_version), Some(kind)) => Role::Resource { api_version, kind, name: String::new() },
        _ => by_name.clone(),
    }
}

/// The root's keys that tell roles apart, found in one pass.
#[derive(Default)]
struct Keys {
    api_version: Option<NodeId>,
    kind: Option<NodeId>,
    metadata: Option<NodeId>,
    services: Option<NodeId>,
    jobs: Option<NodeId>,
    steps: Option<NodeId>,
    stages: Option<NodeId>,
    runs: Option<NodeId>,
    auths: Option<NodeId>,
    schema: Option<NodeId>,
    properties: Option<NodeId>,
    resources: Option<NodeId>,
    script: Option<NodeId>,
    /// The first mapping under the root whose role-telling keys are looked at (a GitLab job, a `.dockercfg` registry).
    first_mapping: Option<(NodeId, NodeId)>,
    seen: u32,
}

/// Keys of which only the presence counts; their bit in [`Keys::seen`] is their place here.
const MARKS: [&str; 18] = [
    "on",
    "true",
    "workflows",
    "orbs",
    "executors",
    "trigger",
    "pool",
    "pr",
    "clusters",
    "users",
    "contexts",
    "openapi",
    "swagger",
    "lockfileVersion",
    "terraform_version",
    "serial",
    "patches",
    "before_script",
];

impl Keys {
    fn read(tree: &Tree<'_>, root: NodeId) -> Self {
        let mut keys = Self::default();
        for (key, value) in tree.entries(root) {
            let Some(name) = tree.str(key) else { continue };
            if let Some(place) = keys.slot(name) {
                *place = Some(value);
            } else if let Some(at) = MARKS.iter().position(|mark| *mark == name) {
                keys.seen |= 1 << at;
            } else if keys.first_mapping.is_none() && tree.is_mapping(value) {
                keys.first_mapping = Some((key, value));
            }
        }
        keys
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<NodeId>> {
        Some(match name {
            "apiVersion" => &mut self.api_version,
            "kind" => &mut self.kind,
            "metadata" => &mut self.metadata,
            "services" => &mut self.services,
            "jobs" => &mut self.jobs,
            "steps" => &mut self.steps,
            "stages" => &mut self.stages,
            "runs" => &mut self.runs,
            "auths" => &mut self.auths,
            "$schema" => &mut self.schema,
            "properties" | "definitions" | "$defs" => &mut self.properties,
            "resources" => &mut self.resources,
            "script" => &mut self.script,
            _ => return None,
        })
    }

    fn has(&self, mark: &str) -> bool {
        MARKS.iter().position(|m| *m == mark).is_some_and(|at| self.seen & (1 << at) != 0)
    }

    fn has_any(&self, marks: &[&str]) -> bool {
        marks.iter().any(|mark| self.has(mark))
    }
}

/// A Kubernetes resource, or one of the files of that shape.
fn resource(tree: &Tree<'_>, keys: &Keys) -> Option<Role> {
    let text = |node: Option<NodeId>| node.and_then(|node| tree.str(node)).unwrap_or_default();
    let (api_version, kind) = (text(keys.api_version), text(keys.kind));
    let config = kind == "Config" && keys.has_any(&["clusters", "users", "contexts"]);
    if config || (keys.has("clusters") && keys.has("users") && keys.has("contexts")) {
        return Some(Role::Kubeconfig);
    }
    if kind.is_empty() || !kind.starts_with(|c: char| c.is_ascii_uppercase() || c == '{') {
        return None;
    }
    match kind {
        "Kustomization" | "Component" if api_version.starts_with("kustomize.config.k8s.io/") => {
            return Some(Role::Kustomization);
        }
        "Kustomization" if api_version.is_empty() => return Some(Role::Kustomization),
        "CustomResourceDefinition" => return Some(Role::Schema),
        _ if api_version.is_empty() && keys.metadata.is_none() => return None,
        _ => {}
    }
    let name = keys.metadata.and_then(|metadata| tree.str_at(metadata, &["name"])).unwrap_or_default();
    Some(Role::Resource { api_version: api_version.to_owned(), kind: kind.to_owned(), name: name.to_owned() })
}

/// The roles that the root's shape tells.
fn by_shape(tree: &Tree<'_>, keys: &Keys) -> Option<Role> {
    if keys.auths.is_some_and(|auths| tree.is_mapping(auths)) || is_dockercfg(tree, keys) {
        return Some(Role::DockerConfig);
    }
    if keys.has("lockfileVersion") {
        return Some(Role::LockFile);
    }
    if keys.has("terraform_version") && (keys.resources.is_some() || keys.has("serial")) {
        return Some(Role::TerraformState);
    }
    if keys.has_any(&["openapi", "swagger"]) || is_schema(tree, keys) {
        return Some(Role::Schema);
    }
    if keys.services.is_some_and(|services| is_compose(tree, services)) {
        return Some(Role::Compose);
    }
    ci(tree, keys)
}

fn ci(tree: &Tree<'_>, keys: &Keys) -> Option<Role> {
    let jobs = keys.jobs.is_some_and(|jobs| tree.is_mapping(jobs));
    if (jobs && keys.has_any(&["on", "true"])) || keys.runs.is_some_and(|runs| tree.get(runs, "using").is_some()) {
        return Some(Role::GithubActions);
    }
    if keys.has_any(&["workflows", "orbs", "executors"]) && (jobs || keys.has("orbs")) {
        return Some(Role::CircleCi);
    }
    let pipeline = keys.steps.is_some() || keys.jobs.is_some() || keys.stages.is_some();
    let work = [keys.steps, keys.jobs, keys.stages]
        .into_iter()
        .flatten()
        .any(|node| tree.items(node).next().is_some_and(|item| tree.is_mapping(item)));
    if pipeline && work && keys.has_any(&["trigger", "pool", "pr"]) {
        return Some(Role::AzurePipelines);
    }
    let job = keys.first_mapping.is_some_and(|(_, job)| tree.get(job, "script").is_some());
    let stages = keys.stages.is_some_and(|stages| tree.is_sequence(stages)) || keys.has("before_script");
    (job && stages).then_some(Role::GitlabCi)
}

/// Whether a service has an image or is built.
fn is_compose(tree: &Tree<'_>, services: NodeId) -> bool {
    tree.entries(services)
        .take(50)
        .any(|(_, service)| tree.entries(service).any(|(key, _)| matches!(tree.str(key), Some("image" | "build"))))
}

/// The old form of a registry configuration: registries at the root, each with `auth`.
fn is_dockercfg(tree: &Tree<'_>, keys: &Keys) -> bool {
    keys.first_mapping.is_some_and(|(key, registry)| {
        tree.str(key).is_some_and(|key| key.contains('.')) && tree.get(registry, "auth").is_some()
    })
}

/// Declared by `$schema`, or with properties that are described by their type.
fn is_schema(tree: &Tree<'_>, keys: &Keys) -> bool {
    let described = |property| ["type", "$ref"].iter().any(|key| tree.get(property, key).is_some());
    keys.schema.and_then(|schema| tree.str(schema)).is_some_and(|uri| uri.contains("json-schema.org"))
        || keys
            .properties
            .is_some_and(|properties| tree.entries(properties).take(3).any(|(_, property)| described(property)))
}

/// A list of plays: each has hosts, and tasks, roles or variables.
fn is_playbook(tree: &Tree<'_>, root: NodeId) -> bool {
    tree.items(root).take(5).any(|play| {
        tree.get(play, "hosts").is_some()
            && ["tasks", "roles", "vars", "vars_files"].iter().any(|key| tree.get(play, key).is_some())
    })
}

#[cfg(test)]
pub(in crate::document) mod tests {
    use serde_yaml::Value;

    use super::*;
    use crate::document::recognise::role_by_name;
    use crate::model::{Kind, Place, Span, Style};

    /// A tree of the right shape without real spans: recognition does not look at them.
    #[allow(clippy::unwrap_used)]
    pub fn tree_of(yaml: &str) -> Tree<'static> {
        let mut tree = Tree::new("");
        add(&mut tree, &serde_yaml::from_str(yaml).unwrap());
        tree
    }

    fn add(tree: &mut Tree<'static>, value: &Value) -> NodeId {
        let kind = match value {
            Value::Mapping(_) => Kind::Mapping,
            Value::Sequence(_) => Kind::Sequence,
            _ => Kind::Scalar,
        };
        let id = tree.push(kind, Style::Literal, Span::default());
        let children: Vec<&Value> = match value {
            Value::Mapping(map) => map.iter().flat_map(|(key, value)| [key, value]).collect(),
            Value::Sequence(items) => items.iter().collect(),
            Value::String(text) => {
                tree.set_value(id, text.as_str().into());
                Vec::new()
            }
            _ => Vec::new(),
        };
        let mut before = None;
        for child in children {
            let child = add(tree, child);
            match before {
                None => tree.set_first_child(id, child),
                Some(before) => tree.set_next(before, child),
            }
            before = Some(child);
        }
        id
    }

    fn of(path: &str, yaml: &str) -> Role {
        role(&tree_of(yaml), &role_by_name(&Place { path: path.to_owned(), ..Place::default() }))
    }

    #[test]
    fn content_tells_the_role() {
        for (yaml, expected) in [
            ("services: {web: {image: x}}", Role::Compose),
            ("on: push\njobs: {a: {steps: []}}", Role::GithubActions),
            ("runs: {using: composite}", Role::GithubActions),
            ("stages: [a]\nbuild: {script: [x]}", Role::GitlabCi),
            ("version: 2.1\norbs: {a: b}\njobs: {}", Role::CircleCi),
            ("trigger: [main]\nsteps: [{script: x}]", Role::AzurePipelines),
            ("auths: {r.io: {auth: x}}", Role::DockerConfig),
            ("r.io: {auth: x}", Role::DockerConfig),
            ("kind: Config\napiVersion: v1\nusers: []", Role::Kubeconfig),
            ("kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1", Role::Kustomization),
            ("kind: CustomResourceDefinition\napiVersion: a/v1\nmetadata: {name: x}", Role::Schema),
            ("openapi: 3.0.0\npaths: {}", Role::Schema),
            ("type: object\nproperties: {password: {type: string}}", Role::Schema),
            ("lockfileVersion: 3", Role::LockFile),
            ("- hosts: all\n  tasks: []", Role::Ansible),
            ("terraform_version: '1'\nserial: 1\nresources: []", Role::TerraformState),
            ("a: b", Role::Other),
            ("kind: truck\nwheels: 4", Role::Other),
        ] {
            assert_eq!(of("a.yaml", yaml), expected, "{yaml}");
        }
    }

    #[test]
    fn a_resource_knows_its_kind_and_name() {
        let role = of("x.yml", "data: {}\nkind: Secret\nmetadata: {name: n}\napiVersion: v1");
        assert_eq!(role, Role::Resource { api_version: "v1".into(), kind: "Secret".into(), name: "n".into() });
    }

    #[test]
    fn a_broken_resource_is_known_by_its_outermost_lines() {
        let role = role_of_lines("kind: \"Secret\" # c\napiVersion: v1\nmetadata:\n  kind: x\n: :", &Role::Other);
        assert_eq!(role, Role::Resource { api_version: "v1".into(), kind: "Secret".into(), name: String::new() });
        assert_eq!(role_of_lines("a: b", &Role::HelmValues), Role::HelmValues);
    }

    #[test]
    fn names_tell_where_content_does_not() {
        for (path, expected) in [
            ("chart/values.yaml", Role::HelmValues),
            ("env/values-prod.yml", Role::HelmValues),
            ("docker-compose.override.yml", Role::Compose),
            (".github/workflows/ci.yml", Role::GithubActions),
            ("a/.circleci/config.yml", Role::CircleCi),
            ("deploy/kustomization.yaml", Role::Kustomization),
            ("group_vars/all.yml", Role::Ansible),
            ("roles/db/tasks/main.yml", Role::Ansible),
            ("home/.kube/config", Role::Kubeconfig),
            ("package-lock.json", Role::LockFile),
            ("evaluation.yaml", Role::Other),
        ] {
            assert_eq!(of(path, "a: b"), expected, "{path}");
        }
    }
}
