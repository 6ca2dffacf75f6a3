//! Named values: the text that `{{name}}` stands for, from the folder, the environment, a mounted file or a vault.

use super::{Loader, layout};
use crate::NamedValue;
use crate::codes;
use crate::environment::Environment;
use crate::fields::{Fields, Text};
use crate::problems::Problems;
use crate::vault::SecretReference;
use diagnostic::{Diagnostic, Severity, Source};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Characters that APIM takes of a value.
const LONGEST_OF_APIM: usize = 4096;

/// Environment variables of this prefix hold the values of secrets.
const VARIABLE_PREFIX: &str = "TOLLGATE_NAMED_VALUE_";
/// This environment variable names the folder in which each secret is a file.
const FOLDER_VARIABLE: &str = "TOLLGATE_NAMED_VALUES_DIR";

/// All named values, and what is said of those without a value once it is known which of them are used.
#[derive(Default)]
pub(crate) struct NamedValues {
    all: BTreeMap<String, NamedValue>,
    without_value: BTreeMap<String, Diagnostic>,
    used: RefCell<BTreeSet<String>>,
    /// Those without a value here that have one where the folder is served.
    elsewhere: BTreeSet<String>,
    /// Display names by the names of folders.
    by_folder: BTreeMap<String, String>,
}

/// Why a text cannot be had with its named values replaced.
pub(crate) enum Missing {
    /// One of them is not there or has no value: what to say of it.
    Value(String),
    /// One of them has a value only where the folder is served.
    Elsewhere,
}

impl NamedValues {
    /// The value that `{{name}}` stands for.
    pub fn value_of(&self, name: &str) -> Option<&str> {
        let value = self.all.get(name)?;
        if self.without_value.contains_key(name) {
            self.used.borrow_mut().insert(name.to_owned());
        }
        Some(&value.value)
    }

    /// A text with its named values replaced, where not having one does no harm yet. Azure names those that it makes for
    /// credentials by their ids, too, which are the names of their folders.
    pub fn expand(&self, text: &str) -> Result<String, Missing> {
        let display = |name: &str| match self.by_folder.get(name) {
            Some(display) if !self.all.contains_key(name) => display.clone(),
            _ => name.to_owned(),
        };
        let (expanded, unknown) = Source::expanded("", text, |name| {
            let name = display(name);
            let value = self.all.get(&name)?;
            (!self.without_value.contains_key(&name)).then_some(value.value.as_str())
        });
        let Some((name, _)) = unknown.first() else {
            return Ok(expanded.text().to_string());
        };
        let name = display(name);
        if self.elsewhere.contains(&name) {
            return Err(Missing::Elsewhere);
        }
        Err(Missing::Value(if self.all.contains_key(&name) {
            format!(
                "the named value \"{name}\" has no value: set the environment variable {}",
                variable(&name)
            )
        } else {
            format!("there is no named value \"{name}\"")
        }))
    }

    /// Takes the values that are in vaults; where no vault is asked, `{{name}}` stands for itself.
    fn ask_vaults(&mut self, names: Vec<(String, SecretReference)>, environment: &dyn Environment) {
        let (names, references): (Vec<String>, Vec<SecretReference>) = names.into_iter().unzip();
        let asked = environment.secrets(&references);
        let mut answers = asked.into_iter().flatten();
        for (name, reference) in names.into_iter().zip(references) {
            let answer = answers.next();
            let (Some(value), Some(problem)) = (self.all.get_mut(&name), self.without_value.get_mut(&name)) else {
                continue;
            };
            match answer {
                Some(Ok(secret)) => {
                    value.value = secret.value;
                    self.without_value.remove(&name);
                }
                Some(Err(why)) => {
                    problem.code = codes::VAULT_SECRET;
                    problem.message = format!("the named value \"{name}\" cannot be read from {reference}: {why}");
                }
                None => {
                    problem.code = codes::VAULT_SECRET;
                    problem.message = format!("the named value \"{name}\" is in {reference}, which only `serve` asks");
                    self.elsewhere.insert(name);
                }
            }
        }
    }

    /// Whether all of them have values.
    pub fn are_whole(&self) -> bool {
        self.without_value.is_empty()
    }

    /// All of them by name.
    pub fn all(&self) -> BTreeMap<String, NamedValue> {
        self.all.clone()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The named values, after reporting those without a value: errors where something uses them, else warnings.
    /// Extracts name the credentials of loggers that no policy uses.
    pub fn finished(self, problems: &Problems) -> BTreeMap<String, NamedValue> {
        let used = self.used.into_inner();
        for (name, problem) in self.without_value {
            let severity = if used.contains(&name) && !self.elsewhere.contains(&name) {
                Severity::Error
            } else {
                Severity::Warning
            };
            problems.push(Diagnostic { severity, ..problem });
        }
        self.all
    }
}

/// Reads all named values.
pub(crate) fn load(loader: &Loader<'_>, environment: &dyn Environment) -> NamedValues {
    let mut named_values = NamedValues::default();
    let mut in_vault = Vec::new();
    for entry in layout::entities(loader, layout::NAMED_VALUES) {
        let Some(information) = loader.information(&entry.path, "namedValueInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let Some(name) = fields.required("displayName") else {
            continue;
        };
        check_name(fields, name);
        let folder = entry.name.clone();
        named_values.by_folder.insert(folder, name.value.to_owned());
        let secret = fields.boolean("secret").unwrap_or(false) || fields.object("keyVault").is_some();
        let value = written_value(fields, name, secret).or_else(|| outside_value(name.value, environment));
        if value.is_none() {
            let problem = no_value(fields, name, environment);
            if !environment.is_deployment() {
                named_values.elsewhere.insert(name.value.to_owned());
            }
            named_values.without_value.insert(name.value.to_owned(), problem);
            in_vault.extend(SecretReference::of(fields).map(|reference| (name.value.to_owned(), reference)));
        }
        // What has no value stands for itself: the policies around it are checked as if it had a fitting one.
        let named_value = NamedValue {
            value: value.unwrap_or_else(|| format!("{{{{{}}}}}", name.value)),
            secret,
        };
        if named_values.all.insert(name.value.to_owned(), named_value).is_some() {
            let message = format!("there is another named value with the display name \"{}\"", name.value);
            fields.report(codes::DUPLICATE_NAMED_VALUE, name.span, message);
        }
    }
    named_values.ask_vaults(in_vault, environment);
    for (name, value) in environment.named_values() {
        named_values.without_value.remove(&name);
        let secret = named_values.all.get(&name).is_some_and(|known| known.secret);
        named_values.all.insert(name, NamedValue { value, secret });
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

/// The value in the information file.
fn written_value(fields: Fields<'_>, name: Text<'_>, secret: bool) -> Option<String> {
    let written = fields
        .string("value")
        .filter(|written| !is_placeholder(written.value))?;
    if secret {
        let message = format!("the secret \"{}\" stands in a plain file", name.value);
        let problem = Diagnostic::warning(codes::SECRET_IN_FILE, fields.source, written.span, message);
        let help = format!(
            "remove `value` and set the environment variable {}",
            variable(name.value)
        );
        fields.problems.push(problem.with_help(help));
    }
    let length = written.value.chars().count();
    if length > LONGEST_OF_APIM {
        let message = format!("`value` has {length} characters, APIM takes at most {LONGEST_OF_APIM}");
        fields.warn(codes::LONG_NAMED_VALUE, written.span, message);
    }
    Some(written.value.to_owned())
}

/// The value in the environment or in a mounted file.
fn outside_value(name: &str, environment: &dyn Environment) -> Option<String> {
    environment.variable(&variable(name)).or_else(|| {
        let text = environment.read(&mounted_file(name, environment)?).ok()?;
        Some(without_line_end(text))
    })
}

fn mounted_file(name: &str, environment: &dyn Environment) -> Option<PathBuf> {
    environment
        .variable(FOLDER_VARIABLE)
        .map(|folder| Path::new(&folder).join(name))
}

fn no_value(fields: Fields<'_>, name: Text<'_>, environment: &dyn Environment) -> Diagnostic {
    let file = match mounted_file(name.value, environment) {
        Some(file) => format!("the file `{}`", file.display()),
        None => format!("a file `{}` in the folder that {FOLDER_VARIABLE} names", name.value),
    };
    let message = if environment.is_deployment() {
        format!("the named value \"{}\" has no value", name.value)
    } else {
        format!(
            "the named value \"{}\" has no value here, which `serve` needs",
            name.value
        )
    };
    let problem = fields.error(codes::NO_NAMED_VALUE, name.span, message);
    problem.with_help(format!(
        "set the environment variable {}, or write it to {file}",
        variable(name.value)
    ))
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

#[cfg(test)]
mod tests {
    use crate::load::tests::{Given, load_files};

    #[test]
    fn a_value_is_no_longer_than_apim_takes() {
        let said = |length: usize| {
            let file = format!(
                r#"{{"properties": {{"displayName": "n", "value": "{}"}}}}"#,
                "é".repeat(length)
            );
            let named_value = ("named values/n/namedValueInformation.json", file.as_str());
            load_files(&[("policy.xml", "<policies/>"), named_value], &Given::default()).1
        };
        assert_eq!(said(4096), "");
        let expected = "warning TG1106: `value` has 4097 characters, APIM takes at most 4096";
        assert!(said(4097).contains(expected));
    }
}
