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
    let variable = element.optional::<Text>("response-variable-name");
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

#[cfg(test)]
mod tests {
    use crate::testing::responds;

    #[test]
    fn the_response_is_its_own() {
        let before = "<set-header name='A'><value>1</value></set-header><set-status code='500' />";
        responds(&[
            ("<inbound><return-response /></inbound>", "GET /", "200 OK"),
            (
                "<inbound><return-response><set-status code='401' reason='No' /><set-header name='B'><value>2</value></set-header>\
                 <set-body>{}</set-body></return-response></inbound>",
                "GET /",
                "401 No\nb: 2\n\n{}",
            ),
            (
                &format!("<outbound>{before}<return-response /></outbound>"),
                "GET /",
                "200 OK",
            ),
            (
                &format!("<backend /><outbound>{before}</outbound>"),
                "GET /",
                "500 Internal Server Error\na: 1",
            ),
        ]);
    }
}
