//! The operations of a gRPC API: the methods of the services that the `.proto` files in its folder declare.
//!
//! A gRPC call is a POST to `/package.Service/Method`. Only what makes up these names is read: messages, options and
//! imports are passed over. Never here: encodings of messages.

use crate::codes;
use crate::files::{Files, name_of};
use crate::problems::Problems;
use crate::specification::Described;
use diagnostic::{Diagnostic, Source, Span};
use std::path::Path;
use std::sync::Arc;

/// The operations that the API in `folder` has by its files; none where there are no files.
pub(crate) fn read(files: &Files<'_>, problems: &Problems, folder: &Path) -> Vec<Described> {
    let is_proto = |name: &str| {
        Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "proto")
    };
    let entries = files.list(folder).into_iter();
    let mut operations = Vec::new();
    for entry in entries.filter(|entry| !entry.is_folder && is_proto(&entry.name)) {
        let Some(text) = files.read(&entry.path) else { continue };
        let source = Source::new(name_of(&entry.path), text);
        match methods(source.text()) {
            Ok(found) => operations.extend(found.into_iter().map(|method| method.described(&source))),
            Err(at) => {
                let message =
                    "expected a .proto file here: `package`, `service` and `rpc` with their names and brackets";
                problems.push(Diagnostic::error(
                    codes::BAD_SPECIFICATION,
                    &source,
                    Span::at(at),
                    message,
                ));
            }
        }
    }
    operations
}

/// A method of a service.
#[derive(Debug, PartialEq)]
struct Method {
    /// With its package.
    service: String,
    name: String,
    at: usize,
}

impl Method {
    fn described(self, source: &Arc<Source>) -> Described {
        Described {
            id: format!("{}-{}", self.service, self.name),
            url_template: format!("/{}/{}", self.service, self.name),
            name: self.name,
            method: "POST".to_owned(),
            responses: Vec::new(),
            place: None,
            policy: None,
            source: Arc::clone(source),
            span: Span::at(self.at),
        }
    }
}

/// The methods of a file; where it is malformed otherwise.
fn methods(text: &str) -> Result<Vec<Method>, usize> {
    let mut words = Words { text, at: 0 };
    let (mut package, mut found) = ("", Vec::new());
    while let Some((at, word)) = words.next()? {
        match word {
            "package" => {
                package = words.name(at)?;
                words.skip_statement(at)?;
            }
            "service" => {
                let name = words.name(at)?;
                let service = if package.is_empty() {
                    name.to_owned()
                } else {
                    format!("{package}.{name}")
                };
                words.expect("{", at)?;
                words.service(&service, at, &mut found)?;
            }
            ";" => {}
            _ => words.skip_statement(at)?,
        }
    }
    Ok(found)
}

/// The words of a file: names (dots included), texts, and single signs.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    fn next(&mut self) -> Result<Option<(usize, &'t str)>, usize> {
        self.pass_over_space()?;
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let length = match first {
            '"' | '\'' => text_length(rest, first).ok_or(start)?,
            _ if is_of_name(first) => rest.find(|sign| !is_of_name(sign)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        self.at += length;
        Ok(rest.get(..length).map(|word| (start, word)))
    }

    /// White space and comments.
    fn pass_over_space(&mut self) -> Result<(), usize> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let trimmed = rest.trim_start();
            let start = self.at + rest.len() - trimmed.len();
            let length = if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                comment.find("*/").ok_or(start)? + 4
            } else {
                self.at = start;
                return Ok(());
            };
            self.at = start + length;
        }
    }

    fn name(&mut self, behind: usize) -> Result<&'t str, usize> {
        match self.next()? {
            Some((_, word)) if word.starts_with(is_of_name) => Ok(word),
            Some((at, _)) => Err(at),
            None => Err(behind),
        }
    }

    fn expect(&mut self, expected: &str, behind: usize) -> Result<(), usize> {
        match self.next()? {
            Some((_, word)) if word == expected => Ok(()),
            found => Err(found.map_or(behind, |(at, _)| at)),
        }
    }

    /// To the end of a statement: its `;`, or the bracket that closes its block.
    fn skip_statement(&mut self, begun: usize) -> Result<(), usize> {
        let mut depth = 0_u32;
        while let Some((at, word)) = self.next()? {
            match word {
                ";" if depth == 0 => return Ok(()),
                "{" => depth += 1,
                "}" => {
                    depth = depth.checked_sub(1).ok_or(at)?;
                    // What an option is set to may be a block, behind which its `;` still comes.
                    if depth == 0
                        && !self
                            .text
                            .get(self.at..)
                            .unwrap_or_default()
                            .trim_start()
                            .starts_with(';')
                    {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(begun)
    }

    /// The methods of a service whose bracket has been opened.
    fn service(&mut self, service: &str, begun: usize, found: &mut Vec<Method>) -> Result<(), usize> {
        while let Some((at, word)) = self.next()? {
            match word {
                "}" => return Ok(()),
                ";" => {}
                "rpc" => {
                    let name = self.name(at)?.to_owned();
                    found.push(Method {
                        service: service.to_owned(),
                        name,
                        at,
                    });
                    self.skip_statement(at)?;
                }
                _ => self.skip_statement(at)?,
            }
        }
        Err(begun)
    }
}

fn is_of_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '.')
}

/// The length of a text with its quotes, in which a backslash takes the next sign's meaning.
fn text_length(rest: &str, quote: char) -> Option<usize> {
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => {
                signs.next();
            }
            '\n' => return None,
            _ if sign == quote => return Some(at + quote.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::methods;
    use proptest::prelude::*;

    fn names(text: &str) -> String {
        match methods(text) {
            Ok(found) => {
                let names = found
                    .iter()
                    .map(|method| format!("/{}/{}", method.service, method.name));
                names.collect::<Vec<_>>().join(" ")
            }
            Err(at) => format!("malformed at {at}"),
        }
    }

    #[test]
    fn methods_are_those_of_services() {
        for (text, expected) in [
            ("", ""),
            (
                r#"syntax = "proto3"; package a.b; // service X {
                   import "google/protobuf/empty.proto";
                   option java_package = "}{"; option (x) = { service: "Y" };
                   message Hello { string name = 1; message rpc { int32 a = 1; } oneof q { int32 z = 2; } }
                   enum E { option allow_alias = true; A = 0; }
                   /* service Y { rpc Z(A) returns (B); } */
                   service Greeter {
                     option deprecated = true;
                     rpc SayHello (Hello) returns (Hello);
                     rpc Chat (stream Hello) returns (stream .a.b.Hello) { option (google.api.http) = { get: "/v1" }; }
                     rpc Last(Hello) returns(Hello) {};
                   }
                   service Other { rpc Do(Hello) returns (Hello) {} }"#,
                "/a.b.Greeter/SayHello /a.b.Greeter/Chat /a.b.Greeter/Last /a.b.Other/Do",
            ),
            ("service S { rpc M(A) returns (B); }", "/S/M"),
            ("service S {", "malformed at 0"),
            ("service { }", "malformed at 8"),
            ("message M { } }", "malformed at 14"),
            ("package a; /* x", "malformed at 11"),
            ("import 'x", "malformed at 7"),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_to_an_end(text in "[a-z{}();/*'\"\\\\ \n]{0,80}") {
            let _ = methods(&text);
        }
    }
}
