//! The pages for traces, with the paths and bodies of APIM's management API: `…/gateways/{id}/listDebugCredentials` and
//! `…/gateways/{id}/listTrace`.
//!
//! Never here: tokens, traces.

use super::page;
use crate::debug::{LONGEST, Tracing};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Request, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use policy::ResponseMessage;
use serde_json::{Value, json};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

/// Bytes of a body at most.
const LARGEST: usize = 16 << 10;

/// The two pages.
#[derive(Clone, Copy)]
enum Page {
    Credentials,
    Trace,
}

fn wanted(path: &str) -> Option<Page> {
    let mut segments = path.rsplit('/');
    let page = match segments.next()? {
        "listDebugCredentials" => Page::Credentials,
        "listTrace" => Page::Trace,
        _ => return None,
    };
    (!segments.next()?.is_empty() && segments.next()? == "gateways").then_some(page)
}

/// The answer to a `POST`; none for other pages.
pub async fn answer(request: Request<Incoming>, tracing: &Tracing, now: i64) -> Option<ResponseMessage> {
    let page = wanted(request.uri().path())?;
    let (parts, body) = request.into_parts();
    Some(if is_operator(&parts.headers, tracing) {
        let answer = match read(body).await {
            Some(body) => found(page, &body, tracing, now),
            None => Err((StatusCode::BAD_REQUEST, "the body must be a JSON object")),
        };
        answer.unwrap_or_else(|(status, message)| refusal(status, message))
    } else {
        refusal(
            StatusCode::UNAUTHORIZED,
            "`Authorization: Bearer` must carry the tracing key",
        )
    })
}

fn is_operator(headers: &HeaderMap, tracing: &Tracing) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = value.and_then(|value| value.split_once(' '));
    key.is_some_and(|(scheme, key)| scheme.eq_ignore_ascii_case("bearer") && tracing.is_key(key.trim()))
}

async fn read(mut body: Incoming) -> Option<Value> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        bytes.extend_from_slice(frame.ok()?.data_ref().map_or(&[], Bytes::as_ref));
        if bytes.len() > LARGEST {
            return None;
        }
    }
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}

fn found(page: Page, body: &Value, tracing: &Tracing, now: i64) -> Result<ResponseMessage, (StatusCode, &'static str)> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match page {
        Page::Credentials => {
            let api = text("apiId").and_then(|id| id.trim_end_matches('/').rsplit('/').next());
            let api = api.filter(|id| !id.is_empty()).ok_or(WRONG_API)?;
            // A revision is traced like the API that it is of.
            let api = api.split(";rev=").next().unwrap_or(api);
            let purposes = body.get("purposes").and_then(Value::as_array).ok_or(WRONG_PURPOSE)?;
            if !purposes.iter().any(|purpose| purpose == "tracing") {
                return Err(WRONG_PURPOSE);
            }
            let lifetime = match text("credentialsExpireAfter") {
                Some(text) => duration(text).ok_or(WRONG_TIME)?,
                None => LONGEST,
            };
            Ok(json_page(&json!({ "token": tracing.token(api, lifetime, now) })))
        }
        Page::Trace => {
            let id = text("traceId").ok_or((StatusCode::BAD_REQUEST, "`traceId` is missing"))?;
            let trace = tracing
                .find(id)
                .ok_or((StatusCode::NOT_FOUND, "there is no such trace"))?;
            Ok(page_of(trace.to_string()))
        }
    }
}

const WRONG_API: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "`apiId` is missing");
const WRONG_PURPOSE: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "`purposes` must be [\"tracing\"]");
const WRONG_TIME: (StatusCode, &str) = (
    StatusCode::BAD_REQUEST,
    "`credentialsExpireAfter` must be a duration of at most an hour, such as PT1H",
);

/// An ISO 8601 duration of hours, minutes and seconds.
fn duration(text: &str) -> Option<Duration> {
    let (mut rest, mut seconds) = (text.strip_prefix("PT")?, 0_u64);
    for (unit, worth) in [('H', 3600), ('M', 60), ('S', 1)] {
        if let Some((number, behind)) = rest.split_once(unit) {
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(worth)?)?;
            rest = behind;
        }
    }
    let duration = Duration::from_secs(seconds);
    (rest.is_empty() && seconds > 0 && duration <= LONGEST).then_some(duration)
}

fn page_of(json: String) -> ResponseMessage {
    page("application/json", json)
}

fn json_page(value: &Value) -> ResponseMessage {
    page_of(value.to_string())
}

fn refusal(status: StatusCode, message: &str) -> ResponseMessage {
    let code = if status == StatusCode::UNAUTHORIZED {
        "AuthenticationFailed"
    } else if status == StatusCode::NOT_FOUND {
        "ResourceNotFound"
    } else {
        "ValidationError"
    };
    let body = json!({ "error": { "code": code, "message": message } });
    let mut response = json_page(&body);
    response.status = status;
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_by_path() {
        for (path, expected) in [
            ("/gateways/managed/listTrace", true),
            (
                "/subscriptions/s/resourceGroups/g/providers/p/service/x/gateways/own/listDebugCredentials",
                true,
            ),
            ("/gateways//listTrace", false),
            ("/listTrace", false),
            ("/gateways/managed/listKeys", false),
        ] {
            assert_eq!(wanted(path).is_some(), expected, "{path}");
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("PT1H", Some(3600)),
            ("PT10M5S", Some(605)),
            ("PT30S", Some(30)),
            ("PT2H", None),
            ("PT", None),
            ("P1D", None),
            ("PT1HX", None),
            ("PT99999999999999999999H", None),
        ] {
            assert_eq!(duration(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
