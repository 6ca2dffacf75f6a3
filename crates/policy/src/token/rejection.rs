//! Why a token is not accepted, and what the client is told.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use expression::text::Text;
use http::StatusCode;

/// Why a token is not accepted, in the words of `context.LastError`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub reason: &'static str,
    pub message: String,
}

impl Rejection {
    /// There is none.
    pub fn not_present() -> Self {
        Self {
            reason: "TokenNotPresent",
            message: "JWT not present.".to_owned(),
        }
    }

    /// It is no token, or one that says what cannot be.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            reason: "JwtInvalid",
            message: message.into(),
        }
    }

    /// It is a token, and not one that is let in.
    pub fn denied(reason: &'static str, what: impl AsRef<str>) -> Self {
        Self {
            reason,
            message: format!("{} Access denied.", what.as_ref()),
        }
    }
}

/// The attributes that say what a client is told.
pub(crate) struct Refusal {
    status: Value<StatusCode>,
    message: Option<Value<Text>>,
}

impl Refusal {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        Self {
            status: element.or("failed-validation-httpcode", StatusCode::UNAUTHORIZED),
            message: element.optional("failed-validation-error-message"),
        }
    }

    /// The failure that a rejection is. Without a message of the document the client is told the reason.
    pub fn failure(&self, exchange: &Exchange, rejection: Rejection) -> Result<Failure, Failure> {
        let Rejection { reason, message } = rejection;
        let client_message = match &self.message {
            Some(message) => message.get(exchange)?.to_string(),
            None => escaped(&message),
        };
        Ok(Failure::refused(
            reason,
            self.status.get(exchange)?,
            message,
            client_message,
        ))
    }
}

/// As it stands in a JSON string. A reason may hold what the client has sent.
fn escaped(message: &str) -> String {
    let quoted = serde_json::Value::from(message).to_string();
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}
