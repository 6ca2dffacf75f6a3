//! `authentication-certificate` shows the backend a client certificate when the TLS connection is made.
//!
//! It is one of the folder's certificates, by `certificate-id` or `thumbprint` (SHA-1, hexadecimal digits; white space
//! and case do not count), or `body`: a PKCS#12 file with its `password`, or PEM with certificates and key, as bytes or
//! as their Base64 text. Servers that ask for no certificate see none. As a child of `send-request` it concerns that
//! request alone.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::{Catalog, ClientCertificate};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) const AUTHENTICATION_CERTIFICATE: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("authentication-certificate", parse)
};

/// Certificates by what they are called by.
type Named = BTreeMap<String, Arc<ClientCertificate>>;

enum AuthenticationCertificate {
    Known(Arc<ClientCertificate>),
    ById(Value<Text>, Named),
    ByThumbprint(Value<Text>, Named),
    Body(Body),
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let id: Option<Value<Text>> = element.optional("certificate-id");
    let thumbprint: Option<Value<Text>> = element.optional("thumbprint");
    let body: Option<Value<Bytes>> = element.optional("body");
    let password: Option<Value<Text>> = element.optional("password");
    if !element.exactly_one(&["certificate-id", "thumbprint", "body"]) {
        return None;
    }
    if let Some(bytes) = body {
        let last = Mutex::default();
        return now(AuthenticationCertificate::Body(Body { bytes, password, last }));
    }
    let catalog = element.compiler.catalog?;
    if let Some(id) = id {
        let named = catalog.certificates.clone();
        return match id.constant() {
            Some(text) => known(element, "certificate-id", text, named.get(text.as_str())),
            None => now(AuthenticationCertificate::ById(id, named)),
        };
    }
    let thumbprint = thumbprint?;
    let named = by_thumbprint(catalog);
    match thumbprint.constant() {
        Some(text) => known(element, "thumbprint", text, named.get(&digits(text))),
        None => now(AuthenticationCertificate::ByThumbprint(thumbprint, named)),
    }
}

fn by_thumbprint(catalog: &Catalog) -> Named {
    let all = catalog.certificates.values();
    all.map(|certificate| (certificate.thumbprint.clone(), Arc::clone(certificate)))
        .collect()
}

/// A thumbprint's digits in upper case. Copied ones often begin with a mark that nobody sees.
fn digits(thumbprint: &str) -> String {
    let digits = thumbprint.chars().filter(char::is_ascii_hexdigit);
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}

/// The certificate that a literal names, which must exist.
fn known(
    element: &mut ElementReader<'_, '_>,
    attribute: &str,
    name: &str,
    found: Option<&Arc<ClientCertificate>>,
) -> Option<Run> {
    let Some(certificate) = found else {
        let message = format!("there is no certificate \"{name}\" with its private key");
        let span = element.attribute_span(attribute);
        element.compiler.unknown_certificate(span, message);
        return None;
    };
    now(AuthenticationCertificate::Known(Arc::clone(certificate)))
}

impl Step for AuthenticationCertificate {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let missing = |name: &str| not_usable(format!("there is no certificate \"{name}\""));
        let certificate = match self {
            Self::Known(certificate) => Arc::clone(certificate),
            Self::ById(id, named) => {
                let id = id.get(exchange)?;
                named.get(id.as_str()).cloned().ok_or_else(|| missing(&id))?
            }
            Self::ByThumbprint(thumbprint, named) => {
                let thumbprint = thumbprint.get(exchange)?;
                named
                    .get(&digits(&thumbprint))
                    .cloned()
                    .ok_or_else(|| missing(&thumbprint))?
            }
            Self::Body(body) => body.certificate(exchange)?,
        };
        exchange.state.connection.certificate = Some(certificate);
        Ok(Flow::Next)
    }
}

fn not_usable(message: String) -> Failure {
    Failure::internal("CertificateNotFound", message)
}

/// A certificate that an expression gives.
struct Body {
    bytes: Value<Bytes>,
    password: Option<Value<Text>>,
    /// The last one: a password makes reading slow on purpose, and requests mostly come with the same.
    last: Mutex<Option<Last>>,
}

/// Bytes with their password, and what they are.
type Last = ((Vec<u8>, Text), Arc<ClientCertificate>);

impl Body {
    fn certificate(&self, exchange: &Exchange) -> Result<Arc<ClientCertificate>, Failure> {
        let password = self
            .password
            .as_ref()
            .map(|password| password.get(exchange))
            .transpose()?;
        let key = (self.bytes.get(exchange)?.0, password.unwrap_or_default());
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, certificate)) = &*last()
            && *known == key
        {
            return Ok(Arc::clone(certificate));
        }
        let read = ClientCertificate::read(&key.0, &key.1);
        let certificate = Arc::new(read.map_err(|why| not_usable(format!("`body` {why}")))?);
        *last() = Some((key, Arc::clone(&certificate)));
        Ok(certificate)
    }
}

/// Bytes, or their Base64 text.
#[derive(Clone)]
struct Bytes(Vec<u8>);

impl Readable for Bytes {
    const TARGET: Target = Target::Body;
    const EXPECTED: &'static str = "a certificate's bytes or their Base64 text";
    fn from_literal(text: &str) -> Option<Self> {
        let compact: String = text.split_whitespace().collect();
        Some(Self(
            STANDARD.decode(compact).unwrap_or_else(|_| text.as_bytes().to_vec()),
        ))
    }
    fn from_object(object: Object) -> Option<Self> {
        let bytes = object.body_bytes();
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::from_literal(text),
            Err(_) => Some(Self(bytes.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use catalog::ClientCertificate;
    use std::sync::Arc;

    const PEM: &str = include_str!("../../../catalog/src/certificate/test/both.pem");
    const PFX: &[u8] = include_bytes!("../../../catalog/src/certificate/test/3des.pfx");
    const THUMBPRINT: &str = include_str!("../../../catalog/src/certificate/test/thumbprint");

    fn bench(policies: &str) -> Bench {
        let mut bench = Bench::new(policies).answer("204");
        let certificate = Arc::new(ClientCertificate::read(PEM.as_bytes(), "").unwrap());
        bench.catalog.certificates.insert("mine".into(), certificate);
        bench
    }

    /// Response, and the certificate that the backend was shown.
    fn shown(attributes: &str, request: &str) -> (String, String) {
        let mut bench = bench(&format!(
            "<inbound><authentication-certificate {attributes} /></inbound>"
        ));
        let response = bench.run(request).lines().next().unwrap().to_owned();
        let ways = bench.ways.borrow();
        (response, ways.join("; "))
    }

    #[test]
    fn the_backend_is_shown_the_certificate() {
        use base64::Engine as _;
        let thumbprint = THUMBPRINT.trim();
        let pairs: Vec<String> = thumbprint
            .as_bytes()
            .chunks(2)
            .map(|pair| String::from_utf8_lossy(pair).to_lowercase())
            .collect();
        let pfx = base64::engine::general_purpose::STANDARD.encode(PFX);
        let wanted = ("204 No Content".to_owned(), thumbprint.to_owned());
        for attributes in [
            "certificate-id='mine'",
            "certificate-id='@(\"mi\" + \"ne\")'",
            &format!("thumbprint='{}'", pairs.join(" ")),
            &format!("thumbprint='@(\"{thumbprint}\")'"),
            &format!("body='{pfx}' password='hunter2'"),
            &format!("body='@(Convert.FromBase64String(\"{pfx}\"))' password='@(\"hunter\" + 2)'"),
        ] {
            assert_eq!(shown(attributes, "GET /"), wanted, "{attributes}");
        }
    }

    #[test]
    fn a_backend_has_its_own_unless_a_policy_chooses_another() {
        let own = ClientCertificate::read(PFX, "hunter2").unwrap();
        let backend = catalog::Backend {
            credentials: catalog::BackendCredentials {
                certificate: Some(Arc::new(own)),
                headers: vec![("X-Key".into(), vec!["k".into()])],
                ..catalog::BackendCredentials::default()
            },
            ..catalog::Backend::single("b", "https://b")
        };
        let to = "<inbound><set-backend-service backend-id='b' /><send-request mode='copy' response-variable-name='r' /></inbound>";
        let mut bench = bench(to).backend("b", backend);
        bench.run("GET /");
        assert_eq!(*bench.ways.borrow(), [THUMBPRINT.trim(); 2]);
        assert_eq!(*bench.sent.borrow(), ["GET https://b/\nx-key: k"; 2]);
    }

    #[test]
    fn what_cannot_be_used_fails() {
        let failed = ("500 Internal Server Error".to_owned(), String::new());
        for attributes in [
            "certificate-id='@(\"yours\")'",
            "thumbprint='@(\"00\")'",
            "body='@(\"x\")'",
            "body='@(new byte[] { 48, 1, 2 })' password='p'",
        ] {
            assert_eq!(shown(attributes, "GET /"), failed, "{attributes}");
        }
    }

    #[test]
    fn literals_must_name_one_that_is_there() {
        let problems = |attributes: &str| {
            let bench = bench(&format!(
                "<inbound><authentication-certificate {attributes} /></inbound>"
            ));
            let (_, problems) = crate::Plans::compile(&bench.catalog);
            problems
                .first()
                .map(|problem| problem.message.clone())
                .unwrap_or_default()
        };
        assert_eq!(
            problems("certificate-id='yours'"),
            "there is no certificate \"yours\" with its private key"
        );
        assert_eq!(
            problems("thumbprint='00'"),
            "there is no certificate \"00\" with its private key"
        );
        assert_eq!(
            problems("thumbprint='00' body='x'"),
            "`<authentication-certificate>` has 2 of the attributes `certificate-id`, `thumbprint`, `body`, expected one"
        );
    }
}
