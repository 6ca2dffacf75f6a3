//! `context.Deployment`

use crate::collection::Dictionary;
use crate::context::Deployment;
use crate::library::{Arguments, Class, ClassKind, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::{Equality, Object, Value};
use std::any::Any;

/// `context.Deployment`
pub static DEPLOYMENT: Class = Class::new("IDeployment", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "string GatewayId { get; }",
        "context.Deployment.GatewayId",
        "managed",
        |_, a| ask(a, |deployment| deployment.gateway_id.clone().into()),
    ),
    row(
        "string Region { get; }",
        "context.Deployment.Region",
        "West Europe",
        |_, a| ask(a, |deployment| deployment.region.clone().into()),
    ),
    row(
        "string ServiceId { get; }",
        "context.Deployment.ServiceId",
        "svc",
        |_, a| ask(a, |deployment| deployment.service_id.clone().into()),
    ),
    row(
        "string ServiceName { get; }",
        "context.Deployment.ServiceName",
        "svc",
        |_, a| ask(a, |deployment| deployment.service_name.clone().into()),
    ),
    row(
        "IGateway Gateway { get; }",
        "context.Deployment.Gateway.Id",
        "managed",
        |_, a| Ok(a.value(0).clone()),
    ),
    row(
        "ISustainabilityInfo SustainabilityInfo { get; }",
        "context.Deployment.SustainabilityInfo == null",
        "False",
        |_, a| Ok(a.value(0).clone()),
    ),
    row(
        "IReadOnlyDictionary<string, X509Certificate2> Certificates { get; }",
        r#"context.Deployment.Certificates["mine"].Subject"#,
        "CN=client.example.org",
        |call, _| {
            let value_type = named_type("X509Certificate2", Vec::new()).unwrap_or(Type::OBJECT);
            let certificates = Dictionary::new(Type::STRING, value_type, Equality::Default);
            for (id, own) in call.context.certificates() {
                certificates.set(call.frame, id.clone().into(), own.clone())?;
            }
            Ok(Value::of(certificates))
        },
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Deployment) -> Value) -> Outcome {
    a.value(0)
        .object::<Deployment>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Deployment {
    fn type_name(&self) -> String {
        "IDeployment".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The gateway that handles the exchange.
pub static GATEWAY: Class = Class::new("IGateway", ClassKind::Interface).rows(GATEWAY_ROWS);

const GATEWAY_ROWS: &[Row] = &[
    row(
        "string Id { get; }",
        "context.Deployment.Gateway.Id",
        "managed",
        |_, a| ask(a, |deployment| deployment.gateway_id.clone().into()),
    ),
    row(
        "string InstanceId { get; }",
        "context.Deployment.Gateway.InstanceId",
        "one",
        |_, a| ask(a, |deployment| deployment.instance_id.clone().into()),
    ),
    row(
        "bool IsManaged { get; }",
        "context.Deployment.Gateway.IsManaged",
        "True",
        |_, a| ask(a, |deployment| deployment.is_managed.into()),
    ),
];

/// What is known of the power that the region runs on: nothing, here.
pub static SUSTAINABILITY: Class = Class::new("ISustainabilityInfo", ClassKind::Interface).rows(&[row(
    "CarbonIntensityCategory CurrentCarbonIntensity { get; }",
    "context.Deployment.SustainabilityInfo.CurrentCarbonIntensity",
    "NotAvailable",
    |_, _| Ok(Value::Enum(ClassRef(&CARBON_INTENSITY), NOT_AVAILABLE)),
)]);

/// How much carbon dioxide the region's power stands for.
pub static CARBON_INTENSITY: Class = Class::enumeration(
    "CarbonIntensityCategory",
    &[
        ("NotAvailable", NOT_AVAILABLE),
        ("VeryLow", 1),
        ("Low", 2),
        ("Medium", 3),
        ("High", 4),
        ("VeryHigh", 5),
    ],
);

const NOT_AVAILABLE: i32 = 0;
