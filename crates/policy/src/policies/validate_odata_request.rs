//! `validate-odata-request` lets a request to an `OData` API through if its URL, headers and query options are what the `OData`
//! specification (4.0, 4.01) allows.
//!
//! - `OData-Version` and `OData-MaxVersion` must be versions; the former must lie between `min-odata-version` and
//!   `max-odata-version`. Without it, `default-odata-version` (4.0) is what the rest is validated by.
//! - Each segment of the path is a name, with keys or parameters in brackets where it has some; `$metadata`, `$batch`,
//!   `$count` and the like are known.
//! - Query options that begin with `$` must be known, stand once, and be written as the specification says: expressions in
//!   `$filter`, `$orderby` and `$compute`, nested options in `$expand` and `$select`, and so on. From 4.01 on they may
//!   stand without `$` and in any case. Other options are the service's own business.
//! - With `max-size`, a body may have so many bytes.
//!
//! Names are not looked up in the service's model, and bodies are not read. A fault refuses the request with 400 and the
//! reason `Bad request`; all of them are in the variable `error-variable-name`, entries as those of `validate-parameters`.
//! For versions before 4.0 only headers and size are validated.

mod options;
mod syntax;

use crate::codes;
use crate::context::decode_query;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::values_of;
use crate::query::pairs;
use crate::registry::{Policy, Scopes, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::validation::{Action, Fault, Found, Report};
use crate::value::Readable;
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use options::{Options, check_option, check_segment};

pub(crate) const VALIDATE_ODATA_REQUEST: Policy = Policy {
    sections: Sections::INBOUND,
    scopes: Scopes::GLOBAL.and(Scopes::PRODUCT).and(Scopes::API),
    once: true,
    ..Policy::new("validate-odata-request", parse)
};

/// A version of `OData`, in hundredths: 401 for 4.01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32);

const V4: Version = Version(400);
const V4_01: Version = Version(401);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str| matches!(part.len(), 1..=2) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let hundredths: u32 = fraction.parse().ok()?;
        let hundredths = if fraction.len() == 1 {
            hundredths * 10
        } else {
            hundredths
        };
        Some(Self(whole.parse::<u32>().ok()? * 100 + hundredths))
    }
}

impl Readable for Version {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a version of OData such as `4.0`";
    fn from_literal(text: &str) -> Option<Self> {
        Self::parse(text)
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::parse(&Text::from_object(object)?)
    }
}

struct ValidateODataRequest {
    report: Report,
    default: Version,
    min: Option<Version>,
    max: Option<Version>,
    max_size: Option<u64>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let report = Report::read(element, "error-variable-name");
    let default = element.literal("default-odata-version").unwrap_or(V4);
    let (min, max) = (
        element.literal("min-odata-version"),
        element.literal("max-odata-version"),
    );
    if min.zip(max).is_some_and(|(min, max): (Version, Version)| min > max) {
        let message = "`min-odata-version` is above `max-odata-version`, so that no request is allowed";
        element.error_at("min-odata-version", codes::CONFLICT, message);
    }
    let max_size: Option<u32> = element.literal("max-size");
    if max_size.is_some() {
        element.rewrites_body();
    }
    now(ValidateODataRequest {
        report,
        default,
        min,
        max,
        max_size: max_size.map(u64::from),
    })
}

fn fault(kind: &'static str, rule: &'static str, name: &str, details: String) -> Fault {
    Fault {
        name: name.to_owned(),
        kind,
        rule,
        public: Some(details.clone()),
        details,
    }
}

impl ValidateODataRequest {
    /// The version of the request, after what is wrong with its headers has been told.
    fn version(&self, exchange: &Exchange, found: &mut Found) -> Version {
        let mut version = None;
        for name in ["OData-Version", "OData-MaxVersion"] {
            let values = values_of(&exchange.request.headers, name);
            let Some(first) = values.first() else { continue };
            let stated = Version::parse(first.trim()).filter(|_| values.len() == 1);
            if stated.is_none() {
                let details = format!("Header {name} must be one version of OData.");
                found.add(
                    fault("RequestHeader", "IncorrectMessage", name, details),
                    Action::Prevent,
                );
            }
            if name == "OData-Version" {
                version = stated;
            }
        }
        let is_below = version.zip(self.min).is_some_and(|(version, min)| version < min);
        let is_above = version.zip(self.max).is_some_and(|(version, max)| version > max);
        if is_below || is_above {
            let details = format!(
                "OData-Version is {} the versions that are allowed.",
                if is_below { "below" } else { "above" }
            );
            found.add(
                fault("RequestHeader", "IncorrectMessage", "OData-Version", details),
                Action::Prevent,
            );
        }
        version.unwrap_or(self.default)
    }

    fn check(&self, exchange: &Exchange) -> Found {
        let mut found = Found::default();
        let version = self.version(exchange, &mut found);
        let size = exchange
            .body_as_kept(self.report.message)
            .map_or(0, |body| body.content().len() as u64);
        if let Some(limit) = self.max_size.filter(|limit| size > *limit) {
            let details = format!("Request's body is {size} bytes long and it exceeds the limit of {limit} bytes.");
            found.add(fault("RequestBody", "SizeLimit", "", details), Action::Prevent);
        }
        if version < V4 {
            return found;
        }
        for segment in exchange.request.path.split('/').filter(|segment| !segment.is_empty()) {
            let segment = decode_path(segment);
            if let Err(problem) = check_segment(&segment) {
                let details = format!("Path segment {segment} does not conform to OData. {problem}");
                found.add(
                    fault("PathParameter", "IncorrectMessage", &segment, details),
                    Action::Prevent,
                );
            }
        }
        let mut seen = Options::default();
        for pair in pairs(&exchange.request.query) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode_query(name), decode_query(value));
            if let Err(problem) = check_option(&name, &value, version >= V4_01, &mut seen) {
                let details = format!("Query option {name} does not conform to OData. {problem}");
                found.add(
                    fault("QueryParameter", "IncorrectMessage", &name, details),
                    Action::Prevent,
                );
            }
        }
        found
    }
}

/// A path's segment without percent signs; a plus is a plus there.
fn decode_path(segment: &str) -> String {
    decode_query(&segment.replace('+', "%2B"))
}

impl Step for ValidateODataRequest {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let found = self.check(exchange);
        self.report.tell(found, exchange)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    fn run(attributes: &str, request: &str) -> String {
        let policies = format!("<inbound><validate-odata-request {attributes} /></inbound><backend />");
        let answer = Bench::new(&policies).run(request);
        match answer.split_once("\"message\": \"") {
            Some((_, message)) => message.trim_end_matches("\" }").to_owned(),
            None => answer,
        }
    }

    #[test]
    fn headers_and_size() {
        let below = "OData-Version is below the versions that are allowed.";
        let above = "OData-Version is above the versions that are allowed.";
        let malformed = "Header OData-Version must be one version of OData.";
        for (attributes, request, expected) in [
            ("", "GET /Orders", "200 OK"),
            ("", "GET /Orders\nOData-Version: 4.01\nOData-MaxVersion: 4.0", "200 OK"),
            ("", "GET /Orders\nOData-Version: four", malformed),
            ("", "GET /Orders\nOData-Version: 4.0\nOData-Version: 4.0", malformed),
            (
                "",
                "GET /Orders\nOData-MaxVersion: 4.0.0",
                "Header OData-MaxVersion must be one version of OData.",
            ),
            ("min-odata-version='4.01'", "GET /Orders\nOData-Version: 4.0", below),
            ("min-odata-version='4.01'", "GET /Orders", "200 OK"),
            ("max-odata-version='4.0'", "GET /Orders\nOData-Version: 4.01", above),
            ("max-size='3'", "POST /Orders\n\n{}", "200 OK"),
            (
                "max-size='3'",
                "POST /Orders\n\n1234",
                "Request's body is 4 bytes long and it exceeds the limit of 3 bytes.",
            ),
            ("", "GET /Orders?$top=x\nOData-Version: 3.0", "200 OK"),
        ] {
            assert_eq!(run(attributes, request), expected, "{attributes} {request}");
        }
    }

    #[test]
    fn path_and_query() {
        let unknown = |name: &str| format!("Query option {name} does not conform to OData. There is no such option.");
        for (attributes, url, expected) in [
            (
                "",
                "/Orders(7)/Items?$filter=Price%20gt%205&own=1&@p=1",
                "200 OK".to_owned(),
            ),
            (
                "",
                "/Orders(",
                "Path segment Orders( does not conform to OData. A bracket is not closed.".into(),
            ),
            (
                "",
                "/$other",
                "Path segment $other does not conform to OData. There is no such segment.".into(),
            ),
            ("", "/Orders?$nope=1", unknown("$nope")),
            (
                "",
                "/Orders?$top=1&$top=2",
                "Query option $top does not conform to OData. It stands twice.".into(),
            ),
            ("", "/Orders?top=x&$Top=1", unknown("$Top")),
            ("default-odata-version='4.01'", "/Orders?$Top=1", "200 OK".into()),
            (
                "default-odata-version='4.01'",
                "/Orders?top=x",
                "Query option top does not conform to OData. It must be a whole number that is not negative.".into(),
            ),
            (
                "default-odata-version='4.01'",
                "/Orders?$top=1&TOP=1",
                "Query option TOP does not conform to OData. It stands twice.".into(),
            ),
            (
                "",
                "/Orders?$filter=a%20eq",
                "Query option $filter does not conform to OData. The text ends where an expression is expected.".into(),
            ),
        ] {
            assert_eq!(run(attributes, &format!("GET {url}")), expected, "{attributes} {url}");
        }
    }

    #[test]
    fn all_faults_are_in_the_variable() {
        let policies = "<inbound><validate-odata-request error-variable-name='e' /></inbound><on-error><set-body>@(string.Join(\"|\", \
                        ((JArray)context.Variables[\"e\"]).Select(e => (string)e[\"Name\"])) + context.LastError.Reason)</set-body></on-error>";
        let answer = Bench::new(policies).run("GET /Orders?$top=x&$skip=y\nOData-Version: x");
        assert!(answer.ends_with("\n\nOData-Version|$top|$skipBad request"), "{answer}");
    }

    #[test]
    fn versions_that_exclude_each_other_are_refused() {
        let policies = "<policies><inbound><validate-odata-request min-odata-version='4.01' max-odata-version='4.0' /></inbound></policies>";
        let (_, problems) = crate::plan::Plans::compile(&Bench::with_documents(&[("api", policies)]).catalog);
        assert!(
            problems
                .iter()
                .any(|problem| problem.is_error() && problem.code == crate::codes::CONFLICT)
        );
    }
}
