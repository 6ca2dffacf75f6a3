//! What the policies that validate messages share: what they do about a fault, and what they say of it.
//!
//! A fault has an entry (`Name`, `Type`, `ValidationRule`, `Details`, `Action`) in the variable that the policy names, a
//! JSON array; one that is prevented refuses the message: 400 `Bad request` on the way in, 502 `Response not allowed` on
//! the way out. `LastError.Message` has the details; the client learns no more than what is its own doing.
//! Never here: what a policy finds fault with.

mod prepared;
mod values;

pub(crate) use prepared::Validated;
pub(crate) use values::{Kind, faults_of, query_pairs};

use crate::block::Section;
use crate::element::{ElementReader, Words};
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use crate::respond::error_response;
use crate::step::Flow;
use catalog::{Contract, Operation};
use expression::json::JToken;
use expression::text::Text;
use expression::value::Value as Object;
use http::StatusCode;
use serde_json::{Value as Json, json};

/// Faults that are told of one message; what a peer sends must not fill the memory.
pub(crate) const MOST_FAULTS: usize = 25;

/// What clients are told of faults that are not theirs.
const NOT_THEIRS: &str = "The request could not be processed due to an internal error. Contact the API owner.";

/// What to do about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// It is none.
    Ignore,
    /// It is told and the message passes.
    Detect,
    /// The message is refused.
    Prevent,
}

/// As documents write it.
pub(crate) const ACTIONS: Words<Action> = &[
    ("ignore", Action::Ignore),
    ("prevent", Action::Prevent),
    ("detect", Action::Detect),
];

/// Something that is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `Name`: the parameter, the content type; may be empty.
    pub name: String,
    /// `Type`
    pub kind: &'static str,
    /// `ValidationRule`; may be empty.
    pub rule: &'static str,
    /// `Details`
    pub details: String,
    /// What a client whose request it is is told; nothing where it is not the client's doing.
    pub public: Option<String>,
}

/// How a policy tells of faults, as its element says.
pub(crate) struct Report {
    /// The message that it validates.
    pub message: Message,
    in_on_error: bool,
    variable: Option<Text>,
}

impl Report {
    /// Reads the attribute that names the variable.
    pub fn read(element: &mut ElementReader<'_, '_>, variable: &'static str) -> Self {
        Self {
            message: element.message(),
            in_on_error: element.compiler.place.section == Some(Section::OnError),
            variable: element.literal(variable),
        }
    }

    /// Does what is to be done about the faults.
    pub fn tell(&self, found: Found, exchange: &mut Exchange) -> Result<Flow, Failure> {
        if found.0.is_empty() {
            return Ok(Flow::Next);
        }
        if let Some(variable) = &self.variable {
            let entries: Vec<Json> = found.0.iter().map(|(fault, action)| entry(fault, *action)).collect();
            let list = JToken::parse_without_dates(&Json::from(entries).to_string().into());
            let list = list.map_err(|error| Failure::internal("ValidationFailed", error.to_string()))?;
            exchange.set_variable(variable, Object::Json(list));
        }
        let mut prevented = found.0.into_iter().filter(|(_, action)| *action == Action::Prevent);
        let Some((fault, _)) = prevented.next() else {
            return Ok(Flow::Next);
        };
        let failure = self.refusal(fault);
        if self.in_on_error {
            // A failure there would give way to the one that led there.
            exchange.response = Some(error_response(&failure, exchange));
            return Ok(Flow::Answer);
        }
        Err(failure)
    }

    fn refusal(&self, fault: Fault) -> Failure {
        let (reason, status) = match self.message {
            Message::Request => ("Bad request", StatusCode::BAD_REQUEST),
            Message::Response => ("Response not allowed", StatusCode::BAD_GATEWAY),
        };
        let public = fault.public.filter(|_| self.message == Message::Request);
        Failure::refused(
            reason,
            status,
            fault.details,
            escaped(public.as_deref().unwrap_or(NOT_THEIRS)),
        )
    }
}

/// The faults found so far, each with what is to be done about it.
#[derive(Default)]
pub(crate) struct Found(Vec<(Fault, Action)>);

impl Found {
    /// Takes a fault in, unless it is none.
    pub fn add(&mut self, fault: Fault, action: Action) {
        let is_full = self.0.len() >= MOST_FAULTS;
        match action {
            Action::Ignore => {}
            // One that refuses the message must not be lost behind those that do not.
            Action::Prevent if is_full && !self.0.iter().any(|(_, action)| *action == Action::Prevent) => {
                self.0.pop();
                self.0.push((fault, action));
            }
            _ if is_full => {}
            _ => self.0.push((fault, action)),
        }
    }

    /// Takes several in.
    pub fn add_all(&mut self, faults: impl IntoIterator<Item = Fault>, action: Action) {
        faults.into_iter().for_each(|fault| self.add(fault, action));
    }
}

fn entry(fault: &Fault, action: Action) -> Json {
    let text = |text: &str| if text.is_empty() { Json::Null } else { Json::from(text) };
    let words = ACTIONS.iter().find(|(_, known)| *known == action);
    json!({
        "Name": text(&fault.name),
        "Type": fault.kind,
        "ValidationRule": text(fault.rule),
        "Details": fault.details,
        "Action": words.map(|(word, _)| *word),
    })
}

/// A text as the inside of a JSON string.
pub(crate) fn escaped(text: &str) -> String {
    let quoted = Json::from(text).to_string();
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

/// What an operation's description says of its messages.
pub(crate) fn contract_of(operation: Option<&Operation>) -> Option<&Contract> {
    operation?.described.as_ref()?.contract().ok()
}

/// The fault of an API that does not say what its messages may hold.
pub(crate) fn no_contract() -> Fault {
    Fault {
        name: String::new(),
        kind: "ApiSchema",
        rule: "",
        details: "API's schema does not exist or it could not be resolved.".to_owned(),
        public: None,
    }
}
