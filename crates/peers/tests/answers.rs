//! What tests of the gateway rely on in the peers, asked of the real program over sockets.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[path = "answers/sql.rs"]
mod sql;

/// A running peer; it ends with the test.
struct Peer {
    child: Child,
    address: String,
    endpoint: String,
}

impl Peer {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_peers"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let place = line
            .trim()
            .strip_prefix("listening on ")
            .and_then(|url| url.split_once("://"));
        let (_, place) = place.expect("the line that says where");
        let (address, endpoint) = place.split_once('/').unwrap();
        Self {
            child,
            address: address.to_owned(),
            endpoint: format!("/{endpoint}"),
        }
    }

    /// The whole answer to a request that is written as its lines and its body.
    fn answer(&self, head: &[&str], body: &str) -> String {
        let mut stream = self.send(head, body);
        let mut answer = Vec::new();
        // A broken connection is some of these answers' point.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn send(&self, head: &[&str], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut lines = head.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        if !head.iter().any(|line| line.starts_with("host:")) {
            lines.push(format!("host: {}", self.address));
        }
        lines.push("connection: close".to_owned());
        lines.push(format!("content-length: {}", body.len()));
        write!(stream, "{}\r\n\r\n{body}", lines.join("\r\n")).unwrap();
        stream
    }

    /// The answer of an MCP server to `body`, with `more` header lines.
    fn rpc(&self, more: &[&str], body: &str) -> String {
        let first = format!("POST {} HTTP/1.1", self.endpoint);
        let mut head = vec![
            &*first,
            "content-type: application/json",
            "accept: application/json, text/event-stream",
        ];
        head.extend(more);
        self.answer(&head, body)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_plain_api_answers_as_its_index_says() {
    let peer = Peer::start(&["rest"]);
    let order = r#"{"customer": "northwind", "items": [{"sku": "tea", "quantity": 2}]}"#;
    for (request, body, status, part) in [
        ("GET / HTTP/1.1", "", "200", "POST /upload"),
        ("GET /nowhere HTTP/1.1", "", "404", "no operation GET /nowhere"),
        ("GET /orders HTTP/1.1", "", "200", r#""customer":"fabrikam""#),
        ("GET /orders/2 HTTP/1.1", "", "200", r#""sku":"coffee""#),
        ("GET /orders/99 HTTP/1.1", "", "404", "there is no order"),
        ("POST /orders HTTP/1.1", order, "201", "location: /orders/4"),
        ("POST /orders HTTP/1.1", "{}", "400", "missing field `customer`"),
        ("GET /slow?ms=1 HTTP/1.1", "", "200", r#"{"waited_ms":1}"#),
        (
            "PATCH /echo/a%20b?c=d HTTP/1.1",
            "body",
            "200",
            r#""target":"/echo/a%20b?c=d""#,
        ),
        (
            "POST /upload HTTP/1.1",
            "abc",
            "200",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        ("GET /download?bytes=70000 HTTP/1.1", "", "200", "content-length: 70000"),
        ("HEAD /bytes?size=7 HTTP/1.1", "", "200", "content-length: 7"),
        ("GET /bytes?size=9999999999 HTTP/1.1", "", "400", "from 0 to 1048576"),
        (
            "GET /events?count=2&interval=1 HTTP/1.1",
            "",
            "200",
            "id: 2\nevent: tick",
        ),
        ("GET /status/503?retry-after=7 HTTP/1.1", "", "503", "retry-after: 7"),
        ("GET /status/100 HTTP/1.1", "", "400", "is not the status of an answer"),
        ("GET /ws HTTP/1.1", "", "426", "Upgrade: websocket"),
    ] {
        let answer = peer.answer(&[request], body);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}: {answer}"
        );
        assert!(answer.contains(part), "{request} lacks {part:?}: {answer}");
    }
}

#[test]
fn a_cut_answer_has_exactly_the_bytes_asked_for_and_promises_more() {
    let peer = Peer::start(&["rest"]);
    for after in [0, 1, 100_000] {
        let mut stream = peer.send(&[&format!("GET /cut?after={after} HTTP/1.1")], "");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(answer.len() - body, after);
        let promise = format!("content-length: {}", after + (1 << 20));
        assert!(String::from_utf8_lossy(&answer[..body]).contains(&promise));
    }
}

#[test]
fn trailers_go_to_those_who_take_them() {
    let peer = Peer::start(&["rest"]);
    let with = peer.answer(&["GET /trailers HTTP/1.1", "te: trailers"], "");
    assert!(with.ends_with("0\r\nx-checksum: three-words\r\n\r\n"), "{with}");
    let without = peer.answer(&["GET /trailers HTTP/1.1"], "");
    assert!(without.ends_with("0\r\n\r\n"), "{without}");
}

#[test]
fn the_web_socket_echoes_and_closes() {
    use tokio_tungstenite::tungstenite::protocol::Role;
    use tokio_tungstenite::tungstenite::{Message, WebSocket};

    let peer = Peer::start(&["rest"]);
    let mut stream = TcpStream::connect(&peer.address).unwrap();
    // The key and its answer are the example of RFC 6455, section 1.3.
    let request = "GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: chat, other\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    for part in [
        "HTTP/1.1 101 ",
        "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "sec-websocket-protocol: chat\r\n",
    ] {
        assert!(head.contains(part), "{head}");
    }
    let mut socket = WebSocket::from_raw_socket(stream, Role::Client, None);
    for message in [Message::text("hello"), Message::binary(vec![0; 100_000])] {
        socket.send(message.clone()).unwrap();
        assert!(socket.read().unwrap() == message);
    }
    socket.close(None).unwrap();
    assert!(socket.read().unwrap().is_close());
}

#[test]
fn mcp_servers_answer_in_the_form_that_was_chosen() {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
    for (arguments, content_type, session, tool) in [
        (&["learn"] as &[&str], "text/event-stream", true, "microsoft_docs_fetch"),
        (
            &["learn", "--answers", "json"],
            "application/json",
            false,
            "microsoft_docs_fetch",
        ),
        (&["tools"], "application/json", false, "summarize_app_service_doc"),
    ] {
        let peer = Peer::start(arguments);
        let answer = peer.rpc(&[], initialize);
        assert!(answer.contains(content_type), "{arguments:?}: {answer}");
        let id = answer.lines().find(|line| line.starts_with("mcp-session-id: "));
        assert_eq!(id.is_some(), session, "{arguments:?}: {answer}");
        let listed = peer.rpc(
            &id.into_iter()
                .chain(["mcp-protocol-version: 2025-11-25"])
                .collect::<Vec<_>>(),
            list,
        );
        assert!(listed.contains(tool), "{arguments:?}: {listed}");
        for foreign in ["host: attacker.example", "origin: http://attacker.example"] {
            let refused = peer.rpc(&[foreign], initialize);
            assert!(
                refused.starts_with("HTTP/1.1 403 "),
                "{arguments:?}, {foreign}: {refused}"
            );
        }
    }
}

#[test]
fn the_conformance_server_speaks_only_the_era_it_was_told_to() {
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let discover = r#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    let modern = ["mcp-protocol-version: 2026-07-28", "mcp-method: server/discover"];
    for (era, initializes, discovers) in [("both", true, true), ("legacy", true, false), ("modern", false, true)] {
        let peer = Peer::start(&["conformance", "--era", era]);
        let answer = peer.rpc(&[], initialize);
        assert_eq!(
            answer.contains(r#""protocolVersion":"2025-11-25""#),
            initializes,
            "{era}: {answer}"
        );
        let answer = peer.rpc(&modern, discover);
        assert_eq!(answer.contains(r#""supportedVersions""#), discovers, "{era}: {answer}");
    }
}

#[test]
fn a_peer_ends_cleanly_when_told_to_even_with_hanging_requests() {
    let mut peer = Peer::start(&["rest"]);
    let _hanging = peer.send(&["GET /hang HTTP/1.1"], "");
    let _streaming = peer.send(&["GET /events?count=1000 HTTP/1.1"], "");
    let begin = Instant::now();
    assert!(
        Command::new("kill")
            .args(["-TERM", &peer.child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert!(peer.child.wait().unwrap().success());
    assert!(begin.elapsed() < Duration::from_secs(5));
}
