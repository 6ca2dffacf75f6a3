//! The project's own specifications, `specs/`: each of them holds.

use std::path::Path;

#[test]
fn the_specifications_of_the_project_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    let specifications = spec::read(&folder).unwrap();
    assert!(!specifications.is_empty());
    let report = spec::test(&specifications, |_, _| true);
    assert!(report.passed(), "{}", spec::report::text(&report, false));
}
