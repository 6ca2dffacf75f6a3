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
//! 5. `impl Step` (`now(…)`) if it never waits, `impl WaitingStep` (`waiting(…)`) if it may. `value.get(exchange)?`
//!    evaluates. `Ok(Flow::Next)` goes on, `Ok(Flow::Answer)` makes `exchange.response` the answer, `Err(Failure)` goes
//!    to on-error: `Failure::refused(reason, status, last_error_message, client_message)`. `Failure.source` stays empty;
//!    the element's name is filled in. Bodies that its expressions read are there; nobody has to say so.
//! 6. `exchange.when_leaving(reads, act)` for what happens when the response leaves, whatever made it.
//! 7. Tests are tables over `crate::testing::run(policies, request)`. A policy built here leaves the list of `known.rs`.

use crate::registry::Policy;

mod authentication_basic;
mod authentication_certificate;
mod authentication_managed_identity;
mod cache_lookup;
mod cache_lookup_value;
mod cache_remove_value;
mod cache_store;
mod cache_store_value;
mod cache_value;
mod check_header;
mod choose;
mod cors;
mod cosmosdb_data_source;
mod cross_domain;
mod dapr;
mod emit_metric;
mod find_and_replace;
mod forward_request;
mod get_authorization_context;
mod http_data_source;
mod include_fragment;
mod invoke_dapr_binding;
mod invoke_request;
mod ip_filter;
mod json_to_xml;
mod jsonp;
mod limit_concurrency;
mod log_to_eventhub;
mod mock_response;
mod proxy;
mod publish_event;
mod publish_to_dapr;
mod quota;
mod quota_by_key;
mod rate_limit;
mod rate_limit_by_key;
mod redirect_content_urls;
mod retry;
mod return_response;
mod rewrite_uri;
mod send_one_way_request;
mod send_request;
mod send_service_bus_message;
mod set_backend_service;
mod set_body;
mod set_graphql_resolver;
mod set_header;
mod set_method;
mod set_query_parameter;
mod set_status;
mod set_variable;
mod sql_data_source;
mod trace;
mod validate_azure_ad_token;

mod validate_client_certificate;
mod validate_content;
mod validate_graphql_request;
mod validate_headers;
mod validate_jwt;
mod validate_odata_request;
mod validate_parameters;
mod validate_status_code;
mod wait;
mod xml_to_json;
mod xsl_transform;

/// What there is of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It runs.
    Built,
    /// It is known by name.
    NotBuilt,
}

/// All policies of APIM's reference by their element names, with what there is of each.
pub fn offered() -> impl Iterator<Item = (&'static str, Offer)> {
    let built = POLICIES.iter().map(|policy| (policy.name, Offer::Built));
    let known = crate::known::KNOWN.iter().map(|known| (known.name, Offer::NotBuilt));
    built.chain(known)
}

/// The element names of all policies that are built.
pub fn names() -> impl Iterator<Item = &'static str> {
    POLICIES.iter().map(|policy| policy.name)
}

/// All policies, in the order of APIM's reference.
pub(crate) const POLICIES: &[Policy] = &[
    choose::CHOOSE,
    retry::RETRY,
    wait::WAIT,
    limit_concurrency::LIMIT_CONCURRENCY,
    include_fragment::INCLUDE_FRAGMENT,
    return_response::RETURN_RESPONSE,
    mock_response::MOCK_RESPONSE,
    forward_request::FORWARD_REQUEST,
    set_backend_service::SET_BACKEND_SERVICE,
    proxy::PROXY,
    invoke_request::INVOKE_REQUEST,
    set_variable::SET_VARIABLE,
    set_header::SET_HEADER,
    set_query_parameter::SET_QUERY_PARAMETER,
    rewrite_uri::REWRITE_URI,
    set_body::SET_BODY,
    set_method::SET_METHOD,
    set_status::SET_STATUS,
    find_and_replace::FIND_AND_REPLACE,
    redirect_content_urls::REDIRECT_CONTENT_URLS,
    json_to_xml::JSON_TO_XML,
    xml_to_json::XML_TO_JSON,
    xsl_transform::XSL_TRANSFORM,
    rate_limit::RATE_LIMIT,
    rate_limit_by_key::RATE_LIMIT_BY_KEY,
    quota::QUOTA,
    quota_by_key::QUOTA_BY_KEY,
    ip_filter::IP_FILTER,
    check_header::CHECK_HEADER,
    validate_jwt::VALIDATE_JWT,
    validate_azure_ad_token::VALIDATE_AZURE_AD_TOKEN,
    validate_client_certificate::VALIDATE_CLIENT_CERTIFICATE,
    authentication_managed_identity::AUTHENTICATION_MANAGED_IDENTITY,
    get_authorization_context::GET_AUTHORIZATION_CONTEXT,
    authentication_basic::AUTHENTICATION_BASIC,
    authentication_certificate::AUTHENTICATION_CERTIFICATE,
    cors::CORS,
    jsonp::JSONP,
    cross_domain::CROSS_DOMAIN,
    cache_lookup::CACHE_LOOKUP,
    cache_store::CACHE_STORE,
    cache_lookup_value::CACHE_LOOKUP_VALUE,
    cache_store_value::CACHE_STORE_VALUE,
    cache_remove_value::CACHE_REMOVE_VALUE,
    cache_value::CACHE_VALUE,
    send_request::SEND_REQUEST,
    send_one_way_request::SEND_ONE_WAY_REQUEST,
    log_to_eventhub::LOG_TO_EVENTHUB,
    send_service_bus_message::SEND_SERVICE_BUS_MESSAGE,
    set_graphql_resolver::SET_GRAPHQL_RESOLVER,
    publish_event::PUBLISH_EVENT,
    publish_to_dapr::PUBLISH_TO_DAPR,
    invoke_dapr_binding::INVOKE_DAPR_BINDING,
    trace::TRACE,
    emit_metric::EMIT_METRIC,
    validate_content::VALIDATE_CONTENT,
    validate_parameters::VALIDATE_PARAMETERS,
    validate_headers::VALIDATE_HEADERS,
    validate_status_code::VALIDATE_STATUS_CODE,
    validate_odata_request::VALIDATE_ODATA_REQUEST,
    http_data_source::HTTP_DATA_SOURCE,
    cosmosdb_data_source::COSMOSDB_DATA_SOURCE,
    sql_data_source::SQL_DATA_SOURCE,
    validate_graphql_request::VALIDATE_GRAPHQL_REQUEST,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::KNOWN;
    use std::collections::BTreeSet;

    /// The elements of APIM's policy reference and of its policy toolkit.
    const REFERENCE: &str = "choose retry wait limit-concurrency include-fragment return-response mock-response \
        forward-request set-backend-service proxy invoke-request set-variable set-header set-query-parameter set-body \
        set-method set-status rewrite-uri find-and-replace redirect-content-urls json-to-xml xml-to-json xsl-transform \
        rate-limit rate-limit-by-key quota quota-by-key llm-token-limit azure-openai-token-limit ip-filter check-header \
        validate-jwt validate-azure-ad-token validate-client-certificate authentication-basic \
        authentication-certificate authentication-managed-identity get-authorization-context cors jsonp cross-domain \
        cache-lookup cache-store cache-lookup-value cache-store-value cache-remove-value cache-value \
        llm-semantic-cache-lookup llm-semantic-cache-store azure-openai-semantic-cache-lookup \
        azure-openai-semantic-cache-store send-request send-one-way-request log-to-eventhub send-service-bus-message \
        publish-to-dapr invoke-dapr-binding trace emit-metric llm-emit-token-metric azure-openai-emit-token-metric \
        validate-content validate-parameters validate-headers validate-status-code validate-odata-request \
        validate-graphql-request llm-content-safety http-data-source sql-data-source cosmosdb-data-source publish-event \
        set-graphql-resolver";

    #[test]
    fn the_reference_is_covered_and_each_name_is_either_built_or_not() {
        let names = POLICIES
            .iter()
            .map(|policy| policy.name)
            .chain(KNOWN.iter().map(|known| known.name));
        let names: Vec<&str> = names.collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len(), "a name stands twice");
        assert_eq!(unique, REFERENCE.split_whitespace().collect());
    }
}
