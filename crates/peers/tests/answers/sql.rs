//! The stand-in for SQL Server, byte by byte; clients that others wrote are not needed here.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::Peer;

/// A client of the SQL peer, as far as tests need one.
struct Sql<Io> {
    io: Io,
}

/// Kinds of messages.
const BATCH: u8 = 0x01;
const RPC: u8 = 0x03;
const ATTENTION: u8 = 0x06;
const TOKEN: u8 = 0x08;
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
fn it_says_what_it_can_and_lets_in_whoever_proves_who_they_are() {
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
fn it_answers_batches() {
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
fn it_gives_back_parameters_as_they_were_declared() {
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

/// A peer with a certificate of its own, and a client that trusts it and offers these protocols.
fn secure(tls: &str, protocols: &[&[u8]]) -> (Peer, ClientConnection) {
    let file = std::env::temp_dir().join(format!(
        "peers-sql-{}-{tls}-{}.pem",
        std::process::id(),
        protocols.len()
    ));
    let peer = Peer::start(&["sql", "--tls", tls, "--certificate-to", file.to_str().unwrap()]);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&file).unwrap()).unwrap();
    std::fs::remove_file(file).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    (peer, ClientConnection::new(Arc::new(config), name).unwrap())
}

#[test]
fn it_keeps_statements_for_later() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let mut sql = Sql::of(&peer);
    let text = |text: &str| {
        let mut parameter = vec![0, 0, 0xe7, 0x40, 0x1f, 9, 4, 0xd0, 0, 0x34];
        parameter.extend((2 * text.len() as u16).to_le_bytes());
        parameter.extend(utf16(text));
        parameter
    };
    let int = |flags: u8, value: u8| vec![0, flags, 0x26, 4, 4, value, 0, 0, 0];
    let call = |number: u8, parameters: &[Vec<u8>]| {
        [&HEADERS[..], &[0xff, 0xff, number, 0, 0, 0], &parameters.concat()].concat()
    };
    let row = [
        &[0xd1, 4, 7, 0, 0, 0][..],
        &done(0xff, 0x11, 0xc1, 1),
        &[0x79, 0, 0, 0, 0],
    ]
    .concat();
    let (declared, statement) = (text("@p int"), text("SELECT @p AS p"));
    let handle = |handle: u8| {
        [
            &[0xac, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x26, 4, 4, handle, 0, 0, 0],
            &done(0xfe, 0, 0, 0)[..],
        ]
        .concat()
    };
    let nothing = vec![0, 1, 0x26, 4, 0];
    let first = sql.ask(
        RPC,
        &call(13, &[nothing.clone(), declared.clone(), statement.clone(), int(0, 7)]),
    );
    assert!(first.ends_with(&[&row[..], &handle(1)].concat()), "{first:x?}");
    let second = sql.ask(RPC, &call(11, &[nothing, declared, statement]));
    assert_eq!(second, [&[0x79, 0, 0, 0, 0], &handle(2)[..]].concat());
    let again = sql.ask(RPC, &call(12, &[int(0, 2), int(0, 7)]));
    assert!(
        again.ends_with(&[&row[..], &done(0xfe, 0, 0, 0)].concat()),
        "{again:x?}"
    );
    let gone = [&[0x79, 0, 0, 0, 0], &done(0xfe, 0, 0, 0)[..]].concat();
    assert_eq!(sql.ask(RPC, &call(15, &[int(0, 2)])), gone);
    let refused = sql.ask(RPC, &call(12, &[int(0, 2), int(0, 7)]));
    assert_eq!((refused[0], &refused[3..7]), (0xaa, &8179_u32.to_le_bytes()[..]));
}

#[test]
fn it_shakes_hands_inside_of_packets() {
    let (peer, mut tls) = secure("login", &[]);
    let mut sql = Sql::connect(&peer);
    let answer = sql.ask(PRELOGIN, &prelogin(0));
    assert_eq!(answer[32], 3, "encryption is required: {answer:x?}");
    let mut sql = Sql::connect(&peer);
    let answer = sql.ask(PRELOGIN, &prelogin(1));
    assert_eq!(answer[32], 1, "encryption is on: {answer:x?}");
    while tls.is_handshaking() {
        let mut said = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut said).unwrap();
        }
        if !said.is_empty() {
            sql.say(PRELOGIN, 1, &said);
        }
        if tls.wants_read() {
            let answer = sql.answer();
            tls.read_tls(&mut &*answer).unwrap();
            tls.process_new_packets().unwrap();
        }
    }
    let mut sql = Sql {
        io: StreamOwned::new(tls, sql.io),
    };
    sql.ask(LOGIN, &login("sa", "Passw0rd", "", &[]));
    let people = sql.batch("SELECT id FROM people");
    assert!(people.ends_with(&done(0xfd, 0x10, 0xc1, 3)), "{people:x?}");
    // What cannot have TLS goes no further.
    let mut sql = Sql::connect(&peer);
    sql.ask(PRELOGIN, &prelogin(2));
    assert_eq!(sql.answer(), Vec::<u8>::new());
}

#[test]
fn the_strict_one_begins_with_tls_and_its_protocol() {
    let (peer, tls) = secure("strict", &[b"tds/8.0"]);
    let mut sql = Sql {
        io: StreamOwned::new(tls, TcpStream::connect(&peer.address).unwrap()),
    };
    sql.ask(PRELOGIN, &prelogin(2));
    assert_eq!(sql.io.conn.alpn_protocol(), Some(&b"tds/8.0"[..]));
    let mut strict = login("sa", "Passw0rd", "", &[]);
    strict[4..8].copy_from_slice(&0x0800_0000_u32.to_le_bytes());
    let welcome = sql.ask(LOGIN, &strict);
    assert!(contains(&welcome, &[1, 8, 0, 0, 0]), "{welcome:x?}");

    let (peer, tls) = secure("strict", &[]);
    let mut sql = Sql {
        io: StreamOwned::new(tls, TcpStream::connect(&peer.address).unwrap()),
    };
    sql.say(PRELOGIN, 1, &prelogin(2));
    assert_eq!(sql.answer(), Vec::<u8>::new());
}

#[test]
fn it_stops_when_told_to() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let mut sql = Sql::of(&peer);
    let (ended, heard) = (done(0xfd, 2, 0, 0), done(0xfd, 0x20, 0, 0));
    let waiting = [&HEADERS[..], &utf16("WAITFOR DELAY '1:00:00'")].concat();
    sql.say(BATCH, 1, &waiting);
    assert_eq!(sql.ask(ATTENTION, &[]), ended);
    assert_eq!(sql.answer(), heard);
    // There is nothing to stop.
    assert_eq!(sql.ask(ATTENTION, &[]), heard);
    // What comes in between has its turn.
    sql.say(BATCH, 1, &waiting);
    sql.say(BATCH, 1, &[&HEADERS[..], &utf16("SELECT 1 AS x")].concat());
    assert_eq!(sql.ask(ATTENTION, &[]), ended);
    assert_eq!(sql.answer(), heard);
    assert!(sql.answer().ends_with(&done(0xfd, 0x10, 0xc1, 1)));

    sql.say(BATCH, 1, &[&HEADERS[..], &utf16("SELECT * FROM large")].concat());
    let rows = sql.ask(ATTENTION, &[]);
    let all = done(0xfd, 0x10, 0xc1, 100_000);
    // All of them may have been on their way before it was heard.
    assert!(rows.ends_with(&ended) || rows.ends_with(&all));
    assert_eq!(sql.answer(), heard);
    assert!(sql.batch("SELECT * FROM large").ends_with(&all));
    // A request that is withdrawn before its end.
    sql.say(BATCH, 0, &waiting);
    sql.say(BATCH, 1 | 2, &[]);
    assert_eq!(sql.answer(), ended);
}

#[test]
fn it_begins_sessions_anew() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let question = [&HEADERS[..], &utf16("SELECT @@session AS s, resets() AS n")].concat();
    for session in 1..3 {
        let mut sql = Sql::of(&peer);
        for (status, resets) in [(1, 0), (1 | 8, 1), (1, 1), (1 | 16, 2)] {
            sql.say(BATCH, status, &question);
            let answer = sql.answer();
            assert_eq!(answer.starts_with(&[0xe3, 3, 0, 18, 0, 0]), status != 1, "{answer:x?}");
            let row = [0xd1, session, 0, 0, 0, 0, 0, 0, 0, resets, 0, 0, 0, 0, 0, 0, 0];
            assert!(contains(&answer, &row), "{answer:x?}");
        }
    }
}

#[test]
fn it_fails_as_it_is_asked_to() {
    let peer = Peer::start(&["sql", "--tls", "none"]);
    let text = |answer: &[u8]| String::from_utf8_lossy(answer).replace('\0', "");
    let half = Sql::of(&peer).batch("BREAK");
    assert!(half[..2] == [0x81, 1] && !contains(&half, &[0xfd]), "{half:x?}");
    let mut sql = Sql::of(&peer);
    sql.say(BATCH, 1, &[&HEADERS[..], &utf16("GARBAGE")].concat());
    let mut garbage = Vec::new();
    sql.io.read_to_end(&mut garbage).unwrap();
    assert!(garbage.starts_with(b"HTTP/1.1 400 "), "{garbage:x?}");

    let complaint = Sql::of(&peer).batch("PRINT N'first' RAISERROR('then', 16, 7); SELECT 1 AS x");
    assert!(
        text(&complaint).contains("first") && text(&complaint).contains("then"),
        "{complaint:x?}"
    );
    assert!(contains(&complaint, &done(0xfd, 3, 0, 0)), "{complaint:x?}");
    assert!(complaint.ends_with(&done(0xfd, 0x10, 0xc1, 1)), "{complaint:x?}");
    for (kind, payload) in [
        (BATCH, utf16("SELECT 1")),
        (RPC, [&HEADERS[..], &[0xff, 0xff, 10, 0]].concat()),
        (0x77, vec![]),
    ] {
        let mut sql = Sql::of(&peer);
        let answer = sql.ask(kind, &payload);
        assert!(
            text(&answer).contains("protocol stream is incorrect"),
            "{kind}: {answer:x?}"
        );
        assert_eq!(sql.answer(), Vec::<u8>::new());
    }
}

#[test]
fn it_says_for_whom_a_token_must_be_and_sends_clients_elsewhere() {
    let peer = Peer::start(&[
        "sql",
        "--tls",
        "none",
        "--token",
        "a token",
        "--redirect",
        "other.example:1444",
    ]);
    let mut sql = Sql::connect(&peer);
    sql.ask(PRELOGIN, &prelogin(2));
    let wanted = sql.ask(LOGIN, &login("", "", "", &[2, 2, 0, 0, 0, 2 << 1 | 1, 1, 0xff]));
    assert_eq!((wanted[0], &wanted[5..9]), (0xee, &[2, 0, 0, 0][..]), "{wanted:x?}");
    assert!(
        contains(&wanted, &utf16("https://database.windows.net/")),
        "{wanted:x?}"
    );
    let token = utf16("a token");
    let length = (token.len() as u32).to_le_bytes();
    let whole = (token.len() as u32 + 4).to_le_bytes();
    let welcome = sql.ask(TOKEN, &[&whole[..], &length, &token].concat());
    let place = [&[20, 31, 0, 0, 0xa4, 5, 13, 0][..], &utf16("other.example"), &[0, 0]].concat();
    assert!(contains(&welcome, &place), "{welcome:x?}");
    assert!(contains(&welcome, &[0xae, 2, 0, 0, 0, 0, 0xff]), "{welcome:x?}");
}
