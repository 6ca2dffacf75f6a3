//! Who may call an MCP server from a browser (MCP, Streamable HTTP transport, security warning): a page's `Origin` must
//! be allowed; and a page of a foreign site must not reach a server on the loopback by a name that points there (DNS
//! rebinding).
//!
//! Never here: CORS headers, which are a policy's; whom that policy allows may call here too.

use crate::hosts::has_name;
use crate::respond::Refusal;
use crate::visit::Visit;
use catalog::Api;
use http::StatusCode;
use http::header::ORIGIN;
use policy::{Exchange, Plan, ResponseMessage};

/// The refusal of a request to an MCP server whose `Origin` is not one of the API's hosts, nor `allowed`, nor allowed by the
/// `cors` policies of `plan`, nor local on a loopback listener; or whose `Host` is not local on such a listener.
pub fn foreign(
    visit: &Visit,
    api: &Api,
    allowed: &[String],
    plan: &Plan,
    exchange: &mut Exchange,
) -> Option<ResponseMessage> {
    let request = &exchange.request;
    let named = || api.hosts.iter().any(|host| has_name(&request.authority, host));
    if visit.loopback && !is_local(&request.authority) && !named() {
        return Some(refuse("The Host header does not name this server"));
    }
    let mut origins = request.headers.get_all(ORIGIN).iter();
    let (origin, second) = (origins.next()?.clone(), origins.next());
    let text = origin.to_str().unwrap_or_default();
    let host = text.split_once("://").map_or("", |(_, host)| host);
    let known = (visit.loopback && is_local(host))
        || api.hosts.iter().any(|own| has_name(host, own))
        || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(text));
    let known = second.is_none() && (known || plan.allows_origin(&origin, exchange));
    (!known).then(|| refuse("Requests from this origin are not allowed"))
}

fn refuse(message: &'static str) -> ResponseMessage {
    Refusal::new(StatusCode::FORBIDDEN, message).response()
}

/// Whether a host, with or without a port, is the machine itself.
fn is_local(authority: &str) -> bool {
    let host = without_port(authority);
    host.eq_ignore_ascii_case("localhost")
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn the_machine_itself() {
        for local in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:80",
            "[::1]:80",
            "[::1]",
            "127.9.9.9",
        ] {
            assert!(is_local(local), "{local}");
        }
        for foreign in [
            "",
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example:80",
            "null",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }
}
