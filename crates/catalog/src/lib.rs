//! What is governed: APIs, operations, products, subscriptions, backends, named values, policy texts.
//!
//! [`load`] reads an artifact folder (the layout of Azure's APIOps extractor) into a [`Catalog`], an immutable
//! snapshot, and reports everything that is wrong with the folder at once.
//! Never here: what a policy means, sockets, requests.

pub mod model;

pub use model::*;
