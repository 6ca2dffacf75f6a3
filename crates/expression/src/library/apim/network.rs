//! Where Azure's network says that a request comes from: `context.Request.PrivateEndpointConnection` and
//! `context.Request.AzureVnetInfo`.
//!
//! Both are known to Azure's own network only, so they are null here, as they are there for a request from elsewhere.
//! Policies ask for that (`context.Request.PrivateEndpointConnection == null`), so the types are here.

use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};

/// The private endpoint that a request came through.
pub static PRIVATE_ENDPOINT: Class = Class::new("IPrivateEndpointConnection", ClassKind::Interface).rows(&[
    row(
        "string Name { get; }",
        "context.Request.PrivateEndpointConnection?.Name ?? \"none\"",
        "none",
        of_none,
    ),
    row(
        "string GroupId { get; }",
        "context.Request.PrivateEndpointConnection?.GroupId ?? \"none\"",
        "none",
        of_none,
    ),
    row(
        "string MemberName { get; }",
        "context.Request.PrivateEndpointConnection?.MemberName ?? \"none\"",
        "none",
        of_none,
    ),
]);

/// The virtual network that a request came from.
pub static VNET: Class = Class::new("IAzureVnetInfo", ClassKind::Interface).rows(VNET_ROWS);

const VNET_ROWS: &[Row] = &[
    row(
        "int VnetTrafficTag { get; }",
        "context.Request.AzureVnetInfo?.VnetTrafficTag ?? -1",
        "-1",
        of_none,
    ),
    row(
        "int SubnetId { get; }",
        "context.Request.AzureVnetInfo?.SubnetId ?? -1",
        "-1",
        of_none,
    ),
    row(
        "int PrivateLinkId { get; }",
        "context.Request.AzureVnetInfo?.PrivateLinkId ?? -1",
        "-1",
        of_none,
    ),
    row(
        "string SnatVip { get; }",
        "context.Request.AzureVnetInfo?.SnatVip ?? \"none\"",
        "none",
        of_none,
    ),
];

fn of_none(_: &mut Call<'_, '_>, _: Arguments<'_>) -> Outcome {
    Err(Thrown::null_reference())
}
