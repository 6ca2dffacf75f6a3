//! Finding specifications in folders, and reading them.
//!
//! Never here: running them.

use crate::block::Problems;
use crate::scenario::Specification;
use crate::{document, markdown, yaml};
use diagnostic::{Diagnostic, Source};
use std::path::{Path, PathBuf};

/// A specification that was read.
pub struct Read {
    /// What it says.
    pub specification: Specification,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the specifications in a file or folder, in the order of their names.
pub fn read(path: &Path) -> Result<Vec<Read>, String> {
    let mut found = Vec::new();
    if path.is_dir() {
        collect(path, &mut found)?;
    } else {
        found.push(path.to_owned());
    }
    found.sort();
    found.iter().map(|file| read_file(file)).collect()
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
        } else if is_specification(&path) {
            found.push(path);
        }
    }
    Ok(())
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
    let in_specs = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.join(".git").exists())
        .any(|folder| folder.file_name().is_some_and(|name| name == "specs"));
    stem.is_some_and(|stem| stem.rsplit('.').next() == Some("spec") || in_specs && stem != "readme")
}

fn read_file(path: &Path) -> Result<Read, String> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    Ok(read_text(
        &name,
        &text.replace("\r\n", "\n"),
        artifact_folder(path).as_deref(),
    ))
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
    path.ancestors().skip(1).find(is_one).map(Path::to_owned)
}
