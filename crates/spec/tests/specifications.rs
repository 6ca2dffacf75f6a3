//! The project's own specifications, `specs/`: each of them holds, and each policy has one.

use std::collections::BTreeSet;
use std::path::Path;

/// Policies without a specification so far. What is built and stands neither here nor in `specs/` fails the test: write
/// `specs/policies/<name>.md`.
const NOT_YET: [&str; 12] = [
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
    "publish-event",
    "set-graphql-resolver",
    "sql-data-source",
];

#[test]
fn the_specifications_of_the_sample_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
    let report = spec::test(&spec::read(&folder).unwrap(), |_, _| true);
    assert!(report.results().count() > 1);
    assert!(report.passed(), "{}", spec::report::text(&report, false));
}

#[test]
fn the_specifications_of_the_project_hold_and_each_policy_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    let specifications = spec::read(&folder).unwrap();
    let report = spec::test(&specifications, |_, _| true);
    assert!(report.passed(), "{}", spec::report::text(&report, false));
    let ran: BTreeSet<&str> = report.seen.iter().map(|spot| spot.name.as_str()).collect();
    let unspecified: Vec<&str> = policy::names()
        .filter(|name| !ran.contains(name) && !NOT_YET.contains(name))
        .collect();
    assert!(unspecified.is_empty(), "no scenario in specs/ runs {unspecified:?}");
    let specified: Vec<_> = NOT_YET.into_iter().filter(|name| ran.contains(name)).collect();
    assert!(
        specified.is_empty(),
        "{specified:?} have specifications now: take them off the list"
    );
}
