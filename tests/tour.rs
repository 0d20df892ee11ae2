//! The README's first command: what it says of the small application under `testdata/tour`.

use std::collections::BTreeMap;

use crate::program::{findings, report, root};

#[test]
fn the_tour_shows_what_is_wrong_and_nothing_else() {
    let (report, code) = report(&["scan", "testdata/tour"], root());
    assert_eq!(code, 1);
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for finding in findings(&report) {
        let path = finding["path"].as_str().unwrap_or_default().to_owned();
        found.entry(path).or_default().push(finding["line"].as_u64().unwrap_or(0));
    }
    let expected = [
        (".env", vec![3]),
        (".github/workflows/deploy.yml", vec![8]),
        ("Dockerfile", vec![5, 10, 13]),
        ("chart/templates/secret.yaml", vec![7]),
        ("chart/values.yaml", vec![11]),
        ("compose.yaml", vec![12]),
        ("deploy/base/configmap.yaml", vec![11]),
        ("deploy/base/deployment.yaml", vec![25, 36]),
        ("deploy/base/kustomization.yaml", vec![10]),
        ("deploy/base/secret.yaml", vec![8, 19]),
    ];
    let expected: BTreeMap<String, Vec<u64>> = expected.into_iter().map(|(p, l)| (p.to_owned(), l)).collect();
    assert_eq!(found, expected);
}
