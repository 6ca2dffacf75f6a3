//! Clients that show a certificate: policies read it, whoever signed it.

use crate::support::{Upstream, api, body_of, catalog, full, soon, start_with, text};
use catalog::PolicyText;
use diagnostic::Source;
use gateway::{Listen, TlsIdentity};
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::sync::Arc;
use tokio::net::TcpStream;

const POLICY: &str = r#"<policies><inbound><return-response><set-body>@{
    var shown = context.Request.Certificate;
    return shown == null ? "none" : shown.Subject + " " + shown.Verify();
}</set-body></return-response></inbound><backend /><outbound /><on-error /></policies>"#;

fn certificate(name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let mut parameters = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    (
        certificate.der().clone(),
        PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    )
}

/// What the policy says of a client, by whether the listener asks for certificates and whether the client has one.
async fn told(asks: bool, has: bool) -> String {
    let upstream = Upstream::http(|_| async { text("") }).await;
    let mut echo = api("echo", upstream.address);
    let source = Source::new("policy.xml", POLICY);
    echo.policy = Some(Arc::new(PolicyText { source }));
    let (shown, key) = certificate("gateway.test");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(shown.clone()).unwrap();
    let identity = TlsIdentity {
        hosts: Vec::new(),
        chain: vec![shown],
        key,
    };
    let gateway = start_with(catalog(vec![echo]), |config| {
        config.listen = vec![Listen {
            address: "127.0.0.1:0".parse().unwrap(),
            tls: Some(vec![identity]),
            client_certificates: asks,
        }];
    });
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut client = if has {
        let (own, key) = certificate("client.test");
        client.with_client_auth_cert(vec![own], key).unwrap()
    } else {
        client.with_no_client_auth()
    };
    client.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let name = ServerName::try_from("gateway.test").unwrap();
    let tls = soon(connector.connect(name, stream)).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls))
        .await
        .unwrap();
    tokio::spawn(connection);
    let wanted = Request::builder()
        .uri("https://gateway.test/echo")
        .body(full(""))
        .unwrap();
    body_of(soon(sender.send_request(wanted)).await.unwrap()).await
}

#[tokio::test]
async fn policies_read_the_certificate_of_a_client_that_was_asked_and_has_one() {
    assert_eq!(told(true, true).await, "CN=client.test False");
    assert_eq!(told(true, false).await, "none");
    assert_eq!(told(false, true).await, "none");
}
