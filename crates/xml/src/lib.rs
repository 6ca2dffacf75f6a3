//! XML documents as a tree that can be changed.
//!
//! [`Tree`] holds the nodes of a document in one vector; [`Node`] is a handle to one of them that several owners share,
//! as references of .NET's `System.Xml.Linq` are.
//! Never here: files, external entities, .NET's types, policies.

pub mod name;
mod shared;
mod tree;

pub use name::Name;
pub use shared::Node;
pub use tree::{Declaration, DocumentType, Kind, NodeId, Tree};
