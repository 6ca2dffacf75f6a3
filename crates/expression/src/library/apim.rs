//! API Management's own types: `context` and what hangs on it (APIM: "API Management policy expressions").

mod api;
mod authorization;
mod backend;
mod basic;
mod body;
mod context;
mod deployment;
mod dictionary;
mod foundry;
mod graphql;
mod jwt;
mod last_error;
mod lookup;
mod network;
mod product;
mod request;
mod response;
mod subscription;
mod url;
mod user;
mod workspace;

pub use jwt::{Jwt, parse as parse_jwt};
pub use lookup::{entries, find, named_entries, object_entries};

use super::Class;

/// Its types.
pub const CLASSES: &[&Class] = &[
    &api::API,
    &api::CONTEXT_API,
    &api::OPERATION,
    &api::KEY_NAMES,
    &authorization::AUTHORIZATION,
    &backend::BACKEND,
    &backend::TYPE,
    &basic::CREDENTIALS,
    &basic::EXTENSIONS,
    &body::BODY,
    &context::CONTEXT,
    &deployment::DEPLOYMENT,
    &deployment::GATEWAY,
    &deployment::SUSTAINABILITY,
    &deployment::CARBON_INTENSITY,
    &dictionary::EXTENSIONS,
    &dictionary::INTERFACE_EXTENSIONS,
    &foundry::FOUNDRY,
    &graphql::GRAPHQL,
    &jwt::JWT,
    &jwt::EXTENSIONS,
    &last_error::LAST_ERROR,
    &network::PRIVATE_ENDPOINT,
    &network::VNET,
    &product::PRODUCT,
    &product::GROUP,
    &product::STATE,
    &request::REQUEST,
    &response::RESPONSE,
    &subscription::SUBSCRIPTION,
    &url::URL,
    &user::USER,
    &user::IDENTITY,
    &workspace::WORKSPACE,
];
