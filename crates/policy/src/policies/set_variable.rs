//! `set-variable` keeps a value under a name for the rest of the exchange.
//!
//! A literal is kept as a string; what an expression gives keeps its type, null included. Names are case-sensitive.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use expression::text::Text;
use expression::value::Value as Object;

pub(crate) const SET_VARIABLE: Policy = Policy::new("set-variable", parse);

struct SetVariable {
    name: Text,
    value: Value<Object>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let name = element.required_literal("name");
    let value = element.required("value");
    now(SetVariable {
        name: name?,
        value: value?,
    })
}

impl Step for SetVariable {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let value = self.value.get(exchange)?;
        exchange.set_variable(&self.name, value);
        Ok(Flow::Next)
    }
}
