//! `validate-parameters` lets a request through if its headers, query and path parameters are what the API's description
//! says.
//!
//! A parameter that the description has for the operation must conform to its schema, and be there if it is `required`;
//! what is done otherwise is `specified-parameter-action`. One that it does not have is treated by
//! `unspecified-parameter-action`. `headers`, `query` and `path` may have actions of their own, and `parameter` elements
//! for single ones. Actions are `ignore`, `prevent` (400) and `detect`, which only sets `errors-variable-name`.
//!
//! Names of query parameters are compared as they are, those of headers ignoring case. What carries the subscription key,
//! headers of the connection, `X-Forwarded-For`, `-Host` and `-Proto`, and `Content-Type` where the operation has bodies,
//! are specified without a word; `Host`, `Accept` and all others are not. An API without a description fails.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::headers::{is_protected, values_of};
use crate::registry::{Policy, Sections, now};
use crate::spelling;
use crate::step::{Flow, Run, Step};
use crate::validation::{
    ACTIONS, Action, Found, Kind, Report, Validated, contract_of, faults_of, no_contract, query_pairs,
};
use crate::value::Value;
use catalog::{Contract, Joined, Parameter, ParameterPlace};
use expression::text::Text;
use http::header::{CONTENT_TYPE, HeaderName};
use std::sync::Arc;

pub(crate) const VALIDATE_PARAMETERS: Policy = Policy {
    sections: Sections::INBOUND,
    once: true,
    ..Policy::new("validate-parameters", parse)
};

struct ValidateParameters {
    report: Report,
    headers: Rules,
    query: Rules,
    path: Rules,
}

/// What is done in one of the three places.
#[derive(Default)]
struct Rules {
    specified: Option<Arc<Value<Action>>>,
    unspecified: Option<Arc<Value<Action>>>,
    own: Vec<(Text, Value<Action>)>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let specified = element.required_word("specified-parameter-action", ACTIONS);
    let unspecified = element.required_word("unspecified-parameter-action", ACTIONS);
    let report = Report::read(element, "errors-variable-name");
    let (headers, query, path) = (
        rules(element, "headers"),
        rules(element, "query"),
        rules(element, "path"),
    );
    element.validates(Validated {
        parameters: true,
        ..Validated::default()
    });
    let (specified, unspecified) = (Arc::new(specified?), Arc::new(unspecified?));
    let whole = |rules: Rules| Rules {
        specified: rules.specified.or_else(|| Some(Arc::clone(&specified))),
        unspecified: rules.unspecified.or_else(|| Some(Arc::clone(&unspecified))),
        own: rules.own,
    };
    now(ValidateParameters {
        report,
        headers: whole(headers),
        query: whole(query),
        path: whole(path),
    })
}

fn rules(element: &mut ElementReader<'_, '_>, place: &'static str) -> Rules {
    let read = |element: &mut ElementReader<'_, '_>| {
        let specified = element.word("specified-parameter-action", ACTIONS);
        // Every part of a path is in its template.
        let unspecified = if place == "path" {
            None
        } else {
            element.word("unspecified-parameter-action", ACTIONS)
        };
        let own = element.children("parameter", |element| {
            let (name, action) = (
                element.required_literal("name"),
                element.required_word("action", ACTIONS),
            );
            Some((name?, action?))
        });
        Some(Rules {
            specified: specified.map(Arc::new),
            unspecified: unspecified.map(Arc::new),
            own,
        })
    };
    element.at_most_one(place, read).unwrap_or_default()
}

impl Rules {
    /// The action for a parameter, specified or not.
    fn action(&self, name: &str, kind: Kind, is_specified: bool, exchange: &Exchange) -> Result<Action, Failure> {
        let is_header = kind == Kind::RequestHeader;
        let is_named = |known: &Text| known.as_str() == name || (is_header && known.eq_ignore_ascii_case(name));
        let own = self
            .own
            .iter()
            .find(|(known, _)| is_named(known))
            .map(|(_, action)| action);
        let general = if is_specified {
            &self.specified
        } else {
            &self.unspecified
        };
        match own.or(general.as_deref()) {
            Some(action) => action.get(exchange),
            None => Ok(Action::Ignore),
        }
    }
}

/// What a request has in one place: names with their values.
type Given = Vec<(String, Vec<String>)>;

impl ValidateParameters {
    fn check(
        &self,
        contract: &Contract,
        place: ParameterPlace,
        exchange: &Exchange,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let (rules, kind, given) = match place {
            ParameterPlace::Path => (&self.path, Kind::Path, path_of(exchange, contract)),
            ParameterPlace::Query => (&self.query, Kind::Query, query_of(exchange)),
            ParameterPlace::Header => (&self.headers, Kind::RequestHeader, headers_of(exchange, contract)),
        };
        let declared: Vec<&Parameter> = contract
            .parameters
            .iter()
            .filter(|parameter| parameter.place == place)
            .collect();
        for parameter in &declared {
            let action = rules.action(&parameter.name, kind, true, exchange)?;
            if action == Action::Ignore {
                continue;
            }
            let values = values_given(parameter, kind, &given);
            if !values.is_empty() {
                found.add_all(faults_of(parameter, kind, &values), action);
            } else if parameter.required {
                found.add(kind.missing(&parameter.name), action);
            }
        }
        for (name, values) in &given {
            let is_declared = declared
                .iter()
                .any(|parameter| belongs(parameter, kind, name).is_some());
            let is_added = kind == Kind::RequestHeader && is_added_on_the_way(name);
            if is_declared || is_added || carries_key(exchange, values) {
                continue;
            }
            let action = rules.action(name, kind, false, exchange)?;
            found.add(kind.unspecified(name), action);
        }
        Ok(())
    }
}

/// The values of a parameter; for [`Joined::Properties`], names and values in turn.
fn values_given(parameter: &Parameter, kind: Kind, given: &Given) -> Vec<String> {
    let mut found = Vec::new();
    for (name, values) in given {
        match belongs(parameter, kind, name) {
            None => {}
            Some("") => found.extend(values.iter().cloned()),
            Some(property) => found.extend(values.iter().flat_map(|value| [property.to_owned(), value.clone()])),
        }
    }
    found
}

/// Whether what a request has under a name is a parameter's; the property's name where it is one of its properties.
fn belongs<'n>(parameter: &Parameter, kind: Kind, name: &'n str) -> Option<&'n str> {
    if parameter.joined == Joined::Properties {
        let inside = name.strip_prefix(parameter.name.as_str())?.strip_prefix('[')?;
        return inside.strip_suffix(']').filter(|property| !property.is_empty());
    }
    let is_same = match kind {
        Kind::RequestHeader | Kind::ResponseHeader => parameter.name.eq_ignore_ascii_case(name),
        Kind::Path | Kind::Query => parameter.name == name,
    };
    is_same.then_some("")
}

/// Whether a header is of those that the gateway and proxies before it add, which no client can leave out.
fn is_added_on_the_way(name: &str) -> bool {
    let added = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];
    added.iter().any(|added| added.eq_ignore_ascii_case(name))
}

/// Whether the values are the subscription key.
fn carries_key(exchange: &Exchange, values: &[String]) -> bool {
    let key = exchange.identity.key.as_ref();
    key.is_some_and(|key| matches!(values, [only] if only == key.as_str()))
}

fn query_of(exchange: &Exchange) -> Given {
    query_pairs(&exchange.request.query)
}

/// The parameters of the template, without those of its query.
fn path_of(exchange: &Exchange, contract: &Contract) -> Given {
    let in_query = |name: &str| {
        let mut others = contract
            .parameters
            .iter()
            .filter(|other| other.place == ParameterPlace::Query);
        others.any(|other| other.name == name)
    };
    let all = exchange.matched.parameters.iter().filter(|(name, _)| !in_query(name));
    all.map(|(name, value)| (name.to_string(), vec![value.to_string()]))
        .collect()
}

fn headers_of(exchange: &Exchange, contract: &Contract) -> Given {
    let headers = &exchange.request.headers;
    let has_bodies = !contract.request.is_empty();
    let is_taken = |name: &HeaderName| is_protected(name) || (has_bodies && name == CONTENT_TYPE);
    let looked_at = headers.keys().filter(|name| !is_taken(name));
    looked_at
        .map(|name| (spelling::usual(name.as_str()), values_of(headers, name.as_str())))
        .collect()
}

impl Step for ValidateParameters {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let operation = exchange.state.operation.clone();
        let mut found = Found::default();
        if let Some(contract) = contract_of(operation.as_deref()) {
            for place in [ParameterPlace::Path, ParameterPlace::Query, ParameterPlace::Header] {
                self.check(contract, place, exchange, &mut found)?;
            }
        } else {
            let mut action = Action::Ignore;
            for rules in [&self.headers, &self.query, &self.path] {
                for general in [&rules.specified, &rules.unspecified].into_iter().flatten() {
                    action = action.max(general.get(exchange)?);
                }
            }
            found.add(no_contract(), action);
        }
        self.report.tell(found, exchange)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, response_text};

    const OPERATION: &str = "
parameters:
  - {name: id, in: path, required: true, schema: {type: integer}}
  - {name: n, in: query, schema: {type: integer, maximum: 9}}
  - {name: tags, in: query, schema: {type: array, items: {type: string, maxLength: 2}}}
  - {name: ids, in: query, explode: false, schema: {type: array, maxItems: 2, items: {type: integer}}}
  - {name: where, in: query, style: deepObject, schema: {type: object, properties: {a: {type: integer}}, additionalProperties: false}}
  - {name: json, in: query, content: {application/json: {schema: {required: [x]}}}}
  - {name: X-Must, in: header, required: true, schema: {type: string, enum: [yes]}}
  - {name: bad, in: query, schema: {$ref: '#/components/none'}}
requestBody: {content: {text/plain: {}}}";

    /// The answer, or the faults told in the variable.
    fn run(policy: &str, id: &str, request: &str) -> String {
        let policies = format!(
            "<inbound>{policy}<return-response><set-body>@{{if (!context.Variables.ContainsKey(\"e\")) {{ return \"none\"; }} \
             var all = \"\"; foreach (var e in (JArray)context.Variables[\"e\"]) {{ all += e[\"Name\"] + \" \" + e[\"Type\"] + \" \" + e[\"ValidationRule\"] + \": \" + e[\"Details\"] + \"\\n\"; }} return all; }}</set-body></return-response></inbound>"
        );
        let mut bench = Bench::new(&policies).described(OPERATION);
        let plan = bench.plan(None);
        let mut exchange = bench.exchange(request);
        exchange.matched.parameters = vec![("id".into(), id.into())];
        exchange.identity.key = Some("secret".into());
        ready(plan.run(&mut exchange));
        response_text(&mut exchange).replacen("200 OK\n\n", "", 1)
    }

    #[test]
    fn specified_parameters_must_conform() {
        let policy = "<validate-parameters specified-parameter-action='detect' unspecified-parameter-action='ignore' errors-variable-name='e' />";
        let incorrect = |name: &str, kind: &str, details: &str| format!("{name} {kind} IncorrectMessage: {details}\n");
        let query = |name: &str, details: &str| {
            incorrect(
                name,
                "QueryParameter",
                &format!("Value of the query parameter {name} {details}"),
            )
        };
        let wrong = "does not conform to the definition.";
        for (id, url, expected) in [
            ("7", "/a/7?n=9&tags=a&tags=b&ids=1,2&where[a]=1&json=%7B%22x%22:1%7D&other=1", "none".to_owned()),
            ("7", "/a/7?n=10", query("n", &format!("{wrong} Integer 10 exceeds maximum value of 9. Line: 1, Position: 2"))),
            ("7", "/a/7?n=1&n=2", incorrect("n", "QueryParameter", "Request cannot contain multiple values for the query parameter n.")),
            ("7", "/a/7?n=", query("n", "cannot be parsed according to the definition. Error reading JToken from JsonReader. Path '', line 0, position 0.")),
            ("7", "/a/7?tags=abc", query("tags", &format!("{wrong} String 'abc' exceeds maximum length of 2. Line: 1, Position: 6"))),
            ("7", "/a/7?ids=1,x", query("ids", "cannot be parsed according to the definition. Unexpected character encountered while parsing value: x. Path '', line 0, position 0.")),
            ("7", "/a/7?ids=1,2,3", query("ids", &format!("{wrong} Array item count 3 exceeds maximum count of 2. Line: 1, Position: 1"))),
            ("7", "/a/7?where[b]=1", query("where", &format!("{wrong} Property 'b' has not been defined and the schema does not allow additional properties. Line: 1, Position: 5"))),
            ("7", "/a/7?json=%7B%7D", query("json", &format!("{wrong} Required properties are missing from object: x. Line: 1, Position: 1"))),
            ("x", "/a/x", incorrect("id", "PathParameter", "Value of the path parameter id cannot be parsed according to the definition. Unexpected character encountered while parsing value: x. Path '', line 0, position 0.")),
            ("7", "/a/7?bad=1", "bad QueryParameter ValidationError: Query parameter bad cannot be validated. there is no `#/components/none`\n".into()),
        ] {
            assert_eq!(run(policy, id, &format!("GET {url}\nx-must: yes")), expected, "{url}");
        }
        for (header, expected) in [
            (
                "X-Other: 1",
                incorrect("X-Must", "RequestHeader", "Required header X-Must is missing."),
            ),
            (
                "X-Must: no",
                incorrect(
                    "X-Must",
                    "RequestHeader",
                    &format!(
                        "Value of the header X-Must {wrong} Value \"no\" is not defined in enum. Line: 1, Position: 4"
                    ),
                ),
            ),
        ] {
            assert_eq!(run(policy, "7", &format!("GET /a/7\n{header}")), expected, "{header}");
        }
    }

    #[test]
    fn unspecified_parameters_are_treated_by_themselves() {
        let told = |kind: &str, noun: &str, name: &str| {
            format!("{name} {kind} Unspecified: Unspecified {noun} {name} is not allowed.\n")
        };
        let query = |name: &str| told("QueryParameter", "query parameter", name);
        let header = |name: &str| told("RequestHeader", "header", name);
        for (children, url, headers, expected) in [
            (
                "",
                "/a/7?n=many&tags=long&where[b]=1",
                "Content-Type: text/plain\nContent-Length: 0",
                "none".to_owned(),
            ),
            ("", "/a/7?N=1", "A: 1", query("N") + &header("A")),
            (
                "",
                "/a/7?subscription-key=secret",
                "Ocp-Apim-Subscription-Key: secret",
                "none".into(),
            ),
            (
                "<query unspecified-parameter-action='ignore' />",
                "/a/7?x=1",
                "A: 1",
                header("A"),
            ),
            (
                "<query><parameter name='x' action='ignore' /></query><headers><parameter name='A' action='ignore' /></headers>",
                "/a/7?x=1&y=1",
                "a: 1",
                query("y"),
            ),
            (
                "<headers unspecified-parameter-action='@(\"ignore\")' /><path specified-parameter-action='ignore' />",
                "/a/7",
                "A: 1",
                "none".into(),
            ),
        ] {
            let policy = format!(
                "<validate-parameters specified-parameter-action='ignore' unspecified-parameter-action='detect' errors-variable-name='e'>{children}</validate-parameters>"
            );
            assert_eq!(
                run(&policy, "7", &format!("GET {url}\n{headers}")),
                expected,
                "{children} {url}"
            );
        }
    }

    #[test]
    fn prevention_refuses_the_request() {
        let refused = |message: &str| {
            format!(
                "400 Bad Request\ncontent-type: application/json\n\n{{ \"statusCode\": 400, \"message\": \"{message}\" }}"
            )
        };
        let policy = "<validate-parameters specified-parameter-action='prevent' unspecified-parameter-action='prevent'>\
                      <query><parameter name='json' action='detect' /></query></validate-parameters>";
        let must = "X-Must: yes";
        for (url, headers, expected) in [
            ("/a/7?json=1&n=9", must, "none".to_owned()),
            (
                "/a/7?z=%22%0A",
                must,
                refused("Unspecified query parameter z is not allowed."),
            ),
            (
                "/a/7",
                "X-Must: \"no\"",
                refused(
                    r#"The value of the header X-Must does not conform to the definition. Value \"\\\"no\\\"\" is not defined in enum. Line: 1, Position: 8"#,
                ),
            ),
            (
                "/a/7?bad=1",
                must,
                refused("The request could not be processed due to an internal error. Contact the API owner."),
            ),
        ] {
            assert_eq!(run(policy, "7", &format!("GET {url}\n{headers}")), expected, "{url}");
        }
    }

    #[test]
    fn the_list_of_faults_is_bounded() {
        let policy = "<validate-parameters specified-parameter-action='detect' unspecified-parameter-action='detect' errors-variable-name='e'>\
                      <headers specified-parameter-action='prevent' /></validate-parameters>";
        let query: Vec<String> = (0..1000).map(|n| format!("p{n}=1")).collect();
        let answer = run(policy, "7", &format!("GET /a/7?{}\nX-Must: yes", query.join("&")));
        assert_eq!(answer.lines().count(), 25);
        // What refuses is not lost behind what does not.
        let answer = run(policy, "7", &format!("GET /a/7?{}", query.join("&")));
        assert!(answer.starts_with("400 Bad Request"), "{answer}");
    }
}
