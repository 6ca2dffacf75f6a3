//! `context.Deployment`

use crate::context::Deployment;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
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
