//! Why a token is not accepted, and what the client is told.
//!
//! Reasons and messages are those that APIM was seen to give, which are not those of its page on errors; where it was
//! not seen, the page's reasons stand. Never here: when a token is not accepted.

use crate::block::Section;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use expression::context::LastError;
use expression::text::Text;
use http::StatusCode;

/// Why a token is not accepted, in the words of `context.LastError`, and what the client is told of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub reason: &'static str,
    pub message: String,
    /// What the client is told where the document has no word of its own.
    pub told: &'static str,
}

impl Rejection {
    /// There is none.
    pub fn not_present() -> Self {
        const NOT_PRESENT: &str = "JWT not present.";
        Self {
            reason: "TokenNotPresent",
            message: NOT_PRESENT.to_owned(),
            told: NOT_PRESENT,
        }
    }

    /// It is no token, or one that says what cannot be.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::denied("JwtInvalid", message)
    }

    /// It is not one that is let in. Why is for `context.LastError`: the client is told only that it is so.
    pub fn denied(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            told: "Invalid JWT.",
        }
    }
}

/// The attributes that say what a client is told. Their expressions find in `context.LastError` what is wrong.
pub(crate) struct Refusal {
    policy: &'static str,
    status: Value<StatusCode>,
    message: Option<Value<Text>>,
}

impl Refusal {
    /// Those of this policy's element.
    pub fn read(element: &mut ElementReader<'_, '_>, policy: &'static str) -> Self {
        Self {
            policy,
            status: element.or("failed-validation-httpcode", StatusCode::UNAUTHORIZED),
            message: element.optional("failed-validation-error-message"),
        }
    }

    /// The failure that a rejection is.
    pub fn failure(&self, exchange: &mut Exchange, rejection: Rejection) -> Result<Failure, Failure> {
        let error = LastError {
            source: self.policy.into(),
            reason: rejection.reason.into(),
            message: rejection.message.as_str().into(),
            section: Section::Inbound.name().into(),
            ..LastError::default()
        };
        let before = exchange.last_error.replace(error);
        let failure = self.tell(exchange, rejection);
        exchange.last_error = before;
        failure
    }

    fn tell(&self, exchange: &Exchange, rejection: Rejection) -> Result<Failure, Failure> {
        let Rejection { reason, message, told } = rejection;
        let client_message = match &self.message {
            Some(message) => message.get(exchange)?.to_string(),
            None => told.to_owned(),
        };
        Ok(Failure::refused(
            reason,
            self.status.get(exchange)?,
            message,
            client_message,
        ))
    }
}
