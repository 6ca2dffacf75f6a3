//! Ways to upstreams that policies choose: through a proxy, and with a client certificate.

use crate::support::{Upstream, api, catalog, fetch, get, read_head, socket, soon, start, switch, switching};
use catalog::{Backend, ClientCertificate, PolicyText};
use diagnostic::Source;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that speaks TLS, trusts one client, and answers whether it was shown its certificate.
async fn trusting(client: CertificateDer<'static>) -> Upstream {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(client.clone()).unwrap();
    let clients = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.allow_unauthenticated().build().unwrap())
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    Upstream::serve(move |stream| {
        let (acceptor, client) = (acceptor.clone(), client.clone());
        async move {
            let Ok(mut tls) = acceptor.accept(stream).await else {
                return;
            };
            let shown = tls.get_ref().1.peer_certificates().and_then(<[_]>::first).cloned();
            let body = if shown == Some(client) { "known" } else { "nobody" };
            let mut buffer = [0; 4096];
            if tls.read(&mut buffer).await.is_ok() {
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = tls.write_all(answer.as_bytes()).await;
                let _ = tls.shutdown().await;
            }
        }
    })
    .await
}

/// A proxy that tells what it was asked: it connects, or answers itself what goes in absolute form.
async fn proxy(refuses: bool) -> (Upstream, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&asked);
    let proxy = Upstream::serve(move |mut stream| {
        let heads = Arc::clone(&heads);
        async move {
            while let Some(head) = read_head(&mut stream).await {
                heads.lock().unwrap().push(head.clone());
                let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
                let Some(target) = target.filter(|_| !refuses) else {
                    let status = if refuses { "407 Who are you" } else { "200 OK" };
                    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 7\r\n\r\nproxied");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    continue;
                };
                let mut server = TcpStream::connect(target).await.unwrap();
                stream
                    .write_all(b"HTTP/1.1 200 Connected\r\nX: y\r\n\r\n")
                    .await
                    .unwrap();
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
                return;
            }
        }
    })
    .await;
    (proxy, asked)
}

/// The answer through a gateway whose inbound has these policies, before an https server at this address.
async fn answer(policies: &str, server: SocketAddr, certificate: Option<ClientCertificate>) -> (u16, String) {
    let policy = format!(
        "<policies><inbound>{policies}</inbound><backend><forward-request /></backend><outbound />\
         <on-error><return-response><set-status code=\"500\" /><set-body>@(context.LastError.Message)</set-body>\
         </return-response></on-error></policies>"
    );
    let mut api = api("echo", server);
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    let mut catalog = catalog(vec![api]);
    let backend = Backend {
        validate_certificate_chain: false,
        ..Backend::single("tls", format!("https://localhost:{}", server.port()))
    };
    catalog.backends.insert("tls".into(), Arc::new(backend));
    catalog
        .certificates
        .extend(certificate.map(|certificate| ("mine".to_owned(), Arc::new(certificate))));
    let gateway = start(catalog);
    let (status, body) = fetch(&gateway, get("/echo/a?b=1")).await;
    (status.as_u16(), body)
}

const TLS: &str = "<set-backend-service backend-id=\"tls\" />";

fn through(proxy: &Upstream, more: &str) -> String {
    format!("<proxy url=\"http://{}\" {more} />", proxy.address)
}

#[tokio::test]
async fn a_server_is_shown_the_client_certificate_through_a_proxy_too() {
    let made = rcgen::generate_simple_self_signed(vec!["client.example".into()]).unwrap();
    let server = trusting(made.cert.der().clone()).await;
    let pem = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
    let certificate = || ClientCertificate::read(pem.as_bytes(), "").unwrap();
    let show = "<authentication-certificate certificate-id=\"mine\" />";
    let (proxy, asked) = proxy(false).await;
    for (policies, expected) in [
        (TLS.to_owned(), "nobody"),
        (format!("{TLS}{show}"), "known"),
        (
            format!("{TLS}{show}{}", through(&proxy, "username=\"u\" password=\"p\"")),
            "known",
        ),
    ] {
        let found = answer(&policies, server.address, Some(certificate())).await;
        assert_eq!(found, (200, expected.to_owned()), "{policies}");
    }
    let target = format!("localhost:{}", server.address.port());
    let expected = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
    assert_eq!(*asked.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_request_in_cleartext_goes_to_the_proxy_in_absolute_form() {
    let (proxy, asked) = proxy(false).await;
    let nowhere: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let found = answer(&through(&proxy, "username=\"u\" password=\"p\""), nowhere, None).await;
    assert_eq!(found, (200, "proxied".to_owned()));
    let asked = asked.lock().unwrap()[0].to_lowercase();
    for line in [
        "get http://127.0.0.1:9/a?b=1 http/1.1\r\n",
        "host: 127.0.0.1:9\r\n",
        "proxy-authorization: basic dtpw\r\n",
    ] {
        assert!(asked.contains(line), "{asked}");
    }
}

#[tokio::test]
async fn a_proxy_connects_those_who_switch_protocols() {
    let server = switching().await;
    let (proxy, asked) = proxy(false).await;
    let policy = format!(
        "<policies><inbound>{}</inbound><backend><forward-request /></backend><outbound /><on-error /></policies>",
        through(&proxy, "")
    );
    let mut api = socket(&server);
    let source = Source::new("policy.xml", policy);
    api.policy = Some(Arc::new(PolicyText { source }));
    let gateway = start(catalog(vec![api]));
    let mut client = switch(&gateway).await;
    client.write_all(b"you").await.unwrap();
    let mut heard = [0; 9];
    soon(client.read_exact(&mut heard)).await.unwrap();
    assert_eq!(&heard, b"hello you");
    let target = server.address;
    let expected = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    assert_eq!(*asked.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_a_connection_that_fails() {
    let (proxy, asked) = proxy(true).await;
    let nowhere: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let refused = answer(&format!("{TLS}{}", through(&proxy, "")), nowhere, None).await;
    let told = format!("the proxy {} answered 407 to CONNECT localhost:9", proxy.address);
    assert_eq!(refused, (500, told));
    assert_eq!(asked.lock().unwrap().len(), 1);
    let (status, told) = answer("<proxy url=\"http://127.0.0.1:9\" />", proxy.address, None).await;
    assert_eq!(status, 500);
    assert!(told.starts_with("no connection to the proxy 127.0.0.1:9: "), "{told}");
}
