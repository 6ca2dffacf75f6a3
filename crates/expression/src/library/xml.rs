//! `System.Xml.Linq`, its XPath extensions, and `System.Xml`'s documents: .NET's types over the trees of the crate `xml`.
//!
//! Never here: reading and writing of XML, XPath itself (the crate `xml`); files, readers and writers of .NET.

mod casts;
mod content;
mod deep_equals;
mod extensions;
mod linq_node;
mod options;
mod search;
mod text;
mod xattribute;
mod xcomment;
mod xcontainer;
mod xdeclaration;
mod xdocument;
mod xelement;
mod xname;
mod xnamespace;
mod xnode;
mod xobject;
mod xtext;

use super::Class;
use crate::frame::Frame;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &extensions::EXTENSIONS,
    &options::LOAD_OPTIONS,
    &options::SAVE_OPTIONS,
    &options::XML_NODE_TYPE,
    &xattribute::XATTRIBUTE,
    &xcomment::XCOMMENT,
    &xcomment::XDOCUMENT_TYPE,
    &xcomment::XPROCESSING_INSTRUCTION,
    &xcontainer::XCONTAINER,
    &xdeclaration::XDECLARATION,
    &xdocument::XDOCUMENT,
    &xelement::XELEMENT,
    &xname::XNAME,
    &xnamespace::XNAMESPACE,
    &xnode::XNODE,
    &xobject::XOBJECT,
    &xtext::XCDATA,
    &xtext::XTEXT,
];

/// `Body.As<T>()` for a T of XML.
///
/// # Errors
/// `XmlException` for what is no XML; `NotSupportedException` for another type.
pub fn of_body(frame: &mut Frame<'_>, text: &str, ty: &Type) -> Outcome {
    let Type::Class(class, _) = ty else {
        return Err(Thrown::null_reference());
    };
    match class.name {
        "System.Xml.Linq.XElement" | "System.Xml.Linq.XNode" => linq_node::parse_element(frame, text, false),
        "System.Xml.Linq.XDocument" => linq_node::parse_document(frame, text, false),
        _ => Err(Thrown::new(
            "System.NotSupportedException",
            format!("a message body cannot be read as '{ty}'; use XElement or XDocument"),
        )),
    }
}
