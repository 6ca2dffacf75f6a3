//! The `html` method (16.2): HTML 4 as .NET's writer has it. Elements in a namespace are written as XML's are.

use super::scope::Scope;
use super::{Out, Writer};
use crate::TransformError;
use crate::instruction::Output;
use xml::{Kind, Name, NodeId, Tree};

/// Elements without content and end tag.
const EMPTY: [&str; 13] = [
    "area", "base", "basefont", "br", "col", "frame", "hr", "img", "input", "isindex", "link", "meta", "param",
];
/// Elements whose text is written without references.
const RAW: [&str; 2] = ["script", "style"];
/// Elements that whitespace may stand beside.
const BLOCK: [&str; 61] = [
    "address",
    "applet",
    "area",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "del",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "font",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "iframe",
    "ins",
    "isindex",
    "legend",
    "li",
    "link",
    "map",
    "menu",
    "meta",
    "noframes",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "pre",
    "s",
    "strike",
    "style",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "xmp",
];
/// Attributes that say what they say by being there, on the elements that have such.
const BOOLEAN: [&str; 13] = [
    "checked", "compact", "declare", "defer", "disabled", "ismap", "multiple", "nohref", "noresize", "noshade",
    "nowrap", "readonly", "selected",
];
/// Elements that have boolean attributes.
const WITH_BOOLEAN: [&str; 19] = [
    "area", "button", "dir", "dl", "frame", "hr", "img", "input", "menu", "object", "ol", "optgroup", "option",
    "script", "select", "td", "textarea", "th", "ul",
];
/// Attributes that are addresses, on the elements that have such.
const ADDRESS: [&str; 13] = [
    "action", "cite", "classid", "codebase", "data", "datasrc", "for", "href", "longdesc", "name", "profile", "src",
    "usemap",
];
/// Elements that have addresses.
const WITH_ADDRESS: [&str; 15] = [
    "a",
    "area",
    "base",
    "blockquote",
    "del",
    "form",
    "head",
    "img",
    "input",
    "ins",
    "link",
    "object",
    "q",
    "script",
    "table",
];

fn is_one_of(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

struct Element {
    name: String,
    is_html: bool,
    is_block: bool,
    /// Where its content begins.
    content: usize,
}

/// Writes a result.
pub fn write(tree: &Tree, result: NodeId, output: &Output, out: &mut Out) -> Result<(), TransformError> {
    let mut writer = Html {
        output,
        scope: Scope::new(),
        open: Vec::new(),
        block_end: None,
        has_root: false,
    };
    writer.write(tree, result, out)
}

struct Html<'o> {
    output: &'o Output,
    scope: Scope,
    open: Vec<Element>,
    /// Where the last block began or ended: lines are broken nowhere else.
    block_end: Option<usize>,
    has_root: bool,
}

impl Writer for Html<'_> {
    fn enter(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError> {
        match tree.kind(id) {
            Kind::Element { name, .. } => self.start_tag(tree, id, name, out),
            Kind::CData(raw) => out.push(raw),
            Kind::Text(text) => {
                let is_raw = |element: &Element| element.is_html && is_one_of(&RAW, &element.name);
                if self.open.last().is_some_and(is_raw) {
                    out.push(text)
                } else {
                    out.escaped(text, false)
                }
            }
            Kind::Comment(text) => out.comment(text),
            Kind::Instruction { target, content } => out.push(&format!("<?{target} {content}>")),
            _ => Ok(()),
        }
    }

    fn leave(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError> {
        self.scope.leave();
        let Some(element) = self.open.pop() else { return Ok(()) };
        let here = out.text.len();
        if self.indents() && element.is_block && self.block_end == Some(here) && element.content != here {
            out.line(self.open.len())?;
        }
        let is_void = if element.is_html {
            is_one_of(&EMPTY, &element.name)
        } else {
            tree.first_child(id).is_none()
        };
        if !is_void {
            out.push(&format!("</{}>", element.name))?;
        }
        if element.is_block {
            self.block_end = Some(out.text.len());
        }
        Ok(())
    }
}

impl Html<'_> {
    fn indents(&self) -> bool {
        self.output.indents != Some(false)
    }

    fn start_tag(&mut self, tree: &Tree, id: NodeId, name: &Name, out: &mut Out) -> Result<(), TransformError> {
        let start = self.scope.enter(tree, id);
        let has_type = self.output.system.is_some() || self.output.public.is_some();
        if !std::mem::replace(&mut self.has_root, true) && has_type {
            out.document_type(&start.name, self.output)?;
            self.block_end = Some(out.text.len());
        }
        let is_html = name.namespace().is_empty();
        let is_block = !is_html || is_one_of(&BLOCK, name.local());
        if self.indents() && is_block && self.block_end == Some(out.text.len()) {
            out.line(self.open.len())?;
        }
        out.push("<")?;
        out.push(&start.name)?;
        for (name, value) in &start.attributes {
            attribute(name, value, is_html.then_some(&*start.name), out)?;
        }
        out.declarations(&start)?;
        let is_void = !is_html && tree.first_child(id).is_none();
        out.push(if is_void { " />" } else { ">" })?;
        let content = out.text.len();
        if is_html && name.local().eq_ignore_ascii_case("head") {
            self.content_type(out)?;
        } else if is_block {
            self.block_end = Some(content);
        }
        self.open.push(Element {
            name: start.name,
            is_html,
            is_block,
            content,
        });
        Ok(())
    }

    /// Says in the head what the document is.
    fn content_type(&mut self, out: &mut Out) -> Result<(), TransformError> {
        if self.indents() {
            out.line(self.open.len() + 1)?;
        }
        let encoding = self.output.encoding.name();
        out.push(&format!(
            "<META http-equiv=\"Content-Type\" content=\"text/html; charset={encoding}\">"
        ))?;
        self.block_end = Some(out.text.len());
        Ok(())
    }
}

fn attribute(name: &str, value: &str, element: Option<&str>, out: &mut Out) -> Result<(), TransformError> {
    out.push(" ")?;
    out.push(name)?;
    let Some(element) = element else {
        out.push("=\"")?;
        out.escaped(value, true)?;
        return out.push("\"");
    };
    if is_one_of(&BOOLEAN, name) && is_one_of(&WITH_BOOLEAN, element) && value.eq_ignore_ascii_case(name) {
        return Ok(());
    }
    out.push("=\"")?;
    let is_address = is_one_of(&ADDRESS, name) && is_one_of(&WITH_ADDRESS, element);
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // `&{` begins a script macro (HTML 4.0, B.7.1).
            '&' if characters.peek() == Some(&'{') => out.push("&")?,
            '&' => out.push("&amp;")?,
            '"' => out.push("&quot;")?,
            other if is_address && !other.is_ascii() => {
                for byte in other.encode_utf8(&mut [0; 4]).bytes() {
                    out.push(&format!("%{byte:02X}"))?;
                }
            }
            other => out.character(other)?,
        }
    }
    out.push("\"")
}
