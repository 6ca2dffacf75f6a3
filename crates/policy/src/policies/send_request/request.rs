//! A request that a policy makes: what its element says, what that is for one exchange, and sending it.
//!
//! Never here: what becomes of the response.

use crate::block::{Block, Needs};
use crate::body::Body;
use crate::buffer::read_whole;
use crate::codes;
use crate::coding;
use crate::connection::Connection;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::text_of;
use crate::policies::authentication_managed_identity::identify;
use crate::policies::forward_request::{Refused, give_credentials, not_answered, pick, target_url};
use crate::policies::set_body::{NewBody, read_content};
use crate::policies::set_header::HeaderEdit;
use crate::query::encoded;
use crate::reason;
use crate::runtime::within;
use crate::spelling;
use crate::upstream::{Call, HttpVersion, Reply, UpstreamFailure};
use crate::value::{Readable, Value, is_of_expression};
use crate::{BodyError, Section};
use expression::Reads;
use expression::body::MessageBody;
use expression::response::{HeaderList, StoredResponse};
use expression::text::Text;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT, HeaderMap, HeaderValue, UPGRADE};
use http::{Extensions, Method, Uri};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// Policies among the children that concern the connection and the credentials of this request.
const ACCESS: &[&str] = &[
    "authentication-basic",
    "authentication-certificate",
    "authentication-managed-identity",
    "proxy",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    New,
    Copy,
}

const MODES: Words<Mode> = &[("new", Mode::New), ("copy", Mode::Copy)];

/// What the element says.
pub(in crate::policies) struct Template {
    mode: Value<Mode>,
    timeout: Value<Duration>,
    url: Option<Value<Text>>,
    method: Option<Value<Method>>,
    headers: Vec<HeaderEdit>,
    body: Option<NewBody>,
    /// Whether a copy has the request's body.
    copies_body: bool,
    access: Option<Arc<Block>>,
}

impl Template {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        let mode = element.word("mode", MODES);
        let timeout = element.or("timeout", DEFAULT_TIMEOUT);
        let is_new = |mode: &Value<Mode>| mode.constant() == Some(&Mode::New);
        let must_be_whole = if element.has("mode") {
            mode.as_ref().is_some_and(is_new)
        } else {
            true
        };
        if must_be_whole && element.count("set-url") == 0 {
            let message = format!("`<{}>` lacks `<set-url>`: it can only fail", element.name());
            let span = element.attribute_span("");
            element.compiler.refused_by_apim(codes::MISSING_CHILD, span, message);
        }
        let url = last(element, "set-url");
        let method = last(element, "set-method");
        let headers = element.children("set-header", HeaderEdit::read);
        let body = element.at_most_one("set-body", read_content);
        let copies_body = !must_be_whole && copies_body(element, body.as_ref());
        let section = element.compiler.place.section;
        // In here they may stand in any section.
        element.compiler.place.section = None;
        let access = element.policies(ACCESS);
        element.compiler.place.section = section;
        element.need(access.needs());
        Self {
            mode: mode.unwrap_or(Value::Constant(Mode::New)),
            timeout,
            url,
            method,
            headers,
            body,
            copies_body,
            access: (!access.steps.is_empty()).then(|| Arc::new(access)),
        }
    }

    /// What an `invoke-request` says: the request as it stands, of which attributes and children change what they name.
    pub fn invoked(element: &mut ElementReader<'_, '_>) -> Self {
        let url = element.optional("url");
        let method = element.optional("method");
        let headers = element.children("set-header", HeaderEdit::read);
        let body = element.at_most_one("set-body", read_content);
        Self {
            mode: Value::Constant(Mode::Copy),
            timeout: Value::Constant(DEFAULT_TIMEOUT),
            url,
            method,
            headers,
            copies_body: copies_body(element, body.as_ref()),
            body,
            access: None,
        }
    }

    /// The request for this exchange.
    pub fn prepare(&self, exchange: &Exchange) -> Result<Prepared, Failure> {
        let copies = self.mode.get(exchange)? == Mode::Copy;
        let timeout = self.timeout.get(exchange)?;
        let (url, backend) = match &self.url {
            Some(url) => (absolute(&url.get(exchange)?)?, None),
            None if copies => {
                let chosen = pick(exchange).map_err(Refused::into_failure)?;
                let backend = chosen.map(|chosen| chosen.backend);
                (target_url(exchange, backend.as_deref())?, backend)
            }
            None => return Err(no_url()),
        };
        let method = match &self.method {
            Some(method) => method.get(exchange)?,
            None if copies => exchange.request.method.clone(),
            None => Method::GET,
        };
        let mut headers = if copies {
            copied_headers(exchange)
        } else {
            HeaderMap::new()
        };
        let mut connection = Connection::default();
        if copies && self.url.is_none() {
            give_credentials(backend.as_deref(), &mut headers, &mut connection)?;
        }
        for header in &self.headers {
            header.evaluate(exchange)?.apply(&mut headers)?;
        }
        let body = match &self.body {
            Some(body) => body.get(exchange)?.into_body(),
            None if copies && self.copies_body => copied_body(&exchange.request.body),
            None => Body::Empty,
        };
        let call = Call {
            method,
            url,
            headers,
            body,
            backend,
            connection,
            timeout,
            ..bare_call()
        };
        exchange.note_call(&call);
        let access = self.access.as_ref().map(|block| (Arc::clone(block), exchange.fork()));
        let services = Rc::clone(&exchange.services);
        Ok(Prepared { call, access, services })
    }
}

/// Whether a copy has the request's body, which must then be there; in outbound it is gone.
fn copies_body(element: &mut ElementReader<'_, '_>, body: Option<&NewBody>) -> bool {
    let copies = body.is_none() && element.compiler.place.section != Some(Section::Outbound);
    if copies {
        let reads = Reads {
            request_body: true,
            response_body: false,
        };
        element.need(Needs { reads, answer: false });
    }
    copies
}

/// A call to nowhere: what calls of policies have in common.
fn bare_call() -> Call {
    Call {
        method: Method::GET,
        url: Uri::default(),
        headers: HeaderMap::new(),
        body: Body::Empty,
        backend: None,
        connection: Connection::default(),
        timeout: DEFAULT_TIMEOUT,
        continue_timeout: None,
        follow_redirects: false,
        version: HttpVersion::One,
        buffer_response: true,
        extensions: Extensions::new(),
        wants_answer: false,
    }
}

/// The text of the last child of this name, which is the one that counts.
fn last<T: Readable>(element: &mut ElementReader<'_, '_>, name: &'static str) -> Option<Value<T>> {
    if element.count(name) > 1 {
        let message = format!("of several `<{name}>` the last one counts");
        let span = element.attribute_span("");
        element.compiler.warning(codes::TOO_MANY_CHILDREN, span, message);
    }
    let mut last = None;
    element.children(name, |child| {
        last = child.required_text();
        Some(())
    });
    last
}

/// An absolute URL; what may not stand in one is percent-encoded, as .NET's `Uri` does.
fn absolute(text: &str) -> Result<Uri, Failure> {
    let url: Option<Uri> = encoded(text.trim(), b":/?#[]@!$&'()*+,;=%").parse().ok();
    let is_web = |url: &Uri| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty())
    };
    url.filter(is_web).ok_or_else(no_url)
}

/// The URL may hold a credential: it is not quoted.
fn no_url() -> Failure {
    Failure::internal(
        "BackendConnectionFailure",
        "`set-url` gives no absolute http or https URL",
    )
}

/// The request's headers without those that belong to its way to the gateway.
fn copied_headers(exchange: &Exchange) -> HeaderMap {
    let mut headers = exchange.request.headers.clone();
    for name in [CONTENT_LENGTH, EXPECT, UPGRADE] {
        headers.remove(name);
    }
    exchange.request.leave_own_host(&mut headers);
    headers
}

fn copied_body(body: &Body) -> Body {
    match body {
        Body::Buffered(body) if !body.is_consumed() => Body::Buffered(MessageBody::new(body.bytes().clone())),
        _ => Body::Empty,
    }
}

/// Whether `ignore-error` and one-way requests pass over it.
pub(in crate::policies) fn may_be_ignored(failure: &Failure) -> bool {
    !is_of_expression(failure)
}

/// A request that can be sent, whatever becomes of the exchange.
pub(in crate::policies) struct Prepared {
    call: Call,
    access: Option<(Arc<Block>, Exchange)>,
    services: Rc<crate::Services>,
}

/// How it went.
pub(in crate::policies) struct Sent {
    pub result: Result<StoredResponse, Failure>,
    /// The copy of the exchange in which policies among the children ran.
    pub fork: Option<Exchange>,
}

impl Prepared {
    /// A `POST` that a policy sends by itself.
    pub fn post(exchange: &Exchange, url: Uri, headers: HeaderMap, body: Body, timeout: Duration) -> Self {
        Self::request((exchange, timeout), (Method::POST, url), headers, body)
    }

    /// A request that a policy sends by itself.
    pub fn request(
        (exchange, timeout): (&Exchange, Duration),
        (method, url): (Method, Uri),
        headers: HeaderMap,
        body: Body,
    ) -> Self {
        let call = Call {
            method,
            url,
            headers,
            body,
            timeout,
            ..bare_call()
        };
        exchange.note_call(&call);
        Self {
            call,
            access: None,
            services: Rc::clone(&exchange.services),
        }
    }

    /// Attaches something for who answers the call.
    pub fn attach<T: Clone + Send + Sync + 'static>(&mut self, what: T) {
        self.call.extensions.insert(what);
    }

    /// Has policies that concern the connection run before, in a copy of the exchange.
    pub fn with_access(&mut self, block: &Arc<Block>, exchange: &Exchange) {
        self.access = (!block.steps.is_empty()).then(|| (Arc::clone(block), exchange.fork()));
    }

    /// Ends the wait for the response after this time, whatever the element says.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.call.timeout = timeout;
    }

    pub async fn send(self) -> Sent {
        let Self {
            mut call,
            access,
            services,
        } = self;
        let mut fork = None;
        if let Some((block, mut copy)) = access {
            let result = give_access(&block, &mut copy, &mut call).await;
            fork = Some(copy);
            if let Err(failure) = result {
                return Sent {
                    result: Err(failure),
                    fork,
                };
            }
        }
        let timeout = call.timeout;
        let exchanged = async {
            identify(&mut call, &services).await?;
            let reply = services
                .upstream
                .send(call)
                .await
                .map_err(|failure| not_answered(&failure))?;
            stored(reply, services.buffer_limit).await
        };
        let result = within(&*services.runtime, timeout, exchanged).await;
        let late = || Err(not_answered(&UpstreamFailure::Timeout(timeout)));
        Sent {
            result: result.unwrap_or_else(late),
            fork,
        }
    }
}

/// Runs policies that concern the request to a backend in `copy`, and takes over what they set for it.
async fn give_access(block: &Block, copy: &mut Exchange, call: &mut Call) -> Result<(), Failure> {
    // One that is set anew stands at another place, even if it is the same.
    let place = |headers: &HeaderMap| headers.get(AUTHORIZATION).map(|value| value.as_bytes().as_ptr());
    let before = place(&copy.request.headers);
    copy.state.connection = std::mem::take(&mut call.connection);
    block.run(copy).await?;
    call.connection = std::mem::take(&mut copy.state.connection);
    if place(&copy.request.headers) != before
        && let Some(value) = copy.request.headers.get(AUTHORIZATION)
    {
        call.headers.insert(AUTHORIZATION, value.clone());
    }
    Ok(())
}

/// The response as a value. Nobody passes it on as it came, so that its body has no coding any more.
async fn stored(mut reply: Reply, limit: u64) -> Result<StoredResponse, Failure> {
    let body = match reply.body {
        Body::Empty => MessageBody::default(),
        Body::Buffered(body) | Body::Answered(body, _) => body,
        Body::Stream(mut stream) => {
            MessageBody::new(read_whole(&mut stream, limit).await.map_err(|error| broken(&error))?)
        }
        Body::Answer(stream) => MessageBody::new(
            read_whole(&mut stream.finish(None), limit)
                .await
                .map_err(|error| broken(&error))?,
        ),
    };
    let body = coding::kept(&reply.headers, body.bytes().clone(), limit);
    if let Some(fault) = body.fault() {
        return Err(Failure::internal("BodyNotDecoded", fault));
    }
    let body = if body.is_encoded() {
        reply.headers.remove(CONTENT_ENCODING);
        reply.headers.remove(CONTENT_LENGTH);
        MessageBody::new(body.content().clone()).in_charset(coding::charset(&reply.headers))
    } else {
        body
    };
    let standard = || reason::standard(reply.status).to_owned();
    let text = |value: &HeaderValue| Text::from(text_of(value).into_owned());
    let of_name = |name: &http::HeaderName| reply.headers.get_all(name).iter().map(text).collect();
    let headers = reply
        .headers
        .keys()
        .map(|name| (spelling::usual(name.as_str()).into(), of_name(name)));
    Ok(StoredResponse {
        status_code: reply.status.as_u16().into(),
        headers: HeaderList(headers.collect()),
        status_reason: reply.reason.unwrap_or_else(standard).into(),
        body,
    })
}

fn broken(error: &BodyError) -> Failure {
    let reason = match error {
        BodyError::TooLarge { .. } => "BodyTooLarge",
        BodyError::Idle { .. } => "Timeout",
        BodyError::Client(_) | BodyError::Upstream(_) => "BackendConnectionFailure",
    };
    Failure::internal(reason, error.to_string())
}
