//! `validate-jwt` lets a request through if it presents a token that a trusted issuer signed, that is valid now and for
//! this API, and that claims what is required.
//!
//! The token is in a header (a leading `Bearer`, or the scheme that `require-scheme` names for `Authorization`, is cut
//! off), in a query parameter, or what `token-value` gives. Signatures: HS, RS, PS and ES with 256, 384 and 512 bits,
//! each with its own kind of key, so that a public RSA key never serves as a secret. RSA keys below 2048 bits and secrets
//! below 128 bits verify nothing. `none` is refused unless `require-signed-tokens` is false. Encrypted tokens
//! (`dir`, AES key wrap; CBC with HMAC, GCM) are opened with `decryption-keys` or `issuer-signing-keys`; what is inside is
//! checked like any other token.
//!
//! The key that a token names (`kid`) must have signed it; if no key has that name, each is tried. The keys and the name
//! of an `openid-config`'s issuer are fetched when they are first needed and kept (`openid.rs`); while it is away known
//! keys keep working, and without any the token is refused with `TokenSignatureKeyNotFound`. With several configurations
//! each vouches for its own issuer only, and one that is away holds up only tokens that may be its own. `issuers` adds
//! names for which the keys of all may sign. If neither names an issuer, none is asked for.
//!
//! Refusals are 401, or `failed-validation-httpcode`, with `failed-validation-error-message`, or else `JWT not present.` or
//! `Invalid JWT.`: why it is invalid is for `context.LastError`, which the two attributes' expressions may read. A slash at
//! the end of an audience does not count.
//! The token goes into the variable `output-token-variable-name` as the `Jwt` that `AsJwt()` gives.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::token::{
    DecryptionKeys, InlineKeys, Presented, Refusal, Rejection, RequiredClaims, Skew, Trusted, Validation,
};
use crate::value::Value;
use expression::text::Text;
use expression::value::Value as Object;

pub(crate) const VALIDATE_JWT: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("validate-jwt", parse)
};

struct ValidateJwt {
    presented: Presented,
    refusal: Refusal,
    validation: Validation,
    configurations: Vec<Value<Text>>,
    issuers: Vec<Value<Text>>,
    keys: InlineKeys,
    output: Option<Text>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let presented = Presented::read(element, false);
    let scheme = element.optional("require-scheme");
    let refusal = Refusal::read(element, VALIDATE_JWT.name);
    let requires_expiration = element.or("require-expiration-time", true);
    let requires_signature = element.or("require-signed-tokens", true);
    let skew = element.or("clock-skew", Skew::default());
    let output = element.literal("output-token-variable-name");
    let configurations = element.children("openid-config", configuration);
    let keys = InlineKeys::read(element);
    let decryption_keys = DecryptionKeys::read(element);
    let audiences = texts(element, "audiences", "audience");
    let issuers = texts(element, "issuers", "issuer");
    let claims = RequiredClaims::read(element);
    let has_keys = element.count("openid-config") + element.count("issuer-signing-keys") > 0;
    if !has_keys && requires_signature.constant() == Some(&true) {
        let span = element.attribute_span("");
        let message = "no token can pass: there is neither `<openid-config>` nor `<issuer-signing-keys>`";
        element.compiler.warning(codes::MISSING_CHILD, span, message);
    }
    waiting(ValidateJwt {
        presented: presented?.requiring(scheme),
        refusal,
        validation: Validation {
            requires_expiration,
            requires_signature,
            skew,
            decryption_keys,
            audiences,
            applications: Vec::new(),
            claims,
        },
        configurations,
        issuers,
        keys,
        output,
    })
}

fn configuration(element: &mut ElementReader<'_, '_>) -> Option<Value<Text>> {
    // APIM asks when a document is saved; here it is asked when it is needed.
    element.literal::<bool>("validate-connectivity");
    element.required("url")
}

fn text(element: &mut ElementReader<'_, '_>) -> Option<Value<Text>> {
    element.required_text()
}

/// The texts of `<inner>` within `<outer>`.
pub(super) fn texts(element: &mut ElementReader<'_, '_>, outer: &'static str, inner: &'static str) -> Vec<Value<Text>> {
    let found = element.at_most_one(outer, |element| Some(element.one_or_more(inner, text)));
    found.unwrap_or_default()
}

impl WaitingStep for ValidateJwt {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(async move {
            let checked = match self.presented.find(exchange)? {
                None => Err(Rejection::not_present()),
                Some(token) => {
                    let trusted = self.trusted(exchange)?;
                    self.validation.validate(exchange, &token, &trusted).await?
                }
            };
            match checked {
                Err(rejection) => {
                    let message = || format!("JWT Validation Failed: {}.", rejection.message).into();
                    exchange.note("messages", message);
                    Err(self.refusal.failure(exchange, rejection)?)
                }
                Ok(jwt) => {
                    if let Some(name) = &self.output {
                        exchange.set_variable(name, Object::of(jwt));
                    }
                    Ok(Flow::Next)
                }
            }
        }))
    }
}

impl ValidateJwt {
    fn trusted(&self, exchange: &Exchange) -> Result<Trusted, Failure> {
        let get = |values: &[Value<Text>]| -> Result<Vec<Text>, Failure> {
            values.iter().map(|value| value.get(exchange)).collect()
        };
        Ok(Trusted {
            configurations: get(&self.configurations)?,
            issuers: get(&self.issuers)?,
            keys: self.keys.get(exchange)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};
    use crate::token::minted::{NOW, Signer, hs256, unsigned};
    use crate::upstream::UpstreamFailure;

    const URL: &str = "https://issuer.example/.well-known/openid-configuration";
    const KEYS: &str = "https://issuer.example/keys";
    /// 32 bytes.
    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    /// What becomes of a request: `passed`, or status, reason and message of the refusal.
    fn outcome(bench: &mut Bench, request: &str) -> String {
        let plan = bench.plan(None);
        let mut exchange = bench.exchange(request);
        ready(plan.run(&mut exchange));
        match exchange.last_error.take() {
            None => "passed".to_owned(),
            Some(error) => {
                let status = response_text(&mut exchange)[..3].to_owned();
                format!("{status} {} {}", error.reason, error.message)
            }
        }
    }

    fn policy(attributes: &str, children: &str) -> Bench {
        let place = if attributes.contains("-name='") || attributes.contains("token-value") {
            ""
        } else {
            "header-name='Authorization'"
        };
        Bench::new(&format!(
            "<inbound><validate-jwt {place} {attributes}>{children}</validate-jwt></inbound>"
        ))
        .answer("204")
    }

    /// With the secret, and these attributes and children.
    fn inline(attributes: &str, children: &str) -> Bench {
        let keys = format!("<issuer-signing-keys><key>{SECRET}</key></issuer-signing-keys>");
        policy(attributes, &format!("{keys}{children}"))
    }

    /// A valid token with these claims beside `exp`.
    fn token(claims: &str) -> String {
        hs256(
            SECRET,
            &format!(
                r#"{{"exp":{}{}{claims}}}"#,
                NOW + 60,
                if claims.is_empty() { "" } else { "," }
            ),
        )
    }

    fn bearer(token: &str) -> String {
        format!("GET /\nAuthorization: Bearer {token}")
    }

    #[test]
    fn without_a_token_the_answer_is_apims() {
        let answer = inline("", "").run("GET /");
        let expected = "401 Unauthorized\ncontent-type: application/json\n\n\
                        { \"statusCode\": 401, \"message\": \"JWT not present.\" }";
        assert_eq!(answer, expected);
        let attributes = "failed-validation-httpcode='403' failed-validation-error-message='@(\"No: \" + context.LastError?.Reason)'";
        let answer = inline(attributes, "").run("GET /");
        assert!(
            answer.starts_with("403") && answer.ends_with(r#""message": "No: TokenNotPresent" }"#),
            "{answer}"
        );
    }

    #[test]
    fn a_client_whose_token_is_refused_is_not_told_why() {
        let children = r#"<required-claims><claim name="a"><value>x</value></claim></required-claims>"#;
        let answer = inline("", children).run(&bearer(&token(r#""a":"y""#)));
        let expected = "401 Unauthorized\ncontent-type: application/json\n\n\
                        { \"statusCode\": 401, \"message\": \"Invalid JWT.\" }";
        assert_eq!(answer, expected);
    }

    #[test]
    fn where_a_token_is() {
        let token = token("");
        for (attributes, request, passes) in [
            ("", format!("GET /\nAuthorization: Bearer {token}"), true),
            ("", format!("GET /\nAuthorization: bearer  {token}"), true),
            ("", format!("GET /\nAuthorization: {token}"), true),
            ("", format!("GET /\nAuthorization: Basic {token}"), false),
            (
                "require-scheme='Bearer'",
                format!("GET /\nAuthorization: {token}"),
                false,
            ),
            (
                "require-scheme='Bearer'",
                format!("GET /\nAuthorization: BEARER {token}"),
                true,
            ),
            (
                "require-scheme='DPoP'",
                format!("GET /\nAuthorization: Bearer {token}"),
                false,
            ),
            (
                "require-scheme='DPoP'",
                format!("GET /\nAuthorization: DPoP {token}"),
                true,
            ),
            (
                "header-name='X-T' require-scheme='DPoP'",
                format!("GET /\nX-T: {token}"),
                true,
            ),
            ("header-name='X-T'", format!("GET /\nX-T: Bearer {token}"), true),
            ("header-name='X-T'", bearer(&token), false),
            ("query-parameter-name='t'", format!("GET /?a=1&t={token}"), true),
            ("query-parameter-name='t'", "GET /?t=".to_owned(), false),
            (
                "token-value='@(context.Request.Headers.GetValueOrDefault(\"X-T\"))'",
                format!("GET /\nX-T: {token}"),
                true,
            ),
            (
                "token-value='@(context.Request.Headers.GetValueOrDefault(\"X-T\"))'",
                "GET /".to_owned(),
                false,
            ),
        ] {
            let outcome = outcome(&mut inline(attributes, ""), &request);
            assert_eq!(outcome == "passed", passes, "{attributes} {request}: {outcome}");
        }
    }

    #[test]
    fn when_a_token_is_valid() {
        let expired = |exp: &str| {
            format!(
                "401 TokenExpired IDX10223: Lifetime validation failed. The token is expired. \
                 ValidTo (UTC): '09/28/2022 22:13:{exp}', Current time (UTC): '09/28/2022 22:13:20'."
            )
        };
        let passed = || "passed".to_owned();
        let never = "401 JwtInvalid IDX10225: Lifetime validation failed. The token is missing an Expiration Time. \
                     Tokentype: 'System.IdentityModel.Tokens.Jwt.JwtSecurityToken'.";
        let early = "401 JwtInvalid IDX10222: Lifetime validation failed. The token is not yet valid. \
                     ValidFrom (UTC): '09/28/2022 22:13:21', Current time (UTC): '09/28/2022 22:13:20'.";
        let backwards = "401 JwtInvalid IDX10224: Lifetime validation failed. The NotBefore (UTC): \
                         '09/28/2022 22:13:21' is after Expires (UTC): '09/28/2022 22:13:20'.";
        for (attributes, claims, expected) in [
            ("", format!(r#"{{"exp":{NOW}}}"#), passed()),
            ("", format!(r#"{{"exp":{}}}"#, NOW - 1), expired("19")),
            ("clock-skew='1'", format!(r#"{{"exp":{}}}"#, NOW - 1), passed()),
            ("clock-skew='00:00:05'", format!(r#"{{"exp":{}}}"#, NOW - 5), passed()),
            ("clock-skew='5'", format!(r#"{{"exp":{}}}"#, NOW - 6), expired("14")),
            ("", format!(r#"{{"exp":"{}"}}"#, NOW + 1), passed()),
            ("", "{}".to_owned(), never.to_owned()),
            ("require-expiration-time='false'", "{}".to_owned(), passed()),
            (
                "require-expiration-time='false'",
                format!(r#"{{"exp":{}}}"#, NOW - 1),
                expired("19"),
            ),
            (
                "",
                r#"{"exp":"soon"}"#.to_owned(),
                "401 JwtInvalid IDX12709: CanReadToken() returned false. JWT is not well formed: its claim exp is no time."
                    .to_owned(),
            ),
            (
                "",
                format!(r#"{{"exp":{},"nbf":{}}}"#, NOW + 9, NOW + 1),
                early.to_owned(),
            ),
            (
                "clock-skew='1'",
                format!(r#"{{"exp":{},"nbf":{}}}"#, NOW + 9, NOW + 1),
                passed(),
            ),
            (
                "clock-skew='1'",
                format!(r#"{{"exp":{},"nbf":{}}}"#, NOW, NOW + 1),
                backwards.to_owned(),
            ),
        ] {
            let request = bearer(&hs256(SECRET, &claims));
            assert_eq!(
                outcome(&mut inline(attributes, ""), &request),
                expected,
                "{attributes} {claims}"
            );
        }
    }

    #[test]
    fn for_whom_from_whom_and_with_which_claims() {
        let audiences = "<audiences><audience>a</audience><audience>@(\"b\" + \"c\")</audience></audiences>";
        let issuers = "<issuers><issuer>i</issuer><issuer>j</issuer></issuers>";
        let claims = |inner: &str| format!("<required-claims>{inner}</required-claims>");
        let scp = |attributes: &str| {
            claims(&format!(
                "<claim name='scp' {attributes}><value>read</value><value>write</value></claim>"
            ))
        };
        let wrong = |wanted: &str| format!("401 TokenClaimValueMismatch Claim value mismatch: scp={wanted}.");
        let audience = |own: &str| {
            format!(
                "401 TokenAudienceNotAllowed IDX10214: Audience validation failed. Audiences: '{own}'. Did not match: \
                 validationParameters.ValidAudience: '' or validationParameters.ValidAudiences: 'a, bc'."
            )
        };
        for (children, own, expected) in [
            (audiences.to_owned(), r#""aud":"a""#, "passed".to_owned()),
            (audiences.to_owned(), r#""aud":["x","bc"]"#, "passed".to_owned()),
            (audiences.to_owned(), r#""aud":"a/""#, "passed".to_owned()),
            (audiences.to_owned(), r#""aud":"a//""#, audience("a//")),
            (audiences.to_owned(), r#""aud":["A","x"]"#, audience("A, x")),
            (
                audiences.to_owned(),
                "",
                "401 TokenAudienceNotAllowed IDX10206: Unable to validate audience. The 'audiences' parameter is empty."
                    .to_owned(),
            ),
            (
                "<audiences><audience>https://a/</audience></audiences>".to_owned(),
                r#""aud":"https://a""#,
                "passed".to_owned(),
            ),
            (issuers.to_owned(), r#""iss":"j""#, "passed".to_owned()),
            (
                issuers.to_owned(),
                r#""iss":"k""#,
                "401 TokenIssuerNotAllowed IDX10205: Issuer validation failed. Issuer: 'k'. Did not match: \
                 validationParameters.ValidIssuer: '' or validationParameters.ValidIssuers: 'i, j'."
                    .to_owned(),
            ),
            (
                issuers.to_owned(),
                "",
                "401 TokenIssuerNotAllowed IDX10211: Unable to validate issuer. \
                 The 'issuer' parameter is null or whitespace."
                    .to_owned(),
            ),
            (String::new(), r#""iss":"k""#, "passed".to_owned()),
            (claims("<claim name='a' />"), r#""a":1"#, "passed".to_owned()),
            (
                claims("<claim name='a' /><claim name='b' /><claim name='c' />"),
                r#""b":1"#,
                "401 TokenMissingClaims Missing claims: a, c.".to_owned(),
            ),
            (scp(""), r#""scp":["write","x","read"]"#, "passed".to_owned()),
            (scp("match='all'"), r#""scp":["read"]"#, wrong("write")),
            (scp("match='any'"), r#""scp":["read"]"#, "passed".to_owned()),
            (scp("match='any'"), r#""scp":"x""#, wrong("read, write")),
            (scp("match='all'"), r#""scp":"read write""#, wrong("read")),
            (
                scp("match='all' separator=' '"),
                r#""scp":"read write""#,
                "passed".to_owned(),
            ),
            (
                scp("match='any' separator=','"),
                r#""scp":"a,write""#,
                "passed".to_owned(),
            ),
            (
                scp("match='any' separator=','"),
                r#""scp":"a, write""#,
                wrong("read, write"),
            ),
            (
                claims("<claim name='ok'><value>true</value></claim>"),
                r#""ok":true"#,
                "passed".to_owned(),
            ),
        ] {
            let found = outcome(&mut inline("", &children), &bearer(&token(own)));
            assert_eq!(found, expected, "{children} {own}");
        }
    }

    #[test]
    fn who_has_signed_it() {
        let forged = "401 TokenInvalidSignature IDX10503: Signature validation failed. Token does not have a kid. \
                      Keys tried: '(no kid)'.";
        let none = unsigned(&format!(r#"{{"exp":{}}}"#, NOW + 60));
        let other = hs256("ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=", r#"{"exp":9999999999}"#);
        for (attributes, token, expected) in [
            ("", other.as_str(), forged),
            ("require-signed-tokens='false'", &other, forged),
            (
                "",
                &none,
                "401 TokenInvalidSignature IDX10504: Unable to validate signature, token does not have a signature.",
            ),
            ("require-signed-tokens='false'", &none, "passed"),
            ("require-signed-tokens='@(false)'", &none, "passed"),
            (
                "",
                "nonsense",
                "401 JwtInvalid IDX12741: JWT must have three segments (JWS) or five segments (JWE).",
            ),
            (
                "",
                "e30.e30.",
                "401 JwtInvalid IDX12709: CanReadToken() returned false. JWT is not well formed: its header has no `alg`.",
            ),
        ] {
            assert_eq!(
                outcome(&mut inline(attributes, ""), &bearer(token)),
                expected,
                "{attributes} {token}"
            );
        }
    }

    #[test]
    fn an_encrypted_token_is_opened_and_then_checked() {
        let children = format!(
            "<issuer-signing-keys><key>{SECRET}</key></issuer-signing-keys><decryption-keys><key>GawgguFyGrWKav7AX4VKUg==</key></decryption-keys>"
        );
        // RFC 7516, appendix A.3: its content is no token.
        let known = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
        let mut bench = policy("", &children);
        let no_token = "401 JwtInvalid IDX12709: CanReadToken() returned false. JWT is not well formed: its claims are no JSON object.";
        assert_eq!(outcome(&mut bench, &bearer(known)), no_token);
        let mut without = inline("", "");
        assert_eq!(
            outcome(&mut without, &bearer(known)),
            "401 JwtInvalid IDX10603: Decryption failed. Keys tried: '(no kid)'."
        );
        let inner = token("");
        let sealed = crate::token::minted::sealed("GawgguFyGrWKav7AX4VKUg==", &inner);
        assert_eq!(outcome(&mut bench, &bearer(&sealed)), "passed");
        let bare = crate::token::minted::sealed("GawgguFyGrWKav7AX4VKUg==", r#"{"exp":9999999999}"#);
        let expected =
            "401 TokenInvalidSignature IDX10504: Unable to validate signature, token does not have a signature.";
        assert_eq!(outcome(&mut bench, &bearer(&bare)), expected);
        let mut lenient = policy("require-signed-tokens='false'", &children);
        assert_eq!(outcome(&mut lenient, &bearer(&bare)), "passed");
    }

    #[test]
    fn the_variable_holds_what_as_jwt_gives() {
        let document = format!(
            "<inbound><validate-jwt header-name='Authorization' output-token-variable-name='jwt'><issuer-signing-keys><key>{SECRET}</key></issuer-signing-keys></validate-jwt>\
             <return-response><set-body>@(((Jwt)context.Variables[\"jwt\"]).Subject + ((Jwt)context.Variables[\"jwt\"]).Claims[\"r\"][1] + ((Jwt)context.Variables[\"jwt\"]).Algorithm)</set-body></return-response></inbound>"
        );
        let answer = Bench::new(&document).run(&bearer(&token(r#""sub":"s","r":["a","b"]"#)));
        assert_eq!(answer, "200 OK\n\nsbHS256");
    }

    /// A bench whose policy trusts the issuer at [`URL`].
    fn discovering(children: &str) -> Bench {
        policy("", &format!("<openid-config url='{URL}' />{children}"))
    }

    fn publish(bench: &Bench, keys: &[&Signer]) {
        let configuration = format!(r#"200\n\n{{"issuer":"https://issuer.example","jwks_uri":"{KEYS}"}}"#);
        bench.answers_at(URL, Ok(&configuration.replace("\\n", "\n")));
        let keys: Vec<String> = keys.iter().map(|key| key.jwk()).collect();
        bench.answers_at(KEYS, Ok(&format!("200\n\n{{\"keys\":[{}]}}", keys.join(","))));
    }

    fn issued(signer: &Signer) -> String {
        bearer(&signer.token(&format!(
            r#"{{"iss":"https://issuer.example","exp":{}}}"#,
            NOW + 9_999_999
        )))
    }

    #[test]
    fn an_issuers_keys_are_fetched_once_and_again_when_they_change() {
        let (old, new, stranger) = (Signer::new("old"), Signer::new("new"), Signer::new("stranger"));
        let mut bench = discovering("");
        publish(&bench, &[&old]);
        let fetches = |bench: &Bench| bench.sent.borrow().iter().filter(|sent| sent.contains(KEYS)).count();
        let try_with = |bench: &mut Bench, request: &str| {
            let outcome = outcome(bench, request);
            outcome.split(' ').nth(1).unwrap_or("passed").to_owned()
        };
        for _ in 0..3 {
            assert_eq!(try_with(&mut bench, &issued(&old)), "passed");
        }
        assert_eq!(fetches(&bench), 1);
        publish(&bench, &[&new]);
        assert_eq!(
            try_with(&mut bench, &issued(&new)),
            "passed",
            "an unknown key has them fetched"
        );
        assert_eq!(fetches(&bench), 2);
        for _ in 0..5 {
            assert_eq!(try_with(&mut bench, &issued(&stranger)), "TokenSignatureKeyNotFound");
        }
        assert_eq!(fetches(&bench), 2, "and not for everyone who makes names up");
        bench.clock.pass(5);
        assert_eq!(try_with(&mut bench, &issued(&old)), "TokenSignatureKeyNotFound");
        assert_eq!(fetches(&bench), 3);
        // The issuer goes away for good.
        bench.answers_at(URL, Err(UpstreamFailure::Connection("refused".into())));
        bench.clock.pass(7 * 3600);
        for _ in 0..3 {
            assert_eq!(try_with(&mut bench, &issued(&new)), "passed", "the last good keys");
        }
    }

    #[test]
    fn an_issuer_that_is_away_from_the_start_is_asked_again() {
        let signer = Signer::new("k");
        let mut bench = discovering("");
        bench.answers_at(URL, Ok("503\n\n"));
        let expected = "401 TokenSignatureKeyNotFound IDX20803: Unable to obtain configuration from: 'https://issuer.example/.well-known/openid-configuration'.";
        assert_eq!(outcome(&mut bench, &issued(&signer)), expected);
        bench.clock.pass(1);
        publish(&bench, &[&signer]);
        assert_eq!(outcome(&mut bench, &issued(&signer)), "passed");
    }

    #[test]
    fn an_issuer_speaks_for_itself_only() {
        const OTHER: &str = "https://other.example/openid";
        let (signer, other) = (Signer::new("a"), Signer::new("b"));
        let claims = |issuer: &str| format!(r#"{{"iss":"{issuer}","exp":{}}}"#, NOW + 60);
        for (children, token, expected) in [
            ("", signer.token(&claims("https://issuer.example")), "passed"),
            ("", other.token(&claims("https://other.example")), "passed"),
            (
                "",
                other.token(&claims("https://issuer.example")),
                "401 TokenSignatureKeyNotFound IDX10501: Signature validation failed. Unable to match key: kid: 'b'.",
            ),
            (
                "",
                signer.token(&claims("https://third.example")),
                "401 TokenIssuerNotAllowed IDX10205: Issuer validation failed. Issuer: 'https://third.example'. \
                 Did not match: validationParameters.ValidIssuer: '' or validationParameters.ValidIssuers: \
                 'https://issuer.example, https://other.example'.",
            ),
            (
                "<issuers><issuer>https://third.example</issuer></issuers>",
                signer.token(&claims("https://third.example")),
                "passed",
            ),
        ] {
            let mut bench = discovering(&format!("<openid-config url='{OTHER}' />{children}"));
            publish(&bench, &[&signer]);
            bench.answers_at(
                OTHER,
                Ok("200\n\n{\"issuer\":\"https://other.example\",\"jwks_uri\":\"https://other.example/keys\"}"),
            );
            bench.answers_at(
                "https://other.example/keys",
                Ok(&format!("200\n\n{{\"keys\":[{}]}}", other.jwk())),
            );
            assert_eq!(outcome(&mut bench, &bearer(&token)), expected, "{children}");
        }
    }

    #[test]
    fn while_an_issuer_is_away_nobody_else_signs_its_tokens() {
        const AWAY: &str = "https://away.example/openid";
        let signer = Signer::new("k");
        let mut bench = discovering(&format!("<openid-config url='{AWAY}' />"));
        publish(&bench, &[&signer]);
        bench.answers_at(AWAY, Ok("503\n\n"));
        let token = |issuer: &str| bearer(&signer.token(&format!(r#"{{"iss":"{issuer}","exp":{}}}"#, NOW + 60)));
        let expected = "401 TokenIssuerNotAllowed IDX10205: Issuer validation failed. Issuer: 'https://away.example'. \
                        Did not match: validationParameters.ValidIssuer: '' or \
                        validationParameters.ValidIssuers: 'https://issuer.example'.";
        assert_eq!(outcome(&mut bench, &token("https://away.example")), expected);
        assert_eq!(outcome(&mut bench, &token("https://issuer.example")), "passed");
    }

    const PEM: &str = include_str!("../../../catalog/src/certificate/test/both.pem");

    #[test]
    fn keys_may_be_those_of_certificates() {
        let certificate = catalog::ClientCertificate::read(PEM.as_bytes(), "").unwrap();
        let token = crate::token::minted::rs256(certificate.key.secret_der(), &format!(r#"{{"exp":{}}}"#, NOW + 60));
        let with = |children: &str| {
            let mut bench = policy("", children);
            let certificate = catalog::ClientCertificate::read(PEM.as_bytes(), "").unwrap();
            let public = catalog::PublicCertificate::of(certificate.chain[0].clone());
            bench.catalog.public_certificates.insert("mine".into(), public.into());
            bench.catalog.certificates.insert("mine".into(), certificate.into());
            bench
        };
        let keys = |id: &str| format!("<issuer-signing-keys><key certificate-id='{id}' /></issuer-signing-keys>");
        assert_eq!(outcome(&mut with(&keys("mine")), &bearer(&token)), "passed");
        let other = hs256(SECRET, r#"{"exp":9999999999}"#);
        let forged = "401 TokenInvalidSignature IDX10503: Signature validation failed. Token does not have a kid. \
                      Keys tried: '(no kid)'.";
        assert_eq!(outcome(&mut with(&keys("mine")), &bearer(&other)), forged);
        let both = format!(
            "<issuer-signing-keys><key>{SECRET}</key></issuer-signing-keys><decryption-keys><key certificate-id='mine' /></decryption-keys>"
        );
        let message = "401 JwtInvalid IDX12741: JWT must have three segments (JWS) or five segments (JWE).";
        assert_eq!(outcome(&mut with(&both), &bearer("x")), message);
        let (_, problems) = crate::Plans::compile(&with(&keys("none")).catalog);
        assert_eq!(problems[0].message, "there is no certificate \"none\"");
    }

    #[test]
    fn problems_of_the_document() {
        reports(&[
            (
                "<inbound><validate-jwt><openid-config url='https://i' /></validate-jwt></inbound>",
                "`<validate-jwt>` has 0 of the attributes `header-name`, `query-parameter-name`, `token-value`, expected one",
            ),
            (
                "<inbound><validate-jwt header-name='A' /></inbound>",
                "no token can pass: there is neither `<openid-config>` nor `<issuer-signing-keys>`",
            ),
            (
                "<inbound><validate-jwt header-name='A'><issuer-signing-keys><key>c2hvcnQ=</key></issuer-signing-keys></validate-jwt></inbound>",
                "no token can pass with this key: it is not base64 of 128 bits or more",
            ),
            (
                "<inbound><validate-jwt header-name='A'><openid-config url='https://i' /><required-scopes /></validate-jwt></inbound>",
                "`<validate-jwt>` holds no element `<required-scopes>`",
            ),
            (
                "<inbound><validate-jwt header-name='A'><openid-config url='https://i' /><required-claims><claim name='a' match='some' /></required-claims></validate-jwt></inbound>",
                "`match` of `<claim>` must be `all` or `any`, found \"some\"",
            ),
        ]);
    }
}
