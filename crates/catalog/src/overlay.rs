//! Files that lie over an artifact folder: what a test of policies adds to it or puts in a file's place.
//!
//! Never here: what is in the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files by their path in the folder. The default has none.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    files: BTreeMap<PathBuf, Vec<u8>>,
    hides_folder: bool,
}

impl Overlay {
    /// Files that are all there is: nothing is read from the folder itself.
    pub fn alone() -> Self {
        Self {
            hides_folder: true,
            ..Self::default()
        }
    }

    /// Puts a file in its place.
    pub fn insert(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Whether there is such a file.
    pub fn contains(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// Whether the folder itself is not to be read.
    pub(crate) fn hides_folder(&self) -> bool {
        self.hides_folder
    }

    /// A file.
    pub(crate) fn file(&self, path: &Path) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Names in a folder, each with whether it is a folder itself.
    pub(crate) fn names(&self, folder: &Path) -> BTreeMap<String, bool> {
        let inside = self.files.keys().filter_map(|path| path.strip_prefix(folder).ok());
        let names = inside.filter_map(|rest| {
            let mut parts = rest.components();
            let name = parts.next()?.as_os_str().to_str()?.to_owned();
            Some((name, parts.next().is_some()))
        });
        names.collect()
    }
}
