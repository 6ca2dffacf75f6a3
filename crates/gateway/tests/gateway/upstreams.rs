//! How the gateway speaks to upstreams: versions, TLS, redirects, timeouts, second attempts.

use crate::support::{
    Client, Upstream, api, body_of, catalog, channel, converse, eventually, fetch, full, get, hang_up, in_front_of,
    read_head, request, soon, start, start_with, text,
};
use catalog::{Backend, Catalog, PolicyText, PublicCertificate};
use diagnostic::Source;
use gateway::Running;
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A catalog of the API `echo` whose backend section is `forward`.
fn forwarding(upstream: &Upstream, forward: &str) -> Catalog {
    forwarding_and(upstream, forward, "")
}

/// The same with `outbound` policies.
fn forwarding_and(upstream: &Upstream, forward: &str, outbound: &str) -> Catalog {
    let policy = format!(
        "<policies><inbound /><backend>{forward}</backend><outbound>{outbound}</outbound><on-error /></policies>"
    );
    let mut api = api("echo", upstream.address);
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    catalog(vec![api])
}

#[tokio::test]
async fn http2_by_prior_knowledge_shares_a_connection_and_passes_trailers() {
    let upstream = Upstream::http(|request| async move {
        let version = format!("{:?}", request.version());
        let path = request.uri().to_string();
        let cookies = request.headers().get_all("cookie").iter().count();
        let collected = request.into_body().collect().await.unwrap();
        let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())]);
        let body = format!("{version} {path} {cookies} {}", collected.to_bytes().len());
        let (sender, frames) = channel();
        tokio::spawn(async move {
            sender.send(Frame::data(body.into())).await.unwrap();
            sender.send(Frame::trailers(trailers)).await.unwrap();
        });
        let mut response = Response::new(frames);
        response.headers_mut().insert("trailer", "grpc-status".parse().unwrap());
        response
    })
    .await;
    let gateway = start(forwarding(&upstream, "<forward-request http-version=\"2\" />"));
    let mut wanted = request("POST", "/echo/a?b", full("12345"));
    wanted.headers_mut().insert("te", "trailers".parse().unwrap());
    wanted.headers_mut().insert("connection", "te".parse().unwrap());
    let response = Client::connect(&gateway).await.send(wanted).await.unwrap();
    let collected = soon(response.into_body().collect()).await.unwrap();
    assert_eq!(collected.trailers().unwrap()["grpc-status"], "0");
    let expected = format!("HTTP/2.0 http://{}/a?b 0 5", upstream.address);
    assert_eq!(collected.to_bytes(), expected);
    for _ in 0..5 {
        assert_eq!(fetch(&gateway, get("/echo")).await.0, StatusCode::OK);
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn a_request_that_a_dying_connection_swallowed_goes_out_again_only_when_that_is_safe() {
    // Answers one request per connection, takes a second one, and closes.
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let upstream = Upstream::serve(move |mut stream| {
        let count = Arc::clone(&count);
        async move {
            read_head(&mut stream).await;
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
            if read_head(&mut stream).await.is_some() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    let gateway = in_front_of(&upstream);
    for (method, second, seen) in [("GET", 200, 3), ("DELETE", 200, 3), ("POST", 500, 2), ("PATCH", 500, 2)] {
        let gateway = start(catalog(vec![api("echo", upstream.address)]));
        requests.store(0, Ordering::SeqCst);
        assert_eq!(fetch(&gateway, get("/echo")).await.0, StatusCode::OK);
        let status = fetch(&gateway, request(method, "/echo", full(""))).await.0;
        assert_eq!(status.as_u16(), second, "{method}");
        assert_eq!(requests.load(Ordering::SeqCst), seen, "{method}");
    }
    drop(gateway);
}

#[tokio::test]
async fn an_http2_server_that_takes_few_streams_at_once_gets_more_connections() {
    // It answers when six requests are there, of which a connection takes two.
    let arrived = Arc::new(tokio::sync::Barrier::new(6));
    let upstream = Upstream::serve(move |stream| {
        let arrived = Arc::clone(&arrived);
        async move {
            let mut builder = h2::server::Builder::new();
            builder.max_concurrent_streams(2);
            let mut connection = builder.handshake::<_, bytes::Bytes>(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let arrived = Arc::clone(&arrived);
                tokio::spawn(async move {
                    if request.uri().path() == "/wait" {
                        arrived.wait().await;
                    }
                    respond.send_response(Response::new(()), true).unwrap();
                });
            }
        }
    })
    .await;
    let gateway = start(forwarding(&upstream, "<forward-request http-version=\"2\" />"));
    // From here on what the server allows is known.
    assert_eq!(fetch(&gateway, get("/echo/first")).await.0, StatusCode::OK);
    let all: Vec<_> = (0..6).map(|_| fetch(&gateway, get("/echo/wait"))).collect();
    for (status, _) in futures_util::future::join_all(all).await {
        assert_eq!(status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_an_http2_server_has_not_looked_at_goes_out_again_whatever_the_method() {
    for refuses in [true, false] {
        // The first connection answers once, and refuses what comes then or gives it up.
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let upstream = Upstream::serve(move |stream| {
            let is_first = count.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                let mut connection: h2::server::Connection<_, bytes::Bytes> =
                    h2::server::handshake(stream).await.unwrap();
                let mut requests = 0;
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    requests += 1;
                    if !is_first || requests == 1 {
                        respond.send_response(Response::new(()), true).unwrap();
                    } else if refuses {
                        respond.send_reset(h2::Reason::REFUSED_STREAM);
                    } else {
                        respond.send_reset(h2::Reason::CANCEL);
                    }
                }
            }
        })
        .await;
        let keeps = "<forward-request http-version=\"2\" buffer-request-body=\"true\" />";
        let gateway = start(forwarding(&upstream, keeps));
        assert_eq!(fetch(&gateway, get("/echo")).await.0, StatusCode::OK);
        let second = fetch(&gateway, request("POST", "/echo", full("body"))).await.0;
        let expected = if refuses { 200 } else { 500 };
        assert_eq!(second.as_u16(), expected, "refused: {refuses}");
    }
}

#[tokio::test]
async fn a_connection_does_not_serve_for_ever() {
    for version in ["1", "2"] {
        let upstream = Upstream::http(|_| async { text("ok") }).await;
        let catalog = forwarding(&upstream, &format!("<forward-request http-version=\"{version}\" />"));
        let gateway = start_with(catalog, |config| {
            config.workers = 1;
            config.timeouts.upstream_lifetime = std::time::Duration::from_millis(300);
        });
        for connections in 1..4 {
            assert_eq!(fetch(&gateway, get("/echo")).await.0, StatusCode::OK);
            assert_eq!(upstream.connections(), connections, "HTTP/{version}");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
}

#[tokio::test]
async fn a_response_may_have_many_headers() {
    let lines = "x: v\r\n".repeat(300);
    let head: &str = format!("HTTP/1.1 200 OK\r\n{lines}content-length: 2\r\n\r\nok").leak();
    let upstream = Upstream::saying(head, false).await;
    let gateway = in_front_of(&upstream);
    let mut stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    stream
        .write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let answer = soon(read_head(&mut stream)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.matches("x: v\r\n").count() == 300,
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_coded_for_the_connection_is_not_passed_on_as_it_is() {
    for (coding, status) in [
        ("gzip, chunked", 500),
        ("gzip", 500),
        ("identity", 200),
        ("Chunked", 200),
    ] {
        let chunked = coding.to_lowercase().ends_with("chunked");
        let body = if chunked { "2\r\nok\r\n0\r\n\r\n" } else { "ok" };
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n{body}");
        let upstream = Upstream::saying(answer.leak(), true).await;
        let gateway = in_front_of(&upstream);
        assert_eq!(fetch(&gateway, get("/echo")).await.0.as_u16(), status, "{coding}");
    }
}

#[tokio::test]
async fn redirects_are_followed_when_the_policy_says_so() {
    let upstream = Upstream::http(|request| async move {
        let (code, target) = match request.uri().path() {
            "/302" => (302, "/target?a=1"),
            "/303" => (303, "target"),
            "/307" => (307, "/target"),
            "/300" => (300, "/target"),
            "/loop" => (302, "/loop"),
            _ => {
                let line = format!("{} {}", request.method(), request.uri());
                let authorized = request.headers().contains_key("authorization");
                let body = request.into_body().collect().await.unwrap().to_bytes();
                return text(&format!("{line} {authorized} {}", String::from_utf8_lossy(&body)));
            }
        };
        Response::builder()
            .status(code)
            .header("location", target)
            .body(full("elsewhere"))
            .unwrap()
    })
    .await;
    let follow = "<forward-request follow-redirects=\"true\" buffer-request-body=\"true\" />";
    let gateway = start(forwarding(&upstream, follow));
    for (method, path, status, expected) in [
        ("GET", "/302", 200, "GET /target?a=1 false "),
        ("POST", "/302", 200, "GET /target?a=1 false "),
        ("POST", "/300", 200, "GET /target false "),
        ("PUT", "/303", 200, "GET /target false "),
        ("POST", "/307", 200, "POST /target false body"),
        ("GET", "/straight", 200, "GET /straight true "),
    ] {
        let mut wanted = request(
            method,
            &format!("/echo{path}"),
            full(if method == "GET" { "" } else { "body" }),
        );
        wanted.headers_mut().insert("authorization", "Basic x".parse().unwrap());
        let (found, body) = fetch(&gateway, wanted).await;
        assert_eq!((found.as_u16(), body.as_str()), (status, expected), "{method} {path}");
    }
    // .NET gives up after 50 redirects and hands on the next one.
    assert_eq!(
        fetch(&gateway, get("/echo/loop")).await,
        (StatusCode::FOUND, "elsewhere".into())
    );
    let gateway = in_front_of(&upstream);
    assert_eq!(
        fetch(&gateway, get("/echo/302")).await,
        (StatusCode::FOUND, "elsewhere".into())
    );
}

#[tokio::test]
async fn policies_that_read_the_response_change_nothing_on_the_way_to_the_upstream() {
    let upstream = Upstream::http(|request| async move {
        match request.uri().path() {
            "/302" => {
                return Response::builder()
                    .status(302)
                    .header("location", "/target")
                    .body(full(""))
                    .unwrap();
            }
            "/events" => {
                let events = Response::builder().header("content-type", "text/event-stream");
                return events.body(full("data: one\n\ndata: two\n\n")).unwrap();
            }
            _ => {}
        }
        let coding = request.headers().get("accept-encoding").cloned();
        let coding = coding.map_or_else(String::new, |coding| coding.to_str().unwrap().to_owned());
        let length = request.into_body().collect().await.unwrap().to_bytes().len();
        text(&format!("{coding} {length}"))
    })
    .await;
    let follow = r#"<forward-request follow-redirects="true" />"#;
    let reading = r#"<set-header name="x-seen"><value>@(context.Response.Body.As<string>(preserveContent: true).Length)</value></set-header>"#;
    let gateway = start(forwarding_and(&upstream, follow, reading));
    // More than policies may keep: it must stream.
    let mut upload = request("POST", "/echo/upload", full(vec![b'x'; 9 << 20]));
    upload.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
    assert_eq!(fetch(&gateway, upload).await, (StatusCode::OK, "gzip 9437184".into()));
    assert_eq!(fetch(&gateway, get("/echo/302")).await, (StatusCode::OK, " 0".into()));
    let events = Client::connect(&gateway).await.send(get("/echo/events")).await.unwrap();
    assert_eq!(events.headers()["x-seen"], "22");
    assert_eq!(body_of(events).await, "data: one\n\ndata: two\n\n");
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_in_time_gives_500() {
    let upstream = Upstream::http(|_| std::future::pending()).await;
    let gateway = start(forwarding(&upstream, "<forward-request timeout-ms=\"200\" />"));
    let (status, body) = fetch(&gateway, get("/echo")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("activityId"), "{body}");
}

fn tls_acceptor(names: Vec<String>) -> (tokio_rustls::TlsAcceptor, PublicCertificate) {
    tls_acceptor_of(&rcgen::CertificateParams::new(names).unwrap())
}

fn tls_acceptor_of(params: &rcgen::CertificateParams) -> (tokio_rustls::TlsAcceptor, PublicCertificate) {
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&signing_key).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (
        tokio_rustls::TlsAcceptor::from(Arc::new(config)),
        PublicCertificate::of(certificate.der().clone()),
    )
}

async fn tls_upstream(names: Vec<String>) -> (Upstream, PublicCertificate) {
    tls_upstream_of(tls_acceptor(names)).await
}

async fn tls_upstream_of(
    (acceptor, certificate): (tokio_rustls::TlsAcceptor, PublicCertificate),
) -> (Upstream, PublicCertificate) {
    let upstream = Upstream::serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut tls) = acceptor.accept(stream).await else {
                return;
            };
            let mut buffer = [0; 4096];
            if tokio::io::AsyncReadExt::read(&mut tls, &mut buffer).await.is_ok() {
                let _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntls").await;
                let _ = tls.shutdown().await;
            }
        }
    })
    .await;
    (upstream, certificate)
}

async fn through_backend(
    upstream: &Upstream,
    chain: bool,
    name: bool,
    trusted: Option<&PublicCertificate>,
) -> StatusCode {
    through_backend_as(upstream, (chain, name, trusted), "").await
}

/// The same with more policies in inbound.
async fn through_backend_as(
    upstream: &Upstream,
    checks: (bool, bool, Option<&PublicCertificate>),
    inbound: &str,
) -> StatusCode {
    let gateway: Running = start(with_backend(upstream, checks, inbound));
    fetch(&gateway, get("/echo")).await.0
}

/// The catalog of an API with an https backend, whose chain and name are checked or not, with an authority that is
/// trusted, and policies in inbound.
fn with_backend(
    upstream: &Upstream,
    (chain, name, trusted): (bool, bool, Option<&PublicCertificate>),
    inbound: &str,
) -> Catalog {
    let mut catalog = forwarding(upstream, "<forward-request />");
    catalog.authorities.extend(trusted.cloned().map(Arc::new));
    let policy = format!(
        "<policies><inbound><set-backend-service backend-id=\"tls\" />{inbound}</inbound>\
         <backend><forward-request /></backend><outbound /><on-error /></policies>"
    );
    let api = Arc::get_mut(&mut catalog.apis[0]).unwrap();
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    let backend = Backend {
        validate_certificate_chain: chain,
        validate_certificate_name: name,
        ..Backend::single("tls", format!("https://localhost:{}", upstream.address.port()))
    };
    catalog.backends.insert("tls".into(), Arc::new(backend));
    catalog
}

#[tokio::test]
async fn certificates_are_checked_unless_the_backend_says_otherwise() {
    let (named, _) = tls_upstream(vec!["localhost".into()]).await;
    let (other, _) = tls_upstream(vec!["elsewhere.test".into()]).await;
    for (upstream, chain, name, status) in [
        (&named, true, true, 500),
        (&named, true, false, 500),
        (&named, false, true, 200),
        (&named, false, false, 200),
        (&other, false, true, 500),
        (&other, false, false, 200),
    ] {
        let found = through_backend(upstream, chain, name, None).await;
        assert_eq!(found.as_u16(), status, "chain {chain} name {name}");
    }
}

/// As `openssl req -x509` makes one: it may sign others, and has no name but the common one.
#[tokio::test]
async fn a_certificate_that_is_trusted_itself_is_good() {
    let upstream = async |name: &str, until: i32| {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        tls_upstream_of(tls_acceptor_of(&params)).await
    };
    let (good, own) = upstream("LocalHost", 2090).await;
    let (wrong, wrongs) = upstream("elsewhere.test", 2090).await;
    let (old, olds) = upstream("localhost", 2001).await;
    for (upstream, chain, name, trusted, status) in [
        (&good, true, true, Some(&own), 200),
        (&good, true, true, Some(&wrongs), 500),
        (&good, true, true, None, 500),
        (&good, false, true, None, 200),
        (&wrong, true, true, Some(&wrongs), 500),
        (&wrong, true, false, Some(&wrongs), 200),
        (&wrong, false, true, None, 500),
        (&old, true, true, Some(&olds), 500),
        (&old, false, true, None, 200),
    ] {
        let found = through_backend(upstream, chain, name, trusted).await;
        assert_eq!(found.as_u16(), status, "chain {chain} name {name}");
    }
}

#[tokio::test]
async fn authorities_of_the_configuration_are_trusted() {
    let (named, own) = tls_upstream(vec!["localhost".into()]).await;
    let (other, others) = tls_upstream(vec!["elsewhere.test".into()]).await;
    for (upstream, trusted, status) in [(&named, &own, 200), (&named, &others, 500), (&other, &others, 500)] {
        let found = through_backend(upstream, true, true, Some(trusted)).await;
        assert_eq!(found.as_u16(), status);
    }
}

#[tokio::test]
async fn tls_may_end_without_a_word_where_a_message_is_whole() {
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nwhole", Some("whole")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na part", None),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\na part\r\n",
            None,
        ),
    ] {
        let (acceptor, _) = tls_acceptor(vec!["localhost".into()]);
        let upstream = Upstream::serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut tls) = acceptor.accept(stream).await else {
                    return;
                };
                let mut buffer = [0; 4096];
                if tokio::io::AsyncReadExt::read(&mut tls, &mut buffer).await.is_ok() {
                    let _ = tls.write_all(answer.as_bytes()).await;
                    let _ = tls.flush().await;
                    hang_up(tls.into_inner().0).await;
                }
            }
        })
        .await;
        let gateway = start(with_backend(&upstream, (false, true, None), ""));
        let response = Client::connect(&gateway).await.send(get("/echo")).await.unwrap();
        let body = soon(response.into_body().collect()).await;
        let body = body.ok().map(http_body_util::Collected::to_bytes);
        assert_eq!(body.as_deref(), expected.map(str::as_bytes), "{answer:?}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_the_request_is_whole_is_passed_on_over_tls_as_well() {
    let (acceptor, _) = tls_acceptor(vec!["localhost".into()]);
    let upstream = Upstream::serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // Else the answer may wait for an acknowledgement, and be lost when the connection closes.
            stream.set_nodelay(true).unwrap();
            let mut tls = acceptor.accept(stream).await.unwrap();
            let mut buffer = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut tls, &mut buffer).await;
            let answer = b"HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig";
            let _ = tls.write_all(answer).await;
            let _ = tls.flush().await;
        }
    })
    .await;
    let gateway = start(with_backend(&upstream, (false, true, None), ""));
    for _ in 0..10 {
        let found = fetch(&gateway, request("POST", "/echo", full(vec![b'x'; 8 << 20]))).await;
        assert_eq!(found, (StatusCode::PAYLOAD_TOO_LARGE, "big".to_owned()));
    }
}

#[tokio::test]
async fn a_certificate_has_the_name_that_a_policy_gives_the_backend() {
    let (upstream, own) = tls_upstream(vec!["elsewhere.test".into()]).await;
    for (host, status) in [
        ("elsewhere.test", 200),
        ("elsewhere.test:8443", 200),
        ("other.test", 500),
    ] {
        let policy = format!("<set-header name=\"Host\"><value>{host}</value></set-header>");
        let found = through_backend_as(&upstream, (true, true, Some(&own)), &policy).await;
        assert_eq!(found.as_u16(), status, "{host}");
    }
}

#[tokio::test]
async fn what_was_not_read_of_a_refused_request_is_no_request() {
    let upstream = Upstream::http(|_| async { text("ok") }).await;
    let gateway = in_front_of(&upstream);
    let hidden = "GET /echo/hidden HTTP/1.1\r\nhost: a\r\n\r\n";
    let refused = format!("POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n{hidden}");
    let answer = converse(&gateway, &refused).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert_eq!(upstream.connections(), 0);
}

#[tokio::test]
async fn a_second_http_within_http_is_not_passed_on() {
    let upstream = Upstream::serve(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap_or_default().to_lowercase();
        let answer = if head.contains("upgrade") {
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
        } else {
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        };
        let _ = stream.write_all(answer.as_bytes()).await;
        hang_up(stream).await;
    })
    .await;
    let gateway = in_front_of(&upstream);
    let said = "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\n\
                http2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n";
    let answer = converse(&gateway, said).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn a_switch_that_nobody_asked_for_is_refused() {
    let upstream = Upstream::saying(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        true,
    )
    .await;
    let gateway = in_front_of(&upstream);
    let status = fetch(&gateway, get("/echo")).await.0;
    assert!(status.is_server_error(), "{status}");
}

#[tokio::test]
async fn connections_that_an_upstream_closes_while_idle_are_forgotten() {
    let upstream = Upstream::serve(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    })
    .await;
    let gateway = in_front_of(&upstream);
    for turn in 1..4 {
        // POST is never sent twice: it must not meet the closed connection.
        assert_eq!(fetch(&gateway, request("POST", "/echo", full(""))).await.1, "ok");
        eventually("the connection", || upstream.connections() == turn).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let mut raw = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    raw.write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(soon(read_head(&mut raw)).await.unwrap().starts_with("HTTP/1.1 200"));
    let _ = body_of(Client::connect(&gateway).await.send(get("/echo")).await.unwrap()).await;
}

/// What comes first of an answer of two chunks.
async fn first_of_two_chunks(content_type: &'static str, forward: &str) -> String {
    let upstream = Upstream::serve(move |mut stream| async move {
        read_head(&mut stream).await;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n6\r\ndata: \r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(b"3\r\n1\n\n\r\n0\r\n\r\n").await.unwrap();
        hang_up(stream).await;
    })
    .await;
    let gateway = start(forwarding(&upstream, forward));
    let response = Client::connect(&gateway).await.send(get("/echo/x")).await.unwrap();
    let first = soon(response.into_body().frame()).await.unwrap().unwrap();
    String::from_utf8(first.into_data().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn small_chunks_are_passed_on_together_unless_they_are_messages_or_the_policy_says_no() {
    let unbuffered = r#"<forward-request buffer-response="false" />"#;
    for (content_type, forward, expected) in [
        ("text/plain", "<forward-request />", "data: 1\n\n"),
        ("text/plain", unbuffered, "data: "),
        ("text/event-stream; charset=utf-8", "<forward-request />", "data: "),
        ("application/grpc+proto", "<forward-request />", "data: "),
    ] {
        let first = first_of_two_chunks(content_type, forward).await;
        assert_eq!(first, expected, "{content_type} {forward}");
    }
}
