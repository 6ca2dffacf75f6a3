//! Named values: the text that `{{name}}` stands for, from the folder, the environment or a mounted file.

use super::{Loader, layout};
use crate::NamedValue;
use crate::codes;
use crate::environment::Environment;
use crate::fields::{Fields, Text};
use crate::information::Information;
use diagnostic::Diagnostic;
use std::collections::BTreeMap;
use std::path::Path;

/// Environment variables of this prefix hold the values of secrets.
const VARIABLE_PREFIX: &str = "TOLLGATE_NAMED_VALUE_";
/// This environment variable names the folder in which each secret is a file.
const FOLDER_VARIABLE: &str = "TOLLGATE_NAMED_VALUES_DIR";

/// All named values by display name.
pub(crate) fn load(loader: &Loader<'_>, environment: &dyn Environment) -> BTreeMap<String, NamedValue> {
    let mut named_values = BTreeMap::new();
    for entry in layout::entities(loader, layout::NAMED_VALUES) {
        let Some(information) = loader.information(&entry.path, "namedValueInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let Some(name) = fields.required("displayName") else {
            continue;
        };
        check_name(fields, name);
        let secret = fields.boolean("secret").unwrap_or(false) || fields.object("keyVault").is_some();
        let value = value(&information, fields, name, secret, environment).unwrap_or_default();
        if named_values
            .insert(name.value.to_owned(), NamedValue { value, secret })
            .is_some()
        {
            let message = format!("there is another named value with the display name \"{}\"", name.value);
            fields.report(codes::DUPLICATE_NAMED_VALUE, name.span, message);
        }
    }
    named_values
}

fn check_name(fields: Fields<'_>, name: Text<'_>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if name.value.is_empty() || name.value.len() > 256 || !name.value.chars().all(allowed) {
        let message = format!(
            "`displayName` must be 1 to 256 letters, digits, `-`, `.` and `_`, found \"{}\"; no `{{{{…}}}}` can name it",
            name.value
        );
        fields.report(codes::BAD_VALUE, name.span, message);
    }
}

fn value(
    information: &Information,
    fields: Fields<'_>,
    name: Text<'_>,
    secret: bool,
    environment: &dyn Environment,
) -> Option<String> {
    if let Some(written) = fields.string("value").filter(|written| !is_placeholder(written.value)) {
        if secret {
            let problem = Diagnostic::warning(
                codes::SECRET_IN_FILE,
                &information.source,
                written.span,
                format!("the secret \"{}\" stands in a plain file", name.value),
            );
            fields.problems.push(problem.with_help(format!(
                "remove `value` and set the environment variable {}",
                variable(name.value)
            )));
        }
        return Some(written.value.to_owned());
    }
    let variable = variable(name.value);
    if let Some(value) = environment.variable(&variable) {
        return Some(value);
    }
    let folder = environment.variable(FOLDER_VARIABLE);
    let file = folder.as_ref().map(|folder| Path::new(folder).join(name.value));
    if let Some(text) = file.as_ref().and_then(|file| environment.read(file).ok()) {
        return Some(without_line_end(text));
    }
    let file = match file {
        Some(file) => format!("the file `{}`", file.display()),
        None => format!("a file `{}` in the folder that {FOLDER_VARIABLE} names", name.value),
    };
    let message = format!("the named value \"{}\" has no value", name.value);
    let problem = fields.error(codes::NO_NAMED_VALUE, name.span, message);
    fields.problems.push(problem.with_help(format!(
        "set the environment variable {variable}, or write it to {file}"
    )));
    None
}

/// What extractors write in place of a secret.
fn is_placeholder(value: &str) -> bool {
    value == "*** REDACTED ***" || (value.starts_with("{#") && value.ends_with("#}"))
}

fn variable(name: &str) -> String {
    let upper = name.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    VARIABLE_PREFIX.chars().chain(upper).collect()
}

fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
