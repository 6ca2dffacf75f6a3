//! The shape of the code, checked: which crate may know which, how large a file may be, what each file must say.

#![expect(clippy::expect_used, reason = "a test that cannot read the workspace fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may depend on whom. A new arrow is a decision: it is made here, and in ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("xml", &[]),
    ("xsd", &["xml"]),
    ("xslt", &["xml"]),
    ("expression", &["diagnostic", "xml"]),
    ("schema", &["expression"]),
    ("graphql", &[]),
    ("catalog", &["diagnostic", "schema", "xml", "xsd"]),
    ("store", &[]),
    ("shared", &["store"]),
    ("tds", &[]),
    ("jose", &[]),
    ("liquid", &["diagnostic", "expression", "xml"]),
    (
        "policy",
        &[
            "catalog",
            "diagnostic",
            "expression",
            "graphql",
            "jose",
            "liquid",
            "schema",
            "store",
            "xml",
            "xsd",
            "xslt",
        ],
    ),
    ("mcp", &[]),
    (
        "gateway",
        &["catalog", "diagnostic", "expression", "mcp", "policy", "store", "tds"],
    ),
    (
        "spec",
        &["catalog", "diagnostic", "expression", "gateway", "policy", "store"],
    ),
    ("peers", &[]),
    (
        "tollgate",
        &[
            "catalog",
            "diagnostic",
            "expression",
            "gateway",
            "policy",
            "shared",
            "spec",
            "store",
        ],
    ),
];

/// No file is longer than this, tests included.
const LONGEST_FILE: usize = 800;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace folder")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target" && name != "fuzz") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_rust_files() -> Vec<(String, String)> {
    let workspace = workspace();
    let mut found = Vec::new();
    rust_files(&workspace.join("crates"), &mut found);
    found.sort();
    let named = |path: &PathBuf| {
        path.strip_prefix(&workspace)
            .expect("a path inside")
            .display()
            .to_string()
    };
    found
        .iter()
        .map(|path| (named(path), fs::read_to_string(path).expect("a source file")))
        .collect()
}

/// The workspace crates named in a manifest's `[dependencies]` (tests may use more).
fn dependencies(manifest: &str, names: &[String]) -> Vec<String> {
    let section = manifest
        .split("\n[")
        .find(|section| section.starts_with("dependencies]"))
        .unwrap_or_default();
    let mentioned = section
        .lines()
        .filter_map(|line| line.split(['=', '.']).next())
        .map(|name| name.trim().to_owned());
    mentioned.filter(|name| names.contains(name)).collect()
}

#[test]
fn crates_know_only_what_stands_below_them() {
    let mut manifests = BTreeMap::new();
    for entry in fs::read_dir(workspace().join("crates"))
        .expect("the crates folder")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        manifests.insert(
            name,
            fs::read_to_string(entry.path().join("Cargo.toml")).expect("a manifest"),
        );
    }
    let names: Vec<String> = manifests.keys().cloned().collect();
    for (name, manifest) in &manifests {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} is not in ARROWS"));
        for dependency in dependencies(manifest, &names) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not know {dependency}: draw the arrow in ARROWS and say why, or do without"
            );
        }
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    for (name, text) in all_rust_files() {
        let lines = text.lines().count();
        let excused = LONGER.iter().any(|(longer, _)| *longer == name);
        assert!(
            lines <= LONGEST_FILE || excused,
            "{name} has {lines} lines; split it by idea, or list it under LONGER with a reason"
        );
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (name, text) in all_rust_files() {
        assert!(
            text.starts_with("//!"),
            "{name} must open with `//!`: what it is, and what it is not"
        );
    }
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    for (name, _) in all_rust_files() {
        let stem = Path::new(&name)
            .file_stem()
            .expect("a file name")
            .to_string_lossy()
            .into_owned();
        let empty = ["util", "utils", "common", "helpers", "helper", "misc", "manager", "mod"];
        assert!(
            !empty.contains(&stem.as_str()),
            "{name}: name the file after the idea it holds"
        );
    }
}
