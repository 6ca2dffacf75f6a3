//! Information files, `{"properties": {…}}`: read with positions, and with every secret masked before the text can
//! get into a message.

use crate::codes;
use crate::document::{Content, Value, read_json};
use crate::fields::Fields;
use crate::files::{Files, about, name_of};
use crate::problems::Problems;
use diagnostic::{Diagnostic, Severity, Source, Span};
use std::path::Path;
use std::sync::Arc;

/// An information file that could be read.
pub(crate) struct Information {
    /// Its text, secrets masked.
    pub source: Arc<Source>,
    root: Value,
}

impl Information {
    /// The members of `properties`, or of the file itself where nobody wrapped them.
    pub fn properties<'d>(&'d self, problems: &'d Problems) -> Fields<'d> {
        let file = Fields {
            source: &self.source,
            value: &self.root,
            problems,
        };
        if self
            .root
            .get("properties")
            .is_some_and(|properties| properties.object().is_some())
        {
            return file.object("properties").unwrap_or(file);
        }
        file
    }

    /// The file's outermost value.
    pub fn root(&self) -> &Value {
        &self.root
    }
}

/// Reads the information file of an entity. It must be there and be an object.
pub(crate) fn read(files: &Files<'_>, problems: &Problems, folder: &Path, file_name: &str) -> Option<Information> {
    let path = folder.join(file_name);
    if !files.exists(&path) {
        let message = format!("this folder has no `{file_name}`");
        problems.push(about(Severity::Error, codes::NO_INFORMATION, folder, message));
        return None;
    }
    let information = read_any(files, problems, &path)?;
    if information.root.object().is_none() {
        let message = format!("expected an object here, found {}", information.root.type_name());
        problems.push(Diagnostic::error(
            codes::WRONG_TYPE,
            &information.source,
            information.root.span,
            message,
        ));
        return None;
    }
    Some(information)
}

/// Reads any JSON file; `None` when there is none or it is malformed, which is reported.
pub(crate) fn read_any(files: &Files<'_>, problems: &Problems, path: &Path) -> Option<Information> {
    let text = files.read(path)?;
    match read_json(&text) {
        Ok(document) => {
            let source = Source::new(name_of(path), masked(&text, &secrets(&document.root)));
            for problem in document.duplicates {
                problems.push(Diagnostic::warning(
                    codes::DUPLICATE_KEY,
                    &source,
                    problem.span,
                    problem.message,
                ));
            }
            Some(Information {
                source,
                root: document.root,
            })
        }
        Err(problem) => {
            let hidden = if may_hold_secrets(path) {
                Span::new(0, text.len())
            } else {
                Span::at(0)
            };
            let source = Source::new(name_of(path), masked(&text, &[hidden]));
            problems.push(Diagnostic::error(
                codes::MALFORMED_JSON,
                &source,
                problem.span,
                problem.message,
            ));
            None
        }
    }
}

/// Properties that hold a secret wherever they stand.
const SECRET_PROPERTIES: [&str; 6] = [
    "primaryKey",
    "secondaryKey",
    "password",
    "connectionString",
    "instrumentationKey",
    "parameter",
];

/// Whether a malformed file of this name is better not quoted: nobody can say what in it is a secret.
fn may_hold_secrets(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [
        "namedValue",
        "subscription",
        "backend",
        "logger",
        "cache",
        "certificate",
    ]
    .iter()
    .any(|kind| name.starts_with(kind))
}

/// The places of all secret texts.
fn secrets(root: &Value) -> Vec<Span> {
    let mut found = Vec::new();
    collect_secrets(root, false, &mut found);
    found
}

fn collect_secrets(value: &Value, secret: bool, found: &mut Vec<Span>) {
    match &value.content {
        Content::String(text) if secret && !is_reference(text) => found.push(value.span),
        Content::Array(items) => items.iter().for_each(|item| collect_secrets(item, secret, found)),
        Content::Object(object) => {
            let holds_secret = value.get("secret").is_some_and(Value::is_true);
            for member in object.members() {
                let key = member.key.as_str();
                let own = SECRET_PROPERTIES.contains(&key) || key == "credentials" || (key == "value" && holds_secret);
                collect_secrets(&member.value, secret || own, found);
            }
        }
        _ => {}
    }
}

/// Whether a text is nothing but the name of a named value.
pub(crate) fn is_reference(text: &str) -> bool {
    text.trim()
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .is_some_and(|name| !name.contains(['{', '}']))
}

/// The text with everything but JSON's own signs hidden in the given places, which are in order. Bytes keep their
/// places: the text is as long as before.
pub(crate) fn masked(text: &str, secrets: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut secrets = secrets.iter().peekable();
    for (at, character) in text.char_indices() {
        while secrets.peek().is_some_and(|span| span.end <= at) {
            secrets.next();
        }
        let hidden = secrets.peek().is_some_and(|span| span.start <= at);
        if hidden && !(character.is_ascii_whitespace() || matches!(character, '{' | '}' | '[' | ']' | ':' | ',' | '"'))
        {
            out.extend(std::iter::repeat_n('*', character.len_utf8()));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_in_place() {
        let text = r#"{"a": {"value": "sé\"cret", "secret": true}, "primaryKey": "{{k}}", "secondaryKey": "abc", "value": "v"}"#;
        let document = read_json(text).ok().unwrap();
        assert_eq!(
            masked(text, &secrets(&document.root)),
            r#"{"a": {"value": "****"****", "secret": true}, "primaryKey": "{{k}}", "secondaryKey": "***", "value": "v"}"#
        );
    }
}
