//! What a folder that is loaded again is read of, and what of it is remembered.

use super::tests::{Given, brief};
use super::{Loader, load_again};
use crate::memory::{Changed, Memory};
use crate::overlay::Overlay;
use crate::problems::Problems;
use std::collections::BTreeMap;
use std::sync::Arc;

const PLAIN: &str =
    r#"{"properties": {"displayName": "A", "path": "PATH", "type": "graphql", "serviceUrl": "http://a.test"}}"#;

/// A folder with the APIs `a` and `b`.
fn two_apis() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let path = folder.path().join("apis").join(name);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("apiInformation.json"), PLAIN.replace("PATH", name)).unwrap();
    }
    folder
}

fn changed(paths: &[&str]) -> Changed {
    Changed::Paths(paths.iter().map(Into::into).collect())
}

#[test]
fn what_could_not_be_read_is_tried_again() {
    let folder = two_apis();
    let elsewhere = folder.path().join("elsewhere.xml");
    std::os::unix::fs::symlink(&elsewhere, folder.path().join("apis/a/policy.xml")).unwrap();
    let mut memory = Memory::default();
    let load = |memory: &mut Memory, changed: &Changed| {
        let (catalog, problems) = load_again(folder.path(), &Given::default(), memory, changed);
        let shared = catalog.apis.iter().map(|api| (api.id.clone(), api.clone()));
        (shared.collect::<BTreeMap<_, _>>(), brief(folder.path(), &problems))
    };
    let (first, problems) = load(&mut memory, &Changed::Anything);
    assert!(problems.contains("policy.xml:1:1 error TG1001: this"), "{problems}");
    std::fs::write(&elsewhere, "<policies />").unwrap();
    let (second, problems) = load(&mut memory, &changed(&["elsewhere.xml"]));
    assert!(!problems.contains("policy.xml"), "{problems}");
    assert!(second["a"].policy.is_some());
    assert!(Arc::ptr_eq(&first["b"], &second["b"]), "the other API is remembered");
}

#[test]
fn what_is_remembered_counts_for_the_size_of_the_folder() {
    let folder = two_apis();
    let load = |memory: &mut Memory, changed: &Changed, limit| {
        let (overlay, problems) = (Overlay::default(), Problems::default());
        let mut loader = Loader::new(folder.path(), &overlay, &problems);
        loader.files.limit = limit;
        let catalog = loader.catalog(&Given::default(), memory, changed);
        let apis: Vec<_> = catalog.apis.iter().map(|api| api.id.clone()).collect();
        (apis.join(" "), brief(folder.path(), &problems.into_sorted()))
    };
    let each = PLAIN.len() as u64 - 3;
    let mut memory = Memory::default();
    assert_eq!(
        load(&mut memory, &Changed::Anything, 2 * each),
        ("a b".into(), String::new())
    );
    let policy = folder.path().join("apis/a/policy.xml");
    std::fs::write(&policy, "<policies />").unwrap();
    let at_once = load(&mut Memory::default(), &Changed::Anything, 2 * each);
    assert!(at_once.1.contains("the folder up to this file has"), "{}", at_once.1);
    assert_eq!(load(&mut memory, &changed(&["apis/a"]), 2 * each), at_once);
    std::fs::remove_file(&policy).unwrap();
    let again = load(&mut memory, &changed(&["apis/a"]), 2 * each);
    assert_eq!(again, ("a b".into(), String::new()));
}
