//! Bodies against schemas, and what is said of them.

use crate::exchange::Message;
use crate::validation::{Fault, MOST_FAULTS};
use schema::{Schema, Use, position};
use xsd::{Part, Schemas};

/// The words for the bodies of one of the two messages.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// `Type`
    kind: &'static str,
    /// "request" or "response".
    message: &'static str,
}

impl Words {
    pub fn of(message: Message) -> Self {
        match message {
            Message::Request => Self {
                kind: "RequestBody",
                message: "request",
            },
            Message::Response => Self {
                kind: "ResponseBody",
                message: "response",
            },
        }
    }

    pub fn too_large(self, size: u64, limit: u64) -> Fault {
        let whose = if self.message == "request" {
            "Request"
        } else {
            "Response"
        };
        let is = format!("{whose}'s body is {size} bytes long and it exceeds the");
        Fault {
            name: String::new(),
            kind: self.kind,
            rule: "SizeLimit",
            details: format!("{is} configured limit of {limit} bytes."),
            public: Some(format!("{is} limit of {limit} bytes.")),
        }
    }

    pub fn unspecified(self, content_type: &str) -> Fault {
        let details = format!("Unspecified content type {content_type} is not allowed.");
        Fault {
            name: content_type.to_owned(),
            kind: self.kind,
            rule: "Unspecified",
            public: Some(details.clone()),
            details,
        }
    }

    /// The fault of a body of which nobody can say whether it conforms.
    pub fn unreadable(self, content_type: &str, why: &str) -> Fault {
        let message = self.message;
        Fault {
            name: String::new(),
            kind: self.kind,
            rule: "ValidationException",
            details: format!("Body of the {message} cannot be validated for the content type {content_type}. {why}"),
            public: None,
        }
    }

    /// What is wrong with a body.
    pub fn faults(self, schema: &Schema, used: Use, content_type: &str, text: &str) -> Vec<Fault> {
        let document = match serde_json::from_str(text) {
            Ok(document) => document,
            Err(error) => return vec![self.unreadable(content_type, &format!("It is no JSON: {error}."))],
        };
        let name = schema.name();
        match schema.faults(used, &document, MOST_FAULTS) {
            Err(problem) => vec![self.unreadable(
                content_type,
                &format!("The definition {name} cannot be used: {problem}"),
            )],
            Ok(found) => {
                let fault = |found: schema::Fault| {
                    let place = position(text, &found.place, used.ignores_case);
                    self.nonconforming(name, content_type, &found.message, place)
                };
                found.into_iter().map(fault).collect()
            }
        }
    }

    /// What is wrong with a body by an XML schema.
    pub fn xml_faults(self, name: &str, schemas: &Schemas, part: Part, content_type: &str, text: &str) -> Vec<Fault> {
        match schemas.validate(text, part, MOST_FAULTS) {
            Err(why) => vec![self.unreadable(content_type, &why)],
            Ok(found) => {
                let fault = |found: xsd::Fault| {
                    self.nonconforming(name, content_type, &found.message, (found.line, found.position))
                };
                found.into_iter().map(fault).collect()
            }
        }
    }

    fn nonconforming(self, name: &str, content_type: &str, error: &str, (line, at): (usize, usize)) -> Fault {
        let message = self.message;
        let details = format!(
            "Body of the {message} does not conform to the definition {name}, which is associated with the content type \
             {content_type}. {error} Line: {line}, Position: {at}"
        );
        Fault {
            name: content_type.to_owned(),
            kind: self.kind,
            rule: "IncorrectMessage",
            public: Some(details.clone()),
            details,
        }
    }
}
