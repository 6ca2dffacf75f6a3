//! The repository's sample, served: MCP tools under an allow-list and a deny-list, and orders under a rate limit.

use crate::support::artifacts::Artifacts;
use crate::support::client::{self, Connection};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use crate::support::rpc::{self, Session};
use crate::support::upstream::{Upstream, channel, full};
use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use std::sync::{Arc, Mutex};

/// The sample's subscription.
const KEY: (&str, &str) = ("ocp-apim-subscription-key", "sample-primary-key-0001");

/// Where the sample expects its three upstreams.
const LEARN: &str = "http://127.0.0.1:9101";
const TOOLS: &str = "http://127.0.0.1:9102";
const ORDERS: &str = "http://127.0.0.1:9103";

const SEARCH: &str = "microsoft_docs_search";
const FETCH: &str = "microsoft_docs_fetch";
const SAMPLES: &str = "microsoft_code_sample_search";

/// Ids as clients write them; each comes back in the same bytes.
const IDS: [&str; 6] = [
    "7",
    "0",
    "\"seven\"",
    "\"7\"",
    "9007199254740993",
    "-9223372036854775807",
];

/// The gateway on the sample, with a documentation server that answers in one of its ways.
async fn documentation(answers: &str) -> (Gateway, Artifacts, Peer) {
    let learn = Peer::start(&["learn", "--answers", answers]).await;
    let folder = Artifacts::sample(&[(LEARN, &learn.url)]);
    (Gateway::serve(&folder).await, folder, learn)
}

fn call_of(id: &str, tool: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    )
}

/// What a client may see and use of the documentation server at `api`.
async fn check(api: &str, listed: &[&str]) {
    for answers in ["json", "sse"] {
        let (gateway, _folder, _peer) = documentation(answers).await;
        let mut session = Session::open(gateway.address, &format!("/{api}/mcp"), &[KEY]).await;
        for id in IDS {
            let (text, list) = session
                .call(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#))
                .await;
            let tools = list["result"]["tools"].as_array().unwrap();
            let names = tools
                .iter()
                .map(|tool| tool["name"].as_str().unwrap())
                .collect::<Vec<_>>();
            assert_eq!(names, listed, "{api} {answers}");
            assert!(
                text.contains(&format!("\"id\":{id},")) || text.contains(&format!("\"id\":{id}}}")),
                "{id}: {text}"
            );
        }
        for (tool, arguments) in [
            (SEARCH, r#"{"query":"gateway"}"#),
            (FETCH, r#"{"url":"https://learn.example/nothing"}"#),
            (SAMPLES, r#"{"query":"gateway"}"#),
        ] {
            for id in IDS {
                let (text, answer) = session.call(&call_of(id, tool, arguments)).await;
                let context = format!("{api} {answers} {tool}: {text}");
                assert_eq!(answer["id"].to_string(), id, "{context}");
                if listed.contains(&tool) {
                    assert!(answer["result"]["content"].is_array(), "{context}");
                } else {
                    assert_eq!(answer["error"]["code"], -32601, "{context}");
                    let message = format!("Tool disabled by API Management policy: {tool}");
                    assert_eq!(answer["error"]["message"], message, "{context}");
                }
            }
        }
    }
}

#[test]
fn the_documentation_server_as_it_is() {
    within(120, check("learn", &[SEARCH, FETCH, SAMPLES]));
}

#[test]
fn the_documentation_server_under_an_allow_list() {
    within(120, check("learn-allowlist", &[SEARCH, FETCH]));
}

#[test]
fn the_documentation_server_under_a_deny_list() {
    within(120, check("learn-denylist", &[SEARCH, FETCH]));
}

#[test]
fn the_tool_server_answers_without_a_session() {
    within(60, async {
        let tools = Peer::start(&["tools"]).await;
        let folder = Artifacts::sample(&[(TOOLS, &tools.url)]);
        let gateway = Gateway::serve(&folder).await;
        let mut session = Session::open(gateway.address, "/tools/mcp", &[KEY]).await;
        let (_, answer) = session.call(&call_of("1", "echo", r#"{"message":"hello"}"#)).await;
        assert_eq!(answer["result"]["content"][0]["text"], "hello");
    });
}

#[test]
fn tools_need_the_key() {
    within(60, async {
        let (gateway, _folder, _peer) = documentation("json").await;
        for api in ["learn", "learn-allowlist", "learn-denylist"] {
            for (headers, part) in [
                (vec![], "missing subscription key"),
                (vec![("ocp-apim-subscription-key", "wrong")], "invalid subscription key"),
            ] {
                let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
                let mut client = Connection::http1(gateway.address).await;
                let answer = client.answer(rpc::call(&format!("/{api}/mcp"), &headers, list)).await;
                assert_eq!(answer.status, 401, "{api}: {}", answer.text());
                assert!(answer.text().contains(part), "{api}: {}", answer.text());
            }
        }
    });
}

/// A list of tools as a server of another make would write it: members that nobody knows, in its own spelling.
const ODD_LIST: &str = r#"{"vendor":{"a":[1,null,"\u00e9"]}, "id" : 9007199254740993,"jsonrpc":"2.0","result":{"nextCursor":"c","tools":[{"name":"microsoft_docs_search","x-vendor":{"deep":true}},{"name":"microsoft_code_sample_search"}],"_meta":{"k":12345678901234567890}}}"#;

const ODD_NOTIFICATION: &str =
    r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info",  "data":1.10,"vendor":"\u00e9"}}"#;

#[test]
fn what_no_policy_reads_passes_byte_for_byte() {
    within(60, async {
        let stream = format!(
            ": comment\n\nevent: message\nid: 41\ndata: {ODD_NOTIFICATION}\n\nid: 42\r\ndata: {ODD_LIST}\r\n\r\n"
        );
        for (content_type, body) in [("application/json", ODD_LIST.to_owned()), ("text/event-stream", stream)] {
            let seen = Arc::new(Mutex::new(String::new()));
            let (kept, given) = (Arc::clone(&seen), body.clone());
            let upstream = Upstream::answering(move |request| {
                let (kept, given) = (Arc::clone(&kept), given.clone());
                async move {
                    let message = request.into_body().collect().await.unwrap().to_bytes();
                    *kept.lock().unwrap() = String::from_utf8_lossy(&message).into_owned();
                    Response::builder()
                        .header("content-type", content_type)
                        .body(full(given))
                        .unwrap()
                }
            })
            .await;
            let folder = Artifacts::sample(&[(LEARN, &upstream.url)]);
            let gateway = Gateway::serve(&folder).await;
            let asked =
                r#"{ "method":"tools/list","vendor" : 1.10,"jsonrpc":"2.0", "id":9007199254740993 , "params":{}}"#;
            for api in ["learn", "learn-allowlist", "learn-denylist"] {
                let method = if api == "learn" { "tools/list" } else { "resources/list" };
                let asked = asked.replace("tools/list", method);
                let mut client = Connection::http1(gateway.address).await;
                let answer = client.answer(rpc::call(&format!("/{api}/mcp"), &[KEY], &asked)).await;
                assert_eq!(answer.text(), body, "{api} {content_type}");
                assert_eq!(*seen.lock().unwrap(), asked, "{api} {content_type}");
            }
        }
    });
}

#[test]
fn a_filtered_answer_keeps_what_the_policy_does_not_know() {
    within(60, async {
        let upstream = Upstream::answering(|_| async {
            Response::builder()
                .header("content-type", "application/json")
                .body(full(ODD_LIST))
                .unwrap()
        })
        .await;
        let folder = Artifacts::sample(&[(LEARN, &upstream.url)]);
        let gateway = Gateway::serve(&folder).await;
        let asked = r#"{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}"#;
        let mut client = Connection::http1(gateway.address).await;
        let answer = client.answer(rpc::call("/learn-denylist/mcp", &[KEY], asked)).await;
        let expected = r#"{"vendor":{"a":[1,null,"é"]},"id":9007199254740993,"jsonrpc":"2.0","result":{"nextCursor":"c","tools":[{"name":"microsoft_docs_search","x-vendor":{"deep":true}}],"_meta":{"k":12345678901234567890}}}"#;
        assert_eq!(answer.text(), expected);
    });
}

#[test]
fn notifications_flow_on_while_the_answer_is_awaited() {
    within(60, async {
        let (opened, mut streams) = tokio::sync::mpsc::unbounded_channel();
        let upstream = Upstream::answering(move |_| {
            let (sender, body) = channel();
            opened.send(sender).unwrap();
            async move {
                Response::builder()
                    .header("content-type", "text/event-stream")
                    .body(body)
                    .unwrap()
            }
        })
        .await;
        let folder = Artifacts::sample(&[(LEARN, &upstream.url)]);
        let gateway = Gateway::serve(&folder).await;
        let asked = r#"{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}"#;
        let mut client = Connection::http1(gateway.address).await;
        let asking = client.send(rpc::call("/learn-denylist/mcp", &[KEY], asked));
        let serving = async {
            let mut stream = soon("the request", streams.recv()).await.unwrap();
            stream
                .send_data(Bytes::from(format!("id: 1\ndata: {ODD_NOTIFICATION}\n\n")))
                .await
                .unwrap();
            stream
        };
        let (response, mut stream) = soon("the head of the answer", async { tokio::join!(asking, serving) }).await;
        let response = response.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut body = response.into_body();
        let mut received = String::new();
        let mut events = async |count: usize| {
            while rpc::events(&received).len() < count {
                let frame = soon(format!("{count} events"), body.frame())
                    .await
                    .expect("not the end")
                    .unwrap();
                received.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
            }
            received.clone()
        };
        // The answer is not even written yet.
        assert!(events(1).await.contains(ODD_NOTIFICATION));
        let second = ODD_NOTIFICATION.replace("info", "debug");
        stream
            .send_data(Bytes::from(format!("data: {second}\n\n")))
            .await
            .unwrap();
        assert!(events(2).await.contains(&second));
        stream
            .send_data(Bytes::from(format!("id: 3\ndata: {ODD_LIST}\n\n")))
            .await
            .unwrap();
        let all = events(3).await;
        assert!(!all.contains(SAMPLES), "{all}");
        assert!(
            all.contains(SEARCH) && all.contains("x-vendor") && all.contains("\"id\":9007199254740993"),
            "{all}"
        );
        // What comes behind the answer flows on too.
        stream
            .send_data(Bytes::from(format!("data: {ODD_NOTIFICATION}\n\n")))
            .await
            .unwrap();
        assert_eq!(rpc::events(&events(4).await)[3], ODD_NOTIFICATION);
        drop(stream);
        assert!(soon("the end", body.frame()).await.is_none());
        gateway.idle().await;
    });
}

#[test]
fn the_sixth_order_of_a_minute_is_too_many() {
    within(60, async {
        let orders = Peer::rest().await;
        let folder = Artifacts::sample(&[(ORDERS, &orders.url)]);
        let gateway = Gateway::serve(&folder).await;
        let missing = client::get(gateway.address, "/orders").await;
        assert_eq!(missing.status, 401);
        for remaining in (0..5).rev() {
            let answer = client::get_with(gateway.address, "/orders", &[KEY]).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.header("requests-remaining"), remaining.to_string());
            assert!(!answer.headers.contains_key("retry-after"));
            assert!(answer.text().contains("contoso"), "{}", answer.text());
        }
        for key in [KEY, ("ocp-apim-subscription-key", "sample-secondary-key-0001")] {
            let answer = client::get_with(gateway.address, "/orders", &[key]).await;
            let text = answer.text();
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (429, "application/json"),
                "{text}"
            );
            let seconds = text
                .strip_prefix(r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in "#)
                .and_then(|rest| rest.strip_suffix(r#" seconds." }"#))
                .and_then(|seconds| seconds.parse::<u32>().ok());
            assert!(seconds.is_some_and(|seconds| (1..=120).contains(&seconds)), "{text}");
            let when = answer.header("retry-after");
            assert!(is_moment(when), "{when}");
        }
    });
}

/// Whether the text is a UTC time as .NET's format `o` writes it: `2026-01-31T12:34:56.1234567Z`.
fn is_moment(text: &str) -> bool {
    const FORM: &str = "0000-00-00T00:00:00.0000000Z";
    let same = |(found, form): (char, char)| {
        if form == '0' {
            found.is_ascii_digit()
        } else {
            found == form
        }
    };
    text.len() == FORM.len() && text.chars().zip(FORM.chars()).all(same)
}
