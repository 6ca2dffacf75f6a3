//! `mock-response` answers with what the API's description says an answer looks like, without asking the backend.
//!
//! Of the operation's response with `status-code` (200 unless given; else of its hundred, `4XX`, else its `default`) it takes the first
//! content type, or the one of the attribute `content-type`. The body is that type's example, `index` counted from 0
//! (a number beyond the last gives the last), else a sample made from its schema, else empty. Nothing else runs.

use crate::body::Body;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use catalog::{OperationResponse, Representation, Statuses};
use expression::body::MessageBody;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

pub(crate) const MOCK_RESPONSE: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::OUTBOUND).and(Sections::ON_ERROR),
    ends: true,
    ..Policy::new("mock-response", parse)
};

struct MockResponse {
    status: StatusCode,
    content_type: Option<HeaderValue>,
    index: usize,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let status = element.literal("status-code").unwrap_or(StatusCode::OK);
    let content_type = element.literal("content-type");
    let index = element.literal::<u32>("index").unwrap_or(0) as usize;
    now(MockResponse {
        status,
        content_type,
        index,
    })
}

impl Step for MockResponse {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let operation = exchange.state.operation.clone();
        let responses = operation.as_ref().map_or(&[][..], |operation| &operation.responses[..]);
        let response = Statuses::most_exact(responses, |response| response.statuses, self.status.as_u16());
        let representation = response.and_then(|response| self.representation(response));
        let declared_type = representation.and_then(|it| HeaderValue::from_str(&it.content_type).ok());
        let mut headers = HeaderMap::new();
        if let Some(content_type) = self.content_type.clone().or(declared_type) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        let body = match representation.and_then(|it| self.text(it)) {
            Some(text) => Body::Buffered(MessageBody::new(text.clone())),
            None => Body::Empty,
        };
        exchange.response = Some(ResponseMessage {
            status: self.status,
            headers,
            body,
            ..Default::default()
        });
        Ok(Flow::Answer)
    }
}

impl MockResponse {
    fn representation<'a>(&self, response: &'a OperationResponse) -> Option<&'a Representation> {
        let Some(wanted) = &self.content_type else {
            return response.representations.first();
        };
        let wanted = media_type(wanted.to_str().ok()?);
        response
            .representations
            .iter()
            .find(|it| media_type(&it.content_type).eq_ignore_ascii_case(wanted))
    }

    fn text<'a>(&self, representation: &'a Representation) -> Option<&'a String> {
        let examples = &representation.examples;
        examples
            .get(self.index)
            .or(examples.last())
            .or(representation.sample.as_ref())
    }
}

/// A content type without its parameters.
fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use catalog::{Operation, OperationResponse, Representation, Statuses};
    use std::sync::Arc;

    fn representation(content_type: &str, examples: &[&str], sample: Option<&str>) -> Representation {
        Representation {
            content_type: content_type.into(),
            examples: examples.iter().map(|example| (*example).to_owned()).collect(),
            sample: sample.map(str::to_owned),
        }
    }

    fn operation() -> Operation {
        let response = |statuses, representations| OperationResponse {
            statuses,
            representations,
        };
        Operation {
            id: "".into(),
            name: "".into(),
            method: "GET".into(),
            url_template: "/".into(),
            described: None,
            responses: Box::new([
                response(
                    Statuses::only(200),
                    vec![
                        representation("application/json", &["{\"n\":1}", "{\"n\":2}"], None),
                        representation("text/xml; charset=utf-8", &[], Some("<n/>")),
                    ],
                ),
                response(
                    Statuses::Range(400, 499),
                    vec![representation("text/plain", &["refused"], None)],
                ),
                response(Statuses::only(404), vec![representation("text/plain", &["none"], None)]),
                response(Statuses::only(204), vec![]),
                response(Statuses::Other, vec![representation("text/plain", &["broken"], None)]),
            ]),
            policy: None,
        }
    }

    fn check(attributes: &str, expected: &str) {
        let mut bench = Bench::new(&format!(
            "<inbound><mock-response {attributes} /><set-status code='500' /></inbound>"
        ));
        let api = Arc::get_mut(&mut bench.catalog.apis[0]).unwrap();
        api.operations = vec![Arc::new(operation())];
        assert_eq!(bench.run("GET /"), expected, "{attributes}");
    }

    #[test]
    fn the_answer_is_what_the_description_shows() {
        check("", "200 OK\ncontent-type: application/json\n\n{\"n\":1}");
        check("index='1'", "200 OK\ncontent-type: application/json\n\n{\"n\":2}");
        check("index='7'", "200 OK\ncontent-type: application/json\n\n{\"n\":2}");
        check("content-type='Text/XML'", "200 OK\ncontent-type: Text/XML\n\n<n/>");
        check("content-type='image/png'", "200 OK\ncontent-type: image/png");
        check("status-code='204'", "204 No Content");
    }

    #[test]
    fn the_most_exact_response_counts() {
        for (status, expected) in [
            ("404", "404 Not Found\ncontent-type: text/plain\n\nnone"),
            ("400", "400 Bad Request\ncontent-type: text/plain\n\nrefused"),
            ("418", "418 I'm a teapot\ncontent-type: text/plain\n\nrefused"),
            ("500", "500 Internal Server Error\ncontent-type: text/plain\n\nbroken"),
        ] {
            check(&format!("status-code='{status}'"), expected);
        }
    }

    #[test]
    fn without_a_description_the_answer_is_empty() {
        assert_eq!(
            crate::testing::run("<outbound><mock-response status-code='201' /></outbound>", "GET /"),
            "201 Created"
        );
    }
}
