//! Clients that show a certificate: policies read it, whoever signed it.

use crate::support::{Upstream, api, body_of, catalog, full, soon, start_with, text};
use catalog::{PolicyText, PublicCertificate};
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

/// A client's certificates, its own first, and the key of that one.
type Shown = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// One that nobody else signed.
fn own() -> Shown {
    let (own, key) = certificate("client.test");
    (vec![own], key)
}

/// One that another one signed, which is shown too, and the root that signed that.
fn signed() -> (Shown, CertificateDer<'static>) {
    let authority = |name: &str| {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        (parameters, rcgen::KeyPair::generate().unwrap())
    };
    let ((root, root_key), (between, between_key)) = (authority("root"), authority("between"));
    let root_certificate = root.self_signed(&root_key).unwrap();
    let between_certificate = between
        .signed_by(&between_key, &rcgen::Issuer::new(root, root_key))
        .unwrap();
    let mut client = rcgen::CertificateParams::new(Vec::new()).unwrap();
    client.distinguished_name = rcgen::DistinguishedName::new();
    client.distinguished_name.push(rcgen::DnType::CommonName, "client.test");
    let key = rcgen::KeyPair::generate().unwrap();
    let client = client
        .signed_by(&key, &rcgen::Issuer::new(between, between_key))
        .unwrap();
    let chain = vec![client.der().clone(), between_certificate.der().clone()];
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    ((chain, key), root_certificate.der().clone())
}

/// What the policy says of a client, by whether the listener asks for certificates and what the client shows.
async fn told(asks: bool, who: Option<Shown>, authority: Option<CertificateDer<'static>>) -> String {
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
    let mut catalog = catalog(vec![echo]);
    let authorities = authority.map(|authority| Arc::new(PublicCertificate::of(authority)));
    catalog.authorities = authorities.into_iter().collect();
    let gateway = start_with(catalog, |config| {
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
    let mut client = match who {
        Some((chain, key)) => client.with_client_auth_cert(chain, key).unwrap(),
        None => client.with_no_client_auth(),
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
    assert_eq!(told(true, Some(own()), None).await, "CN=client.test False");
    assert_eq!(told(true, None, None).await, "none");
    assert_eq!(told(false, Some(own()), None).await, "none");
}

#[tokio::test]
async fn a_client_shows_what_leads_from_its_certificate_to_a_root() {
    let (shown, root) = signed();
    assert_eq!(told(true, Some(shown), Some(root)).await, "CN=client.test True");
    let (shown, _) = signed();
    let (_, other) = signed();
    assert_eq!(told(true, Some(shown), Some(other)).await, "CN=client.test False");
    let ((mut chain, key), root) = signed();
    chain.truncate(1);
    assert_eq!(told(true, Some((chain, key)), Some(root)).await, "CN=client.test False");
}
