//! Reading an artifact folder from disk under limits; whatever is odd becomes a problem, never a panic or a hang.
//!
//! Never here: which folders there are.

use crate::codes;
use crate::overlay::Overlay;
use crate::problems::Problems;
use diagnostic::{Diagnostic, Severity, Source, Span};
use std::cell::Cell;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file larger than this is not read.
pub(crate) const MAX_FILE: u64 = 10 * 1024 * 1024;
/// A folder whose files are larger than this together is not read to its end.
const MAX_FOLDER: u64 = 1024 * 1024 * 1024;

/// A file or folder in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its own name.
    pub name: String,
    /// Its whole path.
    pub path: PathBuf,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
}

/// Reads files and lists folders.
pub(crate) struct Files<'l> {
    folder: &'l Path,
    overlay: &'l Overlay,
    problems: &'l Problems,
    read: Cell<u64>,
    /// Bytes that may be read together.
    pub limit: u64,
    /// Whether something could not be read for a reason that may pass without a change of the folder.
    troubled: Cell<bool>,
}

impl<'l> Files<'l> {
    /// A reader that reports to `problems`.
    pub fn new(folder: &'l Path, overlay: &'l Overlay, problems: &'l Problems) -> Self {
        Self {
            folder,
            overlay,
            problems,
            read: Cell::new(0),
            limit: MAX_FOLDER,
            troubled: Cell::new(false),
        }
    }

    /// Bytes that were read so far.
    pub fn total(&self) -> u64 {
        self.read.get()
    }

    /// Counts bytes that were read before and need not be read again; `false` where they do not fit any more.
    pub fn count(&self, bytes: u64) -> bool {
        let total = self.read.get().saturating_add(bytes);
        let fits = total <= self.limit;
        if fits {
            self.read.set(total);
        }
        fits
    }

    /// Whether there was trouble since this was asked last.
    pub fn take_trouble(&self) -> bool {
        self.troubled.take()
    }

    /// Reports what may pass by itself.
    fn trouble(&self, code: &'static str, path: &Path, message: impl Into<String>) {
        self.troubled.set(true);
        self.report(code, path, message);
    }

    /// The entries of a folder by name; none when there is no such folder. Names with a leading dot are left out:
    /// editors, git and Kubernetes keep their own files under such names.
    pub fn list(&self, folder: &Path) -> Vec<Entry> {
        let mut found = self.on_disk(folder);
        let Ok(inside) = folder.strip_prefix(self.folder) else {
            return found;
        };
        for (name, is_folder) in self.overlay.names(inside) {
            if !found.iter().any(|entry| entry.name == name) {
                let path = folder.join(&name);
                found.push(Entry { name, path, is_folder });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Whether there is a file or folder.
    pub fn exists(&self, path: &Path) -> bool {
        let inside = path.strip_prefix(self.folder);
        inside.is_ok_and(|inside| self.overlay.contains(inside) || !self.overlay.names(inside).is_empty())
            || !self.overlay.hides_folder() && (path.exists() || path.is_symlink())
    }

    /// Whether there is a folder.
    pub fn is_folder(&self, path: &Path) -> bool {
        let inside = path.strip_prefix(self.folder);
        inside.is_ok_and(|inside| !self.overlay.names(inside).is_empty())
            || !self.overlay.hides_folder() && path.is_dir()
    }

    fn on_disk(&self, folder: &Path) -> Vec<Entry> {
        if self.overlay.hides_folder() {
            return Vec::new();
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.trouble(
                    codes::UNREADABLE,
                    folder,
                    format!("this folder cannot be read: {error}"),
                );
                return Vec::new();
            }
        };
        entries.filter_map(|entry| self.entry(folder, &entry.ok()?)).collect()
    }

    /// The folders in a folder by name.
    pub fn folders(&self, folder: &Path) -> Vec<Entry> {
        self.list(folder).into_iter().filter(|entry| entry.is_folder).collect()
    }

    fn entry(&self, folder: &Path, entry: &std::fs::DirEntry) -> Option<Entry> {
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            self.report(codes::NOT_UTF8, &path, "this name is not UTF-8");
            return None;
        };
        if name.starts_with('.') {
            return None;
        }
        // What the folder itself tells costs nothing, and tells all but where links lead.
        if let Ok(kind) = entry.file_type()
            && (kind.is_file() || kind.is_dir())
        {
            let is_folder = kind.is_dir();
            return Some(Entry { name, path, is_folder });
        }
        // Follows links: in a Kubernetes ConfigMap every file is one.
        match std::fs::metadata(&path) {
            Ok(metadata) => {
                let is_folder = metadata.is_dir();
                if is_folder && self.contains_itself(folder, &path) {
                    return None;
                }
                Some(Entry { name, path, is_folder })
            }
            Err(error) => {
                self.trouble(codes::UNREADABLE, &path, format!("this cannot be read: {error}"));
                None
            }
        }
    }

    fn contains_itself(&self, folder: &Path, path: &Path) -> bool {
        if !path.is_symlink() {
            return false;
        }
        let (Ok(inside), Ok(target)) = (folder.canonicalize(), path.canonicalize()) else {
            return false;
        };
        let contains = inside.starts_with(target);
        if contains {
            self.report(codes::LINK_LOOP, path, "this link leads to a folder that contains it");
        }
        contains
    }

    /// A file's text without a byte order mark; `None` when there is no such file, or after reporting why it
    /// cannot be read.
    pub fn read(&self, path: &Path) -> Option<String> {
        let bytes = self.bytes(path)?;
        self.decode(path, bytes)
    }

    /// A file's bytes; `None` when there is no such file, or after reporting why it cannot be read.
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let over = path
            .strip_prefix(self.folder)
            .ok()
            .and_then(|inside| self.overlay.file(inside));
        if over.is_some() || self.overlay.hides_folder() {
            return over.map(<[u8]>::to_vec);
        }
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => return None,
            Err(error) => {
                self.trouble(codes::UNREADABLE, path, format!("this file cannot be read: {error}"));
                return None;
            }
        };
        if !metadata.is_file() {
            self.report(codes::UNREADABLE, path, "expected a file here, found something else");
            return None;
        }
        let total = self.read.get().saturating_add(metadata.len());
        if metadata.len() > MAX_FILE || total > self.limit {
            let (what, size, limit) = if metadata.len() > MAX_FILE {
                ("this file", metadata.len(), MAX_FILE)
            } else {
                ("the folder up to this file", total, self.limit)
            };
            // The size of the folder is not this file's alone.
            self.trouble(
                codes::TOO_LARGE,
                path,
                format!("{what} has {size} bytes, the limit is {limit}"),
            );
            return None;
        }
        self.read.set(total);
        match read_up_to(path, MAX_FILE) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.trouble(codes::UNREADABLE, path, format!("this file cannot be read: {error}"));
                None
            }
        }
    }

    fn decode(&self, path: &Path, bytes: Vec<u8>) -> Option<String> {
        decoded(path, bytes).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Reports an error about a file or folder as a whole.
    pub fn report(&self, code: &'static str, path: &Path, message: impl Into<String>) {
        self.problems.push(about(Severity::Error, code, path, message));
    }
}

/// The text of a file that somebody named, without a byte order mark, or why it cannot be read. It may be something else
/// that gives bytes, such as a pipe.
pub fn read_text(path: &Path) -> Result<String, Diagnostic> {
    let failed = |code, message: String| about(Severity::Error, code, path, message);
    let bytes = read_up_to(path, MAX_FILE + 1)
        .map_err(|error| failed(codes::UNREADABLE, format!("this file cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_FILE {
        let message = format!("this file has more than {MAX_FILE} bytes, which is the limit");
        return Err(failed(codes::TOO_LARGE, message));
    }
    decoded(path, bytes)
}

/// Bytes as text without a byte order mark, or where they are none.
fn decoded(path: &Path, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => error,
    };
    let bytes = error.as_bytes();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let problem = about(
            Severity::Error,
            codes::NOT_UTF8,
            path,
            "this file is UTF-16, expected UTF-8",
        );
        return Err(problem.with_help("save it as UTF-8"));
    }
    let at = error.utf8_error().valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or_default();
    // The text up to there is as long as its bytes.
    let source = Source::new(name_of(path), String::from_utf8_lossy(bytes).as_ref());
    let message = format!("this file is not UTF-8: the byte 0x{byte:02X} starts no character");
    Err(Diagnostic::error(codes::NOT_UTF8, &source, Span::at(at), message).with_help("save it as UTF-8"))
}

/// A file's first bytes: it may grow after its size was looked at.
fn read_up_to(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A problem of a file or folder as a whole.
pub(crate) fn about(severity: Severity, code: &'static str, path: &Path, message: impl Into<String>) -> Diagnostic {
    let source = Source::new(name_of(path), "");
    Diagnostic {
        severity,
        ..Diagnostic::error(code, &source, Span::at(0), message)
    }
}

/// A path as messages show it: with `/` on every system.
pub(crate) fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        name.into_owned()
    } else {
        name.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
