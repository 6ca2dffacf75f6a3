//! Traces of whole exchanges.

use super::Secrets;
use crate::testing::{Bench, ready};
use catalog::{Backend, BackendCredentials, NamedValue};
use serde_json::Value;
use std::sync::Arc;

/// The trace of a request as JSON.
fn trace(bench: &mut Bench, request: &str) -> Value {
    let plan = bench.plan(None);
    let mut exchange = bench.exchange(request);
    exchange.start_trace(Arc::new(Secrets::of(&bench.catalog)));
    ready(plan.run(&mut exchange));
    serde_json::from_str(&exchange.finish_trace().unwrap()).unwrap()
}

/// The steps of a trace: `section path {what is in data besides}`.
fn steps(trace: &Value) -> String {
    let mut lines = Vec::new();
    for (section, entries) in trace["traceEntries"].as_object().unwrap() {
        for entry in entries.as_array().unwrap() {
            let mut data = entry["data"].as_object().unwrap().clone();
            let Some(step) = data.shift_remove("step") else {
                continue;
            };
            assert!(data.shift_remove("duration").is_some(), "{entry}");
            assert!(entry["timestamp"].as_str().unwrap().ends_with('Z'), "{entry}");
            let data = Value::from(data).to_string().replace('"', "'");
            lines.push(format!("{section} {} {data}", step["path"].as_str().unwrap()));
        }
    }
    lines.join("\n")
}

#[test]
fn each_step_is_there_with_what_it_changed() {
    let set = |name: &str, value: &str| format!("<set-header name='{name}'><value>{value}</value></set-header>");
    for (policies, expected) in [
        (
            format!("<inbound>{}</inbound><backend />", set("A", "2")),
            "inbound set-header[1] {'request':{'headers':{'set':[{'name':'a','value':'2'}],'removed':[]}}}",
        ),
        (
            "<inbound><choose><when condition='true'><set-method>PUT</set-method></when></choose>\
             <rewrite-uri template='/x?y=1' /><set-variable name='v' value='@(1 + 1)' /></inbound><backend />"
                .to_owned(),
            "inbound choose[1] {}\n\
             inbound choose[1]/when[1]/set-method[1] {'request':{'method':'PUT'}}\n\
             inbound rewrite-uri[1] {'request':{'path':'/x','query':'y=1&b=1'}}\n\
             inbound set-variable[1] {'variables':[{'name':'v','value':'2'}]}",
        ),
        (
            "<inbound><trace source='s' severity='information'><message>m</message><metadata name='n' value='w' /></trace>\
             <set-variable name='v' value='@{ context.Trace(\"said\"); return context.Tracing; }' /></inbound><backend />"
                .to_owned(),
            "inbound trace[1] {'trace':[{'source':'s','severity':'information','message':'m','metadata':[{'name':'n','value':'w'}]}]}\n\
             inbound set-variable[1] {'messages':['said'],'variables':[{'name':'v','value':'True'}]}",
        ),
        (
            String::new(),
            "backend forward-request[1] {'sent':[{'method':'GET','url':'http://backend.example/base/a?b=1'}],'response':{'status':200}}",
        ),
        (
            "<inbound><return-response><set-status code='418' /></return-response></inbound>".to_owned(),
            "inbound return-response[1] {'response':{'status':418},'answers':true}",
        ),
        (
            "<inbound><check-header name='X' failed-check-httpcode='401' failed-check-error-message='no' ignore-case='true' />\
             </inbound><on-error><set-status code='400' /></on-error>"
                .to_owned(),
            "inbound check-header[1] {'error':{'reason':'HeaderNotFound','message':'Header X was not found in the request. Access denied.'}}\n\
             on-error set-status[1] {'response':{'status':400,'headers':{'set':[{'name':'content-type','value':'application/json'}],'removed':[]}}}",
        ),
        (
            format!(
                "<inbound><wait for='all'><send-request response-variable-name='r'><set-url>http://o.example/x</set-url>\
                 <set-method>POST</set-method></send-request><choose><when condition='true'>{}</when></choose></wait></inbound><backend />",
                "<set-variable name='w' value='1' />"
            ),
            "inbound wait[1] {'variables':[{'name':'r','value':'IResponse'},{'name':'w','value':'1'}]}\n\
             inbound wait[1]/send-request[1] {'sent':[{'method':'POST','url':'http://o.example/x'}],'received':[{'status':200}],'variables':[{'name':'r','value':'IResponse'}]}\n\
             inbound wait[1]/choose[1] {}\n\
             inbound wait[1]/choose[1]/when[1]/set-variable[1] {'variables':[{'name':'w','value':'1'}]}",
        ),
    ] {
        let trace = trace(&mut Bench::new(&policies), "GET /a?b=1\nA: 1");
        assert_eq!(steps(&trace), expected, "{policies}");
    }
}

#[test]
fn it_begins_with_the_request_and_ends_with_the_response() {
    let trace = trace(
        &mut Bench::new("<backend />"),
        "GET /a?b=1&code=hush\nCookie: hush\nX: y",
    );
    let inspected = &trace["traceEntries"]["inbound"][0];
    assert_eq!(inspected["source"], "api-inspector");
    assert_eq!(
        inspected["data"]["request"].to_string(),
        r#"{"method":"GET","url":"https://gateway.example/orders/a?b=1&code=***","headers":[{"name":"cookie","value":"***"},{"name":"x","value":"y"}]}"#
    );
    let transferred = &trace["traceEntries"]["outbound"][0];
    assert_eq!(transferred["source"], "transfer-response");
    assert_eq!(transferred["data"]["response"]["status"], 200);
    assert_eq!(trace["traceId"], "0123456789abcdef0123456789abcdef");
}

#[test]
fn no_secret_is_in_it() {
    let policies = r#"<inbound>
        <set-header name="X-Plain"><value>hush-named</value></set-header>
        <set-header name="X-Api-Key"><value>hush-by-name</value></set-header>
        <set-variable name="v" value="it is hush-named" />
        <set-variable name="client-secret" value="hush-by-name" />
        <authentication-basic username="u" password="hush-password" />
        <authentication-managed-identity resource="https://r.example" output-token-variable-name="t" />
        <set-header name="X-T"><value>@("t=" + (string)context.Variables["t"])</value></set-header>
        <set-query-parameter name="q"><value>hush-named</value></set-query-parameter>
        <trace source="s"><message>hush-named</message></trace>
        <set-backend-service backend-id="b" />
        <send-request response-variable-name="r"><set-url>http://u:hush-user@o.example/?sig=hush-sig</set-url><set-method>GET</set-method></send-request>
        </inbound><outbound><set-variable name="w" value='@(((string)null ?? "hush-named").Substring(99))' /></outbound>"#;
    let mut bench = Bench::new(policies).backend(
        "b",
        Backend {
            credentials: BackendCredentials {
                headers: vec![("X-B".into(), vec!["hush-credential".into()])],
                query: vec![("c".into(), vec!["hush-credential".into()])],
                authorization: Some(("Bearer".into(), "hush-parameter".into())),
                certificate: None,
                managed_identity: None,
            },
            ..Backend::single("b", "http://b.example")
        },
    );
    let named = NamedValue {
        value: "hush-named".into(),
        secret: true,
    };
    bench.catalog.named_values.insert("n".into(), named);
    let bench = &mut bench;
    bench.answer = Some(Ok(
        "200\nSet-Cookie: hush-cookie\n\n{\"access_token\":\"hush-token\",\"expires_in\":\"3600\"}".into(),
    ));
    let trace = trace(
        bench,
        "GET /a?subscription-key=hush-key\nAuthorization: Bearer hush-bearer",
    )
    .to_string();
    assert!(!trace.contains("hush"), "{trace}");
    for step in [
        "send-request",
        "authentication-managed-identity",
        "forward-request",
        "ExpressionValueEvaluationFailure",
    ] {
        assert!(trace.contains(step), "{step} in {trace}");
    }
}

#[test]
fn a_trace_has_an_end() {
    let many = "<set-variable name='v' value='@(new string(\"x\"[0], 5000))' />".repeat(1_500);
    let trace = trace(
        &mut Bench::new(&format!("<inbound>{many}</inbound><backend />")),
        "GET /",
    );
    assert_eq!(trace["traceEntries"]["inbound"].as_array().unwrap().len(), super::MOST);
    assert_eq!(trace["leftOut"], 502);
    assert!(trace.to_string().len() < super::ROOM + super::MOST * 300);
    assert_eq!(trace["traceEntries"]["inbound"][900]["data"]["cut"], true);
}

#[test]
fn nothing_is_recorded_unless_asked_for() {
    let mut bench = Bench::new("<backend />");
    let plan = bench.plan(None);
    let mut exchange = bench.exchange("GET /");
    ready(plan.run(&mut exchange));
    assert!(exchange.finish_trace().is_none());
}

#[test]
fn what_is_copied_from_headers_with_secrets_is_masked_wherever_it_is() {
    let header = |name: &str| format!("@(context.Request.Headers.GetValueOrDefault(\"{name}\"))");
    let policies = format!(
        "<inbound><set-variable id='{{{{s}}}}' name='a' value='{}' /><set-header name='X'><value>{}</value></set-header>\
         <trace source='s'><message>{}</message></trace></inbound><backend />",
        header("Authorization"),
        header("Cookie"),
        header("X-Arr-ClientCert")
    );
    let mut bench = Bench::new(&policies.replace("{{s}}", "named-secret"));
    let secret = NamedValue {
        value: "named-secret".into(),
        secret: true,
    };
    bench.catalog.named_values.insert("s".into(), secret);
    let request = "GET /\nAuthorization: Digest opaque-credentials\nCookie: a=1; session=opaque-session\nX-Arr-ClientCert: opaque-certificate";
    let text = trace(&mut bench, request).to_string();
    assert!(!text.contains("opaque") && !text.contains("named-secret"), "{text}");
    assert!(text.contains("\"name\":\"x\",\"value\":\"***\""), "{text}");
    assert!(text.contains("\"id\":\"***\""), "{text}");
}
