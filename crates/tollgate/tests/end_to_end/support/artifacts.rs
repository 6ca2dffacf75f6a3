//! An artifact folder of one test, written from a table of files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder below the system's folder for temporary files; it is removed with the value.
pub struct Artifacts {
    path: PathBuf,
}

impl Artifacts {
    /// A folder with nothing in it.
    pub fn empty() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tollgate-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    /// A folder with these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self::empty();
        for (file, text) in files {
            folder.write(file, text);
        }
        folder
    }

    /// A folder with the global policy that a new service has, and one open API `name` that takes every method and path
    /// to `service_url`.
    pub fn passing(name: &str, service_url: &str) -> Self {
        let folder = Self::of(&[("policy.xml", GLOBAL_POLICY)]);
        folder.write_api(name, service_url, r#""subscriptionRequired": false"#);
        folder
    }

    /// A copy of the repository's sample, with addresses in it replaced by others.
    pub fn sample(addresses: &[(&str, &str)]) -> Self {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
        let folder = Self::empty();
        folder.copy(&sample, &PathBuf::new(), addresses);
        folder
    }

    fn copy(&self, from: &Path, to: &Path, addresses: &[(&str, &str)]) {
        for entry in std::fs::read_dir(from.join(to)).expect("the sample").flatten() {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                self.copy(from, &to, addresses);
                continue;
            }
            let mut text = std::fs::read_to_string(entry.path()).unwrap();
            for (old, new) in addresses {
                text = text.replace(old, new);
            }
            self.write(to.to_str().unwrap(), &text);
        }
    }

    /// Writes an API for every method and path at the path `name`; `more` are further properties.
    pub fn write_api(&self, name: &str, service_url: &str, more: &str) {
        let information = format!(
            r#"{{"properties": {{"displayName": "{name}", "path": "{name}", "protocols": ["http", "https"], "serviceUrl": "{service_url}", {more}}}}}"#
        );
        self.write(
            &format!("apis/{name}/operations/any/operationInformation.json"),
            ANY_OPERATION,
        );
        self.write(&format!("apis/{name}/apiInformation.json"), &information);
    }

    /// Writes a file, in place, as an editor does that truncates.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }

    /// Writes a token of the gateway's own identity; where it is, for `TOLLGATE_IDENTITY_TOKEN_FILE`.
    pub fn identity_token(&self, token: &str) -> String {
        self.write("token", token);
        self.path.join("token").to_str().unwrap().to_owned()
    }

    /// Replaces a file, as an editor does that renames.
    pub fn replace(&self, file: &str, text: &str) {
        let beside = format!("{file}.new");
        self.write(&beside, text);
        std::fs::rename(self.path.join(beside), self.path.join(file)).unwrap();
    }

    /// Removes a file or a folder with all that is in it.
    pub fn remove(&self, file: &str) {
        let path = self.path.join(file);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.unwrap_or_else(|error| panic!("cannot remove {}: {error}", path.display()));
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the folder is, as an argument.
    pub fn argument(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

impl Drop for Artifacts {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// The global policy of a new service.
pub const GLOBAL_POLICY: &str = "\
<policies>
    <inbound />
    <backend>
        <forward-request />
    </backend>
    <outbound />
    <on-error />
</policies>
";

const ANY_OPERATION: &str = r#"{"properties": {"displayName": "any", "method": "*", "urlTemplate": "/*"}}"#;

/// A policy document: `<base />` in each section, and what the table has for it behind that. What it has for `backend`
/// stands alone, since that section takes one policy.
pub fn document(sections: &[(&str, &str)]) -> String {
    let section = |name: &str| {
        let own = sections.iter().find(|(found, _)| *found == name).map(|(_, own)| *own);
        let base = if name == "backend" && own.is_some() {
            ""
        } else {
            "<base />"
        };
        let own = own.unwrap_or_default();
        format!("    <{name}>\n        {base}{own}\n    </{name}>\n")
    };
    let sections = ["inbound", "backend", "outbound", "on-error"].map(section);
    format!("<policies>\n{}</policies>\n", sections.concat())
}
