//! `return-response` answers with a response of its own; nothing else runs, neither outbound nor on-error.
//!
//! The response starts empty (`200 OK`), whatever response there was before.

use super::set_body::{Content, read_content};
use super::set_header::HeaderEdit;
use super::set_status::Status;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use expression::text::Text;

pub(crate) const RETURN_RESPONSE: Policy = Policy::new("return-response", parse);

struct ReturnResponse {
    status: Option<Status>,
    headers: Vec<HeaderEdit>,
    body: Option<Value<Content>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let variable: Option<Text> = element.literal("response-variable-name");
    if variable.is_some() {
        let span = element.attribute_span("response-variable-name");
        let message = "responses kept in variables are not built yet";
        element.compiler.not_built(codes::FEATURE_NOT_BUILT, span, message);
    }
    let status = element.at_most_one("set-status", Status::read);
    let headers = element.children("set-header", HeaderEdit::read);
    let body = element.at_most_one("set-body", read_content);
    now(ReturnResponse { status, headers, body })
}

impl Step for ReturnResponse {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let mut response = ResponseMessage::default();
        if let Some(status) = &self.status {
            status.evaluate(exchange)?.apply(&mut response);
        }
        for header in &self.headers {
            header.evaluate(exchange)?.apply(&mut response.headers)?;
        }
        if let Some(body) = &self.body {
            response.body = body.get(exchange)?.into_body();
        }
        exchange.response = Some(response);
        Ok(Flow::Answer)
    }
}
