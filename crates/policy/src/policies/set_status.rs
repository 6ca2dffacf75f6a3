//! `set-status` gives the response a status code and, if the author wants another than the standard one, a reason.
//!
//! Before there is a response, in inbound, one comes into being.

use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::reason;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::StatusCode;

pub(crate) const SET_STATUS: Policy = Policy::new("set-status", parse);

struct SetStatus {
    status: Status,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let status = Status::read(element)?;
    now(SetStatus { status })
}

impl Step for SetStatus {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let change = self.status.evaluate(exchange)?;
        change.apply(exchange.response_mut());
        Ok(Flow::Next)
    }
}

/// A `set-status` element, wherever it stands.
pub(crate) struct Status {
    code: Value<StatusCode>,
    reason: Option<Value<Reason>>,
}

impl Status {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let code = element.required("code");
        let reason = element.optional("reason");
        Some(Self { code: code?, reason })
    }

    pub fn evaluate(&self, exchange: &Exchange) -> Result<StatusChange, Failure> {
        let reason = self.reason.as_ref().map(|reason| reason.get(exchange)).transpose()?;
        Ok(StatusChange {
            code: self.code.get(exchange)?,
            reason,
        })
    }
}

/// A [`Status`] with its values for one exchange.
pub(crate) struct StatusChange {
    code: StatusCode,
    reason: Option<Reason>,
}

impl StatusChange {
    pub fn apply(self, response: &mut ResponseMessage) {
        response.status = self.code;
        let standard = reason::standard(self.code);
        let reason = self.reason.map(|reason| reason.0);
        response.reason = reason.filter(|reason| !reason.is_empty() && *reason != standard);
    }
}

/// A reason phrase: text on one line.
#[derive(Clone)]
struct Reason(Text);

impl Readable for Reason {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "text without control characters";
    fn from_literal(text: &str) -> Option<Self> {
        let is_one_line = !text.chars().any(|c| c.is_control() && c != '\t');
        is_one_line.then(|| Self(text.into()))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

impl Readable for StatusCode {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a status code from 200 to 999";
    fn from_literal(text: &str) -> Option<Self> {
        last(text.parse().ok()?)
    }
    fn from_object(object: Object) -> Option<Self> {
        last(i64::from_object(object)?.try_into().ok()?)
    }
}

/// A status that a response can end with; behind one below 200 another response is to come.
fn last(code: u16) -> Option<StatusCode> {
    StatusCode::from_u16(code)
        .ok()
        .filter(|status| !status.is_informational())
}

#[cfg(test)]
mod tests {
    use crate::testing::responds;

    #[test]
    fn a_reason_is_kept_when_it_is_not_the_standard_one() {
        let set = |status: &str| format!("<backend /><outbound><set-status {status} /></outbound>");
        responds(&[
            (&set("code='404'"), "GET /", "404 Not Found"),
            (&set("code='404' reason='Gone fishing'"), "GET /", "404 Gone fishing"),
            (&set("code='404' reason='Not Found'"), "GET /", "404 Not Found"),
            (&set("code='299'"), "GET /", "299 "),
            // Behind one of these another response would have to come.
            (
                &set("code='@(103)'"),
                "GET /",
                "500 Internal Server Error\ncontent-type: application/json\n\n{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"01234567-89ab-cdef-0123-456789abcdef\" }",
            ),
        ]);
    }
}
