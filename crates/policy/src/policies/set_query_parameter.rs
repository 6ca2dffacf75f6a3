//! `set-query-parameter` sets, adds to or removes a parameter of the query that goes to the backend.
//!
//! Several values become several parameters (`a=1&a=2`), percent-encoded. With `override` they take the place of the
//! first one that was there. Names are compared ignoring case. Outbound and on-error accept it as APIM's toolkit does;
//! there is nobody left to see the change then.

use super::set_header::ExistsAction;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::query::{encoded, is_named, pairs};
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use expression::text::Text;

pub(crate) const SET_QUERY_PARAMETER: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND),
    tolerated: Sections::OUTBOUND.and(Sections::ON_ERROR),
    ..Policy::new("set-query-parameter", parse)
};

struct SetQueryParameter {
    name: Value<Text>,
    action: Value<ExistsAction>,
    values: Vec<Value<Text>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let name = element.required("name");
    let action = element.word("exists-action", ExistsAction::WORDS);
    let empty = || Value::Constant(Text::default());
    let values = element.children("value", |value| Some(value.text().unwrap_or_else(empty)));
    now(SetQueryParameter {
        name: name?,
        action: action.unwrap_or(Value::Constant(ExistsAction::Override)),
        values,
    })
}

impl Step for SetQueryParameter {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let name = self.name.get(exchange)?;
        let action = self.action.get(exchange)?;
        let query = exchange.request.query.clone();
        if action == ExistsAction::Skip && pairs(&query).any(|pair| is_named(pair, &name)) {
            return Ok(Flow::Next);
        }
        let mut new = Vec::new();
        if action != ExistsAction::Delete {
            for value in &self.values {
                new.push(format!(
                    "{}={}",
                    encoded(&name, b""),
                    encoded(&value.get(exchange)?, b"")
                ));
            }
        }
        exchange.request.query = edited(&query, &name, action, new).into();
        Ok(Flow::Next)
    }
}

/// The query with its pairs of this name kept (`append`) or replaced by the new ones.
fn edited(query: &str, name: &str, action: ExistsAction, mut new: Vec<String>) -> String {
    let mut edited: Vec<String> = Vec::new();
    for pair in pairs(query) {
        if action == ExistsAction::Append || !is_named(pair, name) {
            edited.push(pair.to_owned());
        } else {
            edited.append(&mut new);
        }
    }
    edited.append(&mut new);
    edited.join("&")
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    /// The query that the upstream gets for `?a=1&B=x%20y&a=2`.
    fn check(edit: &str, expected: &str) {
        let mut bench = Bench::new(&format!("<inbound>{edit}</inbound>"));
        let response = bench.run("GET /?a=1&B=x%20y&a=2");
        let sent = response.lines().last().unwrap_or_default();
        let query = sent.split_once('?').map_or("", |(_, query)| query);
        assert_eq!(query, expected, "{edit}");
    }

    #[test]
    fn an_existing_parameter_is_treated_as_the_action_says() {
        let edit = |name: &str, action: &str| {
            format!(
                "<set-query-parameter name='{name}' exists-action='{action}'><value>8</value><value>9</value></set-query-parameter>"
            )
        };
        check(&edit("a", "override"), "a=8&a=9&B=x%20y");
        check(&edit("A", "override"), "A=8&A=9&B=x%20y");
        check(&edit("a", "append"), "a=1&B=x%20y&a=2&a=8&a=9");
        check(&edit("a", "skip"), "a=1&B=x%20y&a=2");
        check(&edit("c", "skip"), "a=1&B=x%20y&a=2&c=8&c=9");
        check(&edit("a", "delete"), "B=x%20y");
        check("<set-query-parameter name='b' exists-action='delete' />", "a=1&a=2");
        check(
            "<set-query-parameter name='c'><value /></set-query-parameter>",
            "a=1&B=x%20y&a=2&c=",
        );
    }

    #[test]
    fn names_and_values_are_encoded() {
        check(
            "<set-query-parameter name='a/'><value>é&amp;=# +%</value></set-query-parameter>",
            "a=1&B=x%20y&a=2&a%2F=%C3%A9%26%3D%23%20%2B%25",
        );
    }
}
