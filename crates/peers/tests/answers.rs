//! What tests of the gateway rely on in the peers, asked of the real program over sockets.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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

/// A client of the SQL peer, as far as tests need one.
struct Sql<Io> {
    io: Io,
}

/// Kinds of messages.
const BATCH: u8 = 0x01;
const RPC: u8 = 0x03;
const LOGIN: u8 = 0x10;
const PRELOGIN: u8 = 0x12;

/// The header of every request: no transaction.
const HEADERS: [u8; 22] = [22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// PRELOGIN of a client that says this about encryption and nothing else of note.
fn prelogin(encryption: u8) -> Vec<u8> {
    let mut payload = vec![0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
    payload.extend([1, 0, 0, 0, 0, 0, encryption]);
    payload
}

/// LOGIN7 of a user with a password, or of one whose features have a token.
fn login(user: &str, password: &str, database: &str, features: &[u8]) -> Vec<u8> {
    let hidden: Vec<u8> = utf16(password).iter().map(|byte| byte.rotate_left(4) ^ 0xa5).collect();
    let (user, database) = (utf16(user), utf16(database));
    let mut places = Vec::new();
    let mut data = Vec::new();
    for (place, text) in [&[][..], &user, &hidden, &[], &[], &[], &[], &[], &database]
        .into_iter()
        .enumerate()
    {
        places.extend((94 + data.len() as u16).to_le_bytes());
        places.extend(if place == 5 && !features.is_empty() {
            [4, 0]
        } else {
            ((text.len() / 2) as u16).to_le_bytes()
        });
        data.extend(text);
        if place == 5 && !features.is_empty() {
            data.extend((94 + data.len() as u32 + 4).to_le_bytes());
            data.extend(features);
        }
    }
    let mut payload = ((94 + data.len()) as u32).to_le_bytes().to_vec();
    payload.extend(0x7400_0004_u32.to_le_bytes());
    payload.extend(512_u32.to_le_bytes());
    payload.extend([0; 12]);
    payload.extend([0, 0, 0, if features.is_empty() { 0 } else { 0x10 }]);
    payload.extend([0; 8]);
    payload.extend(places);
    payload.extend([0; 6 + 4 + 4 + 4 + 4]);
    payload.extend(data);
    payload
}

impl Sql<TcpStream> {
    fn connect(peer: &Peer) -> Self {
        let io = TcpStream::connect(&peer.address).unwrap();
        io.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self { io }
    }

    /// A connection to a peer without TLS that let us in.
    fn of(peer: &Peer) -> Self {
        let mut sql = Self::connect(peer);
        sql.ask(PRELOGIN, &prelogin(2));
        let welcome = sql.ask(LOGIN, &login("sa", "Passw0rd", "", &[]));
        assert!(welcome.starts_with(&[0xe3]), "{welcome:x?}");
        sql
    }
}

impl<Io: Read + Write> Sql<Io> {
    fn ask(&mut self, kind: u8, payload: &[u8]) -> Vec<u8> {
        self.say(kind, 1, payload);
        self.answer()
    }

    fn say(&mut self, kind: u8, status: u8, payload: &[u8]) {
        let mut packet = vec![kind, status];
        packet.extend((8 + payload.len() as u16).to_be_bytes());
        packet.extend([0, 0, 1, 0]);
        packet.extend(payload);
        self.io.write_all(&packet).unwrap();
        self.io.flush().unwrap();
    }

    /// The data of a message, or of what there was of it before the connection ended.
    fn answer(&mut self) -> Vec<u8> {
        let mut data = Vec::new();
        loop {
            let mut head = [0; 8];
            if self.io.read_exact(&mut head).is_err() {
                return data;
            }
            let mut part = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]])) - 8];
            self.io.read_exact(&mut part).unwrap();
            data.extend(part);
            if head[1] & 1 != 0 {
                return data;
            }
        }
    }

    fn batch(&mut self, text: &str) -> Vec<u8> {
        self.ask(BATCH, &[&HEADERS[..], &utf16(text)].concat())
    }

    /// Calls `sp_executesql` with a statement, declarations, and parameters as bytes.
    fn call(&mut self, statement: &str, declarations: &str, parameters: &[u8]) -> Vec<u8> {
        let mut call = [&HEADERS[..], &[0xff, 0xff, 10, 0, 0, 0]].concat();
        for text in [statement, declarations] {
            call.extend([0, 0, 0xe7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34]);
            call.extend((2 * text.encode_utf16().count() as u16).to_le_bytes());
            call.extend(utf16(text));
        }
        call.extend(parameters);
        self.ask(RPC, &call)
    }
}

fn contains(answer: &[u8], part: &[u8]) -> bool {
    answer.windows(part.len()).any(|window| window == part)
}

/// The end of a statement with this many rows.
fn done(token: u8, flags: u16, command: u8, rows: u64) -> Vec<u8> {
    let mut done = vec![token];
    done.extend(flags.to_le_bytes());
    done.extend([command, 0]);
    done.extend(rows.to_le_bytes());
    done
}

#[test]
fn the_sql_peer_says_what_it_can_and_lets_in_whoever_proves_who_they_are() {
    let peer = Peer::start(&["sql", "--tls", "none", "--token", "a token"]);
    let mut sql = Sql::connect(&peer);
    let expected = [
        &[
            0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 0, 4, 0, 34, 0, 1, 0xff,
        ][..],
        &[16, 0, 0x10, 0x68, 0, 0, 2, 0, 0],
    ];
    assert_eq!(sql.ask(PRELOGIN, &prelogin(1)), expected.concat());

    let token = |token: &str, echo: u8| {
        let text = utf16(token);
        let mut feature = vec![2];
        feature.extend((text.len() as u32 + 5).to_le_bytes());
        feature.push(1 << 1 | echo);
        feature.extend((text.len() as u32).to_le_bytes());
        feature.extend(text);
        feature.push(0xff);
        feature
    };
    let failed = "Login failed for user";
    for (user, password, database, features, number, says) in [
        (
            "sa",
            "Passw0rd",
            "",
            vec![],
            0_u32,
            "Changed database context to 'master'.",
        ),
        (
            "SA",
            "Passw0rd",
            "shop",
            vec![],
            0,
            "Changed database context to 'shop'.",
        ),
        ("sa", "passw0rd", "", vec![], 18_456, failed),
        ("bob", "Passw0rd", "", vec![], 18_456, "Login failed for user 'bob'."),
        ("sa", "Passw0rd", "missing", vec![], 4060, "requested by the login"),
        ("", "", "", token("a token", 1), 0, "Changed database context"),
        ("", "", "", token("a token", 0), 18_456, failed),
        ("", "", "", token("another", 1), 18_456, failed),
    ] {
        let mut sql = Sql::connect(&peer);
        sql.ask(PRELOGIN, &prelogin(2));
        let answer = sql.ask(LOGIN, &login(user, password, database, &features));
        assert!(
            contains(&answer, &utf16(says)),
            "{user} {password} {database}: {answer:x?}"
        );
        if number == 0 {
            assert!(contains(&answer, &[1, 0x74, 0, 0, 4]), "{answer:x?}");
            let acknowledged = contains(&answer, &[0xae, 2, 0, 0, 0, 0, 0xff]);
            assert_eq!(acknowledged, !features.is_empty(), "{answer:x?}");
            assert!(answer.ends_with(&done(0xfd, 0, 0, 0)), "{answer:x?}");
        } else {
            assert_eq!(answer[0], 0xaa);
            assert_eq!(answer[3..7], number.to_le_bytes());
            assert!(answer.ends_with(&done(0xfd, 2, 0, 0)), "{answer:x?}");
            assert_eq!(sql.answer(), Vec::<u8>::new(), "the connection is closed");
        }
    }
}

#[test]
fn the_sql_peer_answers_batches() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let mut sql = Sql::of(&peer);
    let name = utf16("Zoë Müller");
    // Two columns and a row that leaves out the third one, which is NULL.
    let compressed = [&[0xd2, 0b100, 2, 0, 0, 0, name.len() as u8, 0], &name[..]].concat();
    let people = sql.batch("select *\n  from [dbo].[people] -- all of them");
    assert!(
        people.starts_with(&[0x81, 3, 0, 0, 0, 0, 0, 8, 0, 0x38, 2]),
        "{people:x?}"
    );
    assert!(contains(&people, &compressed), "{people:x?}");
    assert!(people.ends_with(&done(0xfd, 0x10, 0xc1, 3)), "{people:x?}");

    let both = sql.batch("INSERT INTO people (id) VALUES (4), (5)\nSELECT id FROM people WHERE name = N'Ada'");
    assert!(both.starts_with(&done(0xfd, 0x11, 0xc3, 2)), "{both:x?}");
    assert!(
        both.ends_with(&[&[0xd1, 1, 0, 0, 0], &done(0xfd, 0x10, 0xc1, 1)[..]].concat()),
        "{both:x?}"
    );

    let missing = sql.batch("\nSELECT * FROM missing");
    let text = utf16("Invalid object name 'missing'.");
    let error = [
        &[208, 0, 0, 0, 1, 16, 30, 0],
        &text[..],
        &[5],
        &utf16("PEERS"),
        &[0, 2, 0, 0, 0],
    ]
    .concat();
    assert!(
        missing.starts_with(&[0xaa, error.len() as u8, 0]) && contains(&missing, &error),
        "{missing:x?}"
    );
    assert!(missing.ends_with(&done(0xfd, 2, 0, 0)), "{missing:x?}");
}

#[test]
fn the_sql_peer_gives_back_parameters_as_they_were_declared() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let mut sql = Sql::of(&peer);
    // Each is sent as a text.
    for (declared, sent, of, value) in [
        ("int", "-7", vec![0x26, 4], vec![4, 0xf9, 0xff, 0xff, 0xff]),
        ("bigint", "5", vec![0x26, 8], vec![8, 5, 0, 0, 0, 0, 0, 0, 0]),
        ("bit", "true", vec![0x68, 1], vec![1, 1]),
        ("float", "0.5", vec![0x6d, 8], vec![8, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]),
        ("decimal(5, 2)", "-1.5", vec![0x6a, 5, 5, 2], vec![5, 0, 150, 0, 0, 0]),
        ("date", "0001-01-02", vec![0x28], vec![3, 1, 0, 0]),
        ("time(0)", "00:01", vec![0x29, 0], vec![3, 60, 0, 0]),
        (
            "datetime2(3)",
            "0001-01-01 00:00:01.5",
            vec![0x2a, 3],
            vec![7, 0xdc, 5, 0, 0, 0, 0, 0],
        ),
        (
            "datetimeoffset(0)",
            "0001-01-02T01:00:00+01:00",
            vec![0x2b, 0],
            vec![8, 0, 0, 0, 1, 0, 0, 60, 0],
        ),
        (
            "nvarchar(2)",
            "abc",
            vec![0xe7, 4, 0, 9, 4, 0xd0, 0, 0x34],
            vec![4, 0, b'a', 0, b'b', 0],
        ),
        (
            "uniqueidentifier",
            "00112233-4455-6677-8899-aabbccddeeff",
            vec![0x24, 16],
            vec![
                16, 0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
            ],
        ),
    ] {
        let mut parameter = vec![2, b'@', 0, b'p', 0, 0, 0xe7, 0x40, 0x1f, 9, 4, 0xd0, 0, 0x34];
        parameter.extend((2 * sent.len() as u16).to_le_bytes());
        parameter.extend(utf16(sent));
        let answer = sql.call("SELECT @p AS [p]", &format!("@p {declared}"), &parameter);
        let columns = [&[0x81, 1, 0, 0, 0, 0, 0, 9, 0], &of[..], &[1, b'p', 0, 0xd1]].concat();
        let end = [done(0xff, 0x11, 0xc1, 1), vec![0x79, 0, 0, 0, 0], done(0xfe, 0, 0, 0)].concat();
        assert_eq!(answer, [columns, value, end].concat(), "{declared}");
    }
    for (statement, declarations, number) in [
        ("SELECT @q", "@p int", 8178_u32),
        ("SELECT @p", "", 137),
        ("SELECT * FROM missing", "", 208),
        ("SELECT @p", "@p thing", 2715),
    ] {
        let answer = sql.call(statement, declarations, &[]);
        assert_eq!(
            (answer[0], &answer[3..7]),
            (0xaa, &number.to_le_bytes()[..]),
            "{statement}"
        );
        let end = [&[0x79][..], &number.to_le_bytes(), &done(0xfe, 2, 0, 0)].concat();
        assert!(answer.ends_with(&end), "{statement}: {answer:x?}");
    }
}
