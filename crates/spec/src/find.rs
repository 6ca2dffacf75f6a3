//! Finding specifications in folders, and reading them.
//!
//! Never here: running them.

use crate::block::Problems;
use crate::scenario::Specification;
use crate::{document, markdown, yaml};
use diagnostic::{Diagnostic, Source};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A specification that was read.
pub struct Read {
    /// What it says.
    pub specification: Specification,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the specifications in files and folders, in the order of their names, each once. One that cannot be read has
/// that for its problem; a file or folder that is not there is an error.
pub fn read(paths: &[impl AsRef<Path>]) -> Result<Vec<Read>, String> {
    let mut found = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.is_dir() {
            collect(path, &mut found)?;
        } else {
            let there = std::fs::metadata(path);
            there.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            found.push(path.to_owned());
        }
    }
    found.sort();
    let mut known = BTreeSet::new();
    found.retain(|file| known.insert(whole(file)));
    Ok(found.iter().map(|file| read_file(file)).collect())
}

/// A path from the root on, as far as that can be told.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Folders that nobody writes specifications into.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        // Links are not followed: they may lead in a circle.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            collect(&path, found)?;
        } else if is_specification(&path) && !is_no_file(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether it, or what it is a link to, is there and not a file: a pipe would be waited for.
fn is_no_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// `*.spec.md` and `*.spec.yaml` anywhere, and every document of a folder `specs` but for its `README.md`.
fn is_specification(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let stem = ["md", "yaml", "yml"]
        .iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix('.'));
    // What a repository was checked out as, and what it lies in, says nothing about its files.
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let in_specs = whole
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.join(".git").exists())
        .any(|folder| folder.file_name().is_some_and(|name| name == "specs"));
    stem.is_some_and(|stem| stem.rsplit('.').next() == Some("spec") || in_specs && stem != "readme")
}

fn read_file(path: &Path) -> Read {
    let name = path.display().to_string();
    match catalog::read_text(path) {
        Ok(text) => read_text(&name, &text.replace("\r\n", "\n"), artifact_folder(path).as_deref()),
        Err(problem) => Read {
            specification: Specification {
                source: Source::new(name.as_str(), ""),
                title: name,
                scenarios: Vec::new(),
            },
            diagnostics: vec![problem],
        },
    }
}

/// Reads a document; `folder` is the artifact folder that it stands in.
pub fn read_text(name: &str, text: &str, folder: Option<&Path>) -> Read {
    let source = Source::new(name, text);
    let mut problems = Problems::of(&source);
    let is_yaml = Path::new(name)
        .extension()
        .is_some_and(|end| end == "yaml" || end == "yml");
    let root = if is_yaml {
        yaml::read(text, &mut problems)
    } else {
        markdown::read(text, &mut problems)
    };
    let (specification, diagnostics) = document::specification(&source, &root, folder, problems);
    Read {
        specification,
        diagnostics,
    }
}

/// The artifact folder around a file: the nearest one that holds APIs or a global policy document.
fn artifact_folder(path: &Path) -> Option<PathBuf> {
    let is_one = |folder: &&Path| folder.join("apis").is_dir() || folder.join("policy.xml").is_file();
    // What is above a name alone is here.
    let named = |folder: &Path| {
        if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder.to_owned()
        }
    };
    let around = |path: &Path| path.ancestors().skip(1).find(is_one).map(named);
    // Names stay as they were written wherever that leads to the folder.
    around(path).or_else(|| around(&std::path::absolute(path).ok()?))
}
