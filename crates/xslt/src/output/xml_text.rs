//! The `xml` method (16.1), as .NET's writer has it: `<a />`, two spaces a level when indented.

use super::scope::Scope;
use super::{Out, Writer};
use crate::TransformError;
use crate::instruction::Output;
use xml::{Kind, NodeId, Tree};

/// Writes a result.
pub fn write(tree: &Tree, result: NodeId, output: &Output, out: &mut Out) -> Result<(), TransformError> {
    let mut writer = Xml {
        output,
        scope: Scope::new(),
        names: Vec::new(),
        mixed: vec![false],
        has_root: false,
    };
    writer.declaration(out)?;
    writer.write(tree, result, out)
}

struct Xml<'o> {
    output: &'o Output,
    scope: Scope,
    /// The elements that are open.
    names: Vec<String>,
    /// Whether each of them, and what is around all, holds text, so that no line may be broken in it.
    mixed: Vec<bool>,
    has_root: bool,
}

impl Writer for Xml<'_> {
    fn enter(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError> {
        let is_text = tree.text(id).is_some();
        if let (true, Some(mixed)) = (is_text, self.mixed.last_mut()) {
            *mixed = true;
        }
        let is_mixed = self.mixed.last().is_some_and(|mixed| *mixed);
        if self.indents() && !is_text && !is_mixed && !out.text.is_empty() {
            out.line(self.names.len())?;
        }
        match tree.kind(id) {
            Kind::Element { .. } => {
                self.start_tag(tree, id, out)?;
                self.mixed.push(is_mixed);
            }
            Kind::CData(raw) => out.push(raw)?,
            Kind::Text(text) => {
                let parent = tree.parent(id).and_then(|parent| tree.name(parent));
                if parent.is_some_and(|parent| self.output.cdata.contains(parent)) {
                    cdata(text, out)?;
                } else {
                    out.escaped(text, false)?;
                }
            }
            Kind::Comment(text) => out.comment(text)?,
            Kind::Instruction { target, content } => {
                let content = content.replace("?>", "? >");
                let space = if content.is_empty() { "" } else { " " };
                out.push(&format!("<?{target}{space}{content}?>"))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn leave(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError> {
        self.scope.leave();
        let was_mixed = self.mixed.pop() == Some(true);
        let Some(name) = self.names.pop().filter(|_| tree.first_child(id).is_some()) else {
            return Ok(());
        };
        if self.indents() && !was_mixed {
            out.line(self.names.len())?;
        }
        out.push(&format!("</{name}>"))
    }
}

impl Xml<'_> {
    fn declaration(&self, out: &mut Out) -> Result<(), TransformError> {
        if self.output.omits_declaration {
            return Ok(());
        }
        let standalone = match self.output.standalone {
            Some(true) => " standalone=\"yes\"",
            Some(false) => " standalone=\"no\"",
            None => "",
        };
        out.push(&format!(
            "<?xml version=\"1.0\" encoding=\"{}\"{standalone}?>",
            self.output.encoding.name()
        ))
    }

    fn indents(&self) -> bool {
        self.output.indents == Some(true)
    }

    fn start_tag(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError> {
        let start = self.scope.enter(tree, id);
        if !std::mem::replace(&mut self.has_root, true) && self.output.system.is_some() {
            out.document_type(&start.name, self.output)?;
            if self.indents() {
                out.line(0)?;
            }
        }
        out.push("<")?;
        out.push(&start.name)?;
        for (name, value) in &start.attributes {
            out.push(&format!(" {name}=\""))?;
            out.escaped(value, true)?;
            out.push("\"")?;
        }
        // .NET writes declarations behind attributes.
        out.declarations(&start)?;
        out.push(if tree.first_child(id).is_some() { ">" } else { " />" })?;
        self.names.push(start.name);
        Ok(())
    }
}

/// A text as CDATA sections; what would end one stands in two, what the encoding lacks between them.
fn cdata(text: &str, out: &mut Out) -> Result<(), TransformError> {
    let mut is_open = false;
    let mut brackets = 0;
    for c in text.chars() {
        let fits = out.encoding.has(c);
        if is_open && (!fits || (c == '>' && brackets >= 2)) {
            out.push("]]>")?;
            is_open = false;
        }
        if fits && !is_open {
            out.push("<![CDATA[")?;
            is_open = true;
        }
        brackets = if c == ']' { brackets + 1 } else { 0 };
        out.character(c)?;
    }
    if is_open {
        out.push("]]>")?;
    }
    Ok(())
}
