//! `validate-status-code` lets a response through if the API's description has its status for the operation: by itself,
//! by its hundred (`4XX`) or by `default`.
//!
//! For other statuses, a `status-code` element of this `code` says what is done, else `unspecified-status-code-action`:
//! `ignore`, `prevent` (502) or `detect`, which only sets `errors-variable-name`. Where the API has no description no
//! status is specified.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::validation::{ACTIONS, Action, Fault, Found, Report, Validated, contract_of};
use crate::value::Value;
use http::StatusCode;

pub(crate) const VALIDATE_STATUS_CODE: Policy = Policy {
    sections: Sections::OUTBOUND.and(Sections::ON_ERROR),
    once: true,
    ..Policy::new("validate-status-code", parse)
};

struct ValidateStatusCode {
    report: Report,
    unspecified: Value<Action>,
    codes: Vec<(StatusCode, Value<Action>)>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let unspecified = element.required_word("unspecified-status-code-action", ACTIONS);
    let variable = variable_name(element);
    let report = Report::read(element, variable);
    let codes = element.children("status-code", |element| {
        let (code, action) = (
            element.required_literal("code"),
            element.required_word("action", ACTIONS),
        );
        Some((code?, action?))
    });
    element.validates(Validated {
        statuses: true,
        ..Validated::default()
    });
    now(ValidateStatusCode {
        report,
        unspecified: unspecified?,
        codes,
    })
}

/// The attribute's name, which another tool misspells.
fn variable_name(element: &mut ElementReader<'_, '_>) -> &'static str {
    const MISSPELT: &str = "error-variable-name";
    if !element.has(MISSPELT) {
        return "errors-variable-name";
    }
    let span = element.attribute_span(MISSPELT);
    let message = "`error-variable-name` is a misspelling of `errors-variable-name`";
    element.compiler.refused_by_apim(codes::ALIAS, span, message);
    MISSPELT
}

impl Step for ValidateStatusCode {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let Some(status) = exchange.response.as_ref().map(|response| response.status) else {
            return Ok(Flow::Next);
        };
        let contract = contract_of(exchange.state.operation.as_deref());
        if contract.is_some_and(|contract| contract.response(status.as_u16()).is_some()) {
            return Ok(Flow::Next);
        }
        let own = self.codes.iter().find(|(code, _)| *code == status);
        let action = own.map_or(&self.unspecified, |(_, action)| action).get(exchange)?;
        let mut found = Found::default();
        let fault = Fault {
            name: status.as_str().to_owned(),
            kind: "StatusCode",
            rule: "Unspecified",
            details: format!("Response status code {} is not allowed.", status.as_str()),
            public: None,
        };
        found.add(fault, action);
        self.report.tell(found, exchange)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    const RESPONSES: &str = "responses: {'200': {}, 3XX: {}}";
    const REFUSED: &str = "502 Bad Gateway\ncontent-type: application/json\n\n{ \"statusCode\": 502, \"message\": \
        \"The request could not be processed due to an internal error. Contact the API owner.\" }";

    fn run(policy: &str, responses: &str, status: &str) -> String {
        let policies = format!(
            "<outbound>{policy}<choose><when condition='@(context.Variables.ContainsKey(\"e\"))'><set-header name='e'>\
             <value>@(((JArray)context.Variables[\"e\"]).ToString(Newtonsoft.Json.Formatting.None))</value></set-header></when></choose></outbound>\
             <on-error><set-header name='r'><value>@(context.LastError.Source + \"|\" + context.LastError.Reason + \"|\" + context.LastError.Message)</value></set-header></on-error>"
        );
        Bench::new(&policies)
            .described(responses)
            .answer(status)
            .run("GET /a/1")
    }

    #[test]
    fn only_statuses_of_the_description_pass() {
        let with_reason = REFUSED.replacen(
            "application/json",
            "application/json\nr: validate-status-code|Response not allowed|Response status code 404 is not allowed.",
            1,
        );
        let prevents = "unspecified-status-code-action='prevent'";
        for (policy, responses, status, expected) in [
            (format!("<validate-status-code {prevents} />"), RESPONSES, "200", "200 OK"),
            (format!("<validate-status-code {prevents} />"), RESPONSES, "302", "302 Found"),
            (format!("<validate-status-code {prevents} />"), RESPONSES, "404", &with_reason),
            (format!("<validate-status-code {prevents} />"), "responses: {default: {}}", "404", "404 Not Found"),
            (
                format!("<validate-status-code {prevents}><status-code code='404' action='ignore' /></validate-status-code>"),
                RESPONSES,
                "404",
                "404 Not Found",
            ),
            (
                "<validate-status-code unspecified-status-code-action='@(\"ignore\")'><status-code code='404' action='@(\"prevent\")' />\
                 </validate-status-code>".to_owned(),
                RESPONSES,
                "404",
                &with_reason,
            ),
            (
                "<validate-status-code unspecified-status-code-action='detect' errors-variable-name='e' />".to_owned(),
                RESPONSES,
                "404",
                "404 Not Found\ne: [{\"Name\":\"404\",\"Type\":\"StatusCode\",\"ValidationRule\":\"Unspecified\",\
                 \"Details\":\"Response status code 404 is not allowed.\",\"Action\":\"detect\"}]",
            ),
        ] {
            assert_eq!(run(&policy, responses, status), expected, "{policy} {status}");
        }
    }

    #[test]
    fn in_on_error_the_response_is_the_refusal() {
        let policies = "<inbound><check-header name='a' failed-check-httpcode='403' failed-check-error-message='no' ignore-case='true' /></inbound>\
                        <on-error><validate-status-code unspecified-status-code-action='prevent' /></on-error>";
        assert_eq!(Bench::new(policies).described(RESPONSES).run("GET /a/1"), REFUSED);
    }

    #[test]
    fn without_a_description_nothing_is_specified() {
        let policies = "<outbound><validate-status-code unspecified-status-code-action='prevent' /></outbound>";
        assert_eq!(Bench::new(policies).run("GET /a/1"), REFUSED);
    }
}
