//! `emit-metric` adds a value to a metric, told apart by dimensions. It is among the metrics of the admin address.
//!
//! `value` is 1 unless given; `namespace` is `API Management`. A dimension without a value must be one of those that the
//! gateway knows by itself: `API ID`, `Operation ID`, `Product ID`, `User ID`, `Subscription ID`, `Location`,
//! `Gateway ID` and `Backend ID`; what a request does not have is empty. The metric becomes a summary
//! `policy_<namespace>_<name>` with `_sum` and `_count`; names are made of letters, digits and `_`. Values of dimensions
//! are cut after 128 characters, and after 2,000 different combinations further ones are counted as left out.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, now};
use crate::step::{Flow, Run, Step};
use crate::telemetry::Measurement;
use crate::value::Value;
use expression::text::Text;

pub(crate) const EMIT_METRIC: Policy = Policy::new("emit-metric", parse);

/// Dimensions with values that APIM takes.
const MOST: usize = 5;

struct EmitMetric {
    name: Text,
    namespace: Text,
    value: Value<f64>,
    dimensions: Vec<(Value<Text>, Dimension)>,
}

enum Dimension {
    Given(Value<Text>),
    Known(Known),
}

/// What the value of a dimension is by itself.
type Known = fn(&Exchange) -> Option<&str>;

const KNOWN: &[(&str, Known)] = &[
    ("API ID", |exchange| exchange.matched.api.as_ref().map(|api| &*api.id)),
    ("Operation ID", |exchange| {
        exchange.matched.operation.as_ref().map(|operation| &*operation.id)
    }),
    ("Product ID", |exchange| {
        exchange.matched.product.as_ref().map(|product| &*product.id)
    }),
    ("User ID", |exchange| {
        exchange.identity.user.as_ref().map(|user| &*user.id)
    }),
    ("Subscription ID", |exchange| {
        exchange
            .identity
            .subscription
            .as_ref()
            .map(|subscription| &*subscription.id)
    }),
    ("Location", |exchange| Some(&exchange.services.deployment.region)),
    ("Gateway ID", |exchange| Some(&exchange.services.deployment.gateway_id)),
    ("Backend ID", |exchange| {
        let target = &exchange.target;
        let backend = target.member.as_ref().or(target.backend.as_ref());
        backend.map(|backend| backend.id.as_str())
    }),
];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let name = element.required_literal("name");
    let namespace = element.literal("namespace").unwrap_or_else(|| "API Management".into());
    let value = element.or("value", 1.0);
    let dimensions = element.one_or_more("dimension", dimension);
    let given = dimensions
        .iter()
        .filter(|(_, value)| matches!(value, Dimension::Given(_)));
    if given.count() > MOST {
        let span = element.attribute_span("");
        let message = format!("`<emit-metric>` has more than {MOST} dimensions with values");
        element
            .compiler
            .refused_by_apim(codes::TOO_MANY_CHILDREN, span, message);
    }
    now(EmitMetric {
        name: name?,
        namespace,
        value,
        dimensions,
    })
}

fn dimension(dimension: &mut ElementReader<'_, '_>) -> Option<(Value<Text>, Dimension)> {
    let name: Option<Value<Text>> = dimension.required("name");
    let is_given = dimension.has("value");
    let value = dimension.optional("value");
    let name = name?;
    if is_given {
        return Some((name, Dimension::Given(value?)));
    }
    let known = |name: &Text| KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some((_, known)) = name.constant().and_then(known) else {
        let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "`<dimension>` lacks the attribute `value`, which only {} may",
            names.join(", ")
        );
        dimension.error_at("", codes::MISSING_ATTRIBUTE, message);
        return None;
    };
    Some((name, Dimension::Known(*known)))
}

impl Step for EmitMetric {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let value = self.value.get(exchange)?;
        let mut dimensions = Vec::with_capacity(self.dimensions.len());
        for (name, dimension) in &self.dimensions {
            let value = match dimension {
                Dimension::Given(value) => value.get(exchange)?,
                Dimension::Known(known) => known(exchange).unwrap_or_default().into(),
            };
            dimensions.push((name.get(exchange)?, value));
        }
        exchange.services.telemetry.measure(Measurement {
            namespace: &self.namespace,
            name: &self.name,
            value,
            dimensions: &dimensions,
        });
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    #[test]
    fn a_value_goes_out_with_its_dimensions() {
        let policies = r#"<inbound>
            <emit-metric name="calls" namespace="gw" value='@(context.Request.Headers.Count + 0.5)'>
                <dimension name="Method" value="@(context.Request.Method)" /><dimension name="Location" />
                <dimension name="product id" />
            </emit-metric>
            <emit-metric name="all"><dimension name="@("a" + 1)" value="b" /></emit-metric>
            </inbound><backend />"#;
        let mut bench = Bench::new(policies);
        assert_eq!(bench.run("GET /\nA: 1"), "200 OK");
        let measured = bench.measured.0.lock().unwrap();
        assert_eq!(
            *measured,
            [
                "gw/calls 1.5 Method=GET Location= product id=",
                "API Management/all 1 a1=b"
            ]
        );
    }

    #[test]
    fn what_is_missing_is_reported() {
        reports(&[
            (
                "<emit-metric />",
                "`<emit-metric>` lacks the attribute `name`\n`<emit-metric>` lacks `<dimension>`",
            ),
            (
                "<emit-metric name='@(\"n\")' value='x'><dimension name='Color' /></emit-metric>",
                "`name` of `<emit-metric>` takes no expression, expected a literal\n\
                 `value` of `<emit-metric>` must be a number, found \"x\"\n\
                 `<dimension>` lacks the attribute `value`, which only API ID, Operation ID, Product ID, User ID, \
                 Subscription ID, Location, Gateway ID, Backend ID may",
            ),
            (
                &format!(
                    "<emit-metric name='n'>{}</emit-metric>",
                    "<dimension name='d' value='v' />".repeat(6)
                ),
                "`<emit-metric>` has more than 5 dimensions with values",
            ),
        ]);
    }
}
