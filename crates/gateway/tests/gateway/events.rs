//! Events of `log-to-eventhub` on their way to loggers that are real servers.

use crate::support::{Upstream, api, body_of, catalog, eventually, fetch, full, get, soon, start, text};
use bytes::Bytes;
use catalog::{Access, Api, EventHub, Hidden, Logger, Nats, Otlp, PolicyText, PublicCertificate, Sink};
use gateway::Running;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What a server was sent, as text.
type Heard = Arc<Mutex<Vec<String>>>;

fn heard(by: &Heard) -> Vec<String> {
    by.lock().unwrap().clone()
}

/// A gateway that logs the query of each request, with these attributes.
pub(crate) fn logging(sink: Sink, attributes: &str) -> Running {
    trusting(sink, attributes, Vec::new())
}

/// The same, which trusts these authorities beside the system's.
pub(crate) fn trusting(sink: Sink, attributes: &str, authorities: Vec<Arc<PublicCertificate>>) -> Running {
    let document = format!(
        "<policies><inbound><log-to-eventhub logger-id='events' {attributes}>@(context.Request.Url.Query[\"e\"][0])\
         </log-to-eventhub><return-response /></inbound></policies>"
    );
    let nowhere: SocketAddr = "127.0.0.1:1".parse().unwrap();
    let mut catalog = catalog(vec![Api {
        policy: Some(Arc::new(PolicyText {
            source: diagnostic::Source::new("policy.xml", document),
        })),
        ..api("echo", nowhere)
    }]);
    let logger = Logger {
        id: "events".into(),
        sink,
    };
    catalog.loggers.insert("events".into(), Arc::new(logger));
    catalog.authorities = authorities;
    start(catalog)
}

pub(crate) async fn log(gateway: &Running, event: &str) {
    let (status, _) = fetch(gateway, get(&format!("/echo/x?e={event}"))).await;
    assert_eq!(status, StatusCode::OK);
}

async fn metrics(gateway: &Running) -> String {
    let stream = TcpStream::connect(gateway.admin_address().unwrap()).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/metrics").header("host", "a").body(full("")).unwrap();
    body_of(sender.send_request(request).await.unwrap()).await
}

/// Waits until the metrics hold this.
pub(crate) async fn counted(gateway: &Running, expected: &str) {
    for _ in 0..400 {
        if metrics(gateway).await.contains(expected) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{expected} is not in {}", metrics(gateway).await);
}

/// A server that keeps what it is sent and gives these statuses in turn, then 201.
async fn server(statuses: &[u16]) -> (Upstream, Heard) {
    let (heard, statuses) = (Heard::default(), Arc::new(Mutex::new(statuses.to_vec())));
    let keeps = Arc::clone(&heard);
    let server = Upstream::http(move |request: Request<Incoming>| {
        let (heard, statuses) = (Arc::clone(&keeps), Arc::clone(&statuses));
        async move {
            let (parts, body) = request.into_parts();
            let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let body: Bytes = body.collect().await.unwrap().to_bytes();
            let line = format!(
                "{} {} {} {} {}",
                parts.method,
                parts.uri,
                header("content-type").unwrap_or_default(),
                header("x-key").unwrap_or_default(),
                String::from_utf8_lossy(&body)
            );
            if let Some(value) = header("authorization") {
                assert!(
                    value.starts_with("SharedAccessSignature sr=http%3A%2F%2F127.0.0.1"),
                    "{value}"
                );
            }
            let mut statuses = statuses.lock().unwrap();
            let status = if statuses.is_empty() { 201 } else { statuses.remove(0) };
            if status == 201 {
                heard.lock().unwrap().push(line);
            }
            let mut response: Response<_> = text("{}");
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        }
    })
    .await;
    (server, heard)
}

fn hub(address: SocketAddr) -> Sink {
    Sink::EventHub(EventHub {
        url: format!("http://{address}"),
        hub: "my hub".into(),
        access: Access::Key {
            name: "send".into(),
            key: Hidden("c2VjcmV0".into()),
        },
    })
}

const KIND: &str = "application/vnd.microsoft.servicebus.json";

#[tokio::test]
async fn an_event_hub_gets_batches_by_partition() {
    for (attributes, expected) in [
        (
            "",
            format!("POST /my%20hub/messages?timeout=60&api-version=2014-01 {KIND}  "),
        ),
        (
            "partition-id='2'",
            format!("POST /my%20hub/partitions/2/messages?timeout=60&api-version=2014-01 {KIND}  "),
        ),
        (
            "partition-key='@(context.Request.Method)'",
            format!("POST /my%20hub/messages?timeout=60&api-version=2014-01 {KIND}  "),
        ),
    ] {
        let (server, heard_by) = server(&[]).await;
        let gateway = logging(hub(server.address), attributes);
        log(&gateway, "one").await;
        log(&gateway, "%22two%22").await;
        eventually("the events' arrival", || heard(&heard_by).concat().contains("two")).await;
        let key = if attributes.contains("key") {
            r#","BrokerProperties":{"PartitionKey":"GET"}"#
        } else {
            ""
        };
        let [one, two] = [r#""one""#, r#""\"two\"""#].map(|body| format!(r#"{{"Body":{body}{key}}}"#));
        let together = heard(&heard_by).concat() == format!("{expected}[{one},{two}]");
        // The second one may have come too late for the first one's batch.
        let apart = heard(&heard_by) == [format!("{expected}[{one}]"), format!("{expected}[{two}]")];
        assert!(together || apart, "{:?}", heard(&heard_by));
    }
}

#[tokio::test]
async fn events_wait_for_a_logger_that_is_away_and_requests_do_not() {
    let (server, heard_by) = server(&[503, 401]).await;
    let gateway = logging(hub(server.address), "");
    for number in 0..50 {
        log(&gateway, &format!("e{number}")).await;
    }
    let all = |heard: &[String]| (0..50).all(|number| heard.concat().contains(&format!("\"e{number}\"")));
    eventually("the events' arrival", || all(&heard(&heard_by))).await;
    assert!(heard(&heard_by).len() < 20, "in batches");
    let metrics = metrics(&gateway).await;
    assert!(
        metrics.contains("tollgate_events_sent_total{logger=\"events\"} 50\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("tollgate_events_dropped_total{logger=\"events\"} 0\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn what_is_refused_for_good_is_dropped_and_the_next_event_goes_on() {
    let (server, heard_by) = server(&[400]).await;
    let gateway = logging(hub(server.address), "");
    log(&gateway, "bad").await;
    counted(&gateway, "dropped_total{logger=\"events\"} 1\n").await;
    log(&gateway, "good").await;
    eventually("the event's arrival", || heard(&heard_by).concat().contains("good")).await;
    assert!(!heard(&heard_by).concat().contains("bad"));
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_sent_in_parts() {
    let (server, heard_by) = server(&[413, 413]).await;
    let gateway = logging(hub(server.address), "");
    for number in 0..8 {
        log(&gateway, &format!("e{number}")).await;
    }
    let all = |heard: &[String]| (0..8).all(|number| heard.concat().contains(&format!("\"e{number}\"")));
    eventually("the events' arrival", || all(&heard(&heard_by))).await;
}

#[tokio::test]
async fn what_waits_goes_where_the_logger_is_now() {
    let (wrong, _) = server(&[404; 1000]).await;
    let (right, heard_by) = server(&[]).await;
    let gateway = logging(hub(wrong.address), "");
    log(&gateway, "waits").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut mended = catalog(Vec::new());
    let logger = Logger {
        id: "events".into(),
        sink: hub(right.address),
    };
    mended.loggers.insert("events".into(), Arc::new(logger));
    let (plans, _) = policy::Plans::compile(&mended);
    gateway.replace(Arc::new(mended), plans);
    eventually("the event's arrival", || heard(&heard_by).concat().contains("waits")).await;
}

#[tokio::test]
async fn a_gateway_that_stops_does_not_wait_for_the_next_attempt() {
    let away = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let (heard_by, says) = (Heard::default(), Arc::clone(&away));
    let keeps = Arc::clone(&heard_by);
    let server = Upstream::http(move |request: Request<Incoming>| {
        let (heard, is_away) = (Arc::clone(&keeps), says.load(std::sync::atomic::Ordering::Relaxed));
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let mut response: Response<_> = text("{}");
            if is_away {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                // Longer than a test may take.
                response.headers_mut().insert("retry-after", "30".parse().unwrap());
            } else {
                heard.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
            }
            response
        }
    })
    .await;
    let gateway = logging(hub(server.address), "");
    log(&gateway, "late").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    away.store(false, std::sync::atomic::Ordering::Relaxed);
    tokio::task::spawn_blocking(move || gateway.shutdown(Duration::from_secs(20)))
        .await
        .unwrap();
    assert!(heard(&heard_by).concat().contains("late"));
}

#[tokio::test]
async fn a_collector_gets_log_records() {
    let (server, heard_by) = server(&[]).await;
    let gateway = logging(
        Sink::Otlp(Otlp {
            url: format!("http://{}", server.address),
            headers: vec![("x-key".into(), Hidden("k".into()))],
        }),
        "partition-key='p'",
    );
    log(&gateway, "hello").await;
    eventually("the record's arrival", || !heard(&heard_by).is_empty()).await;
    let line = heard(&heard_by).concat();
    assert!(
        line.starts_with("POST /v1/logs application/json k {\"resourceLogs\":[{"),
        "{line}"
    );
    for part in [
        r#""attributes":[{"key":"service.name","value":{"stringValue":"tollgate"}}]"#,
        r#""body":{"stringValue":"hello"},"attributes":[{"key":"partition.key","value":{"stringValue":"p"}}]"#,
        r#""timeUnixNano":"1"#,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// A collector that answers in this way to exports with a bad record, and keeps all others.
async fn particular(status: u16) -> (Upstream, Heard) {
    let heard = Heard::default();
    let keeps = Arc::clone(&heard);
    let server = Upstream::http(move |request: Request<Incoming>| {
        let heard = Arc::clone(&keeps);
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            let mut response: Response<_> = text("{}");
            if body.contains("bad") {
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
            } else {
                heard.lock().unwrap().push(body);
            }
            response
        }
    })
    .await;
    (server, heard)
}

#[tokio::test]
async fn a_record_that_a_collector_never_takes_does_not_keep_the_others_back() {
    for status in [500, 501, 400, 422] {
        let (server, heard_by) = particular(status).await;
        let gateway = logging(
            Sink::Otlp(Otlp {
                url: format!("http://{}", server.address),
                headers: Vec::new(),
            }),
            "",
        );
        for event in ["one", "bad", "two", "three"] {
            log(&gateway, event).await;
        }
        let all = |heard: String| ["one", "two", "three"].iter().all(|event| heard.contains(event));
        eventually("the records' arrival", || all(heard(&heard_by).concat())).await;
        counted(&gateway, "sent_total{logger=\"events\"} 3\n").await;
        counted(&gateway, "dropped_total{logger=\"events\"} 1\n").await;
    }
}

/// A NATS server that keeps what is published, after it has closed as many connections as it is told to.
async fn nats(closing: usize) -> (Upstream, Heard) {
    let heard = Heard::default();
    let (keeps, closing) = (Arc::clone(&heard), Arc::new(Mutex::new(closing)));
    let server = Upstream::serve(move |stream| {
        let (heard, closing) = (Arc::clone(&keeps), Arc::clone(&closing));
        async move {
            let is_over = std::mem::replace(&mut *closing.lock().unwrap(), 0) > 0;
            if !is_over {
                // An error means that the client has gone.
                let _ = talk(stream, &heard).await;
            }
        }
    })
    .await;
    (server, heard)
}

async fn talk(stream: TcpStream, heard: &Heard) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let information = "INFO {\"headers\":true,\"max_payload\":40,\"server_id\":\"x\"}\r\n";
    stream.get_mut().write_all(information.as_bytes()).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let words: Vec<&str> = line.trim_end().split(' ').collect();
        match words[0] {
            "CONNECT" => {
                assert!(line.contains(r#""user":"u","pass":"p""#), "{line}");
                stream.get_mut().write_all(b"PING\r\n").await?;
            }
            "PING" => stream.get_mut().write_all(b"PONG\r\n").await?,
            "PUB" | "HPUB" => {
                let mut payload = vec![0; words[words.len() - 1].parse::<usize>().unwrap() + 2];
                stream.read_exact(&mut payload).await?;
                let payload = String::from_utf8(payload).unwrap();
                heard
                    .lock()
                    .unwrap()
                    .push(format!("{} {} {payload}", words[0], words[1]));
            }
            word => assert_eq!(word, "PONG"),
        }
    }
}

fn subject(address: SocketAddr) -> Sink {
    Sink::Nats(Nats {
        host: address.ip().to_string(),
        port: address.port(),
        tls: false,
        subject: "gateway.events".into(),
        user: Some(("u".into(), Hidden("p".into()))),
        token: None,
    })
}

#[tokio::test]
async fn a_nats_server_gets_messages() {
    let (server, heard_by) = nats(1).await;
    let gateway = logging(subject(server.address), "");
    log(&gateway, "first").await;
    log(&gateway, &"long".repeat(20)).await;
    eventually("the message's arrival", || !heard(&heard_by).is_empty()).await;
    log(&gateway, "second").await;
    eventually("the message's arrival", || heard(&heard_by).len() == 2).await;
    assert_eq!(
        heard(&heard_by),
        ["PUB gateway.events first\r\n", "PUB gateway.events second\r\n"]
    );

    let (server, heard_by) = nats(0).await;
    let gateway = logging(subject(server.address), r#"partition-key='@("a\r\nb")'"#);
    log(&gateway, "x").await;
    eventually("the message's arrival", || !heard(&heard_by).is_empty()).await;
    assert_eq!(
        heard(&heard_by),
        ["HPUB gateway.events NATS/1.0\r\nPartition-Key: a  b\r\n\r\nx\r\n"]
    );
}

fn temporary(name: &str) -> std::path::PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    path
}

#[tokio::test]
async fn a_file_has_all_events_when_the_gateway_has_stopped() {
    let path = temporary("events.jsonl");
    let gateway = logging(Sink::File(path.clone()), "");
    for number in 0..20 {
        log(&gateway, &format!("e{number}")).await;
    }
    tokio::task::spawn_blocking(move || gateway.shutdown(Duration::from_secs(5)))
        .await
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 20, "{text}");
    for (number, line) in text.lines().enumerate() {
        assert!(line.ends_with(&format!(",\"body\":\"e{number}\"}}")), "{line}");
    }
}

#[tokio::test]
async fn a_logger_that_is_away_does_not_keep_the_gateway_from_stopping() {
    let gateway = logging(hub("127.0.0.1:1".parse().unwrap()), "");
    log(&gateway, "lost").await;
    let stopped = tokio::task::spawn_blocking(move || gateway.shutdown(Duration::ZERO));
    soon(stopped).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_that_nobody_reads_does_not_keep_the_gateway_from_stopping() {
    let path = temporary("events.pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let gateway = logging(Sink::File(path.clone()), "");
    log(&gateway, "lost").await;
    // The event is on its way when the gateway stops.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stopped = tokio::task::spawn_blocking(move || gateway.shutdown(Duration::ZERO));
    let is_over = tokio::time::timeout(Duration::from_secs(15), stopped).await;
    // Whoever still waits for a reader has one now, so that a failure is told and not a hang.
    let _ = std::fs::OpenOptions::new().read(true).write(true).open(&path);
    is_over.expect("the gateway stops").unwrap();
}
