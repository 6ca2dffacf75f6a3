//! A place that goes forward through a document, as .NET's `XmlReader` has it.
//!
//! The document is a tree already; what is wrong with it is told when the cursor comes to it. Never here: .NET's members.

use std::sync::Arc;
use xml::name::is_blank;
use xml::reader::{PartlyRead, XmlError};
use xml::{Declaration, Kind, Node, NodeId, Tree};

/// What is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignored {
    /// Texts of nothing but whitespace.
    pub whitespace: bool,
    /// Comments.
    pub comments: bool,
    /// Processing instructions.
    pub instructions: bool,
    /// Document type declarations.
    pub types: bool,
}

/// Where a cursor is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    /// At a node; at the start tag of an element.
    At(NodeId),
    EndOf(NodeId),
    After,
    Failed,
    Closed,
}

/// .NET's numbers of the kinds of nodes that a cursor tells apart.
pub mod kind {
    pub const NONE: i32 = 0;
    pub const ELEMENT: i32 = 1;
    pub const ATTRIBUTE: i32 = 2;
    pub const TEXT: i32 = 3;
    pub const CDATA: i32 = 4;
    pub const INSTRUCTION: i32 = 7;
    pub const COMMENT: i32 = 8;
    pub const DOCUMENT_TYPE: i32 = 10;
    pub const WHITESPACE: i32 = 13;
    pub const SIGNIFICANT_WHITESPACE: i32 = 14;
    pub const END_ELEMENT: i32 = 15;
    pub const DECLARATION: i32 = 17;
}

/// A reader's place in a document.
pub struct Cursor {
    tree: Arc<Tree>,
    top: NodeId,
    unclosed: Vec<NodeId>,
    error: Option<XmlError>,
    place: Place,
    /// The attribute that it is at, and whether it is at the attribute's text.
    attribute: Option<(NodeId, bool)>,
    /// Whitespace is told apart from other text.
    tells_whitespace: bool,
    /// A document type declaration is refused.
    refuses_types: bool,
}

impl Cursor {
    /// Before a document that was read from text.
    pub fn of_text(read: PartlyRead, ignored: Ignored, refuses_types: bool) -> Self {
        let PartlyRead {
            mut tree,
            unclosed,
            error,
        } = read;
        let left_out: Vec<NodeId> = tree
            .descendants(NodeId::FIRST)
            .filter(|id| match tree.kind(*id) {
                Kind::Text(text) => ignored.whitespace && is_blank(text),
                Kind::Comment(_) => ignored.comments,
                Kind::Instruction { .. } => ignored.instructions,
                Kind::DocumentType(_) => ignored.types,
                _ => false,
            })
            .collect();
        for id in left_out {
            tree.unlink(id);
        }
        let declaration = match tree.kind(NodeId::FIRST) {
            Kind::Document { declaration } => declaration.clone(),
            _ => None,
        };
        if let Some(declaration) = declaration {
            insert_declaration(&mut tree, &declaration);
        }
        Self {
            tree: Arc::new(tree),
            top: NodeId::FIRST,
            unclosed,
            error,
            place: Place::Before,
            attribute: None,
            tells_whitespace: true,
            refuses_types,
        }
    }

    /// Before a node and all below it, as they are now.
    pub fn of_node(node: &Node) -> Self {
        let (tree, top) = node.snapshot();
        Self {
            tree,
            top,
            unclosed: Vec::new(),
            error: None,
            place: Place::Before,
            attribute: None,
            tells_whitespace: false,
            refuses_types: false,
        }
    }

    /// The document.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The node that it is at or at whose end it is; the attribute when it is at one.
    pub fn node(&self) -> Option<NodeId> {
        self.attribute.map(|(id, _)| id).or_else(|| self.owner())
    }

    /// The node that it is at, attributes left aside.
    pub fn owner(&self) -> Option<NodeId> {
        match self.place {
            Place::At(id) | Place::EndOf(id) => Some(id),
            _ => None,
        }
    }

    /// `ReadState`
    pub fn state(&self) -> i32 {
        match self.place {
            Place::Before => 0,
            Place::At(_) | Place::EndOf(_) => 1,
            Place::Failed => 2,
            Place::After => 3,
            Place::Closed => 4,
        }
    }

    /// `Close()`
    pub fn close(&mut self) {
        (self.place, self.attribute) = (Place::Closed, None);
    }

    /// `NodeType`
    pub fn kind(&self) -> i32 {
        match (self.attribute, self.place) {
            (Some((_, false)), _) => kind::ATTRIBUTE,
            (Some((_, true)), _) => kind::TEXT,
            (None, Place::EndOf(_)) => kind::END_ELEMENT,
            (None, Place::At(id)) => self.kind_of(id),
            _ => kind::NONE,
        }
    }

    fn kind_of(&self, id: NodeId) -> i32 {
        match self.tree.kind(id) {
            Kind::Element { .. } => kind::ELEMENT,
            Kind::Attribute { .. } => kind::ATTRIBUTE,
            Kind::Text(text) if self.tells_whitespace && is_blank(text) => {
                if self.inherited(id, "space").as_deref() == Some("preserve") {
                    kind::SIGNIFICANT_WHITESPACE
                } else {
                    kind::WHITESPACE
                }
            }
            Kind::Text(_) => kind::TEXT,
            Kind::CData(_) => kind::CDATA,
            Kind::Comment(_) => kind::COMMENT,
            Kind::Instruction { target, .. } if **target == *"xml" => kind::DECLARATION,
            Kind::Instruction { .. } => kind::INSTRUCTION,
            Kind::DocumentType(_) => kind::DOCUMENT_TYPE,
            Kind::Document { .. } | Kind::Fragment => kind::NONE,
        }
    }

    /// The nearest `xml:lang` or `xml:space`.
    pub fn inherited(&self, id: NodeId, local: &str) -> Option<Arc<str>> {
        let name = xml::Name::new(xml::name::XML_NAMESPACE, local);
        let found = self.tree.ancestors_and_self(id);
        let mut found = found.filter_map(|id| self.tree.attribute(id, &name));
        found.next().and_then(|id| self.tree.attribute_value(id).cloned())
    }

    /// Elements around it, those around what it goes through included.
    pub fn depth(&self) -> usize {
        let extra = self.attribute.map_or(0, |(_, in_value)| 1 + usize::from(in_value));
        let around = |id| {
            let around = self.tree.ancestors_and_self(id).skip(1);
            around.filter(|id| self.tree.is_element(*id)).count()
        };
        self.owner().map_or(0, around) + extra
    }

    /// Whether it is at an element without an end tag.
    pub fn is_empty_element(&self) -> bool {
        match (self.attribute, self.place) {
            (None, Place::At(id)) => self.is_empty(id),
            _ => false,
        }
    }

    fn is_empty(&self, id: NodeId) -> bool {
        self.tree.is_element(id) && self.tree.first_child(id).is_none() && !self.tree.is_open(id)
    }

    /// `Read()`
    ///
    /// # Errors
    /// What is wrong with the text there.
    pub fn read(&mut self) -> Result<bool, XmlError> {
        self.attribute = None;
        let next = match self.place {
            Place::Before if matches!(self.tree.kind(self.top), Kind::Document { .. } | Kind::Fragment) => {
                self.tree.first_child(self.top).map_or(Place::After, Place::At)
            }
            Place::Before => Place::At(self.top),
            Place::At(id) => match self.tree.first_child(id) {
                Some(child) => Place::At(child),
                None if self.tree.is_element(id) && !self.is_empty(id) => Place::EndOf(id),
                None => self.behind(id),
            },
            Place::EndOf(id) => self.behind(id),
            Place::After | Place::Failed | Place::Closed => return Ok(false),
        };
        self.go(next)
    }

    /// Behind a node and all below it.
    fn behind(&self, id: NodeId) -> Place {
        if id == self.top {
            return Place::After;
        }
        match (self.tree.next(id), self.tree.parent(id)) {
            (Some(next), _) => Place::At(next),
            (None, Some(parent)) if self.tree.is_element(parent) => Place::EndOf(parent),
            _ => Place::After,
        }
    }

    fn go(&mut self, next: Place) -> Result<bool, XmlError> {
        let is_wrong = match next {
            Place::EndOf(id) => self.unclosed.contains(&id),
            Place::After => true,
            _ => false,
        };
        let refused = match next {
            Place::At(id) if self.refuses_types && self.kind_of(id) == kind::DOCUMENT_TYPE => Some(XmlError {
                message: "For security reasons DTD is prohibited in this XML document. To enable DTD processing set the DtdProcessing property on XmlReaderSettings to Parse and pass the settings into XmlReader.Create method.".to_owned(),
                line: 0,
                position: 0,
            }),
            _ => None,
        };
        if let Some(error) = refused.or_else(|| self.error.take_if(|_| is_wrong)) {
            self.place = Place::Failed;
            return Err(error);
        }
        self.place = next;
        Ok(next != Place::After)
    }

    /// To the end tag of the element that it is at; stays where there is none.
    ///
    /// # Errors
    /// What is wrong with the text up to there.
    pub fn move_to_end(&mut self) -> Result<(), XmlError> {
        self.attribute = None;
        if let Place::At(id) = self.place
            && self.tree.is_element(id)
            && !self.is_empty(id)
        {
            self.go(Place::EndOf(id))?;
        }
        Ok(())
    }

    /// Attributes of the node whose attributes it can go through.
    pub fn attributes(&self) -> Vec<NodeId> {
        match self.place {
            Place::At(id) => self.tree.attributes(id).collect(),
            _ => Vec::new(),
        }
    }

    /// To an attribute of the node that it is at.
    pub fn move_to_attribute(&mut self, id: NodeId) {
        self.attribute = Some((id, false));
    }

    /// To the next attribute; whether there is one.
    pub fn move_to_next_attribute(&mut self) -> bool {
        let next = match (self.attribute, self.place) {
            (Some((id, _)), _) => self.tree.next(id),
            (None, Place::At(id)) => self.tree.first_attribute(id),
            _ => None,
        };
        next.inspect(|id| self.move_to_attribute(*id)).is_some()
    }

    /// From an attribute back to its element; whether it was at one.
    pub fn move_to_element(&mut self) -> bool {
        self.attribute.take().is_some()
    }

    /// To the text of the attribute that it is at; whether it was not there yet.
    pub fn move_to_attribute_text(&mut self) -> bool {
        match &mut self.attribute {
            Some((_, in_text)) => !std::mem::replace(in_text, true),
            None => false,
        }
    }

    /// Whether it is at an attribute's text.
    pub fn is_in_attribute_text(&self) -> bool {
        matches!(self.attribute, Some((_, true)))
    }
}

/// The XML declaration is a node of its own for readers.
fn insert_declaration(tree: &mut Tree, declaration: &Declaration) {
    let parts = [
        ("version", &declaration.version),
        ("encoding", &declaration.encoding),
        ("standalone", &declaration.standalone),
    ];
    let known = parts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)));
    let known: Vec<(&str, Arc<str>)> = known.collect();
    let content: Vec<String> = known
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    let id = tree.push(Kind::Instruction {
        target: "xml".into(),
        content: content.join(" ").into(),
    });
    for (name, value) in known {
        let name = xml::Name::local_only(name);
        let attribute = tree.push(Kind::Attribute {
            name,
            prefix: None,
            value,
        });
        tree.append_attribute(id, attribute);
    }
    tree.insert(NodeId::FIRST, None, id);
}

#[cfg(test)]
mod tests {
    use super::*;
    use xml::reader::read_up_to_error;

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let check = |text: &str, expected: &str| {
            let mut cursor = Cursor::of_text(read_up_to_error(text, true), Ignored::default(), true);
            let mut kinds = Vec::new();
            let end = loop {
                match cursor.read() {
                    Ok(true) => kinds.push(format!("{}@{}", cursor.kind(), cursor.depth())),
                    Ok(false) => break "end",
                    Err(_) => break "error",
                }
            };
            assert_eq!(format!("{} {end}", kinds.join(" ")), expected, "{text}");
        };
        check("<?xml version='1.0'?><a><b/> x</a>", "17@0 1@0 1@1 3@1 15@0 end");
        check("<a><b></c></a>", "1@0 1@1 error");
        check("<a><b></b>", "1@0 1@1 15@1 error");
        check("<a/>x", "1@0 error");
        check("", " error");
    }

    proptest::proptest! {
        #[test]
        fn every_text_comes_to_an_end(text in "[<>/a:'=&;!?\\[\\]\\- xmlnsé#1]{0,60}") {
            let mut cursor = Cursor::of_text(read_up_to_error(&text, true), Ignored::default(), true);
            let mut count = 0;
            while cursor.read().unwrap_or(false) {
                count += 1;
            }
            proptest::prop_assert!(count <= 2 * text.len() + 2);
        }
    }
}
