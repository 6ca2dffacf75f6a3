//! The project's own specifications, `specs/`: each of them holds, each policy has one, and each attribute occurs.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the workspace fails")]

use std::collections::BTreeSet;
use std::path::Path;

/// Policies without a specification so far. What is built and stands neither here nor in `specs/` fails the test: write
/// `specs/policies/<name>.md`.
const NOT_YET: [&str; 9] = [
    "azure-openai-emit-token-metric",
    "azure-openai-semantic-cache-lookup",
    "azure-openai-semantic-cache-store",
    "azure-openai-token-limit",
    "llm-content-safety",
    "llm-emit-token-metric",
    "llm-semantic-cache-lookup",
    "llm-semantic-cache-store",
    "llm-token-limit",
];

#[test]
fn the_specifications_of_the_sample_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
    let report = spec::test(&spec::read(&[folder]).unwrap(), |_, _| true);
    assert!(report.results().count() > 1);
    assert!(report.passed(), "{}", spec::report::text(&report, false));
}

#[test]
fn the_specifications_of_the_project_hold_and_each_policy_has_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    let specifications = spec::read(&[folder]).unwrap();
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

/// How policies ask for their attributes and children.
const ASKING: [&str; 11] = [
    "required",
    "optional",
    "or",
    "literal",
    "word",
    "required_word",
    "required_literal",
    "required_literal_word",
    "literal_word",
    "children",
    "at_most_one",
];

/// Spellings that are taken with a warning, because APIM's own documentation once had them.
const MISSPELT: [&str; 1] = ["size-limit-exceeded-action"];

#[test]
fn each_attribute_and_child_of_a_policy_occurs_in_a_specification() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut specified = String::new();
    for file in files(&root.join("specs")) {
        specified.push_str(&std::fs::read_to_string(file).unwrap_or_default());
    }
    let mut missing = BTreeSet::new();
    for file in files(&root.join("crates/policy/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        if text.contains("ElementReader") {
            for name in asked(text).into_iter().filter(|name| !MISSPELT.contains(name)) {
                let written = [format!(" {name}="), format!("<{name}>"), format!("<{name} ")];
                if !written.iter().any(|written| specified.contains(written)) {
                    missing.insert(format!("{name} ({})", file.file_name().unwrap().display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no document in specs/ has {missing:#?}");
}

/// The names that a policy's source asks its element for.
fn asked(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for call in ASKING {
        for (at, _) in text.match_indices(&format!(".{call}")) {
            let rest = &text[at + 1 + call.len()..];
            let rest = match rest.strip_prefix("::<") {
                Some(typed) => typed.split_once(">(").map_or("", |(_, rest)| rest),
                None => rest.strip_prefix('(').unwrap_or_default(),
            };
            let name = rest
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next());
            names.extend(name.filter(|name| !name.is_empty()));
        }
    }
    names
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
