//! The policies: one file each, one line each in the list below.
//!
//! How a policy is written (see `set_header.rs`):
//!
//! 1. The file's name is the element's, its head is the policy's manual: what it does, what happens at the edges, where
//!    APIM's page leaves something open and what was decided.
//! 2. `pub(crate) const SET_HEADER: Policy = Policy { sections: …, ..Policy::new("set-header", parse) }` says where it
//!    may stand; `tolerated` are sections that APIM accepts beyond its page.
//! 3. A struct holds what the document says: `Value<T>` for what an expression may compute, plain types otherwise.
//!    A rule for a value (a port, a header name) is a type that implements `Readable`, so that it holds for literals
//!    when the document is read and for computed values when a request runs.
//! 4. `parse(element)` asks for everything first and only then gives up with `?`, so that all problems are reported at
//!    once: `let a = element.required("a"); let b = element.or("b", 1); now(P { a: a?, b })`.
//!    Attributes: `required` `optional` `or` (expressions allowed), `required_literal` `literal` (not allowed), `word`
//!    `literal_word` (one of some words), `exactly_one`. Children: `children` `one_or_more` `one` `at_most_one` with a
//!    closure that reads the child, `steps()` for policies inside. Text: `text` `required_text` (trimmed), `content`
//!    (a body). What nobody asked for is reported as unknown. `id` needs no reading.
//! 5. `impl Step` (`now(…)`) if it never waits, `impl WaitingStep` (`waiting(…)`) if it does. `value.get(exchange)?`
//!    evaluates. `Ok(Flow::Next)` goes on, `Ok(Flow::Answer)` makes `exchange.response` the answer, `Err(Failure)` goes
//!    to on-error: `Failure::refused(reason, status, last_error_message, client_message)`. `Failure.source` stays empty;
//!    the element's name is filled in. Bodies that its expressions read are there; nobody has to say so.
//! 6. `exchange.when_leaving(reads, act)` for what happens when the response leaves, whatever made it.
//! 7. Tests are tables over `crate::testing::run(policies, request)`. A policy built here leaves the list of `known.rs`.

use crate::registry::Policy;

mod check_header;
mod choose;
mod cors;
mod forward_request;
mod include_fragment;
mod ip_filter;
mod mock_response;
mod rate_limit_by_key;
mod return_response;
mod rewrite_uri;
mod set_backend_service;
mod set_body;
mod set_header;
mod set_method;
mod set_query_parameter;
mod set_status;
mod set_variable;
mod trace;

/// All policies, in the order of APIM's reference.
pub(crate) const POLICIES: &[Policy] = &[
    choose::CHOOSE,
    include_fragment::INCLUDE_FRAGMENT,
    return_response::RETURN_RESPONSE,
    mock_response::MOCK_RESPONSE,
    forward_request::FORWARD_REQUEST,
    set_backend_service::SET_BACKEND_SERVICE,
    set_variable::SET_VARIABLE,
    set_header::SET_HEADER,
    set_query_parameter::SET_QUERY_PARAMETER,
    rewrite_uri::REWRITE_URI,
    set_body::SET_BODY,
    set_method::SET_METHOD,
    set_status::SET_STATUS,
    rate_limit_by_key::RATE_LIMIT_BY_KEY,
    ip_filter::IP_FILTER,
    check_header::CHECK_HEADER,
    cors::CORS,
    trace::TRACE,
];
