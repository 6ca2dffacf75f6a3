//! What is governed: APIs, operations, products, subscriptions, backends, named values, policy texts.
//!
//! [`load`] reads an artifact folder (the layout of Azure's `APIOps` extractor) into a [`Catalog`], an immutable
//! snapshot, and reports everything that is wrong with the folder at once. [`watch()`] tells when to do it again.
//! Never here: what a policy means, sockets, requests.

mod certificate;
pub mod codes;
mod contract;
pub mod document;
mod environment;
mod fields;
mod files;
mod information;
mod load;
mod logger;
mod lookup;
mod memory;
pub mod model;
mod overlay;
mod overrides;
mod problems;
mod proxy;
mod specification;
mod vault;
mod watch;
mod xml_schema;

pub use certificate::{ClientCertificate, PublicCertificate};
pub use contract::{Content, Contract, Described, Joined, Parameter, ParameterPlace, ResponseContract, Statuses};
pub use environment::{CheckingEnvironment, Environment, ProcessEnvironment};
pub use files::read_text;
pub use load::{load, load_again, load_over, load_over_again, load_overridden};
pub use logger::{Access, EventHub, Hidden, Kafka, KafkaLogin, Logger, Nats, Otlp, SaslMechanism, Sink};
pub use lookup::entity;
pub use memory::{Changed, Memory};
pub use model::*;
pub use overlay::Overlay;
pub use proxy::ProxyAddress;
pub use vault::{SecretReference, VaultSecret};
pub use watch::{Watch, watch, watch_file};
pub use xml_schema::XmlSchema;
