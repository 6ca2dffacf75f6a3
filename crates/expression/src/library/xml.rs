//! `System.Xml.Linq`, its `XPath` extensions, and `System.Xml`'s documents: .NET's types over the trees of the crate `xml`.
//!
//! Never here: reading and writing of XML, `XPath` itself (the crate `xml`); files, readers and writers of .NET.

mod casts;
mod comparers;
mod content;
mod deep_equals;
mod dom;
mod extensions;
mod json_convert;
mod json_elements;
mod json_text;
mod linq_node;
mod namespace_manager;
mod options;
mod search;
mod text;
mod xattribute;
mod xcomment;
mod xcontainer;
mod xdeclaration;
mod xdocument;
mod xelement;
mod xml_reader;
mod xname;
mod xnamespace;
mod xnode;
mod xobject;
mod xpath;
mod xpath_extensions;
mod xtext;

use super::Class;
use crate::body::{MessageBody, XmlTree};
use crate::frame::Frame;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;

/// Types of `System.Xml.Linq` and what comes with them.
const LINQ: &[&Class] = &[
    &comparers::EQUALITY,
    &comparers::ORDER,
    &extensions::EXTENSIONS,
    &namespace_manager::NAME_TABLE,
    &namespace_manager::RESOLVER,
    &namespace_manager::XML_NAMESPACE_MANAGER,
    &namespace_manager::XML_NAME_TABLE,
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
    &xpath_extensions::XPATH_EXTENSIONS,
    &xml_reader::DTD_PROCESSING,
    &xml_reader::READ_STATE,
    &xml_reader::XML_READER,
    &xml_reader::XML_READER_SETTINGS,
    &xtext::XCDATA,
    &xtext::XTEXT,
];

/// All types.
pub fn classes() -> impl Iterator<Item = &'static Class> {
    LINQ.iter().chain(dom::CLASSES).copied()
}

pub use comparers::{
    compare as compare_nodes, compares_nodes, equal as equal_nodes, equality_comparer as node_comparer,
    hash as hash_node, orders_nodes, size as node_size,
};
pub use dom::items;
pub use json_convert::{ROWS as JSON_CONVERT_ROWS, json_of};

/// `Body.As<T>()` for a T of XML.
///
/// # Errors
/// `XmlException` for what is no XML; `NotSupportedException` for another type.
pub fn of_body(frame: &mut Frame<'_>, body: &MessageBody, ty: &Type) -> Outcome {
    let Type::Class(class, _) = ty else {
        return Err(Thrown::null_reference());
    };
    match class.name {
        "System.Xml.Linq.XElement" | "System.Xml.Linq.XNode" => body
            .xml(XmlTree::Element, |text| linq_node::read_element(frame, text, false))
            .map(linq_node::value),
        "System.Xml.Linq.XDocument" => body
            .xml(XmlTree::LinqDocument, |text| {
                Ok(linq_node::read(frame, text, false)?.into())
            })
            .map(linq_node::value),
        "System.Xml.XmlDocument" | "System.Xml.XmlNode" => body
            .xml(XmlTree::Document, |text| {
                let document = dom::empty_document();
                dom::load(frame, &document, text)?;
                Ok(document)
            })
            .map(dom::value),
        _ => Err(Thrown::new(
            "System.NotSupportedException",
            format!("a message body cannot be read as '{ty}'; use XElement, XDocument or XmlDocument"),
        )),
    }
}
