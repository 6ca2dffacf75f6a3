//! The backend that takes the request, of a pool or with a circuit breaker; and what is remembered of how it went.

use crate::backends::{Chosen, Outcome, Unavailable};
use crate::body::Body;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::retry_after::retry_after;
use crate::upstream::{Reply, UpstreamFailure};
use catalog::{Backend, BackendKind};
use expression::body::MessageBody;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};
use std::sync::Arc;

/// Chooses the backend; the target shows the pool's member. None for plain URLs.
///
/// # Errors
/// None can take the request now: the response is 503 and stays it, unless a policy says otherwise.
pub(super) fn choose(exchange: &mut Exchange) -> Result<Option<Arc<Backend>>, Failure> {
    let chosen = match pick(exchange) {
        Ok(Some(chosen)) => chosen,
        Ok(None) => return Ok(None),
        Err(refused) => {
            exchange.response = Some(refused.response());
            return Err(refused.into_failure());
        }
    };
    exchange.state.session_cookie = chosen.cookie;
    let is_pool = |backend: &Arc<Backend>| matches!(backend.kind, BackendKind::Pool(_));
    if let (Some(true), BackendKind::Single { url }) =
        (exchange.target.backend.as_ref().map(is_pool), &chosen.backend.kind)
    {
        exchange.target.base_url = Some(url.as_str().into());
        exchange.target.member = Some(Arc::clone(&chosen.backend));
    }
    Ok(Some(chosen.backend))
}

/// The backend that takes a request to the exchange's target.
pub(in crate::policies) fn pick(exchange: &Exchange) -> Result<Option<Chosen>, Refused> {
    let Some(backend) = &exchange.target.backend else {
        return Ok(None);
    };
    let now = exchange.services.clock.monotonic();
    let headers = &exchange.request.headers;
    let chosen = exchange
        .services
        .backends
        .choose(backend, |name| cookie(headers, name), now);
    let chosen = chosen.map_err(|Unavailable(rest)| Refused {
        backend: Arc::clone(backend),
        seconds: rest.as_secs() + u64::from(rest.subsec_nanos() > 0),
    })?;
    Ok(Some(chosen))
}

/// Remembers how the request went, and has the client come back to the same member.
pub(super) fn went(exchange: &mut Exchange, backend: &Backend, reply: &mut Result<Reply, UpstreamFailure>) {
    let outcome = match reply {
        Ok(reply) => {
            let asked = retry_after(&reply.headers, &*exchange.services.clock);
            Outcome::Answered(reply.status.as_u16(), asked)
        }
        Err(UpstreamFailure::Connection(_)) => Outcome::Failed("BackendConnectionFailure"),
        Err(UpstreamFailure::Timeout(_)) => Outcome::Failed("Timeout"),
        // The client's own doing says nothing about the backend.
        Err(UpstreamFailure::Client(_) | UpstreamFailure::TooLarge(_)) => return,
    };
    let services = &exchange.services;
    services.backends.report(backend, outcome, services.clock.monotonic());
    let cookie = exchange.state.session_cookie.take();
    let cookie = cookie.and_then(|cookie| HeaderValue::try_from(format!("{cookie}; Path=/; HttpOnly")).ok());
    if let (Ok(reply), Some(cookie)) = (reply, cookie) {
        reply.headers.append(SET_COOKIE, cookie);
    }
}

/// The value of a cookie of the client, if it is text.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    // A cookie that is no text hides no other.
    let mut pairs = pairs
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// A backend that takes no request for so many seconds.
pub(in crate::policies) struct Refused {
    backend: Arc<Backend>,
    seconds: u64,
}

impl Refused {
    fn what(&self) -> &'static str {
        match self.backend.kind {
            BackendKind::Pool(_) => "Backend pool",
            BackendKind::Single { .. } => "Backend",
        }
    }

    /// Published policies look for these words in the response's `StatusReason`.
    fn reason(&self) -> String {
        format!("{} {} is temporarily unavailable", self.what(), self.backend.id)
    }

    fn response(&self) -> ResponseMessage {
        let (what, seconds) = (self.what(), self.seconds);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        let body = format!(
            r#"{{ "statusCode": 503, "message": "{what} is temporarily unavailable. Try again in {seconds} seconds." }}"#
        );
        ResponseMessage {
            status: StatusCode::SERVICE_UNAVAILABLE,
            reason: Some(self.reason().into()),
            headers,
            body: Body::Buffered(MessageBody::new(body)),
            ..ResponseMessage::default()
        }
    }

    /// The failure that the pipeline goes on with.
    pub fn into_failure(self) -> Failure {
        Failure {
            keeps_response: true,
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Failure::internal("BackendUnavailable", self.reason())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use catalog::{Backend, BackendKind, CircuitBreaker, Pool, PoolMember, Threshold};
    use std::sync::Arc;
    use std::time::Duration;

    fn single(id: &str) -> Backend {
        Backend {
            circuit_breaker: Some(CircuitBreaker {
                threshold: Threshold::Count(1),
                interval: Duration::from_mins(1),
                status_ranges: vec![(429, 429)],
                error_reasons: Vec::new(),
                trip_duration: Duration::from_secs(30),
                accept_retry_after: true,
            }),
            ..Backend::single(id, format!("http://{id}.example/v1"))
        }
    }

    fn bench(policies: &str, cookie: Option<&str>) -> Bench {
        let member = |id: &str| PoolMember {
            backend: Arc::new(single(id)),
            priority: 0,
            weight: 0,
        };
        let pool = Pool {
            members: vec![member("a"), member("b")],
            session_cookie: cookie.map(Into::into),
        };
        let pool = Backend {
            kind: BackendKind::Pool(pool),
            circuit_breaker: None,
            ..single("p")
        };
        let policies = format!("<inbound><set-backend-service backend-id='p' /></inbound>{policies}");
        Bench::new(&policies).backend("p", pool)
    }

    #[test]
    fn members_take_turns() {
        let show = "<set-header name='By'><value>@(context.Backend.Id + context.Request.Url.Host)</value></set-header>";
        let mut bench = bench(&format!("<outbound>{show}</outbound>"), None);
        for member in ["a", "b", "a"] {
            let expected = format!("200 OK\nby: {member}{member}.example\n\nGET http://{member}.example/v1/x");
            assert_eq!(bench.run("GET /x"), expected);
        }
    }

    #[test]
    fn when_none_can_take_it_the_response_says_so() {
        let seen = "<set-header name='Seen'><value>@(context.LastError.Source + context.Response.StatusReason)</value></set-header>";
        let mut bench = bench(&format!("<on-error>{seen}</on-error>"), None).answer("429\nRetry-After: 7\n\nbusy");
        assert_eq!(bench.run("GET /"), "429 Too Many Requests\nretry-after: 7\n\nbusy");
        assert_eq!(bench.run("GET /"), "429 Too Many Requests\nretry-after: 7\n\nbusy");
        assert_eq!(
            bench.run("GET /"),
            "503 Backend pool p is temporarily unavailable\ncontent-type: application/json\nretry-after: 7\nseen: \
             forward-requestBackend pool p is temporarily unavailable\n\n\
             { \"statusCode\": 503, \"message\": \"Backend pool is temporarily unavailable. Try again in 7 seconds.\" }"
        );
        assert_eq!(bench.sent.borrow().len(), 2, "no backend is asked");
    }

    #[test]
    fn a_session_stays_with_its_member() {
        let mut bench = bench("", Some("sid"));
        let answer = bench.run("GET /");
        let cookie = answer
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))
            .unwrap();
        let (pair, attributes) = cookie.split_once(';').unwrap();
        assert_eq!(attributes, " Path=/; HttpOnly");
        for other in ["a=1", "a=2", "city=Malm\u{f6}"] {
            let answer = bench.run(&format!("GET /\nCookie: {other}; {pair}"));
            assert!(answer.starts_with("200 OK\n\nGET http://a.example/v1/\n"), "{answer}");
        }
    }
}
