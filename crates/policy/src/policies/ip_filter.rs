//! `ip-filter` lets calls from listed addresses pass (`allow`) or refuses them (`forbid`).
//!
//! Ranges include both ends; IPv4 and IPv6 are never equal, apart from IPv4 addresses mapped into IPv6. An `address` may
//! be a network (`10.0.0.0/16`), which APIM refuses. The caller is `context.Request.IpAddress`.

use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::network::Network;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::StatusCode;
use std::net::IpAddr;

pub(crate) const IP_FILTER: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("ip-filter", parse)
};

struct IpFilter {
    action: Value<Action>,
    addresses: Vec<Value<Network>>,
    ranges: Vec<(Value<IpAddr>, Value<IpAddr>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Allow,
    Forbid,
}

impl Action {
    const WORDS: Words<Self> = &[("allow", Self::Allow), ("forbid", Self::Forbid)];
}

impl Readable for IpAddr {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "an IP address";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok().map(|address: Self| address.to_canonical())
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(Text::from_object(object)?.trim())
    }
}

impl Readable for Network {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "an IP address";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(Text::from_object(object)?.trim())
    }
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let has_action = element.has("action");
    let action = element.word("action", Action::WORDS);
    if !has_action {
        element.error_at(
            "action",
            codes::MISSING_ATTRIBUTE,
            "`<ip-filter>` lacks the attribute `action`",
        );
    }
    let is_empty = element.count("address") + element.count("address-range") == 0;
    let addresses = element.children("address", address);
    let ranges = element.children("address-range", |range| {
        let from = range.required("from");
        let to = range.required("to");
        let (from, to) = (from?, to?);
        check_range(range, &from, &to);
        Some((from, to))
    });
    if is_empty {
        element.error_at(
            "",
            codes::MISSING_CHILD,
            "`<ip-filter>` lacks `<address>` or `<address-range>`",
        );
    }
    now(IpFilter {
        action: action?,
        addresses,
        ranges,
    })
}

fn address(address: &mut ElementReader<'_, '_>) -> Option<Value<Network>> {
    let network: Value<Network> = address.required_text()?;
    if network.constant().is_some_and(|network| !network.is_one()) {
        let message = "APIM takes no network as `<address>`, it takes an `<address-range>`";
        let span = address.content_span();
        address.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
    }
    Some(network)
}

/// Reports a range that no address is in.
fn check_range(range: &mut ElementReader<'_, '_>, from: &Value<IpAddr>, to: &Value<IpAddr>) {
    let (Some(from), Some(to)) = (from.constant(), to.constant()) else {
        return;
    };
    if from.is_ipv4() != to.is_ipv4() || from > to {
        let message = format!("no address is between {from} and {to}, expected the lower one in `from`");
        range.error_at("to", codes::WRONG_VALUE, message);
    }
}

impl Step for IpFilter {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let caller = exchange.request.ip.to_canonical();
        let (action, listed) = (self.action.get(exchange)?, self.lists(caller, exchange)?);
        let (reason, message) = match (action, listed) {
            (Action::Allow, true) | (Action::Forbid, false) => return Ok(Flow::Next),
            (Action::Allow, false) => (
                "CallerIpNotAllowed",
                format!("Caller IP address {caller} is not allowed. Access denied."),
            ),
            (Action::Forbid, true) => (
                "CallerIpBlocked",
                String::from("Caller IP address is blocked. Access denied."),
            ),
        };
        Err(Failure::refused(reason, StatusCode::FORBIDDEN, message, "Forbidden"))
    }
}

impl IpFilter {
    fn lists(&self, caller: IpAddr, exchange: &Exchange) -> Result<bool, Failure> {
        for address in &self.addresses {
            if address.get(exchange)?.contains(caller) {
                return Ok(true);
            }
        }
        for (from, to) in &self.ranges {
            let (from, to) = (from.get(exchange)?, to.get(exchange)?);
            let is_family = caller.is_ipv4() == from.is_ipv4() && caller.is_ipv4() == to.is_ipv4();
            if is_family && (from..=to).contains(&caller) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};

    /// The status for a caller, with the reason and message of a refusal.
    fn outcome(filter: &str, caller: &str) -> String {
        let mut bench = Bench::new(&format!("<inbound>{filter}</inbound><backend />"));
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        exchange.request.ip = caller.parse().unwrap();
        ready(plan.run(&mut exchange));
        let error = exchange
            .last_error
            .take()
            .map(|error| format!("{} {}\n", error.reason, error.message));
        error.unwrap_or_default() + &response_text(&mut exchange)
    }

    const LIST: &str = "<address>10.0.0.1</address><address> 10.0.0.3 </address>\
        <address-range from='10.1.0.5' to='10.1.0.9' /><address-range from='2001:db8::1' to='2001:db8::f' />";

    #[test]
    fn listed_callers_are_allowed_or_forbidden() {
        for (caller, is_listed) in [
            ("10.0.0.1", true),
            ("10.0.0.2", false),
            ("10.0.0.3", true),
            ("10.1.0.4", false),
            ("10.1.0.5", true),
            ("10.1.0.9", true),
            ("10.1.0.10", false),
            ("::ffff:10.0.0.1", true),
            ("2001:db8::a", true),
            ("2001:db8::10", false),
        ] {
            let allowed = outcome(&format!("<ip-filter action='allow'>{LIST}</ip-filter>"), caller);
            let forbidden = outcome(&format!("<ip-filter action='forbid'>{LIST}</ip-filter>"), caller);
            assert_eq!(allowed == "200 OK", is_listed, "{caller}: {allowed}");
            assert_eq!(forbidden == "200 OK", !is_listed, "{caller}: {forbidden}");
        }
    }

    #[test]
    fn networks_hold_what_begins_with_their_bits() {
        for (network, caller, is_listed) in [
            ("10.1.2.3/16", "10.1.255.255", true),
            ("10.1.2.3/16", "10.2.0.0", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.4", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
        ] {
            let list = format!("<ip-filter action='allow'><address>{network}</address></ip-filter>");
            let found = outcome(&list, caller);
            assert_eq!(found == "200 OK", is_listed, "{caller} in {network}: {found}");
        }
    }

    #[test]
    fn refusals_have_apims_words() {
        let body =
            "403 Forbidden\ncontent-type: application/json\n\n{ \"statusCode\": 403, \"message\": \"Forbidden\" }";
        assert_eq!(
            outcome(
                "<ip-filter action='allow'><address>10.0.0.1</address></ip-filter>",
                "10.0.0.2"
            ),
            format!("CallerIpNotAllowed Caller IP address 10.0.0.2 is not allowed. Access denied.\n{body}")
        );
        assert_eq!(
            outcome(
                "<ip-filter action='forbid'><address>10.0.0.1</address></ip-filter>",
                "10.0.0.1"
            ),
            format!("CallerIpBlocked Caller IP address is blocked. Access denied.\n{body}")
        );
    }

    #[test]
    fn lists_that_list_nothing_are_reported() {
        reports(&[
            (
                "<ip-filter action='allow' />",
                "`<ip-filter>` lacks `<address>` or `<address-range>`",
            ),
            (
                "<ip-filter><address>10.0.0.0/33</address></ip-filter>",
                "`<ip-filter>` lacks the attribute `action`\n\
                 the text of `<address>` must be an IP address, found \"10.0.0.0/33\"",
            ),
            (
                "<ip-filter action='allow'><address>10.0.0.0/8</address></ip-filter>",
                "APIM takes no network as `<address>`, it takes an `<address-range>`",
            ),
            (
                "<ip-filter action='forbid'><address-range from='10.0.0.9' to='10.0.0.1' /></ip-filter>",
                "no address is between 10.0.0.9 and 10.0.0.1, expected the lower one in `from`",
            ),
        ]);
    }
}
