//! `validate-client-certificate` lets a request through if its client has shown a certificate that is valid and is one of
//! the `identities`.
//!
//! It must be signed by a root that is trusted, through certificates that the client shows with it if need be
//! (`validate-trust`), which includes that none has expired, and be valid now (`validate-not-before`,
//! `validate-not-after`). Revocation is not looked up, as in APIM's self-hosted gateway unless its
//! operator switches that on; while `validate-revocation` is not false, `tollgate check` says so. Of the identities, of which there may be ten, one must agree in
//! everything that it states: `thumbprint` (SHA-1), `serial-number`, `common-name`, `subject`, `dns-name`, `issuer-subject`,
//! and `issuer-thumbprint` or `issuer-certificate-id`: a certificate that has signed it, of the folder or, for the
//! thumbprint, of those that the client shows with its own. Distinguished names are compared part by part in their order,
//! types of attributes ignoring case.
//!
//! A refusal is 401, as those who publish what APIM answers have it: `Client certificate missing` with the reason
//! `ClientCertificateNotFound`, else `Invalid client certificate` with `ClientCertificateNotYetValid`, `…Expired`,
//! `…NotTrusted` or `…IdentityNotMatched`. With `ignore-error` the request goes on.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use catalog::PublicCertificate;
use expression::certificate::{AlternativeName, Certificate, Name};
use expression::text::Text;
use http::StatusCode;
use std::sync::Arc;

pub(crate) const VALIDATE_CLIENT_CERTIFICATE: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("validate-client-certificate", parse)
};

/// As many as APIM takes.
const MOST_IDENTITIES: usize = 10;

struct ValidateClientCertificate {
    trust: bool,
    not_before: bool,
    not_after: bool,
    ignores_error: bool,
    identities: Vec<Identity>,
}

/// What a certificate must agree with; nothing where the document states nothing.
#[derive(Default)]
struct Identity {
    thumbprint: Option<String>,
    serial_number: Option<String>,
    common_name: Option<Text>,
    subject: Option<Vec<(String, String)>>,
    dns_name: Option<Text>,
    issuer_subject: Option<Vec<(String, String)>>,
    issuer: Option<IssuerCertificate>,
}

/// The certificate that must have signed it.
struct IssuerCertificate {
    /// Those of the folder that it may be.
    known: Vec<Arc<PublicCertificate>>,
    /// The thumbprint by which it may be among those that the client shows.
    thumbprint: Option<String>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    if element.literal("validate-revocation").unwrap_or(true) {
        let span = element.attribute_span("validate-revocation");
        let message = "whether a client's certificate was revoked is not checked";
        element.compiler.warning(codes::FEATURE_NOT_BUILT, span, message);
    }
    let trust = element.literal("validate-trust").unwrap_or(true);
    let not_before = element.literal("validate-not-before").unwrap_or(true);
    let not_after = element.literal("validate-not-after").unwrap_or(true);
    let ignores_error = element.literal("ignore-error").unwrap_or(false);
    let identities = element.at_most_one("identities", |element| {
        if element.count("identity") > MOST_IDENTITIES {
            let message = format!("`<identities>` may hold {MOST_IDENTITIES} of `<identity>` only");
            element.error_at("", codes::TOO_MANY_CHILDREN, message);
        }
        Some(element.one_or_more("identity", identity))
    });
    now(ValidateClientCertificate {
        trust,
        not_before,
        not_after,
        ignores_error,
        identities: identities.unwrap_or_default(),
    })
}

const STATED: [&str; 8] = [
    "thumbprint",
    "serial-number",
    "common-name",
    "subject",
    "dns-name",
    "issuer-subject",
    "issuer-thumbprint",
    "issuer-certificate-id",
];

fn identity(element: &mut ElementReader<'_, '_>) -> Option<Identity> {
    let hexadecimal = |text: Option<Text>| text.map(|text| digits(&text));
    let distinguished = |text: Option<Text>| text.map(|text| attributes(&text));
    let stated = Identity {
        thumbprint: hexadecimal(element.literal("thumbprint")),
        serial_number: hexadecimal(element.literal("serial-number")),
        common_name: element.literal("common-name"),
        subject: distinguished(element.literal("subject")),
        dns_name: element.literal("dns-name"),
        issuer_subject: distinguished(element.literal("issuer-subject")),
        issuer: None,
    };
    let issuer_thumbprint = hexadecimal(element.literal("issuer-thumbprint"));
    let issuer_id: Option<Text> = element.literal("issuer-certificate-id");
    if !STATED.iter().any(|name| element.has(name)) {
        element.error_at(
            "",
            codes::MISSING_ATTRIBUTE,
            "`<identity>` states nothing, so that it would be everyone",
        );
        return None;
    }
    if issuer_id.is_some() && (issuer_thumbprint.is_some() || stated.issuer_subject.is_some()) {
        let message = "`issuer-certificate-id` excludes `issuer-subject` and `issuer-thumbprint`";
        element.error_at("issuer-certificate-id", codes::CONFLICT, message);
    }
    if issuer_id.is_none() && issuer_thumbprint.is_none() {
        return Some(stated);
    }
    let catalog = element.compiler.catalog?;
    let is_meant = |id: &str, certificate: &PublicCertificate| {
        issuer_id.as_ref().is_none_or(|meant| meant.as_str() == id)
            && issuer_thumbprint
                .as_ref()
                .is_none_or(|meant| *meant == certificate.thumbprint)
    };
    let certificates = catalog.public_certificates.iter();
    let known: Vec<_> = certificates
        .filter(|(id, certificate)| is_meant(id, certificate))
        .map(|(_, certificate)| Arc::clone(certificate))
        .collect();
    if issuer_id.is_some() && known.is_empty() {
        let message = "`issuer-certificate-id` names no certificate of the folder";
        let span = element.attribute_span("issuer-certificate-id");
        element.compiler.unknown_certificate(span, message);
    }
    Some(Identity {
        issuer: Some(IssuerCertificate {
            known,
            thumbprint: issuer_thumbprint,
        }),
        ..stated
    })
}

/// Hexadecimal digits in upper case, without what people put between them and zeros before them.
fn digits(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_hexdigit);
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}

/// Attributes of a distinguished name as it is written: `CN=a, O="b, c"`.
fn attributes(text: &str) -> Vec<(String, String)> {
    let mut is_quoted = false;
    let separates = |character: char| {
        is_quoted ^= character == '"';
        !is_quoted && matches!(character, ',' | '+' | ';')
    };
    let attributes = text.split(separates).map(|part| {
        let part = part.replace('"', "");
        let (kind, value) = part.split_once('=').unwrap_or(("", &part));
        let kind = kind.trim().to_ascii_uppercase();
        (
            kind.strip_prefix("OID.").unwrap_or(&kind).to_owned(),
            value.trim().to_owned(),
        )
    });
    attributes
        .filter(|(kind, value)| !kind.is_empty() || !value.is_empty())
        .collect()
}

impl Identity {
    fn is(&self, certificate: &Certificate, exchange: &Exchange) -> bool {
        fn agrees<T>(stated: Option<&T>, holds: impl FnOnce(&T) -> bool) -> bool {
            stated.is_none_or(holds)
        }
        let named = |stated: &Vec<(String, String)>, name: &Name| *stated == attributes(&name.to_string());
        let has_host = |host: &Text| {
            let mut hosts = certificate.subject_names.iter();
            hosts.any(|name| matches!(name, AlternativeName::Dns(own) if own.eq_ignore_ascii_case(host)))
        };
        agrees(self.thumbprint.as_ref(), |stated| *stated == certificate.thumbprint())
            && agrees(self.serial_number.as_ref(), |stated| {
                stated.trim_start_matches('0') == certificate.serial_number().trim_start_matches('0')
            })
            && agrees(self.common_name.as_ref(), |stated| {
                certificate.subject.value("2.5.4.3") == Some(stated.as_str())
            })
            && agrees(self.subject.as_ref(), |stated| named(stated, &certificate.subject))
            && agrees(self.dns_name.as_ref(), has_host)
            && agrees(self.issuer_subject.as_ref(), |stated| {
                named(stated, &certificate.issuer)
            })
            && agrees(self.issuer.as_ref(), |issuer| issuer.signed(certificate, exchange))
    }
}

impl IssuerCertificate {
    fn signed(&self, certificate: &Certificate, exchange: &Exchange) -> bool {
        let signed = |issuer: &[u8]| exchange.services.trust.is_signed_by(&certificate.der, issuer);
        let is_meant = |shown: &&Vec<u8>| {
            let shown = Certificate::parse(shown.as_slice());
            self.thumbprint.is_some() && shown.map(|shown| shown.thumbprint()) == self.thumbprint
        };
        self.known.iter().any(|known| signed(&known.certificate))
            || certificate.chain.iter().filter(is_meant).any(|shown| signed(shown))
    }
}

/// Why a request does not pass: for `LastError`, and for the client.
struct Refusal {
    reason: &'static str,
    message: &'static str,
    told: &'static str,
}

impl Step for ValidateClientCertificate {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        match self.check(exchange) {
            Err(Refusal { reason, message, told }) if !self.ignores_error => {
                Err(Failure::refused(reason, StatusCode::UNAUTHORIZED, message, told))
            }
            _ => Ok(Flow::Next),
        }
    }
}

impl ValidateClientCertificate {
    fn check(&self, exchange: &Exchange) -> Result<(), Refusal> {
        let Some(certificate) = &exchange.request.certificate else {
            return Err(Refusal {
                reason: "ClientCertificateNotFound",
                message: "Client certificate missing",
                told: "Client certificate missing",
            });
        };
        let invalid = |reason, message| {
            Err(Refusal {
                reason,
                message,
                told: "Invalid client certificate",
            })
        };
        let ticks = exchange.services.clock.ticks();
        if self.not_before && ticks < certificate.not_before {
            return invalid("ClientCertificateNotYetValid", "Client certificate is not yet valid.");
        }
        if self.not_after && ticks > certificate.not_after {
            return invalid("ClientCertificateExpired", "Client certificate has expired.");
        }
        if self.trust && !exchange.services.trust.trusts(certificate) {
            return invalid(
                "ClientCertificateNotTrusted",
                "A certificate chain could not be built to a trusted root authority.",
            );
        }
        let mut identities = self.identities.iter();
        if !self.identities.is_empty() && !identities.any(|identity| identity.is(certificate, exchange)) {
            return invalid(
                "ClientCertificateIdentityNotMatched",
                "Certificate does not match any of allowed identities.",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::attributes;
    use crate::testing::{Bench, ready, response_text};
    use catalog::PublicCertificate;
    use expression::certificate::{AlternativeName, Certificate, Name};
    use std::sync::Arc;

    const PEM: &str = include_str!("../../../catalog/src/certificate/test/both.pem");
    const THUMBPRINT: &str = include_str!("../../../catalog/src/certificate/test/thumbprint");

    /// A certificate of the folder's bytes that says this of itself.
    fn certificate() -> Certificate {
        let pair = |oid: &str, value: &str| vec![(oid.to_owned(), value.to_owned())];
        Certificate {
            serial: vec![0, 0x0a, 0xbc],
            subject: Name(vec![
                pair("2.5.4.6", "DE"),
                pair("2.5.4.10", "Ada, Ltd"),
                pair("2.5.4.3", "client-1"),
            ]),
            issuer: Name(vec![pair("2.5.4.3", "ca")]),
            subject_names: vec![AlternativeName::Dns("Client.example".into())],
            not_before: 638_000_000_000_000_000,
            not_after: 638_000_000_100_000_000,
            ..Certificate::parse(PEM.as_bytes()).unwrap()
        }
    }

    /// `passed`, or status and reason, for a client that shows a certificate `seconds` after it became valid.
    fn outcome(policy: &str, trusted: bool, shown: Option<Certificate>, seconds: u64) -> String {
        let mut bench = Bench::new(&format!("<inbound>{policy}</inbound>")).answer("204");
        let own = PublicCertificate::read(PEM.as_bytes()).unwrap();
        bench.catalog.public_certificates.insert("ca".into(), Arc::new(own));
        bench.trusts = trusted;
        bench.clock.pass(seconds);
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        exchange.request.certificate = shown.map(Arc::new);
        ready(plan.run(&mut exchange));
        let Some(error) = exchange.last_error.take() else {
            return "passed".to_owned();
        };
        format!("{} {}", &response_text(&mut exchange)[..3], error.reason)
    }

    #[test]
    fn when_it_is_valid() {
        let policy = |attributes: &str| format!("<validate-client-certificate {attributes} />");
        for (attributes, trusted, seconds, expected) in [
            ("", true, 0, "passed"),
            ("", true, 10, "passed"),
            ("", true, 11, "401 ClientCertificateExpired"),
            ("validate-not-after='false'", true, 11, "passed"),
            ("", false, 0, "401 ClientCertificateNotTrusted"),
            ("validate-trust='false'", false, 0, "passed"),
            ("ignore-error='true'", false, 11, "passed"),
        ] {
            let found = outcome(&policy(attributes), trusted, Some(certificate()), seconds);
            assert_eq!(found, expected, "{attributes} {trusted} {seconds}");
        }
        let early = Certificate {
            not_before: 638_000_000_000_000_001,
            ..certificate()
        };
        assert_eq!(
            outcome(&policy(""), true, Some(early.clone()), 0),
            "401 ClientCertificateNotYetValid"
        );
        assert_eq!(
            outcome(&policy("validate-not-before='false'"), true, Some(early), 0),
            "passed"
        );
        assert_eq!(outcome(&policy(""), true, None, 0), "401 ClientCertificateNotFound");
    }

    #[test]
    fn whose_it_is() {
        let thumbprint = THUMBPRINT.trim();
        let spaced: String = thumbprint
            .to_lowercase()
            .chars()
            .flat_map(|digit| [digit, ' '])
            .collect();
        for (stated, passes) in [
            (format!("thumbprint='{thumbprint}'"), true),
            (format!("thumbprint='{spaced}'"), true),
            ("thumbprint='00'".to_owned(), false),
            ("serial-number='0ABC'".to_owned(), true),
            ("serial-number='0a:bc'".to_owned(), true),
            ("serial-number='0ABD'".to_owned(), false),
            ("common-name='client-1'".to_owned(), true),
            ("common-name='client-2'".to_owned(), false),
            ("subject='cn=client-1,O=\"Ada, Ltd\", C=DE'".to_owned(), true),
            ("subject='C=DE, O=\"Ada, Ltd\", CN=client-1'".to_owned(), false),
            ("dns-name='client.EXAMPLE'".to_owned(), true),
            ("dns-name='other.example'".to_owned(), false),
            ("issuer-subject='CN=ca'".to_owned(), true),
            ("issuer-subject='CN=other'".to_owned(), false),
            ("issuer-certificate-id='ca'".to_owned(), true),
            (format!("issuer-thumbprint='{thumbprint}'"), true),
            ("common-name='client-1' issuer-subject='CN=other'".to_owned(), false),
        ] {
            let policy = |other: &str| {
                format!(
                    "<validate-client-certificate><identities>{other}<identity {stated} /></identities></validate-client-certificate>"
                )
            };
            let expected = if passes {
                "passed"
            } else {
                "401 ClientCertificateIdentityNotMatched"
            };
            for other in ["", "<identity common-name='nobody' />"] {
                let found = outcome(&policy(other), true, Some(certificate()), 0);
                assert_eq!(found, expected, "{stated}");
            }
        }
    }

    #[test]
    fn an_issuer_may_be_among_what_the_client_shows() {
        let issuer = Certificate::parse(include_bytes!("../../../../specs/certificates/alice.pem")).unwrap();
        let policy = format!(
            "<validate-client-certificate><identities><identity issuer-thumbprint='{}' /></identities></validate-client-certificate>",
            issuer.thumbprint()
        );
        let own = Certificate::parse(PEM.as_bytes()).unwrap();
        for (chain, expected) in [
            (vec![own.der.clone(), issuer.der], "passed"),
            (
                vec![own.der, b"nonsense".to_vec()],
                "401 ClientCertificateIdentityNotMatched",
            ),
            (Vec::new(), "401 ClientCertificateIdentityNotMatched"),
        ] {
            let shown = Certificate { chain, ..certificate() };
            assert_eq!(outcome(&policy, true, Some(shown), 0), expected);
        }
    }

    #[test]
    fn problems_of_the_document() {
        let problems = |identities: &str| {
            let bench = Bench::new(&format!(
                "<inbound><validate-client-certificate validate-revocation='false'><identities>{identities}</identities></validate-client-certificate></inbound>"
            ));
            let (_, problems) = crate::Plans::compile(&bench.catalog);
            let messages: Vec<_> = problems.into_iter().map(|problem| problem.message).collect();
            messages.join("\n")
        };
        for (identities, expected) in [
            (
                "<identity />".to_owned(),
                "`<identity>` states nothing, so that it would be everyone",
            ),
            (
                "<identity common-name='a' />".repeat(11),
                "`<identities>` may hold 10 of `<identity>` only",
            ),
            (
                "<identity issuer-certificate-id='none' />".to_owned(),
                "`issuer-certificate-id` names no certificate of the folder",
            ),
        ] {
            assert_eq!(problems(&identities), expected);
        }
        assert_eq!(
            problems("<identity issuer-thumbprint='00' />"),
            "",
            "the client may show it"
        );
        assert!(problems("<identity issuer-certificate-id='none' issuer-subject='CN=a' />").contains("excludes"));
        let (_, problems) =
            crate::Plans::compile(&Bench::new("<inbound><validate-client-certificate /></inbound>").catalog);
        assert_eq!(
            problems[0].message,
            "whether a client's certificate was revoked is not checked"
        );
        assert!(!problems[0].is_error());
    }

    #[test]
    fn distinguished_names_are_taken_apart() {
        let pair = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
        assert_eq!(
            attributes("cn = a , O=\"b, c\"+OU=d;OID.1.2=x"),
            [pair("CN", "a"), pair("O", "b, c"), pair("OU", "d"), pair("1.2", "x")]
        );
        assert_eq!(attributes(""), []);
    }
}
