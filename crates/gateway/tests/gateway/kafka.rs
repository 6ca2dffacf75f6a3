//! Events in a Kafka cluster: librdkafka's own, which `kcat` starts beside the consumer that it is.

use crate::events::{counted, log, logging, trusting};
use crate::support::{Upstream, eventually};
use catalog::{Hidden, Kafka, KafkaLogin, PublicCertificate, SaslMechanism, Sink};
use rustls::pki_types::PrivateKeyDer;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A cluster of three servers and a consumer of its topic `events`, which has four partitions.
struct Cluster {
    kcat: Child,
    bootstrap: Vec<String>,
    /// Partition, key and value of each record that was consumed.
    consumed: Arc<Mutex<Vec<String>>>,
}

impl Cluster {
    fn start() -> Self {
        let mut command = Command::new("kcat");
        command.args([
            "-C",
            "-u",
            "-b",
            "none",
            "-t",
            "events",
            "-o",
            "beginning",
            "-f",
            "%p %k %s\n",
        ]);
        command.args(["-X", "test.mock.num.brokers=3", "-d", "mock"]);
        let mut kcat = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kcat, of the Debian package of that name");
        let mut log = BufReader::new(kcat.stderr.take().unwrap()).lines();
        let told = log.find_map(|line| Some(line.unwrap().split_once("bootstrap.servers=")?.1.to_owned()));
        let bootstrap = told.unwrap().split(',').map(str::to_owned).collect();
        // It would stop when nobody read what it says.
        std::thread::spawn(move || log.for_each(drop));
        let consumed = Arc::new(Mutex::new(Vec::new()));
        let (records, keeps) = (
            BufReader::new(kcat.stdout.take().unwrap()).lines(),
            Arc::clone(&consumed),
        );
        std::thread::spawn(move || {
            for record in records.map_while(Result::ok) {
                keeps.lock().unwrap().push(record);
            }
        });
        Self {
            kcat,
            bootstrap,
            consumed,
        }
    }

    fn consumed(&self) -> Vec<String> {
        let mut consumed = self.consumed.lock().unwrap().clone();
        consumed.sort();
        consumed
    }

    fn sink(&self, topic: &str) -> Sink {
        Sink::Kafka(Kafka {
            bootstrap: self.bootstrap.clone(),
            topic: topic.into(),
            tls: false,
            login: None,
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.kcat.kill();
        let _ = self.kcat.wait();
    }
}

#[tokio::test]
async fn records_go_to_the_partition_of_their_key_or_number() {
    let cluster = Cluster::start();
    let of = |attributes: &str| logging(cluster.sink("events"), attributes);
    let (keyed, numbered, any) = (
        of("partition-key='@(context.Request.Url.Query[\"e\"][0])'"),
        of("partition-id='2'"),
        of(""),
    );
    // By the hash of Kafka's clients: 0x1c9433fb for "abc", and -790332482 for "foobar".
    for (gateway, event) in [
        (&keyed, "abc"),
        (&keyed, "foobar"),
        (&numbered, "one"),
        (&numbered, "two"),
        (&any, "x"),
    ] {
        log(gateway, event).await;
    }
    eventually("the records' arrival", || cluster.consumed().len() == 5).await;
    let consumed = cluster.consumed();
    for expected in ["3 abc abc", "2 foobar foobar", "2  one", "2  two"] {
        assert!(consumed.contains(&expected.to_owned()), "{consumed:?}");
    }
    assert!(consumed.iter().any(|record| record.ends_with("  x")), "{consumed:?}");
    for gateway in [&keyed, &numbered] {
        counted(gateway, "sent_total{logger=\"events\"} 2\n").await;
    }
}

#[tokio::test]
async fn events_wait_for_a_cluster_that_is_away() {
    let cluster = Cluster::start();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let Sink::Kafka(kafka) = cluster.sink("events") else {
        unreachable!()
    };
    let gateway = logging(
        Sink::Kafka(Kafka {
            bootstrap: vec![address.to_string()],
            ..kafka
        }),
        "",
    );
    for event in ["one", "two"] {
        log(&gateway, event).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    // It is there now, as a way to a server of the cluster.
    let listener = TcpListener::bind(address).await.unwrap();
    let server = cluster.bootstrap[0].clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    eventually("the records' arrival", || cluster.consumed().len() == 2).await;
    counted(&gateway, "dropped_total{logger=\"events\"} 0\n").await;
}

#[tokio::test]
async fn records_for_a_partition_that_is_not_there_are_dropped() {
    let cluster = Cluster::start();
    let gateway = logging(cluster.sink("events"), "partition-id='9'");
    log(&gateway, "one").await;
    log(&gateway, "two").await;
    counted(&gateway, "dropped_total{logger=\"events\"} 2\n").await;
    counted(&gateway, "sent_total{logger=\"events\"} 0\n").await;
    assert_eq!(cluster.consumed(), [""; 0]);
}

/// What a server that speaks TLS is shown by SASL: the mechanism and the first message, or why there was none.
async fn shown(mechanism: SaslMechanism) -> String {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let shown = Arc::new(Mutex::new(String::new()));
    let keeps = Arc::clone(&shown);
    let server = Upstream::serve(move |stream| {
        let (acceptor, shown) = (acceptor.clone(), Arc::clone(&keeps));
        async move {
            let told = refuse(acceptor.accept(stream).await.unwrap()).await.unwrap();
            *shown.lock().unwrap() = told;
        }
    })
    .await;
    let sink = Sink::Kafka(Kafka {
        bootstrap: vec![format!("localhost:{}", server.address.port())],
        topic: "events".into(),
        tls: true,
        login: Some(KafkaLogin {
            mechanism,
            user: "name".into(),
            password: Hidden("word".into()),
        }),
    });
    let gateway = trusting(sink, "", vec![Arc::new(PublicCertificate::of(own.cert.der().clone()))]);
    log(&gateway, "x").await;
    eventually("the login", || !shown.lock().unwrap().is_empty()).await;
    shown.lock().unwrap().clone()
}

/// Listens until it is shown something, which it refuses.
async fn refuse(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<String> {
    let mut mechanism = String::new();
    loop {
        let length = stream.read_u32().await?;
        let mut request = vec![0; length as usize];
        stream.read_exact(&mut request).await?;
        let (kind, number) = (u16::from_be_bytes([request[0], request[1]]), &request[4..8]);
        let client = 10 + usize::from(u16::from_be_bytes([request[8], request[9]]));
        let body = &request[client..];
        let mut answer = number.to_vec();
        match kind {
            // ApiVersions: that, SaslHandshake and SaslAuthenticate.
            18 => {
                answer.extend_from_slice(&[0, 0, 4]);
                for (kind, most) in [(18, 3), (17, 1), (36, 0)] {
                    answer.extend_from_slice(&[0, kind, 0, 0, 0, most, 0]);
                }
                answer.extend_from_slice(&[0; 5]);
            }
            17 => {
                mechanism = String::from_utf8_lossy(&body[2..]).into_owned();
                answer.extend_from_slice(&[0, 0, 0, 0, 0, 1]);
                answer.extend_from_slice(body);
            }
            _ => {
                let shown = String::from_utf8_lossy(&body[4..]);
                return Ok(format!("{mechanism} {shown}"));
            }
        }
        stream.write_u32(u32::try_from(answer.len()).unwrap()).await?;
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
}

#[tokio::test]
async fn user_and_password_are_shown_over_tls() {
    assert_eq!(shown(SaslMechanism::Plain).await, "PLAIN \0name\0word");
    for (mechanism, begins) in [
        (SaslMechanism::ScramSha256, "SCRAM-SHA-256 n,,n=name,r="),
        (SaslMechanism::ScramSha512, "SCRAM-SHA-512 n,,n=name,r="),
    ] {
        let shown = shown(mechanism).await;
        assert!(shown.starts_with(begins), "{shown}");
    }
}
