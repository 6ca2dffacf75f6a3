//! XML documents: text in, a tree that can be changed.
//!
//! [`Tree`] holds the nodes of a document in one vector; [`reader`] and [`writer`] are its way in and out. [`Node`] is a handle to one of them that several owners share,
//! as references of .NET's `System.Xml.Linq` are.
//! Never here: files, external entities, .NET's types, policies.

mod json_names;
pub mod name;
pub mod reader;
mod shared;
mod tree;

pub mod writer;
pub mod xpath;

pub use json_names::JsonNames;
pub use name::Name;
pub use shared::Node;
pub use tree::{Declaration, DocumentType, Kind, NodeId, Tree};
