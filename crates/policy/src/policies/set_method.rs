//! `set-method` changes the request's method.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::Method;

pub(crate) const SET_METHOD: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::ON_ERROR),
    tolerated: Sections::BACKEND.and(Sections::OUTBOUND),
    ..Policy::new("set-method", parse)
};

struct SetMethod {
    method: Value<Method>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let method = element.required_text();
    now(SetMethod { method: method? })
}

impl Step for SetMethod {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        exchange.request.method = self.method.get(exchange)?;
        Ok(Flow::Next)
    }
}

/// Upper case, as `context.Request.Method` has it.
impl Readable for Method {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a method";
    fn from_literal(text: &str) -> Option<Self> {
        Self::from_bytes(text.to_ascii_uppercase().as_bytes()).ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(Text::from_object(object)?.trim())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::responds;

    #[test]
    fn the_backend_gets_the_new_method() {
        let set = |method: &str| format!("<inbound><set-method>{method}</set-method></inbound>");
        responds(&[
            (&set(" POST\n"), "GET /", "200 OK\n\nPOST http://backend.example/base/"),
            (&set("patch"), "GET /", "200 OK\n\nPATCH http://backend.example/base/"),
        ]);
    }
}
