//! HTTP/2, TLS, upgrades.

use crate::support::{
    Client, Upstream, api, body_of, catalog, full, get, in_front_of, request, socket, soon, start, start_with, switch,
    switching, text,
};
use gateway::{Listen, TlsIdentity};
use http::{Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn http2_without_tls_is_recognized_by_its_preface() {
    let upstream =
        Upstream::http(|request| async move { text(&format!("{:?} {}", request.version(), request.uri())) }).await;
    let gateway = in_front_of(&upstream);
    let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    for turn in 0..5 {
        let wanted = Request::builder()
            .uri(format!("http://gateway.test/echo/{turn}"))
            .body(full(""))
            .unwrap();
        let response = soon(sender.send_request(wanted)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(body_of(response).await, format!("HTTP/1.1 /{turn}"));
    }
}

#[tokio::test]
async fn methods_that_begin_like_the_preface_are_http1() {
    let upstream = Upstream::http(|request| async move { text(request.method().as_str()) }).await;
    let gateway = in_front_of(&upstream);
    for method in ["PUT", "PATCH", "POST"] {
        let response = Client::connect(&gateway)
            .await
            .send(request(method, "/echo", full("x")))
            .await
            .unwrap();
        assert_eq!(body_of(response).await, method);
    }
}

#[tokio::test]
async fn tls_shows_the_certificate_of_the_name_and_negotiates_http2() {
    let upstream =
        Upstream::http(
            |request| async move { text(&format!("{:?}", request.headers().get("x-forwarded-proto").unwrap())) },
        )
        .await;
    let identity = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let certified = rcgen::generate_simple_self_signed(names.clone()).unwrap();
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        TlsIdentity {
            hosts: names,
            chain: vec![certified.cert.der().clone()],
            key,
        }
    };
    let identities = vec![identity(&["a.test"]), identity(&["*.b.test"])];
    let mut roots = rustls::RootCertStore::empty();
    for identity in &identities {
        roots.add(identity.chain[0].clone()).unwrap();
    }
    let gateway = start_with(catalog(vec![api("echo", upstream.address)]), |config| {
        config.listen = vec![Listen {
            address: "127.0.0.1:0".parse().unwrap(),
            tls: Some(identities),
            client_certificates: false,
        }];
    });
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    for (name, known) in [("a.test", true), ("x.b.test", true), ("c.test", false)] {
        let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
        let tls = soon(connector.connect(ServerName::try_from(name).unwrap(), stream)).await;
        assert_eq!(tls.is_ok(), known, "{name}");
        let Ok(tls) = tls else { continue };
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls))
            .await
            .unwrap();
        tokio::spawn(connection);
        let wanted = Request::builder()
            .uri(format!("https://{name}/echo"))
            .body(full(""))
            .unwrap();
        let response = soon(sender.send_request(wanted)).await.unwrap();
        assert_eq!(body_of(response).await, "\"https\"", "{name}");
    }
}

#[tokio::test]
async fn an_api_of_https_alone_takes_no_cleartext_where_there_is_tls() {
    let upstream = Upstream::http(|_| async move { text("") }).await;
    let https = || {
        let mut api = api("echo", upstream.address);
        api.protocols = vec!["https".into()];
        catalog(vec![api])
    };
    let certified = rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap();
    let identity = TlsIdentity {
        hosts: Vec::new(),
        chain: vec![certified.cert.der().clone()],
        key: PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into()),
    };
    let loopback = "127.0.0.1:0".parse().unwrap();
    let both = start_with(https(), |config| {
        config.listen.push(Listen {
            address: loopback,
            tls: Some(vec![identity]),
            client_certificates: false,
        });
    });
    let plain = start(https());
    let behind_proxy = start_with(https(), |config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    for (gateway, told, expected) in [
        (&both, None, 404),
        (&both, Some("https"), 404),
        (&plain, None, 200),
        (&plain, Some("http"), 200),
        (&behind_proxy, None, 200),
        (&behind_proxy, Some("http"), 404),
        (&behind_proxy, Some("https"), 200),
    ] {
        let mut wanted = get("/echo");
        if let Some(told) = told {
            wanted.headers_mut().insert("x-forwarded-proto", told.parse().unwrap());
        }
        let response = Client::connect(gateway).await.send(wanted).await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{told:?}");
    }
}

#[tokio::test]
async fn an_upgraded_connection_passes_bytes_both_ways() {
    let upstream = switching().await;
    let gateway = start(catalog(vec![socket(&upstream)]));
    let client = switch(&gateway).await;
    let large = vec![b'x'; 1 << 20];
    let (mut read, mut write) = client.into_split();
    tokio::spawn(async move {
        write.write_all(&large).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let mut echoed = Vec::new();
    soon(read.read_to_end(&mut echoed)).await.unwrap();
    assert_eq!(echoed.len(), 6 + (1 << 20));
    assert!(echoed.starts_with(b"hello xxx"));
    let plain = Client::connect(&gateway).await.send(get("/socket")).await.unwrap();
    assert_eq!(plain.status().as_u16(), 426);
}
