//! A message that a client posts: read before its policies run, so that they and the upstream see the same message.
//!
//! Never here: what JSON-RPC is, and what policies make of a message.

use ::mcp::{Fault, Kind, MCP_PROTOCOL_VERSION, Message, check_headers, complete_result, completes_results};
use expression::body::MessageBody;
use http::{HeaderMap, Method};
use policy::{Body, Exchange, Plan, ResponseMessage};

/// Takes a request to an MCP server through its plan; a message that is none goes no further.
pub async fn govern(plan: &Plan, exchange: &mut Exchange) {
    match read(exchange).await {
        Ok(completing) => {
            plan.run(exchange).await;
            if let (Some(completing), Some(response)) = (completing, &mut exchange.response) {
                completing.finish(response);
            }
        }
        Err(Refusal::Message(answer)) => exchange.response = Some(*answer),
        Err(Refusal::Body(failure)) => plan.fail(exchange, failure).await,
    }
}

/// A request whose answer must be complete whoever makes it: its method.
struct Completing(String);

/// Reads the message of a POST, or of whatever else comes with a body.
///
/// # Errors
/// The answer to a message that is malformed, ambiguous, contradicts its headers, or is a batch, in which policies
/// could not see the messages.
async fn read(exchange: &mut Exchange) -> Result<Option<Completing>, Refusal> {
    if exchange.request.method != Method::POST && matches!(exchange.request.body, Body::Empty) {
        return Ok(None);
    }
    let bytes = exchange.keep_request().await.map_err(Refusal::Body)?;
    let message = Message::read(&bytes).map_err(|fault| Refusal::message(&fault))?;
    if message.kind() == Kind::Batch {
        let fault = Fault {
            code: ::mcp::code::INVALID_REQUEST,
            message: "batches are not served: send each message by itself".to_owned(),
            id: None,
        };
        return Err(Refusal::message(&fault));
    }
    check_headers(&exchange.request.headers, &message).map_err(|fault| Refusal::message(&fault))?;
    Ok(completing(&message, &exchange.request.headers))
}

/// Why a message goes no further.
enum Refusal {
    /// Its body could not be read.
    Body(policy::Failure),
    /// It is not what it must be; this is the answer.
    Message(Box<ResponseMessage>),
}

impl Refusal {
    fn message(fault: &Fault) -> Self {
        Self::Message(Box::new(ResponseMessage {
            status: Fault::STATUS,
            headers: crate::respond::json(),
            body: Body::Buffered(MessageBody::new(fault.body())),
            ..ResponseMessage::default()
        }))
    }
}

fn completing(message: &Message, headers: &HeaderMap) -> Option<Completing> {
    let method = message.method().filter(|_| message.kind() == Kind::Request)?;
    let in_header = headers.get(MCP_PROTOCOL_VERSION).and_then(|value| value.to_str().ok());
    let in_body = message.params().ok().and_then(|params| params.protocol_version);
    let version = in_body.as_deref().or(in_header)?;
    completes_results(version).then(|| Completing(method.to_owned()))
}

impl Completing {
    /// Adds to an answer that policies made or changed what its revision demands.
    fn finish(&self, response: &mut ResponseMessage) {
        if let Body::Buffered(message) = &response.body
            && let Some(completed) = complete_result(message.bytes(), &self.0)
        {
            response.body = Body::Buffered(MessageBody::new(completed));
        }
    }
}
