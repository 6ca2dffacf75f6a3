//! Copies of an exchange for policies that run at the same time, and what becomes of their changes.
//!
//! A copy sees everything as it was when it was made. What it changed is found by comparing it with another copy that
//! nobody changed. A body that still flows stays with the exchange itself: policies that read it have it kept before.
//! Never here: when policies run at the same time.

use crate::body::Body;
use crate::exchange::{Exchange, RequestMessage, ResponseMessage, State};
use expression::body::MessageBody;
use http::header::{Entry, HeaderMap, HeaderName};
use http::{Extensions, HeaderValue};
use std::rc::Rc;
use std::sync::Arc;

impl Exchange {
    /// A copy that remembers which variables are set in it.
    pub(crate) fn fork(&self) -> Self {
        let RequestMessage {
            method,
            original_method,
            scheme,
            authority,
            host,
            original,
            root,
            path,
            query,
            headers,
            body,
            certificate,
            ip,
            peer,
            extensions: _,
        } = &self.request;
        Self {
            request: RequestMessage {
                method: method.clone(),
                original_method: original_method.clone(),
                scheme,
                authority: authority.clone(),
                host: host.clone(),
                original: original.clone(),
                root: *root,
                path: path.clone(),
                query: query.clone(),
                headers: headers.clone(),
                body: copy(body),
                certificate: certificate.clone(),
                ip: *ip,
                peer: peer.clone(),
                extensions: Extensions::new(),
            },
            response: self.response.as_ref().map(|response| ResponseMessage {
                status: response.status,
                reason: response.reason.clone(),
                headers: response.headers.clone(),
                body: copy(&response.body),
                extensions: Extensions::new(),
            }),
            variables: self.variables.clone(),
            last_error: self.last_error.clone(),
            matched: self.matched.clone(),
            identity: self.identity.clone(),
            target: self.target.clone(),
            certificates: Arc::clone(&self.certificates),
            services: Rc::clone(&self.services),
            request_id: self.request_id,
            timestamp: self.timestamp,
            arrived: self.arrived,
            state: State {
                operation: self.state.operation.clone(),
                graphql: self.state.graphql.clone(),
                wsdl: self.state.wsdl.clone(),
                resolvers: self.state.resolvers.clone(),
                subscription_checks: self.state.subscription_checks.clone(),
                graphql_call: self.state.graphql_call.clone(),
                wants_answer: self.state.wants_answer,
                is_mcp: self.state.is_mcp,
                is_grpc: self.state.is_grpc,
                forwarded: self.state.forwarded,
                answer_replaced: self.state.answer_replaced,
                connection: self.state.connection.clone(),
                has_cache_store: self.state.has_cache_store,
                counted: self.state.counted.clone(),
                recorder: self.state.recorder.as_ref().map(|recorder| Box::new(recorder.fork())),
                written: Some(Vec::new()),
                ..State::default()
            },
        }
    }

    /// Takes over what `fork` changed since it was like `base`.
    pub(crate) fn join(&mut self, base: &Self, fork: Self) {
        self.join_variables(&fork);
        let (request, before, after) = (&mut self.request, &base.request, fork.request);
        adopt(&mut request.method, &before.method, after.method);
        adopt(&mut request.path, &before.path, after.path);
        adopt(&mut request.query, &before.query, after.query);
        join_headers(&mut request.headers, &before.headers, &after.headers);
        if is_another(&before.body, &after.body) {
            request.body = after.body;
        } else {
            share_consumption(&request.body, &after.body);
        }
        self.join_response(base.response.as_ref(), fork.response);
        let backend = |exchange: &Self| exchange.target.backend.as_ref().map(Arc::as_ptr);
        if fork.target.base_url != base.target.base_url
            || fork.target.backend.as_ref().map(Arc::as_ptr) != backend(base)
        {
            self.target = fork.target;
        }
        adopt(
            &mut self.state.connection,
            &base.state.connection,
            fork.state.connection,
        );
        self.state.forwarded |= fork.state.forwarded;
        self.state.answer_replaced |= fork.state.answer_replaced;
        self.state.leaving.extend(fork.state.leaving);
        self.state.from_cache |= fork.state.from_cache;
        self.state.missed = fork.state.missed.or(self.state.missed.take());
        for counter in fork.state.counted {
            if !self.state.counted.contains(&counter) {
                self.state.counted.push(counter);
            }
        }
        for check in fork.state.subscription_checks {
            let checks = &mut self.state.subscription_checks;
            if !checks.iter().any(|known| Arc::ptr_eq(known, &check)) {
                checks.push(check);
            }
        }
        if fork.state.failed_at.is_some() {
            self.state.failed_at = fork.state.failed_at;
        }
    }

    /// Takes over the variables that were set in `fork`.
    pub(crate) fn join_variables(&mut self, fork: &Self) {
        for name in fork.state.written.iter().flatten() {
            if let Some((_, value)) = fork.variables.iter().find(|(known, _)| known == name) {
                self.set_variable(name, value.clone());
            }
        }
    }

    fn join_response(&mut self, base: Option<&ResponseMessage>, fork: Option<ResponseMessage>) {
        let (Some(before), Some(after), Some(own)) = (base, fork.as_ref(), &mut self.response) else {
            if base.is_some() != fork.is_some() {
                self.response = fork;
            }
            return;
        };
        adopt(&mut own.status, &before.status, after.status);
        adopt(&mut own.reason, &before.reason, after.reason.clone());
        join_headers(&mut own.headers, &before.headers, &after.headers);
        if is_another(&before.body, &after.body) {
            self.replace_response_body(fork.map(|fork| fork.body).unwrap_or_default());
        } else {
            share_consumption(&own.body, &after.body);
        }
    }
}

/// A kept body; an empty one stands for a body that flows.
fn copy(body: &Body) -> Body {
    match body {
        Body::Empty => Body::Empty,
        Body::Buffered(message) | Body::Answered(message, _) => Body::Buffered(message.clone()),
        Body::Stream(_) | Body::Answer(_) => Body::Buffered(MessageBody::default()),
    }
}

/// Whether a body was put in the place of another.
fn is_another(before: &Body, after: &Body) -> bool {
    match (before, after) {
        (Body::Empty, Body::Empty) => false,
        (Body::Buffered(before), Body::Buffered(after)) => {
            let place = |body: &MessageBody| (body.bytes().as_ptr(), body.bytes().len());
            place(before) != place(after)
        }
        _ => true,
    }
}

/// A body that was read in a copy without `preserveContent` is gone.
fn share_consumption(own: &Body, copy: &Body) {
    if let (Body::Buffered(own) | Body::Answered(own, _), Body::Buffered(copy)) = (own, copy)
        && copy.is_consumed()
    {
        own.consume();
    }
}

fn adopt<T: PartialEq>(own: &mut T, before: &T, after: T) {
    if *before != after {
        *own = after;
    }
}

/// Takes over the headers that differ, one name at a time.
fn join_headers(own: &mut HeaderMap, before: &HeaderMap, after: &HeaderMap) {
    let values =
        |headers: &HeaderMap, name: &HeaderName| headers.get_all(name).iter().cloned().collect::<Vec<HeaderValue>>();
    for name in before.keys().chain(after.keys()) {
        let now = values(after, name);
        if now == values(before, name) || now == values(own, name) {
            continue;
        }
        if let Entry::Occupied(entry) = own.entry(name) {
            entry.remove();
        }
        for value in now {
            own.append(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::exchange::Exchange;
    use crate::testing::Bench;
    use expression::context::Context as _;
    use http::{HeaderValue, Method};

    fn exchange() -> Exchange {
        let mut exchange = Bench::new("").exchange("POST /a?b=1\nA: 1\nB: 1\n\nbody");
        exchange.set_variable(&"x".into(), 1_i64.into());
        exchange
    }

    #[test]
    fn what_nobody_changed_stays() {
        let mut exchange = exchange();
        let (base, first, second) = (exchange.fork(), exchange.fork(), exchange.fork());
        exchange.request.method = Method::PUT;
        exchange.join(&base, first);
        exchange.join(&base, second);
        assert_eq!(exchange.request.method, Method::PUT);
        assert_eq!(exchange.request.headers.len(), 2);
        assert!(matches!(exchange.request.body, crate::Body::Stream(_)));
        assert!(exchange.response.is_none());
    }

    #[test]
    fn what_each_changed_is_taken_over() {
        let mut exchange = exchange();
        let (base, mut first, mut second) = (exchange.fork(), exchange.fork(), exchange.fork());
        first.set_variable(&"x".into(), "first".into());
        first.set_variable(&"y".into(), "y".into());
        first.request.headers.insert("a", HeaderValue::from_static("2"));
        first.request.path = "/c".into();
        second.set_variable(&"x".into(), "second".into());
        second.request.headers.remove("b");
        second.request.headers.insert("c", HeaderValue::from_static("3"));
        second.request.body = crate::Body::Empty;
        second.response_mut().status = http::StatusCode::CREATED;
        exchange.join(&base, first);
        exchange.join(&base, second);
        assert_eq!(exchange.variable("x").unwrap().as_text().unwrap(), "second");
        assert_eq!(exchange.variable("y").unwrap().as_text().unwrap(), "y");
        let headers = exchange.request.headers.iter();
        let mut headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}={}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        assert_eq!(headers.join(" "), "a=2 c=3");
        assert_eq!(exchange.request.path, "/c");
        assert!(matches!(exchange.request.body, crate::Body::Empty));
        assert_eq!(exchange.response.unwrap().status, 201);
    }
}
